"""What people wish of an upgrade that is there, in the language of chat: hold it, end it, go on, again, back, when."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aws_ops import runs, upgrade_runs
from aws_ops.table import Item
from aws_ops.upgrade_items import Machine, answer_key, machine_item, order_of_run
from sandbox.aws import workspaces_seed as seed
from tests.commands import upgrades
from tests.commands.conftest import Chat

TOKYO = ZoneInfo("Asia/Tokyo")
GATE = {"gate": {"wave": 1, "state": "open", "by": None, "at": 0}}
FINISHED = {"counts": {"waiting": 0, "asked": 0, "rebuilding": 0, "done": 1, "failed": 1, "skipped": 0, "timed_out": 1}}


def now_of(chat: Chat) -> int:
    return int(chat.aws.workspaces.now())


def begun(chat: Chat, phase: str = "running", **more: Any) -> str:
    """Oda's upgrade, as far as this."""
    return upgrades.begun(chat.desk, now_of(chat), upgrades.order(), phase, **more)


def meta_of(chat: Chat, run: str) -> Item:
    meta = chat.desk.table.get(*runs.run_key(run))
    assert meta is not None
    return meta


def over(chat: Chat, phase: str = "failed", **changes: Any) -> str:
    """It is over: Mika's is done, Oda's has failed, and Ada's waited for too long."""
    run = begun(chat, phase, **FINISHED, bundle_updated=now_of(chat))
    chat.desk.table.update(*runs.run_key(run), set=runs.closed(run, now_of(chat)))
    chat.desk.table.delete(f"LOCK#bundle#{seed.STANDARD}", "UPGRADE")
    chat.aws.workspaces.bundles[seed.STANDARD].image = seed.NEW_IMAGE
    ends: tuple[tuple[Any, int | None], ...] = (("done", 5), ("failed", 6), ("timed out", None))
    there = (
        Machine(n, one.id, one.user, None, one.owner, one.wave, phase=ended, requested=requested)
        for (n, one), (ended, requested) in zip(enumerate(upgrades.machines(0)), ends, strict=True)
    )
    for machine in there:
        chat.desk.table.put(machine_item(run, machine, now_of(chat) + 1000) | changes)
    return run


# ---- pause, resume, stop


async def test_a_paused_one_goes_on_when_somebody_says_so(chat: Chat) -> None:
    run = begun(chat)

    await chat.says("oda", "upgrade pause")
    assert "It is paused: what AWS is rebuilding is followed to its end" in chat.answer("oda")
    assert meta_of(chat, run)["paused"]["by"] == "oda@example.com"
    await chat.says("oda", "upgrade pause")
    assert "It is paused already, so nothing was changed." in chat.answer("oda")

    await chat.says("oda", f"upgrade resume {run[-5:]}")
    assert "It goes on." in chat.answer("oda")
    assert "paused" not in meta_of(chat, run)
    await chat.says("oda", "upgrade resume")
    assert "It is going on already, so nothing was changed." in chat.answer("oda")


async def test_stopping_says_what_becomes_of_the_image_and_asks_before(chat: Chat) -> None:
    run = begun(chat)

    await chat.says("oda", "upgrade stop")
    assert "Stop this: upgrade 3 desktops of Office to office-2026-2?" in chat.answer("oda")
    assert "so the bundle gets its old image back at once, office-2026-1, unless an approver" in chat.answer("oda")
    assert f"/upgrade keep {run}" in chat.answer("oda")
    assert "stop" not in meta_of(chat, run)

    await chat.presses("oda", "Stop the upgrade")
    assert "It stops: what AWS is rebuilding is followed to its end" in chat.answer("oda")
    assert meta_of(chat, run)["stop"]["by"] == "oda@example.com"
    await chat.says("oda", "upgrade stop")
    assert "It is stopping already, so nothing was changed." in chat.answer("oda")


async def test_after_its_canary_the_bundle_keeps_its_image(chat: Chat) -> None:
    begun(chat, wave=1)

    await chat.says("oda", "upgrade stop")

    assert "The bundle keeps the image office-2026-2" in chat.answer("oda")


async def test_one_that_waits_for_its_approval_is_cancelled_at_once(chat: Chat) -> None:
    run = begun(chat, "approval")

    await chat.says("oda", "upgrade stop")

    assert "It is cancelled: nothing is changed, and its card says so." in chat.answer("oda")
    assert meta_of(chat, run)["phase"] == "cancelled"


async def test_it_is_stopped_as_any_run_is(chat: Chat) -> None:
    run = begun(chat)

    await chat.says("oda", "deskside runs")
    assert "upgrade Office (3 WorkSpaces)" in chat.answer("oda")
    assert "is under way" in chat.answer("oda")
    await chat.says("oda", f"deskside cancel {run}")
    assert "Stop this: upgrade 3 desktops of Office?" in chat.answer("oda")
    await chat.presses("oda", "Cancel the run")

    assert meta_of(chat, run)["stop"]["why"] == "person"


