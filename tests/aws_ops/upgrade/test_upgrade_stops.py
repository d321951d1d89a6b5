"""What makes an upgrade stop or stand still: its canary, its failures, people, the brake, AWS; and what it leaves."""

import pytest

from aws_ops import brake, upgrade_items, upgrade_runs
from sandbox.aws.workspaces_seed import NEW_IMAGE, OLD_IMAGE, STANDARD
from tests.aws_ops.run_world import ADA, HOUR, MINUTE, ODA, TICK
from tests.aws_ops.upgrade.world import LONG_TICK, World

ALWAYS = 10_000


def until_rebuilding(world: World, run: str) -> None:
    world.while_(run, lambda: not world.rebuilt)


# ---- its canary


def test_three_that_fail_in_the_canary_stop_it_and_the_old_image_goes_back(world: World) -> None:
    fleet = world.fleet(12)
    world.aws.fault("WorkSpaces", error="rebuild-ends-in-error", times=3)
    run = world.run(canary="4")
    assert world.over(run) == "stopped"
    assert sorted(world.rebuilt) == sorted(fleet[:4]), "no further one"
    assert world.image == OLD_IMAGE
    assert world.phases(run) == {"failed": 3, "done": 1, "skipped": 8}
    card = world.card
    assert (card["stop"]["why"], card["stop"]["by"]) == ("canary", None)
    assert card["bundle_restored"] is not None
    assert {"UpgradeStopped", "UpgradeImageRestored", "UpgradeFinished"} <= set(world.names)
    assert len(card["failures"]) == 3
    assert {row["Outcome"] for row in world.report(run)} == {"failed", "done", "skipped"}
    assert len(world.report(run)) == 12, "none is forgotten"
    assert world.actors("UpdateWorkspaceBundle") == {ODA, "deskside.upgrade"}, "nobody stopped it"
    assert world.locks() == []


def test_as_many_as_were_allowed_may_fail_in_the_canary(world: World) -> None:
    world.fleet(10)
    world.aws.fault("WorkSpaces", error="rebuild-ends-unhealthy", times=1)
    run = world.run(canary="3", canary_failures=1, failure_rate=0.5)
    assert world.over(run) == "failed"
    assert world.image == NEW_IMAGE
    assert world.phases(run) == {"failed": 1, "done": 9}


def test_an_approver_may_let_the_new_image_stay_although_the_canary_failed(world: World) -> None:
    world.fleet(3)
    world.aws.fault("WorkSpaces", error="rebuild-ends-in-error", times=1)
    run = world.run(canary="1")
    until_rebuilding(world, run)
    assert world.wish(upgrade_runs.keep_image, run, ADA) == "taken"
    assert world.over(run) == "stopped"
    assert world.image == NEW_IMAGE


def test_what_somebody_else_has_put_into_the_bundle_meanwhile_is_not_taken_out(world: World) -> None:
    fleet = world.fleet(3)
    third = "wsi-0a1b2c3w3"
    images = world.aws.workspaces.images
    images[third] = images[NEW_IMAGE].__class__(third, "office-2026-3", "Theirs", images[NEW_IMAGE].created)
    world.aws.fault("WorkSpaces", error="rebuild-ends-in-error", times=1)
    run = world.run(canary="1")
    until_rebuilding(world, run)
    world.aws.workspaces.update_bundle(STANDARD, third)
    assert world.over(run) == "stopped"
    assert world.image == third
    assert world.rebuilt == fleet[:1]


def test_an_image_that_is_not_there_any_more_stops_it(world: World) -> None:
    fleet = world.fleet(6)
    run = world.run(canary="1", waves=("1",))
    until_rebuilding(world, run)
    world.aws.workspaces.update_bundle(STANDARD, OLD_IMAGE)
    assert world.over(run) == "stopped"
    assert world.card["stop"]["why"] == "image"
    assert world.images(fleet) == {"new": 1, "old": 5}, "nobody was rebuilt from what was not agreed to"


# ---- its failures


def test_too_many_failures_after_the_canary_stop_it_and_the_image_stays(world: World) -> None:
    world.fleet(30)
    run = world.run(canary="1", waves=("5",), failure_rate=0.2)
    until_rebuilding(world, run)
    world.aws.fault("WorkSpaces", error="rebuild-ends-in-error", times=ALWAYS)
    assert world.over(run) == "stopped"
    assert world.card["stop"]["why"] == "rate"
    assert world.image == NEW_IMAGE, "its canary was healthy"
    assert world.phases(run) == {"done": 1, "failed": 5, "skipped": 24}


