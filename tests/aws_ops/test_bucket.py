"""The shared token bucket, over a real wire."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aws_ops import clock, errors
from aws_ops.bucket import Bucket, Busy, Rate
from aws_ops.session import Sessions
from aws_ops.table import Table

NAME = "workspaces#own#ap-northeast-1"


class Time:
    """A clock that a bucket sleeps on."""

    def __init__(self) -> None:
        self._now = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)
        self._lock = threading.Lock()
        self.slept = 0.0

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def move(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.move(seconds)


@pytest.fixture
def time() -> Iterator[Time]:
    time = Time()
    clock.set_source(time.now)
    yield time
    clock.set_source(None)


@pytest.fixture
def bucket(table: Table, time: Time) -> Bucket:
    return Bucket(table, NAME, Rate(), sleep=time.sleep)


def drawn(bucket: Bucket, *, people: bool) -> int:
    """How many tokens can be had without waiting."""
    taken = 0
    while taken < 2000:
        try:
            bucket.take(people=people, wait_s=0)
        except Busy:
            break
        taken += 1
    return taken


def test_a_burst_is_there_at_once_and_then_two_a_second(bucket: Bucket, time: Time) -> None:
    assert drawn(bucket, people=True) == 5
    time.move(0.5)
    assert drawn(bucket, people=True) == 1
    time.move(60)
    assert drawn(bucket, people=True) == 5


def test_a_fifth_is_kept_for_people(bucket: Bucket, time: Time) -> None:
    assert drawn(bucket, people=False) == 4
    assert bucket.reserve(20) == 0
    assert drawn(bucket, people=True) == 1
    time.move(0.5)
    assert drawn(bucket, people=False) == 0
    assert drawn(bucket, people=True) == 1
    time.move(1)
    assert bucket.reserve(20) == 1


def test_a_single_token_is_everybodys(table: Table, time: Time) -> None:
    bucket = Bucket(table, NAME, Rate(burst=1), sleep=time.sleep)
    assert drawn(bucket, people=False) == 1


def test_who_waits_gets_the_next_one(bucket: Bucket, time: Time) -> None:
    drawn(bucket, people=True)
    bucket.take(people=True)
    assert time.slept == pytest.approx(0.5)
    bucket.take(people=False)
    assert 1.5 <= time.slept < 2.3


def test_people_are_served_in_the_order_in_which_they_came(table: Table, time: Time) -> None:
    """Nobody who comes later overtakes; who would have to wait for too long is told at once."""
    slept: list[float] = []
    bucket = Bucket(table, NAME, Rate(), sleep=slept.append)
    drawn(bucket, people=True)
    for _ in range(16):
        bucket.take(people=True, wait_s=8)
    assert slept == pytest.approx([place / 2 for place in range(1, 17)])
    with pytest.raises(Busy) as busy:
        bucket.take(people=True, wait_s=8)
    assert busy.value.seconds == pytest.approx(8.5)
    assert len(slept) == 16
    time.move(0.5)
    bucket.take(people=True, wait_s=8)
    assert slept[-1] == pytest.approx(8)


def test_others_wait_for_what_people_took_ahead(bucket: Bucket, table: Table, time: Time) -> None:
    drawn(bucket, people=True)
    Bucket(table, NAME, Rate(), sleep=lambda _: None).take(people=True, wait_s=1)
    bucket.take(people=False)
    assert 1.5 <= time.slept < 2.3


def test_who_waits_too_long_hears_when(table: Table, time: Time) -> None:
    bucket = Bucket(table, NAME, Rate(per_s=0.01, burst=5), sleep=time.sleep)
    drawn(bucket, people=True)
    with pytest.raises(Busy) as busy:
        bucket.take(people=True, wait_s=8)
    assert time.slept == 0
    assert busy.value.seconds == pytest.approx(100)
    assert errors.is_throttled(busy.value)
    assert errors.say(busy.value) == "AWS takes no more calls at the moment"


def test_a_clock_that_stands_does_not_keep_anybody(table: Table, time: Time) -> None:
    slept: list[float] = []
    bucket = Bucket(table, NAME, Rate(), sleep=slept.append)
    drawn(bucket, people=True)
    with pytest.raises(Busy):
        bucket.take(people=False, wait_s=3)
    assert 3 <= sum(slept) < 4
    assert max(slept) <= 0.7


def test_a_fleet_reserves_at_most_twenty_and_gives_back_what_it_did_not_use(table: Table, time: Time) -> None:
    bucket = Bucket(table, NAME, Rate(per_s=2, burst=50), sleep=time.sleep)
    assert bucket.reserve(3) == 3
    assert bucket.reserve(50) == 20
    bucket.give_back(20)
    assert drawn(bucket, people=False) == 37
    assert drawn(bucket, people=True) == 10


def test_what_does_not_fit_runs_over(bucket: Bucket) -> None:
    bucket.give_back(20)
    assert bucket.reserve(2) == 2
    bucket.give_back(20)
    bucket.give_back(-3)
    assert drawn(bucket, people=True) == 5


def test_another_rate_holds_from_the_next_call_on(table: Table, bucket: Bucket, time: Time) -> None:
    bucket.take(people=True)
    assert drawn(Bucket(table, NAME, Rate(burst=2), sleep=time.sleep), people=True) == 2


def test_buckets_of_two_names_are_two(table: Table, bucket: Bucket, time: Time) -> None:
    drawn(bucket, people=True)
    assert drawn(Bucket(table, "workspaces#own#us-east-1", Rate(), sleep=time.sleep), people=True) == 5


def test_a_clock_that_steps_back_makes_no_tokens_and_loses_none(bucket: Bucket, time: Time) -> None:
    drawn(bucket, people=True)
    time.move(-1)
    assert drawn(bucket, people=True) == 0
    time.move(1)
    assert drawn(bucket, people=True) == 0
    time.move(1)
    assert drawn(bucket, people=True) == 2


def test_a_clock_that_was_far_ahead_is_not_waited_for(bucket: Bucket, time: Time) -> None:
    drawn(bucket, people=True)
    time.move(-3600)
    assert drawn(bucket, people=True) == 0
    bucket.give_back(1)
    assert drawn(bucket, people=True) == 1
    time.move(2)
    assert drawn(bucket, people=True) == 4


def test_a_write_whose_answer_is_lost_takes_one_token(table: Table, sessions: Sessions, time: Time) -> None:
    client = sessions.client("dynamodb")
    bucket = Bucket(Table(client, table.name), NAME, Rate(), sleep=time.sleep)
    bucket.take(people=True)
    lost: list[int] = []

    def lose(attempts: int, **_: Any) -> int | None:
        """The SDK sends it once more, as it does after an answer that never came."""
        lost.append(attempts)
        return 0 if attempts == 1 else None

    client.meta.events.register_first("needs-retry.dynamodb.UpdateItem", lose)
    bucket.take(people=True)
    assert lost == [1, 2]
    client.meta.events.unregister("needs-retry.dynamodb.UpdateItem", lose)
    assert drawn(bucket, people=True) == 3


@pytest.mark.parametrize("people", [True, False])
def test_many_that_race_share_what_there_is(table: Table, time: Time, people: bool) -> None:
    """Eight threads of four processes; the time stands still."""
    buckets = [Bucket(table, NAME, Rate(burst=20), sleep=lambda _: None) for _ in range(4)]
    start = threading.Barrier(8)

    def race(number: int) -> int:
        start.wait()
        taken = 0
        for _ in range(4):
            try:
                # Lost races are not the end: they only cost a look more.
                buckets[number % 4].take(people=people, wait_s=0.1)
            except Busy:
                continue
            taken += 1
        return taken

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(race, range(8))) == (20 if people else 16)


def test_reserving_and_giving_back_in_a_race_loses_none(table: Table, time: Time) -> None:
    buckets = [Bucket(table, NAME, Rate(burst=50), sleep=lambda _: None) for _ in range(4)]
    buckets[0].give_back(buckets[0].reserve(1))

    def work(number: int) -> None:
        for _ in range(3):
            buckets[number % 4].give_back(buckets[number % 4].reserve(5))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert drawn(buckets[0], people=True) == 50


Step = tuple[str, float]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("person"), st.just(1.0)),
        st.tuples(st.just("timer"), st.just(1.0)),
        st.tuples(st.just("fleet"), st.integers(1, 30).map(float)),
        st.tuples(st.just("back"), st.just(1.0)),
        st.tuples(st.just("move"), st.floats(-1.9, 5, allow_nan=False)),
    ),
    max_size=25,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_never_more_than_the_time_allows(table: Table, time: Time, steps: list[Step]) -> None:
    """Whatever the order: calls <= burst + rate * (the furthest that the clock got), and a timer leaves the fifth."""
    bucket = Bucket(table, f"{NAME}#{uuid4()}", Rate(), sleep=time.sleep)
    begun = furthest = clock.now().timestamp()
    held = used = 0
    for kind, amount in steps:
        if kind == "move":
            time.move(amount)
            # No step back from the furthest by more than clocks may differ.
            if furthest - clock.now().timestamp() > 1.9:
                time.move(furthest - clock.now().timestamp())
            furthest = max(furthest, clock.now().timestamp())
        elif kind == "fleet":
            held += bucket.reserve(int(amount))
        elif kind == "back":
            bucket.give_back(held)
            held = 0
        else:
            used += _taken(bucket, people=kind == "person")
        assert used + held <= 5 + 2 * (furthest - begun) + 1e-3


def _taken(bucket: Bucket, *, people: bool) -> int:
    try:
        bucket.take(people=people, wait_s=0)
    except Busy:
        return 0
    return 1
