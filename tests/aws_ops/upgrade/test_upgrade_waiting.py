"""What a machine's turn waits for: nobody at it, a snapshot of all work, its owner, the window. Unknown never harms."""

from datetime import datetime

import pytest

from aws_ops import clock
from aws_ops.upgrade_items import Window
from tests.aws_ops.run_world import ADA, HOUR, MIKA, MINUTE, TICK
from tests.aws_ops.upgrade.world import DAY, LONG_TICK, World

ALWAYS = 10_000


def begun(world: World, **changes: object) -> str:
    """A run that is under way, and has looked at its canary."""
    run = world.run(**{"tick_s": LONG_TICK, **changes})
    world.while_(run, lambda: world.phase(run) != "running")
    world.after(2 * world.meta(run)["tick_s"])
    return run


# ---- somebody is at it


@pytest.mark.faults  # hours of looks
def test_who_is_connected_is_not_thrown_out_and_their_work_of_today_is_kept(world: World) -> None:
    busy, idle = world.fleet(2, snapshot_age_s=6 * HOUR, seen_s=7 * HOUR)
    world.connect(busy)
    run = begun(world)
    assert world.rebuilt == [idle]
    assert (world.machine(run, busy).phase, world.machine(run, busy).why) == ("waiting", "connected")
    world.after(2 * HOUR)
    world.disconnect(busy)
    left = world.now
    world.after(HOUR)
    assert world.rebuilt == [idle], "the newest snapshot is older than what was done until now"
    assert world.machine(run, busy).why == "snapshot"
    assert world.over(run) == "done"
    (_, at) = world.rebuilds[1]
    machine = world.machine(run, busy)
    assert machine.fresh is not None
    assert left < machine.fresh <= at <= machine.fresh + 2 * LONG_TICK, "asked again when it may have come"


def test_who_connects_just_before_it_would_be_rebuilt_stays_connected(world: World) -> None:
    one, other = world.fleet(2, snapshot_age_s=10 * HOUR, seen_s=11 * HOUR)
    run = world.asking(tick_s=LONG_TICK)
    world.before_next("WorkSpaces.DescribeWorkspacesConnectionStatus", lambda: world.connect(one, other))
    world.decide(run, ADA)
    world.after(2 * LONG_TICK)
    assert world.rebuilt == []
    assert world.waits(run) == {"connected": 2}
    world.disconnect(one, other)
    assert world.over(run) == "done"
    assert sorted(world.rebuilt) == [one, other]


def test_a_connection_that_cannot_be_told_is_waited_for(world: World) -> None:
    world.aws.fault("WorkSpaces", error="connection-unknown", times=3)
    world.fleet(1)
    run = begun(world, canary="1")
    assert world.rebuilt == []
    assert world.waits(run) == {"unknown": 1}
    assert world.over(run) == "done"


def test_what_aws_has_no_row_for_or_has_not_looked_at_lately_is_not_taken_to_be_idle(world: World) -> None:
    world.aws.pace.connection_late_s = HOUR
    world.fleet(2)
    run = begun(world)
    world.after(HOUR)
    assert (world.rebuilt, world.waits(run)) == ([], {"unknown": 2})
    world.aws.pace.connection_late_s = MINUTE
    assert world.over(run) == "done"


# ---- a snapshot


@pytest.mark.faults  # hours of looks
def test_a_snapshot_that_never_comes_is_waited_for_as_long_as_was_said(world: World) -> None:
    world.aws.pace.snapshot_every_s = 100 * DAY
    (never,) = world.fleet(1, snapshot_age_s=2 * HOUR, seen_s=HOUR)
    (fine,) = world.fleet(1, snapshot_age_s=HOUR, seen_s=3 * HOUR)
    run = begun(world, wait_s=3 * HOUR)
    assert world.over(run) == "failed"
    assert world.phases(run) == {"done": 1, "timed out": 1}
    assert world.rebuilt == [fine], "work would be lost"
    rows = {row["WorkspaceId"]: row for row in world.report(run)}
    assert (rows[never]["TimedOutWaiting"], rows[never]["RebuildRequested"]) == ("true", "false")
    assert (rows[fine]["TimedOutWaiting"], rows[fine]["Outcome"]) == ("false", "done")


def test_one_that_nobody_has_ever_used_needs_any_snapshot_at_all(world: World) -> None:
    (unused,) = world.fleet(1, seen_s=None)
    world.aws.snapshot_workspace(unused, taken=False)
    run = begun(world, canary="1")
    assert world.waits(run) == {"snapshot": 1}
    world.aws.snapshot_workspace(unused)
    assert world.over(run) == "done"


