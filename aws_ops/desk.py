"""What every operation stands on: the table, the queue, clients and functions of one account and region."""

from dataclasses import dataclass
from typing import Self

from aws_ops.functions import Functions
from aws_ops.queue import Queue
from aws_ops.session import Sessions
from aws_ops.table import Table


@dataclass(frozen=True)
class Desk:
    """One Deskside on AWS."""

    table: Table
    queue: Queue
    sessions: Sessions
    functions: Functions

    @classmethod
    def connect(cls, *, region: str, endpoint_url: str | None, table: str, queue_url: str, prefix: str) -> Self:
        """Make the clients; nothing is called yet."""
        sessions = Sessions(region, endpoint_url)
        return cls(
            table=Table(sessions.client("dynamodb"), table),
            queue=Queue(sessions.client("sqs"), queue_url),
            sessions=sessions,
            functions=Functions(sessions.client("lambda"), prefix),
        )
