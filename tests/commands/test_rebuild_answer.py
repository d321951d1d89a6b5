"""`/rebuild answer`, `/workspace cancel` and `/deskside cancel` of a run of WorkSpaces, in the language of chat."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from aws_ops import runs
from aws_ops.table import Item
from aws_ops.workflows.workspace_facts import Choice
from commands.rebuild_answer import begins
from tests.commands.conftest import IDS, ONE_ENDPOINT, Chat

TOKYO = "Asia/Tokyo"
APPROVED = ONE_ENDPOINT.replace("workspaces: {", "workspaces: {approval: [rebuild], ")


async def wanted(chat: Chat) -> str:
    """Oda wants to rebuild Ren's desktop, who is asked; the run."""
    await chat.says("oda", "rebuild ren it is broken")
    await chat.presses("oda", "Ask ren")
    return str(meta_of(chat)["run"])


def meta_of(chat: Chat) -> Item:
    (row,) = (row for row in runs.runs(chat.desk) if row.kind == "workspace")
    meta = chat.desk.table.get(*runs.run_key(row.id))
    assert meta is not None
    return meta


def put_in(chat: Chat, phase: str, *, over: bool = False) -> None:
    """The run has come as far as this."""
    run = meta_of(chat)["run"]
    change = {"phase": phase} | (runs.closed(run, int(chat.aws.workspaces.now())) if over else {})
    chat.desk.table.update(*runs.run_key(run), set=change)


def at(hour: int, minute: int = 0, *, day: int = 8, tz: str = TOKYO) -> int:
    """A time on one of these January days of 2035."""
    return int(datetime(2035, 1, day, hour, minute, tzinfo=ZoneInfo(tz)).timestamp())


# ---- the answer


@pytest.mark.parametrize(
    ("choice", "begin_at", "sentence"),
    [
        ("now", None, "It begins now: save your work at once. You are told when it is done"),
        ("soon", at(18, 15), "It begins at 18:15 JST: save your work and close what is open by then."),
        ("tonight", at(20), "It begins at 20:00 JST: save your work and close what is open by then."),
        ("no", None, "Your desktop is left as it is, and whoever asked is told so."),
    ],
)
async def test_each_answer(chat: Chat, choice: str, begin_at: int | None, sentence: str) -> None:
    run = await wanted(chat)

    await chat.says("ren", f"rebuild answer {run} {choice}", via="button")

    assert sentence in chat.answer("ren")
    meta = meta_of(chat)
    assert (meta["answer"]["choice"], meta["answer"]["by"], meta["begin_at"]) == (choice, "ren@example.com", begin_at)
    assert chat.audited("ren")[-1] == (f"rebuild answer {run} {choice}", "done")


async def test_an_answer_may_be_changed_until_it_begins(chat: Chat) -> None:
    run = await wanted(chat)
    await chat.says("ren", f"rebuild answer {run} tonight")
    put_in(chat, "waiting")

    await chat.says("ren", f"rebuild answer {run} soon")

    assert meta_of(chat)["answer"]["choice"] == "soon"


@pytest.mark.parametrize(
    ("phase", "over", "sentence"),
    [
        ("following", False, "It has begun already and cannot be stopped"),
        ("declined", True, "You said no to it already, and it is over"),
        ("unanswered", True, "Nobody answered in time, so it is over already"),
        ("cancelled", True, "It is over already, so your answer changes nothing."),
    ],
)
async def test_too_late_an_answer(chat: Chat, phase: str, over: bool, sentence: str) -> None:
    run = await wanted(chat)
    put_in(chat, phase, over=over)

    await chat.says("ren", f"rebuild answer {run} now")

    assert sentence in chat.answer("ren")


async def test_only_whoever_was_asked_answers(chat: Chat) -> None:
    run = await wanted(chat)

    answers = []
    for name, said in (("mika", run), ("oda", run), ("mika", "workspace-never")):
        await chat.says(name, f"rebuild answer {said} now")
        answers.append(chat.answer(name).replace(run[:39], "X").replace("workspace-never", "X"))

    assert "You were asked nothing under" in answers[0]
    assert len({answer.replace("…", "") for answer in answers}) == 1
    assert "answer" not in meta_of(chat)


async def test_typed_without_words_it_asks_what_and_when(chat: Chat) -> None:
    await chat.says("ren", "rebuild answer")
    assert "Nobody waits for an answer of yours" in chat.answer("ren")
    run = await wanted(chat)

    await chat.says("ren", "rebuild answer")
    what, when = chat.form.fields
    assert [(choice.value, choice.label) for choice in what.choices] == [
        (run, "rebuild ren, its person is asked since 18:00 JST, asked for by oda")
    ]
    assert [choice.label for choice in when.choices] == ["Now", "In 15 minutes", "Tonight", "Not me"]
    await chat.submits("ren", run=run, choice="no")

    assert meta_of(chat)["answer"]["choice"] == "no"
    await chat.says("mika", "rebuild answer")
    assert "Nobody waits for an answer of yours" in chat.answer("mika")


async def test_without_a_time_it_asks_only_when(chat: Chat) -> None:
    run = await wanted(chat)

    await chat.says("ren", f"rebuild answer {run}")
    assert [field.name for field in chat.form.fields] == ["choice"]
    await chat.submits("ren", choice="soon")

    assert meta_of(chat)["answer"]["choice"] == "soon"