async def test_while_everything_is_paused_one_may_still_hold_and_end_it(chat: Chat) -> None:
    begun(chat)
    await chat.says("alex", "deskside pause the network is down")

    await chat.says("oda", "upgrade resume")
    assert "Deskside was paused by alex@example.com" in chat.answer("oda")
    await chat.says("oda", "upgrade pause")
    assert "It is paused" in chat.answer("oda")


# ---- which one


async def test_of_several_a_form_asks_which(chat: Chat) -> None:
    first = begun(chat)
    second = upgrades.begun(chat.desk, now_of(chat), upgrades.order(bundle=seed.POWER), "running")

    await chat.says("oda", "upgrade pause")
    (field,) = chat.form.fields
    assert {choice.value for choice in field.choices} == {first, second}
    await chat.submits("oda", run=second)

    assert "paused" in meta_of(chat, second)
    assert "paused" not in meta_of(chat, first)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("upgrade pause", "No upgrade is open, so nothing was changed."),
        ("upgrade status", "No upgrade is open, and none ended in the last 7 days"),
        ("upgrade pause xy", "“xy” is too short to tell an upgrade by."),
        (
            "upgrade pause upgrade-01jd2x3y4z5a6b7c8d9e0f1g2h",
            "There is no upgrade “upgrade-01jd2x3y4z5a6b7c8d9e0f1g2h”",
        ),
        ("upgrade retry", "No upgrade of the last 7 days has left anything to take again."),
        ("upgrade rollback", "No upgrade ended in the last 7 days, so there is nothing to roll back."),
    ],
)
async def test_where_there_is_none_that_is_said(chat: Chat, text: str, sentence: str) -> None:
    await chat.says("oda", text)

    assert sentence in chat.answer("oda")


# ---- continue, keep


async def test_an_approver_says_that_it_goes_on(chat: Chat) -> None:
    run = begun(chat, "gate", **GATE)

    await chat.says("ada", "upgrade continue")

    assert "You said that it goes on: the next wave begins" in chat.answer("ada")
    assert meta_of(chat, run)["gate"]["by"] == "ada@example.com"
    await chat.says("ada", f"upgrade continue {run}")
    assert "It is going on already, so nothing was changed." in chat.answer("ada")


async def test_nobody_says_that_of_what_they_asked_for(chat: Chat) -> None:
    order = upgrades.order(requester="ada@example.com")
    run = upgrades.begun(chat.desk, now_of(chat), order, "gate", **GATE)

    await chat.says("ada", "upgrade continue")

    assert "You asked for this upgrade yourself, so another approver has to say" in chat.answer("ada")
    assert meta_of(chat, run)["gate"]["state"] == "open"


async def test_an_approver_lets_the_bundle_keep_its_image(chat: Chat) -> None:
    run = begun(chat)

    await chat.says("ada", "upgrade keep")
    assert "The bundle keeps its new image, whatever becomes of the canary." in chat.answer("ada")
    assert meta_of(chat, run)["keep_image"]["by"] == "ada@example.com"
    await chat.says("oda", "upgrade keep")
    assert "Only an approver may do /upgrade keep" in chat.answer("oda")


# ---- retry, rollback


async def test_while_it_is_on_the_failed_ones_get_another_turn(chat: Chat) -> None:
    run = begun(chat)
    await chat.says("oda", "upgrade retry")
    assert "No desktop has failed so far, so there is nothing to take again." in chat.answer("oda")

    chat.desk.table.update(*runs.run_key(run), set=FINISHED)
    await chat.says("oda", "upgrade retry")
    assert "What has failed so far is taken again in its turn" in chat.answer("oda")
    assert meta_of(chat, run)["retry"]["by"] == "oda@example.com"


async def test_afterwards_they_are_a_run_of_their_own_with_its_approval(chat: Chat) -> None:
    run = over(chat)

    await chat.says("oda", f"upgrade retry {run}")
    assert "Upgrade 2 desktops of Office to office-2026-2?" in chat.answer("oda")
    assert "Image: office-2026-2, as before" in chat.answer("oda")
    await chat.presses("oda", "Ask for approval")

    assert "waits until" in chat.answer("oda")
    again = next(row for row in upgrade_runs.listed(chat.desk) if not row.over)
    order = order_of_run(meta_of(chat, again.id))
    assert (order.op, order.of, order.image, order.notice_s) == ("upgrade", run, seed.NEW_IMAGE, 600)
    assert {one.id for one in upgrade_runs.machines(chat.desk, again.id)} == {seed.ODAS, seed.ADAS}


