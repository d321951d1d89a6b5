"""What an upgrade leaves behind, and how it ends where the bundle is not there or AWS would not give it back."""

from aws_ops import upgrade_runs
from sandbox.aws.workspaces_seed import NEW_IMAGE, STANDARD
from tests.aws_ops.run_world import ODA
from tests.aws_ops.upgrade.world import World


def test_a_tidy_upgrade_removes_its_rows_and_keeps_the_report(world: World) -> None:
    world.fleet(3)
    run = world.run(canary="1", housekeeping=True)
    assert world.over(run) == "done"
    assert world.machines(run) == []
    assert len(world.report(run)) == 3
    assert world.card["counts"]["done"] == 3
    assert world.meta(run)["phase"] == "done"


def test_one_that_failed_keeps_its_rows_for_whoever_looks_into_it(world: World) -> None:
    world.fleet(3)
    world.aws.fault("WorkSpaces", error="rebuild-ends-in-error", times=1)
    run = world.run(canary="2", canary_failures=1, failure_rate=1.0, housekeeping=True)
    assert world.over(run) == "failed"
    assert len(world.machines(run)) == 3


def test_a_bundle_that_is_gone_when_it_stops_keeps_no_run_from_its_end(world: World) -> None:
    fleet = world.fleet(3)
    run = world.run(canary="3")
    world.while_(run, lambda: not world.rebuilt)
    del world.aws.workspaces.bundles[STANDARD]
    assert world.wish(upgrade_runs.stop, run, ODA) == "taken"
    assert world.over(run) == "stopped"
    assert world.phases(run).keys() <= {"done", "skipped"}
    assert len(world.report(run)) == len(fleet)


def test_an_old_image_that_aws_would_not_give_back_is_said_to_the_end(world: World) -> None:
    world.fleet(3)
    world.aws.fault("WorkSpaces", error="rebuild-ends-in-error", times=1)
    run = world.run(canary="1")
    world.while_(run, lambda: not world.rebuilt)
    world.aws.fault("WorkSpaces", "UpdateWorkspaceBundle", error="OperationNotSupportedException", times=9)
    assert world.over(run) == "stopped"
    assert world.image == NEW_IMAGE
    assert world.card["bundle_restored"] is None
    assert world.card["problem"] == "AWS refused UpdateWorkspaceBundle: OperationNotSupportedException"
