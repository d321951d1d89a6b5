"""Every command, typed, pressed and submitted, for every role in both chats, against a table written by hand."""

import re

import pytest

from aws_ops import fleet
from commands import COMMANDS
from commands.parser import parse
from commands.targets import OnTarget
from notifiers.place import Platform
from tests.commands.asking import RATE, VIAS, Asker, Outcome
from tests.commands.authorisation import (
    ADMIN,
    APPROVER,
    NAMED_OTHERS,
    NAMED_OWN,
    OPERATOR,
    ROLES,
    STAFF,
    TABLE,
    Row,
)
from tests.commands.conftest import Chat
from tests.commands.goldens import commands_of_buttons

# What is asked for does not depend on the chat but for its people's ids: each run asks in one, the faults in the other.
PLATFORMS = ["slack", pytest.param("teams", marks=pytest.mark.faults)]
SOMEBODY = {
    OPERATOR: ("an operator", "oda@example.com"),
    APPROVER: ("an approver", "ada@example.com"),
    ADMIN: ("an admin", "alex@example.com"),
}
BY_ROLE = re.compile(r"Only an? \w+ may do /|Full members only")
AUDITED = {"DynamoDB.TransactWriteItems": 1}
# Ways of naming a target that are each tried for every command where it is only seen that it begins.
FURTHER = {*NAMED_OWN[1:], *NAMED_OTHERS[1:]} - {"{own_tag}"}


def wrong(asker: Asker, row: Row, role: str, outcome: Outcome) -> str | None:
    """What is not as the table has it; None: all is."""
    if role in row.may:
        return wrongly_refused(row, outcome)
    (needed,) = row.may
    somebody, whom = SOMEBODY[needed]
    roles = STAFF if role == STAFF else f"{STAFF} and {role}"
    begins = f"Only {somebody} may do /{row.command}"
    ends = f", and you are {roles}: ask one ({whom}) to do it for you."
    if not (outcome.said and outcome.answer.startswith(begins) and outcome.answer.endswith(ends)):
        return f"was told {outcome.said}"
    if outcome.forms or outcome.reached or outcome.changes != AUDITED:
        return f"was refused, and yet {outcome}"
    return None


def wrongly_refused(row: Row, outcome: Outcome) -> str | None:
    """What is wrong with what came of a row that somebody may."""
    if any(BY_ROLE.match(said) for said in outcome.said):
        return f"may, and was told {outcome.said}"
    if row.but and not (outcome.said and row.but in outcome.answer):
        return f"shall be told {row.but!r}, and was {outcome.said}"
    return None if outcome.said or outcome.forms else "was told nothing"


def begun(row: Row, outcome: Outcome) -> bool:
    """Whether what somebody may has begun, or a form asks for more; or there is no such thing."""
    return bool(outcome.forms) or outcome.reached == (row.command,) or bool(row.but) or "missing" in row.said


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_each_role_may_what_the_table_says_and_nothing_else(
    chat: Chat, platform: Platform, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker = Asker(chat, platform, role)
    # Nothing is done to a WorkSpace here, so that another look at all of them would show the same.
    there = fleet._read(chat.desk, RATE)
    monkeypatch.setattr(fleet, "_read", lambda desk, rate: there)
    await asker.make_runs()
    before, found = asker.kept(), []
    for via in VIAS:
        for row in TABLE:
            outcome = await asker.asks(row, via)
            fault = wrong(asker, row, role, outcome)
            if role in row.may and fault is None and not begun(row, outcome):
                fault = f"may, and it did not begin: {outcome.said}"
            if fault:
                found.append(f"{via} {row.text}: {fault}")

    assert not found
    assert not chat.said.posts
    assert asker.kept() == before


@pytest.mark.parametrize("role", [OPERATOR, STAFF])
async def test_each_role_does_what_the_table_says(chat: Chat, role: str) -> None:
    asker = Asker(chat, "slack", role, really=True)
    found = []
    for row in TABLE:
        if row.fields.get("target") not in FURTHER:
            outcome = await asker.asks(row, "typed")
            chat.desk.table.delete("BRAKE", "BRAKE")
            fault = wrong(asker, row, role, outcome)
            found += [f"{row.text}: {fault}"] if fault else []

    assert not found


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("who", ["guest", "stranger"])
async def test_whoever_is_nobody_may_nothing(chat: Chat, platform: Platform, who: str) -> None:
    asker = Asker(chat, platform, STAFF)
    asker.make_no_runs()
    before, found = asker.kept(), []
    # A guest is in no directory; a stranger is, and acts from another organisation.
    more = {"user": "29:1guest"} if who == "guest" else {"team": "T0PARTNER1"}
    sentence = "Full members only." if who == "guest" else "You are here from another place."
    for via in VIAS:
        for row in TABLE:
            outcome = await asker.asks(row, via, **more)
            if outcome != Outcome(said=(sentence,), forms=0, reached=(), changes=AUDITED):
                found.append(f"{via} {row.text}: {outcome}")

    assert not found
    assert not chat.said.posts
    assert asker.kept() == before


async def test_a_refusal_says_who_may_and_whom_to_ask(chat: Chat) -> None:
    await chat.says("ada", "vpn off --all")

    sentence = "Only an operator may do /vpn off --all, and you are staff and approver: ask one (oda@example.com)"
    assert sentence in chat.answer("ada")
    assert chat.audited("ada") == [("vpn off --all", "refused")]


# ---- the table itself


def test_the_table_has_every_command() -> None:
    assert {row.command for row in TABLE} == {command.words for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.words)
def test_the_table_has_everything_that_a_command_takes(command: object) -> None:
    (found,) = (one for one in COMMANDS if one is command)
    said = {name for row in TABLE if row.command == found.words for name in row.fields}

    assert said == {argument.name for argument in found.arguments}


def test_the_table_has_every_way_of_naming_a_target() -> None:
    for command in COMMANDS:
        if issubclass(command.into, OnTarget):
            named = {row.fields.get("target") for row in TABLE if row.command == command.words}
            assert named >= {None, *NAMED_OWN, *NAMED_OTHERS, "{protected_id}"}, command.words


def test_what_is_typed_is_what_the_form_says(chat: Chat) -> None:
    asker = Asker(chat, "slack", STAFF)
    for row in TABLE:
        fields = {name: asker.fill(value) for name, value in row.fields.items()}
        typed = parse(asker.fill(row.text), None, COMMANDS, chat.config)

        assert typed.command.words == row.command
        assert typed == parse(row.command, fields, COMMANDS, chat.config), row.text


def test_every_button_in_a_golden_has_a_row() -> None:
    commands = {row.command for row in TABLE}
    for text in commands_of_buttons():
        words = text.split(" ")
        named = {" ".join(words[:count]) for count in (1, 2)}
        assert named & commands or text in {"vpn"}, text
