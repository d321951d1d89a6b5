"""Fleets of many WorkSpaces that are made at once: what they look like to boto3, and how their snapshots go on."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sandbox.aws.controls import control
from sandbox.aws.workspaces_fleet import Fleet
from sandbox.aws.workspaces_seed import POWER, STANDARD
from tests.sandbox.conftest import Account

HOUR = 3600


@pytest.fixture
def spaces(aws: Account) -> Any:
    aws.sandbox.pace.workspaces_per_s = aws.sandbox.pace.workspaces_burst = 10_000
    return aws.workspaces_of("mika@example.com")


def snapshot(spaces: Any, workspace: str) -> Any:
    return spaces.describe_workspace_snapshots(WorkspaceId=workspace)["RebuildSnapshots"][0]["SnapshotTime"]


def status(spaces: Any, workspace: str) -> Any:
    told = spaces.describe_workspaces_connection_status(WorkspaceIds=[workspace])
    (row,) = told["WorkspacesConnectionStatus"]
    return row


def test_a_fleet_is_described_like_any_other_workspace_and_found_by_its_tag(aws: Account, spaces: Any) -> None:
    made = aws.sandbox.add_fleet(Fleet(60, "night", bundle=POWER))
    pages = spaces.get_paginator("describe_workspaces").paginate(BundleId=POWER)
    told = {one["WorkspaceId"]: one for page in pages for one in page["Workspaces"]}
    assert told.keys() > set(made)
    assert {told[one]["State"] for one in made} == {"AVAILABLE"}
    for member in ("UserName", "ComputerName", "IpAddress"):
        assert len({one[member] for one in told.values()}) == len(told)
    tagging = aws.client("resourcegroupstaggingapi")
    filters = [{"Key": "Fleet", "Values": ["night"]}]
    found = tagging.get_resources(ResourceTypeFilters=["workspaces:workspace"], TagFilters=filters)
    assert [one["ResourceARN"].rpartition("/")[2] for one in found["ResourceTagMappingList"]] == made
    user = {"DirectoryId": told[made[0]]["DirectoryId"], "UserName": told[made[0]]["UserName"]}
    assert [one["WorkspaceId"] for one in spaces.describe_workspaces(**user)["Workspaces"]] == [made[0]]


def test_several_fleets_and_what_is_made_later_get_on(aws: Account) -> None:
    first, second = aws.sandbox.add_fleet(Fleet(3)), aws.sandbox.add_fleet(Fleet(3))
    assert len({*first, *second}) == 6


def test_its_snapshots_are_as_old_as_wanted_and_come_every_twelve_hours(aws: Account, spaces: Any) -> None:
    made = aws.sandbox.add_fleet(Fleet(3, snapshot_age_s=2 * HOUR, seen_s=HOUR, spread_s=6 * HOUR))
    now = aws.clock.now()
    assert [(now - snapshot(spaces, one)) / timedelta(hours=1) for one in made] == [2, 5, 8]
    last = [status(spaces, one)["LastKnownUserConnectionTimestamp"] for one in made]
    assert [(now - seen) / timedelta(hours=1) for seen in last] == [1, 4, 7]
    aws.clock.advance(10 * HOUR)
    reader = aws.client("workspaces")
    assert snapshot(reader, made[0]) == aws.clock.now()
    assert [(aws.clock.now() - snapshot(reader, one)) / timedelta(hours=1) for one in made] == [0, 3, 6]


def test_a_rebuild_moves_no_snapshot_and_none_is_taken_meanwhile(aws: Account, spaces: Any) -> None:
    (one,) = aws.sandbox.add_fleet(Fleet(1, snapshot_age_s=12 * HOUR - 60))
    aws.sandbox.pace.workspace_rebuild_s = 20 * 60
    before = snapshot(spaces, one)
    spaces.rebuild_workspaces(RebuildWorkspaceRequests=[{"WorkspaceId": one}])
    aws.clock.advance(20 * 60)
    reader = aws.client("workspaces")
    assert snapshot(reader, one) == before
    aws.clock.advance(12 * HOUR)
    assert snapshot(reader, one) == before + timedelta(hours=24)


def test_its_users_are_connected_or_have_never_been(aws: Account, spaces: Any) -> None:
    (busy,) = aws.sandbox.add_fleet(Fleet(1, connected=True))
    (unused,) = aws.sandbox.add_fleet(Fleet(1, seen_s=None))
    (stopped,) = aws.sandbox.add_fleet(Fleet(1, state="STOPPED"))
    states = [status(spaces, one)["ConnectionState"] for one in (busy, unused, stopped)]
    assert states == ["CONNECTED", "DISCONNECTED", "UNKNOWN"]
    assert "LastKnownUserConnectionTimestamp" not in status(spaces, unused)


def test_the_control_makes_one_and_says_what_is_wrong_with_a_wish(aws: Account) -> None:
    def ask(**wish: object) -> tuple[int, Any]:
        answer = control(aws.sandbox, "POST", "/_sandbox/fleets", json.dumps(wish).encode())
        return answer.status, json.loads(answer.body)

    status, told = ask(count=3, bundle=STANDARD)
    assert (status, len(told["WorkspaceIds"])) == (200, 3)
    for wish in ({"count": 0}, {"count": 1, "state": "ODD"}, {"count": 1, "bundle": "wsb-0"}, {}):
        status, told = ask(**wish)
        assert status == 400
        assert told["error"]
