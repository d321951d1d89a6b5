"""One WorkSpace, as far as AWS tells; and what must hold between asking and doing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from aws_ops import clock
from aws_ops.bucket import Bucket, Busy, Rate
from aws_ops.desk import Desk
from aws_ops.workspace_items import lock_key, rebuilt_key
from aws_ops.workspace_look import Looked, Rebuilt, digest, look, look_through, not_connected
from aws_ops.workspace_trends import trends
from aws_ops.workspaces import Connection
from aws_ops.workspaces_api import Api
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws

PLENTY = Rate(per_s=1000, burst=1000)
UNREADABLE = {
    ("WorkSpaces", "DescribeWorkspacesConnectionStatus"): "connection",
    ("WorkSpaces", "DescribeWorkspaceSnapshots"): "snapshots",
    ("WorkSpaces", "DescribeTags"): "tags",
    ("WorkSpaces", "DescribeWorkspaceBundles"): "bundle",
    ("WorkSpaces", "DescribeWorkspaceImages"): "image",
    ("KMS", "DescribeKey"): "key_usable",
    ("DynamoDB", "GetItem"): "rebuilt",
    ("DynamoDB", "Query"): "run",
    ("CloudWatch", "GetMetricData"): "cpu",
}


@pytest.fixture
def cloud(fleet_cloud: SandboxAws) -> SandboxAws:
    fleet_cloud.pace.workspaces_per_s = fleet_cloud.pace.workspaces_burst = 1000
    return fleet_cloud


def seen(desk: Desk, id: str, *, trends: bool = False) -> Looked:
    looked = look(desk, id, rate=PLENTY, people=True, trends=trends)
    assert looked is not None
    return looked


def test_everything_about_one(cloud: SandboxAws, fleet_desk: Desk) -> None:
    cloud.connect_workspace(seed.MIKAS)
    looked = seen(fleet_desk, seed.MIKAS, trends=True)
    assert (looked.workspace.user, looked.workspace.state) == ("mika", "AVAILABLE")
    assert looked.connection is not None
    assert looked.snapshots is not None
    assert looked.bundle is not None
    assert looked.image is not None
    assert (looked.connection.state, not_connected(looked)) == ("CONNECTED", False)
    assert looked.snapshots.rebuild == clock.epoch() - 3 * 3600
    assert (looked.bundle.name, looked.image.name, looked.image.state) == ("Office", "office-2026-1", "AVAILABLE")
    assert (looked.tags or {})["Owner"] == "mika@example.com"
    assert (looked.key_usable, looked.rebuilt, looked.run, looked.trouble) == (True, None, None, ())
    for usage in (looked.cpu, looked.disk):
        assert usage is not None
        assert 20 <= len(usage) <= 24
        assert all(0 <= percent <= 100 for percent in usage)


def test_the_calls_that_it_takes(cloud: SandboxAws, fleet_desk: Desk) -> None:
    cloud.reset_calls()
    seen(fleet_desk, seed.ENCRYPTED)
    calls = cloud.calls()
    assert sum(number for name, number in calls.items() if name.startswith("WorkSpaces.")) == 6
    assert calls["KMS.DescribeKey"] == 1
    assert "CloudWatch.GetMetricData" not in calls


def test_one_that_is_not_there(cloud: SandboxAws, fleet_desk: Desk) -> None:
    assert look(fleet_desk, "ws-0a1b2c3d9", rate=PLENTY, people=True) is None


def test_what_we_did_to_it_and_do(cloud: SandboxAws, fleet_desk: Desk) -> None:
    at, by, run = clock.epoch(), "ren@example.com", "workspace-01"
    fleet_desk.table.put(
        dict(zip(("pk", "sk"), rebuilt_key(seed.MIKAS), strict=True)) | {"at": at, "by": by, "run": run}
    )
    for lock, holder in (("ASKED", "workspace-02"), ("ACTING", "workspace-03")):
        pk, sk = lock_key(seed.MIKAS, lock)  # type: ignore[arg-type]  # the two there are, in a tuple
        fleet_desk.table.put({"pk": pk, "sk": sk, "run": holder, "op": "rebuild", "by": by})
        looked = seen(fleet_desk, seed.MIKAS)
        assert (looked.rebuilt, looked.run) == (Rebuilt(at, by, run), holder)
    assert seen(fleet_desk, seed.RENS).run is None


@pytest.mark.parametrize(("call", "unknown"), UNREADABLE.items(), ids=UNREADABLE.values())
def test_what_cannot_be_read_is_said_and_the_rest_is_seen(
    cloud: SandboxAws, fleet_desk: Desk, call: tuple[str, str], unknown: str
) -> None:
    before = seen(fleet_desk, seed.ENCRYPTED, trends=True)
    if unknown == "rebuilt":
        _hide_item(fleet_desk, rebuilt_key(seed.ENCRYPTED)[0])
    else:
        cloud.fault(*call, error="AccessDeniedException", rate=1.0)
    looked = seen(fleet_desk, seed.ENCRYPTED, trends=True)
    assert getattr(looked, unknown) is None
    (sentence,) = looked.trouble
    assert sentence.endswith(f"cannot be read: AWS refused {call[1]}: AccessDeniedException")
    follows = {"bundle": ("image",), "cpu": ("disk",)}.get(unknown, ())
    hidden = dict.fromkeys((unknown, *follows), None)
    assert replace(looked, trouble=()) == replace(before, **hidden)  # type: ignore[arg-type]  # None is unknown


def _hide_item(desk: Desk, pk: str) -> None:
    """Nobody may read this item; the bucket, in the same table, stays."""

    def refuse(params: dict[str, Any], **_: Any) -> None:
        if params["Key"]["pk"] == pk:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetItem")

    events = desk.sessions.client("dynamodb").meta.events
    events.register_first("before-parameter-build.dynamodb.GetItem", refuse)


def test_the_workspace_itself_must_be_read(cloud: SandboxAws, fleet_desk: Desk) -> None:
    cloud.fault("WorkSpaces", "DescribeWorkspaces", error="AccessDeniedException", times=1)
    with pytest.raises(ClientError, match="AccessDenied"):
        look(fleet_desk, seed.MIKAS, rate=PLENTY, people=True)


def test_no_more_calls_than_aws_allows(cloud: SandboxAws, fleet_desk: Desk) -> None:
    """It waits for one call, in vain, and makes no other; what is not WorkSpaces' is seen."""
    slept: list[float] = []
    spent = Rate(per_s=0.001, burst=2)
    client = fleet_desk.sessions.client("workspaces")
    bucket = Bucket(fleet_desk.table, "workspaces", spent, sleep=slept.append)
    api = Api(lambda: client, bucket, spent, people=True)
    looked = look_through(api, fleet_desk, seed.ENCRYPTED)
    assert looked is not None
    assert looked.connection is not None
    assert (looked.snapshots, looked.tags, looked.bundle, looked.image) == (None, None, None, None)
    assert looked.trouble == tuple(
        f"{what} cannot be read: AWS takes no more calls at the moment"
        for what in ("Its snapshots", "Its tags", "Its bundle")
    )
    assert looked.key_usable is True
    assert sum(slept) < 9
    with pytest.raises(Busy):
        look_through(api, fleet_desk, seed.ENCRYPTED)


