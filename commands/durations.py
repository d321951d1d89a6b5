"""Durations as people write them: `45s`, `30m`, `8h`, `1d`, `1h30m`, and also "2 hours"."""

import re

LONGEST = 366 * 86_400

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_UNIT = r"s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?"
_PART = re.compile(rf"\s*(\d{{1,9}})\s*({_UNIT})(?![a-z])", re.IGNORECASE | re.ASCII)
_PARTS = re.compile(rf"(?:\s*\d{{1,9}}\s*(?:{_UNIT})(?=\d|\s|$))+\s*", re.IGNORECASE | re.ASCII)


def parse_duration(text: str) -> int:
    """Seconds, from 1 to a year.

    Raises ValueError, saying what `text` is: "not a duration: write it like …".
    """
    if not _PARTS.fullmatch(text):
        raise ValueError("not a duration: write it like 45s, 30m, 8h, 1d or 1h30m")
    seconds = sum(int(number) * _SECONDS[unit[0].lower()] for number, unit in _PART.findall(text))
    if seconds == 0:
        raise ValueError("too short a duration: at least 1s")
    if seconds > LONGEST:
        raise ValueError("too long a duration: at most a year")
    return seconds


def write_duration(seconds: int) -> str:
    """What `parse_duration` reads as `seconds`, the shortest way: "1h30m". `seconds` > 0."""
    parts = []
    for unit, size in reversed(_SECONDS.items()):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
