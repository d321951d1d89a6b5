"""The sandbox's time: the wall clock, or a clock that only moves when it is told to."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

A_MONDAY_MORNING = datetime(2035, 1, 8, 9, 0, tzinfo=UTC)
"""Where a moved clock starts: after the wall clock, because the durable SDK takes a wake in its own past for due."""


class Clock(Protocol):
    """What the sandbox reads the time from."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""


class Timeline(Protocol):
    """Work that falls due at moments of a moved clock: the Lambda runtime is one."""

    def next_due(self) -> datetime | None:
        """When the earliest waiting piece of work falls due; None when nothing waits."""

    def fire_due(self) -> None:
        """Set the work going that is due now; returns at once."""

    def wait_idle(self) -> None:
        """Return when nothing is in work; raises TimeoutError when something hangs."""

    def busy(self) -> bool:
        """Whether anything is in work now."""


class RealClock:
    """The wall clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def _nothing() -> None:
    """What a clock settles when nobody else lives by it."""


class MovedClock:
    """A clock for tests: it stands still until `advance`, which lives through every wake on the way.

    `settle` is called whenever the runtime has come to rest, between wakes and at the end, and returns when the rest
    of the world has (the scenario harness waits there for the bot).
    """

    def __init__(self, start: datetime = A_MONDAY_MORNING) -> None:
        if start.tzinfo is None:
            raise ValueError("a moved clock starts at an aware time")
        self._now = start
        self._lock = threading.Lock()
        self._timelines: list[Timeline] = []
        self.settle: Callable[[], None] = _nothing

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def follow(self, timeline: Timeline) -> None:
        """Let `timeline`'s wakes happen when this clock passes them."""
        self._timelines.append(timeline)

    def unfollow(self, timeline: Timeline) -> None:
        self._timelines.remove(timeline)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`, stopping at each wake until the runtime and `settle` have come to rest."""
        target = self.now() + timedelta(seconds=seconds)
        self.rest()
        while (due := self._next_due()) is not None and due <= target:
            self._move(max(due, self.now()))
            for timeline in self._timelines:
                timeline.fire_due()
            self.rest()
        self._move(max(target, self.now()))
        self.rest()

    def sleep(self, seconds: float) -> None:
        """Move on by `seconds` in the middle of somebody's work: what falls due meanwhile happens after it."""
        with self._lock:
            self._now += timedelta(seconds=max(seconds, 0.0))

    def rest(self) -> None:
        """Return when the runtime and the rest of the world have nothing left to do at this moment."""
        while True:
            for timeline in self._timelines:
                timeline.wait_idle()
            self.settle()
            if not any(timeline.busy() for timeline in self._timelines):
                return

    def _move(self, moment: datetime) -> None:
        with self._lock:
            self._now = moment

    def _next_due(self) -> datetime | None:
        dues = [due for timeline in self._timelines if (due := timeline.next_due()) is not None]
        return min(dues, default=None)
