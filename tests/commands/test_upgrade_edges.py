"""What hardly ever happens to an upgrade, as its commands speak of it."""

from dataclasses import replace

from aws_ops import runs, upgrade_runs
from aws_ops.upgrade_items import machine_item
from sandbox.aws import workspaces_seed as seed
from tests.commands import upgrades
from tests.commands.conftest import Chat


def now_of(chat: Chat) -> int:
    return int(chat.aws.workspaces.now())


async def test_one_that_was_rebuilt_and_waited_for_another_turn_is_rolled_back_too(chat: Chat) -> None:
    now = now_of(chat)
    run = upgrades.begun(chat.desk, now, upgrades.order(), "stopped", bundle_updated=now)
    chat.desk.table.update(*runs.run_key(run), set=runs.closed(run, now))
    chat.desk.table.delete(f"LOCK#bundle#{seed.STANDARD}", "UPGRADE")
    chat.aws.workspaces.bundles[seed.STANDARD].image = seed.NEW_IMAGE
    done, again, never = upgrades.machines(0)
    for made in (
        replace(done, phase="done", requested=5, accepted=5),
        replace(again, phase="skipped", requested=None, accepted=6),
        replace(never, phase="skipped"),
    ):
        chat.desk.table.put(machine_item(run, made, now + 1000))

    await chat.says("oda", f"upgrade rollback {run}")
    await chat.presses("oda", "Ask for approval")

    back = next(row for row in upgrade_runs.listed(chat.desk) if not row.over)
    assert {one.id for one in upgrade_runs.machines(chat.desk, back.id)} == {seed.MIKAS, seed.ODAS}


async def test_who_stops_a_rollback_is_not_told_that_the_old_image_goes_back(chat: Chat) -> None:
    order = upgrades.order(op="rollback", image=seed.OLD_IMAGE, old_image=seed.NEW_IMAGE)
    run = upgrades.begun(chat.desk, now_of(chat), order, "running")

    await chat.says("oda", f"upgrade stop {run}")

    assert "The bundle keeps the image office-2026-1" in chat.answer("oda")


async def test_who_stops_it_when_its_canary_is_healthy_is_told_that_the_image_stays(chat: Chat) -> None:
    gate = {"wave": 1, "state": "open", "by": None, "at": 0}
    run = upgrades.begun(chat.desk, now_of(chat), upgrades.order(), "gate", gate=gate, healthy=now_of(chat))

    await chat.says("oda", f"upgrade stop {run}")

    assert "The bundle keeps the image office-2026-2" in chat.answer("oda")
