"""`/workspace`: what is shown of one, and what is offered."""

import pytest

from notifiers.message import Chart, Message
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.workspaces_state import Stage
from tests.commands.conftest import ONE_ENDPOINT, Chat, text_of


def offered(message: Message) -> dict[str, str | None]:
    return {button.label: button.command for button in message.buttons}


async def shown(chat: Chat, name: str, target: str = "") -> Message:
    await chat.says(name, f"workspace {target}")
    return chat.answers(name)[-1]


async def test_ones_own_is_shown_with_everything_about_it(chat: Chat) -> None:
    message = await shown(chat, "mika")

    text = text_of(message)
    assert message.summary == ("Your WorkSpace is on (AVAILABLE). Connected: nobody; the last time was 02:00 JST.")
    assert "User: mika (mika@example.com)" in text
    assert "Running mode: Stops by itself, paid by the hour, after 60 minutes without a connection" in text
    assert "Bundle: Office" in text
    assert "Image of the bundle: office-2026-1, made Thu 22 Jun 2034 18:00 JST" in text
    assert "Snapshot for a rebuild: 3 h old, from 15:00 JST" in text
    assert "Last rebuild: None that I made" in text
    assert f"Id: {seed.MIKAS}" in text
    charts = [block for block in message.blocks if isinstance(block, Chart)]
    assert [(chart.title, chart.unit) for chart in charts] == [
        ("CPU, last 24 h", "%"),
        ("User volume used, last 24 h", "%"),
    ]
    assert all(len(chart.values) > 20 for chart in charts)


async def test_staff_are_offered_what_is_theirs_to_do(chat: Chat) -> None:
    assert offered(await shown(chat, "mika")) == {
        "Restart": f"workspace reboot {seed.MIKAS}",
        "Stop": f"workspace stop {seed.MIKAS}",
        "Rebuild": f"rebuild {seed.MIKAS}",
        "Restore": f"workspace restore {seed.MIKAS}",
        "Look again": f"workspace {seed.MIKAS}",
    }


@pytest.mark.parametrize(
    ("workspace", "labels"),
    [
        (seed.RENS, {"Restart", "Stop", "Rebuild", "Restore", "Maintenance on", "Delete"}),
        (seed.ALWAYS_ON, {"Restart", "Rebuild", "Restore", "Maintenance on", "Delete"}),
        (seed.STOPPED, {"Start", "Rebuild", "Restore", "Delete"}),
        (seed.BROKEN, {"Stop", "Rebuild", "Restore", "Delete"}),
        (seed.NEW, {"Delete"}),
        (seed.IN_MAINTENANCE, {"Maintenance off", "Delete"}),
        (seed.UNHEALTHY, {"Restart", "Stop", "Rebuild", "Restore", "Delete"}),
        (seed.PROTECTED, set()),
    ],
)
async def test_an_operator_is_offered_what_the_state_allows(chat: Chat, workspace: str, labels: set[str]) -> None:
    assert set(offered(await shown(chat, "oda", workspace))) == labels | {"Look again"}


async def test_every_button_does_what_it_says(chat: Chat) -> None:
    for command in offered(await shown(chat, "oda", seed.RENS)).values():
        assert chat.dispatcher.knows(command or "")


@pytest.mark.parametrize(
    ("workspace", "words"),
    [
        (seed.ALWAYS_ON, "Connected: Somebody is, now"),
        (seed.STOPPED, "State: Stopped\nConnected: Nobody; the last time was"),
        (seed.NEW, "Connected: AWS does not tell just now"),
        (seed.NEW, "Snapshot for a rebuild: there is none yet"),
        (seed.BROKEN, "State: Broken (ERROR)\nAWS says: "),
        (seed.PROTECTED, "It is protected by a tag, so nobody changes it from here."),
        (seed.ENCRYPTED, "encrypted"),
    ],
)
async def test_what_is_special_is_said(chat: Chat, workspace: str, words: str) -> None:
    assert words in text_of(await shown(chat, "oda", workspace))


