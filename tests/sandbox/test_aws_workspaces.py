"""The simulated WorkSpaces as boto3 sees them: what may be done in which state, what follows, and where it ends."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.faults import Fault
from sandbox.aws.refused import Refused
from sandbox.aws.workspaces_rules import QUIRKS
from sandbox.aws.workspaces_seed import (
    ALWAYS_ON,
    BROKEN,
    CORP,
    ENCRYPTED,
    IN_MAINTENANCE,
    KEY,
    LABS,
    MIKAS,
    NEW,
    NEW_IMAGE,
    NEWCOMERS,
    OLD_IMAGE,
    POWER,
    RENS,
    STANDARD,
    STOPPED,
    UNHEALTHY,
)
from tests.sandbox.conftest import Account

WHERE = {"AVAILABLE": MIKAS, "STOPPED": STOPPED, "ERROR": BROKEN, "UNHEALTHY": UNHEALTHY, "PENDING": NEW}
ABSENT = "ws-0a1b2c3z9"
KAI = NEWCOMERS[0]


@pytest.fixture
def spaces(aws: Account) -> Any:
    """WorkSpaces in Mika's name, with no throttle, because the clock stands still."""
    aws.sandbox.pace.workspaces_per_s = aws.sandbox.pace.workspaces_burst = 10_000
    return aws.workspaces_of("mika@example.com")


def of(spaces: Any, workspace: str = MIKAS) -> Any:
    (found,) = spaces.describe_workspaces(WorkspaceIds=[workspace])["Workspaces"]
    return found


def state(spaces: Any, workspace: str = MIKAS) -> str | None:
    found = spaces.describe_workspaces(WorkspaceIds=[workspace])["Workspaces"]
    return found[0]["State"] if found else None


def ask(spaces: Any, op: str, *workspaces: str) -> Any:
    """Ask for `op` of some WorkSpaces; returns the codes of FailedRequests by WorkSpace."""
    member = f"{op.capitalize()}WorkspaceRequests"
    call = getattr(spaces, f"{op}_workspaces")
    answered = call(**{member: [{"WorkspaceId": one} for one in workspaces]})
    return {one["WorkspaceId"]: one["ErrorCode"] for one in answered["FailedRequests"]}


def status(spaces: Any, workspace: str = MIKAS) -> Any:
    """The row of the connection status; None where there is none."""
    rows = spaces.describe_workspaces_connection_status(WorkspaceIds=[workspace])["WorkspacesConnectionStatus"]
    return rows[0] if rows else None


def connection(spaces: Any, workspace: str = MIKAS) -> str | None:
    row = status(spaces, workspace)
    return None if row is None else row["ConnectionState"]


def snapshot(spaces: Any, workspace: str = MIKAS) -> datetime | None:
    told = spaces.describe_workspace_snapshots(WorkspaceId=workspace)
    assert told["RebuildSnapshots"] == told["RestoreSnapshots"]
    return told["RebuildSnapshots"][0]["SnapshotTime"] if told["RebuildSnapshots"] else None


def create(spaces: Any, user: str = KAI, **more: Any) -> Any:
    request = {"DirectoryId": CORP, "UserName": user, "BundleId": STANDARD, **more}
    return spaces.create_workspaces(Workspaces=[request])


def refused(code: str, call: Callable[..., Any], **params: Any) -> None:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] == code


# ---- which state allows what: written by hand from AWS's pages


@pytest.mark.parametrize(
    ("op", "allowed"),
    [
        ("start", {"STOPPED"}),
        ("stop", {"AVAILABLE", "UNHEALTHY", "ERROR"}),
        ("reboot", {"AVAILABLE", "UNHEALTHY"}),
        ("rebuild", {"AVAILABLE", "UNHEALTHY", "ERROR", "STOPPED"}),
    ],
)
def test_each_operation_is_for_certain_states_and_says_so_in_a_200(spaces: Any, op: str, allowed: set[str]) -> None:
    codes = {name: ask(spaces, op, workspace).get(workspace) for name, workspace in WHERE.items()}
    assert {name for name, code in codes.items() if code is None} == allowed
    assert {code for code in codes.values() if code is not None} == {"InvalidResourceState"}


