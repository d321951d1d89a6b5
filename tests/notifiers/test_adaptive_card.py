"""How messages look in Teams: a golden file for each kind, and what happens at the edges."""

import json

import pytest

from notifiers.adaptive_card import Refresh, closed, plain, render
from notifiers.adaptive_card_limits import COMMAND, Json, weight
from notifiers.message import (
    Block,
    Button,
    Chart,
    Code,
    Fact,
    Facts,
    Image,
    Message,
    Severity,
    Span,
    Table,
    Text,
    line,
)
from tests.notifiers.adaptive_card_checks import (
    GOLDEN,
    check_card,
    check_message,
    compare_golden,
    executes,
    shown,
    things,
)
from tests.notifiers.test_block_kit import CONSOLE
from tests.notifiers.test_block_kit import GOLDENS as SLACKS

GOLDENS: dict[str, Message] = {
    **SLACKS,
    "hostile_here": Message(
        title="<at>Mika</at> **bold** [your bank](https://evil.example) # big",
        summary="<at>everybody</at> {{DATE(2026-01-01T00:00:00Z,SHORT)}}\nsecond line",
        severity="critical",
        blocks=(
            Text.of("[your bank](https://evil.example) ", "<AT id='0'>Mika</AT> {{TIME(2026-01-01T00:00:00Z)}} ${x}"),
            Facts(items=(Fact(label="[a](https://evil.example)", value="- one\n- two\n\n1. three"),)),
            Table(columns=("# a", "**b**"), rows=(("<at>x</at>", "![x](https://evil.example/x.png)"),)),
            Code(text="{\n  'a':  {{date(2026-01-01T00:00:00Z)}}\n\tb\n}"),
            Text.of("<at>Mika</at> [x](https://evil.example)", quiet=True),
        ),
        buttons=(
            Button(
                label="**Off** [x](y) <at>z</at>", command="vpn off tokyo", confirm="[Really](https://evil.example)?"
            ),
            Button(label="\u200b", link=CONSOLE, style="primary"),
        ),
    ),
    "wide_table": Message(
        title="What is running",
        summary="2 runs.",
        blocks=(
            Table(
                columns=("What", "State", "Since", "Asked for by", "Run"),
                rows=(
                    ("VPN tokyo", "on", "18:00 JST", "mika", "vpn-01jexample"),
                    ("VPN paris", "", "19:00", "ren", ""),
                ),
            ),
        ),
    ),
}


DRAWN = {name: render(message) for name, message in GOLDENS.items()} | {
    "audience_refreshing": render(
        GOLDENS["audience"], refresh=Refresh(run="vpn-01jexample", accounts=("29:1ada", "29:1alex"))
    ),
    "audience_eligible": render(GOLDENS["audience"], eligible=True),
}


@pytest.mark.parametrize("name", DRAWN)
def test_looks_as_it_did(name: str) -> None:
    sent = DRAWN[name]
    check_message(sent)
    files = [{"name": file.name, "characters": len(file.content)} for file in sent.files]
    compare_golden(name, {"summary": sent.summary, "card": sent.card, "files": files})


def test_no_golden_file_without_its_message() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json") if not path.stem.startswith("form_")} == set(DRAWN)


def test_buttons_of_an_audience_are_drawn_for_it_alone() -> None:
    message, refresh = GOLDENS["audience"], Refresh(run="vpn-01jexample", accounts=("29:1ada",) * 3)
    pressed = [action["data"]["command"] for action in executes(render(message, eligible=True).card)]
    assert pressed == ["vpn off tokyo --all", "vpn extend 1h tokyo", "vpn status tokyo"]
    for sent in (render(message), render(message, refresh=refresh)):
        assert [action["data"]["command"] for action in executes(sent.card)] == ["vpn status tokyo"]
    assert "refresh" not in render(message).card
    assert "refresh" not in render(message, refresh=Refresh(run="vpn-01jexample", accounts=())).card


def test_no_more_people_are_named_than_teams_takes() -> None:
    refresh = Refresh(run="vpn-01jexample", accounts=tuple(f"29:1{number}" for number in range(61)))
    card = render(GOLDENS["audience"], refresh=refresh).card
    check_card(card)
    assert card["refresh"]["userIds"] == [f"29:1{number}" for number in range(60)]
    assert card["refresh"]["action"]["data"] == {"refresh": "vpn-01jexample"}


