"""Nothing about somebody else's machine reaches staff: every message that they get is searched for it."""

import re

import pytest

from commands import COMMANDS
from commands.command import Command
from commands.targets import OnTarget
from notifiers.message import Message
from sandbox.aws import workspaces_seed as seed
from tests.commands.asking import NAMES
from tests.commands.authorisation import TABLE
from tests.commands.conftest import IDS, Chat, text_of

MENTIONS = {"own_mention": f"@{IDS['mika']}", "others_mention": f"@{IDS['ren']}"}


def filled(text: str) -> str:
    """What Mika would type; of a run that is none."""
    names = NAMES | MENTIONS
    return re.sub(r"{(\w+)}", lambda found: names.get(found[1], NAMES["missing_run"]), text)


# The audit of oneself has what one typed, and so whom one named.
WORDS = list(dict.fromkeys(filled(row.text) for row in TABLE if row.command != "audit"))
ASK = re.compile(r"ask (one|an operator) \([^)]*\)")
ON_A_TARGET = [command for command in COMMANDS if issubclass(command.into, OnTarget)]


def secrets(chat: Chat, name: str) -> set[str]:
    """What staff must not read: ids, computers, users and addresses of everybody else's."""
    spaces = chat.aws.workspaces.workspaces.values()
    others = [one for one in spaces if one.user != name]
    names = {text for one in others for text in (one.id, one.computer, one.ip)}
    return names | {one.user for one in others if "." in one.user} | {f"{one.user}@example.com" for one in others}


def everything_said(chat: Chat, name: str) -> str:
    """All that this person was shown: answers, forms, files, and posts to their own chat."""
    posts = [message for (place, _), message in chat.said.posts.items() if place == f"person:{name}@example.com"]
    forms = [form for user, form in chat.said.forms if user == IDS[name]]
    return "\n".join((*map(_whole, (*chat.answers(name), *posts)), *(form.model_dump_json() for form in forms)))


def _whole(message: Message) -> str:
    commands = " ".join(button.command or "" for button in message.buttons)
    return "\n".join((text_of(message), commands, *(file.content for file in message.files)))


def typed(command: Command[OnTarget], target: str) -> str:
    return f"{command.words} on {target}" if command.words == "workspace maintenance" else f"{command.words} {target}"


@pytest.mark.parametrize("name", ["mika", *(pytest.param(one, marks=pytest.mark.faults) for one in ("ada", "alex"))])
async def test_whatever_staff_type_tells_them_nothing_of_others(chat: Chat, name: str) -> None:
    for words in WORDS:
        chat.desk.table.delete("BRAKE", "BRAKE")
        chat.said.private.clear()
        chat.said.forms.clear()
        await chat.says(name, words)

        # They are told back what they typed, and whom to ask.
        told = ASK.sub("", everything_said(chat, name))
        found = {secret for secret in secrets(chat, name) if secret in told and secret not in words}
        assert not found, f"{name}: {words}"


@pytest.mark.parametrize("command", ON_A_TARGET, ids=lambda command: command.words)
@pytest.mark.parametrize(
    ("existing", "missing"),
    [
        (seed.RENS, "ws-0a1b2c3d9"),
        ("ren", "rem"),
        ("ren@example.com", "rem@example.com"),
        (f"@{IDS['ren']}", "@U0REM00001"),
        ("WSAMZN-A1B2C3D2", "WSAMZN-A1B2C3D9"),
        ("tag:Env=Prod", "tag:Env=Prob"),
        (seed.PROTECTED, "ws-0a1b2c3e9"),
        (seed.TWIN, "noor.haddan"),
    ],
)
async def test_what_exists_and_what_does_not_is_refused_in_the_same_words(
    chat: Chat, command: Command[OnTarget], existing: str, missing: str
) -> None:
    await chat.says("mika", typed(command, existing))
    await chat.says("mika", typed(command, missing))

    there, not_there = (message.model_dump_json() for message in chat.answers("mika"))
    assert there.replace(existing, "X") == not_there.replace(missing, "X")
    assert "Only an operator may do" in there
    assert [outcome for _, outcome in chat.audited("mika")] == ["refused", "refused"]


async def test_a_refusal_asks_aws_the_same_whether_it_exists_or_not(chat: Chat) -> None:
    await chat.says("mika", "workspace me")
    counts = []
    for target in (seed.RENS, "ws-0a1b2c3d9"):
        chat.aws.reset_calls()
        await chat.says("mika", f"workspace {target}")
        counts.append({name: count for name, count in chat.aws.calls().items() if name.startswith("WorkSpaces.")})

    assert counts[0] == counts[1] == {}