@pytest.mark.parametrize("enabled", [True, False])
def test_a_key_that_is_disabled_is_not_usable(cloud: SandboxAws, fleet_desk: Desk, enabled: bool) -> None:
    cloud.workspaces.keys[seed.KEY].enabled = enabled
    looked = seen(fleet_desk, seed.ENCRYPTED)
    assert (looked.key_usable, looked.trouble) == (enabled, ())


def test_a_key_that_is_gone_is_not_usable(cloud: SandboxAws, fleet_desk: Desk) -> None:
    cloud.fault("KMS", "DescribeKey", error="NotFoundException", times=1)
    looked = seen(fleet_desk, seed.ENCRYPTED)
    assert (looked.key_usable, looked.trouble) == (False, ())


def test_amazons_own_image_is_nobodys_to_see(cloud: SandboxAws, fleet_desk: Desk) -> None:
    cloud.workspaces.workspaces[seed.MIKAS].bundle = seed.AMAZONS
    cloud.reset_calls()
    looked = seen(fleet_desk, seed.MIKAS)
    assert looked.bundle is not None
    assert (looked.bundle.owner, looked.image, looked.trouble) == ("AMAZON", None, ())
    assert "WorkSpaces.DescribeWorkspaceImages" not in cloud.calls()


def test_a_bundle_or_an_image_that_is_gone_is_said(cloud: SandboxAws, fleet_desk: Desk) -> None:
    del cloud.workspaces.images[seed.OLD_IMAGE]
    gone = f"The image {seed.OLD_IMAGE} of its bundle is no longer there"
    assert seen(fleet_desk, seed.MIKAS).trouble == (gone,)
    del cloud.workspaces.bundles[seed.STANDARD]
    looked = seen(fleet_desk, seed.MIKAS)
    assert (looked.bundle, looked.image) == (None, None)
    assert looked.trouble == (f"Its bundle {seed.STANDARD} is no longer there",)