@pytest.mark.parametrize(
    ("choice", "now", "tz", "expected"),
    [
        ("soon", at(18), TOKYO, at(18, 15)),
        ("tonight", at(18), TOKYO, at(20)),
        ("tonight", at(20), TOKYO, at(20, day=9)),
        ("tonight", at(23, 30), TOKYO, at(20, day=9)),
        ("tonight", at(18), "Europe/Paris", at(20, tz="Europe/Paris")),
        ("tonight", at(18), "Nowhere/At_All", at(20, tz="UTC")),
        ("now", at(18), TOKYO, None),
        ("no", at(18), TOKYO, None),
    ],
)
def test_when_it_begins(choice: Choice, now: int, tz: str, expected: int | None) -> None:
    assert begins(choice, now, time(20), tz) == expected


# ---- cancelling


@pytest.mark.parametrize("name", ["oda", "ren"])
async def test_whoever_asked_and_whose_it_is_may_cancel(chat: Chat, name: str) -> None:
    run = await wanted(chat)
    chat.use(
        ONE_ENDPOINT.replace(f"operator: {{slack_users: [{IDS['oda']}], emails: [oda@example.com]}}", "operator: {}")
    )

    await chat.says(name, f"workspace cancel {run}")

    assert "It is cancelled: nothing is done, and its card says so." in chat.answer(name)
    assert meta_of(chat)["cancel"]["by"] == f"{name}@example.com"


async def test_an_operator_may_cancel_anothers(chat: Chat) -> None:
    run = await wanted(chat)
    chat.use(ONE_ENDPOINT.replace(f"[{IDS['oda']}]", f"[{IDS['oda']}, {IDS['alex']}]"))

    await chat.says("alex", f"workspace cancel {run}")

    assert "It is cancelled" in chat.answer("alex")


async def test_others_are_refused_in_the_same_words_as_for_what_never_was(chat: Chat) -> None:
    run = await wanted(chat)

    for said in (run, "workspace-never"):
        await chat.says("mika", f"workspace cancel {said}")
        assert chat.answer("mika").startswith("\nOnly an operator may do /workspace cancel works")
    assert "cancel" not in meta_of(chat)


async def test_cancel_without_a_name_asks_which(chat: Chat) -> None:
    await chat.says("ren", "workspace cancel")
    assert "Nothing of yours waits to be done, so there is nothing to cancel." in chat.answer("ren")
    run = await wanted(chat)

    for name in ("ren", "oda"):
        await chat.says(name, "workspace cancel")
        assert [choice.value for choice in chat.form.fields[0].choices] == [run]
    await chat.says("mika", "workspace cancel")
    assert "Nothing of yours waits" in chat.answer("mika")
    await chat.submits("oda", run=run)

    assert meta_of(chat)["cancel"]["by"] == "oda@example.com"


async def test_what_awaits_an_approval_ends_at_once(chat: Chat) -> None:
    chat.use(APPROVED)
    await chat.says("oda", "rebuild ren")
    await chat.presses("oda", "Ask for approval")

    await chat.presses("oda", "Cancel")

    assert meta_of(chat)["phase"] == "cancelled"


@pytest.mark.parametrize(
    ("phase", "over", "sentence"),
    [
        ("following", False, "AWS is at it already and cannot be stopped: its card shows how it goes on."),
        ("done", True, "That is over already, so there was nothing to cancel: its card shows how it ended."),
    ],
)
async def test_what_cannot_be_cancelled_any_more(chat: Chat, phase: str, over: bool, sentence: str) -> None:
    run = await wanted(chat)
    put_in(chat, phase, over=over)

    await chat.says("oda", f"workspace cancel {run}")

    assert sentence in chat.answer("oda")


async def test_an_operator_is_told_what_never_was(chat: Chat) -> None:
    await chat.says("oda", "workspace cancel workspace-never")

    assert "There is nothing under “workspace-never” to cancel" in chat.answer("oda")


async def test_a_pause_stops_neither_an_answer_nor_a_cancel(chat: Chat) -> None:
    run = await wanted(chat)
    await chat.says("alex", "deskside pause")

    await chat.says("ren", f"rebuild answer {run} no")
    await chat.says("oda", f"workspace cancel {run}")

    assert meta_of(chat)["answer"]["choice"] == "no"
    assert "cancel" in meta_of(chat)


# ---- among runs of every kind


async def test_runs_of_every_kind_are_listed_and_cancelled(chat: Chat) -> None:
    await wanted(chat)
    await chat.says("mika", "vpn on")

    await chat.says("oda", "deskside runs")
    answer = chat.answer("oda")
    assert "2 running, 0 ended in the last 7 days." in answer
    assert "its person is asked" in answer
    assert "[Switch tokyo off]" in answer
    await chat.presses("oda", "Cancel rebuild ren")
    assert "Cancel this: rebuild the desktop of ren?" in chat.answer("oda")
    assert "What AWS has begun cannot be stopped" in chat.answer("oda")
    await chat.presses("oda", "Cancel the run")

    assert "It is cancelled" in chat.answer("oda")
    assert meta_of(chat)["cancel"]["by"] == "oda@example.com"


async def test_the_form_of_deskside_cancel_has_them_too(chat: Chat) -> None:
    run = await wanted(chat)

    await chat.says("oda", "deskside cancel")

    assert [choice.value for choice in chat.form.fields[0].choices] == [run]
    put_in(chat, "following")
    await chat.submits("oda", run=run)
    await chat.presses("oda", "Cancel the run")
    assert "AWS is at it already and cannot be stopped" in chat.answer("oda")
