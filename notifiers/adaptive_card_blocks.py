"""A message's blocks as a card's elements, each within its limits and within the room that is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aws_ops.sparkline import sparkline
from notifiers import adaptive_card_limits as limits
from notifiers.adaptive_card_limits import Json, weight
from notifiers.adaptive_card_tables import drawn_table
from notifiers.adaptive_card_text import aligned, harmless, line, rich, run, small, visible
from notifiers.beginning import first_lines
from notifiers.characters import cut, is_address, units
from notifiers.message import Block, Chart, Code, Fact, Facts, Image, Progress, Span, Table, Text
from notifiers.plain_text import (
    block_text,
    chart_words,
    is_blank,
    one_line,
    plural,
    progress_bar,
    span_text,
)

_SPARKLINE = 30  # characters in a fixed-width face that a phone shows in one line
_REMARK = 40  # room for "… 12 more lines"
_RUN = 20  # what a span costs besides its text, of a limit that counts characters
_FACT = 60  # the same, for a fact


@dataclass(frozen=True)
class Drawn:
    """What one block became; `whole`: nothing of it was left out."""

    elements: tuple[Json, ...] = ()
    whole: bool = True


def fit(block: Block, room: int) -> Drawn | None:
    """`block` with as much of its text as fits into `room` (a `weight`); None when not even a little does."""
    for limit in (limits.PREFORMATTED, limits.PARAGRAPH, 1_500, 750, limits.SMALLEST):
        if limit > max(room, limits.SMALLEST):
            continue
        drawn = _draw(block, limit)
        if weight(drawn.elements) <= room:
            return drawn
    return None


def _draw(block: Block, limit: int) -> Drawn:
    match block:
        case Text():
            quiet = {"size": "Small", "isSubtle": True} if block.quiet else {}
            return _paragraph(block.spans, limit, **quiet)
        case Facts():
            return _facts(block.items, limit)
        case Table():
            return Drawn(*drawn_table(block, limit))
        case Code():
            text, left = first_lines(block.text, limit)
            return _preformatted(aligned(text).strip("\n").split("\n"), limit, left)
        case Progress():
            words = f" {block.done}/{block.total} {one_line(block.label)}"
            bar = Span(text=progress_bar(block.done, block.total), code=True)
            return _paragraph((bar, Span(text=words)), limit)
        case Chart():
            return _chart(block, limit)
        case Image():
            return _image(block, limit)


def _paragraph(spans: Sequence[Span], limit: int, **style: Any) -> Drawn:
    if all(is_blank(span_text(span)) for span in spans):
        return Drawn()
    room, runs = min(limit, limits.PARAGRAPH), list[Json]()
    for span in spans:
        text = _span_text(span)
        if not text:
            continue
        shown = cut(text, room) if room > 0 else "…"
        runs.append(_run(span, shown, style))
        if shown != text:
            return Drawn((rich(*runs),), whole=False)
        room -= units(text) + _RUN
    return Drawn((rich(*runs),))


def _span_text(span: Span) -> str:
    text = span.text if _is_link(span) else span_text(span)
    return harmless(str(span.link) if _is_link(span) and is_blank(harmless(text)) else text)


def _is_link(span: Span) -> bool:
    return span.link is not None and is_address(span.link, limits.URL)


def _run(span: Span, text: str, style: Json) -> Json:
    element = run(text, **style)
    if span.bold:
        element["weight"] = "Bolder"
    if span.code:
        element["fontType"] = "Monospace"
    if _is_link(span):
        # A client need not show by itself that something can be pressed.
        element |= {"color": "Accent", "underline": True, "selectAction": {"type": "Action.OpenUrl", "url": span.link}}
    return element


def _facts(facts: Sequence[Fact], limit: int) -> Drawn:
    rows, room, whole = list[Json](), limit, True
    # Every row is a set of its own, so that a value of two lines leaves the others beside their labels; widths are
    # shares, the same in each row, so that they stand under each other all the same.
    shares = (1, 3) if all(len(fact.label) <= 14 for fact in facts) else (2, 3)
    for fact in facts:
        value = visible("\n".join(filter(None, map(one_line, fact.value.splitlines()))))
        room -= units(value) + units(fact.label) + _FACT
        if rows and room < 0:
            break
        label, shown = line(fact.label, limits.FACT_LABEL), cut(value, min(limit, limits.FACT))
        whole = whole and shown == value
        cells = [rich(run(label, isSubtle=True)), rich(run(shown))]
        columns = [
            {"type": "Column", "width": share, "items": [cell]} for share, cell in zip(shares, cells, strict=True)
        ]
        rows.append({"type": "ColumnSet", "columns": columns, **({"spacing": "Small"} if rows else {})})
    left = len(facts) - len(rows)
    remark = (small(f"… {left} more"),) if left else ()
    return Drawn((*rows, *remark), whole=whole and not left)


def _preformatted(lines: Sequence[str], limit: int, left_out: int) -> Drawn:
    if all(is_blank(text) for text in lines):
        return Drawn()
    if not left_out and units("\n".join(lines)) <= limit:
        return Drawn((_box("\n".join(lines)),))
    room, shown = limit - _REMARK, list[str]()
    for text in lines:
        room -= units(text) + 1
        if room < 0:
            break
        shown.append(text)
    first = shown or [cut(lines[0], limit - _REMARK)]
    left = len(lines) - len(first) + left_out
    text = "\n".join([*first, f"… {plural(left, 'more line')}"] if left else first)
    return Drawn((_box(text),), whole=False)


def _box(text: str) -> Json:
    return {"type": "Container", "style": "emphasis", "items": [rich(run(text, fontType="Monospace"))]}


def _chart(chart: Chart, limit: int) -> Drawn:
    title, words = Span(text=f"{one_line(chart.title)} ", bold=True), Span(text=chart_words(chart))
    drawn = _paragraph((title, words), limit)
    bars = sparkline(chart.values, _SPARKLINE)
    if not bars:
        return drawn
    return Drawn((*drawn.elements, rich(run(bars, fontType="Monospace", color="Accent"), spacing="None")), drawn.whole)


def _image(image: Image, limit: int) -> Drawn:
    if not is_address(image.url, limits.URL):
        return _paragraph((Span(text=block_text(image)),), limit)
    return Drawn(({"type": "Image", "url": image.url, "altText": line(image.alt, limits.IMAGE_ALT)},))
