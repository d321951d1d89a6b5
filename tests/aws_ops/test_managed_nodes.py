"""A word on the screens of WorkSpaces that Systems Manager manages, and what hinders nothing."""

import logging

import pytest
from botocore.exceptions import ClientError

from aws_ops import managed_nodes
from aws_ops.desk import Desk
from aws_ops.managed_nodes import Node, node_of
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.managed_nodes import node_of as node_id
from sandbox.aws.server import SandboxAws
from sandbox.aws.workspaces_fleet import Fleet
from sandbox.aws.workspaces_state import computer_of
from sandbox.aws.world import ROLE

ODA = "oda@example.com"
MIKA = computer_of(seed.MIKAS)


def linux(aws: SandboxAws) -> str:
    """The computer of somebody with a desktop of Linux that runs and is managed."""
    spaces = aws.workspaces
    return next(
        one.computer
        for one in spaces.shown()
        if one.bundle == seed.RESEARCH and one.tags["Env"] == "Prod" and one.state(spaces.now()) == "AVAILABLE"
    )


def test_those_that_answer_are_found_by_their_computers_names(fleet_desk: Desk, fleet_cloud: SandboxAws) -> None:
    fleet_cloud.reset_calls()
    known = managed_nodes.nodes(fleet_desk)
    mika = node_of(known, MIKA, None)
    assert mika is not None
    assert (mika.id, mika.platform, mika.computer) == (node_id(seed.MIKAS), "Windows", MIKA.lower())
    assert node_of(known, computer_of(seed.STOPPED), None) is None
    assert len({node.platform for node in known}) == 2
    assert fleet_cloud.calls()["SSM.DescribeInstanceInformation"] == 1


def test_a_name_that_several_have_is_told_by_its_address() -> None:
    twins = [Node("mi-1", "wsamzn-1", "Windows", "10.0.0.1"), Node("mi-2", "wsamzn-1", "Windows", "10.0.0.2")]
    assert node_of(twins, "WSAMZN-1", "10.0.0.2") == twins[1]
    assert node_of(twins, "WSAMZN-1", "10.0.0.3") is None
    assert node_of(twins, "WSAMZN-1.corp.example.com", None) is None
    assert node_of(twins[:1], "WSAMZN-1.corp.example.com", "10.9.9.9") == twins[0]


def test_whoever_is_at_the_desk_reads_it(fleet_desk: Desk, fleet_cloud: SandboxAws) -> None:
    other = linux(fleet_cloud)
    told = managed_nodes.warn(
        fleet_desk, {MIKA: None, other: None, "WSAMZN-NOBODY": "10.0.0.1"}, 10, actor=ODA, role=ROLE
    )
    assert told == {MIKA, other}
    (windows, shell) = fleet_cloud.nodes.commands
    assert windows == (
        seed.MIKAS,
        "msg.exe * /TIME:300 'This desktop gets a new image in about 10 minutes, once nobody is connected to it. Save "
        "your work and sign out. Programs that were installed by hand will be gone.'",
    )
    assert shell[1].startswith("wall 'This desktop gets a new image in about 10 minutes,")


def test_a_fleet_takes_a_command_for_every_fifty(fleet_desk: Desk, fleet_cloud: SandboxAws) -> None:
    fleet = fleet_cloud.add_fleet(Fleet(count=120))
    stopped = fleet_cloud.add_fleet(Fleet(count=5, state="STOPPED"))
    fleet_cloud.reset_calls()
    computers = {computer_of(one): None for one in (*fleet, *stopped)}
    told = managed_nodes.warn(fleet_desk, computers, 0, actor=ODA, role=ROLE)
    assert told == {computer_of(one) for one in fleet}
    assert fleet_cloud.calls()["SSM.SendCommand"] == 3
    assert {one for one, _ in fleet_cloud.nodes.commands} == set(fleet)
    assert "a new image now, once" in fleet_cloud.nodes.commands[0][1]


@pytest.mark.parametrize("operation", ["DescribeInstanceInformation", "SendCommand"])
def test_what_aws_refuses_is_logged_and_hinders_nothing(
    fleet_desk: Desk, fleet_cloud: SandboxAws, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    fleet_cloud.fault("SSM", operation, error="AccessDeniedException", times=1)
    with caplog.at_level(logging.WARNING):
        assert managed_nodes.warn(fleet_desk, {MIKA: None}, 10, actor=ODA, role=ROLE) == frozenset()
    assert "AccessDeniedException" in caplog.text
    assert fleet_cloud.nodes.commands == []


def test_the_sandbox_refuses_what_ssm_does(fleet_desk: Desk) -> None:
    ssm = fleet_desk.sessions.client("ssm")
    shell, script = "AWS-RunShellScript", {"commands": ["wall x"]}
    for code, ids, document in (
        ("InvalidInstanceId", ["mi-00000000000000000"], shell),
        ("UnsupportedPlatformType", [node_id(seed.MIKAS)], shell),
        ("InvalidDocument", [node_id(seed.MIKAS)], "AWS-RunNothing"),
    ):
        with pytest.raises(ClientError, match=code):
            ssm.send_command(InstanceIds=ids, DocumentName=document, Parameters=script)
    with pytest.raises(ClientError, match="InvalidFilterKey"):
        ssm.describe_instance_information(Filters=[{"Key": "ComputerName", "Values": ["x"]}])
