"""The environment of a Lambda function: the desk that it works at."""

import os
from functools import lru_cache

from aws_ops.desk import Desk


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


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise LookupError(f"{name} is not set in the environment")
    return value


@lru_cache(maxsize=8)
def _connect(region: str, endpoint_url: str | None, table: str, queue_url: str, prefix: str) -> Desk:
    return Desk.connect(region=region, endpoint_url=endpoint_url, table=table, queue_url=queue_url, prefix=prefix)
