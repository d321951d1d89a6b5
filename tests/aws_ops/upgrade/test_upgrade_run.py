"""A fleet's way to its new image when nothing goes wrong: approved, the canary first, wave by wave, to the report."""

from dataclasses import replace
from typing import get_args, is_typeddict

import pytest

from aws_ops import runs, upgrade_items, upgrade_runs
from aws_ops.workflows import upgrade_facts
from sandbox.aws.workspaces_seed import NEW_IMAGE, OLD_IMAGE, STANDARD
from tests.aws_ops.run_world import ADA, HOUR, MINUTE, ODA, TICK
from tests.aws_ops.upgrade.world import DEADLINE, REBUILD, REQUEST, World, order_for

ORIGINAL = [
    "WorkspaceId",
    "ComputerName",
    "BaselineSnapshotIso",
    "FreshSnapshotIso",
    "NotifySeconds",
    "UserNotified",
    "RebuildRequested",
    "RebuildRequestedAt",
    "TimedOutWaiting",
]


def test_a_fleet_is_rebuilt_canary_first_and_each_machine_once(world: World) -> None:
    fleet = world.fleet(9)
    run = world.run(canary="2", waves=("4",))
    world.while_(run, lambda: world.phase(run) != "running")
    assert world.image == NEW_IMAGE
    world.after(2 * TICK)
    assert world.rebuilt == fleet[:2], "the canary alone"
    assert world.phases(run) == {"rebuilding": 2, "waiting": 7}
    assert {world.state(one) for one in fleet[:2]} == {"REBUILDING"}

    assert world.over(run) == "done"
    assert world.phases(run) == {"done": 9}
    assert world.rebuilt == fleet, "wave by wave, and none twice"
    assert world.images(fleet) == {"new": 9}
    moments = [at for _, at in world.rebuilds]
    assert moments[2] - moments[0] >= REBUILD, "not before the canary was seen to be healthy"
    assert moments[6] - moments[2] >= REBUILD
    assert world.locks() == []


def test_it_is_done_in_the_name_of_whoever_asked_for_it(world: World) -> None:
    world.fleet(3)
    run = world.run()
    world.over(run)
    assert world.actors("RebuildWorkspaces") == world.actors("UpdateWorkspaceBundle") == {ODA}
    assert world.actors("DescribeWorkspaces") == {None}
    assert world.calls("UpdateWorkspaceBundle") == 1


def test_what_it_says_of_itself_is_enough_to_draw_it(world: World) -> None:
    world.fleet(5)
    run = world.run(canary="2")
    world.over(run)
    said = [name for name in world.names if name not in {"UpgradeProgressed", "ApprovalCounted"}]
    assert said == ["UpgradeAsked", "ApprovalGranted", "UpgradePrepared", "UpgradeWaveBegun", "UpgradeFinished"]
    assert [fact.data["wave"] for fact in world.said("UpgradeWaveBegun")] == [0, 1]
    assert len(world.said("UpgradeFinished")) == 1
    card = world.card
    assert world.facts[-1].name == "UpgradeFinished"
    assert (card["phase"], card["total"], card["counts"]["done"], card["waves"]) == ("done", 5, 5, [2, 3])
    assert card["counts"].keys() == upgrade_facts.Counts.__required_keys__
    assert card["bundle"] == {"id": STANDARD, "name": "Office"}
    assert (card["image"]["id"], card["old_image"]["id"]) == (NEW_IMAGE, OLD_IMAGE)
    assert card["series"] == sorted(card["series"])
    assert card["series"][-1] >= 2
    assert card["finished"] <= world.now
    assert card["report"]["key"].startswith("workspaces-upgrades/")


def test_nothing_is_changed_before_it_is_approved(world: World) -> None:
    world.fleet(2)
    before = world.plan()
    run = world.asking()
    world.after(HOUR)
    assert (world.phase(run), world.image, world.rebuilt) == ("approval", OLD_IMAGE, [])
    assert world.decide(run, ODA).outcome != "granted", "not by whoever asked for it"
    assert run in world.plan().faults[0], "the bundle is taken meanwhile"
    again = world.ask_for(before, order_for(REQUEST, before))
    assert (again.run, again.standing) == (None, upgrade_items.standing(world.desk, STANDARD))
    world.decide(run, ADA)
    assert world.over(run) == "done"


