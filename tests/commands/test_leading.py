"""Words before what is left of the line: `rebuild <target> [reason]`, and families whose first word is a command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Registry, Reply, Unclear
from commands.config import Config
from commands.parser import parse
from tests.commands.conftest import ONE_ENDPOINT

CONFIG = Config.parse(ONE_ENDPOINT)


class Mend(Arguments):
    target: str | None = None
    how: str | None = None
    reason: str | None = None


class Target(Arguments):
    target: str | None = None


class Two(Arguments):
    how: str | None = None
    target: str | None = None


async def nothing(_: Context, __: Arguments) -> Reply:
    return None


def hows(_: Config) -> tuple[str, ...]:
    return ("soon", "now")


TARGET = Argument("target", "text", "<target>", "me")
HOW = Argument("how", "choice", "<soon|now>", "now", choices=hows)
REASON = Argument("reason", "rest", "[reason]", "it is slow")


def command(words: str, into: type[Arguments], *arguments: Argument) -> Command[Arguments]:
    return Command(
        words=words, summary="Mend", group="Mend", role=Role.STAFF, into=into, run=nothing, arguments=arguments
    )


WORDS: Registry = (
    command("mend", Mend, TARGET, HOW, REASON),
    command("mend list", Target, TARGET),
    command("mend two", Two, HOW, TARGET),
)


def said(text: str, **fields: str) -> str:
    return parse(text, fields, WORDS, CONFIG).text()


@pytest.mark.parametrize(
    ("typed", "target", "how", "reason"),
    [
        ("mend", None, None, None),
        ("mend ren", "ren", None, None),
        ("mend ren now", "ren", "now", None),
        ("mend ren NOW it's slow, x=1 --now", "ren", "now", "it's slow, x=1 --now"),
        ('mend "Ren K" now "it is slow"', "Ren K", "now", "it is slow"),
        ("mend target=ren now why", "ren", "now", "why"),
        ("mend how=now ren why", "ren", "now", "why"),
        ("mend --target ren --how now why", "ren", "now", "why"),
        ("mend reason=why not", None, None, "why not"),
        ("mend ren reason=why not", "ren", None, "why not"),
        ("mend ren --reason why not", "ren", None, "why not"),
        ("mend ren now reason=reason=x", "ren", "now", "reason=x"),
        ("mend tag:Env=Prod now", "tag:Env=Prod", "now", None),
        ("mend @U0REN00001 now", "@U0REN00001", "now", None),
        ("mend ws-0a1b2c3d4 soon 2h", "ws-0a1b2c3d4", "soon", "2h"),
    ],
)
def test_what_stands_first_is_taken_in_turn_and_the_rest_as_it_stands(
    typed: str, target: str | None, how: str | None, reason: str | None
) -> None:
    parsed = parse(typed, None, WORDS, CONFIG)

    assert parsed.arguments == Mend(target=target, how=how, reason=reason)
    assert parse(parsed.text(), None, WORDS, CONFIG) == parsed


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("mend ren now  it   is slow", "mend ren now it is slow"),
        ("mend reason=slow", "mend reason=slow"),
        ("mend how=now reason=slow", 'mend how="now" reason=slow'),
        ("mend tag:Env=Prod now", "mend tag:Env=Prod now"),
        ("mend two ren", 'mend two target="ren"'),
        ("mend list ren", "mend list ren"),
        ('mend ren now "-x is slow"', "mend ren now --x is slow"),
        ("mend ren now reason=—x is slow", "mend ren now --x is slow"),
        ('mend ren now reason= "it is slow" ', "mend ren now it is slow"),
    ],
)
def test_it_is_written_so_that_nothing_is_taken_for_something_else(typed: str, text: str) -> None:
    assert said(typed) == text
    assert said(text) == text


@pytest.mark.parametrize(
    ("typed", "sentence", "instead"),
    [
        ("mend ren later why", "There is no how “later”, only soon, now.", "/mend ren soon reason=why"),
        ('mend "ren', 'In “"ren” a quotation mark is not closed.', "/mend"),
        ("mend colour=red", "/mend takes no “colour”.", "/mend"),
        ("mend --target", "There is nothing after “--target”.", "/mend me"),
        ("mend ren now reason=", "The reason is empty.", "/mend ren now it is slow"),
        ("mend ren target=oda", "The target is there twice: “oda” is too much.", "/mend ren"),
    ],
)
def test_what_is_wrong_is_said(typed: str, sentence: str, instead: str) -> None:
    with pytest.raises(Unclear) as raised:
        parse(typed, None, WORDS, CONFIG)

    assert raised.value.sentence == sentence
    assert said(raised.value.instead)


def test_a_form_replaces_the_target_and_keeps_the_reason() -> None:
    assert said("mend ren now it is slow", target="ws-0a1b2c3d4") == "mend ws-0a1b2c3d4 now it is slow"
    assert said("mend", target="ren", how="now", reason="reason=x") == "mend ren now reason=reason=x"


@given(
    st.sampled_from(["mend", "mend list", "mend two"]),
    st.text(max_size=40) | st.sampled_from(["now", "two", "a=b", "--now", "tag:A=B", "tag:A=B C", "reason=x"]),
    st.sampled_from(["", "soon", "now"]),
    st.text(max_size=40) | st.sampled_from(["reason=", "--reason x", '"x"', "target=x"]),
)
def test_its_own_text_is_the_same_command(words: str, target: str, how: str, reason: str) -> None:
    names = {argument.name for argument in parse(words, None, WORDS, CONFIG).command.arguments}
    fields = {name: value for name, value in (("target", target), ("how", how), ("reason", reason)) if name in names}
    try:
        parsed = parse(words, fields, WORDS, CONFIG)
    except Unclear:
        return
    assert parse(parsed.text(), None, WORDS, CONFIG) == parsed
