"""`/deskside home` in the language of chat: one's own, what waits, and what cannot be read."""

import pytest

from aws_ops import runs
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.workspaces_seed import MIKAS
from tests.commands.conftest import IDS, ONE_ENDPOINT, TWO_ENDPOINTS, Chat

APPROVED = ONE_ENDPOINT.replace("workspaces: {", "workspaces: {approval: [rebuild], ")


def buttons(chat: Chat, name: str) -> dict[str, str | None]:
    return {button.label: button.command for button in chat.answers(name)[-1].buttons}


async def test_one_desktop_the_vpn_and_nothing_else(chat: Chat) -> None:
    await chat.says("mika", "deskside home")

    answer = chat.answer("mika")
    assert "Nothing waits for you." in answer
    assert "WSAMZN-A1B2C3D1: On (AVAILABLE). Connected: nobody" in answer
    assert "tokyo: Off; you have no claim" in answer
    assert "Nothing that you asked for is still going on." in answer
    assert "Waiting for me\nNothing." in answer
    assert buttons(chat, "mika") == {
        "Restart my desktop": f"workspace reboot {MIKAS}",
        "Rebuild my desktop": f"rebuild {MIKAS}",
        "Switch VPN on": "vpn on tokyo",
    }


@pytest.mark.parametrize(
    ("state", "said", "offered"),
    [
        ("STOPPED", "Stopped. Connected: nobody", ["Start", "Rebuild"]),
        ("STARTING", "Being started (STARTING). Connected: AWS does not tell just now", []),
        ("ERROR", "Broken (ERROR). Connected: AWS does not tell just now", ["Rebuild"]),
        ("UNHEALTHY", "On, but it does not answer AWS (UNHEALTHY)", ["Restart", "Rebuild"]),
    ],
)
async def test_a_desktop_has_the_buttons_that_its_state_allows(
    chat: Chat, state: str, said: str, offered: list[str]
) -> None:
    chat.aws.put_workspace(MIKAS, state)

    await chat.says("mika", "deskside home")

    assert said in chat.answer("mika")
    assert list(buttons(chat, "mika")) == [*(f"{label} my desktop" for label in offered), "Switch VPN on"]


async def test_its_state_is_that_of_now(chat: Chat) -> None:
    await chat.says("mika", "deskside home")
    chat.aws.put_workspace(MIKAS, "REBUILDING")

    await chat.says("mika", "deskside home")

    assert "Being rebuilt (REBUILDING)" in chat.answer("mika")
    assert "Rebuild my desktop" not in buttons(chat, "mika")


async def test_whoever_is_connected_reads_so(chat: Chat) -> None:
    chat.aws.connect_workspace(MIKAS)

    await chat.says("mika", "deskside home")

    assert "Connected: somebody is, now." in chat.answer("mika")


async def test_several_desktops_are_named_on_their_buttons(chat: Chat) -> None:
    people = "people: [{email: mika@example.com, directory_user: noor.haddad}]"
    chat.use(ONE_ENDPOINT.replace("domains: [example.com]", f"domains: [example.com], {people}"))

    await chat.says("mika", "deskside home")

    first, second = seed.TWINS
    found = buttons(chat, "mika")
    assert found["Rebuild WSAMZN-A1B2C3F1"] == f"rebuild {first}"
    assert found["Rebuild WSAMZN-A1B2C3F2"] == f"rebuild {second}"


async def test_whoever_has_no_desktop_reads_whom_to_ask(chat: Chat) -> None:
    chat.aws.workspaces.workspaces.pop(MIKAS)

    await chat.says("mika", "deskside home")

    assert "No WorkSpace is yours, as far as I know: an operator can create one for you." in chat.answer("mika")


