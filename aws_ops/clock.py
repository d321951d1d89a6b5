"""The time, as steps, ticks and the bot read it.

One source for the whole process, so that a test can move the time of a run that takes hours.
"""

from collections.abc import Callable
from datetime import UTC, datetime


def _wall() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _wall


def now() -> datetime:
    """The current time, aware, in UTC."""
    return _source()


def epoch() -> int:
    """The current time in whole seconds since 1970 (the table's unit of time)."""
    return int(_source().timestamp())


def set_source(source: Callable[[], datetime] | None) -> None:
    """Read the time from `source` (aware, UTC); None goes back to the wall clock."""
    global _source
    _source = source or _wall