def test_a_refused_one_and_one_that_nobody_decides_change_nothing(world: World) -> None:
    world.fleet(2)
    refused = world.asking()
    world.decide(refused, ADA, "refused", "Not before Friday")
    assert world.phase(refused) == "refused"
    forgotten = world.asking()
    world.after(DEADLINE + MINUTE)
    world.sweep()
    assert world.phase(forgotten) == "expired"
    assert (world.image, world.rebuilt, world.locks()) == (OLD_IMAGE, [], [])


def test_a_fleet_that_is_another_one_than_was_agreed_to_is_left_alone(world: World) -> None:
    fleet = world.fleet(3)
    run = world.asking()
    world.aws.workspaces.workspaces[fleet[1]].user = "somebody.else"
    world.decide(run, ADA)
    assert world.over(run) == "void"
    assert (world.image, world.rebuilt, world.locks()) == (OLD_IMAGE, [], [])
    assert world.facts[-1].name == "PlanChanged"


def test_no_more_are_rebuilt_at_once_than_was_said(world: World) -> None:
    fleet = world.fleet(8)
    run = world.run(canary="1", max_concurrent=3)
    most = 0

    def under_way() -> bool:
        nonlocal most
        most = max(most, sum(world.state(one) == "REBUILDING" for one in fleet))
        return not runs.is_over(world.meta(run))

    world.while_(run, under_way)
    assert most == 3
    assert sorted(world.rebuilt) == sorted(fleet)


def test_those_that_were_stopped_stay_stopped_and_those_that_were_broken_work_again(world: World) -> None:
    world.fleet(1)
    (stopped,) = world.fleet(1, state="STOPPED", seen_s=30 * HOUR)
    (broken,) = world.fleet(1, state="UNHEALTHY", snapshot_age_s=2 * HOUR, seen_s=8 * HOUR)
    run = world.run(canary="1")
    assert world.over(run) == "done"
    assert (world.state(stopped), world.state(broken)) == ("STOPPED", "AVAILABLE")


def test_the_report_has_the_original_columns_and_ours_and_a_row_for_each(world: World) -> None:
    fleet = world.fleet(4)
    world.aws.workspaces.workspaces[fleet[3]].tags["deskside:protect"] = "true"
    run = world.run()
    world.over(run)
    rows = world.report(run)
    assert list(rows[0]) == [*ORIGINAL, "Outcome", "FinishedAt", "DurationSeconds", "Error", "Wave"]
    outcomes = {row["WorkspaceId"]: row["Outcome"] for row in rows}
    assert {id_: outcomes.get(id_) for id_ in fleet[:3]} == dict.fromkeys(fleet[:3], "done")
    row = next(row for row in rows if row["WorkspaceId"] == fleet[0])
    assert (row["RebuildRequested"], row["TimedOutWaiting"], row["NotifySeconds"]) == ("true", "false", "0")
    assert int(row["DurationSeconds"]) >= REBUILD


@pytest.mark.faults  # hours of looks
def test_after_the_canary_an_approver_who_did_not_ask_says_go_on(world: World) -> None:
    fleet = world.fleet(4)
    run = world.run(canary="1", gate="canary")
    world.while_(run, lambda: world.phase(run) != "gate")
    world.after(HOUR)
    assert world.rebuilt == fleet[:1]
    assert world.names[-1] == "UpgradeGate"
    assert world.wish(upgrade_runs.go_on, run, ODA) == "own"
    assert world.wish(upgrade_runs.go_on, run, ADA) == "taken"
    assert world.over(run) == "done"
    assert world.rebuilt == fleet


def test_a_run_of_a_whole_bundle_takes_only_what_is_of_it(world: World) -> None:
    world.fleet(2)
    run = world.run(tag=None, ids=(), exclude=("tag:Env",), canary="1")
    assert world.over(run) == "done"
    assert {world.aws.workspaces.workspaces[one].bundle for one in world.rebuilt} == {STANDARD}


def test_every_fact_that_may_be_said_has_a_shape() -> None:
    for name in get_args(upgrade_facts.UpgradeFact):
        assert is_typeddict(getattr(upgrade_facts, name)), name


def test_an_order_comes_back_from_the_table_as_it_went_there(world: World) -> None:
    world.fleet(2)
    run = world.asking()
    order = upgrade_items.order_of_run(world.meta(run))
    assert upgrade_items.order_of(upgrade_items.words(order)) == order
    assert replace(order, reason="Another") != order
