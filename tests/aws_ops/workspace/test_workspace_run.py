"""What each operation does when nothing goes wrong: from the request to the real end state."""

from typing import get_args, is_typeddict

import pytest

from aws_ops.workflows import workspace_facts
from aws_ops.workspace_runs import Standing
from aws_ops.workspaces import NewWorkSpace
from sandbox.aws.workspaces_seed import (
    ALWAYS_ON,
    CORP,
    IN_MAINTENANCE,
    MIKAS,
    NEWCOMERS,
    RENS,
    STANDARD,
    STOPPED,
)
from tests.aws_ops.run_world import MIKA, MINUTE, ODA, PLACE, REN, TICK
from tests.aws_ops.workspace.world import CREATE, REBUILD, World


def test_a_rebuild_is_followed_from_the_request_to_available(world: World) -> None:
    run = world.run()
    assert world.state(MIKAS) == "REBUILDING"
    assert world.phase(run) == "following"
    assert world.target["state"] == "REBUILDING", "seen at once"
    assert sorted(world.locks()) == ["ACTING", "ASKED"]

    world.after(REBUILD + TICK)
    assert world.phase(run) == "done"
    assert world.state(MIKAS) == "AVAILABLE"
    assert (world.target["outcome"], world.target["error"]) == ("done", None)
    assert world.names == ["WorkspaceAsked", "WorkspaceBegun", "WorkspaceFinished"]
    assert (world.card["done"], world.card["failed"], world.card["total"]) == (1, 0, 1)
    assert world.card["finished"] == world.card["targets"][0]["finished"] <= world.now
    assert world.locks() == []
    assert world.calls("RebuildWorkspaces") == 1
    assert world.actors("RebuildWorkspaces") == {ODA}
    assert world.actors("DescribeWorkspaces") == {None}
    rebuilt = world.desk.table.get(f"WS#{MIKAS}", "REBUILT")
    assert rebuilt is not None
    assert (rebuilt["by"], rebuilt["run"], rebuilt["at"]) == (ODA, run, world.target["requested"])


def test_what_belongs_to_a_run_goes_with_it_and_its_place_is_told_discreetly(world: World) -> None:
    run = world.run()
    world.until(run, "done")
    items = world.desk.table.query(f"RUN#{run}")
    assert {item["sk"].split("#")[0] for item in items} == {"META", "ITEM", "PLACE"}
    assert all(item["expires"] > world.now for item in items)
    assert [(item["place"], item["discreet"]) for item in items if item["sk"].startswith("PLACE")] == [(PLACE, True)]


def test_one_that_is_stopped_is_rebuilt_and_stays_stopped(world: World) -> None:
    run = world.run("rebuild", STOPPED)
    world.until(run, "done")
    assert world.state(STOPPED) == "STOPPED"


def test_a_restore_is_followed_too(world: World) -> None:
    run = world.run("restore")
    assert world.state(MIKAS) == "RESTORING"
    world.until(run, "done")
    assert world.calls("RestoreWorkspace") == 1
    assert world.actors("RestoreWorkspace") == {ODA}


@pytest.mark.parametrize(
    ("op", "target", "moving", "end"),
    [
        ("start", STOPPED, "STARTING", "AVAILABLE"),
        ("stop", MIKAS, "STOPPING", "STOPPED"),
        ("reboot", MIKAS, "REBOOTING", "AVAILABLE"),
        ("maintenance-on", MIKAS, "ADMIN_MAINTENANCE", "ADMIN_MAINTENANCE"),
        ("maintenance-off", IN_MAINTENANCE, "AVAILABLE", "AVAILABLE"),
    ],
)
def test_what_does_not_destroy_is_followed_to_its_end(
    world: World, op: str, target: str, moving: str, end: str
) -> None:
    run = world.run(op, target)
    assert world.state(target) == moving
    world.until(run, "done", within=10 * MINUTE)
    assert world.state(target) == end
    assert world.names[:2] == ["WorkspaceAsked", "WorkspaceBegun"]
    assert world.facts[-1].name == "WorkspaceFinished"
    assert world.locks(target) == []


def test_a_terminated_one_is_gone_only_when_aws_knows_it_no_more(world: World) -> None:
    run = world.run("terminate")
    world.after(TICK)
    assert world.state(MIKAS) == "TERMINATING"
    assert world.phase(run) == "following"
    world.until(run, "done")
    assert world.state(MIKAS) == "gone"
    assert world.target["state"] is None


