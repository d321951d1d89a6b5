"""The time, as steps, ticks and the bot read it.

One source for the whole process, so that a test can move the time of a run that takes hours.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime


def _wall() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _wall
_sleep: Callable[[float], None] = time.sleep


def now() -> datetime:
    """The current time, aware, in UTC."""
    return _source()


def epoch() -> int:
    """The current time in whole seconds since 1970 (the table's unit of time)."""
    return int(_source().timestamp())


def sleep(seconds: float) -> None:
    """Wait in the middle of some work. Where it may be long, a workflow's own waits are the ones to use."""
    _sleep(seconds)


def set_source(source: Callable[[], datetime] | None, sleep: Callable[[float], None] | None = None) -> None:
    """Read the time from `source` (aware, UTC), and let `sleep` pass it; None goes back to the wall clock."""
    global _source, _sleep
    _source, _sleep = source or _wall, sleep or time.sleep
