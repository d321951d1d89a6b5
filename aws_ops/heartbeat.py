"""The bot's heartbeat: `HEARTBEAT`/`BOT` {at}, the time when any bot last said that it is alive."""

from aws_ops import clock
from aws_ops.table import Table

_KEY = ("HEARTBEAT", "BOT")


def beat(table: Table) -> None:
    """Write that a bot is alive now. Raises ClientError."""
    table.update(*_KEY, set={"at": clock.epoch()})


def age_s(table: Table) -> int | None:
    """Seconds since the last beat, at least 0; None when there never was one. Raises ClientError."""
    item = table.get(*_KEY)
    return None if item is None else max(0, clock.epoch() - int(item["at"]))
