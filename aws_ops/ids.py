"""Names that nobody gave before, and times as sort keys."""

from ulid import ULID

from aws_ops import clock


def ulid() -> str:
    """A new ULID in lower case: 26 letters and digits that sort by time, to the millisecond."""
    return str(ULID.from_datetime(clock.now())).lower()


def at(epoch: int) -> str:
    """`epoch` seconds as a sort key: ten digits, so that text sorts as time does."""
    return f"{epoch:010d}"