async def test_ones_claim_has_its_buttons(chat: Chat) -> None:
    chat.use(TWO_ENDPOINTS)
    await chat.says("mika", "vpn on tokyo for 1h")

    await chat.says("mika", "deskside home")

    assert "yours until 19:00 JST" in chat.answer("mika")
    found = buttons(chat, "mika")
    assert (found["Extend VPN tokyo"], found["End VPN tokyo"]) == ("vpn extend tokyo", "vpn off tokyo")
    assert found["Switch VPN paris on"] == "vpn on paris"
    assert "the VPN" not in chat.answer("mika"), "the claim is not a request besides"


async def test_what_one_asked_for_and_who_decides(chat: Chat) -> None:
    chat.use(APPROVED)
    await chat.says("oda", "rebuild ren")
    await chat.presses("oda", "Ask for approval")
    (run,) = runs.runs(chat.desk)

    await chat.says("oda", "deskside home")

    assert (
        "Rebuild the desktop of ren: Waits for an approval, asked for at 18:00 JST; "
        "may decide until Tue 9 Jan 02:00 JST: ada@example.com"
    ) in chat.answer("oda")
    assert buttons(chat, "oda")["Cancel rebuild ren"] == f"workspace cancel {run.id}"
    assert "Approve" not in buttons(chat, "oda")

    await chat.says("ada", "deskside home")
    assert "1 thing waits for you." in chat.answer("ada")
    assert "oda@example.com asks you until Tue 9 Jan 02:00 JST to approve: rebuild the desktop of ren." in chat.answer(
        "ada"
    )
    assert list(buttons(chat, "ada"))[:2] == ["Approve", "Refuse"]
    await chat.says("mika", "deskside home")
    assert "Nothing waits for you." in chat.answer("mika")
    assert "ren" not in chat.answer("mika")


async def test_a_question_about_ones_desktop_waits_with_its_answers(chat: Chat) -> None:
    await chat.says("oda", "rebuild ren")
    await chat.presses("oda", "Ask ren")
    (run,) = runs.runs(chat.desk)

    await chat.says("ren", "deskside home")

    assert "oda@example.com wants to rebuild your desktop: when may that be?" in chat.answer("ren")
    assert list(buttons(chat, "ren").items())[:4] == [
        ("Now", f"rebuild answer {run.id} now"),
        ("In 15 min", f"rebuild answer {run.id} soon"),
        ("Tonight", f"rebuild answer {run.id} tonight"),
        ("Not me", f"rebuild answer {run.id} no"),
    ]
    chat.desk.table.update(*runs.run_key(run.id), set={"phase": "waiting"})
    await chat.says("ren", "deskside home")
    assert "Nothing waits for you." in chat.answer("ren")
    assert "you can change your answer until it begins." in chat.answer("ren")


async def test_every_button_is_a_command(chat: Chat) -> None:
    chat.use(APPROVED)
    await chat.says("oda", "rebuild ren")
    await chat.presses("oda", "Ask for approval")

    for name in IDS:
        await chat.says(name, "deskside home")
        for button in chat.answers(name)[-1].buttons:
            assert chat.dispatcher.knows(button.command or ""), button.label


@pytest.mark.parametrize(
    ("service", "operation", "unread", "still"),
    [
        ("WorkSpaces", "DescribeWorkspaces", "Your desktops cannot be read just now", "tokyo: Off; you have no claim"),
        ("WorkSpaces", "DescribeWorkspacesConnectionStatus", "AWS does not tell just now", "On (AVAILABLE)"),
        ("EC2", "DescribeClientVpnConnections", "tokyo: ", "On (AVAILABLE)"),
        ("DynamoDB", "Query", "What you asked for cannot be read just now", "Waiting for me"),
    ],
)
async def test_what_cannot_be_read_costs_its_own_section_alone(
    chat: Chat, service: str, operation: str, unread: str, still: str
) -> None:
    await chat.says("mika", "deskside home")
    chat.later(120)
    chat.aws.fault(service, operation, error="InternalServerError", times=1000)

    await chat.says("mika", "deskside home")

    assert unread in chat.answer("mika")
    assert still in chat.answer("mika")
