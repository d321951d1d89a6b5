"""The beginning of a long message, taken before it is drawn. Pure.

A chat shows some thousand characters of what may be hundreds of thousands, and to clean and measure all of them takes
so long that everybody else waits. Only the file with the whole text is made of all of it.
"""

from collections.abc import Callable
from operator import is_
from typing import Any, TypeVar

from notifiers.message import Block, Chart, Code, Fact, Facts, Image, Message, Progress, Span, Table, Text
from notifiers.plain_text import block_text, is_blank, text_of

Part = TypeVar("Part")

# More than any chat shows of one of them, also where cleaning takes half away.
_TEXT = 12_000
_SHORT = 1_200  # of a cell, a label
_SPANS = 3_000
# Of a text in a fixed-width face, beside what is shown of it.
_MARGIN = 4
_NEWLINES = "\n\r\x0b\x0c\x85\u2028\u2029"


def begun(message: Message) -> tuple[Message, bool]:
    """`message` without what no chat has room for, and whether that is all that is to be drawn.

    Blocks, rows and facts are all there, and Code is as it was: whoever draws them counts what is left out.
    """
    blocks = _each(message.blocks, _begun)
    title, summary = _cut(message.title, _TEXT), _cut(message.summary, _TEXT)
    whole = blocks is message.blocks and title is message.title and (bool(blocks) or summary is message.summary)
    if whole and summary is message.summary:
        return message, True
    return message.model_copy(update={"title": title, "summary": summary, "blocks": blocks}), whole


def first_text(message: Message, most: int) -> str:
    """The beginning of `text_of(message)`, which has about `most` characters or is all of it."""
    parts, room = [text_of(message.model_copy(update={"blocks": (Text(spans=()),)}))], most
    for block in message.blocks or (Text.of(message.summary),):
        if room < 0:
            break
        parts.append(block_text(_within(block, room + 1)))
        room -= len(parts[-1])
    return "\n\n".join(part for part in parts if not is_blank(part))


def first_lines(text: str, limit: int) -> tuple[str, int]:
    """The beginning of a text of which `limit` characters are shown, and how many lines come after it."""
    text, most = text.strip("\r\n"), limit * _MARGIN
    head = text[:most]
    if len(text) <= most or is_blank(head):
        return text, 0
    rest = text[most:]
    left = sum(map(rest.count, _NEWLINES)) - rest.count("\r\n")
    return f"{head}…", left


def first_rows(table: Table, limit: int) -> Table:
    """The rows that may fit into `limit` characters, as lines of at least a character and two spaces a cell."""
    return table.model_copy(update={"rows": table.rows[: limit // max(1, 3 * len(table.columns) - 1) + 1]})


def _begun(block: Block) -> Block:
    match block:
        case Text():
            few = len(block.spans) <= _SPANS
            return _changed(block, spans=_each(block.spans if few else block.spans[:_SPANS], _span))
        case Facts():
            return _changed(block, items=_each(block.items, _fact))
        case Table():
            return _changed(block, columns=_line(block.columns), rows=_each(block.rows, _line))
        case Progress():
            return _changed(block, label=_cut(block.label, _SHORT))
        case Chart():
            return _changed(block, title=_cut(block.title, _SHORT), unit=_cut(block.unit, _SHORT))
        case Image():
            return _changed(block, alt=_cut(block.alt, _SHORT))
        case Code():
            return block


def _within(block: Block, room: int) -> Block:
    """`block` without what comes after `room` characters of it, roughly."""
    match block:
        case Text():
            return _changed(block, spans=_few(block.spans, room, lambda span: len(span.text)))
        case Facts():
            return _changed(block, items=_few(block.items, room, lambda fact: len(fact.label) + len(fact.value)))
        case Table():
            return _changed(block, rows=_few(block.rows, room, lambda row: sum(map(len, row)) + 2 * len(row) - 1))
        case Code():
            return block.model_copy(update={"text": block.text[:room]})
        case _:
            return block


def _few(parts: tuple[Part, ...], room: int, size: Callable[[Part], int]) -> tuple[Part, ...]:
    for index, part in enumerate(parts):
        if room <= 0:
            return parts[:index]
        room -= size(part)
    return parts


def _changed(block: Block, **parts: Any) -> Block:
    new = {name: part for name, part in parts.items() if part is not getattr(block, name)}
    return block.model_copy(update=new) if new else block


def _each(parts: tuple[Part, ...], shorten: Callable[[Part], Part]) -> tuple[Part, ...]:
    """The very same tuple where nothing is too long."""
    shortened = tuple(map(shorten, parts))
    return parts if all(map(is_, shortened, parts)) else shortened


def _span(span: Span) -> Span:
    return span if len(span.text) <= _TEXT else span.model_copy(update={"text": _cut(span.text, _TEXT)})


def _fact(fact: Fact) -> Fact:
    if len(fact.label) <= _SHORT and len(fact.value) <= _TEXT:
        return fact
    return Fact(label=_cut(fact.label, _SHORT), value=_cut(fact.value, _TEXT))


def _line(cells: tuple[str, ...]) -> tuple[str, ...]:
    return _each(cells, lambda cell: _cut(cell, _SHORT))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
