"""Which WorkSpaces somebody means, and that nobody learns anything about another's."""

from collections.abc import Awaitable, Callable

import pytest

from commands.access import Role
from commands.command import Argument, Command, Context, Reply
from commands.targets import OnTarget, complete_one, complete_some, resolve, resource, role_on_target
from notifiers.message import Form, line
from sandbox.aws.workspaces_seed import ALWAYS_ON, MIKAS, PROTECTED, RENS, TWIN, TWINS
from tests.commands.conftest import IDS, ONE_ENDPOINT, Chat

Complete = Callable[[Context, OnTarget], Awaitable[OnTarget | Form]]


async def show(ctx: Context, args: OnTarget) -> Reply:
    found = await resolve(ctx, args.target)
    ids = " ".join(one.workspace.id for one in found)
    return line(f"{len(found)}: {ids} of {args.owner} mine {args.mine}")


@pytest.fixture
def look(chat: Chat) -> Chat:
    """A chat with a command that says what is meant: one by `look`, several by `look all`."""
    target = Argument("target", "text", "[target]", "me")

    def command(words: str, complete: Complete) -> Command[OnTarget]:
        return Command(
            words=words,
            summary="Look",
            group="Look",
            role=Role.STAFF,
            into=OnTarget,
            run=show,
            arguments=(target,),
            complete=complete,
            needs=role_on_target,
            resource=resource,
        )

    words = (command("look", complete_one), command("look all", complete_some))
    chat.dispatcher = chat.dispatcher_of(words)
    return chat


async def meant(chat: Chat, name: str, text: str, words: str = "look") -> str:
    chat.said.private.clear()
    await chat.says(name, f"{words} {text}")
    (answer,) = chat.answers(name)
    return answer.summary


@pytest.mark.parametrize(
    "text", ["", "me", "ME", "mika", "MIKA", "mika@example.com", f"@{IDS['mika']}", MIKAS, MIKAS.upper()]
)
async def test_ones_own_is_meant_by_each_of_its_names(look: Chat, text: str) -> None:
    assert await meant(look, "mika", text) == f"1: {MIKAS} of mika@example.com mine True"


async def test_ones_own_is_meant_by_its_computers_name(look: Chat) -> None:
    computer = look.aws.workspaces.workspaces[MIKAS].computer

    assert await meant(look, "mika", computer.lower()) == f"1: {MIKAS} of mika@example.com mine True"


@pytest.mark.parametrize("text", ["ren", "Ren", "ren@example.com", f"@{IDS['ren']}", RENS])
async def test_an_operator_names_anybodys(look: Chat, text: str) -> None:
    assert await meant(look, "oda", text) == f"1: {RENS} of ren@example.com mine False"


OTHERS = [
    ("ren", "nobody"),
    ("ren@example.com", "nobody@example.com"),
    (RENS, "ws-999999999"),
    (PROTECTED, "ws-000000000"),
    (f"@{IDS['ren']}", "@U0NOBODY01"),
    ("tag:Env=Prod", "tag:Env=Nowhere"),
    ("tag:Owner=ren@example.com", "tag:Nothing=x"),
    (TWIN, "noor.nobody"),
]


@pytest.mark.parametrize(("existing", "missing"), OTHERS)
@pytest.mark.parametrize("name", ["mika", "ada", "alex"])
async def test_whoever_is_no_operator_hears_the_same_of_what_exists_and_what_does_not(
    look: Chat, name: str, existing: str, missing: str
) -> None:
    there, not_there = await meant(look, name, existing), await meant(look, name, missing)

    assert there.replace(existing, "X") == not_there.replace(missing, "X")
    assert there.startswith(f"Only an operator may do /look {existing}, and you are staff")
    assert [outcome for _, outcome in look.audited(name)] == ["refused", "refused"]


async def test_operators_by_id_are_named_where_no_address_is_configured(look: Chat) -> None:
    look.use(ONE_ENDPOINT.replace(", emails: [oda@example.com]", ""))
    assert (await meant(look, "mika", RENS)).endswith("and you are staff: ask one (oda@example.com) to do it for you.")


async def test_another_ones_computer_is_no_more_told_of(look: Chat) -> None:
    computer = look.aws.workspaces.workspaces[RENS].computer

    assert (await meant(look, "mika", computer)).startswith(f"Only an operator may do /look {computer}")


async def test_a_tag_is_no_way_to_ones_own_either(look: Chat) -> None:
    assert (await meant(look, "mika", "tag:Owner=mika@example.com")).startswith("Only an operator may do")


async def test_whoever_has_none_is_told_whom_to_ask(look: Chat) -> None:
    del look.aws.workspaces.workspaces[MIKAS]

    for text in ("", "me", "mika", "mika@example.com"):
        assert await meant(look, "mika", text) == (
            "You have no WorkSpace here that I know of: ask an operator (oda@example.com) to create one for you."
        )


