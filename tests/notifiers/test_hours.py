"""Hours: what people type, and when they begin, over midnight, weekends and changes of clocks."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.hours import Hours, parse_hours


def at(text: str, zone: str = "Europe/Berlin") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("8-18", "8-18 Asia/Tokyo"),
        ("8:30 – 17", "8:30-17 Asia/Tokyo"),
        ("08:00-18:00 Mon-Fri Europe/Berlin", "8-18 mon-fri Europe/Berlin"),
        ("22-6 berlin weekdays", "22-6 mon-fri Europe/Berlin"),
        ("9-12 fri-mon utc", "9-12 mon,fri-sun UTC"),
        ("9-12 tuesday,sat", "9-12 tue,sat Asia/Tokyo"),
        ("0-24", "0-24 Asia/Tokyo"),
        ("18-0", "18-24 Asia/Tokyo"),
        ("24-6", "0-6 Asia/Tokyo"),
    ],
)
def test_what_people_type(typed: str, read: str) -> None:
    hours = parse_hours(typed, "Asia/Tokyo")

    assert hours.typed() == read
    assert parse_hours(read, "UTC") == hours


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("soon", "no hours: write it like 8-18, 8:30-17 mon-fri or 22-6 Europe/Berlin"),
        ("8-8", "no hours: write it like"),
        ("8-25", "no hours: write it like"),
        ("8:60-9", "no hours: write it like"),
        ("8-18 Europe/Berln", "no hours, for nobody knows the zone in it: write it like 8-18 Europe/Berlin"),
        ("8-18 ../../etc/passwd", "no hours, for nobody knows the zone in it: write it like 8-18 Europe/Berlin"),
        ("8-18 mo-fr", "no hours, for nobody knows the zone in it"),
    ],
)
def test_what_is_none(typed: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        parse_hours(typed, "UTC")


@pytest.mark.parametrize(
    ("hours", "now", "begins"),
    [
        ("8-18", "2026-11-25T08:00", None),
        ("8-18", "2026-11-25T17:59:59", None),
        ("8-18", "2026-11-25T18:00", "2026-11-26T08:00"),
        ("8-18", "2026-11-25T07:59:59", "2026-11-25T08:00"),
        ("8-18 mon-fri", "2026-11-27T18:30", "2026-11-30T08:00"),  # a Friday evening
        ("8-18 sun", "2026-11-29T19:00", "2026-12-06T08:00"),
        ("22-6", "2026-11-25T23:00", None),
        ("22-6", "2026-11-25T05:59", None),
        ("22-6", "2026-11-25T06:00", "2026-11-25T22:00"),
        ("22-6 fri", "2026-11-28T03:00", None),  # it began on Friday
        ("22-6 fri", "2026-11-27T03:00", "2026-11-27T22:00"),  # the night before is Thursday's
        ("0-24 sat", "2026-11-28T23:59:59", None),
        ("0-24 sat", "2026-11-29T00:00", "2026-12-05T00:00"),
        # Clocks are put forward from 2:00 to 3:00 on 29 March, and back from 3:00 to 2:00 on 25 October.
        ("8-18", "2026-03-28T20:00", "2026-03-29T08:00"),
        ("2:30-4", "2026-03-29T01:59", "2026-03-29T03:30"),
        ("1-2:30", "2026-03-29T03:15", None),
        ("1-2:30", "2026-03-29T03:30", "2026-03-30T01:00"),
        ("2:30-4", "2026-10-25T01:00", "2026-10-25T02:30"),
        ("2-2:30", "2026-10-25T03:00", "2026-10-26T02:00"),
    ],
)
def test_when_they_begin(hours: str, now: str, begins: str | None) -> None:
    opens = parse_hours(hours, "Europe/Berlin").opens(at(now))

    assert opens == (at(begins) if begins else None)


def test_a_time_that_comes_twice_is_open_both_times() -> None:
    second = int(datetime(2026, 10, 25, 2, 15, fold=1, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())

    assert parse_hours("2-2:30", "Europe/Berlin").opens(second) is None


def test_the_zone_is_the_hours_own() -> None:
    assert parse_hours("8-18", "Asia/Tokyo").opens(at("2026-11-25T08:00")) is None  # 16:00 there
    assert parse_hours("8-18", "Asia/Tokyo").opens(at("2026-11-25T12:00")) == at("2026-11-26T08:00", "Asia/Tokyo")


def test_a_zone_that_this_system_lacks_is_utc() -> None:
    lost = Hours(begin=480, end=1080, zone="Europe/Atlantis")

    assert lost.opens(at("2026-11-25T20:00", "UTC")) == at("2026-11-26T08:00", "UTC")


@given(
    begin=st.integers(0, 1439),
    length=st.integers(1, 1439),
    days=st.sets(st.integers(0, 6), min_size=1),
    zone=st.sampled_from(
        ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu")
    ),
    now=st.integers(at("2010-01-01T00:00"), at("2030-01-01T00:00")),
)
def test_whenever_they_begin_they_are_on(begin: int, length: int, days: set[int], zone: str, now: int) -> None:
    hours = Hours(begin=begin, end=(begin + length) % 1440 or 1440, days=tuple(sorted(days)), zone=zone)
    opens = hours.opens(now)

    assert parse_hours(hours.typed(), "UTC") == hours
    if opens is not None:
        assert now < opens <= now + 15 * 86_400
        assert hours.opens(opens) is None
        assert hours.opens(opens - 1) == opens