@pytest.mark.parametrize(
    ("op", "begins", "moving", "ends", "seconds"),
    [
        ("start", STOPPED, "STARTING", "AVAILABLE", "workspace_start_s"),
        ("stop", MIKAS, "STOPPING", "STOPPED", "workspace_stop_s"),
        ("reboot", MIKAS, "REBOOTING", "AVAILABLE", "workspace_reboot_s"),
        ("rebuild", MIKAS, "REBUILDING", "AVAILABLE", "workspace_rebuild_s"),
        ("rebuild", STOPPED, "REBUILDING", "STOPPED", "workspace_rebuild_s"),
        ("rebuild", BROKEN, "REBUILDING", "AVAILABLE", "workspace_rebuild_s"),
    ],
)
def test_an_operation_takes_its_time_and_ends_where_it_should(
    aws: Account, spaces: Any, op: str, begins: str, moving: str, ends: str, seconds: str
) -> None:
    setattr(aws.sandbox.pace, seconds, 1800)
    assert ask(spaces, op, begins) == {}
    aws.clock.advance(1799)
    assert state(spaces, begins) == moving
    aws.clock.advance(1)
    assert state(spaces, begins) == ends
    assert "ErrorCode" not in of(spaces, begins)


def test_restore_takes_one_with_a_snapshot_and_raises(aws: Account, spaces: Any) -> None:
    spaces.restore_workspace(WorkspaceId=MIKAS)
    assert state(spaces) == "RESTORING"
    refused("OperationNotSupportedException", spaces.restore_workspace, WorkspaceId=MIKAS)
    refused("OperationNotSupportedException", spaces.restore_workspace, WorkspaceId=NEW)
    refused("ResourceNotFoundException", spaces.restore_workspace, WorkspaceId=ABSENT)
    aws.clock.advance(aws.sandbox.pace.workspace_restore_s)
    assert state(spaces) == "AVAILABLE"
    aws.sandbox.snapshot_workspace(RENS, taken=False)
    refused("OperationNotSupportedException", spaces.restore_workspace, WorkspaceId=RENS)


def test_what_is_always_on_is_neither_started_nor_stopped(spaces: Any) -> None:
    assert ask(spaces, "stop", ALWAYS_ON) == {ALWAYS_ON: "OperationNotSupported"}
    assert state(spaces, ALWAYS_ON) == "AVAILABLE"


def test_a_batch_goes_on_past_those_that_fail(spaces: Any) -> None:
    failed = ask(spaces, "reboot", ABSENT, MIKAS, STOPPED, RENS)
    assert failed == {ABSENT: "ResourceNotFound.Workspace", STOPPED: "InvalidResourceState"}
    assert (state(spaces, MIKAS), state(spaces, RENS)) == ("REBOOTING", "REBOOTING")


def test_maintenance_is_entered_and_left_and_ignores_everything_meanwhile(spaces: Any) -> None:
    spaces.modify_workspace_state(WorkspaceId=MIKAS, WorkspaceState="ADMIN_MAINTENANCE")
    for op in ("stop", "reboot", "rebuild", "start"):
        assert ask(spaces, op, MIKAS) == {}
    spaces.restore_workspace(WorkspaceId=MIKAS)
    assert state(spaces) == "ADMIN_MAINTENANCE"
    spaces.modify_workspace_state(WorkspaceId=MIKAS, WorkspaceState="AVAILABLE")
    assert state(spaces) == "AVAILABLE"
    change = spaces.modify_workspace_state
    refused("InvalidResourceStateException", change, WorkspaceId=STOPPED, WorkspaceState="ADMIN_MAINTENANCE")
    refused("ResourceNotFoundException", change, WorkspaceId=ABSENT, WorkspaceState="ADMIN_MAINTENANCE")
    refused("ValidationException", change, WorkspaceId=MIKAS, WorkspaceState="STOPPED")


# ---- terminating and creating


