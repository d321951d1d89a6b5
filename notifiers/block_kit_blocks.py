"""A message's blocks and buttons as Slack's, each within its limits and within the room that is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from aws_ops.sparkline import sparkline
from notifiers import block_kit_limits as limits
from notifiers.beginning import first_lines, first_rows
from notifiers.block_kit_limits import Json, weight
from notifiers.block_kit_text import harmless, label, plain_line, plain_text
from notifiers.characters import cut, is_address, units
from notifiers.message import Block, Button, Chart, Code, Fact, Facts, Image, Progress, Span, Table, Text, bold, code
from notifiers.plain_text import (
    align_within,
    block_text,
    chart_words,
    is_blank,
    one_line,
    plural,
    progress_bar,
    span_text,
)

_CELL = 40  # columns of a table's cell
_LINE = 96  # columns of a table: about what Slack's window shows without wrapping
_REMARK = 40  # room for "… 12 more rows"


@dataclass(frozen=True)
class Drawn:
    """What one block became; `whole`: nothing of it was left out."""

    blocks: tuple[Json, ...] = ()
    whole: bool = True

    @cached_property
    def weight(self) -> int:
        """What it takes of the room of a message."""
        return weight(self.blocks)


def fit(block: Block, room: int) -> Drawn | None:
    """`block` with as much of its text as fits into `room` (a `weight`); None when not even a little does."""
    for limit in (limits.PREFORMATTED, limits.PARAGRAPH, 1_500, 750, 375):
        if limit > max(room, 375):
            continue
        drawn = _draw(block, limit)
        if drawn.weight <= room:
            return drawn
    return None


def all_of(blocks: Sequence[Block], slots: int, room: int) -> list[Json] | None:
    """Every block whole, measured once; None where there is no room for that, or where it takes more to tell."""
    every: list[Json] = []
    for block in blocks:
        drawn = _draw(block, limits.PREFORMATTED)
        every += drawn.blocks
        if not drawn.whole or len(every) > slots:
            return None
    return every if weight(every) <= room else None


def header(text: str) -> Json:
    """The title over a message or a form."""
    return {"type": "header", "text": plain_line(text, limits.HEADER)}


def context(text: str) -> Json:
    """Small print."""
    return {"type": "context", "elements": [plain_text(text, limits.CONTEXT)]}


def actions(buttons: Sequence[Button]) -> tuple[tuple[Json, ...], int]:
    """The actions block, if any, and how many buttons it leaves out.

    Raises ValueError for a command that no button can carry: commands are made of ids, and half of one is another one.
    """
    elements, room = list[Json](), limits.ALL_BUTTONS - 1
    for index, button in enumerate(buttons[: limits.ACTIONS]):
        element = _button(button, f"b:{index}")
        room -= weight(element) + 1  # and what is between it and the next
        if room < 0:
            break
        elements.append(element)
    blocks: tuple[Json, ...] = ({"type": "actions", "elements": elements},) if elements else ()
    return blocks, len(buttons) - len(elements)


def _draw(block: Block, limit: int) -> Drawn:
    match block:
        case Text():
            return _quiet(block.spans, limit) if block.quiet else _paragraph(block.spans, limit)
        case Facts():
            return _facts(block.items, limit)
        case Table():
            return _table(block, limit)
        case Code():
            text, left = first_lines(block.text, limit)
            return _preformatted(harmless(text).strip("\n").split("\n"), limit, "line", left)
        case Progress():
            words = f" {block.done}/{block.total} {one_line(block.label)}"
            return _paragraph((code(progress_bar(block.done, block.total)), Span(text=words)), limit)
        case Chart():
            title, line = bold(f"{one_line(block.title)} "), code(sparkline(block.values))
            return _paragraph((title, line, Span(text=f" {chart_words(block)}")), limit)
        case Image():
            return _image(block, limit)


def _paragraph(spans: Sequence[Span], limit: int) -> Drawn:
    if all(is_blank(span_text(span)) for span in spans):
        return Drawn()
    room, elements = min(limit, limits.PARAGRAPH), list[Json]()
    for span in spans:
        text = harmless(span.text if _is_link(span) else span_text(span))
        if not text and not _is_link(span):
            continue
        if room < 1:
            return Drawn((_rich_text("rich_text_section", elements),), whole=False)
        shown = cut(text, room)
        elements.append(_element(span, shown))
        if shown != text:
            return Drawn((_rich_text("rich_text_section", elements),), whole=False)
        room -= units(text)
    return Drawn((_rich_text("rich_text_section", elements),))


def _is_link(span: Span) -> bool:
    return span.link is not None and is_address(span.link, limits.URL)


def _element(span: Span, text: str) -> Json:
    element: Json = {"type": "text", "text": text}
    if _is_link(span):
        element = {"type": "link", "url": span.link} | ({} if is_blank(text) else {"text": text})
    style = {name: True for name, wanted in (("bold", span.bold), ("code", span.code)) if wanted}
    return {**element, "style": style} if style else element


def _quiet(spans: Sequence[Span], limit: int) -> Drawn:
    text = harmless("".join(map(span_text, spans))).strip()
    if is_blank(text):
        return Drawn()
    shown = cut(text, min(limit, limits.CONTEXT))
    return Drawn((context(shown),), whole=shown == text)


def _facts(facts: Sequence[Fact], limit: int) -> Drawn:
    fields, room, whole = list[Json](), limit, True
    for fact in facts:
        value = harmless("\n".join(filter(None, map(one_line, fact.value.splitlines()))))
        room -= units(value) + units(fact.label)
        if fields and room < 0:
            break
        shown = cut(value, min(limit, limits.FIELD))
        whole = whole and shown == value
        fields += [label(fact.label, limits.FACT_LABEL), plain_text(shown, limits.FIELD)]
    sections: list[Json] = [
        {"type": "section", "fields": fields[start : start + limits.FIELDS]}
        for start in range(0, len(fields), limits.FIELDS)
    ]
    left = len(facts) - len(fields) // 2
    if left:
        sections.append(context(f"… {left} more"))
    return Drawn(tuple(sections), whole=whole and not left)


def _table(table: Table, limit: int) -> Drawn:
    if not table.columns:
        return Drawn()
    begin = first_rows(table, limit)
    lines, whole = align_within(begin, cell=_CELL, line=_LINE)
    drawn = _preformatted([harmless(line) for line in lines], limit, "row", left_out=len(table.rows) - len(begin.rows))
    return Drawn(drawn.blocks, whole=whole and drawn.whole)


def _preformatted(lines: Sequence[str], limit: int, noun: str, left_out: int = 0) -> Drawn:
    if all(is_blank(line) for line in lines):
        return Drawn()
    if not left_out and units("\n".join(lines)) <= limit:
        return Drawn((_rich_text("rich_text_preformatted", [{"type": "text", "text": "\n".join(lines)}]),))
    room, shown = limit - _REMARK, list[str]()
    for line in lines:
        room -= units(line) + 1
        if room < 0:
            break
        shown.append(line)
    first = shown or [cut(lines[0], limit - _REMARK)]
    left = len(lines) - len(first) + left_out
    text = "\n".join([*first, f"… {plural(left, f'more {noun}')}"] if left else first)
    return Drawn((_rich_text("rich_text_preformatted", [{"type": "text", "text": text}]),), whole=False)


def _image(image: Image, limit: int) -> Drawn:
    if not is_address(image.url, limits.URL):
        return _paragraph((Span(text=block_text(image)),), limit)
    alt = plain_line(image.alt, limits.IMAGE_ALT)["text"]
    return Drawn(({"type": "image", "image_url": image.url, "alt_text": alt},))


def _rich_text(kind: str, elements: list[Json]) -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}


def _button(button: Button, action_id: str) -> Json:
    element: Json = {"type": "button", "action_id": action_id, "text": plain_line(button.label, limits.BUTTON_LABEL)}
    if button.link is not None:
        element["url"] = button.link
    if button.command is not None:
        if not 1 <= units(button.command) <= limits.BUTTON_VALUE:
            raise ValueError(f"a button's command has 1 to {limits.BUTTON_VALUE:,} characters: {button.command[:80]!r}")
        element["value"] = button.command
    if button.style != "default":
        element["style"] = button.style
    if button.confirm is not None:
        element["confirm"] = _confirm(button, button.confirm)
    return element


def _confirm(button: Button, question: str) -> Json:
    confirm: Json = {
        "title": plain_line(button.label, limits.CONFIRM_TITLE),
        "text": plain_text(question, limits.CONFIRM_TEXT),
        "confirm": plain_line(button.label, limits.CONFIRM_LABEL),
        "deny": plain_line("Go back", limits.CONFIRM_LABEL),
    }
    return {**confirm, "style": button.style} if button.style != "default" else confirm
