"""How messages look in Slack: a golden file for each kind, and what happens at the edges."""

import json

import pytest

from notifiers.block_kit import plain, plain_home, render, render_home
from notifiers.block_kit_limits import ALL_BLOCKS, BUTTON_VALUE, Json, weight
from notifiers.message import (
    Audience,
    Block,
    Button,
    Chart,
    Code,
    Fact,
    Facts,
    File,
    Image,
    Message,
    Progress,
    Severity,
    Span,
    Table,
    Text,
    bold,
    code,
    line,
)
from tests.notifiers.block_kit_checks import GOLDEN, check_home, check_message, compare_golden, shown

CONSOLE = "https://console.aws.example/vpc/home?region=ap-northeast-1#ClientVPNEndpoints:"

GOLDENS: dict[str, Message] = {
    "line": line("No endpoint is called `osaka`. Type /vpn status to see yours."),
    "line_warning": line("The role does not allow this.", severity="warning"),
    "card": Message(
        title="VPN tokyo is on",
        summary="VPN tokyo is on: 1 connection, $0.27 so far.",
        severity="ok",
        blocks=(
            Progress(label="networks associated", done=1, total=2),
            Facts.of(On_for="mika until 21:00 JST", Connections="1", Cost="$0.27 so far, $0.35 an hour"),
            Text.of("Routes are ", bold("saved"), " from ", code("cvpn-endpoint-0a1b2c3d4e5f60001"), "."),
            Text.of("Run vpn-01jexample", quiet=True),
        ),
        buttons=(
            Button(label="Extend 1 h", command="vpn extend tokyo 1h", style="primary"),
            Button(label="End mine", command="vpn off tokyo"),
            Button(
                label="Off for everybody", command="vpn off tokyo --all", style="danger", confirm="Cut 3 people off?"
            ),
            Button(label="Open in AWS", link=CONSOLE),
        ),
    ),
    "audience": Message(
        title="Switching VPN tokyo off waits for a decision",
        summary="oda asks to switch VPN tokyo off.",
        severity="progress",
        blocks=(Facts.of(Asked_by="oda", Why="The bill"),),
        buttons=(Button(label="Status", command="vpn status tokyo"),),
        audience=Audience(
            people=("ada@example.com", "alex@example.com"),
            buttons=(
                Button(label="Off for everybody", command="vpn off tokyo --all", style="danger"),
                Button(label="Extend 1 h", command="vpn extend 1h tokyo", confirm="Really?"),
            ),
            run="vpn-01jexample",
        ),
    ),
    "every_block": Message(
        title="Everything",
        summary="One of each.",
        severity="critical",
        blocks=(
            Text(spans=(Span(text="See "), Span(text="the console", link=CONSOLE, bold=True), Span(text="."))),
            Facts(items=tuple(Fact(label=f"Fact {number}", value=str(number)) for number in range(7))),
            Table(columns=("Name", "State"), rows=(("東京", "ready"), ("paris", ""), ("x" * 50, "off"))),
            Code(text="one\n\ttwo"),
            Progress(label="of twenty", done=1, total=20),
            Chart(title="Connections", values=(0, 1, 1, 3, 2, 5), unit="people"),
            Image(url="https://pictures.example/graph.png", alt="Connections of the last day"),
        ),
        files=(File(name="tokyo.ovpn", content="client\n"),),
    ),
    "hostile": Message(
        title="<!channel> *bold* :fire:\nsecond line",
        summary="@here <https://evil.example|your bank> & more",
        severity="warning",
        blocks=(
            Text.of("<!channel> <@U0MIKA> ", bold("*_~`"), code("`code` ends?"), " &lt;!here&gt;\n> no quote"),
            Facts.of(**{"Made by": "<!here> arn:aws:iam::123456789012:role/x", "*Label*": "@everyone", "Empty": " "}),
            Table(columns=("Na\nme",), rows=(("```\n<!channel>",),)),
            Code(text="``` ends here? <!channel> \x1b[31mred\x1b[0m \u202eright to left"),
            Text.of("<!subteam^S1> ", Span(text="bad address", link="https://aws.example@evil.example/"), quiet=True),
        ),
        buttons=(Button(label="<!channel> @here\n:fire:", command="vpn status", confirm="<@U0MIKA>?"),),
    ),
    "too_long": Message(
        title="t" * 200,
        summary="A long one.",
        blocks=(
            Text.of("p" * 4_000),
            Table(columns=("Number", "Square"), rows=tuple((str(n), str(n * n)) for n in range(1_000))),
            Code(text="\n".join(f"line {number}" for number in range(1_000))),
            Text.of("the end " * 300),
        ),
        buttons=tuple(Button(label=f"Button {number}", command=f"vpn on {number}") for number in range(30)),
    ),
}


