"""Lists of what was held back: what stands for a message in one, why it is there, and how a list is drawn. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, field_validator

from notifiers.characters import cut
from notifiers.message import Button, Message, Severity, Span, Text
from notifiers.plain_text import mark, one_line, plural

# muted, hours: somebody asked for quiet until then; notices: told together; flood: too many came at once.
Why = Literal["muted", "hours", "notices", "flood"]
WHYS: tuple[Why, ...] = get_args(Why)

LINES = 40
LINE = 200
# What every chat shows whole of all lines as JSON, and what a line costs besides its text.
_ROOM = 11_000
_LINE_COSTS = 120

_WORST: tuple[Severity, ...] = ("info", "ok", "progress", "warning", "critical")
_OPEN = Button(label="What is open", command="alerts open")


class Entry(BaseModel):
    """One line of a list: `text` is made one line of at most 200 characters, `at` is when it happened (epoch seconds).

    A message without an entry is never put into a list.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    severity: Severity = "info"
    at: float

    @field_validator("text")
    @classmethod
    def _short(cls, text: str) -> str:
        return cut(one_line(text), LINE)

    @property
    def cost(self) -> int:
        """What it takes of a list's room."""
        utf_8 = len(json.dumps(self.text, ensure_ascii=False).encode()) + 4 * sum(map(self.text.count, "&<>"))
        # One chat counts bytes and has half as much room as the other, which counts what is beyond ASCII as escapes.
        return _LINE_COSTS + max(utf_8, len(json.dumps(self.text)) // 2)


def fitting(shown: Sequence[Entry], more: Sequence[Entry]) -> int:
    """How many of `more` have room in a list below `shown`."""
    room, lines = _ROOM - sum(entry.cost for entry in shown), LINES - len(shown)
    for number, entry in enumerate(more[: max(0, lines)]):
        room -= entry.cost
        if room < 0:
            return number
    return min(len(more), max(0, lines))


def draw(why: Why, entries: Mapping[str, Entry], expected: int = 0) -> Message:
    """A list, and before anything stands in it (`expected` lines then) what is said of it."""
    count = len(entries) or expected
    lines = tuple(_line(entry) for entry in entries.values())
    return Message(
        title=_title(why, count),
        summary=_summary(why, count),
        severity=max((entry.severity for entry in entries.values()), key=_WORST.index, default="info"),
        blocks=lines or (Text.of("The list follows."),),
        buttons=() if why == "notices" else (_OPEN,),
    )


def _line(entry: Entry) -> Text:
    return Text(spans=(Span(text=f"{mark(entry.severity)} {entry.text}"),))


def _title(why: Why, count: int) -> str:
    match why:
        case "muted":
            return f"While this was muted: {plural(count, 'alert')}"
        case "hours":
            return f"Outside the hours of this place: {plural(count, 'alert')}"
        case "notices":
            return plural(count, "notice")
        case "flood":
            return f"{count} more held back, because many came at once"


def _summary(why: Why, count: int) -> str:
    if why != "flood":
        return _title(why, count)
    return f"{count} more held back in a list, because many came within a minute"