async def test_in_a_state_where_nothing_can_be_done_that_is_said(chat: Chat) -> None:
    mikas = chat.aws.workspaces.workspaces[seed.MIKAS]
    mikas.stages.append(Stage(mikas.stages[-1].start + 1, "SUSPENDED"))

    message = await shown(chat, "mika")

    assert "Nothing can be done to it while it is SUSPENDED." in text_of(message)
    assert message.severity == "warning"
    assert set(offered(message)) == {"Look again"}


@pytest.mark.parametrize(
    ("service", "operation", "words"),
    [
        ("WorkSpaces", "DescribeWorkspacesConnectionStatus", "Who is connected cannot be read: AWS refused"),
        ("WorkSpaces", "DescribeWorkspaceSnapshots", "Its snapshots cannot be read: AWS refused"),
        ("WorkSpaces", "DescribeWorkspaceBundles", "Its bundle cannot be read: AWS refused"),
        ("CloudWatch", "GetMetricData", "How full it is cannot be read: AWS refused"),
    ],
)
async def test_what_cannot_be_read_is_said_and_the_rest_is_shown(
    chat: Chat, service: str, operation: str, words: str
) -> None:
    chat.aws.fault(service, operation, error="AccessDeniedException", times=1000)

    message = await shown(chat, "mika")

    assert words in text_of(message)
    assert "State: On (AVAILABLE)" in text_of(message)
    assert message.severity == "warning"


async def test_nothing_is_offered_while_its_tags_cannot_be_read(chat: Chat) -> None:
    chat.aws.fault("WorkSpaces", "DescribeTags", error="AccessDeniedException", times=1000)

    message = await shown(chat, "mika")

    assert set(offered(message)) == {"Look again"}
    assert "Nothing is offered while its tags, which may protect it, cannot be read." in text_of(message)


async def test_what_works_on_it_can_be_cancelled_and_is_not_begun_twice(chat: Chat) -> None:
    await chat.says("mika", "workspace restore")
    await chat.presses("mika", "Restore")

    message = await shown(chat, "mika")

    assert "Something is being done to it, or waits to be: /workspace cancel workspace-" in text_of(message)
    assert set(offered(message)) == {"Restart", "Stop", "Look again"}


async def test_one_that_is_gone_is_said_to_be(chat: Chat) -> None:
    await shown(chat, "mika")
    del chat.aws.workspaces.workspaces[seed.MIKAS]

    message = await shown(chat, "mika")

    assert message.summary == f"AWS has no WorkSpace {seed.MIKAS} any more, so there is nothing to show."


async def test_times_are_in_the_persons_zone(chat: Chat) -> None:
    person = chat.known.people["U0MIKA0001"]
    chat.known.people["U0MIKA0001"] = person.model_copy(update={"timezone": "Europe/Berlin"})

    assert "3 h old, from 07:00 CET" in text_of(await shown(chat, "mika"))


async def test_help_shows_each_role_its_words(chat: Chat) -> None:
    await chat.says("mika", "deskside help workspace")
    await chat.says("oda", "deskside help workspace")

    assert "/workspace stop [me]" in chat.answer("mika")
    assert "terminate" not in chat.answer("mika")
    assert "@person" not in chat.answer("mika")
    assert "/workspace stop [me|@person|ws-…|tag:Env=Prod]" in chat.answer("oda")
    assert "/workspace terminate [@person|ws-…] [reason]" in chat.answer("oda")


async def test_a_protecting_tag_is_the_configurations(chat: Chat) -> None:
    chat.use(ONE_ENDPOINT.replace("calls_per_second", "protect: Team=Support, calls_per_second"))

    assert set(offered(await shown(chat, "oda", seed.PROTECTED))) != {"Look again"}
    assert set(offered(await shown(chat, "oda", "me"))) == {"Look again"}


async def test_what_has_just_become_somebody_elses_is_shown_no_more(chat: Chat) -> None:
    chat.use(ONE_ENDPOINT.replace("domains: [example.com]", "domains: [example.com], directory_user: tag:Owner"))
    await shown(chat, "mika")
    chat.aws.workspaces.workspaces[seed.MIKAS].tags["Owner"] = "ren@example.com"

    message = await shown(chat, "mika", seed.MIKAS)

    assert text_of(message).count("Only an operator may do /workspace")
    assert not message.buttons
