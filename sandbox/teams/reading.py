"""An Adaptive Card as a person reads it: its text in reading order, its buttons, its inputs, its links."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.teams.inputs import Input, read_input
from sandbox.teams.world import Json

_LINK = re.compile(r"(?<!\\)\[([^\]\n]*)\]\(([^)\s]+)\)")
_EMPHASIS = re.compile(r"(?<![\\\w])(\*\*|__|[*_])(?=\S)(.+?)(?<=\S)\1(?!\w)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|~])")
ELEMENTS = {
    "TextBlock",
    "RichTextBlock",
    "Image",
    "Media",
    "ImageSet",
    "Container",
    "ColumnSet",
    "Column",
    "FactSet",
    "ActionSet",
    "Table",
    "Input.Text",
    "Input.Number",
    "Input.Date",
    "Input.Time",
    "Input.Toggle",
    "Input.ChoiceSet",
}
ACTIONS = {"Action.Execute", "Action.Submit", "Action.OpenUrl", "Action.ShowCard", "Action.ToggleVisibility"}


@dataclass(frozen=True)
class Pressable:
    """A button of a card. `opened_by` is the title of the Action.ShowCard in front of it, `asks` what that card says.

    `inputs` are those whose values go with a press: its own card's and those of the cards around it.
    """

    label: str
    kind: str
    action: Json
    style: str | None = None
    url: str | None = None
    verb: str | None = None
    data: Any = None
    opened_by: str | None = None
    asks: str = ""
    primary: bool = True
    inputs: tuple[Input, ...] = ()

    @property
    def command(self) -> str | None:
        """The command in the button's data, for apps whose buttons are commands."""
        return self.data.get("command") if isinstance(self.data, Mapping) else None


@dataclass
class Reading:
    """What a card says, collected on the way through it."""

    lines: list[str] = field(default_factory=list)
    pressables: list[Pressable] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    @property
    def plain(self) -> str:
        """All that is readable, one line an element."""
        return "\n".join(line for line in self.lines if line)


def read(card: Json | None, outer: tuple[Input, ...] = (), opened_by: str | None = None) -> Reading:
    """Read a card; None reads as nothing."""
    reading = Reading()
    if card is None:
        return reading
    actions: list[Json] = []
    for element in _shown(card.get("body", []), ELEMENTS):
        reading.lines += _lines(element, reading, actions)
    asks = reading.plain
    card_actions = _shown(card.get("actions", []), ACTIONS)
    reading.lines += [_labels(card_actions)]
    for action in [*actions, *card_actions]:
        reading.pressables += _pressables(action, (*outer, *reading.inputs), opened_by, asks)
    select = card.get("selectAction")
    if select:
        _link(select, reading)
    return reading


def _shown(nodes: Any, known: set[str]) -> list[Json]:
    """Elements (or actions) as the client draws them: unknown ones by their fallback, invisible ones not at all."""
    shown = []
    for node in nodes:
        current: Any = node
        while isinstance(current, Mapping) and current.get("type") not in known:
            current = current.get("fallback")
        if isinstance(current, Mapping) and current.get("isVisible", True):
            shown.append(dict(current))
    return shown


def _lines(element: Json, reading: Reading, actions: list[Json]) -> list[str]:
    if element.get("selectAction"):
        _link(element["selectAction"], reading)
    match element["type"]:
        case "TextBlock":
            return [markdown(str(element.get("text", "")), reading.links)]
        case "RichTextBlock":
            return ["".join(_run(inline, reading) for inline in element.get("inlines", []))]
        case "FactSet":
            return [_fact(fact, reading) for fact in element.get("facts", [])]
        case "Image":
            return [str(element.get("altText", ""))]
        case "ActionSet":
            found = _shown(element.get("actions", []), ACTIONS)
            actions += found
            return [_labels(found)]
        case "ColumnSet":
            columns = [{"type": "Column", **column} for column in element.get("columns", [])]
            return _side_by_side([_lines(column, reading, actions) for column in _shown(columns, ELEMENTS)])
        case "Container" | "Column":
            return _inside(element.get("items", []), reading, actions)
        case _:
            return _others(element, reading, actions)


def _others(element: Json, reading: Reading, actions: list[Json]) -> list[str]:
    match element["type"]:
        case "Table":
            rows = [
                [_inside(cell.get("items", []), reading, actions) for cell in row.get("cells", [])]
                for row in element.get("rows", [])
            ]
            return [line for row in rows for line in _side_by_side(row)]
        case "ImageSet":
            return [str(image.get("altText", "")) for image in element.get("images", [])]
        case kind if kind.startswith("Input."):
            found = read_input(element)
            reading.inputs.append(found)
            return found.lines()
        case _:
            return []


def _inside(items: Any, reading: Reading, actions: list[Json]) -> list[str]:
    return [line for item in _shown(items, ELEMENTS) for line in _lines(item, reading, actions)]


def _side_by_side(columns: list[list[str]]) -> list[str]:
    """Columns with as many lines are rows to the eye; others are read one after the other."""
    if len({len(column) for column in columns}) == 1:
        return [" ".join(cell for cell in row if cell) for row in zip(*columns, strict=True)]
    return [line for column in columns for line in column]


def _run(inline: Any, reading: Reading) -> str:
    if isinstance(inline, str):
        return inline
    if inline.get("selectAction"):
        _link(inline["selectAction"], reading)
    return str(inline.get("text", ""))


def _fact(fact: Json, reading: Reading) -> str:
    return f"{markdown(str(fact['title']), reading.links)} {markdown(str(fact['value']), reading.links)}"


def _link(action: Json, reading: Reading) -> None:
    if action.get("url"):
        reading.links.append(str(action["url"]))


def _labels(actions: list[Json]) -> str:
    return " ".join(f"[{action.get('title', '')}]" for action in actions)


def _pressables(action: Json, inputs: tuple[Input, ...], opened_by: str | None, asks: str) -> Iterator[Pressable]:
    """The buttons that one action gives: an Action.ShowCard also those of its card."""
    title = str(action.get("title", ""))
    yield Pressable(
        label=title,
        kind=action["type"],
        action=action,
        style=action.get("style"),
        url=action.get("url"),
        verb=action.get("verb"),
        data=action.get("data"),
        opened_by=opened_by,
        asks=asks if opened_by is not None else "",
        primary=action.get("mode", "primary") == "primary",
        inputs=inputs if action.get("associatedInputs", "auto").lower() == "auto" else (),
    )
    if action["type"] == "Action.ShowCard":
        yield from read(action["card"], inputs, title).pressables


def markdown(text: str, links: list[str]) -> str:
    """Text with the markdown that Teams draws in it taken away; the targets of links are added to `links`."""

    def label(match: re.Match[str]) -> str:
        links.append(match[2])
        return match[1]

    text = _LINK.sub(label, text)
    return _ESCAPED.sub(r"\1", _EMPHASIS.sub(r"\2", text))
