"""When a window is open, also where clocks are changed; and what of an upgrade's items comes back as it went."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws_ops.upgrade_items import Machine, Window, machine_item, open_between, opens

BERLIN = "Europe/Berlin"
NIGHTS = Window(days=(0, 1, 2, 3, 4), start=20 * 60, end=6 * 60, zone=BERLIN)
WEEKEND = Window(days=(5, 6), start=0, end=0, zone="UTC")
HOUR, DAY = 3600, 86_400


def at(said: str, zone: str = BERLIN) -> int:
    """Seconds since 1970 of a local time, "2026-11-27 19:00"."""
    return int(datetime.strptime(said, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-26 19:59", "2026-11-26 20:00"),  # a Thursday
        ("2026-11-26 20:00", "2026-11-26 20:00"),
        ("2026-11-27 05:59", "2026-11-27 05:59"),
        ("2026-11-27 06:00", "2026-11-27 20:00"),
        ("2026-11-28 05:59", "2026-11-28 05:59"),  # Friday's night ends on Saturday
        ("2026-11-28 06:00", "2026-11-30 20:00"),  # the next is Monday's
        ("2026-11-30 03:00", "2026-11-30 20:00"),  # Sunday's night is none of them
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(now: str, then: str) -> None:
    assert opens(NIGHTS, at(now)) == at(then)


def test_without_a_window_it_is_always_open() -> None:
    assert opens(None, 5) == 5
    assert open_between(None, 5, 25) == 20
    assert open_between(None, 25, 5) == 0


def test_one_that_ends_when_it_starts_lasts_the_whole_day() -> None:
    assert opens(WEEKEND, at("2026-11-27 12:00", "UTC")) == at("2026-11-28 00:00", "UTC")
    assert opens(WEEKEND, at("2026-11-29 23:59", "UTC")) == at("2026-11-29 23:59", "UTC")
    assert open_between(WEEKEND, at("2026-11-23 00:00", "UTC"), at("2026-11-30 00:00", "UTC")) == 2 * DAY


@pytest.mark.parametrize(("night", "hours"), [("2026-03-28", 9), ("2026-10-24", 11), ("2026-11-26", 10)])
def test_a_night_in_which_clocks_are_changed_is_as_long_as_it_is(night: str, hours: int) -> None:
    every = Window(days=tuple(range(7)), start=20 * 60, end=6 * 60, zone=BERLIN)
    noon = at(f"{night} 12:00")
    assert open_between(every, noon, noon + DAY - HOUR) == hours * HOUR


def test_an_hour_that_is_left_out_opens_nothing_for_ever() -> None:
    left_out = Window(days=(6,), start=2 * 60, end=2 * 60 + 30, zone=BERLIN)
    now = at("2026-03-29 00:00")
    assert now <= opens(left_out, now) <= at("2026-04-05 02:00")


WINDOWS = st.builds(
    Window,
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    start=st.integers(0, 24 * 60 - 1),
    end=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from(["UTC", BERLIN, "Asia/Tokyo", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]),
)
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001 - made aware below
    lambda moment: int(moment.replace(tzinfo=UTC).timestamp())
)


@given(WINDOWS, TIMES)
def test_when_it_opens_it_is_open_and_never_before(window: Window, now: int) -> None:
    then = opens(window, now)
    assert now <= then <= now + 8 * DAY + 2 * HOUR
    assert opens(window, then) == then
    assert open_between(window, now, then) == 0
    assert open_between(window, then, then + 60) > 0


@given(WINDOWS, TIMES, st.integers(0, 3 * DAY), st.integers(0, 3 * DAY))
def test_what_was_open_adds_up(window: Window, since: int, first: int, second: int) -> None:
    middle, end = since + first, since + first + second
    whole = open_between(window, since, end)
    assert whole == open_between(window, since, middle) + open_between(window, middle, end)
    assert 0 <= whole <= first + second


def test_a_machine_comes_back_as_it_went_and_takes_no_more_room_than_it_must() -> None:
    first = Machine(3, "ws-0a1b2c3d1", "mika", "WSAMZN-1", None, 1)
    later = Machine(3, "ws-0a1b2c3d1", "mika", None, "mika@example.com", 1, phase="done", finished=7, version=4)
    for machine in (first, later):
        item = machine_item("upgrade-1", machine, 99)
        assert Machine.of(item) == machine
        assert item["expires"] == 99
    assert len(machine_item("upgrade-1", first, 99)) < 12


def test_a_window_of_every_day_is_open_as_long_as_it_says() -> None:
    window = Window(days=tuple(range(7)), start=60, end=180, zone="Asia/Tokyo")
    since = at("2026-11-01 00:00", "Asia/Tokyo")
    until = since + int(timedelta(days=30).total_seconds())
    assert open_between(window, since, until) == 30 * 2 * HOUR