def test_what_is_terminated_is_absent_after_a_while_and_its_user_can_have_another(aws: Account, spaces: Any) -> None:
    assert ask(spaces, "terminate", MIKAS, IN_MAINTENANCE, NEW, BROKEN) == {}
    assert state(spaces) == "TERMINATING"
    assert create(spaces, "mika")["FailedRequests"][0]["ErrorCode"] == "ResourceExists.WorkSpace"
    aws.clock.advance(aws.sandbox.pace.workspace_terminate_s)
    assert state(spaces) is None
    assert ask(spaces, "terminate", MIKAS) == {MIKAS: "ResourceNotFound.Workspace"}
    assert create(spaces, "mika")["FailedRequests"] == []


def test_what_is_suspended_cannot_be_terminated(aws: Account, spaces: Any) -> None:
    aws.sandbox.put_workspace(MIKAS, "SUSPENDED")
    assert ask(spaces, "terminate", MIKAS) == {MIKAS: "InvalidResourceState"}


def test_a_new_one_is_not_described_at_once_and_is_there_after_its_time(aws: Account, spaces: Any) -> None:
    (pending,) = create(spaces, Tags=[{"Key": "Owner", "Value": "kai@example.com"}])["PendingRequests"]
    new = pending["WorkspaceId"]
    assert pending["State"] == "PENDING"
    assert state(spaces, new) is None
    assert create(spaces, KAI.upper())["FailedRequests"][0]["ErrorCode"] == "ResourceExists.WorkSpace"
    aws.clock.advance(aws.sandbox.pace.workspace_hidden_s)
    assert state(spaces, new) == "PENDING"
    assert "ComputerName" not in of(spaces, new)
    assert connection(spaces, new) is None
    aws.clock.advance(aws.sandbox.pace.workspace_create_s)
    there = of(spaces, new)
    assert (there["State"], there["UserName"], there["WorkspaceProperties"]["RunningMode"]) == (
        "AVAILABLE",
        KAI,
        "ALWAYS_ON",
    )
    assert there["ComputerName"].startswith("WSAMZN-")
    assert connection(spaces, new) == "DISCONNECTED"
    assert "LastKnownUserConnectionTimestamp" not in status(spaces, new)
    assert spaces.describe_tags(ResourceId=new)["TagList"] == [{"Key": "Owner", "Value": "kai@example.com"}]


def test_an_encrypted_one_takes_twice_as_long(aws: Account, spaces: Any) -> None:
    made = create(spaces, UserVolumeEncryptionEnabled=True)["PendingRequests"][0]
    assert made["VolumeEncryptionKey"] == "alias/aws/workspaces"
    aws.clock.advance(2 * aws.sandbox.pace.workspace_create_s - 1)
    assert state(spaces, made["WorkspaceId"]) == "PENDING"
    aws.clock.advance(1)
    assert state(spaces, made["WorkspaceId"]) == "AVAILABLE"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"UserName": "nobody.known"}, "ResourceNotFound.User"),
        ({"DirectoryId": "d-0000000000"}, "ResourceNotFound.Directory"),
        ({"BundleId": "wsb-000000000"}, "ResourceNotFound.Bundle"),
        ({"UserName": "mika"}, "ResourceExists.WorkSpace"),
        ({"UserName": "mika", "DirectoryId": LABS}, None),
        (
            {"WorkspaceProperties": {"RunningMode": "AUTO_STOP", "RunningModeAutoStopTimeoutInMinutes": 90}},
            "InvalidParameterValuesException",
        ),
        (
            {"WorkspaceProperties": {"RootVolumeSizeGib": 90, "UserVolumeSizeGib": 10}},
            "InvalidParameterValuesException",
        ),
        ({"WorkspaceProperties": {"RunningMode": "MANUAL", "RootVolumeSizeGib": 80, "UserVolumeSizeGib": 100}}, None),
    ],
)
def test_what_cannot_be_created_is_told_with_its_request(
    spaces: Any, changed: dict[str, Any], code: str | None
) -> None:
    answered = create(spaces, **changed)
    told = [(one["ErrorCode"], one["WorkspaceRequest"]["UserName"]) for one in answered["FailedRequests"]]
    assert told == ([] if code is None else [(code, changed.get("UserName", KAI))])
    assert len(answered["PendingRequests"]) == (code is None)