def test_as_text_it_says_what_those_type_who_may() -> None:
    assert plain(GOLDENS["audience"]).endswith(
        "Off for everybody: /vpn off tokyo --all\nExtend 1 h: /vpn extend 1h tokyo\nStatus: /vpn status tokyo"
    )


@pytest.mark.parametrize("name", GOLDENS)
def test_every_button_is_a_command_or_a_link(name: str) -> None:
    message = GOLDENS[name]
    commands = [button.command for button in message.buttons if button.command is not None]
    pressed = [action["data"]["command"] for action in executes(render(message).card)]
    assert pressed == commands[:25]


@pytest.mark.parametrize(
    ("severity", "word", "colour"),
    [
        ("progress", "In progress", "Accent"),
        ("ok", "OK", "Good"),
        ("warning", "Warning", "Warning"),
        ("critical", "Critical", "Attention"),
    ],
)
def test_severity_is_a_word_and_a_colour(severity: Severity, word: str, colour: str) -> None:
    with_title = render(Message(title="T", summary="S", severity=severity))
    assert word in with_title.summary
    table = Table(columns=("a",), rows=())
    without = render(Message(title="", summary="S", severity=severity, blocks=(table,)))
    for sent in (with_title, without, render(line("x", severity=severity))):
        check_message(sent)
        first = sent.card["body"][0]["inlines"][0]
        assert word in first["text"]
        assert first["color"] == colour


def test_info_has_no_mark() -> None:
    sent = render(Message(title="T", summary="S"))
    assert (shown(sent.card["body"][0]), sent.summary) == ("T", "S")


def test_without_blocks_the_summary_is_shown() -> None:
    assert "All is well." in shown(render(Message(title="VPN", summary="All is well.")).card)


def test_nothing_at_all_is_still_a_message() -> None:
    sent = render(Message(title="", summary="", blocks=(Text.of(""), Code(text="\n"), Facts(items=()))))
    check_message(sent)
    assert (sent.summary, shown(sent.card), plain(Message(title="", summary=""))) == ("—", "—", "—")


def test_a_summary_of_nothing_is_the_title() -> None:
    assert render(Message(title="VPN", summary=" ", severity="ok")).summary == "✅ OK: VPN"
    assert render(Message(title="", summary="", blocks=(Text.of("All is\nwell."),))).summary == "All is well."


@pytest.mark.parametrize(
    ("block", "remark"),
    [
        (Table(columns=("n",), rows=tuple((str(number),) for number in range(5_000))), "… 4,960 more rows"),
        (Table(columns=tuple("abcde"), rows=(("1", "2", "3", "4", "5"),) * 41), "… 1 more row"),
        (Code(text="x\n" * 4_000), " more lines"),
        (Facts(items=(Fact(label="a", value="b" * 400),) * 50), "… 37 more"),
        (Facts(items=(Fact(label="a", value="b" * 2_001),)), "…"),
        (Text.of("x" * 3_001), "…"),
        (Text.of("x" * 3_000, "y"), "…"),
        (Text.of("x" * 5_000, quiet=True), "…"),
        (Table(columns=("n",), rows=(("x" * 201,),)), "…"),
        (Image(url="https://x.example/a b", alt="x" * 3_000), "…"),
        (Chart(title="x" * 3_001, values=(1, 2)), "…"),
    ],
)
def test_what_is_cut_says_so_and_the_whole_text_is_a_file(block: Block, remark: str) -> None:
    sent = render(Message(title="T", summary="S", blocks=(block,)))
    check_message(sent)
    assert remark in shown(sent.card["body"][1:-1])
    assert shown(sent.card["body"][-1]) == "The whole text is in full-text.txt."
    assert [file.name for file in sent.files] == ["full-text.txt"]
    assert "…" not in sent.files[0].content


def test_parts_that_do_not_fit_are_counted() -> None:
    sent = render(Message(title="T", summary="S", blocks=(Text.of("p" * 2_900),) * 60))
    check_message(sent)
    parts = shown(sent.card).count("p" * 300)
    kept = len(sent.card["body"]) - 2
    assert parts >= kept
    assert shown(sent.card["body"][-1]) == f"… {60 - kept} more parts. The whole text is in full-text.txt."