def test_as_the_original_did_the_next_snapshot_may_be_waited_for(world: World) -> None:
    (one,) = world.fleet(1, snapshot_age_s=10 * HOUR, seen_s=20 * HOUR)
    run = begun(world, canary="1", snapshot="next")
    assert world.rebuilt == [], "there is a fresh one, but not a newer one"
    assert world.over(run) == "done"
    machine = world.machine(run, one)
    assert machine.baseline is not None
    assert machine.fresh == machine.baseline + 12 * HOUR


# ---- the window


@pytest.mark.faults  # hours of looks
def test_a_window_that_closes_mid_wave_lets_what_is_begun_end_and_the_rest_wait(world: World) -> None:
    world.monday()
    fleet = world.fleet(5)
    world.aws.pace.workspace_rebuild_s = 12 * MINUTE
    now = datetime.fromtimestamp(world.now, clock.now().tzinfo)
    closes = now.hour * 60 + now.minute + 60
    window = Window(days=(0, 1, 2, 3, 4), start=closes - 70, end=closes, zone="UTC")
    run = begun(world, canary="1", max_concurrent=1, window=window, tick_s=HOUR // 4)
    world.after(60 * MINUTE)
    before = len(world.rebuilt)
    assert 0 < before < 5
    world.after(HOUR // 2)
    assert world.phases(run) == {"done": before, "waiting": 5 - before}, "the last one was followed to its end"
    world.after(HOUR)
    assert len(world.rebuilt) == before
    assert world.card["window_opens"] == world.now - world.now % DAY + DAY + (closes - 70) * 60
    assert world.over(run, 4 * DAY) == "done"
    assert sorted(world.rebuilt) == sorted(fleet)
    for _, at in world.rebuilds:
        minute = at % DAY // 60
        assert closes - 70 <= minute < closes


# ---- its owner


def test_the_notice_is_really_waited_and_its_owner_told_once(world: World) -> None:
    mine, other = world.fleet(2)
    world.owners[mine] = MIKA
    run = begun(world, notice_s=10 * MINUTE, tick_s=TICK)
    assert world.rebuilt == [other]
    (asked,) = world.said("UpgradeOwnerAsked")
    (question,) = asked.data["asked"]
    assert (question["id"], question["owner"]) == (mine, MIKA)
    assert question["until"] == question["at"] + 10 * MINUTE
    world.over(run)
    at = dict(world.rebuilds)[mine]
    assert 0 <= at - question["until"] <= 2 * TICK
    assert len(world.said("UpgradeOwnerAsked")) == 1
    assert [row["UserNotified"] for row in world.report(run) if row["WorkspaceId"] == mine] == ["true"]


def test_whoever_is_at_the_desk_is_told_on_the_screen_where_ssm_manages_it(world: World) -> None:
    (managed,) = world.fleet(1)
    run = begun(world, canary="1", notice_s=10 * MINUTE, ssm=True)
    ((told, line),) = world.aws.nodes.commands
    assert told == managed
    assert "in about 10 minutes" in line
    assert world.over(run) == "done"
    assert [row["UserNotified"] for row in world.report(run)] == ["true"]
    assert len(world.aws.nodes.commands) == 1


def test_an_owner_who_says_now_is_not_kept_waiting(world: World) -> None:
    (mine,) = world.fleet(1)
    world.owners[mine] = MIKA
    run = begun(world, canary="1", notice_s=HOUR)
    world.answer(run, mine, "now")
    world.after(2 * LONG_TICK)
    assert world.rebuilt == [mine]


@pytest.mark.faults  # hours of looks
def test_an_owner_may_put_it_off_so_many_times_and_no_more(world: World) -> None:
    (mine,) = world.fleet(1)
    world.owners[mine] = MIKA
    run = begun(world, canary="1", notice_s=2 * HOUR, defers=1, wait_s=3 * DAY, tick_s=HOUR // 2)
    world.answer(run, mine, "later")
    world.after(23 * HOUR)
    assert world.rebuilt == []
    world.while_(run, lambda: len(world.said("UpgradeOwnerAsked")) < 2)
    (question,) = [one for one in world.card["asked"] if one["id"] == mine]
    assert "later" not in question["choices"]
    assert world.over(run) == "done"
    assert world.rebuilt == [mine]


@pytest.mark.faults  # hours of looks
def test_an_owner_who_comes_back_during_the_notice_is_not_thrown_out(world: World) -> None:
    (mine,) = world.fleet(1, snapshot_age_s=9 * HOUR, seen_s=10 * HOUR)
    world.owners[mine] = MIKA
    run = begun(world, canary="1", notice_s=HOUR)
    world.connect(mine)
    world.after(2 * HOUR)
    assert world.rebuilt == []
    world.disconnect(mine)
    assert world.over(run) == "done"