async def test_one_that_was_made_a_moment_ago_is_found(look: Chat) -> None:
    mikas = look.aws.workspaces.workspaces.pop(MIKAS)
    assert (await meant(look, "mika", "")).startswith("You have no WorkSpace")

    look.aws.workspaces.workspaces[MIKAS] = mikas

    assert (await meant(look, "mika", "")).startswith(f"1: {MIKAS}")


async def test_several_of_ones_own_are_asked_about(look: Chat) -> None:
    look.aws.workspaces.workspaces[RENS].user = "mika"
    await look.says("mika", "look")

    (field,) = look.form.fields
    assert {choice.value for choice in field.choices} == {MIKAS, RENS}
    assert (look.form.command, field.name) == ("look", "target")

    await look.submits("mika", target=RENS)
    assert look.answers("mika")[-1].summary == f"1: {RENS} of mika@example.com mine True"


async def test_a_name_in_two_directories_is_asked_about(look: Chat) -> None:
    await look.says("oda", f"look {TWIN}")

    assert {choice.value for choice in look.form.fields[0].choices} == set(TWINS)
    assert all(TWIN in choice.label for choice in look.form.fields[0].choices)

    await look.submits("oda", target=TWINS[1])
    assert look.answers("oda")[-1].summary == f"1: {TWINS[1]} of {TWIN}@example.com mine False"


async def test_a_form_is_no_way_to_another_ones(look: Chat) -> None:
    look.aws.workspaces.workspaces[RENS].user = "mika"
    await look.says("mika", "look")

    await look.submits("mika", target=ALWAYS_ON)

    assert look.answers("mika")[-1].summary.startswith("Only an operator may do /look ws-")


async def test_a_tag_means_all_that_have_it(look: Chat) -> None:
    prod = {one.id for one in look.aws.workspaces.workspaces.values() if one.tags["Env"] == "Prod"}

    said = await meant(look, "oda", "tag:Env=Prod", "look all")

    count, _, ids = said.partition(": ")
    assert int(count) == len(prod) > 20
    assert set(ids.partition(" of ")[0].split(" ")) == prod
    assert said.endswith(" of  mine False")


async def test_a_tag_of_one_is_that_one(look: Chat) -> None:
    assert (
        await meant(look, "oda", "tag:Owner=ren@example.com", "look all") == f"1: {RENS} of ren@example.com mine False"
    )
    assert await meant(look, "oda", "tag:deskside:protect") == f"1: {PROTECTED} of daria.novak@example.com mine False"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("renn", "There is no WorkSpace “renn”. Did you mean /look ren?"),
        ("zzzzzzz", "There is no WorkSpace “zzzzzzz”. Type /workspace list instead."),
        ("tag:Env=Nowhere", "No WorkSpace has the tag “Env=Nowhere”. Type /workspace list instead."),
        (
            "@U0NOBODY01",
            "I can't tell who that is: the account is no full member's, or cannot be looked up right now, so nothing "
            "was done. Write their e-mail address or user name instead.",
        ),
    ],
)
async def test_an_operator_hears_what_there_is_not(look: Chat, text: str, sentence: str) -> None:
    assert await meant(look, "oda", text) == sentence


async def test_a_person_by_exception_is_found_by_their_directory_user(look: Chat) -> None:
    people = "people: [{email: mika@example.com, directory_user: ren}]"
    look.use(ONE_ENDPOINT.replace("domains: [example.com]", f"domains: [example.com], {people}"))

    assert await meant(look, "mika", "ren") == f"1: {RENS} of mika@example.com mine True"
    assert (await meant(look, "mika", "mika")).startswith("Only an operator may")
    assert (await meant(look, "ren", "")).startswith("You have no WorkSpace")


async def test_by_tag_it_is_whose_the_tag_says(look: Chat) -> None:
    look.use(ONE_ENDPOINT.replace("domains: [example.com]", "domains: [example.com], directory_user: tag:Owner"))
    look.aws.workspaces.workspaces[RENS].tags["Owner"] = "Mika@Example.com"
    look.aws.workspaces.workspaces[MIKAS].tags.clear()

    assert await meant(look, "mika", "") == f"1: {RENS} of mika@example.com mine True"
    assert await meant(look, "oda", MIKAS) == f"1: {MIKAS} of  mine False"


@pytest.mark.parametrize("name", ["mika", "oda"])
async def test_half_a_fleet_is_none(look: Chat, name: str) -> None:
    look.aws.fault("Resource Groups Tagging API", "GetResources", error="InternalServiceException", times=1000)

    assert await meant(look, name, "") == (
        "AWS refused GetResources: InternalServiceException, so this was not finished: try again in a minute, and tell "
        "an admin the code c0ffee01 if it stays like this."
    )
