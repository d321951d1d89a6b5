"""`/workspace list`: filters, pages, the file, and that staff see their own alone."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from commands.command import Unclear
from commands.workspace_filters import Filters, read_filters
from notifiers.message import Message, Table
from sandbox.aws import workspaces_seed as seed
from tests.commands.conftest import Chat, text_of


async def listed(chat: Chat, name: str, filters: str = "") -> Message:
    await chat.says(name, f"workspace list {filters}")
    return chat.answers(name)[-1]


def rows(message: Message) -> list[tuple[str, ...]]:
    return [row for block in message.blocks if isinstance(block, Table) for row in block.rows]


def ids(message: Message) -> set[str]:
    return {row[-1] for row in rows(message)}


def now(chat: Chat, state: str) -> set[str]:
    """The WorkSpaces in a state, on the simulated AWS's word."""
    spaces = chat.aws.workspaces
    return {one.id for one in spaces.workspaces.values() if one.stage(spaces.now()).state == state}


async def test_an_operator_sees_all_twenty_a_page(chat: Chat) -> None:
    first = await listed(chat, "oda")
    assert first.summary.startswith("60 WorkSpaces: ")
    assert len(rows(first)) == 20
    assert [button.label for button in first.buttons] == ["Next"]

    seen = ids(first)
    await chat.presses("oda", "Next")
    second = chat.answers("oda")[-1]
    assert [button.label for button in second.buttons] == ["Previous", "Next"]
    await chat.presses("oda", "Next")
    third = chat.answers("oda")[-1]
    assert [button.label for button in third.buttons] == ["Previous"]
    assert "These are 41 to 60." in text_of(third)
    assert seen | ids(second) | ids(third) == set(chat.aws.workspaces.workspaces)
    await chat.presses("oda", "Previous")
    assert ids(chat.answers("oda")[-1]) == ids(second)


async def test_past_fifty_there_is_a_file_with_everything_once(chat: Chat) -> None:
    chat.aws.workspaces.workspaces[seed.MIKAS].tags["Note"] = "=cmd()"
    (file,) = (await listed(chat, "oda")).files

    found = list(csv.DictReader(io.StringIO(file.content)))
    assert file.name == "workspaces.csv"
    assert {row["id"] for row in found} == set(chat.aws.workspaces.workspaces)
    (mikas,) = [row for row in found if row["id"] == seed.MIKAS]
    assert (mikas["user"], mikas["person"], mikas["state"]) == ("mika", "mika@example.com", "AVAILABLE")
    assert (mikas["bundle"], mikas["bundle id"], mikas["running mode"]) == ("Office", seed.STANDARD, "AUTO_STOP")

    assert (await listed(chat, "oda", "page=2")).files == ()
    assert (await listed(chat, "oda", "state=STOPPED")).files == ()


@pytest.mark.parametrize("name", ["mika", "ada", "alex"])
@pytest.mark.parametrize("filters", ["", "state=AVAILABLE", "tag:Env=Prod", "disconnected", "page=7", "AVAILABLE"])
async def test_whoever_is_no_operator_sees_their_own(chat: Chat, name: str, filters: str) -> None:
    message = await listed(chat, name, filters)

    assert [row[0] for row in rows(message)] == [name]
    assert message.summary == "1 WorkSpace: 1 AVAILABLE."


@pytest.mark.parametrize(
    "filters", ["ren", "nobody.at.all", seed.RENS, "tag:Team=Nothing", "state=STOPPED", "connected"]
)
async def test_and_of_others_nothing_at_all(chat: Chat, filters: str) -> None:
    assert (await listed(chat, "mika", filters)).summary == "None of yours is like that."


async def test_whoever_has_none_is_told_so(chat: Chat) -> None:
    del chat.aws.workspaces.workspaces[seed.MIKAS]

    assert (await listed(chat, "mika")).summary == "No WorkSpace here is yours, as far as I know."


