"""Times, durations and money in words, for people."""

from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from aws_ops import clock

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def say_time(epoch: int, tz: str) -> str:
    """A time of day with its zone: "14:30 JST".

    When not today in that zone "Sat 21 Nov 14:30 JST", when not this year "Sat 21 Nov 2026 14:30 JST". `epoch` in
    seconds; `tz` an IANA name, one that nobody knows is UTC.
    """
    zone = _zone(tz)
    then = datetime.fromtimestamp(epoch, zone)
    today = clock.now().astimezone(zone)
    clock_face = f"{then:%H:%M} {_zone_name(then)}"
    if then.date() == today.date():
        return clock_face
    year = "" if then.year == today.year else f" {then.year}"
    return f"{then:%a} {then.day} {then:%b}{year} {clock_face}"


def say_duration(seconds: float) -> str:
    """A length of time by its two largest units: "45 s", "1 min 30 s", "1 h 20 min", "2 d 3 h".

    Seconds are dropped from an hour on, minutes from a day on; less than nothing is "0 s".
    """
    rest = max(0, round(seconds))
    if rest < 60:
        return f"{rest} s"
    names = (*_UNITS, (1, "s"))
    for (size, name), (small, small_name) in pairwise(names):
        if rest >= size:
            whole, part = divmod(rest, size)
            return f"{whole} {name}" + (f" {part // small} {small_name}" if part >= small else "")
    raise AssertionError("a minute or more has a unit")


def say_usd(amount: float) -> str:
    """Money in US dollars: "$0.45", "$1,234.50"; "under $0.01" for what is more than nothing and rounds to it."""
    if 0 < amount < 0.005:
        return "under $0.01"
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


@lru_cache(maxsize=256)
def _zone(tz: str) -> ZoneInfo:
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError):
        # A person's platform named a zone that this system lacks: their answer matters more than their zone.
        return ZoneInfo("UTC")


def _zone_name(then: datetime) -> str:
    """The zone's own letters, "JST"; "UTC+5:30" for the zones without letters (%Z of Asia/Dhaka is "+06")."""
    name = then.tzname() or "UTC"
    if name.isalpha():
        return name
    minutes = round((then.utcoffset() or timedelta()).total_seconds() / 60)
    sign = "+" if minutes >= 0 else "-"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