async def test_a_rollback_gives_those_that_were_rebuilt_the_image_of_before(chat: Chat) -> None:
    run = over(chat)

    await chat.says("oda", "upgrade rollback")
    assert "Roll 2 desktops of Office back to office-2026-1?" in chat.answer("oda")
    assert "Image: office-2026-1, instead of office-2026-2" in chat.answer("oda")
    await chat.presses("oda", "Ask for approval")

    assert "The rollback of 2 desktops of Office waits until" in chat.answer("oda")
    back = next(row for row in upgrade_runs.listed(chat.desk) if not row.over)
    order = order_of_run(meta_of(chat, back.id))
    assert (order.op, order.of, order.image, order.old_image) == ("rollback", run, seed.OLD_IMAGE, seed.NEW_IMAGE)
    assert order.reason is None, "why it was upgraded is not why that is taken back"
    assert {one.id for one in upgrade_runs.machines(chat.desk, back.id)} == {seed.MIKAS, seed.ODAS}
    await chat.says("ada", "approvals")
    assert "Roll 2 desktops of Office back" in chat.answer("ada")


async def test_what_cannot_be_rolled_back_is_said(chat: Chat) -> None:
    run = begun(chat)
    await chat.says("oda", f"upgrade rollback {run}")
    assert f"It is not over: type /upgrade stop {run} first" in chat.answer("oda")

    chat.desk.table.update(*runs.run_key(run), set={"phase": "refused", **runs.closed(run, now_of(chat))})
    await chat.says("oda", f"upgrade rollback {run}")
    assert "It has changed nothing: type /upgrade start" in chat.answer("oda")


async def test_a_run_that_rebuilt_nothing_has_nothing_to_roll_back(chat: Chat) -> None:
    run = over(chat, requested=None)

    await chat.says("oda", f"upgrade rollback {run}")

    assert "It has rebuilt no desktop, so there is nothing to roll back." in chat.answer("oda")


# ---- whoever uses a desktop


@pytest.mark.parametrize(
    ("choice", "sentence", "hour"),
    [
        ("now", "It begins as soon as nobody is connected: save your work, and disconnect.", None),
        ("soon", "It does not begin before 18:15 JST. You can put it off once more.", (8, 18, 15)),
        ("tonight", "It does not begin before 20:00 JST. You can put it off once more.", (8, 20, 0)),
        ("later", "It does not begin before Tue 9 Jan 18:00 JST. You can put it off once more.", (9, 18, 0)),
    ],
)
async def test_an_owner_says_when(chat: Chat, choice: str, sentence: str, hour: tuple[int, int, int] | None) -> None:
    run = begun(chat)

    await chat.says("mika", f"upgrade answer {run} {seed.MIKAS} {choice}", via="button")

    assert sentence in chat.answer("mika")
    item = chat.desk.table.get(*answer_key(run, seed.MIKAS))
    assert item is not None
    expected = None if hour is None else int(datetime(2035, 1, *hour, tzinfo=TOKYO).timestamp())
    assert (item["choice"], item["by"], item["not_before"]) == (choice, "mika@example.com", expected)


async def test_it_is_put_off_twice_and_not_again(chat: Chat) -> None:
    run = begun(chat)
    await chat.says("mika", f"upgrade answer {run} {seed.MIKAS} soon")
    await chat.says("mika", f"upgrade answer {run} {seed.MIKAS} tonight")
    assert "You cannot put it off again." in chat.answer("mika")

    await chat.says("mika", f"upgrade answer {run} {seed.MIKAS} later")

    assert (
        "You have put it off as often as it may be, so nothing was changed: it begins at 20:00 JST."
    ) in chat.answer("mika")


async def test_an_answer_that_is_not_whole_opens_a_form(chat: Chat) -> None:
    run = begun(chat)

    await chat.says("mika", "upgrade answer")
    assert [(field.name, field.initial) for field in chat.form.fields] == [("desktop", None), ("choice", None)]
    assert [choice.value for choice in chat.form.fields[0].choices] == [seed.MIKAS]
    await chat.submits("mika", desktop=seed.MIKAS, choice="soon")

    assert "It does not begin before 18:15 JST." in chat.answer("mika")
    assert chat.desk.table.get(*answer_key(run, seed.MIKAS))


async def test_nobody_answers_for_others_or_too_late(chat: Chat) -> None:
    run = begun(chat)
    await chat.says("ren", f"upgrade answer {run} {seed.MIKAS} now")
    assert f"You were asked nothing about “{seed.MIKAS}”, so nothing was changed." in chat.answer("ren")
    await chat.says("ren", "upgrade answer")
    assert "No upgrade waits for an answer of yours" in chat.answer("ren")

    await chat.says("oda", "upgrade stop")
    await chat.presses("oda", "Stop the upgrade")
    await chat.says("mika", f"upgrade answer {run} {seed.MIKAS} now")
    assert "so your answer changes nothing." in chat.answer("mika")
