"""What people type, from keyboards, phones and forms, and what it is taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import COMMANDS
from commands.command import Unclear
from commands.config import Config
from commands.durations import LONGEST, parse_duration, write_duration
from commands.parser import parse
from commands.tokens import LONGEST_ECHO, clean, echo, tokens
from tests.commands.conftest import ONE_ENDPOINT, TWO_ENDPOINTS

ONE, TWO = Config.parse(ONE_ENDPOINT), Config.parse(TWO_ENDPOINTS)


def said(text: str, config: Config = TWO, **fields: str) -> str:
    """The canonical text of what `text` is taken for."""
    return parse(text, fields, COMMANDS, config).text()


def unclear(text: str, config: Config = TWO, **fields: str) -> tuple[str, str]:
    with pytest.raises(Unclear) as raised:
        parse(text, fields, COMMANDS, config)
    return raised.value.sentence, raised.value.instead


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("vpn on", "vpn on"),
        ("/vpn on", "vpn on"),
        ("VPN On TOKYO For 2H", "vpn on tokyo for 2h"),
        ("  vpn   on\ttokyo\n", "vpn on tokyo"),
        ("vpn on for 2h tokyo", "vpn on tokyo for 2h"),
        ("vpn on 2h tokyo", "vpn on tokyo for 2h"),
        ("vpn on tokyo for 1 hour 30 minutes", "vpn on tokyo for 1h30m"),
        ("vpn on for 90 min tokyo", "vpn on tokyo for 1h30m"),
        ("vpn on endpoint=tokyo duration=2h", "vpn on tokyo for 2h"),
        ("vpn on --endpoint tokyo --for=2h", "vpn on tokyo for 2h"),
        ("vpn on --duration 2 hours tokyo", "vpn on tokyo for 2h"),
        ('vpn on "tokyo"', "vpn on tokyo"),
        ("vpn on endpoint='tokyo'", "vpn on tokyo"),
        ("vpn extend 1h", "vpn extend 1h"),
        ("vpn extend tokyo 1h", "vpn extend 1h tokyo"),
        ("vpn extend for 1h", "vpn extend 1h"),
        ("vpn off --all", "vpn off --all"),
        ("vpn off -all tokyo", "vpn off tokyo --all"),
        ("vpn off --all=no", "vpn off"),
        ("vpn", "vpn help"),
        ("vpn help", "vpn help"),
        ("deskside", "deskside help"),
        ("help", "deskside help"),
        ("help vpn", "deskside help vpn"),
        ("deskside pause", "deskside pause"),
        ('deskside pause it\'s "late", x=1 --now', 'deskside pause it\'s "late", x=1 --now'),
        ('deskside pause "fire drill"', "deskside pause fire drill"),
        ("audit", "audit"),
        ("audit me since 2 days", "audit me since 2d"),
        ("audit 7d", "audit since 7d"),
        ("audit vpn:tokyo 2026-11-01", "audit vpn:tokyo since 2026-11-01"),
        ("audit 7up@example.com", 'audit who="7up@example.com"'),
        ("audit who=since", 'audit who="since"'),
    ],
)
def test_what_is_typed_is_taken_for_what_is_meant(typed: str, meant: str) -> None:
    assert said(typed) == meant
    assert said(meant) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("vpn off —all", "vpn off --all"),
        ("vpn off –-all", "vpn off --all"),
        ("vpn off ‑‑all", "vpn off --all"),
        ("vpn on “tokyo”", "vpn on tokyo"),
        ("vpn on ‘tokyo’", "vpn on tokyo"),
        ("vpn\u00a0on\u202ftokyo", "vpn on tokyo"),
        ("vpn on\u200b tokyo\ufeff", "vpn on tokyo"),
        ("\u200evpn on \u2068tokyo\u2069", "vpn on tokyo"),
        ("／ｖｐｎ　ｏｎ　ｔｏｋｙｏ　ｆｏｒ　２ｈ", "vpn on tokyo for 2h"),
    ],
)
def test_phones_and_input_methods_are_understood(typed: str, meant: str) -> None:
    assert said(typed) == meant


@pytest.mark.parametrize(
    ("typed", "sentence", "instead"),
    [
        ("", "There is no command in that.", "/deskside help"),
        ("\u200b \n", "There is no command in that.", "/deskside help"),
        ("vpn onn", "There is no command “vpn onn”.", "/vpn on"),
        ("vnp on", "There is no command “vnp on”.", "/vpn on"),
        ("hlep", "There is no command “hlep”.", "/deskside help"),
        ("vpn frobnicate", "There is no command “vpn frobnicate”.", "/vpn help"),
        ("vpn 🦆🦆🦆", "There is no command “vpn 🦆🦆🦆”.", "/vpn help"),
        ("🦆", "There is no command “🦆”.", "/deskside help"),
        ("vpn on osaka", "There is no endpoint “osaka”, only tokyo, paris.", "/vpn on tokyo"),
        ("vpn on pariss", "There is no endpoint “pariss”, only tokyo, paris.", "/vpn on paris"),
        ("vpn off all", "There is no endpoint “all”, only tokyo, paris.", "/vpn off --all"),
        (
            "vpn on for banana",
            "“banana” is not a duration: write it like 45s, 30m, 8h, 1d or 1h30m.",
            "/vpn on for 2h",
        ),
        (
            "vpn extend banana",
            "“banana” is not a duration: write it like 45s, 30m, 8h, 1d or 1h30m.",
            "/vpn extend 1h",
        ),
        ("vpn on for 0s", "“0s” is too short a duration: at least 1s.", "/vpn on for 2h"),
        ("vpn on for 999999999d", "“999999999d” is too long a duration: at most a year.", "/vpn on for 2h"),
        ("vpn on for", "There is nothing after “for”.", "/vpn on for 2h"),
        ("vpn on --endpoint", "There is nothing after “--endpoint”.", "/vpn on tokyo"),
        ("vpn on for 2h for 3h", "The duration is there twice: “3h” is too much.", "/vpn on for 2h"),
        ("vpn on tokyo paris", "The endpoint is there twice: “paris” is too much.", "/vpn on tokyo"),
        ("vpn on tokyo tokyo", "The endpoint is there twice: “tokyo” is too much.", "/vpn on tokyo"),
        ("vpn on for 2h 🎉", "/vpn on takes no “🎉”: that is too much.", "/vpn on for 2h"),
        ("vpn on osaka for 90m", "There is no endpoint “osaka”, only tokyo, paris.", "/vpn on tokyo for 1h30m"),
        ("vpn on banana paris", "There is no endpoint “banana”, only tokyo, paris.", "/vpn on paris"),
        ("vpn off tokyo all", "/vpn off takes no “all”: that is too much.", "/vpn off tokyo --all"),
        ("vpn onn tokyo 2h", "There is no command “vpn onn”.", "/vpn on tokyo for 2h"),
        ("off", "There is no command “off”.", "/vpn off"),
        ("/ off --all", "There is no command “off --all”.", "/vpn off --all"),
        ("on osaka", "There is no command “on osaka”.", "/vpn on tokyo"),
        ("on tokyo for 2h", "There is no command “on tokyo”.", "/vpn on tokyo for 2h"),
        ("Whoami", "There is no command “whoami”.", "/deskside whoami"),
        ("runs", "There is no command “runs”.", "/deskside runs"),
        ("statsu", "There is no command “statsu”.", "/vpn status"),
        ("vpn on --force", "/vpn on takes no “--force”.", "/vpn on"),
        ("vpn on colour=red", "/vpn on takes no “colour”.", "/vpn on"),
        ("vpn off --all=banana", "--all takes no value, so not “banana” either.", "/vpn off --all"),
        ('vpn on "tok', 'In “"tok” a quotation mark is not closed.', "/vpn on"),
        ("audit since never", "“never” is neither a duration like 7d nor a date like 2026-11-01.", "/audit since 7d"),
        ("audit since 2026-02-30", "“2026-02-30” is no day of the calendar.", "/audit since 7d"),
        ("deskside whoami now", "/deskside whoami takes no “now”: that is too much.", "/deskside whoami"),
        ("x" * 5000, "That is 5,000 characters long, and a command has at most 4,000.", "/deskside help"),
    ],
)
def test_bad_input_says_what_is_wrong_and_what_to_type(typed: str, sentence: str, instead: str) -> None:
    assert unclear(typed) == (sentence, instead)


def test_where_no_endpoint_is_configured_none_is_suggested() -> None:
    none = Config.parse(ONE_ENDPOINT[: ONE_ENDPOINT.index("vpn:")])

    assert unclear("vpn on tokyo for 2h", none) == (
        "There is no endpoint in the configuration yet.",
        "/vpn on for 2h",
    )


def test_three_thousand_characters_are_said_back_shortly() -> None:
    sentence, instead = unclear("vpn on " + "x" * 3000)

    assert sentence == f"There is no endpoint “{'x' * 39}…”, only tokyo, paris."
    assert instead == "/vpn on tokyo"


@pytest.mark.parametrize("text", ["vpn onn", "vpn on osaka", "vpn on for banana", "audit since never", "vpn off all"])
def test_what_to_type_instead_is_a_command(text: str) -> None:
    _, instead = unclear(text)

    assert said(instead)


def test_every_example_is_a_command_and_every_usage_names_its_words() -> None:
    for command in COMMANDS:
        for example in command.examples:
            assert parse(example, None, COMMANDS, ONE).command is command
        said_of_it = {name for name, field in command.into.model_fields.items() if not field.exclude}
        assert {argument.name for argument in command.arguments} == said_of_it


def test_a_forms_fields_fill_what_was_not_typed_and_replace_what_was() -> None:
    assert said("vpn on for 2h", endpoint="paris") == "vpn on paris for 2h"
    assert said("vpn on tokyo", endpoint=" Paris ", duration="") == "vpn on paris"
    assert unclear("vpn on", duration="soon")[1] == "/vpn on for 2h"
    assert unclear("vpn on", colour="red") == ("/vpn on takes no “colour”.", "/vpn on")


def test_without_a_configuration_any_name_will_do() -> None:
    assert parse("vpn on osaka", None, COMMANDS, None).text() == "vpn on osaka"


# ---- properties

ANYTHING = st.text(max_size=300)
PIECES = (
    *("vpn", "on", "off", "help", "me", "for", "since", "2h", "1", "hour", "30", "minutes", "tokyo", "paris"),
    *("--all", "-all", "—all", "endpoint=", "endpoint=tokyo", "duration=1h", "for=2h", "who=x", "--who", "2026-11-01"),
    *("“tokyo”", "‘", '"', "'", "''", '""', "=", "--", "-", "＝", "🦆", "\u200b", "\u00a0"),
)
BEGINNINGS = (
    "vpn on",
    "vpn extend",
    "vpn off",
    "audit",
    "deskside pause",
    "deskside cancel",
    "deskside help",
    "vpn",
    "",
)
WORDS = st.tuples(st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(PIECES) | ANYTHING, max_size=5)).map(
    lambda drawn: " ".join((drawn[0], *drawn[1]))
)


def problem_with(text: str) -> Unclear | None:
    try:
        parse(text, None, COMMANDS, TWO)
    except Unclear as problem:
        return problem
    return None


@given(WORDS)
def test_anything_is_a_command_or_one_short_sentence_with_something_to_type(text: str) -> None:
    problem = problem_with(text)
    if problem is not None:
        assert problem.sentence.endswith((".", "?"))
        assert "\n" not in problem.sentence
        assert len(problem.sentence) < 250
        assert said(problem.instead)


@given(WORDS)
def test_a_commands_own_text_is_the_same_command(text: str) -> None:
    try:
        parsed = parse(text, None, COMMANDS, TWO)
    except Unclear:
        return
    assert parse(parsed.text(), None, COMMANDS, TWO) == parsed


@given(st.sampled_from(["vpn on", "audit", "deskside pause", "deskside cancel"]), ANYTHING, ANYTHING)
def test_a_forms_fields_too(words: str, first: str, second: str) -> None:
    command = parse(words, None, COMMANDS, TWO).command
    fields = dict(zip((argument.name for argument in command.arguments), (first, second), strict=False))
    try:
        parsed = parse(words, fields, COMMANDS, TWO)
    except Unclear:
        return
    assert parse(parsed.text(), None, COMMANDS, TWO) == parsed


@given(st.sampled_from(["tokyo", "paris", None]), st.integers(1, LONGEST) | st.none(), st.permutations(range(3)))
def test_the_order_of_arguments_does_not_matter(name: str | None, seconds: int | None, order: list[int]) -> None:
    parts = [name or "", f"for {write_duration(seconds)}" if seconds else "", ""]

    parsed = parse("vpn on " + " ".join(parts[index] for index in order), None, COMMANDS, TWO)

    assert parsed.arguments.model_dump() == {"endpoint": name, "duration": seconds}


@given(st.integers(1, LONGEST))
def test_a_duration_is_read_as_it_was_written(seconds: int) -> None:
    assert parse_duration(write_duration(seconds)) == seconds


@given(ANYTHING)
def test_a_duration_is_a_number_of_seconds_or_no_duration(text: str) -> None:
    try:
        seconds = parse_duration(text)
    except ValueError:
        return
    assert 1 <= seconds <= LONGEST


@given(ANYTHING)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert "\n" not in clean(text)


@given(ANYTHING)
def test_no_word_is_lost(text: str) -> None:
    line = clean(text)
    try:
        found = list(tokens(line))
    except ValueError:
        return
    assert [token.start for token in found] == sorted({token.start for token in found})
    assert len(found) <= len(line.split(" "))


@given(ANYTHING)
def test_an_echo_is_one_short_line(text: str) -> None:
    assert len(echo(text)) <= LONGEST_ECHO + 2
    assert "\n" not in echo(text)