def test_a_new_one_is_followed_until_it_is_available_although_it_is_not_listed_at_once(world: World) -> None:
    new = NewWorkSpace(CORP, NEWCOMERS[0], STANDARD, tags=(("Env", "Prod"),))
    run = world.create(new)
    assert world.target["id"].startswith("ws-")
    assert world.target["user"] == NEWCOMERS[0]
    world.after(CREATE + 2 * TICK)
    assert world.phase(run) == "done"
    assert world.state(world.target["id"]) == "AVAILABLE"
    assert world.calls("CreateWorkspaces") == 1
    assert world.desk.table.query(f"LOCK#ws#{CORP}/{NEWCOMERS[0]}") == []


def test_many_at_once_are_each_told_of_and_what_cannot_be_done_is_left_out(world: World) -> None:
    run = world.run("stop", MIKAS, RENS, STOPPED, ALWAYS_ON, owner=None)
    world.until(run, "failed")
    assert world.calls("StopWorkspaces") == 1
    outcomes = {target["id"]: (target["outcome"], target["error"]) for target in world.card["targets"]}
    assert outcomes == {
        MIKAS: ("done", None),
        RENS: ("done", None),
        STOPPED: ("skipped", "it is STOPPED already"),
        ALWAYS_ON: ("failed", "its running mode is ALWAYS_ON"),
    }
    assert (world.card["done"], world.card["failed"], world.card["skipped"]) == (2, 1, 1)
    assert world.card["targets"][0]["id"] == ALWAYS_ON, "what failed stands first"


def test_a_fleet_is_asked_for_in_batches_of_25_and_looked_at_25_a_call(world: World) -> None:
    fleet = sorted(one.id for one in world.aws.workspaces.workspaces.values() if world.state(one.id) == "AVAILABLE")
    fleet = fleet[:30]
    run = world.run("reboot", *fleet, owner=None)
    assert world.calls("RebootWorkspaces") == 2
    world.aws.reset_calls()
    world.after(TICK)
    assert world.calls("DescribeWorkspaces") == 2
    world.until(run, "done")
    assert (world.card["done"], world.card["total"], len(world.card["targets"])) == (30, 30, 30)


def test_several_are_terminated_and_others_may_ask_nothing_destroying_of_them_meanwhile(world: World) -> None:
    run = world.run("terminate", MIKAS, RENS, owner=None)
    busy = world.ask(world.order("rebuild", requester=MIKA, digest=None))
    assert (busy.run, busy.busy) == (None, (Standing(MIKAS, run, "terminate", ODA),))
    world.until(run, "done")
    assert [world.state(MIKAS), world.state(RENS)] == ["gone", "gone"]


def test_while_a_rebuild_waits_it_may_be_rebooted_and_not_be_rebuilt_again(world: World) -> None:
    world.aws.connect_workspace(MIKAS)
    first = world.run()
    assert world.ask(world.order(requester=REN)).busy == (Standing(MIKAS, first, "rebuild", ODA),)
    reboot = world.run("reboot", requester=MIKA)
    assert world.state(MIKAS) == "REBOOTING"
    assert world.ask(world.order("stop")).busy == (Standing(MIKAS, reboot, "reboot", MIKA),)
    world.until(reboot, "done")


def test_a_lock_of_a_run_that_is_over_shuts_nobody_out(world: World) -> None:
    old = {"run": "workspace-old", "op": "rebuild", "by": REN}
    world.desk.table.put({"pk": f"LOCK#ws#{MIKAS}", "sk": "ASKED", **old})
    world.desk.table.put({"pk": f"LOCK#ws#{MIKAS}", "sk": "ACTING", **old})
    world.until(world.run(), "done")


def test_a_look_makes_few_calls(world: World) -> None:
    world.aws.connect_workspace(MIKAS)
    world.run()
    world.after(TICK)
    world.aws.reset_calls()
    world.after(3 * TICK)
    calls = {name: count / 3 for name, count in world.aws.calls().items() if isinstance(count, int)}
    assert {name: count for name, count in calls.items() if name.startswith("WorkSpaces")} == {
        "WorkSpaces.DescribeWorkspaces": 1,
        "WorkSpaces.DescribeWorkspacesConnectionStatus": 1,
    }


def test_every_fact_has_a_type_and_every_type_is_a_fact() -> None:
    shapes = {name for name, found in vars(workspace_facts).items() if is_typeddict(found)}
    assert {name for name in shapes if not name.endswith("Shown")} - {"WorkspaceSnapshot"} == set(
        get_args(workspace_facts.WorkspaceFact)
    )