def test_buttons_beyond_six_are_in_the_menu_and_beyond_twenty_five_counted() -> None:
    sent = render(line("x", buttons=tuple(Button(label="b", command=f"vpn on {n}") for n in range(27))))
    check_message(sent)
    assert shown(sent.card["body"][-2]) == "… 2 more buttons."
    actions = sent.card["body"][-1]["actions"]
    assert [action.get("mode") for action in actions] == [None] * 6 + ["secondary"] * 19
    assert sent.files == ()


def test_long_commands_leave_room_for_the_text() -> None:
    buttons = tuple(Button(label="b", command="x" * COMMAND) for _ in range(9))
    sent = render(Message(title="T", summary="S", blocks=(Text.of("x" * 3_000),), buttons=buttons))
    check_message(sent)
    assert len(executes(sent.card)) == 2
    assert sent.files == ()


@pytest.mark.parametrize("command", ["", "x" * (COMMAND + 1)])
@pytest.mark.parametrize("question", [None, "Really?"])
def test_a_command_is_never_cut(command: str, question: str | None) -> None:
    with pytest.raises(ValueError, match="command has 1 to 2,000 characters"):
        render(line("x", buttons=(Button(label="b", command=command, confirm=question),)))


def test_a_question_stands_behind_a_button_of_the_same_name() -> None:
    button = Button(
        label="Off for everybody", command="vpn off tokyo --all", style="danger", confirm="Cut 3 people off?"
    )
    sent = render(line("x", buttons=(button,)))
    check_message(sent)
    (outer,) = sent.card["body"][-1]["actions"]
    (inner,) = outer["card"]["actions"]
    assert (outer["type"], outer["title"], outer["style"]) == ("Action.ShowCard", "Off for everybody", "destructive")
    assert shown(outer) == "Cut 3 people off?"
    assert (inner["title"], inner["style"], inner["data"]) == (
        "Off for everybody",
        "destructive",
        {"command": "vpn off tokyo --all"},
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://aws.example@evil.example/",
        "https://x.example/a b",
        "https://",
        "https://[",
        "https://x.example/" + "x" * 3_000,
    ],
)
def test_an_address_that_poses_as_another_is_text(address: str) -> None:
    button = Button(label="Open", link=address)
    sent = render(
        Message(title="", summary="", blocks=(Text(spans=(Span(text="see", link=address),)),), buttons=(button,))
    )
    check_message(sent)
    assert "url" not in json.dumps(sent.card)
    assert shown(sent.card).count(address[:20]) == 2


def test_a_link_looks_like_one() -> None:
    spans = (Span(text="the console", link=CONSOLE, bold=True), Span(text=" ", link=CONSOLE))
    (block,) = render(Message(title="", summary="", blocks=(Text(spans=spans),))).card["body"]
    first, second = block["inlines"]
    assert first["selectAction"] == second["selectAction"] == {"type": "Action.OpenUrl", "url": CONSOLE}
    assert (first["underline"], first["color"], first["weight"]) == (True, "Accent", "Bolder")
    assert second["text"] == CONSOLE, "a link of which nothing can be seen shows where it leads"


def test_the_dearest_text_stays_inside() -> None:
    sent = render(Message(title="T", summary="S", blocks=(Text.of("日&<" * 1_000), Code(text='"\\' * 3_000)) * 9))
    check_message(sent)
    assert weight(sent.card) > 25_000, "what fits is used"


def test_a_cut_never_parts_what_belongs_together() -> None:
    family = "👩‍👩‍👧"
    text = shown(render(Message(title=family * 60, summary="S")).card["body"][0])
    assert text == family * (text.count("👧")) + "…"


def test_columns_get_their_share_of_the_width() -> None:
    table = Table(columns=("Name", "State"), rows=(("東京", "on"), ("e\u0301t\u00e9", "x" * 90)))
    head, first, second = render(Message(title="", summary="", blocks=(table,))).card["body"]
    assert [_widths(row) for row in (head, first, second)] == [[6, 24]] * 3
    assert [row.get("separator") for row in (head, first, second)] == [None, True, None]


def test_a_wide_column_gives_way_so_that_no_word_is_broken_on_a_phone() -> None:
    rows = (("tokyo", "on", "2"), ("frankfurt", "being switched on", "0"))
    table = Table(columns=("VPN", "State", "Connections"), rows=rows)
    assert [_widths(row) for row in render(Message(title="", summary="", blocks=(table,))).card["body"]] == [
        [9, 15, 11]
    ] * 3