def test_what_aws_refuses_of_a_request_it_took_is_that_machines_failure(world: World) -> None:
    fleet = world.fleet(6)
    world.aws.fault("WorkSpaces", error="failed-request", times=1)
    run = world.run(canary="2", canary_failures=1, failure_rate=1.0)
    assert world.over(run) == "failed"
    assert world.phases(run) == {"failed": 1, "done": 5}
    assert len(world.rebuilt) == 5
    (failed,) = [row for row in world.report(run) if row["Outcome"] == "failed"]
    assert failed["WorkspaceId"] == fleet[0]
    assert "InternalServiceError" in failed["Error"]


def test_a_rebuild_that_never_begins_is_not_taken_for_one(world: World) -> None:
    world.fleet(3)
    world.aws.fault("WorkSpaces", error="never-begins", times=1)
    run = world.run(canary="1", canary_failures=1, failure_rate=1.0)
    world.over(run)
    taken = {one for one in world.rebuilt if world.images([one])["new"]}
    done = {one.id for one in world.machines(run) if one.phase == "done"}
    assert done <= taken


@pytest.mark.faults  # hours of looks
def test_those_that_failed_get_another_turn_while_it_is_on(world: World) -> None:
    fleet = world.fleet(4)
    world.aws.fault("WorkSpaces", error="rebuild-ends-in-error", times=1)
    run = world.run(canary="2", canary_failures=1, failure_rate=1.0, max_concurrent=1)
    world.while_(run, lambda: not world.phases(run)["failed"])
    assert world.wish(upgrade_runs.retry, run, ODA) == "taken"
    assert world.over(run) == "done"
    assert world.rebuilt.count(fleet[0]) == 2
    assert world.images(fleet) == {"new": 4}


# ---- people


def test_one_that_is_paused_begins_nothing_and_goes_on_where_it_was(world: World) -> None:
    fleet = world.fleet(4)
    run = world.run(canary="1")
    until_rebuilding(world, run)
    assert world.wish(upgrade_runs.pause, run, ODA) == "taken"
    world.after(30 * MINUTE)
    assert world.rebuilt == fleet[:1]
    assert world.phases(run) == {"done": 1, "waiting": 3}, "what had begun was followed to its end"
    assert world.card["paused_by"]["by"] == ODA
    assert world.wish(upgrade_runs.resume, run) == "taken"
    assert world.over(run) == "done"
    assert world.rebuilt == fleet
    assert [name for name in world.names if name in {"UpgradePaused", "UpgradeResumed"}] == [
        "UpgradePaused",
        "UpgradeResumed",
    ]


def test_one_that_is_stopped_follows_what_is_under_way_and_the_rest_is_for_another_run(world: World) -> None:
    fleet = world.fleet(6)
    run = world.run(canary="1", waves=("2",))
    world.while_(run, lambda: len(world.rebuilt) < 3)
    assert world.wish(upgrade_runs.stop, run, ODA) == "taken"
    assert world.over(run) == "stopped"
    assert world.phases(run) == {"done": 3, "skipped": 3}
    assert world.image == NEW_IMAGE, "its canary was healthy"
    assert (world.card["stop"]["why"], world.card["stop"]["by"]) == ("person", ODA)
    assert world.locks() == []
    rest = world.run(tag=None, ids=tuple(fleet[3:]), of=run)
    assert world.over(rest) == "done"
    assert sorted(world.rebuilt) == sorted(fleet), "each once"


def test_one_that_is_stopped_before_its_canary_is_healthy_gives_the_old_image_back(world: World) -> None:
    world.fleet(4)
    run = world.run(canary="1")
    until_rebuilding(world, run)
    world.wish(upgrade_runs.stop, run, ODA)
    world.after(2 * TICK)
    assert world.image == OLD_IMAGE, "at once, and not when the last rebuild is over"
    assert world.over(run) == "stopped"
    assert len(world.rebuilt) == 1


def test_a_wish_in_the_middle_of_a_look_is_heeded_at_once(world: World) -> None:
    world.fleet(6)
    run = world.asking(canary="1")

    def stop() -> None:
        upgrade_runs.stop(world.desk, run, ODA)

    world.before_next("WorkSpaces.DescribeWorkspaceSnapshots", stop)
    world.decide(run, ADA)
    assert world.over(run) == "stopped"
    assert world.rebuilt == []
    assert world.image == OLD_IMAGE


def test_one_that_is_rolled_back_gets_its_old_image_again(world: World) -> None:
    fleet = world.fleet(3)
    run = world.run(canary="1")
    world.over(run)
    back = world.run(op="rollback", image=OLD_IMAGE, tag=None, ids=tuple(fleet), of=run)
    assert world.over(back) == "done"
    assert world.image == OLD_IMAGE
    assert world.images(fleet) == {"old": 3}


