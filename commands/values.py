"""One value of an argument, from text."""

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time

from aws_ops import clock
from commands.command import Argument
from commands.config import Config
from commands.durations import parse_duration, write_duration
from commands.tokens import clean, echo
from notifiers.hours import parse_hours
from notifiers.place import Place

TAG = "tag:"
LONGEST_TEXT = 200
LONGEST_REST = 300

Value = str | int | bool | tuple[str, ...]

_YES = frozenset({"yes", "true", "on", "1"})
_NO = frozenset({"no", "false", "off", "0"})
# With a scheme or without, also where a place's stands before it.
_ADDRESS = re.compile(r"://|(?:^|:)[\w-]+(?:\.[\w-]+)+(?::\d+)?/", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_value(argument: Argument, text: str, config: Config | None) -> Value:
    """`text` as the argument takes it. Raises ValueError with a sentence for whoever wrote it."""
    match argument.kind:
        case "flag":
            return _flag(argument, text)
        case "choice":
            return _choice(argument, text, config)
        case "list":
            words = re.split(r"[ ,]+", text.strip(" ,"))
            return tuple(dict.fromkeys(_one_of(argument, word, config) for word in words))
        case "text":
            if '"' in text:
                raise ValueError(f"The {argument.name} has a quotation mark in it.")
            return _read_text(argument, _short(argument, text, LONGEST_TEXT))
        case "rest":
            # Cleaned anew: what stood behind the quotation mark begins the text now, and must be read so again.
            return _short(argument, clean(_unquoted(text.strip())), LONGEST_REST)
        case kind:
            return _READ[kind](text)


def since_epoch(since: str) -> int:
    """The time (epoch seconds) that a `since` value means now; a date begins at midnight UTC."""
    if _DATE.fullmatch(since):
        return int(datetime.combine(date.fromisoformat(since), time(), UTC).timestamp())
    return clock.epoch() - parse_duration(since)


def good_example(argument: Argument, text: str, config: Config | None) -> str:
    """What somebody may type instead of `text`: the choice nearest to it, else the argument's own example."""
    if argument.choices is None or config is None:
        return argument.example
    choices = argument.choices(config)
    near = difflib.get_close_matches(text.lower()[:LONGEST_TEXT], choices, n=1, cutoff=0.5)
    return (near or [*choices, argument.example])[0]


def _duration(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ValueError(f"{echo(text)} is {error}.") from None


def _since(text: str) -> str:
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError(f"{echo(text)} is no day of the calendar.") from None
    try:
        return write_duration(parse_duration(text))
    except ValueError:
        raise ValueError(f"{echo(text)} is neither a duration like 7d nor a date like 2026-11-01.") from None


def _read_text(argument: Argument, text: str) -> str:
    if argument.reads is None:
        return text
    try:
        return argument.reads(text)
    except ValueError as error:
        raise ValueError(f"{echo(text)} is {error}.") from None


def _flag(argument: Argument, text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ValueError(f"--{argument.name} takes no value, so not {echo(text)} either.")


def _one_of(argument: Argument, word: str, config: Config | None) -> str:
    one = argument.name.removesuffix("s")
    if _ADDRESS.search(word):
        raise ValueError(f"A web address is no {one}.")
    choices = argument.choices(config) if argument.choices is not None and config is not None else None
    if choices is None or word.lower() in choices:
        short = _short(argument, word, LONGEST_TEXT)
        # AWS tells tags apart that differ in this alone.
        return short if choices is None and short.startswith(TAG) else short.lower()
    raise ValueError(f"There is no {one} {echo(word)}.")


def _tag(text: str) -> str:
    if re.fullmatch(r'[^="]{1,128}(=[^"]{0,256})?', text.strip()):
        return text.strip()
    raise ValueError(f"{echo(text)} is no tag: write its key, or key=value.")


def _hours(text: str) -> str:
    try:
        return parse_hours(text, "").typed()
    except ValueError as error:
        raise ValueError(f"{echo(text)} is {error}.") from None


def _place(text: str) -> str:
    if text.lower() in {"here", "me"}:
        return text.lower()
    if _ADDRESS.search(text):
        # What is told to nobody is not told back either, nor written to the audit.
        raise ValueError(
            "The address of a webhook is a secret: let an admin keep it in Secrets Manager under deskside/webhook/ and "
            "write the name that it has there."
        )
    try:
        return str(Place.parse(text))
    except ValueError:
        raise ValueError(f"{echo(text)} is no place.") from None


def _choice(argument: Argument, text: str, config: Config | None) -> str:
    if config is None or argument.choices is None:
        return _short(argument, text, LONGEST_TEXT).lower()
    choices = argument.choices(config)
    if text.lower() in choices:
        return text.lower()
    if not choices:
        raise ValueError(f"There is no {argument.name} in the configuration yet.")
    few = ", ".join(choices[:6]) + (" …" if len(choices) > 6 else "")
    raise ValueError(f"There is no {argument.name} {echo(text)}, only {few}.")


def _unquoted(text: str) -> str:
    quoted = len(text) > 2 and text[0] == text[-1] == '"' and '"' not in text[1:-1]
    return text[1:-1] if quoted else text


def _short(argument: Argument, text: str, longest: int) -> str:
    if len(text) > longest:
        raise ValueError(f"{echo(text)} is too long for {argument.name}: at most {longest} characters.")
    if not text.strip():
        raise ValueError(f"The {argument.name} is empty.")
    return text.strip()


_READ: Mapping[str, Callable[[str], Value]] = {
    "duration": _duration,
    "since": _since,
    "tag": _tag,
    "hours": _hours,
    "place": _place,
}