# ---- bundles, images, rebuilds


def test_a_rebuild_takes_the_image_that_the_bundle_has_then_and_a_new_address(aws: Account, spaces: Any) -> None:
    images = {one["WorkspaceId"]: one["ImageId"] for one in aws.sandbox.state()["workspaces"]}
    assert images[MIKAS] == OLD_IMAGE
    before = of(spaces)["IpAddress"]
    spaces.update_workspace_bundle(BundleId=STANDARD, ImageId=NEW_IMAGE)
    (bundle,) = spaces.describe_workspace_bundles(BundleIds=[STANDARD])["Bundles"]
    assert (bundle["ImageId"], bundle["LastUpdatedTime"]) == (NEW_IMAGE, aws.clock.now())
    assert {one["WorkspaceId"]: one["ImageId"] for one in aws.sandbox.state()["workspaces"]} == images
    ask(spaces, "rebuild", MIKAS)
    assert {one["WorkspaceId"]: one["ImageId"] for one in aws.sandbox.state()["workspaces"]} == {
        **images,
        MIKAS: NEW_IMAGE,
    }
    assert of(spaces)["IpAddress"] != before
    assert of(spaces)["ComputerName"] == "WSAMZN-A1B2C3D1"


def test_only_ones_own_bundles_get_images_that_there_are(spaces: Any) -> None:
    update = spaces.update_workspace_bundle
    refused("AccessDeniedException", update, BundleId="wsb-0a1b2c3a1", ImageId=NEW_IMAGE)
    refused("ResourceNotFoundException", update, BundleId=STANDARD, ImageId="wsi-000000000")
    refused("ResourceNotFoundException", update, BundleId="wsb-000000000", ImageId=NEW_IMAGE)


def test_a_migration_gives_its_user_another_workspace_in_place_of_theirs(aws: Account, spaces: Any) -> None:
    made = spaces.migrate_workspace(SourceWorkspaceId=MIKAS, BundleId=POWER)
    assert made["SourceWorkspaceId"] == MIKAS
    assert (state(spaces), state(spaces, made["TargetWorkspaceId"])) == ("TERMINATING", "PENDING")
    aws.clock.advance(aws.sandbox.pace.workspace_create_s)
    assert state(spaces) is None
    moved = of(spaces, made["TargetWorkspaceId"])
    assert (moved["State"], moved["UserName"], moved["BundleId"]) == ("AVAILABLE", "mika", POWER)
    refused("OperationNotSupportedException", spaces.migrate_workspace, SourceWorkspaceId=NEW, BundleId=POWER)
    refused("InvalidParameterValuesException", spaces.migrate_workspace, SourceWorkspaceId=RENS, BundleId=POWER)


def test_the_running_mode_changes_at_once_and_volumes_after_an_update(aws: Account, spaces: Any) -> None:
    change = spaces.modify_workspace_properties
    change(WorkspaceId=MIKAS, WorkspaceProperties={"RunningMode": "ALWAYS_ON"})
    assert of(spaces)["WorkspaceProperties"]["RunningMode"] == "ALWAYS_ON"
    assert "RunningModeAutoStopTimeoutInMinutes" not in of(spaces)["WorkspaceProperties"]
    change(WorkspaceId=MIKAS, WorkspaceProperties={"UserVolumeSizeGib": 100})
    assert state(spaces) == "UPDATING"
    refused("OperationInProgressException", change, WorkspaceId=MIKAS, WorkspaceProperties={"RunningMode": "MANUAL"})
    aws.clock.advance(aws.sandbox.pace.workspace_update_s)
    assert (state(spaces), of(spaces)["WorkspaceProperties"]["UserVolumeSizeGib"]) == ("AVAILABLE", 100)
    invalid = "InvalidParameterValuesException"
    refused(invalid, change, WorkspaceId=MIKAS, WorkspaceProperties={"UserVolumeSizeGib": 10})
    refused(
        invalid, change, WorkspaceId=RENS, WorkspaceProperties={"RunningMode": "MANUAL", "ComputeTypeName": "VALUE"}
    )
    refused("InvalidResourceStateException", change, WorkspaceId=NEW, WorkspaceProperties={"RunningMode": "MANUAL"})


