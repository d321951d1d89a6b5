"""The durable runner's scheduler, living by the sandbox's clock and able to say whether it is at rest."""

import heapq
import inspect
import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aws_durable_execution_sdk_python_testing.scheduler import Event, Scheduler

from sandbox.aws.clock import Clock, MovedClock

IDLE_WITHIN_S = 60.0


class RunnerClock:
    """The sandbox's clock as the durable runner asks it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def arm(self, wake: datetime) -> float:
        return max((wake - self._clock.now()).total_seconds(), 0.0)


class SandboxScheduler(Scheduler):
    """Runs what the durable runner wants to run later.

    On a moved clock whatever is not due at once is parked until the clock passes it: waits, retries of a died
    invocation and timeouts alike.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._moved = isinstance(clock, MovedClock)
        self._parked: list[tuple[datetime, int, Callable[[], Any], Event | None, Future[Any]]] = []
        self._order = itertools.count()
        self._working = 0
        self._closed = False
        self._rest = threading.Condition()

    def close(self, seconds: float = 10.0) -> None:
        """Take no new work, and give the work in hand `seconds` to end."""
        with self._rest:
            self._closed = True
            self._rest.wait_for(lambda: self._working == 0, timeout=seconds)

    def stop(self) -> None:
        """Stop the loop; the loop is closed too, which the runner leaves to the interpreter's end."""
        if self.is_started():
            super().stop()  # type: ignore[no-untyped-call]
        self._loop.close()

    # -- the runner's side -------------------------------------------------------------------------------------------

    def call_later(
        self,
        func: Callable[[], Any],
        delay: float = 0,
        count: int | None = 1,
        completion_event: Event | None = None,
    ) -> Future[Any]:
        if self._closed:
            return _dropped()
        if delay <= 0:
            return self._call_now(func, completion_event)
        if not self._moved:
            return super().call_later(self._watched(func), delay, count, completion_event)
        future: Future[Any] = Future()
        due = self._clock.now() + timedelta(seconds=delay)
        with self._rest:
            heapq.heappush(self._parked, (due, next(self._order), func, completion_event, future))
        return future

    def _call_now(self, func: Callable[[], Any], completion_event: Event | None) -> Future[Any]:
        self._begin()
        future = super().call_later(func, 0, 1, completion_event)
        future.add_done_callback(lambda _: self._end())
        return future

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the body as work, so that nobody takes the runtime to be at rest meanwhile."""
        self._begin()
        try:
            yield
        finally:
            self._end()

    def _watched(self, func: Callable[[], Any]) -> Callable[[], Any]:
        if inspect.iscoroutinefunction(func):

            async def watched_async() -> Any:
                with self.working():
                    return await func()

            return watched_async

        def watched() -> Any:
            with self.working():
                return func()

        return watched

    def _begin(self) -> None:
        with self._rest:
            self._working += 1

    def _end(self) -> None:
        with self._rest:
            self._working -= 1
            self._rest.notify_all()

    # -- the clock's side --------------------------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        with self._rest:
            while self._parked and self._parked[0][4].cancelled():
                heapq.heappop(self._parked)
            return self._parked[0][0] if self._parked else None

    def fire_due(self) -> None:
        now = self._clock.now()
        while (due := self.next_due()) is not None and due <= now:
            with self._rest:
                _, _, func, event, future = heapq.heappop(self._parked)
            if future.set_running_or_notify_cancel():
                self._call_now(func, event).add_done_callback(partial(_pass_on, future))

    def busy(self) -> bool:
        with self._rest:
            return self._working > 0

    def wait_idle(self) -> None:
        with self._rest:
            if not self._rest.wait_for(lambda: self._working == 0, timeout=IDLE_WITHIN_S):
                raise TimeoutError(f"{self._working} Lambda invocations still run after {IDLE_WITHIN_S:.0f} s")


def _dropped() -> Future[Any]:
    future: Future[Any] = Future()
    future.cancel()
    return future


def _pass_on(waiting: Future[Any], done: Future[Any]) -> None:
    if done.cancelled():
        waiting.set_result(None)
    elif (error := done.exception()) is not None:
        waiting.set_exception(error)
    else:
        waiting.set_result(done.result())