# ---- the brake, and AWS


@pytest.mark.faults  # hours of looks
def test_the_brake_lets_nothing_begin_and_releasing_it_lets_it_go_on(world: World) -> None:
    world.fleet(4)
    run = world.run(canary="1")
    until_rebuilding(world, run)
    brake.pull(world.desk, ADA, "Something is wrong")
    world.after(HOUR)
    assert len(world.rebuilt) == 1
    assert world.card["braked"]
    brake.release(world.desk)
    assert world.over(run) == "done"
    assert len(world.rebuilt) == 4


@pytest.mark.faults  # hours of looks
@pytest.mark.parametrize("operation", ["RebuildWorkspaces", "DescribeWorkspaces", "DescribeWorkspaceSnapshots"])
def test_an_aws_that_throttles_is_asked_again_later_and_nothing_is_done_twice(world: World, operation: str) -> None:
    fleet = world.fleet(5)
    run = world.asking(canary="1")
    world.aws.fault("WorkSpaces", operation, error="ThrottlingException", times=20)
    world.decide(run, ADA)
    assert world.over(run) == "done"
    assert sorted(world.rebuilt) == sorted(fleet)


@pytest.mark.faults  # hours of looks
@pytest.mark.parametrize("operation", ["RebuildWorkspaces", "UpdateWorkspaceBundle"])
def test_a_change_without_an_answer_is_looked_for_and_not_made_again(world: World, operation: str) -> None:
    fleet = world.fleet(3)
    run = world.asking(canary="1")
    world.aws.fault("WorkSpaces", operation, error="InternalServerException", times=1)
    world.decide(run, ADA)
    world.over(run)
    assert max(world.rebuilt.count(one) for one in fleet) == 1
    assert world.locks() == []


def test_a_role_that_may_not_change_the_bundle_changes_nothing_and_says_so(world: World) -> None:
    world.fleet(2)
    run = world.asking()
    world.aws.fault("WorkSpaces", "UpdateWorkspaceBundle", error="AccessDeniedException", times=ALWAYS)
    world.decide(run, ADA)
    assert world.over(run) == "stopped"
    assert (world.card["stop"]["why"], world.card["stop"]["by"]) == ("image", None)
    assert (world.image, world.rebuilt, world.locks()) == (OLD_IMAGE, [], [])


def test_a_machine_that_somebody_else_is_changing_is_waited_for(world: World) -> None:
    one, other = world.fleet(2)
    lock = {"run": "workspace-other", "op": "reboot", "by": ADA, "since": world.now}
    world.desk.table.put({"pk": f"LOCK#ws#{one}", "sk": "ACTING", **lock})
    world.desk.table.put({"pk": "RUN#workspace-other", "sk": "META", "g1pk": "OPEN#RUN", "g1sk": "0", "generation": 1})
    run = world.run(canary="2")
    world.after(5 * MINUTE)
    assert world.rebuilt == [other]
    assert world.machine(run, one).why == "busy"
    world.desk.table.delete(f"LOCK#ws#{one}", "ACTING")
    world.desk.table.delete("RUN#workspace-other", "META")
    assert world.over(run) == "done"


def test_one_that_is_gone_or_was_moved_to_another_bundle_is_not_rebuilt(world: World) -> None:
    fleet = world.fleet(4)
    run = world.run(canary="1")
    until_rebuilding(world, run)
    world.aws.workspaces.terminate(fleet[2])
    world.aws.workspaces.workspaces[fleet[3]].bundle = "wsb-0a1b2c3p1"
    world.over(run)
    assert sorted(world.rebuilt) == fleet[:2]
    assert {one.phase for one in world.machines(run)[2:]} <= {"failed", "skipped"}


def test_a_report_that_cannot_be_written_ends_no_run_and_says_why(world: World) -> None:
    world.fleet(2)
    run = world.asking(canary="1")
    world.aws.fault("S3", "PutObject", error="AccessDenied", times=ALWAYS)
    world.decide(run, ADA)
    assert world.over(run) == "done"
    told = world.meta(run)["report"]
    assert told["key"] is None
    assert "AccessDenied" in told["error"]
    assert world.locks() == []
    assert upgrade_items.standing(world.desk, STANDARD) is None


@pytest.mark.faults  # hours of looks
def test_a_rebuild_that_takes_very_long_is_not_forgotten(world: World) -> None:
    world.aws.pace.workspace_rebuild_s = 3 * HOUR
    world.fleet(2)
    run = world.run(canary="1", tick_s=LONG_TICK)
    world.after(2 * HOUR)
    assert world.phases(run) == {"rebuilding": 1, "waiting": 1}
    assert world.over(run) == "done"
