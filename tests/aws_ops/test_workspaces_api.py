"""How WorkSpaces is called: within what AWS allows, and again where that is right."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from aws_ops import workspaces
from aws_ops.bucket import Bucket, Busy, Rate
from aws_ops.desk import Desk
from aws_ops.workspaces_api import Api
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from sandbox.aws.workspaces_seed import MIKAS, RENS
from sandbox.aws.world import REGION

ROLE = "arn:aws:iam::123456789012:role/deskside-acts"
NAME = f"workspaces#own#{REGION}"


@pytest.fixture
def api_of(fleet_desk: Desk, moved: MovedClock) -> Callable[..., Api]:
    """An Api that sleeps on the moved clock."""

    def make(people: bool = True, rate: Rate | None = None, actor: str | None = "mika@example.com") -> Api:
        rate = rate or Rate()
        bucket = Bucket(fleet_desk.table, NAME, rate, sleep=moved.advance)
        sessions = fleet_desk.sessions
        return Api(
            lambda: sessions.client("workspaces", actor=actor, role=ROLE),
            bucket,
            rate,
            people=people,
            sleep=moved.advance,
        )

    return make


def test_thirty_calls_of_two_callers_are_never_throttled(fleet_cloud: SandboxAws, api_of: Callable[..., Api]) -> None:
    person, timer = api_of(), api_of(people=False)
    for _ in range(15):
        assert workspaces.tags(person, MIKAS)["Owner"] == "mika@example.com"
        assert workspaces.snapshots(timer, RENS).rebuild is not None
    assert fleet_cloud.calls()["throttled"] == {}
    assert fleet_cloud.calls()["WorkSpaces.DescribeTags"] == 15


def test_without_the_bucket_aws_throttles(fleet_cloud: SandboxAws, fleet_desk: Desk) -> None:
    """So that the test above says something."""
    client = fleet_desk.sessions.client("workspaces")
    for _ in range(5):
        client.describe_tags(ResourceId=MIKAS)
    with pytest.raises(ClientError, match="ThrottlingException"):
        client.describe_tags(ResourceId=MIKAS)
    assert fleet_cloud.calls()["throttled"] == {"WorkSpaces.DescribeTags": 1}


def test_throttled_five_times_is_waited_out(fleet_cloud: SandboxAws, api_of: Callable[..., Api]) -> None:
    fleet_cloud.fault("WorkSpaces", "RebuildWorkspaces", error="ThrottlingException", times=5)
    assert workspaces.rebuild(api_of(), [MIKAS]) == ()
    assert fleet_cloud.calls()["throttled"] == {"WorkSpaces.RebuildWorkspaces": 5}
    assert workspaces.describe(api_of(), [MIKAS])[MIKAS].state == "REBUILDING"


def test_throttled_for_good_is_said(fleet_cloud: SandboxAws, api_of: Callable[..., Api]) -> None:
    fleet_cloud.fault("WorkSpaces", "RebuildWorkspaces", error="ThrottlingException", times=60)
    with pytest.raises(ClientError, match="ThrottlingException"):
        workspaces.rebuild(api_of(), [MIKAS])
    assert fleet_cloud.calls()["throttled"] == {"WorkSpaces.RebuildWorkspaces": 6}


def test_a_read_that_fails_inside_aws_is_asked_again(fleet_cloud: SandboxAws, api_of: Callable[..., Api]) -> None:
    fleet_cloud.fault("WorkSpaces", "DescribeWorkspaces", error="InternalFailure", times=2)
    assert MIKAS in workspaces.describe(api_of(), [MIKAS])
    fleet_cloud.fault("WorkSpaces", "DescribeWorkspaces", error="InternalFailure", times=3)
    with pytest.raises(ClientError, match="InternalFailure"):
        workspaces.describe(api_of(), [MIKAS])


def test_a_change_whose_fate_is_unknown_is_not(fleet_cloud: SandboxAws, api_of: Callable[..., Api]) -> None:
    fleet_cloud.fault("WorkSpaces", "RebuildWorkspaces", error="InternalFailure", times=1)
    with pytest.raises(ClientError, match="InternalFailure"):
        workspaces.rebuild(api_of(), [MIKAS])
    assert [event.error for event in fleet_cloud.trail() if "Rebuild" in event.call] == ["InternalFailure"]


def test_a_refusal_is_not_asked_again(fleet_cloud: SandboxAws, api_of: Callable[..., Api]) -> None:
    fleet_cloud.fault("WorkSpaces", "DescribeTags", error="AccessDeniedException", times=1)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        workspaces.tags(api_of(), MIKAS)


def test_no_answer_at_all_is_a_read_asked_three_times(fleet_desk: Desk, moved: MovedClock) -> None:
    tried: list[str] = []

    class Nowhere:
        def describe_tags(self, **_: str) -> None:
            tried.append("describe_tags")
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")

        def restore_workspace(self, **_: str) -> None:
            tried.append("restore_workspace")
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")

    api = Api(Nowhere, Bucket(fleet_desk.table, NAME, Rate()), Rate(), people=True, sleep=moved.advance)
    with pytest.raises(EndpointConnectionError):
        workspaces.tags(api, MIKAS)
    with pytest.raises(EndpointConnectionError):
        workspaces.restore(api, MIKAS)
    assert tried == ["describe_tags"] * 3 + ["restore_workspace"]


def test_nobody_calls_past_the_bucket(fleet_cloud: SandboxAws, api_of: Callable[..., Api]) -> None:
    slow = Rate(per_s=0.01, burst=1)
    assert workspaces.tags(api_of(rate=slow), MIKAS)
    with pytest.raises(Busy):
        workspaces.tags(api_of(rate=slow), MIKAS)
    assert fleet_cloud.calls()["WorkSpaces.DescribeTags"] == 1


def test_a_change_is_in_somebodys_name(fleet_cloud: SandboxAws, fleet_desk: Desk) -> None:
    api = Api.of(fleet_desk, rate=Rate(1000, 1000), people=True, actor="mika@example.com", role=ROLE)
    assert workspaces.reboot(api, [MIKAS]) == ()
    assert [(event.call, event.source) for event in fleet_cloud.trail() if event.call.startswith("WorkSpaces")] == [
        ("WorkSpaces.RebootWorkspaces", "mika@example.com")
    ]
    assert fleet_desk.table.get(f"BUCKET#{NAME}", "BUCKET") is not None
    with pytest.raises(ClientError, match="SourceIdentity"):
        workspaces.reboot(Api.of(fleet_desk, rate=Rate(1000, 1000), people=True), [RENS])


def test_a_role_that_cannot_be_assumed_costs_no_call(fleet_cloud: SandboxAws, api_of: Callable[..., Api]) -> None:
    fleet_cloud.fault("STS", "AssumeRole", error="AccessDenied", times=3)
    slow = Rate(per_s=0.01, burst=1)
    for _ in range(3):
        with pytest.raises(ClientError, match="AssumeRole"):
            workspaces.reboot(api_of(rate=slow), [MIKAS])
    assert workspaces.reboot(api_of(rate=slow), [MIKAS]) == ()