@pytest.mark.parametrize("name", GOLDENS)
def test_looks_as_it_did(name: str) -> None:
    sent = render(GOLDENS[name])
    check_message(sent)
    files = [{"name": file.name, "characters": len(file.content)} for file in sent.files]
    compare_golden(name, {"text": sent.text, "blocks": sent.blocks, "files": files})


def test_no_golden_file_without_its_message() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json") if not path.stem.startswith("form_")} == set(GOLDENS)


@pytest.mark.parametrize(
    ("severity", "word"),
    [("progress", "In progress"), ("ok", "OK"), ("warning", "Warning"), ("critical", "Critical")],
)
def test_severity_is_a_word_too(severity: Severity, word: str) -> None:
    with_title = render(Message(title="T", summary="S", severity=severity))
    assert word in _text(with_title.blocks[0])
    assert word in with_title.text
    assert word in _text(render(line("x", severity=severity)).blocks[0])
    table = Table(columns=("a",), rows=())
    assert word in _text(render(Message(title="", summary="S", severity=severity, blocks=(table,))).blocks[0])


def test_info_has_no_mark() -> None:
    sent = render(Message(title="T", summary="S"))
    assert (_text(sent.blocks[0]), sent.text) == ("T", "S")


def test_without_blocks_the_summary_is_shown() -> None:
    assert "All is well." in shown(render(Message(title="VPN", summary="All is well.")).blocks)


def test_nothing_at_all_is_still_a_message() -> None:
    sent = render(Message(title="", summary="", blocks=(Text.of(""), Code(text="\n"), Facts(items=()))))
    assert (sent.text, sent.blocks) == ("—", [])


@pytest.mark.parametrize(
    ("block", "remark"),
    [
        (Table(columns=("n",), rows=tuple((str(number),) for number in range(5_000))), " more rows"),
        (Code(text="x\n" * 4_000), " more lines"),
        (Facts(items=(Fact(label="a", value="b" * 400),) * 50), "… 36 more"),
        (Text.of("x" * 3_001), "…"),
        (Text.of("x" * 5_000, quiet=True), "…"),
        (Table(columns=("n",), rows=(("x" * 41,),)), "…"),
        (Image(url="https://x.example/a b", alt="x" * 3_000), "…"),
    ],
)
def test_what_is_cut_says_so_and_the_whole_text_is_a_file(block: Block, remark: str) -> None:
    sent = render(Message(title="T", summary="S", blocks=(block,)))
    check_message(sent)
    assert remark in shown(sent.blocks[1:-1])
    assert _text(sent.blocks[-1]) == "The whole text is in full-text.txt."
    assert [file.name for file in sent.files] == ["full-text.txt"]
    assert "…" not in sent.files[0].content


def test_a_table_that_is_cut_counts_what_is_missing() -> None:
    rows = tuple((f"row {number}",) for number in range(2_000))
    text = shown(render(Message(title="", summary="", blocks=(Table(columns=("c",), rows=rows),))).blocks)
    kept = text.count("row ")
    assert f"… {2_000 - kept:,} more rows" in text


def test_parts_that_do_not_fit_are_counted() -> None:
    sent = render(Message(title="T", summary="S", blocks=(Text.of("p"),) * 60))
    check_message(sent)
    assert len(sent.blocks) == 50
    assert _text(sent.blocks[-1]) == "… 12 more parts. The whole text is in full-text.txt."


