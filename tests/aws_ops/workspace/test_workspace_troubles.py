"""What AWS does wrong, refuses, or does not answer."""

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from aws_ops.workspaces import NewWorkSpace
from aws_ops.workspaces_api import Api
from sandbox.aws.workspaces_seed import ALWAYS_ON, BROKEN, CORP, MIKAS, NEWCOMERS, RENS, STANDARD, STOPPED
from tests.aws_ops.run_world import HOUR, MIKA, MINUTE, ODA, TICK
from tests.aws_ops.workspace.world import REBOOT, REBUILD, World

pytestmark = pytest.mark.faults


def lost(monkeypatch: pytest.MonkeyPatch, operation: str, *, done: bool) -> list[int]:
    """The first answer to this operation ("rebuild_workspaces") is lost, and it was done or not; all are counted."""
    real, calls = Api.call, list[int]()

    def call(api: Api, named: str, **params: Any) -> dict[str, Any]:
        if named != operation:
            return real(api, named, **params)
        calls.append(1)
        answer = real(api, named, **params) if done or len(calls) > 1 else {}
        if len(calls) == 1:
            raise ReadTimeoutError(endpoint_url="https://workspaces")
        return answer

    monkeypatch.setattr(Api, "call", call)
    return calls


# -- refused ---------------------------------------------------------------------------------------------------------


def test_each_element_of_failed_requests_is_the_outcome_of_its_workspace(world: World) -> None:
    world.aws.fault("WorkSpaces", error="failed-request", times=1)
    run = world.run("reboot", MIKAS, RENS, owner=None)
    world.until(run, "failed")
    outcomes = {target["id"]: (target["outcome"], target["error"]) for target in world.card["targets"]}
    assert outcomes == {
        MIKAS: ("failed", "InternalServiceError: An internal error occurred. Try again later."),
        RENS: ("done", None),
    }
    assert (world.card["done"], world.card["failed"]) == (1, 1)


def test_a_rebuild_in_failed_requests_is_a_failure_and_is_not_asked_for_again(world: World) -> None:
    world.aws.fault("WorkSpaces", error="failed-request", times=1)
    run = world.run()
    assert world.phase(run) == "failed"
    assert world.target["error"] == "InternalServiceError: An internal error occurred. Try again later."
    assert world.calls("RebuildWorkspaces") == 1
    assert world.locks() == []
    assert world.desk.table.get(f"WS#{MIKAS}", "REBUILT") is None


def test_what_aws_refuses_is_a_failure_that_names_the_refusal(world: World) -> None:
    world.aws.fault("WorkSpaces", "RestoreWorkspace", error="OperationNotSupportedException")
    run = world.run("restore")
    assert world.phase(run) == "failed"
    assert world.target["error"] == "AWS refused RestoreWorkspace: OperationNotSupportedException"


def test_a_change_in_nobodys_name_is_refused_by_aws_and_told(world: World) -> None:
    run = world.run("reboot", role=None)
    assert world.phase(run) == "failed"
    assert world.target["error"] == "AWS refused RebootWorkspaces: AccessDeniedException"


def test_a_role_that_cannot_be_assumed_is_told(world: World) -> None:
    run = world.run("reboot", role="arn:aws:iam::123456789012:role/nobodys")
    assert world.phase(run) == "failed"
    assert world.target["error"].startswith("AWS refused AssumeRole: ")


def test_a_user_that_no_directory_has_cannot_get_one(world: World) -> None:
    run = world.create(NewWorkSpace(CORP, "nobody", STANDARD))
    assert world.phase(run) == "failed"
    assert world.target["error"].startswith("ResourceNotFound.User: ")
    assert world.target["id"] == ""


# -- throttled -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["RebuildWorkspaces", "DescribeWorkspaces", "DescribeWorkspaceSnapshots"])
def test_throttled_five_times_it_is_done_once(world: World, operation: str) -> None:
    order = world.order()
    world.aws.fault("WorkSpaces", operation, error="ThrottlingException", times=5)
    run = world.ask(order).run
    assert run is not None
    world.until(run, "done")
    assert world.calls("RebuildWorkspaces") == 1
    assert world.aws.calls()["throttled"] == {f"WorkSpaces.{operation}": 5}


def test_throttled_for_long_it_says_so_and_is_done_at_a_later_look(world: World) -> None:
    order = world.order()
    world.aws.fault("WorkSpaces", "RebuildWorkspaces", error="ThrottlingException", times=15)
    run = world.ask(order).run
    assert run is not None
    assert (world.phase(run), world.blocked(run)) == ("waiting", "throttled")
    world.after(3 * TICK)
    assert world.state(MIKAS) == "REBUILDING"
    assert world.calls("RebuildWorkspaces") == 1
    world.until(run, "done")


