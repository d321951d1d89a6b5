"""What changes between asking and doing, and what must not be done for that reason."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from aws_ops import brake, runs, workspaces
from aws_ops.workflows.workspace_look import Run
from aws_ops.workflows.workspace_ticks import tick, work
from aws_ops.workspaces import WorkSpace
from aws_ops.workspaces_api import Api
from sandbox.aws.workspaces_seed import ENCRYPTED, KEY, MIKAS, RENS
from tests.aws_ops.run_world import ADA, HOUR, MIKA, ODA, REN, TICK
from tests.aws_ops.workspace.test_workspace_troubles import lost
from tests.aws_ops.workspace.world import ASK, World

pytestmark = pytest.mark.faults

PROTECT = "deskside:protect"


@pytest.fixture
def connected(world: World) -> World:
    """Mika is at work."""
    world.aws.connect_workspace(MIKAS)
    return world


def tag(world: World, workspace: str, key: str, value: str = "") -> None:
    world.aws.workspaces.workspaces[workspace].tags[key] = value


def look_at_once(world: World, run: str) -> Any:
    """Another look of the same execution, as where one was believed dead and was not."""
    return tick(Run.of(json.loads(runs.payload(world.meta(run))), world.desk), work)


# -- a tag that protects ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protect", [PROTECT, f"{PROTECT}=yes"])
def test_one_that_was_protected_while_it_waited_is_left_alone(connected: World, protect: str) -> None:
    run = connected.run(protect=protect)
    tag(connected, MIKAS, PROTECT, "yes")
    connected.aws.disconnect_workspace(MIKAS)
    connected.until(run, "failed")
    assert connected.target["error"] == f"it is protected by the tag {protect}"
    assert connected.calls("RebuildWorkspaces") == 0


def test_another_value_of_the_tag_protects_nothing(world: World) -> None:
    tag(world, MIKAS, PROTECT, "no")
    run = world.run(protect=f"{PROTECT}=yes")
    assert world.state(MIKAS) == "REBUILDING"
    world.until(run, "done")


def test_whether_it_is_protected_cannot_be_read_so_it_waits(world: World) -> None:
    order = world.order(protect=PROTECT)
    world.aws.fault("WorkSpaces", "DescribeTags", error="AccessDeniedException", times=1)
    run = world.ask(order).run
    assert run is not None
    assert (world.phase(run), world.blocked(run)) == ("waiting", "unknown")
    world.after(TICK)
    assert world.state(MIKAS) == "REBUILDING"


@pytest.mark.parametrize("op", ["terminate", "reboot"])
def test_of_several_one_that_was_protected_while_they_waited_is_left_alone(world: World, op: str) -> None:
    brake.pull(world.desk, ODA, "wait")
    run = world.run(op, MIKAS, RENS, owner=None, protect=PROTECT)
    tag(world, MIKAS, PROTECT)
    brake.release(world.desk)
    world.until(run, "failed")
    outcomes = {target["id"]: (target["outcome"], target["error"]) for target in world.card["targets"]}
    assert outcomes == {RENS: ("done", None), MIKAS: ("failed", f"it is protected by the tag {PROTECT}")}
    assert world.state(MIKAS) == "AVAILABLE"


def test_whether_several_are_protected_cannot_be_read_so_they_wait(world: World) -> None:
    order = world.order("reboot", MIKAS, RENS, owner=None, protect=PROTECT)
    world.aws.fault("Resource Groups Tagging API", "GetResources", error="AccessDeniedException", times=1)
    run = world.ask(order).run
    assert run is not None
    assert (world.phase(run), world.blocked(run), world.calls("RebootWorkspaces")) == ("waiting", "unknown", 0)
    world.until(run, "done")


def test_one_that_became_somebody_elses_by_its_tag_is_left_alone(world: World) -> None:
    tag(world, MIKAS, "Owner", MIKA)
    run = world.run(ask_s=ASK, owned_by=("Owner", MIKA))
    world.answer(run, "tonight", world.now + HOUR)
    tag(world, MIKAS, "Owner", REN)
    world.until(run, "void")
    assert world.calls("RebuildWorkspaces") == 0


# -- consent ---------------------------------------------------------------------------------------------------------


def test_a_word_of_hours_ago_throws_nobody_out(connected: World) -> None:
    run = connected.run(ask_s=ASK, patience_s=12 * HOUR)
    brake.pull(connected.desk, ODA, "wait")
    connected.answer(run, "now")
    connected.after(2 * HOUR)
    brake.release(connected.desk)
    connected.after(2 * TICK)
    assert (connected.phase(run), connected.blocked(run)) == ("waiting", "connected")
    connected.answer(run, "now")
    connected.until(run, "done")


def test_who_asked_for_their_own_hours_ago_is_not_thrown_out(connected: World) -> None:
    brake.pull(connected.desk, ODA, "wait")
    run = connected.run(requester=MIKA, owner_consents=True, patience_s=12 * HOUR)
    connected.after(2 * HOUR)
    brake.release(connected.desk)
    connected.after(2 * TICK)
    assert (connected.phase(run), connected.blocked(run)) == ("waiting", "connected")
    connected.aws.disconnect_workspace(MIKAS)
    connected.until(run, "done")


@pytest.mark.parametrize("op", ["reboot", "stop"])
def test_who_came_while_it_waited_for_hours_is_not_thrown_out(world: World, op: str) -> None:
    brake.pull(world.desk, ODA, "wait")
    run = world.run(op, patience_s=12 * HOUR)
    world.aws.connect_workspace(MIKAS)
    world.after(2 * HOUR)
    brake.release(world.desk)
    world.after(2 * TICK)
    assert (world.phase(run), world.blocked(run)) == ("waiting", "connected")
    world.aws.disconnect_workspace(MIKAS)
    world.until(run, "done")


def test_a_word_for_tonight_counts_from_then_on(connected: World) -> None:
    run = connected.run(ask_s=ASK)
    connected.answer(run, "tonight", connected.now + 5 * HOUR)
    connected.until(run, "done", within=7 * HOUR)


def test_what_aws_did_not_take_can_still_be_declined_and_cancelled(world: World) -> None:
    world.aws.fault("WorkSpaces", "RebuildWorkspaces", error="ThrottlingException", times=100)
    run = world.run(ask_s=ASK)
    world.answer(run, "now")
    world.after(TICK)
    assert (world.phase(run), world.blocked(run)) == ("waiting", "throttled")
    assert world.answer(run, "no").state == "taken"
    world.until(run, "declined")
    other = world.run("rebuild", RENS, owner=REN)
    assert world.cancel(other)
    world.until(other, "cancelled")
    world.aws.clear_faults()
    world.after(10 * TICK)
    assert (world.state(MIKAS), world.state(RENS)) == ("AVAILABLE", "AVAILABLE")
    assert (world.locks(MIKAS), world.locks(RENS)) == ([], [])


# -- twice -----------------------------------------------------------------------------------------------------------


def test_two_looks_of_one_execution_at_once_ask_aws_once(world: World) -> None:
    again = []
    order = world.order()

    def meanwhile() -> None:
        (run,) = (row.id for row in runs.runs(world.desk))
        again.append(look_at_once(world, run))

    world.before_next("WorkSpaces.DescribeWorkspaceSnapshots", meanwhile)
    run = world.ask(order).run
    assert run is not None
    assert again == [None]
    assert world.calls("RebuildWorkspaces") == 1
    world.until(run, "done")
    assert world.calls("RebuildWorkspaces") == 1


def test_a_run_whose_lock_was_lost_does_nothing_beside_the_one_that_took_it(connected: World) -> None:
    run = connected.run()
    connected.desk.table.delete(f"LOCK#ws#{MIKAS}", "ASKED")
    other = connected.run(requester=ADA)
    connected.aws.disconnect_workspace(MIKAS)
    connected.until(other, "done")
    connected.until(run, "done")
    assert connected.actors("RebuildWorkspaces") == {ADA}
    assert connected.calls("RebuildWorkspaces") == 1


def test_a_deletion_is_not_over_because_one_answer_lacks_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lost(monkeypatch, "terminate_workspaces", done=False)
    described, empty = workspaces.describe, list[str]()

    def describe(api: Api, ids: Iterable[str]) -> dict[str, WorkSpace]:
        if world.phase(run) != "waiting" and not empty:
            empty.append("this one")
            return {}
        return described(api, ids)

    world.aws.connect_workspace(MIKAS)
    run = world.run("terminate")
    monkeypatch.setattr(workspaces, "describe", describe)
    world.aws.disconnect_workspace(MIKAS)
    world.until(run, "done")
    assert (len(empty), world.state(MIKAS)) == (1, "gone")


def test_a_failure_without_an_id_is_nobodys_until_they_were_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Api.call

    def call(api: Api, named: str, **params: Any) -> dict[str, Any]:
        answer = real(api, named, **params)
        return {**answer, "FailedRequests": [{"ErrorCode": "New"}]} if named == "reboot_workspaces" else answer

    monkeypatch.setattr(Api, "call", call)
    run = world.run("reboot", MIKAS, RENS, owner=None)
    world.until(run, "done")
    assert {target["outcome"] for target in world.card["targets"]} == {"done"}
    assert world.calls("RebootWorkspaces") == 1


@pytest.mark.parametrize(("op", "operation"), [("reboot", "reboot_workspaces"), ("restore", "restore_workspace")])
def test_what_may_have_been_over_while_nobody_could_look_is_not_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch, op: str, operation: str
) -> None:
    world.aws.pace.workspace_reboot_s = world.aws.pace.workspace_restore_s = 10
    calls = lost(monkeypatch, operation, done=True)
    order = world.order(op)
    world.before_next(
        "WorkSpaces." + "".join(word.capitalize() for word in operation.split("_")),
        lambda: world.aws.fault("WorkSpaces", "DescribeWorkspaces", error="AccessDeniedException", times=7),
    )
    run = world.ask(order).run
    assert run is not None
    world.until(run, "failed")
    assert len(calls) == 1
    assert world.target["error"] == "AWS did not answer, and it cannot be told any more whether it was done"


def test_a_rebuild_that_began_late_and_was_over_unseen_is_not_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.aws.pace.workspace_rebuild_s = 10
    calls = lost(monkeypatch, "rebuild_workspaces", done=False)
    run = world.run()
    world.aws.connect_workspace(MIKAS)
    world.after(4 * TICK)
    assert world.blocked(run) == "connected"
    world.aws.fault("WorkSpaces", "DescribeWorkspaces", error="AccessDeniedException", times=3)
    world.aws.workspaces.change("rebuild", MIKAS)
    world.until(run, "done")
    assert len(calls) == 1


def test_a_refusal_of_the_second_try_is_looked_at_before_it_is_believed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost(monkeypatch, "restore_workspace", done=False)
    order = world.order("restore")
    run = world.ask(order).run
    assert run is not None
    world.after(2 * TICK)
    # AWS took the first one after all, and begins just when it is asked again.
    world.before_next("WorkSpaces.RestoreWorkspace", lambda: world.aws.workspaces.change("restore", MIKAS))
    world.until(run, "done")


# -- what it would be made from --------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ["rebuild", "restore"])
def test_one_whose_key_was_disabled_while_it_waited_is_left_alone(world: World, op: str) -> None:
    brake.pull(world.desk, ODA, "wait")
    run = world.run(op, ENCRYPTED)
    world.aws.workspaces.keys[KEY].enabled = False
    brake.release(world.desk)
    world.until(run, "failed")
    assert world.target["error"] == "the KMS key of its volumes is not enabled"
    assert world.state(ENCRYPTED) == "AVAILABLE"
