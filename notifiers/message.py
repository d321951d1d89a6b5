"""What we say and what we ask for, with no platform in it.

Text is data: nothing in it is markup. A renderer escapes every `text`, so that what AWS or a person wrote can
neither mention anybody, nor forge a link, nor break the layout.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Severity = Literal["info", "progress", "ok", "warning", "critical"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Frozen):
    """A piece of text in one style; `link` makes it a link (http and https only)."""

    text: str
    bold: bool = False
    code: bool = False
    link: str | None = Field(default=None, pattern=r"^https?://")


class Text(_Frozen):
    """A paragraph."""

    kind: Literal["text"] = "text"
    spans: tuple[Span, ...]
    quiet: bool = False  # small print: Slack's context block, Teams' subtle text

    @classmethod
    def of(cls, *parts: str | Span, quiet: bool = False) -> "Text":
        """A paragraph from plain strings and spans."""
        spans = tuple(Span(text=part) if isinstance(part, str) else part for part in parts)
        return cls(spans=spans, quiet=quiet)


def bold(text: str) -> Span:
    """`text` in bold."""
    return Span(text=text, bold=True)


def code(text: str) -> Span:
    """`text` in a fixed-width face: what one types, ids."""
    return Span(text=text, code=True)


class Fact(_Frozen):
    """A label and its value."""

    label: str
    value: str


class Facts(_Frozen):
    """Short labelled values, side by side where there is room."""

    kind: Literal["facts"] = "facts"
    items: tuple[Fact, ...]

    @classmethod
    def of(cls, **items: str) -> "Facts":
        """Facts from keywords; `_` in a name becomes a space."""
        return cls(items=tuple(Fact(label=label.replace("_", " "), value=value) for label, value in items.items()))


class Table(_Frozen):
    """Rows under columns; every row has as many cells as there are columns."""

    kind: Literal["table"] = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @model_validator(mode="after")
    def _rectangular(self) -> "Table":
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row of a table has as many cells as there are columns")
        return self


class Code(_Frozen):
    """Text kept as it is, in a fixed-width face."""

    kind: Literal["code"] = "code"
    text: str


class Progress(_Frozen):
    """How far something is: `done` of `total` steps."""

    kind: Literal["progress"] = "progress"
    label: str
    done: int = Field(ge=0)
    total: int = Field(ge=1)

    @model_validator(mode="after")
    def _not_past_the_end(self) -> "Progress":
        if self.done > self.total:
            raise ValueError("progress cannot be past its total")
        return self


class Chart(_Frozen):
    """A small series over time, oldest first (a text sparkline everywhere)."""

    kind: Literal["chart"] = "chart"
    title: str
    values: tuple[float, ...]
    unit: str = ""


class Image(_Frozen):
    """A picture at an https address, and what it shows in words."""

    kind: Literal["image"] = "image"
    url: str = Field(pattern=r"^https://")
    alt: str


Block = Annotated[Text | Facts | Table | Code | Progress | Chart | Image, Field(discriminator="kind")]


class Button(_Frozen):
    """A button is a command (ids only), or a link."""

    label: str
    command: str | None = None
    link: str | None = Field(default=None, pattern=r"^https?://")
    style: Literal["default", "primary", "danger"] = "default"
    confirm: str | None = None  # a question asked before the command is sent

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "Button":
        if (self.command is None) == (self.link is None):
            raise ValueError("a button has a command or a link")
        return self


class Audience(_Frozen):
    """Buttons meant for some of those who read a message; whoever else presses one is refused by its command.

    `people` are keys. A chat that can shows the buttons to them alone, and one that draws a message anew for single
    readers asks what the card of `run` says then; where that is None, they stand in those people's own chats only.
    """

    people: tuple[str, ...]
    buttons: tuple[Button, ...] = Field(min_length=1)
    run: str | None = None


class File(_Frozen):
    """A text file that goes with a message."""

    name: str
    content: str


class Message(_Frozen):
    """Something that is said. `summary` is one line: the notification, and what a screen reader says."""

    title: str
    summary: str
    severity: Severity = "info"
    blocks: tuple[Block, ...] = ()
    buttons: tuple[Button, ...] = ()
    audience: Audience | None = None
    files: tuple[File, ...] = ()

    @property
    def every_button(self) -> tuple[Button, ...]:
        """The buttons for everybody, after those for some."""
        return (*self.audience.buttons, *self.buttons) if self.audience else self.buttons


def line(text: str, severity: Severity = "info", buttons: tuple[Button, ...] = ()) -> Message:
    """The shortest message: one sentence and no title."""
    return Message(title="", summary=text, severity=severity, blocks=(Text.of(text),), buttons=buttons)


class Choice(_Frozen):
    """One option of a choice field."""

    value: str
    label: str


class FormField(_Frozen):
    """One question. `name` is the argument it fills; `duration` takes `45s 30m 8h 1d`."""

    name: str
    label: str
    kind: Literal["text", "duration", "number", "choice"] = "text"
    required: bool = True
    initial: str | None = None
    hint: str | None = None
    choices: tuple[Choice, ...] = ()
    multiline: bool = False
    max_length: int | None = Field(default=None, ge=1)
    minimum: float | None = None  # number: the value; duration: seconds
    maximum: float | None = None

    @model_validator(mode="after")
    def _choices_fit(self) -> "FormField":
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError("a choice field, and only that, has choices")
        return self


class Form(_Frozen):
    """What we ask for; a submit yields a mapping of field names to strings for `command`."""

    title: str
    command: str
    submit: str = "OK"
    intro: str | None = None
    fields: tuple[FormField, ...] = Field(min_length=1)