# ---- connections and snapshots


def test_a_connection_is_seen_and_whatever_reboots_it_drops_it(aws: Account, spaces: Any) -> None:
    assert connection(spaces) == "DISCONNECTED"
    assert aws.sandbox.connect_workspace("wsamzn-a1b2c3d1") == MIKAS
    row = status(spaces)
    assert row["ConnectionState"] == "CONNECTED"
    assert row["ConnectionStateCheckTimestamp"] == row["LastKnownUserConnectionTimestamp"] == aws.clock.now()
    ask(spaces, "reboot", MIKAS)
    assert connection(spaces) == "UNKNOWN"
    aws.clock.advance(aws.sandbox.pace.workspace_reboot_s)
    row = status(spaces)
    assert row["ConnectionState"] == "DISCONNECTED"
    assert aws.clock.now() - row["LastKnownUserConnectionTimestamp"] == timedelta(
        seconds=aws.sandbox.pace.workspace_reboot_s
    )
    aws.sandbox.connect_workspace(MIKAS)
    aws.sandbox.disconnect_workspace(MIKAS)
    assert connection(spaces) == "DISCONNECTED"


@pytest.mark.parametrize(
    ("workspace", "told"),
    [(STOPPED, "UNKNOWN"), (NEW, None), (BROKEN, None), (UNHEALTHY, "DISCONNECTED"), (ALWAYS_ON, "CONNECTED")],
)
def test_what_is_stopped_is_unknown_and_what_is_new_or_broken_has_no_row(
    spaces: Any, workspace: str, told: str | None
) -> None:
    assert connection(spaces, workspace) == told


def test_nobody_connects_to_what_is_not_available(aws: Account) -> None:
    for workspace in (STOPPED, BROKEN, NEW, IN_MAINTENANCE):
        with pytest.raises(Refused):
            aws.sandbox.connect_workspace(workspace)


def test_the_connection_status_can_be_late(aws: Account, spaces: Any) -> None:
    aws.sandbox.pace.connection_late_s = 60
    aws.clock.advance(61)
    aws.sandbox.connect_workspace(MIKAS)
    aws.clock.advance(59)
    assert connection(spaces) == "DISCONNECTED"
    assert aws.clock.now() - status(spaces)["ConnectionStateCheckTimestamp"] == timedelta(seconds=60)
    aws.clock.advance(1)
    assert connection(spaces) == "CONNECTED"


def test_snapshots_come_every_twelve_hours_while_it_is_healthy(aws: Account, spaces: Any) -> None:
    first = snapshot(spaces)
    assert first == aws.clock.now() - timedelta(hours=3)
    aws.clock.advance(9 * 3600 - 1)
    reader = aws.client("workspaces")  # a person's session lasts an hour
    assert snapshot(reader) == first
    aws.clock.advance(1)
    assert snapshot(reader) == aws.clock.now()
    aws.sandbox.put_workspace(MIKAS, "UNHEALTHY")
    latest = aws.clock.now()
    aws.clock.advance(36 * 3600)
    assert snapshot(reader) == latest
    assert snapshot(reader, NEW) is None


def test_the_first_snapshot_of_a_new_one_comes_half_an_hour_after_it_is_there(aws: Account, spaces: Any) -> None:
    new = create(spaces)["PendingRequests"][0]["WorkspaceId"]
    aws.clock.advance(aws.sandbox.pace.workspace_create_s + 1799)
    assert snapshot(spaces, new) is None
    aws.clock.advance(1)
    assert snapshot(spaces, new) == aws.clock.now()


def test_snapshots_can_be_lost_and_taken_by_hand(aws: Account, spaces: Any) -> None:
    aws.sandbox.snapshot_workspace(MIKAS, taken=False)
    assert snapshot(spaces) is None
    aws.clock.advance(60)
    aws.sandbox.snapshot_workspace(MIKAS)
    assert snapshot(spaces) == aws.clock.now()


