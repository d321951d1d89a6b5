"""Desks for bots of this process, which share their clients: to make those takes longer than many a test."""

from functools import cache

from aws_ops.desk import Desk
from aws_ops.functions import Functions
from aws_ops.queue import Queue
from aws_ops.session import Sessions
from aws_ops.table import Table
from bot.settings import Settings

_sessions = cache(Sessions)


def desk_of(settings: Settings) -> Desk:
    """A desk of its own, as `bot.app.connect` makes one, with the clients of those before it."""
    sessions = _sessions(settings.region, settings.endpoint_url)
    return Desk(
        table=Table(sessions.client("dynamodb"), settings.table),
        queue=Queue(sessions.client("sqs"), settings.queue_url),
        sessions=sessions,
        functions=Functions(sessions.client("lambda"), settings.prefix),
    )