def test_buttons_beyond_what_slack_takes_are_counted() -> None:
    sent = render(line("x", buttons=tuple(Button(label="b", command=f"vpn on {n}") for n in range(27))))
    assert _text(sent.blocks[-2]) == "… 2 more buttons."
    assert len(sent.blocks[-1]["elements"]) == 25
    assert sent.files == ()


def test_long_commands_leave_room_for_the_text() -> None:
    buttons = tuple(Button(label="b", command="x" * BUTTON_VALUE) for _ in range(9))
    sent = render(Message(title="T", summary="S", blocks=(Text.of("x" * 3_000),), buttons=buttons))
    check_message(sent)
    assert len(sent.blocks[-1]["elements"]) == 2
    assert sent.files == ()


@pytest.mark.parametrize("command", ["", "x" * (BUTTON_VALUE + 1)])
def test_a_command_is_never_cut(command: str) -> None:
    with pytest.raises(ValueError, match="command has 1 to 2,000 characters"):
        render(line("x", buttons=(Button(label="b", command=command),)))


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
def test_an_address_that_slack_would_refuse_is_text(address: str) -> None:
    button = Button(label="Open", link=address)
    sent = render(
        Message(title="", summary="", blocks=(Text(spans=(Span(text="see", link=address),)),), buttons=(button,))
    )
    check_message(sent)
    assert "url" not in json.dumps(sent.blocks)
    assert shown(sent.blocks).count(address[:20]) == 2


def test_the_dearest_text_stays_inside() -> None:
    sent = render(Message(title="T", summary="S", blocks=(Text.of("日&<" * 1_000), Code(text='"\\' * 3_000)) * 9))
    check_message(sent)
    assert weight(sent.blocks) <= ALL_BLOCKS


def test_a_cut_never_parts_what_belongs_together() -> None:
    family = "👩‍👩‍👧"
    text = _text(render(Message(title=family * 60, summary="S")).blocks[0])
    assert text == family * (text.count("👧")) + "…"


def test_wide_characters_line_up() -> None:
    table = Table(columns=("名前", "State"), rows=(("東京", "on"), ("e\u0301t\u00e9", "off")))
    lines = shown(render(Message(title="", summary="", blocks=(table,))).blocks).split("\n")
    assert lines == ["名前  State", "----  -----", "東京  on", "e\u0301t\u00e9   off"]


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
    text = plain(Message(title="T", summary="&" * 9_000))
    assert len(text) <= 4_000
    assert text.endswith("&amp;…")


def _text(block: Json) -> str:
    return shown([block]).replace("\n", "") if block["type"] != "header" else str(block["text"]["text"])


def test_a_fact_of_several_lines_keeps_them() -> None:
    claims = "mika until 18:00 JST\n  ren until   19:00 JST\n\n"
    message = Message(title="VPN", summary="VPN", blocks=(Facts(items=(Fact(label="Wanted by", value=claims),)),))

    (section,) = [block for block in render(message).blocks if block["type"] == "section"]

    assert section["fields"][1]["text"] == "mika until 18:00 JST\nren until 19:00 JST"


@pytest.mark.parametrize("name", GOLDENS)
def test_a_home_shows_what_a_message_does(name: str) -> None:
    view = render_home(GOLDENS[name])
    check_home(view)
    check_home(plain_home(GOLDENS[name]))
    if name not in ("too_long", "every_block"):
        assert view["blocks"] == render(GOLDENS[name]).blocks


def test_a_home_has_room_for_more_and_says_what_it_leaves_out() -> None:
    lines = tuple(Text.of(f"line {number}") for number in range(120))
    view = render_home(Message(title="T", summary="S", blocks=lines, buttons=(Button(label="b", command="vpn on"),)))
    check_home(view)
    assert len(view["blocks"]) == 100
    assert _text(view["blocks"][-2]) == "… 23 more parts. Not all of it has room here."
    nothing = render_home(Message(title="", summary="", blocks=(Text.of(""),)))
    assert [_text(block) for block in nothing["blocks"]] == ["—"]
