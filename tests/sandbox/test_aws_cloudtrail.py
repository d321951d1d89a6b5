"""What the account's trail tells on the bus: who changed what in WorkSpaces and EC2, and what was refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.faults import Fault
from sandbox.aws.workspaces_seed import MIKAS, RENS
from sandbox.aws.world import TOKYO, TOKYO_SUBNETS
from tests.sandbox.conftest import Account
from tests.sandbox.hearing import Hears

WHO = "oda@example.com"
IMAGE = "ami-12c6146b"


class Trail:
    """Every event that comes to the bus, whether a rule takes it or not."""

    def __init__(self, aws: Account, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[Any] = []
        put = aws.sandbox.bus.put

        def remember(event: Any) -> Any:
            self.events.append(event)
            return put(event)

        monkeypatch.setattr(aws.sandbox.bus, "put", remember)

    @property
    def details(self) -> list[Any]:
        return [one["detail"] for one in self.events if one["detail-type"] == "AWS API Call via CloudTrail"]


@pytest.fixture
def trail(aws: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trail]:
    """A trail that is on while the test lasts."""
    aws.sandbox.cloudtrail.on = True
    yield Trail(aws, monkeypatch)
    aws.sandbox.cloudtrail.on = False


def test_a_change_is_told_with_every_element_and_in_the_name_of_whoever_made_it(
    aws: Account, trail: Trail, hears: Hears
) -> None:
    wanted = [{"WorkspaceId": MIKAS}, {"WorkspaceId": "ws-000000000"}]
    aws.workspaces_of(WHO).terminate_workspaces(TerminateWorkspaceRequests=wanted)
    (detail,) = trail.details
    assert (detail["eventSource"], detail["eventName"]) == ("workspaces.amazonaws.com", "TerminateWorkspaces")
    assert detail["userIdentity"]["sessionContext"]["sourceIdentity"] == WHO
    assert detail["userIdentity"]["arn"].endswith(f"assumed-role/deskside-acts/{WHO}")
    requested = [one["workspaceId"] for one in detail["requestParameters"]["terminateWorkspaceRequests"]]
    assert requested == [MIKAS, "ws-000000000"]
    (failed,) = detail["responseElements"]["failedRequests"]
    assert (failed["workspaceId"], failed["errorCode"]) == ("ws-000000000", "ResourceNotFound.Workspace")
    assert "errorCode" not in detail
    assert [one["detail"] for one in hears.all()] == [detail]


def test_reading_is_not_told(aws: Account, trail: Trail) -> None:
    aws.client("workspaces").describe_workspaces()
    aws.ec2().describe_client_vpn_endpoints()
    assert trail.events == []


def test_a_denied_change_is_told_under_the_names_that_cloudtrail_has_for_it(aws: Account, trail: Trail) -> None:
    with pytest.raises(ClientError):
        aws.client("workspaces").rebuild_workspaces(RebuildWorkspaceRequests=[{"WorkspaceId": RENS}])
    with pytest.raises(ClientError):
        aws.ec2().terminate_instances(InstanceIds=["i-0a1b2c3d4e5f60001"])
    workspaces, ec2 = trail.details
    assert (workspaces["errorCode"], ec2["errorCode"]) == ("AccessDenied", "Client.UnauthorizedOperation")
    assert workspaces["responseElements"] is ec2["responseElements"] is None
    assert workspaces["requestParameters"] == {"rebuildWorkspaceRequests": [{"workspaceId": RENS}]}
    assert ec2["requestParameters"] == {"instancesSet": {"items": [{"instanceId": "i-0a1b2c3d4e5f60001"}]}}
    assert workspaces["userIdentity"]["arn"].endswith("assumed-role/deskside-bot/bot")


def test_what_fails_in_the_service_is_told_with_its_error(aws: Account, trail: Trail) -> None:
    aws.sandbox.fault(Fault("EC2", "AssociateClientVpnTargetNetwork", "InternalError"))
    wanted = {"ClientVpnEndpointId": TOKYO, "SubnetId": TOKYO_SUBNETS[0], "ClientToken": "once"}
    aws.ec2_of(WHO).associate_client_vpn_target_network(**wanted)  # tried again by itself
    failed, worked = trail.details
    assert failed["errorCode"] == "Server.InternalError"
    assert worked["responseElements"]["associationId"].startswith("cvpn-assoc-")


def test_instances_are_told_as_ec2_writes_them_and_their_states_follow(aws: Account, trail: Trail) -> None:
    ec2 = aws.ec2_of(WHO)
    (made,) = ec2.run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
    ec2.terminate_instances(InstanceIds=[made["InstanceId"]])
    with pytest.raises(ClientError):
        ec2.stop_instances(InstanceIds=["i-0123456789abcdef0"])
    run, terminate, stop = trail.details
    assert run["requestParameters"]["instancesSet"]["items"][0]["imageId"] == IMAGE
    assert run["responseElements"]["instancesSet"]["items"][0]["instanceId"] == made["InstanceId"]
    assert terminate["responseElements"]["instancesSet"]["items"][0]["instanceId"] == made["InstanceId"]
    assert stop["errorCode"] == "Client.InvalidInstanceID.NotFound"
    states = [one["detail"]["state"] for one in trail.events if "state" in one["detail"]]
    assert states == ["pending", "running", "shutting-down", "terminated"]


def test_a_login_is_told(aws: Account, trail: Trail) -> None:
    aws.sandbox.connect_workspace(MIKAS)
    (event,) = trail.events
    assert (event["detail-type"], event["detail"]["workspaceId"]) == ("WorkSpaces Access", MIKAS)


def test_without_a_trail_nothing_is_told(aws: Account, hears: Hears) -> None:
    aws.workspaces_of(WHO).stop_workspaces(StopWorkspaceRequests=[{"WorkspaceId": MIKAS}])
    aws.sandbox.connect_workspace(RENS)
    assert hears.all() == []
