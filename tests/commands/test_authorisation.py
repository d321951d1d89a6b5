"""Every command for every role, against a table written by hand."""

import pytest

from commands import COMMANDS
from commands.parser import parse
from tests.commands.authorisation import ADMIN, APPROVER, MAY, OPERATOR, STAFF
from tests.commands.conftest import IDS, ONE_ENDPOINT, Chat

MIKA = IDS["mika"]


def only(role: str) -> str:
    """A configuration where mika has this role, beside being staff, and nobody has another."""
    roles = "" if role == STAFF else f"  {role}: {{slack_users: [{MIKA}]}}\n"
    return f"roles:\n{roles or '  {}'}\n{ONE_ENDPOINT[ONE_ENDPOINT.index('admin_place') :]}"


@pytest.mark.parametrize("role", [STAFF, OPERATOR, APPROVER, ADMIN])
async def test_each_role_may_what_the_table_says_and_nothing_else(chat: Chat, role: str) -> None:
    chat.use(only(role))
    for words, roles in MAY.items():
        chat.said.private.clear()
        chat.desk.table.delete("BRAKE", "BRAKE")

        await chat.says("mika", words)

        refused = any(answer.summary.startswith("Only a") for answer in chat.answers("mika"))
        assert refused == (role not in roles), f"{role}: {words}"


async def test_a_refusal_says_who_may_and_whom_to_ask(chat: Chat) -> None:
    await chat.says("ada", "vpn off --all")

    sentence = "Only an operator may do /vpn off --all, and you are staff and approver: ask one (oda@example.com)"
    assert sentence in chat.answer("ada")
    assert chat.audited("ada") == [("vpn off --all", "refused")]


async def test_whoever_is_nobody_may_nothing(chat: Chat) -> None:
    for words in MAY:
        chat.said.private.clear()

        await chat.says("U0GUEST001", words)

        (answer,) = chat.answers("U0GUEST001")
        assert answer.summary == "Full members only."
    assert not chat.said.forms
    assert not chat.said.posts


def test_the_table_has_every_command() -> None:
    written = {parse(words, None, COMMANDS, None).command.words for words in MAY}

    assert written == {command.words for command in COMMANDS}
