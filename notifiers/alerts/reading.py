"""Getters for what AWS sent, which trust neither its shape nor its length, and never raise."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from notifiers.characters import cut

LONGEST = 2_000  # characters of one value: longer than every name and ARN of AWS's
_NOTHING: Mapping[str, object] = {}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0  # 2000 and 2100: what lies outside is no time of an event
_MILLISECONDS = 100_000_000_000  # more than this is no number of seconds


def within(value: object, *path: str | int) -> object:
    """What is at the end of `path` (keys of objects, positions in lists); None where there is nothing."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: object, *path: str | int, longest: int = LONGEST) -> str | None:
    """A text, or a number as text, without space around it, cut to `longest`; None where there is nothing to read."""
    found = within(value, *path)
    if isinstance(found, str):
        return clean(found, longest).strip() or None
    return str(found) if number(found) is not None else None


def texts(value: object, *path: str | int) -> tuple[str, ...]:
    """The texts of a list; what is none is left out."""
    found = within(value, *path)
    return tuple(each for each in map(text, found) if each) if isinstance(found, list) else ()


def number(value: object, *path: str | int) -> float | None:
    """A finite number, or a text that is one."""
    found = within(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        read = float(found[:100] if isinstance(found, str) else found)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def fields(value: object, *path: str | int) -> Mapping[str, object]:
    """An object; an empty one where there is none."""
    found = within(value, *path)
    return found if isinstance(found, Mapping) else _NOTHING


def each(value: object, *path: str | int) -> tuple[Mapping[str, object], ...]:
    """The objects of a list; what is none is left out."""
    found = within(value, *path)
    return tuple(item for item in found if isinstance(item, Mapping)) if isinstance(found, list) else ()


def decoded(value: object, *path: str | int) -> object:
    """What a text says as JSON; None where it is none."""
    found = within(value, *path)
    if not isinstance(found, str):
        return None
    try:
        return json.loads(found)
    except (ValueError, RecursionError):
        return None


def moment(value: object, *path: str | int) -> float | None:
    """Seconds since 1970, with fractions, of a text or of seconds or milliseconds; None where it is no time.

    A text is in ISO 8601, or as in e-mail ("Fri, 27 Jan 2023 06:02:51 GMT"); without a zone it is in UTC.
    """
    found = within(value, *path)
    seconds = _of_text(found[:40].strip()) if isinstance(found, str) else number(found)
    if seconds is not None and seconds > _MILLISECONDS:
        seconds /= 1000
    return seconds if seconds is not None and _EARLIEST <= seconds < _LATEST else None


def clean(said: str, longest: int = LONGEST) -> str:
    """`said` without what no chat, table or encoding takes (control characters, halves of characters), cut visibly."""
    head = said[: longest + 1]
    if not (head.isascii() and head.isprintable()):
        head = _CONTROLS.sub("", head.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return cut(head, longest)


def say_number(value: float) -> str:
    """A number as people read it: "95", "99.5", "29.96", "0.0667", "1,234,567"."""
    if value == 0 or abs(value) >= 10_000:
        return f"{value:,.0f}"
    if abs(value) < 0.0001:
        return f"{value:.3g}"
    digits = 2 if abs(value) >= 1 else 2 - math.floor(math.log10(abs(value)))
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")


def _of_text(said: str) -> float | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            then = parse(said)
            return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
    return None
