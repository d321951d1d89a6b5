"""The environment of a Lambda function: the desk that it works at, or the few things that it needs of one."""

import os
from dataclasses import dataclass
from functools import lru_cache

from aws_ops.desk import Desk
from aws_ops.queue import Queue
from aws_ops.session import Sessions
from aws_ops.table import Table


@dataclass(frozen=True)
class Post:
    """Where events are forwarded to; `topics` are the ARNs of those whose messages are."""

    sessions: Sessions
    queue: Queue
    bucket: str | None
    topics: frozenset[str]


def desk() -> Desk:
    """The desk that the environment names, made once for as long as the environment says the same.

    Raises LookupError naming the variable that is missing.
    """
    return _connect(
        _required("AWS_REGION"),
        os.environ.get("AWS_ENDPOINT_URL") or None,
        _required("DESKSIDE_TABLE"),
        _required("DESKSIDE_QUEUE_URL"),
        _required("DESKSIDE_PREFIX"),
    )


def post() -> Post:
    """Where the environment says that events go. Raises LookupError naming the variable that is missing."""
    sessions = _own()
    return Post(
        sessions,
        Queue(sessions.client("sqs"), _required("DESKSIDE_QUEUE_URL")),
        os.environ.get("DESKSIDE_BUCKET") or None,
        frozenset(filter(None, map(str.strip, os.environ.get("DESKSIDE_TOPICS", "").split(",")))),
    )


def watched() -> tuple[Sessions, Table]:
    """Clients, and the table with the bot's heartbeat. Raises LookupError naming the variable that is missing."""
    sessions = _own()
    return sessions, Table(sessions.client("dynamodb"), _required("DESKSIDE_TABLE"))


def _own() -> Sessions:
    return _sessions(_required("AWS_REGION"), os.environ.get("AWS_ENDPOINT_URL") or None)


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise LookupError(f"{name} is not set in the environment")
    return value


@lru_cache(maxsize=8)
def _sessions(region: str, endpoint_url: str | None) -> Sessions:
    return Sessions(region, endpoint_url)


@lru_cache(maxsize=8)
def _connect(region: str, endpoint_url: str | None, table: str, queue_url: str, prefix: str) -> Desk:
    return Desk.connect(region=region, endpoint_url=endpoint_url, table=table, queue_url=queue_url, prefix=prefix)
