"""What is known of resources by their ids; what is not known is left out."""

from copy import copy
from dataclasses import replace

from botocore.stub import Stubber

from aws_ops import fleet, resources
from aws_ops.bucket import Rate
from aws_ops.desk import Desk
from aws_ops.session import Sessions
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.server import SandboxAws

PLENTY = Rate(per_s=1000, burst=1000)


def test_of_a_workspace_its_tags_and_its_user(fleet_cloud: SandboxAws, fleet_desk: Desk) -> None:
    fleet_cloud.pace.workspaces_per_s = fleet_cloud.pace.workspaces_burst = 1000
    found = resources.about(fleet_desk, [seed.MIKAS, "ws-0a1b2c3d9", "somebody"], PLENTY)
    assert set(found) == {seed.MIKAS}
    assert (found[seed.MIKAS].user, found[seed.MIKAS].tags["Env"]) == ("mika", "Prod")


def test_a_few_workspaces_wait_for_no_fleet(fleet_cloud: SandboxAws, fleet_desk: Desk) -> None:
    fleet_cloud.pace.workspaces_per_s = fleet_cloud.pace.workspaces_burst = 1000
    assert resources.about(fleet_desk, [seed.MIKAS], PLENTY)[seed.MIKAS].user == "mika"
    assert fleet_cloud.calls()["WorkSpaces.DescribeWorkspaces"] == 1, "three hold the whole fleet"


def test_a_workspace_that_was_just_made_is_known(fleet_cloud: SandboxAws, fleet_desk: Desk) -> None:
    fleet_cloud.pace.workspaces_per_s = fleet_cloud.pace.workspaces_burst = 1000
    known = fleet.fleet(fleet_desk, PLENTY)
    fleet_cloud.workspaces.workspaces["ws-0a1b2c3d9"] = made = copy(fleet_cloud.workspaces.workspaces[seed.MIKAS])
    made.id = "ws-0a1b2c3d9"
    assert known.by_id(made.id) == ()
    assert resources.about(fleet_desk, [seed.MIKAS, made.id], PLENTY)[made.id].user == "mika"


def test_of_an_instance_its_tags_also_none(desk: Desk, sessions: Sessions) -> None:
    tagged, plain, gone = "i-0123456789abcdef0", "i-0123456789abcdef1", "i-0123456789abcdef2"
    instances = [{"InstanceId": tagged, "Tags": [{"Key": "Env", "Value": "Prod"}]}, {"InstanceId": plain}]
    with Stubber(sessions.client("ec2")) as ec2:
        asked = {"Filters": [{"Name": "instance-id", "Values": [tagged, plain, gone]}]}
        ec2.add_response("describe_instances", {"Reservations": [{"Instances": instances}]}, asked)
        found = resources.about(replace(desk, sessions=sessions), [plain, tagged, gone], PLENTY)
    assert {one: known.tags for one, known in found.items()} == {tagged: {"Env": "Prod"}, plain: {}}


def test_of_anything_else_its_tags_by_its_arn(desk: Desk, lasting: Sessions) -> None:
    lasting.client("sqs").tag_queue(QueueUrl=desk.queue.url, Tags={"Env": "Prod"})
    arn = "arn:aws:sqs:ap-northeast-1:123456789012:deskside-events"
    found = resources.about(desk, [arn, "arn:aws:sqs:ap-northeast-1:123456789012:other", "plain"], PLENTY)
    assert {one: (known.tags, known.user) for one, known in found.items()} == {arn: ({"Env": "Prod"}, None)}
