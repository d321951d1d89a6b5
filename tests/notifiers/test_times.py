"""Times, durations and money in words."""

from datetime import UTC, datetime

import pytest

from aws_ops import clock
from notifiers.times import say_duration, say_time, say_usd

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> None:
    clock.set_source(lambda: NOW)


def at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[misc, arg-type]  # year, month, day, hour, minute


@pytest.mark.parametrize(
    ("epoch", "tz", "said"),
    [
        (at(2026, 11, 20, 5, 30), "Asia/Tokyo", "14:30 JST"),
        (at(2026, 11, 20, 14, 59), "Asia/Tokyo", "23:59 JST"),
        (at(2026, 11, 20, 15, 0), "Asia/Tokyo", "Sat 21 Nov 00:00 JST"),
        (at(2026, 11, 1, 5, 30), "Asia/Tokyo", "Sun 1 Nov 14:30 JST"),
        (at(2026, 12, 31, 15, 0), "Asia/Tokyo", "Fri 1 Jan 2027 00:00 JST"),
        (at(2026, 11, 20, 5, 30), "Europe/Berlin", "06:30 CET"),
        (at(2026, 7, 20, 5, 30), "Europe/Berlin", "Mon 20 Jul 07:30 CEST"),
        (at(2026, 11, 20, 5, 30), "Asia/Kolkata", "11:00 IST"),
        (at(2026, 11, 20, 5, 30), "Asia/Dhaka", "11:30 UTC+6"),
        (at(2026, 11, 20, 5, 30), "Asia/Kathmandu", "11:15 UTC+5:45"),
        (at(2026, 11, 20, 5, 30), "America/Sao_Paulo", "02:30 UTC-3"),
        (at(2026, 11, 20, 5, 30), "UTC", "05:30 UTC"),
        (at(2026, 11, 20, 5, 30), "Mars/Base", "05:30 UTC"),
        (at(2026, 11, 20, 5, 30), "", "05:30 UTC"),
        (at(2026, 11, 20, 5, 30), "../../etc/passwd", "05:30 UTC"),
    ],
)
def test_a_time_names_its_zone_and_its_day_when_not_today(epoch: int, tz: str, said: str) -> None:
    assert say_time(epoch, tz) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (45, "45 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (4800, "1 h 20 min"),
        (86_400, "1 d"),
        (97_200, "1 d 3 h"),
        (8 * 3600, "8 h"),
    ],
)
def test_a_duration_by_its_two_largest_units(seconds: float, said: str) -> None:
    assert say_duration(seconds) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "$0.00"), (0.45, "$0.45"), (0.004, "under $0.01"), (0.005, "$0.01"), (1234.5, "$1,234.50"), (-2, "-$2.00")],
)
def test_money(amount: float, said: str) -> None:
    assert say_usd(amount) == said