@pytest.mark.parametrize(
    ("columns", "row", "read"),
    [
        (("VPN", "State", "On", "Claims"), ("tokyo", "on", "2", "1"), "tokyo\nState on · On 2 · Claims 1"),
        (
            ("Connected", "Run"),
            ("mika@example.com", "vpn-01jexample000000000000"),
            "mika@example.com\nRun vpn-01jexample000000000000",
        ),
    ],
)
def test_what_a_phone_cannot_show_side_by_side_are_paragraphs(
    columns: tuple[str, ...], row: tuple[str, ...], read: str
) -> None:
    table = Table(columns=columns, rows=(row,))
    assert shown(render(Message(title="", summary="", blocks=(table,))).card["body"]) == read


def test_a_card_is_wide_only_for_a_table() -> None:
    assert render(GOLDENS["wide_table"]).card["msteams"] == {"width": "Full"}
    assert "msteams" not in render(GOLDENS["card"]).card


def test_more_columns_than_a_phone_has_room_for_are_paragraphs() -> None:
    assert shown(render(GOLDENS["wide_table"]).card["body"][1:3]) == (
        "VPN tokyo\nState on · Since 18:00 JST · Asked for by mika · Run vpn-01jexample"
    )
    empty = Message(title="", summary="", blocks=(Table(columns=tuple("abcde"), rows=()),))
    assert shown(render(empty).card) == "a, b, c, d, e"


def test_labels_stand_under_each_other() -> None:
    rows = [thing for thing in things(render(GOLDENS["card"]).card) if thing.get("type") == "ColumnSet"]
    assert [_widths(row) for row in rows] == [[1, 3]] * 3
    long = Message(title="", summary="", blocks=(Facts.of(Always_on_would_have_cost="$1", Why="x"),))
    assert [_widths(row) for row in render(long).card["body"]] == [[2, 3]] * 2


def test_a_fact_of_several_lines_keeps_them() -> None:
    claims = "mika until 18:00 JST\n  ren until   19:00 JST\n\n"
    message = Message(title="VPN", summary="VPN", blocks=(Facts(items=(Fact(label="Wanted by", value=claims),)),))
    assert shown(render(message).card["body"][1]) == "Wanted by\nmika until 18:00 JST\nren until 19:00 JST"


def test_code_keeps_its_columns() -> None:
    (box,) = render(Message(title="", summary="", blocks=(Code(text="a  b c\n  d\n\te"),))).card["body"]
    assert shown(box) == "a \u00a0b c\n\u00a0\u00a0d\n\u00a0\u00a0\u00a0\u00a0e"


def test_plain_has_everything_and_what_to_type() -> None:
    assert plain(GOLDENS["card"]) == (
        "✅ OK: VPN tokyo is on\n\n"
        "▓░ 1/2 networks associated\n\n"
        "On for: mika until 21:00 JST\nConnections: 1\nCost: $0.27 so far, $0.35 an hour\n\n"
        "Routes are saved from cvpn-endpoint-0a1b2c3d4e5f60001.\n\n"
        "Run vpn-01jexample\n\n"
        "Extend 1 h: /vpn extend tokyo 1h\nEnd mine: /vpn off tokyo\n"
        f"Off for everybody: /vpn off tokyo --all\nOpen in AWS: {CONSOLE}"
    )


def test_plain_is_cut_visibly() -> None:
    text = plain(Message(title="T", summary="日" * 9_000))
    assert weight(text) <= 30_010
    assert text.endswith("日…")


def test_an_old_client_shows_the_text_as_it_was_written() -> None:
    card = render(Message(title="*T*", summary="", blocks=(Text.of("[a](https://evil.example)\nb"),))).card
    assert card["fallbackText"] == "\\*T\\*\n\n\\[a\\]\\(https://evil\\.example\\)\n\nb"


def test_what_is_done_is_one_sentence() -> None:
    card = closed("Sent: /vpn extend 30m")
    check_card(card)
    assert shown(card) == "Sent: /vpn extend 30m"
    assert shown(closed(" ")) == "—"


def _widths(row: Json) -> list[int]:
    return [column["width"] for column in row["columns"]]
