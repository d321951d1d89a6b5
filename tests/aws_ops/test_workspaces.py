"""What AWS answers about WorkSpaces, in all the ways that it may say it; and a WorkSpace's day on the simulated AWS."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from aws_ops import bundles, clock, workspaces
from aws_ops.bucket import Bucket, Rate
from aws_ops.bundles import Bundle, Image
from aws_ops.desk import Desk
from aws_ops.session import Sessions
from aws_ops.table import Table
from aws_ops.workspaces import Connection, Directory, Failed, NewWorkSpace, Snapshots, WorkSpace
from aws_ops.workspaces_api import Api
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws

ROLE = "arn:aws:iam::123456789012:role/deskside-acts"
PLENTY = Rate(per_s=1000, burst=1000)
NOON = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
BARE = WorkSpace(
    "ws-1", "", "", "UNKNOWN", "", None, None, "UNKNOWN", None, None, None, "", (), False, False, *[None] * 3
)


@pytest.fixture
def client(aws: str, lasting: Sessions) -> Any:
    return lasting.client("workspaces")


@pytest.fixture
def says(client: Any) -> Iterator[Stubber]:
    """AWS says this, in this order, and is asked no more than that."""
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def api(client: Any, table: Table) -> Api:
    return Api(lambda: client, Bucket(table, "workspaces", PLENTY), PLENTY, people=True)


def test_a_workspace_with_everything(api: Api, says: Stubber) -> None:
    found = {
        "WorkspaceId": "ws-1",
        "DirectoryId": "d-9067a1b2c3",
        "UserName": "mika",
        "IpAddress": "10.40.0.14",
        "State": "ERROR",
        "BundleId": "wsb-1",
        "ErrorMessage": "The computer could not join the domain.",
        "ErrorCode": "InternalServiceError",
        "ComputerName": "WSAMZN-1",
        "VolumeEncryptionKey": "arn:aws:kms:eu-west-1:1:key/1",
        "UserVolumeEncryptionEnabled": True,
        "RootVolumeEncryptionEnabled": False,
        "WorkspaceProperties": {
            "RunningMode": "AUTO_STOP",
            "RunningModeAutoStopTimeoutInMinutes": 60,
            "RootVolumeSizeGib": 80,
            "UserVolumeSizeGib": 50,
            "ComputeTypeName": "STANDARD",
            "Protocols": ["WSP"],
        },
    }
    says.add_response("describe_workspaces", {"Workspaces": [found]}, {"WorkspaceIds": ["ws-1"]})
    assert workspaces.describe(api, ["ws-1"]) == {
        "ws-1": WorkSpace(
            id="ws-1",
            directory="d-9067a1b2c3",
            user="mika",
            state="ERROR",
            bundle="wsb-1",
            computer="WSAMZN-1",
            ip="10.40.0.14",
            running_mode="AUTO_STOP",
            auto_stop_min=60,
            root_gib=80,
            user_gib=50,
            compute="STANDARD",
            protocols=("WSP",),
            root_encrypted=False,
            user_encrypted=True,
            key="arn:aws:kms:eu-west-1:1:key/1",
            error_code="InternalServiceError",
            error="The computer could not join the domain.",
        )
    }


def test_a_workspace_of_which_aws_says_nothing(api: Api, says: Stubber) -> None:
    says.add_response("describe_workspaces", {"Workspaces": [{"WorkspaceId": "ws-1"}]})
    assert workspaces.describe(api, ["ws-1"]) == {"ws-1": BARE}


def test_no_ids_are_no_question(api: Api, says: Stubber) -> None:
    """AWS would take it for all of them."""
    assert workspaces.describe(api, []) == {}
    assert workspaces.connections(api, ()) == {}


def test_answers_without_their_lists(api: Api, says: Stubber) -> None:
    says.add_response("describe_workspaces", {})
    says.add_response("describe_workspaces_connection_status", {})
    says.add_response("describe_workspace_snapshots", {})
    says.add_response("describe_tags", {})
    says.add_response("describe_workspace_directories", {})
    says.add_response("describe_workspace_bundles", {})
    says.add_response("describe_workspace_images", {})
    says.add_response("stop_workspaces", {})
    assert workspaces.every(api) == ()
    assert workspaces.connections(api, ["ws-1"]) == {}
    assert workspaces.snapshots(api, "ws-1") == Snapshots(None, None)
    assert workspaces.tags(api, "ws-1") == {}
    assert workspaces.directories(api) == ()
    assert bundles.bundles(api) == ()
    assert bundles.image(api, "wsi-1") is None
    assert workspaces.stop(api, ["ws-1"]) == ()


def test_ids_are_asked_for_by_twenty_five_and_once_each(api: Api, says: Stubber) -> None:
    ids = [f"ws-{number}" for number in range(30)]
    for some in (ids[:25], ids[25:]):
        found = [{"WorkspaceId": one} for one in some]
        says.add_response("describe_workspaces", {"Workspaces": found}, {"WorkspaceIds": some})
    assert list(workspaces.describe(api, [*ids, *ids])) == ids


def test_every_page_is_read(api: Api, says: Stubber) -> None:
    asked = {"DirectoryId": "d-9067a1b2c3", "UserName": "mika"}
    says.add_response("describe_workspaces", {"Workspaces": [], "NextToken": "more"}, asked)
    says.add_response("describe_workspaces", {"Workspaces": [{"WorkspaceId": "ws-1"}]}, {**asked, "NextToken": "more"})
    assert workspaces.of_user(api, "d-9067a1b2c3", "mika") == (BARE,)
    one, two = ({"WorkspaceId": f"ws-{number}", "ConnectionState": "CONNECTED"} for number in (1, 2))
    says.add_response(
        "describe_workspaces_connection_status", {"WorkspacesConnectionStatus": [one], "NextToken": "more"}
    )
    says.add_response("describe_workspaces_connection_status", {"WorkspacesConnectionStatus": [two]})
    assert list(workspaces.connections(api, ["ws-1", "ws-2"])) == ["ws-1", "ws-2"]


def test_a_later_page_that_cannot_be_read_is_not_the_end(api: Api, says: Stubber) -> None:
    says.add_response("describe_workspaces", {"Workspaces": [{"WorkspaceId": "ws-1"}], "NextToken": "more"})
    says.add_client_error("describe_workspaces", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        workspaces.every(api)


def test_who_is_connected(api: Api, says: Stubber) -> None:
    rows = [
        {
            "WorkspaceId": "ws-1",
            "ConnectionState": "DISCONNECTED",
            "ConnectionStateCheckTimestamp": NOON,
            "LastKnownUserConnectionTimestamp": NOON.replace(hour=9),
        },
        {"WorkspaceId": "ws-2"},
    ]
    says.add_response("describe_workspaces_connection_status", {"WorkspacesConnectionStatus": rows})
    noon = int(NOON.timestamp())
    assert workspaces.connections(api, ["ws-1", "ws-2", "ws-3"]) == {
        "ws-1": Connection("ws-1", "DISCONNECTED", noon, noon - 3 * 3600),
        "ws-2": Connection("ws-2", "UNKNOWN", None, None),
    }


def test_the_newest_snapshot_counts(api: Api, says: Stubber) -> None:
    taken = [{"SnapshotTime": NOON.replace(hour=hour)} for hour in (1, 11, 6)]
    says.add_response("describe_workspace_snapshots", {"RebuildSnapshots": [*taken, {}], "RestoreSnapshots": [{}]})
    assert workspaces.snapshots(api, "ws-1") == Snapshots(int(NOON.timestamp()) - 3600, None)


def test_a_tag_without_a_value(api: Api, says: Stubber) -> None:
    says.add_response("describe_tags", {"TagList": [{"Key": "Env", "Value": "Prod"}, {"Key": "deskside:protect"}]})
    assert workspaces.tags(api, "ws-1") == {"Env": "Prod", "deskside:protect": ""}


@pytest.mark.parametrize(
    ("change", "operation", "parameter"),
    [
        (workspaces.start, "start_workspaces", "StartWorkspaceRequests"),
        (workspaces.stop, "stop_workspaces", "StopWorkspaceRequests"),
        (workspaces.reboot, "reboot_workspaces", "RebootWorkspaceRequests"),
        (workspaces.terminate, "terminate_workspaces", "TerminateWorkspaceRequests"),
    ],
)
def test_every_failed_request_is_told(
    api: Api, says: Stubber, change: Callable[..., Any], operation: str, parameter: str
) -> None:
    asked = {parameter: [{"WorkspaceId": one} for one in ("ws-1", "ws-2", "ws-3")]}
    failed = [
        {"WorkspaceId": "ws-1", "ErrorCode": "InvalidResourceState", "ErrorMessage": "It is PENDING."},
        {"WorkspaceId": "ws-3"},
    ]
    says.add_response(operation, {"FailedRequests": failed}, asked)
    assert change(api, ["ws-1", "ws-2", "ws-3"]) == (
        Failed("ws-1", "InvalidResourceState", "It is PENDING."),
        Failed("ws-3", "Unknown", "no reason"),
    )


def test_a_failure_without_an_id_is_that_of_the_only_one(api: Api, says: Stubber) -> None:
    says.add_response("rebuild_workspaces", {"FailedRequests": [{"ErrorCode": "InternalServiceError"}]})
    assert workspaces.rebuild(api, ["ws-1"]) == (Failed("ws-1", "InternalServiceError", "no reason"),)


def test_what_is_not_said_of_a_new_one_is_left_to_aws(api: Api, says: Stubber) -> None:
    asked = {"Workspaces": [{"DirectoryId": "d-9067a1b2c3", "UserName": "kai.berg", "BundleId": "wsb-0a1b2c3s1"}]}
    says.add_response("create_workspaces", {"PendingRequests": [{"WorkspaceId": "ws-1"}]}, asked)
    assert workspaces.create(api, NewWorkSpace("d-9067a1b2c3", "kai.berg", "wsb-0a1b2c3s1")) == BARE


def test_everything_that_is_said_of_a_new_one(api: Api, says: Stubber) -> None:
    wish = {
        "DirectoryId": "d-9067a1b2c3",
        "UserName": "kai.berg",
        "BundleId": "wsb-0a1b2c3s1",
        "VolumeEncryptionKey": "alias/aws/workspaces",
        "RootVolumeEncryptionEnabled": True,
        "UserVolumeEncryptionEnabled": False,
        "WorkspaceProperties": {"RunningMode": "AUTO_STOP", "RunningModeAutoStopTimeoutInMinutes": 120},
        "Tags": [{"Key": "Env", "Value": "Test"}],
    }
    says.add_response("create_workspaces", {"FailedRequests": [{"WorkspaceRequest": wish}]}, {"Workspaces": [wish]})
    new = NewWorkSpace(
        "d-9067a1b2c3",
        "kai.berg",
        "wsb-0a1b2c3s1",
        running_mode="AUTO_STOP",
        auto_stop_min=120,
        key="alias/aws/workspaces",
        root_encrypted=True,
        tags=(("Env", "Test"),),
    )
    assert workspaces.create(api, new) == Failed("", "Unknown", "no reason")


def test_a_creation_of_which_aws_says_nothing_has_failed(api: Api, says: Stubber) -> None:
    says.add_response("create_workspaces", {})
    failed = workspaces.create(api, NewWorkSpace("d-9067a1b2c3", "kai.berg", "wsb-0a1b2c3s1"))
    assert failed == Failed("", "Unknown", "AWS says neither that it is made nor why not")


def test_bundles_and_images(api: Api, says: Stubber) -> None:
    found = {
        "BundleId": "wsb-1",
        "Name": "Office",
        "Owner": "123456789012",
        "ImageId": "wsi-1",
        "RootStorage": {"Capacity": "80"},
        "UserStorage": {"Capacity": "plenty"},
        "ComputeType": {"Name": "STANDARD"},
    }
    says.add_response("describe_workspace_bundles", {"Bundles": [found], "NextToken": "more"})
    says.add_response("describe_workspace_bundles", {"Bundles": [{"BundleId": "wsb-2"}]}, {"NextToken": "more"})
    assert bundles.bundles(api) == (
        Bundle("wsb-1", "Office", "123456789012", "wsi-1", "STANDARD", 80, None),
        Bundle("wsb-2", "", "", None, "", None, None),
    )
    image = {"ImageId": "wsi-1", "Name": "office-2026-1", "State": "AVAILABLE", "Created": NOON}
    says.add_response("describe_workspace_images", {"Images": [image]}, {"ImageIds": ["wsi-1"]})
    assert bundles.image(api, "wsi-1") == Image("wsi-1", "office-2026-1", "AVAILABLE", int(NOON.timestamp()))


def test_a_day_on_the_simulated_aws(fleet_cloud: SandboxAws, fleet_desk: Desk, moved: MovedClock) -> None:
    fleet_cloud.pace.workspaces_per_s = fleet_cloud.pace.workspaces_burst = 1000
    api = Api.of(fleet_desk, rate=PLENTY, people=True, actor="mika@example.com", role=ROLE)
    fleet = workspaces.every(api)
    assert len(fleet) == len({one.id for one in fleet}) == 60
    assert [one.id for one in workspaces.of_user(api, seed.CORP, "mika")] == [seed.MIKAS]
    assert Directory(seed.CORP, "corp.example.com", "corp-example") in workspaces.directories(api)
    (own,) = bundles.bundles(api, [seed.AMAZONS])
    assert (own.owner, bundles.image(api, own.image or "")) == (bundles.AMAZON, None)
    assert {bundle.id for bundle in bundles.bundles(api)} == {seed.STANDARD, seed.POWER, seed.RESEARCH}

    def state(id: str) -> str:
        return workspaces.describe(api, [id])[id].state

    failed = workspaces.stop(api, [seed.MIKAS, seed.STOPPED, "ws-0a1b2c3d9"])
    assert [(one.id, one.code) for one in failed] == [
        (seed.STOPPED, "InvalidResourceState"),
        ("ws-0a1b2c3d9", "ResourceNotFound.Workspace"),
    ]
    assert state(seed.MIKAS) == "STOPPING"
    moved.advance(60)
    assert state(seed.MIKAS) == "STOPPED"
    assert workspaces.connections(api, [seed.MIKAS])[seed.MIKAS].state == "UNKNOWN"
    assert workspaces.start(api, [seed.MIKAS]) == ()
    moved.advance(60)
    for change, moving in ((workspaces.reboot, "REBOOTING"), (workspaces.rebuild, "REBUILDING")):
        assert change(api, [seed.MIKAS]) == ()
        assert state(seed.MIKAS) == moving
        moved.advance(60)
        assert state(seed.MIKAS) == "AVAILABLE"
    workspaces.restore(api, seed.RENS)
    assert state(seed.RENS) == "RESTORING"
    with pytest.raises(ClientError, match="OperationNotSupportedException"):
        workspaces.restore(api, seed.RENS)
    workspaces.set_state(api, seed.ODAS, "ADMIN_MAINTENANCE")
    assert state(seed.ODAS) == "ADMIN_MAINTENANCE"
    assert workspaces.snapshots(api, seed.ADAS).rebuild == clock.epoch() - 3 * 3600 - 240

    assert workspaces.terminate(api, [seed.ADAS]) == ()
    assert isinstance(workspaces.create(api, NewWorkSpace(seed.CORP, "ada", seed.STANDARD)), Failed)
    moved.advance(60)
    assert workspaces.describe(api, [seed.ADAS]) == {}
    made = workspaces.create(api, NewWorkSpace(seed.CORP, "ada", seed.STANDARD, tags=(("Env", "Test"),)))
    assert isinstance(made, WorkSpace)
    assert workspaces.describe(api, [made.id]) == {}
    moved.advance(60)
    assert state(made.id) == "AVAILABLE"
    assert workspaces.tags(api, made.id) == {"Env": "Test"}