def test_what_cannot_be_read_is_tried_again_and_said_when_it_lasts(world: World) -> None:
    order = world.order()
    world.aws.fault("WorkSpaces", "DescribeWorkspaces", error="AccessDeniedException", times=7)
    run = world.ask(order).run
    assert run is not None
    assert (world.phase(run), world.blocked(run)) == ("waiting", "unknown")
    world.after(3 * TICK)
    assert world.facts[-1].data["problem"] is None
    world.after(3 * TICK)
    assert world.card["problem"] == "AWS refused DescribeWorkspaces: AccessDeniedException"
    world.until(run, "done")
    assert world.card["problem"] is None


# -- it ends badly, or never begins ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "target", "fault", "error"),
    [
        ("rebuild", MIKAS, "rebuild-ends-in-error", "The computer of the WorkSpace could not join the domain."),
        ("restore", MIKAS, "restore-ends-in-error", "The computer of the WorkSpace could not join the domain."),
        ("reboot", MIKAS, "reboot-ends-unhealthy", "The WorkSpace does not answer health checks."),
        ("start", STOPPED, "start-ends-in-error", "The computer of the WorkSpace could not join the domain."),
    ],
)
def test_one_that_ends_broken_has_failed_with_what_aws_says(
    world: World, op: str, target: str, fault: str, error: str
) -> None:
    world.aws.fault("WorkSpaces", error=fault)
    run = world.run(op, target)
    world.until(run, "failed")
    assert (world.target["outcome"], world.target["error"]) == ("failed", error)
    assert world.locks(target) == []


def test_a_broken_one_that_is_rebuilt_is_whole_again(world: World) -> None:
    world.aws.snapshot_workspace(BROKEN)
    run = world.run("rebuild", BROKEN, requester=MIKA, owner_consents=True)
    assert world.state(BROKEN) == "REBUILDING"
    world.until(run, "done")


def test_a_new_one_that_ends_broken_has_failed(world: World) -> None:
    world.aws.fault("WorkSpaces", error="create-ends-in-error")
    run = world.create(NewWorkSpace(CORP, NEWCOMERS[0], STANDARD))
    world.until(run, "failed")
    assert world.target["error"] == "The computer of the WorkSpace could not join the domain."


@pytest.mark.parametrize(("op", "target"), [("rebuild", MIKAS), ("start", STOPPED), ("terminate", MIKAS)])
def test_what_aws_accepts_and_never_begins_has_failed(world: World, op: str, target: str) -> None:
    order = world.order(op, target)
    world.aws.fault("WorkSpaces", error="never-begins")
    run = world.ask(order).run
    assert run is not None
    world.after(9 * MINUTE)
    assert world.phase(run) == "following"
    world.after(2 * MINUTE)
    assert world.phase(run) == "failed"
    assert world.target["error"] == "AWS accepted it and never began"


def test_without_a_snapshot_nothing_is_rebuilt(world: World) -> None:
    world.aws.snapshot_workspace(MIKAS, taken=False)
    run = world.run()
    assert world.phase(run) == "failed"
    assert world.target["error"] == "AWS has no snapshot of it"
    assert world.calls("RebuildWorkspaces") == 0
    assert "WorkspaceBegun" not in world.names


def test_one_that_was_rebuilt_in_the_console_meanwhile_is_not_rebuilt_again(world: World) -> None:
    world.aws.connect_workspace(MIKAS)
    run = world.run()
    world.aws.workspaces.change("rebuild", MIKAS)
    world.after(TICK)
    assert (world.target["outcome"], world.target["error"]) == ("skipped", "it is REBUILDING already")
    assert world.phase(run) == "done"
    assert world.calls("RebuildWorkspaces") == 0


def test_one_that_is_gone_before_it_was_its_turn_has_failed(world: World) -> None:
    run = world.run("reboot", "ws-0nowhere0")
    assert world.phase(run) == "failed"
    assert world.target["error"] == "AWS has no such WorkSpace any more"


def test_one_that_somebody_deletes_while_it_is_rebuilt_has_failed(world: World) -> None:
    run = world.run()
    world.aws.workspaces.terminate(MIKAS)
    world.until(run, "failed")
    assert world.target["error"] == "AWS has no such WorkSpace any more"