async def test_filters_hold_all_together(chat: Chat) -> None:
    stopped = now(chat, "STOPPED")

    assert ids(await listed(chat, "oda", "state=stopped")) == stopped
    assert ids(await listed(chat, "oda", "STOPPED")) == stopped
    assert ids(await listed(chat, "oda", f"STOPPED {seed.STOPPED}")) == {seed.STOPPED}
    assert ids(await listed(chat, "oda", "mika")) == {seed.MIKAS}
    assert ids(await listed(chat, "oda", "MIKA@example.com")) == {seed.MIKAS}
    assert ids(await listed(chat, "oda", seed.TWIN)) == set(seed.TWINS)
    assert ids(await listed(chat, "oda", f"{seed.TWIN} tag:Env=Test")) == {seed.TWINS[1]}
    assert ids(await listed(chat, "oda", "tag:deskside:protect")) == {seed.PROTECTED}
    assert ids(await listed(chat, "oda", f"{seed.TWIN} bundle=research")) == {seed.TWINS[1]}
    assert ids(await listed(chat, "oda", f"{seed.TWIN} bundle={seed.STANDARD}")) == {seed.TWINS[0]}
    assert ids(await listed(chat, "oda", "mode=always-on aiko")) == {seed.ALWAYS_ON}
    assert (await listed(chat, "oda", "mika ren")).summary == "None of the 60 WorkSpaces is like that."


async def test_who_is_connected_is_a_filter_too(chat: Chat) -> None:
    connected = {
        one.id for one in chat.aws.workspaces.workspaces.values() if one.sessions and one.sessions[-1].end is None
    }

    message = await listed(chat, "oda", "connected")
    assert ids(message) == connected
    assert {row[3] for row in rows(message)} == {"yes"}
    assert ids(await listed(chat, "oda", "connected=yes")) == connected
    for filters in ("disconnected", "not connected", "connected=no"):
        found = await listed(chat, "oda", f"{filters} mika")
        assert [(row[3], row[4]) for row in rows(found)] == [("no", seed.MIKAS)]
    assert ids(await listed(chat, "oda", f"disconnected {seed.NEW}")) == set(), "nobody can tell of it"


async def test_a_filter_goes_with_to_the_next_page(chat: Chat) -> None:
    first = await listed(chat, "oda", "tag:Env=Prod AVAILABLE not connected")

    await chat.presses("oda", "Next")
    second = chat.answers("oda")[-1]
    assert second.summary == first.summary
    assert ids(first).isdisjoint(ids(second))


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ("state=ASLEEP", "There is no state “ASLEEP”. Type /workspace list state="),
        ("state=STOPED", "There is no state “STOPED”. Type /workspace list state=STOPPED instead."),
        ("page=0", "“0” is no page. Type /workspace list page=2 instead."),
        ("Env=Prod", "There is no filter “env”: tags are written tag:Env=Prod."),
        ("--state", "There is no filter “state” without a value."),
        ('"mika', 'In “"mika” a quotation mark is not closed.'),
    ],
)
async def test_what_is_no_filter_is_said(chat: Chat, filters: str, sentence: str) -> None:
    assert (await listed(chat, "oda", filters)).summary.startswith(sentence)


async def test_a_list_that_cannot_be_read_is_said(chat: Chat) -> None:
    chat.aws.fault("WorkSpaces", "DescribeWorkspaces", error="AccessDeniedException", times=1000)

    assert (await listed(chat, "oda")).summary.startswith("AWS refused DescribeWorkspaces: AccessDeniedException")


WORDS = st.sampled_from(
    (
        "state=STOPPED",
        "bundle=Office",
        'bundle="Office Power"',
        "mode=manual",
        "connected",
        "not",
        "disconnected",
        "x=y",
    )
) | st.text(max_size=20)


def read(text: str) -> Filters | None:
    try:
        return read_filters(text)
    except Unclear:
        return None


@given(st.lists(WORDS, max_size=5).map(" ".join))
def test_filters_are_read_as_they_are_written(text: str) -> None:
    filters = read(text)
    assume(filters is not None and '"' not in str((filters.words, filters.tags)))
    assert filters is not None

    assert read(filters.text(3).removeprefix("workspace list ")) == replace(filters, page=3)
