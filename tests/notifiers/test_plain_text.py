"""What is drawn with plain characters."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws_ops.sparkline import sparkline
from notifiers.message import Chart, Message, Span, Table, Text
from notifiers.plain_text import (
    align,
    align_within,
    chart_words,
    clean,
    is_blank,
    number,
    one_line,
    progress_bar,
    text_of,
    width,
)
from tests.notifiers.nasty import spans, tables, texts


@pytest.mark.parametrize(
    ("done", "total", "bar"),
    [
        (0, 1, "░"),
        (1, 1, "▓"),
        (3, 5, "▓▓▓░░"),
        (1, 500, "▓░░░░░░░░░"),
        (499, 500, "▓▓▓▓▓▓▓▓▓░"),
        (0, 500, "░░░░░░░░░░"),
    ],
)
def test_progress_bar(done: int, total: int, bar: str) -> None:
    assert progress_bar(done, total) == bar


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ((), ""),
        ((5,), "▁"),
        ((1, 1), "▁▁"),
        ((0, 1, 2, 3, 4, 5, 6, 7), "▁▂▃▄▅▆▇█"),
        ((math.nan,), ""),
        ((0, math.nan, 1), "▁·█"),
        ((-1.7e308, 1.7e308), "▁█"),
        ((5e-324, 1e-323), "▁█"),
    ],
)
def test_sparkline(values: tuple[float, ...], line: str) -> None:
    assert sparkline(values) == line


def test_a_long_series_is_averaged() -> None:
    assert sparkline([0] * 500 + [1] * 500, cells=4) == "▁▁██"
    assert len(sparkline(range(1_000))) == 60


@given(st.lists(st.floats()))
def test_every_series_has_a_line(values: list[float]) -> None:
    assert len(sparkline(values)) in (0, min(len(values), 60))


def test_chart_in_words() -> None:
    assert chart_words(Chart(title="t", values=(1.5, 4, 3), unit="USD")) == "3 USD (lowest 1.5, highest 4)"
    assert chart_words(Chart(title="t", values=())) == "no data"


@pytest.mark.parametrize(
    ("value", "read"), [(0, "0"), (-0.001, "0"), (1234.5, "1,234.5"), (100, "100"), (1e20, "1e+20")]
)
def test_number(value: float, read: str) -> None:
    assert number(value) == read


def test_clean_leaves_one_kind_of_newline_and_nothing_unseen() -> None:
    assert clean("a\r\nb\rc\u2028d\x1b[1;31mred\x1b[0m\x00\u202e\ufeff") == "a\nb\nc\ndred"
    assert one_line(" a\r\n\t b\u3000c ") == "a b c"


@given(texts)
def test_clean_twice_is_clean_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(tables)
def test_a_table_keeps_to_its_width(table: Table) -> None:
    if table.columns:
        lines, _ = align_within(table, cell=20, line=30)
        assert len(lines) == len(table.rows) + 2
        assert all(width(line) <= max(30, 10 * len(table.columns)) for line in lines)
        assert len(align(table)) == len(table.rows) + 2


def test_a_wide_cell_does_not_widen_every_row() -> None:
    lines = align(Table(columns=("a", "b"), rows=(("x" * 500, "y"), ("z", "w"))))
    assert lines[2] == "x" * 500 + "  y"
    assert len(lines[3]) == 63


@given(st.lists(spans, max_size=5))
def test_the_whole_text_is_never_cut(some: list[Span]) -> None:
    text = text_of(Message(title="T", summary="S", blocks=(Text(spans=tuple(some)),)))
    assert all(clean(span.text).strip() in text for span in some if not is_blank(span.text))
