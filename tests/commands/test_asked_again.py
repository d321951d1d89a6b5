"""What a command takes is asked again when everything is filled in: only then it is known whose the thing is."""

import pytest
from pydantic import Field

from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Reply
from commands.dispatcher import Dispatcher
from commands.request import Person
from notifiers.message import line
from tests.commands.conftest import IDS, Chat


class Thing(Arguments):
    thing: str | None = None
    owner: str | None = Field(default=None, exclude=True)


async def complete(ctx: Context, args: Thing) -> Thing:
    return Thing(thing=f"t-{args.thing}", owner=f"{args.thing}@example.com")


async def run(ctx: Context, args: Thing) -> Reply:
    roles = " ".join(sorted(role.value for role in ctx.roles))
    return line(f"Done to {args.thing} of {args.owner} by {roles}, who said {ctx.text}.")


def needs(args: Thing, person: Person) -> Role:
    return Role.OPERATOR if args.owner not in {None, person.key} else Role.STAFF


def said(chat: Chat, *, changes: bool) -> Dispatcher:
    command = Command(
        words="mend",
        summary="Mend",
        group="Mend",
        role=Role.STAFF,
        into=Thing,
        run=run,
        arguments=(Argument("thing", "text", "[thing]", "mika"),),
        changes=changes,
        complete=complete,
        needs=needs,
        resource=lambda args: args.thing,
    )
    return chat.dispatcher_of((command,))


@pytest.mark.parametrize("changes", [True, False])
async def test_of_ones_own_nothing_more_is_asked(chat: Chat, changes: bool) -> None:
    chat.dispatcher = said(chat, changes=changes)

    await chat.says("mika", "mend mika")

    assert chat.answer("mika").endswith("Done to t-mika of mika@example.com by staff, who said mend mika.\n")


@pytest.mark.parametrize("changes", [True, False])
async def test_of_somebody_elses_an_operator_is(chat: Chat, changes: bool) -> None:
    chat.dispatcher = said(chat, changes=changes)

    await chat.says("ren", "mend mika")
    await chat.says("oda", "mend mika")

    assert "Only an operator may do /mend mika, and you are staff" in chat.answer("ren")
    assert "t-mika" not in chat.answer("ren"), "what was filled in is not theirs to know"
    assert chat.audited("ren") == [("mend mika", "refused")]
    assert "Done to t-mika" in chat.answer("oda")


async def test_whoever_was_operator_a_minute_ago_changes_nothing(chat: Chat) -> None:
    chat.known.left.add(IDS["oda"])

    chat.dispatcher = said(chat, changes=True)
    await chat.says("oda", "mend mika")
    assert "Full members only." in chat.answer("oda")

    chat.dispatcher = said(chat, changes=False)
    await chat.says("oda", "mend mika")
    assert "Done to t-mika" in chat.answer("oda")
