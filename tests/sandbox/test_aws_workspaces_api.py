"""How the WorkSpaces API is asked: pages, filters, limits, tags, throttle; what other services tell of the fleet."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.aws.controls import control
from sandbox.aws.workspaces_seed import (
    ADAS,
    ALEXS,
    ALWAYS_ON,
    CORP,
    KEY,
    LABS,
    MIKAS,
    NEW,
    ODAS,
    PROTECT,
    PROTECTED,
    RENS,
    RESEARCH,
    STANDARD,
    STOPPED,
    TWIN,
    TWINS,
    WHOSE,
)
from tests.sandbox.conftest import Account

ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def spaces(aws: Account) -> Any:
    aws.sandbox.pace.workspaces_per_s = aws.sandbox.pace.workspaces_burst = 10_000
    return aws.workspaces_of("mika@example.com", config=ONCE)


def refused(code: str, call: Callable[..., Any], **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] == code
    return str(caught.value.response["Error"]["Message"])


def fleet(spaces: Any, **params: Any) -> list[Any]:
    pages = spaces.get_paginator("describe_workspaces").paginate(**params)
    return [one for page in pages for one in page["Workspaces"]]


# ---- the fleet


def test_the_fleet_is_sixty_with_a_person_each_and_what_one_meets_in_an_office(spaces: Any) -> None:
    found = fleet(spaces)
    assert len(found) == len({one["WorkspaceId"] for one in found}) == 60
    states = Counter(one["State"] for one in found)
    assert min(states[name] for name in ("STOPPED", "ERROR", "PENDING", "ADMIN_MAINTENANCE", "UNHEALTHY")) >= 1
    assert {one["WorkspaceProperties"]["RunningMode"] for one in found} == {"AUTO_STOP", "ALWAYS_ON", "MANUAL"}
    users = {one["WorkspaceId"]: one["UserName"] for one in found}
    assert {users[one]: one for one in (MIKAS, RENS, ODAS, ADAS, ALEXS)} == {
        name: next(key for key, user in WHOSE.items() if user == name) for name in ("mika", "ren", "oda", "ada", "alex")
    }
    assert [one for one, user in users.items() if user == TWIN] == list(TWINS)
    assert Counter(users.values()).most_common(2)[1][1] == 1


def test_pages_hold_25_and_no_one_is_told_twice(spaces: Any) -> None:
    pages = list(spaces.get_paginator("describe_workspaces").paginate())
    assert [len(page["Workspaces"]) for page in pages] == [25, 25, 10]
    assert len(spaces.describe_workspaces(Limit=7)["Workspaces"]) == 7
    assert len(fleet(spaces, Limit=7)) == 60
    refused("InvalidParameterValuesException", spaces.describe_workspaces, NextToken="nobody's")
    told = list(spaces.get_paginator("describe_workspaces_connection_status").paginate())
    rows = [row["WorkspaceId"] for page in told for row in page["WorkspacesConnectionStatus"]]
    assert len(rows) == len(set(rows)) == 58
    assert NEW not in rows


def test_one_filter_at_a_time(spaces: Any) -> None:
    labs = fleet(spaces, DirectoryId=LABS)
    assert {one["DirectoryId"] for one in labs} == {LABS}
    assert {one["BundleId"] for one in fleet(spaces, BundleId=RESEARCH)} == {RESEARCH}
    assert [one["WorkspaceId"] for one in fleet(spaces, DirectoryId=CORP, UserName="MIKA")] == [MIKAS]
    assert fleet(spaces, DirectoryId=LABS, UserName="mika") == []
    found = spaces.describe_workspaces(WorkspaceIds=[RENS, "ws-000000000", MIKAS])["Workspaces"]
    assert {one["WorkspaceId"] for one in found} == {MIKAS, RENS}
    invalid, describe = "InvalidParameterValuesException", spaces.describe_workspaces
    refused(invalid, describe, DirectoryId=LABS, BundleId=RESEARCH)
    refused(invalid, describe, WorkspaceIds=[MIKAS], DirectoryId=CORP)
    refused(invalid, describe, UserName="mika")
    refused(invalid, describe, WorkspaceIds=[MIKAS], Limit=5)


def test_what_breaks_the_model_is_refused_before_anything_is_done(spaces: Any) -> None:
    broken = "ValidationException"
    told = refused(broken, spaces.describe_workspaces, WorkspaceIds=["i-0a1b2c3d4"])
    assert told == (
        "1 validation error detected: Value 'i-0a1b2c3d4' at 'workspaceIds.1.member' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^ws-[0-9a-z]{8,63}$"
    )
    many = [{"WorkspaceId": MIKAS}] * 26
    assert "less than or equal to 25" in refused(broken, spaces.reboot_workspaces, RebootWorkspaceRequests=many)
    refused(broken, spaces.rebuild_workspaces, RebuildWorkspaceRequests=many[:2])
    refused(broken, spaces.terminate_workspaces, TerminateWorkspaceRequests=many)
    refused(broken, spaces.describe_workspaces, WorkspaceIds=[MIKAS] * 26)
    refused(broken, spaces.describe_workspaces, Limit=26)
    refused(broken, spaces.describe_workspace_bundles, BundleIds=["Office"])
    assert spaces.describe_workspaces(WorkspaceIds=[MIKAS])["Workspaces"][0]["State"] == "AVAILABLE"


def test_a_missing_member_is_named(aws: Account, spaces: Any) -> None:
    unchecked = aws.workspaces_of("mika@example.com", config=Config(parameter_validation=False))
    told = refused("ValidationException", unchecked.restore_workspace)
    assert told.endswith("Value null at 'workspaceId' failed to satisfy constraint: Member must not be null")
    told = refused("ValidationException", unchecked.create_workspaces, Workspaces=[{"UserName": "mika"}])
    assert told.startswith("2 validation errors detected: ")
    assert "'workspaces.1.member.directoryId'" in told


# ---- what WorkSpaces are made of


def test_directories_bundles_and_images_are_described(spaces: Any) -> None:
    directories = spaces.describe_workspace_directories()["Directories"]
    assert {one["DirectoryId"]: one["DirectoryName"] for one in directories} == {
        CORP: "corp.example.com",
        LABS: "labs.example.com",
    }
    own = spaces.describe_workspace_bundles()["Bundles"]
    amazons = spaces.describe_workspace_bundles(Owner="AMAZON")["Bundles"]
    assert (len(own), {one["Owner"] for one in amazons}) == (3, {"AMAZON"})
    refused("InvalidParameterValuesException", spaces.describe_workspace_bundles, BundleIds=[RESEARCH], Owner="AMAZON")
    images = {one["ImageId"]: one for one in spaces.describe_workspace_images()["Images"]}
    assert {one["ImageId"] for one in own} < set(images)
    newest = max(images.values(), key=lambda one: one["Created"])
    assert newest["ImageId"] not in {one["ImageId"] for one in own}


def test_tags_are_described_added_and_taken_away(spaces: Any) -> None:
    def tags(workspace: str = MIKAS) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in spaces.describe_tags(ResourceId=workspace)["TagList"]}

    assert tags() == {"Env": "Prod", "Team": "Research", "Owner": "mika@example.com"}
    assert PROTECT in tags(PROTECTED)
    spaces.create_tags(ResourceId=MIKAS, Tags=[{"Key": "Env", "Value": "Test"}, {"Key": PROTECT, "Value": ""}])
    spaces.delete_tags(ResourceId=MIKAS, TagKeys=["Team", "never there"])
    assert tags() == {"Env": "Test", "Owner": "mika@example.com", PROTECT: ""}
    refused("ResourceNotFoundException", spaces.describe_tags, ResourceId="ws-000000000")
    many = [{"Key": f"k{number}", "Value": "v"} for number in range(50)]
    refused("ResourceLimitExceededException", spaces.create_tags, ResourceId=MIKAS, Tags=many)


# ---- the throttle, and who may change


def test_two_calls_a_second_and_five_at_once_over_all_operations(aws: Account) -> None:
    spaces = aws.workspaces_of("mika@example.com", config=ONCE)
    for call in (spaces.describe_workspaces, spaces.describe_workspace_bundles, spaces.describe_workspace_images):
        call()
    spaces.describe_tags(ResourceId=MIKAS)
    spaces.stop_workspaces(StopWorkspaceRequests=[{"WorkspaceId": MIKAS}])
    for _ in range(2):
        refused("ThrottlingException", spaces.describe_workspaces)
    assert aws.sandbox.calls()["throttled"] == {"WorkSpaces.DescribeWorkspaces": 2}
    assert aws.sandbox.calls()["WorkSpaces.DescribeWorkspaces"] == 1
    aws.clock.advance(1)
    spaces.describe_workspaces()
    spaces.describe_workspaces()
    refused("ThrottlingException", spaces.describe_workspaces)
    aws.clock.advance(1800)
    for _ in range(5):
        spaces.describe_workspaces()
    refused("ThrottlingException", spaces.describe_workspaces)


def test_other_services_are_not_in_that_bucket(aws: Account) -> None:
    tagging = aws.client("resourcegroupstaggingapi", config=ONCE)
    for _ in range(12):
        tagging.get_resources(ResourceTypeFilters=["workspaces:workspace"])
    assert aws.sandbox.calls()["throttled"] == {}


CHANGES: dict[str, dict[str, Any]] = {
    "create_workspaces": {"Workspaces": [{"DirectoryId": CORP, "UserName": "kai.berg", "BundleId": RESEARCH}]},
    "terminate_workspaces": {"TerminateWorkspaceRequests": [{"WorkspaceId": MIKAS}]},
    "rebuild_workspaces": {"RebuildWorkspaceRequests": [{"WorkspaceId": MIKAS}]},
    "restore_workspace": {"WorkspaceId": MIKAS},
    "reboot_workspaces": {"RebootWorkspaceRequests": [{"WorkspaceId": MIKAS}]},
    "start_workspaces": {"StartWorkspaceRequests": [{"WorkspaceId": MIKAS}]},
    "stop_workspaces": {"StopWorkspaceRequests": [{"WorkspaceId": MIKAS}]},
    "modify_workspace_state": {"WorkspaceId": MIKAS, "WorkspaceState": "ADMIN_MAINTENANCE"},
    "modify_workspace_properties": {"WorkspaceId": MIKAS, "WorkspaceProperties": {"RunningMode": "MANUAL"}},
    "migrate_workspace": {"SourceWorkspaceId": MIKAS, "BundleId": RESEARCH},
    "create_tags": {"ResourceId": MIKAS, "Tags": [{"Key": "Env", "Value": "Test"}]},
    "delete_tags": {"ResourceId": MIKAS, "TagKeys": ["Env"]},
    "update_workspace_bundle": {"BundleId": STANDARD, "ImageId": "wsi-0a1b2c3w2"},
}


@pytest.mark.parametrize("operation", sorted(CHANGES))
def test_no_change_is_made_in_nobodys_name(aws: Account, operation: str) -> None:
    before = aws.sandbox.state()["workspaces"]
    nobodys = aws.client("workspaces", config=ONCE)
    refused("AccessDeniedException", getattr(nobodys, operation), **CHANGES[operation])
    assert aws.sandbox.state()["workspaces"] == before
    getattr(aws.workspaces_of("mika@example.com"), operation)(**CHANGES[operation])
    told = [event for event in aws.sandbox.trail() if event.call.startswith("WorkSpaces.")]
    assert [(event.source, event.error) for event in told] == [
        (None, "AccessDeniedException"),
        ("mika@example.com", None),
    ]


# ---- other services


def test_the_tagging_api_tells_the_whole_fleet_in_pages_of_a_hundred(aws: Account, spaces: Any) -> None:
    tagging = aws.client("resourcegroupstaggingapi")

    def found(**params: Any) -> dict[str, dict[str, str]]:
        pages = tagging.get_paginator("get_resources").paginate(ResourceTypeFilters=["workspaces:workspace"], **params)
        return {
            one["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]}
            for page in pages
            for one in page["ResourceTagMappingList"]
        }

    arn = "arn:aws:workspaces:us-east-1:123456789012:workspace/"
    assert len(tagging.get_resources(ResourceTypeFilters=["workspaces:workspace"])["ResourceTagMappingList"]) == 60
    assert len(found(ResourcesPerPage=25)) == 60
    assert found()[arn + MIKAS]["Owner"] == "mika@example.com"
    assert list(found(TagFilters=[{"Key": PROTECT}])) == [arn + PROTECTED]
    test = found(TagFilters=[{"Key": "Env", "Values": ["Test"]}, {"Key": "Team", "Values": ["Research", "Design"]}])
    assert test
    assert all(tags["Env"] == "Test" and tags["Team"] in {"Research", "Design"} for tags in test.values())
    spaces.delete_tags(ResourceId=MIKAS, TagKeys=["Env", "Team", "Owner"])
    assert arn + MIKAS not in found()


def series(aws: Account, metric: str, workspace: str, **params: Any) -> Any:
    stat = {
        "Metric": {
            "Namespace": "AWS/WorkSpaces",
            "MetricName": metric,
            "Dimensions": [{"Name": "WorkspaceId", "Value": workspace}],
        },
        "Period": 3600,
        "Stat": "Average",
    }
    end = aws.clock.now()
    asked = {"StartTime": end - timedelta(days=1), "EndTime": end, **params}
    told = aws.client("cloudwatch").get_metric_data(MetricDataQueries=[{"Id": "m1", "MetricStat": stat}], **asked)
    return told["MetricDataResults"][0]


@pytest.mark.parametrize("metric", ["CPUUsage", "MemoryUsage", "RootVolumeDiskUsage", "UserVolumeDiskUsage"])
def test_usage_is_measured_hourly_while_it_runs_and_is_the_same_each_time(aws: Account, metric: str) -> None:
    told = series(aws, metric, MIKAS)
    assert told == series(aws, metric, MIKAS)
    assert len(told["Values"]) == 24
    assert all(0 <= value <= 100 for value in told["Values"])
    assert told["Timestamps"] == sorted(told["Timestamps"], reverse=True)
    assert series(aws, metric, MIKAS, ScanBy="TimestampAscending")["Values"] == told["Values"][::-1]
    assert series(aws, metric, RENS)["Values"] != told["Values"]
    assert series(aws, metric, STOPPED)["Values"] == []
    assert series(aws, "NoSuchMetric", MIKAS)["Values"] == []
    aws.sandbox.put_workspace(MIKAS, "STOPPED")
    aws.clock.advance(12 * 3600)
    assert len(series(aws, metric, MIKAS)["Values"]) == 12


def test_other_keys_and_other_metrics_are_as_they_were(aws: Account) -> None:
    kms, cloudwatch, end = aws.client("kms"), aws.client("cloudwatch"), aws.clock.now()
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    assert kms.describe_key(KeyId=other)["KeyMetadata"]["Enabled"] is True
    metric = {"MetricName": "Waiting", "Dimensions": [{"Name": "Room", "Value": "2"}]}
    cloudwatch.put_metric_data(Namespace="Doors", MetricData=[{**metric, "Value": 7.0, "Timestamp": end}])
    stat = {"Metric": {"Namespace": "Doors", **metric}, "Period": 60, "Stat": "Sum"}
    told = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m1", "MetricStat": stat}],
        StartTime=end - timedelta(minutes=5),
        EndTime=end + timedelta(minutes=5),
    )
    assert told["MetricDataResults"][0]["Values"] == [7.0]


def test_the_key_of_the_volumes_is_enabled_until_somebody_disables_it(aws: Account) -> None:
    kms = aws.client("kms")
    assert kms.describe_key(KeyId=KEY)["KeyMetadata"]["Enabled"] is True
    aws.sandbox.workspaces.keys[KEY].enabled = False
    told = kms.describe_key(KeyId=KEY.rsplit("/", 1)[-1])["KeyMetadata"]
    assert (told["Enabled"], told["KeyState"]) == (False, "Disabled")
    refused("NotFoundException", kms.describe_key, KeyId=KEY[:-1] + "0")


# ---- the controls


def post(aws: Account, path: str, body: dict[str, object] | None = None, expected: int = 200) -> Any:
    """What a control of WorkSpaces answers."""
    answer = control(aws.sandbox, "POST", f"/_sandbox/workspaces/{path}", json.dumps(body or {}).encode())
    assert answer.status == expected
    return json.loads(answer.body)


def told(aws: Account, workspace: str) -> Any:
    return next(one for one in aws.sandbox.state()["workspaces"] if one["WorkspaceId"] == workspace)


def test_people_connect_and_disconnect_through_the_controls(aws: Account) -> None:
    assert post(aws, "WSAMZN-A1B2C3D1/connect") == {"WorkspaceId": MIKAS}
    assert told(aws, MIKAS)["ConnectionState"] == "CONNECTED"
    assert post(aws, f"{MIKAS}/disconnect") == {"WorkspaceId": MIKAS}
    assert told(aws, MIKAS)["ConnectionState"] == "DISCONNECTED"
    post(aws, f"{MIKAS}/snapshots", {"taken": False})
    assert told(aws, MIKAS)["SnapshotTime"] is None
    assert told(aws, RENS)["Tags"]["Owner"] == "ren@example.com"
    post(aws, f"{ALWAYS_ON}/state", {"state": "ERROR"})
    assert (told(aws, ALWAYS_ON)["State"], told(aws, ALWAYS_ON)["ConnectionState"]) == ("ERROR", None)


@pytest.mark.parametrize(
    ("path", "body"),
    [(f"{STOPPED}/connect", None), ("ws-000000000/connect", None), (f"{MIKAS}/state", {"state": "OK"})],
)
def test_what_cannot_be_is_said(aws: Account, path: str, body: dict[str, object] | None) -> None:
    assert post(aws, path, body, expected=400)["error"]
