"""A table as a card's elements: columns side by side, or a paragraph a row where a phone has no room for them."""

from collections.abc import Iterator, Sequence

from notifiers import adaptive_card_limits as limits
from notifiers.adaptive_card_limits import Json
from notifiers.adaptive_card_text import line, rich, run, small
from notifiers.characters import units
from notifiers.message import Table
from notifiers.plain_text import one_line, plural, width

_SIDE_BY_SIDE = 3  # columns that are still read on a phone
_NARROWEST, _WIDEST = 6, 24  # characters that a column's share of the width is reckoned by
# Characters of all columns together that a phone shows side by side: measured with Microsoft's renderer at 340 px.
_PHONE = 35
_WORD = 28  # a longer word may be broken: an address, an ARN
_ROW = 20  # what a row and each of its cells cost besides their text, of a limit that counts characters


def drawn_table(table: Table, limit: int) -> tuple[tuple[Json, ...], bool]:
    """The elements, and whether nothing was left out."""
    if not table.columns:
        return (), True
    names = _line(table.columns)
    rows, whole = _rows(table, limit - _cost(names))
    shares = _shares(names, rows)
    shown = _columns(names, rows, shares) if shares else _paragraphs(names, rows)
    left = len(table.rows) - len(rows)
    remark = (small(f"… {plural(left, 'more row')}"),) if left else ()
    return (*shown, *remark), whole and not left


def _rows(table: Table, room: int) -> tuple[list[tuple[str, ...]], bool]:
    rows, whole = list[tuple[str, ...]](), all(units(one_line(name)) <= limits.CELL for name in table.columns)
    for row in table.rows[: limits.ROWS]:
        cells = _line(row)
        room -= _cost(cells)
        if rows and room < 0:
            break
        rows.append(cells)
        whole = whole and all(units(one_line(cell)) <= limits.CELL for cell in row)
    return rows, whole


def _line(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(line(cell, limits.CELL) for cell in cells)


def _cost(cells: Sequence[str]) -> int:
    return _ROW + sum(units(cell) + _ROW for cell in cells)


def _shares(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Each column's share of the width; none where a phone would have to break words to show them side by side."""
    if len(names) > _SIDE_BY_SIDE:
        return []
    columns = list(zip(names, *rows, strict=True))
    words = [max((size for size in map(width, _words(column)) if size <= _WORD), default=0) for column in columns]
    wanted = [min(max(*map(width, column), _NARROWEST), _WIDEST) for column in columns]
    shares = [max(sizes) for sizes in zip(words, wanted, strict=True)]
    while sum(shares) > _PHONE:
        spare = [share - word for share, word in zip(shares, words, strict=True)]
        if not any(spare):
            return []
        shares[spare.index(max(spare))] -= 1
    return shares


def _words(cells: Sequence[str]) -> Iterator[str]:
    return (word for cell in cells for word in cell.split())


def _columns(names: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[int]) -> list[Json]:
    head = _set([run(name, weight="Bolder") for name in names], shares)
    lines = [{**_set([run(cell) for cell in row], shares), "spacing": "Small"} for row in rows]
    if lines:
        lines[0]["separator"] = True
    return [head, *lines]


def _set(runs: Sequence[Json], shares: Sequence[int]) -> Json:
    cells = zip(runs, shares, strict=True)
    columns = [{"type": "Column", "width": share, "items": [rich(text)]} for text, share in cells]
    return {"type": "ColumnSet", "columns": columns}


def _paragraphs(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Json]:
    if not rows:
        return [rich(run(", ".join(names), weight="Bolder"))]
    drawn = list[Json]()
    for row in rows:
        rest = [
            piece
            for name, cell in zip(names[1:], row[1:], strict=True)
            for piece in (run(f"{name} ", isSubtle=True), run(cell), run(" · ", isSubtle=True))
        ]
        drawn += [rich(run(row[0], weight="Bolder")), rich(*rest[:-1], spacing="None")]
    return drawn
