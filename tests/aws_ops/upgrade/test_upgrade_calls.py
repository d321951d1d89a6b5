"""What an upgrade costs of the two calls a second that AWS allows, with rebuilds that take as long as AWS's."""

import pytest

from tests.aws_ops.run_world import HOUR, MINUTE
from tests.aws_ops.upgrade.world import AWS_RATE, World

MACHINES = 200


@pytest.fixture
def machines(world: World) -> World:
    world.aws.pace.workspace_rebuild_s = 20 * MINUTE
    world.throttle()
    return world


def per_machine(world: World) -> float:
    return world.workspaces_calls / MACHINES


@pytest.mark.faults
def test_two_hundred_with_fresh_snapshots_take_three_and_a_half_calls_each(machines: World) -> None:
    fleet = machines.fleet(MACHINES)
    machines.aws.reset_calls()
    run = machines.run(canary="5", max_concurrent=50, rate=AWS_RATE)
    assert machines.over(run) == "done"
    assert sorted(machines.rebuilt) == sorted(fleet)
    assert per_machine(machines) <= 3.5, machines.aws.calls()
    assert machines.throttled == 0, "never more than AWS allows"
    assert machines.calls("DescribeTags") == 0, "tags come from the tagging API"


@pytest.mark.faults
def test_two_hundred_that_wait_a_night_for_their_snapshots_take_six_calls_each(machines: World) -> None:
    # All were in use until shortly before, and each snapshot comes at another time of the next twelve hours.
    fleet = machines.fleet(MACHINES, snapshot_age_s=HOUR, seen_s=HOUR / 2, spread_s=0)
    now = machines.aws.workspaces.now()
    for number, one in enumerate(fleet):
        workspace = machines.aws.workspaces.workspaces[one]
        older = 10 * HOUR * number / MACHINES
        workspace.stages[0] = workspace.stages[0].__class__(workspace.stages[0].start - older, "AVAILABLE")
        workspace.sessions[-1].end = now - HOUR / 2
    machines.aws.reset_calls()
    run = machines.run(canary="5", max_concurrent=50, rate=AWS_RATE)
    assert machines.over(run, 48 * HOUR) == "done"
    assert sorted(machines.rebuilt) == sorted(fleet)
    assert per_machine(machines) <= 6, machines.aws.calls()
    assert machines.throttled == 0


@pytest.mark.faults
def test_two_hundred_whose_people_work_until_the_evening_take_six_calls_each(machines: World) -> None:
    fleet = machines.fleet(MACHINES, snapshot_age_s=HOUR, seen_s=10 * HOUR, connected=True, spread_s=10 * HOUR)
    machines.aws.reset_calls()
    run = machines.run(canary="5", max_concurrent=50, rate=AWS_RATE, wait_s=36 * HOUR)
    machines.after(3 * HOUR)
    assert machines.rebuilt == []
    machines.disconnect(*fleet)
    assert machines.over(run, 48 * HOUR) == "done"
    assert sorted(machines.rebuilt) == sorted(fleet)
    assert per_machine(machines) <= 6, machines.aws.calls()
    assert machines.throttled == 0