def test_a_plan_is_the_same_until_something_of_it_changes(
    cloud: SandboxAws, fleet_desk: Desk, moved: MovedClock
) -> None:
    before = seen(fleet_desk, seed.MIKAS)
    plan = digest("rebuild", before)
    assert len(plan) == 32
    cloud.connect_workspace(seed.MIKAS)
    cloud.snapshot_workspace(seed.MIKAS)
    moved.advance(600)
    assert digest("rebuild", seen(fleet_desk, seed.MIKAS)) == plan
    assert digest("restore", before) != plan
    one = before.workspace
    for other in (
        replace(one, id="ws-2"),
        replace(one, directory="d-2"),
        replace(one, user="ren"),
        replace(one, bundle="wsb-2"),
    ):
        assert digest("rebuild", replace(before, workspace=other)) != plan
    assert digest("rebuild", replace(before, bundle=None)) != plan
    cloud.workspaces.update_bundle(seed.STANDARD, seed.NEW_IMAGE)
    assert digest("rebuild", seen(fleet_desk, seed.MIKAS)) != plan


@pytest.mark.parametrize(
    ("state", "connection", "nobody"),
    [
        ("AVAILABLE", "CONNECTED", False),
        ("AVAILABLE", "DISCONNECTED", True),
        ("AVAILABLE", "UNKNOWN", None),
        ("AVAILABLE", "SOMETHING_NEW", None),
        ("AVAILABLE", None, None),
        ("UNHEALTHY", None, None),
        ("STOPPED", "UNKNOWN", True),
        ("STOPPED", None, True),
    ],
)
def test_whether_nobody_is_connected(
    cloud: SandboxAws, fleet_desk: Desk, state: str, connection: str | None, nobody: bool | None
) -> None:
    looked = seen(fleet_desk, seed.MIKAS)
    row = None if connection is None else Connection(seed.MIKAS, connection, None, None)
    looked = replace(looked, workspace=replace(looked.workspace, state=state), connection=row)
    assert not_connected(looked) is nobody


@pytest.fixture
def cloudwatch(fleet_desk: Desk) -> Iterator[tuple[Any, Stubber]]:
    client = fleet_desk.sessions.client("cloudwatch")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def test_trends_in_all_ways(cloudwatch: tuple[Any, Stubber]) -> None:
    client, says = cloudwatch
    results = [
        {"Id": "cpu", "StatusCode": "PartialData", "Values": [12.345, 99.99]},
        {"Id": "disk", "StatusCode": "Forbidden", "Values": []},
    ]
    says.add_response("get_metric_data", {"MetricDataResults": results})
    found = trends(client, seed.MIKAS)
    assert (found.cpu, found.disk) == ((12.3, 100.0), None)
    says.add_response("get_metric_data", {"MetricDataResults": [{"Id": "cpu", "StatusCode": "Complete"}]})
    found = trends(client, seed.MIKAS)
    assert (found.cpu, found.disk) == ((), None)
    says.add_response("get_metric_data", {})
    found = trends(client, seed.MIKAS)
    assert (found.cpu, found.disk) == (None, None)


def test_a_trend_that_cloudwatch_keeps_to_itself_is_said(
    cloud: SandboxAws, fleet_desk: Desk, cloudwatch: tuple[Any, Stubber]
) -> None:
    cloudwatch[1].add_response("get_metric_data", {"MetricDataResults": []})
    assert seen(fleet_desk, seed.MIKAS, trends=True).trouble == ("CloudWatch does not tell how full it is",)
