"""Of a long message only the beginning is worked on: whoever else speaks would wait meanwhile."""

import re
from collections.abc import Callable

import pytest

from notifiers import adaptive_card, beginning, block_kit, plain_text
from notifiers.message import Code, Fact, Facts, File, Message, Span, Table, Text

CARDS: list[Callable[[Message], object]] = [adaptive_card.render, block_kit.render]
PLAIN: list[Callable[[Message], object]] = [adaptive_card.plain, block_kit.plain]


def said(*blocks: Text | Code | Facts | Table, summary: str = "a log") -> Message:
    return Message(title="Log", summary=summary, blocks=blocks)


LONG = {
    "a log": said(Code(text="2026-10-20 08:00 associating <subnet>\n" * 8_000)),
    "logs": said(*(Code(text="語 on\n" * 1_500) for _ in range(40))),
    "a line": said(Code(text="." * 300_000)),
    "a paragraph": said(Text.of("*a* {{DATE(x)}} e\u0301 " * 15_000)),
    "spans": said(Text(spans=tuple(Span(text=f"word {index} ") for index in range(20_000)))),
    "a fact": said(Facts(items=(Fact(label="log", value="up\n" * 100_000),))),
    "facts": said(Facts(items=tuple(Fact(label=f"{index}", value="up " * 8) for index in range(10_000)))),
    "a cell": said(Table(columns=("a", "b"), rows=(("語" * 100_000, "b" * 100_000),))),
    "rows": said(Table(columns=("a", "b", "c"), rows=tuple((f"{index}", "語", "c" * 30) for index in range(8_000)))),
    "a summary": Message(title="", summary="word " * 60_000),
}


class Counted:
    """A pattern that counts the characters that it is asked to look through."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self.characters = 0

    def sub(self, by: str, text: str) -> str:
        self.characters += len(text)
        return self._pattern.sub(by, text)


@pytest.fixture
def cleaned(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """How many characters are cleaned, which is the first step of everything that is done with a text."""
    counted = Counted(plain_text._UNWANTED)
    monkeypatch.setattr(plain_text, "_UNWANTED", counted)
    return counted


@pytest.mark.parametrize("render", CARDS)
@pytest.mark.parametrize("what", LONG)
def test_a_card_takes_little_more_work_than_its_file(
    what: str, render: Callable[[Message], object], cleaned: Counted
) -> None:
    plain_text.text_of(LONG[what])
    of_the_file, cleaned.characters = cleaned.characters, 0
    render(LONG[what])
    assert cleaned.characters < of_the_file + 160_000


@pytest.mark.parametrize("plain", PLAIN)
@pytest.mark.parametrize("what", LONG)
def test_a_card_in_plain_text_takes_little_work(
    what: str, plain: Callable[[Message], object], cleaned: Counted
) -> None:
    plain(LONG[what])
    assert cleaned.characters < 160_000


@pytest.mark.parametrize("what", [what for what in LONG if what != "rows"])
def test_what_is_shown_is_what_would_be_shown_of_all(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slack, teams = block_kit.render(LONG[what]), adaptive_card.render(LONG[what])
    for number in ("_TEXT", "_SHORT", "_SPANS", "_MARGIN"):
        monkeypatch.setattr(beginning, number, 10**6)
    assert block_kit.render(LONG[what]) == slack
    # What stands in for a card in a client too old for it has less of a long cell.
    assert _drawn(adaptive_card.render(LONG[what])) == _drawn(teams)


def _drawn(message: adaptive_card.TeamsMessage) -> object:
    return message.card["body"], message.files, message.summary


@pytest.mark.parametrize("what", LONG)
def test_the_file_has_all_of_it(what: str) -> None:
    whole = File(name="full-text.txt", content=plain_text.text_of(LONG[what]))
    assert adaptive_card.render(LONG[what]).files == (whole,)
    assert block_kit.render(LONG[what]).files == (whole,)


def test_a_long_summary_beside_other_words_leaves_nothing_out() -> None:
    message = said(Text.of("short"), summary="word " * 60_000)
    assert adaptive_card.render(message).files == block_kit.render(message).files == ()


@pytest.mark.parametrize("text", ["short\r\nlines\n", "\n\n  indented\n" * 5, " " * 40_000 + "at last"])
def test_a_text_of_which_nothing_can_be_spared_is_whole(text: str) -> None:
    assert beginning.first_lines(text, 6_000) == (text.strip("\r\n"), 0)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028"])
def test_lines_that_are_left_out_are_counted_whatever_ends_them(newline: str) -> None:
    lines = [f"line {index}" for index in range(10_000)]
    head, left = beginning.first_lines(newline.join(lines), 1_000)
    assert len(plain_text.clean(head).split("\n")) + left == len(lines)