# ---- what goes wrong on purpose


@pytest.mark.parametrize(("fault", "ends"), [("ends-in-error", "ERROR"), ("ends-unhealthy", "UNHEALTHY")])
def test_the_next_rebuild_can_end_badly_and_the_one_after_that_well(
    aws: Account, spaces: Any, fault: str, ends: str
) -> None:
    aws.sandbox.fault("WorkSpaces", "RebuildWorkspaces", error=f"rebuild-{fault}")
    ask(spaces, "rebuild", MIKAS)
    aws.clock.advance(aws.sandbox.pace.workspace_rebuild_s)
    assert of(spaces)["State"] == ends
    assert of(spaces)["ErrorMessage"]
    ask(spaces, "rebuild", MIKAS)
    aws.clock.advance(aws.sandbox.pace.workspace_rebuild_s)
    assert of(spaces)["State"] == "AVAILABLE"
    assert "ErrorMessage" not in of(spaces)


def test_volumes_whose_key_is_disabled_cannot_be_made_anew(aws: Account, spaces: Any) -> None:
    aws.sandbox.workspaces.keys[KEY].enabled = False
    assert ask(spaces, "rebuild", ENCRYPTED) == ask(spaces, "rebuild", MIKAS) == {}
    aws.clock.advance(aws.sandbox.pace.workspace_rebuild_s)
    assert (state(spaces, ENCRYPTED), state(spaces, MIKAS)) == ("ERROR", "AVAILABLE")


def test_a_new_one_can_end_in_error_and_then_has_no_connection_status(aws: Account, spaces: Any) -> None:
    aws.sandbox.fault("WorkSpaces", error="create-ends-in-error")
    new = create(spaces)["PendingRequests"][0]["WorkspaceId"]
    aws.clock.advance(aws.sandbox.pace.workspace_create_s)
    assert of(spaces, new)["ErrorCode"]
    assert connection(spaces, new) is None
    assert snapshot(spaces, new) is None


@pytest.mark.parametrize("op", ["reboot", "rebuild", "terminate"])
def test_aws_may_accept_something_and_never_begin(aws: Account, spaces: Any, op: str) -> None:
    aws.sandbox.fault(Fault("WorkSpaces", error="never-begins"))
    assert ask(spaces, op, MIKAS) == {}
    assert state(spaces) == "AVAILABLE"
    assert ask(spaces, op, MIKAS) == {}
    assert state(spaces) != "AVAILABLE"


def test_elements_of_a_batch_can_fail_for_no_reason(aws: Account, spaces: Any) -> None:
    aws.sandbox.fault("WorkSpaces", error="failed-request", times=1)
    assert ask(spaces, "reboot", MIKAS, RENS) == {MIKAS: "InternalServiceError"}
    assert (state(spaces, MIKAS), state(spaces, RENS)) == ("AVAILABLE", "REBOOTING")


def test_aws_may_tell_less_than_it_knows(aws: Account, spaces: Any) -> None:
    for name in ("no-snapshots", "no-connection-status"):
        aws.sandbox.fault("WorkSpaces", error=name)
    assert (snapshot(spaces), connection(spaces)) == (None, None)
    assert (snapshot(spaces) is not None, connection(spaces)) == (True, "DISCONNECTED")
    aws.sandbox.fault("WorkSpaces", error="connection-unknown")
    assert connection(spaces) == "UNKNOWN"


def test_mending_everything_mends_these_too(aws: Account, spaces: Any) -> None:
    for name in sorted(QUIRKS):
        aws.sandbox.fault("WorkSpaces", error=name, times=9)
    aws.sandbox.clear_faults()
    assert ask(spaces, "rebuild", MIKAS) == {}
    aws.clock.advance(aws.sandbox.pace.workspace_rebuild_s)
    assert (state(spaces), connection(spaces), snapshot(spaces) is not None) == ("AVAILABLE", "DISCONNECTED", True)