def test_what_takes_long_is_said_once_and_followed_further(world: World) -> None:
    world.aws.pace.workspace_rebuild_s = 3 * HOUR
    run = world.run(tick_s=10 * MINUTE)
    world.after(2 * HOUR + 30 * MINUTE)
    assert world.phase(run) == "following"
    assert len(world.said("WorkspaceLate")) == 1
    world.until(run, "done")


def test_what_cannot_be_started_is_told_at_once(world: World) -> None:
    run = world.run("start", BROKEN)
    assert world.phase(run) == "failed"
    assert world.target["error"] == "it is ERROR"
    assert world.phase(world.run("stop", ALWAYS_ON)) == "failed"
    assert world.phase(world.run("start", MIKAS)) == "done"
    assert world.calls("StartWorkspaces") + world.calls("StopWorkspaces") == 0


# -- the answer is lost ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "operation"),
    [("rebuild", "rebuild_workspaces"), ("restore", "restore_workspace"), ("reboot", "reboot_workspaces")],
)
def test_a_lost_answer_is_resolved_by_looking_and_nothing_is_done_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, op: str, operation: str
) -> None:
    calls = lost(monkeypatch, operation, done=True)
    run = world.run(op)
    world.until(run, "done")
    assert len(calls) == 1
    assert world.target["outcome"] == "done"


def test_a_rebuild_that_was_over_before_anybody_looked_is_known_by_its_new_address(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.aws.pace.workspace_rebuild_s = 10
    lost(monkeypatch, "rebuild_workspaces", done=True)
    order = world.order()
    world.before_next(
        "WorkSpaces.RebuildWorkspaces",
        lambda: world.aws.fault("WorkSpaces", "DescribeWorkspaces", error="AccessDeniedException"),
    )
    run = world.ask(order).run
    assert run is not None
    world.until(run, "done")
    assert world.calls("RebuildWorkspaces") == 1


def test_a_rebuild_that_aws_never_got_is_asked_for_once_more_when_three_looks_show_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = lost(monkeypatch, "rebuild_workspaces", done=False)
    run = world.run()
    world.after(2 * TICK)
    assert len(calls) == 1
    world.after(TICK)
    assert len(calls) == 2
    world.until(run, "done")
    assert world.calls("RebuildWorkspaces") == 1


def test_a_rebuild_that_aws_begins_late_is_still_ours(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = lost(monkeypatch, "rebuild_workspaces", done=False)
    world.run()
    world.aws.connect_workspace(MIKAS)
    world.after(4 * TICK)
    world.aws.workspaces.change("rebuild", MIKAS)
    world.after(REBUILD + TICK)
    assert len(calls) == 1
    assert (world.target["outcome"], world.card["phase"]) == ("done", "done")


def test_whoever_connects_before_it_is_asked_for_again_is_not_thrown_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = lost(monkeypatch, "rebuild_workspaces", done=False)
    run = world.run()
    world.aws.connect_workspace(MIKAS)
    world.after(5 * TICK)
    assert (len(calls), world.blocked(run)) == (1, "connected")
    world.aws.disconnect_workspace(MIKAS)
    world.until(run, "done")


def test_a_new_one_whose_id_was_lost_is_found_by_its_user_and_not_made_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost(monkeypatch, "create_workspaces", done=True)
    run = world.create(NewWorkSpace(CORP, NEWCOMERS[0], STANDARD))
    world.until(run, "done")
    assert world.calls("CreateWorkspaces") == 1
    assert world.state(world.target["id"]) == "AVAILABLE"


def test_a_fault_of_awss_own_is_no_answer(world: World) -> None:
    order = world.order("reboot")
    world.aws.fault("WorkSpaces", "RebootWorkspaces", error="InternalServerError")
    run = world.ask(order).run
    assert run is not None
    world.until(run, "done")
    assert world.target["error"] is None
    assert world.actors("RebootWorkspaces") == {ODA}
    assert world.card["finished"] - world.card["started"] >= REBOOT


def test_a_write_that_is_lost_after_the_call_does_nothing_twice(world: World) -> None:
    order = world.order()
    refuse = {"error": "AccessDeniedException", "times": 1}
    world.before_next(
        "WorkSpaces.RebuildWorkspaces", lambda: world.aws.fault("DynamoDB", "TransactWriteItems", **refuse)
    )
    run = world.ask(order).run
    assert run is not None
    world.until(run, "done", within=REBUILD + 3 * TICK)
    assert world.calls("RebuildWorkspaces") == 1
