"""The sandbox's clocks, and the scheduler that lives by them."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.aws import schedule
from sandbox.aws.clock import A_MONDAY_MORNING, MovedClock, RealClock
from sandbox.aws.schedule import RunnerClock, SandboxScheduler


@pytest.fixture
def moved() -> MovedClock:
    return MovedClock()


@pytest.fixture
def scheduler(moved: MovedClock) -> Iterator[SandboxScheduler]:
    made = SandboxScheduler(moved)
    made.start()  # type: ignore[no-untyped-call]
    moved.follow(made)
    yield made
    made.close()
    made.stop()


def test_a_moved_clock_stands_still_until_it_is_moved(moved: MovedClock) -> None:
    assert moved.now() == moved.now() == A_MONDAY_MORNING
    moved.advance(90)
    assert moved.now() - A_MONDAY_MORNING == timedelta(seconds=90)


def test_a_moved_clock_starts_at_a_time_with_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        MovedClock(datetime(2035, 1, 8))  # noqa: DTZ001 - what must be refused
    assert MovedClock(datetime(2035, 6, 1, tzinfo=UTC)).now().month == 6


def test_work_happens_at_its_moment_in_its_order(moved: MovedClock, scheduler: SandboxScheduler) -> None:
    seen: list[tuple[str, float]] = []

    def note(name: str) -> None:
        seen.append((name, (moved.now() - A_MONDAY_MORNING).total_seconds()))

    def again() -> None:
        note("again")
        scheduler.call_later(lambda: note("later"), 5)

    scheduler.call_later(lambda: note("second"), 20)
    scheduler.call_later(lambda: note("first"), 10)
    scheduler.call_later(again, 20)
    scheduler.call_later(lambda: note("never"), 15).cancel()
    scheduler.call_later(lambda: note("now"))
    moved.rest()
    assert seen[:] == [("now", 0)]
    moved.advance(24)
    assert seen[1:2] == [("first", 10)]
    assert sorted(seen[2:]) == [("again", 20), ("second", 20)]  # of one moment: side by side, each in its thread
    moved.advance(1)
    assert seen[4:] == [("later", 25)]
    assert scheduler.next_due() is None


def test_the_rest_of_the_world_settles_between_the_wakes(moved: MovedClock, scheduler: SandboxScheduler) -> None:
    seen: list[str] = []
    scheduler.call_later(lambda: seen.append("one"), 10)
    scheduler.call_later(lambda: seen.append("two"), 20)

    def settle() -> None:
        assert not scheduler.busy()
        if seen == ["one"]:
            scheduler.call_later(lambda: seen.append("answer to one"))

    moved.settle = settle
    moved.advance(30)
    assert seen == ["one", "answer to one", "two"]


def test_what_parked_work_returns_or_raises_reaches_its_future(moved: MovedClock, scheduler: SandboxScheduler) -> None:
    async def answer() -> str:
        return "done"

    def fail() -> None:
        raise LookupError("lost")

    good, bad = scheduler.call_later(answer, 5), scheduler.call_later(fail, 5)
    moved.advance(5)
    assert good.result(timeout=30) == "done"
    with pytest.raises(LookupError, match="lost"):
        bad.result(timeout=30)


def test_work_that_hangs_is_told(
    moved: MovedClock, scheduler: SandboxScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "IDLE_WITHIN_S", 0.01)
    release = threading.Event()
    scheduler.call_later(lambda: release.wait(10))
    with pytest.raises(TimeoutError, match="1 Lambda invocations"):
        moved.rest()
    release.set()


def test_a_closed_scheduler_takes_no_more_work(moved: MovedClock, scheduler: SandboxScheduler) -> None:
    scheduler.close()
    assert scheduler.call_later(lambda: None).cancelled()
    assert scheduler.call_later(lambda: None, 10).cancelled()


def test_on_the_wall_clock_work_comes_by_itself_and_is_seen_while_it_runs() -> None:
    scheduler = SandboxScheduler(RealClock())
    scheduler.start()  # type: ignore[no-untyped-call]
    busy: list[bool] = []

    async def look() -> None:
        busy.append(scheduler.busy())

    for work in (look, lambda: busy.append(scheduler.busy())):
        scheduler.call_later(work, 0.001).result(timeout=30)
    waiting = scheduler.call_later(look, 3600)
    assert not scheduler.busy()
    scheduler.close()
    scheduler.stop()
    assert busy == [True, True]
    assert waiting.cancelled()


def test_the_runner_waits_as_long_as_the_clock_is_short_of_a_wake(moved: MovedClock) -> None:
    runner = RunnerClock(moved)
    assert runner.arm(A_MONDAY_MORNING + timedelta(seconds=30)) == 30
    assert runner.arm(A_MONDAY_MORNING - timedelta(seconds=30)) == 0
    assert abs((RealClock().now() - datetime.now(UTC)).total_seconds()) < 5


def test_who_sleeps_in_the_middle_of_work_moves_the_clock_and_the_rest_happens_later(
    moved: MovedClock, scheduler: SandboxScheduler
) -> None:
    seen: list[tuple[str, float]] = []

    def note(name: str) -> None:
        seen.append((name, (moved.now() - A_MONDAY_MORNING).total_seconds()))

    def work() -> None:
        moved.sleep(30)
        note("slept")

    scheduler.call_later(work, 10)
    scheduler.call_later(lambda: note("meanwhile"), 20)
    moved.advance(25)
    assert seen == [("slept", 40), ("meanwhile", 40)]
    assert moved.now() - A_MONDAY_MORNING == timedelta(seconds=40), "it never goes back"
