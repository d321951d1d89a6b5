"""A message in plain characters: for files, for fallbacks, and for what every renderer draws with characters."""

import math
import re
import unicodedata

from aws_ops.sparkline import sparkline
from notifiers.message import Block, Chart, Code, Facts, Image, Message, Progress, Severity, Span, Table, Text

MARKS: dict[Severity, str] = {
    "info": "",
    "progress": "⏳ In progress",
    "ok": "✅ OK",
    "warning": "⚠️ Warning",
    "critical": "🚨 Critical",
}
NOTHING = "—"

_PADDING = 60  # a cell wider than this pushes its neighbours aside instead of widening every row

_NEWLINES = ("\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")  # the pair before its half
# Colour codes of terminals; control characters; what turns the direction of writing; lone halves of characters. A class
# of characters first, because a search skips to the next of them: with a choice first it would try at each character.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
    "(?:(?<=\x1b)\\[[0-?]*[ -/]*[@-~])?"
)


def clean(text: str) -> str:
    """`text` without characters that show nothing but change how what follows is shown; one kind of newline."""
    if text.isprintable():  # nearly every text, and then none of those is in it
        return text
    for newline in _NEWLINES:
        text = text.replace(newline, "\n")
    return _UNWANTED.sub("", text)


def one_line(text: str) -> str:
    """`text`, cleaned, with every run of white space as one space."""
    return " ".join(clean(text).split())


def is_blank(text: str) -> bool:
    """Whether nothing of `text` can be seen."""
    if text[:1].isalnum():
        return False
    return text.isspace() or all(unicodedata.category(character)[0] in "ZC" for character in text)


def mark(severity: Severity) -> str:
    """The sign that a line of a list begins with."""
    return MARKS[severity].partition(" ")[0] or "•"


def plural(count: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def width(text: str) -> int:
    """How many columns `text` takes in a fixed-width face: East Asian wide characters take two."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def align(table: Table) -> list[str]:
    """A table as lines: the columns' names, a rule, a line for each row. Nothing is cut."""
    rows = _cells(table)
    columns = [min(max(map(width, column)), _PADDING) for column in zip(*rows, strict=True)]
    return _lines(rows, columns)


def align_within(table: Table, cell: int, line: int) -> tuple[list[str], bool]:
    """A table as lines that are not too long, and whether every cell is shown whole.

    No cell is wider than `cell` columns, and the widest columns give way until a line has at most `line` of them, as
    far as 8 columns a cell allow it.
    """
    rows = _cells(table)
    wanted = [max(map(width, column)) for column in zip(*rows, strict=True)]
    given = _shrink([min(columns, cell) for columns in wanted], line)
    clipped = [[_clip(text, columns) for text, columns in zip(row, given, strict=True)] for row in rows]
    return _lines(clipped, given), given == wanted


def progress_bar(done: int, total: int) -> str:
    """`▓▓▓░░`: a cell a step, at most ten; full only when everything is done, empty only when nothing is."""
    cells = min(total, 10)
    filled = done * cells // total
    if done and not filled:
        filled = 1
    return "▓" * filled + "░" * (cells - filled)


def chart_words(chart: Chart) -> str:
    """What a chart says in words: the newest value, the lowest and the highest."""
    known = [value for value in chart.values if math.isfinite(value)]
    if not known:
        return "no data"
    unit = f" {one_line(chart.unit)}" if chart.unit.strip() else ""
    return f"{number(known[-1])}{unit} (lowest {number(min(known))}, highest {number(max(known))})"


def number(value: float) -> str:
    """A number as people read it: at most two decimals, no minus before zero."""
    if abs(value) >= 1e15:
        return f"{value:g}"
    return f"{round(value, 2) + 0.0:,.2f}".rstrip("0").rstrip(".")


def text_of(message: Message) -> str:
    """The whole message without its buttons, nothing cut."""
    heading = ": ".join(part for part in (MARKS[message.severity], one_line(message.title)) if part)
    blocks = message.blocks or (Text.of(message.summary),)
    return "\n\n".join(part for part in (heading, *map(block_text, blocks)) if not is_blank(part))


def block_text(block: Block) -> str:
    """One block, nothing cut."""
    match block:
        case Text():
            return "".join(map(span_text, block.spans))
        case Facts():
            return "\n".join(f"{one_line(fact.label)}: {clean(fact.value)}" for fact in block.items)
        case Table():
            return "\n".join(align(block)) if block.columns else ""
        case Code():
            return clean(block.text)
        case Progress():
            return f"{progress_bar(block.done, block.total)} {block.done}/{block.total} {one_line(block.label)}"
        case Chart():
            return f"{one_line(block.title)} {sparkline(block.values)} {chart_words(block)}"
        case Image():
            return f"{one_line(block.alt)} ({block.url})"


def span_text(span: Span) -> str:
    """A span; a link is followed by its address unless it is its own text."""
    text = clean(span.text)
    if span.link is None or span.link == text:
        return text
    return span.link if is_blank(text) else f"{text} ({span.link})"


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _cells(table: Table) -> list[list[str]]:
    return [[one_line(text) or NOTHING for text in row] for row in (table.columns, *table.rows)]


def _lines(rows: list[list[str]], widths: list[int]) -> list[str]:
    rule = ["-" * columns for columns in widths]
    padded = [
        [text + " " * (columns - width(text)) for text, columns in zip(row, widths, strict=True)]
        for row in (rows[0], rule, *rows[1:])
    ]
    return ["  ".join(cells).rstrip() for cells in padded]


def _shrink(widths: list[int], line: int) -> list[int]:
    widths = list(widths)
    while sum(widths) + 2 * (len(widths) - 1) > line:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= 8:
            break
        widths[widest] -= 1
    return widths


def _clip(text: str, columns: int) -> str:
    if width(text) <= columns:
        return text
    taken = 0
    for index, character in enumerate(text):
        taken += _columns(character)
        if taken > columns - 1:
            return text[:index] + "…"
    return text
