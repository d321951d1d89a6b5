"""What hardly ever happens to an upgrade, and would take something from somebody or leave somebody out if it did."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws_ops import upgrade_plan, upgrade_report, upgrade_runs, workspaces
from aws_ops.upgrade_items import Machine, UpgradeOrder, Window
from aws_ops.workflows import upgrade_steps
from aws_ops.workflows.upgrade_gates import told
from sandbox.aws.workspaces_seed import NEW_IMAGE, STANDARD
from tests.aws_ops.run_world import ADA, HOUR, MIKA, MINUTE, REN, TICK
from tests.aws_ops.upgrade.world import DAY, LONG_TICK, REQUEST, World, order_for


def order(**changes: Any) -> UpgradeOrder:
    plan = upgrade_plan.UpgradePlan((), (1,), (), (), (), 0, 0, 0, 0, 0.0, "", "wsi-old", {})
    return order_for(replace(REQUEST, **{key: changes.pop(key) for key in ("window", "notice_s")}), plan, **changes)


def at(day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2035, 1, day, hour, minute, tzinfo=UTC).timestamp())


# ---- its owner


@pytest.mark.faults  # hours of looks
def test_whoever_puts_it_off_keeps_nobody_else_waiting(world: World) -> None:
    mine, *others = world.fleet(3)
    world.owners.update({mine: MIKA, **dict.fromkeys(others, REN)})
    run = world.run(canary="3", max_concurrent=1, notice_s=10 * MINUTE, wait_s=3 * DAY, tick_s=LONG_TICK)
    world.while_(run, lambda: world.machine(run, mine).notice_at is None)
    world.answer(run, mine, "later")
    world.after(4 * HOUR)
    assert sorted(world.rebuilt) == sorted(others)
    assert world.over(run, 3 * DAY) == "done"


def test_a_notice_that_is_longer_than_the_window_still_comes_to_an_end() -> None:
    nights = Window(days=(0, 1, 2, 3, 4, 5, 6), start=20 * 60, end=6 * 60, zone="UTC")
    of = order(window=nights, notice_s=12 * HOUR)
    machine = Machine(0, "ws-1", "mika", None, MIKA, 0, notice_at=at(8, 20))
    assert not told(of, machine, at(8, 23))
    assert told(of, machine, at(9, 20)), "it was over while the window was closed, and would be each time"
    assert not told(of, machine, at(9, 22)), "by then they are at something else"


def test_a_notice_that_the_window_has_room_for_is_given_again_when_it_opens_again() -> None:
    nights = Window(days=(0, 1, 2, 3, 4, 5, 6), start=20 * 60, end=6 * 60, zone="UTC")
    of = order(window=nights, notice_s=10 * MINUTE)
    machine = Machine(0, "ws-1", "mika", None, MIKA, 0, notice_at=at(9, 5, 55))
    assert not told(of, machine, at(9, 20))


# ---- work


@pytest.mark.faults  # hours of looks
def test_who_was_connected_since_the_look_has_their_work_waited_for(world: World) -> None:
    fleet = world.fleet(2, snapshot_age_s=HOUR, seen_s=2 * HOUR)

    def works() -> None:
        # Between the look and the rebuild so much time goes by that all is asked once more.
        world.connect(fleet[0])
        world.clock.sleep(2 * MINUTE)
        world.disconnect(fleet[0])
        world.clock.sleep(2 * MINUTE)

    run = world.asking(canary="2", tick_s=LONG_TICK)
    world.before_next("WorkSpaces.DescribeWorkspaceSnapshots", works)
    world.decide(run, ADA)
    world.after(3 * LONG_TICK)
    assert world.rebuilt == [fleet[1]]
    assert world.over(run, 2 * DAY) == "done"


def test_that_somebody_was_seen_is_not_forgotten_when_aws_tells_of_an_earlier_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seen at 9:10 by us, AWS says "last at 8:00": what was done in between is in no snapshot of 8:30.
    (one,) = world.fleet(1, snapshot_age_s=30 * MINUTE, seen_s=HOUR)
    world.connect(one)
    run = world.run(canary="1", tick_s=LONG_TICK)
    world.while_(run, lambda: world.machine(run, one).why != "connected")
    seen = world.now
    world.disconnect(one)
    asked: Callable[..., Any] = workspaces.connections
    early = seen - 2 * HOUR
    monkeypatch.setattr(
        workspaces,
        "connections",
        lambda *args: {id_: replace(row, last=early) for id_, row in asked(*args).items()},
    )
    world.after(HOUR)
    assert world.rebuilt == []
    assert world.machine(run, one).why == "snapshot"


# ---- the window, and calls that take long


def test_nothing_begins_after_the_window_has_closed_during_a_look(world: World) -> None:
    world.monday()
    world.fleet(4)
    now = datetime.fromtimestamp(world.now, UTC)
    minute = now.hour * 60 + now.minute
    window = Window(days=(0, 1, 2, 3, 4, 5, 6), start=minute - 60, end=minute + 30, zone="UTC")
    run = world.asking(canary="4", window=window)
    world.before_next("WorkSpaces.DescribeWorkspaceSnapshots", lambda: world.clock.sleep(40 * MINUTE))
    world.decide(run, ADA)
    world.after(2 * TICK)
    assert world.rebuilt == []


@pytest.mark.faults  # hours of looks
def test_calls_that_take_long_rebuild_nobody_on_an_old_answer(world: World) -> None:
    fleet = world.fleet(3)
    run = world.asking(canary="3")

    def connects() -> None:
        world.clock.sleep(3 * MINUTE)
        world.connect(fleet[2])
        world.clock.sleep(3 * MINUTE)

    world.before_next("WorkSpaces.RebuildWorkspaces", connects)
    world.decide(run, ADA)
    world.after(TICK)
    assert fleet[2] not in world.rebuilt
    world.disconnect(fleet[2])
    assert world.over(run, 2 * DAY) == "done"
    assert sorted(world.rebuilt) == sorted(fleet)


def test_a_rebuild_that_begins_long_after_aws_gave_no_answer_is_not_asked_for_again(world: World) -> None:
    (one,) = world.fleet(1)
    run = world.asking(canary="1")
    world.aws.fault("WorkSpaces", "RebuildWorkspaces", error="InternalServerException", times=1)
    world.decide(run, ADA)
    world.while_(run, lambda: world.machine(run, one).quiet < 2)
    spaces = world.aws.workspaces

    def looked_at() -> None:
        # The last look at what was not answered still shows nothing; the next one, before it is asked again, does.
        world.before_next("WorkSpaces.DescribeWorkspaces", lambda: spaces.change("rebuild", one))

    world.before_next("WorkSpaces.DescribeWorkspaces", looked_at)
    assert world.over(run) == "done"
    assert world.rebuilt == [one]
    assert world.locks() == []


def test_one_that_somebody_has_removed_is_no_failure_of_the_image(world: World) -> None:
    fleet = world.fleet(6)
    run = world.run(canary="3", waves=("3",))
    world.while_(run, lambda: not world.rebuilt)
    for one in fleet[3:5]:
        world.aws.workspaces.terminate(one)
    assert world.over(run) == "done"
    assert world.phases(run) == {"done": 4, "skipped": 2}
    assert sorted(world.rebuilt) == [*fleet[:3], fleet[5]]
    assert all(row["Error"] for row in world.report(run) if row["WorkspaceId"] in fleet[3:5])


# ---- its end


def test_an_answer_that_nobody_can_read_keeps_no_run_from_its_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.fleet(1)
    run = world.asking(canary="1")

    def unreadable(*_: Any) -> str:
        raise ValueError("not XML")

    monkeypatch.setattr(upgrade_report, "_put", unreadable)
    world.decide(run, ADA)
    assert world.over(run) == "done"
    assert world.meta(run)["report"]["error"]


def test_a_table_that_is_silent_for_a_moment_loses_no_report(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fleet(1)
    run = world.asking(canary="1")
    read = upgrade_runs.machines
    silent = [ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "Query")]

    def machines(*args: Any) -> list[Machine]:
        if silent:
            raise silent.pop()
        return read(*args)

    monkeypatch.setattr(upgrade_runs, "machines", machines)
    world.decide(run, ADA)
    assert world.over(run) == "done"
    assert not silent
    assert len(world.report(run)) == 1


def test_a_report_that_may_be_written_and_not_read_keeps_nobody_from_hearing_of_the_end(world: World) -> None:
    world.fleet(1)
    run = world.run(canary="1", housekeeping=True)
    assert world.over(run) == "done"
    assert f"{run}.csv" in upgrade_report.attached(world.desk, run)
    world.aws.fault("S3", "GetObject", error="AccessDenied", times=1)
    assert upgrade_report.attached(world.desk, run) == {}


def test_a_report_is_whole_also_while_what_it_was_made_of_is_removed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.fleet(3)
    monkeypatch.setattr(upgrade_steps, "keep_house", lambda *_: None)
    run = world.run(canary="1", housekeeping=True)
    assert world.over(run) == "done"
    world.desk.table.delete(f"RUN#{run}", "ITEM#00001")
    assert upgrade_report.told(world.desk, run)[f"{run}.csv"].count("ws-f") == 3


def test_a_bundle_that_had_the_image_before_is_not_said_to_have_got_its_old_one_back(world: World) -> None:
    world.aws.workspaces.update_bundle(STANDARD, NEW_IMAGE)
    world.fleet(2)
    world.aws.fault("WorkSpaces", error="rebuild-ends-in-error", times=1)
    run = world.run(canary="1")
    assert world.over(run) == "stopped"
    assert "UpgradeImageRestored" not in world.names
    assert world.card["bundle_restored"] is None
    assert world.calls("UpdateWorkspaceBundle") == 0
