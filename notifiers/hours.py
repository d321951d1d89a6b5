"""The hours in which somebody wants to hear: a part of the day, on some days of the week, in a time zone. Pure."""

import difflib
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, model_validator

_DAY = 24 * 60
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY = tuple(range(7))
_WORDS = {"weekdays": (0, 1, 2, 3, 4), "weekends": (5, 6), "weekend": (5, 6), "daily": _EVERY}
# Behind the longest that a week of windows can be away: a zone has skipped a whole day before.
_LOOK_AHEAD = 9

_WINDOW = re.compile(r"(\d{1,2})(?::(\d{2}))?\s?[-\u2010-\u2015]\s?(\d{1,2})(?::(\d{2}))?", re.ASCII)
_HOW = "write it like 8-18, 8:30-17 mon-fri or 22-6 Europe/Berlin"


class Hours(BaseModel):
    """From `begin` to `end`, in minutes after midnight in `zone` (an IANA name).

    Where `end` is not after `begin` it is on the day after. `days` are those on which it begins; 0 is Monday. A time
    that a change of clocks leaves out is as much later, one that comes twice begins with the first and ends with the
    second.
    """

    model_config = ConfigDict(frozen=True)

    begin: Annotated[int, Field(ge=0, lt=_DAY)]
    end: Annotated[int, Field(gt=0, le=_DAY)]
    days: Annotated[tuple[Annotated[int, Field(ge=0, le=6)], ...], Field(min_length=1)] = _EVERY
    zone: str = "UTC"

    @model_validator(mode="after")
    def _is_a_part_of_the_day(self) -> Self:
        if self.begin == self.end:
            raise ValueError("the hours begin when they end")
        return self

    def opens(self, at: int) -> int | None:
        """When they begin next (epoch seconds); None while they are on at `at`."""
        for begin, end in self._windows(at):
            if begin <= at < end:
                return None
            # Clocks that are put forward may leave out nearly all of it.
            if at < begin < end:
                return begin
        return None  # never, by these clocks: better heard than lost

    def typed(self) -> str:
        """As `parse_hours` reads it: "8-18 mon-fri Europe/Berlin"."""
        days = () if self.days == _EVERY else (_say_days(self.days),)
        return " ".join(filter(None, (f"{_clock(self.begin)}-{_clock(self.end)}", *days, self.zone)))

    def _windows(self, at: int) -> Iterator[tuple[int, int]]:
        zone = _zone(self.zone)
        today = datetime.fromtimestamp(at, zone).date()
        for offset in range(-1, _LOOK_AHEAD):
            day = today + timedelta(days=offset)
            if day.weekday() in self.days:
                end = self.end if self.end > self.begin else self.end + _DAY
                yield _moment(day, self.begin, zone)[0], max(_moment(day, end, zone))


def parse_hours(text: str, zone: str) -> Hours:
    """Read "8-18", "8:30-17 mon-fri" or "22-6 Europe/Berlin"; `zone` where it names none.

    Raises ValueError, saying what `text` is: "no hours: write it like …".
    """
    match = _WINDOW.match(text.strip())
    if match is None:
        raise ValueError(f"no hours: {_HOW}")
    begin, end = _minutes(match[1], match[2]), _minutes(match[3], match[4])
    if begin is None or end is None or begin % _DAY == (end or _DAY):
        raise ValueError(f"no hours: {_HOW}")
    days, named = _EVERY, zone
    for word in text.strip()[match.end() :].split():
        found = _days(word.lower())
        if found is not None:
            days = found
        else:
            named = known_zone(word)
    return Hours(begin=begin % _DAY, end=end or _DAY, days=days, zone=named)


def known_zone(word: str) -> str:
    """The zone of this name, in any case, or of this city. Raises ValueError, saying what `word` is."""
    asked = word.casefold()
    zones = _zones()
    if asked in zones:
        return zones[asked]
    cities = [name for name in zones.values() if name.rpartition("/")[2].casefold() == asked]
    if len(cities) == 1:
        return cities[0]
    near = difflib.get_close_matches(asked[:60], zones, n=1, cutoff=0.7)
    instead = cities[:1] or [zones[name] for name in near] or ["Europe/Berlin"]
    raise ValueError(f"no hours, for nobody knows the zone in it: write it like 8-18 {instead[0]}")


def _minutes(hour: str, minute: str | None) -> int | None:
    minutes = int(hour) * 60 + int(minute or 0)
    return minutes if minutes <= _DAY and int(minute or 0) < 60 else None


def _days(word: str) -> tuple[int, ...] | None:
    if word in _WORDS:
        return _WORDS[word]
    found: set[int] = set()
    for part in word.split(","):
        first, dash, last = part.partition("-")
        begin, end = _day(first), _day(last) if dash else _day(first)
        if begin is None or end is None:
            return None
        found |= {day % 7 for day in range(begin, end + (7 if end < begin else 0) + 1)}
    return tuple(sorted(found))


def _day(word: str) -> int | None:
    fits = len(word) >= 3 and any(name.startswith(word) for name in _LONG)
    return _NAMES.index(word[:3]) if fits else None


def _say_days(days: tuple[int, ...]) -> str:
    """Three or more in a row by the first and the last: "mon-fri,sun"."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(
        f"{_NAMES[run[0]]}-{_NAMES[run[-1]]}" if len(run) > 2 else ",".join(_NAMES[day] for day in run) for run in runs
    )


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}" if minute else str(hour)


def _moment(day: date, minutes: int, zone: ZoneInfo) -> tuple[int, int]:
    """The epoch seconds of a time of day: two where the clocks are put back, and then the second is as good an end."""
    days, rest = divmod(minutes, _DAY)
    local = datetime.combine(day + timedelta(days=days), time(*divmod(rest, 60)), zone)
    # What the clocks leave out reads as much later with fold=0, and earlier with fold=1.
    return int(local.timestamp()), int(local.replace(fold=1).timestamp())


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(available_timezones())}


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # Written where the system knows it: the alert matters more than the hour.
        return ZoneInfo("UTC")
