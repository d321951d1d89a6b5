"""An endpoint's day on the simulated AWS: associated, used, cut, and put back as it was."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws_ops import client_vpn, clock
from aws_ops.client_vpn import Route
from aws_ops.session import Sessions
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws

TOKYO = "cvpn-endpoint-0a1b2c3d4e5f60001"
ONE, TWO = "subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"
VPC, GROUP = "vpc-0a1b2c3d4e5f60001", "sg-0a1b2c3d4e5f60002"
ROLE = "arn:aws:iam::123456789012:role/deskside-acts"


@pytest.fixture
def moved() -> Iterator[MovedClock]:
    moved = MovedClock()
    clock.set_source(moved.now)
    yield moved
    clock.set_source(None)


@pytest.fixture
def cloud(moved: MovedClock) -> Iterator[SandboxAws]:
    with SandboxAws(clock=moved, pace=Pace(associate_s=900, disassociate_s=300, page_size=5)) as cloud:
        yield cloud


@pytest.fixture
def sessions(cloud: SandboxAws) -> Sessions:
    return Sessions(cloud.environment()["AWS_REGION"], cloud.url)


@pytest.fixture
def ec2(sessions: Sessions) -> Any:
    return sessions.client("ec2", actor="mika@example.com", role=ROLE)


def states(ec2: Any) -> dict[str, str]:
    return {one.subnet: one.status for one in client_vpn.associations(ec2, TOKYO)}


def test_a_day(cloud: SandboxAws, moved: MovedClock, sessions: Sessions, ec2: Any) -> None:
    assert client_vpn.associations(ec2, TOKYO) == ()
    assert client_vpn.connections(ec2, TOKYO) == ()
    added = [route for route in client_vpn.routes(ec2, TOKYO) if route.added]
    vpc, groups = client_vpn.security_groups(ec2, TOKYO)
    assert [(route.destination, route.subnet, route.description) for route in added] == [("10.20.0.0/16", ONE, "Labs")]
    assert (vpc, groups) == (VPC, (GROUP,))

    first = client_vpn.associate(ec2, TOKYO, ONE, "run-1-one")
    assert client_vpn.associate(ec2, TOKYO, ONE, "run-1-one") == first
    assert client_vpn.associate(ec2, TOKYO, ONE, "somebody-elses") == first
    second = client_vpn.associate(ec2, TOKYO, TWO, "run-1-two")
    assert states(ec2) == {ONE: "associating", TWO: "associating"}
    moved.advance(900)
    assert states(ec2) == {ONE: "associated", TWO: "associated"}

    for number in range(7):
        cloud.connect("tokyo", f"laptop-{number}")
    cloud.disconnect("tokyo", "laptop-3")
    moved.advance(60)
    found = client_vpn.connections(ec2, TOKYO)
    assert {one.name for one in found if one.active} == {f"laptop-{number}" for number in (0, 1, 2, 4, 5, 6)}
    (ended,) = [one for one in found if not one.active]
    assert (ended.name, ended.since, ended.until) == ("laptop-3", clock.epoch() - 60, clock.epoch() - 60)

    client_vpn.disassociate(ec2, TOKYO, first)
    client_vpn.disassociate(ec2, TOKYO, second)
    assert states(ec2) == {ONE: "disassociating", TWO: "disassociating"}
    moved.advance(300 + 3600)
    ec2 = sessions.client("ec2", actor="deskside.vpn", role=ROLE)
    assert client_vpn.associations(ec2, TOKYO) == ()
    assert client_vpn.connections(ec2, TOKYO) == ()
    client_vpn.disassociate(ec2, TOKYO, first)

    assert [route for route in client_vpn.routes(ec2, TOKYO) if route.added] == []
    client_vpn.associate(ec2, TOKYO, ONE, "run-2-one")
    moved.advance(900)
    client_vpn.put_back_route(ec2, TOKYO, added[0])
    client_vpn.put_back_route(ec2, TOKYO, added[0])
    client_vpn.put_back_groups(ec2, TOKYO, VPC, groups)
    moved.advance(60)
    assert [replace(route, status="active") for route in client_vpn.routes(ec2, TOKYO) if route.added] == added
    assert client_vpn.security_groups(ec2, TOKYO) == (VPC, (GROUP,))


def test_a_failed_association_says_why(cloud: SandboxAws, moved: MovedClock, ec2: Any) -> None:
    cloud.vpn.failing = 1
    client_vpn.associate(ec2, TOKYO, ONE, "run-1-one")
    moved.advance(900)
    (failed,) = client_vpn.associations(ec2, TOKYO)
    assert failed.status == "association-failed"
    assert failed.problem


def test_the_profile_is_the_text_that_clients_read(sessions: Sessions, ec2: Any) -> None:
    client_vpn.associate(ec2, TOKYO, ONE, "run-1-one")
    text = client_vpn.profile(sessions.client("ec2"), TOKYO)
    assert text.startswith("client\n")
    assert f"remote {TOKYO}." in text


def test_nobody_in_particular_may_change_anything(sessions: Sessions) -> None:
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        client_vpn.associate(sessions.client("ec2"), TOKYO, ONE, "run-1-one")


def test_an_actors_session_is_renewed_before_it_expires(sessions: Sessions, moved: MovedClock, ec2: Any) -> None:
    client_vpn.associations(ec2, TOKYO)
    moved.advance(3600)
    with pytest.raises(ClientError, match="RequestExpired"):
        client_vpn.associations(ec2, TOKYO)
    client_vpn.associations(sessions.client("ec2", actor="mika@example.com", role=ROLE), TOKYO)


def test_an_endpoint_that_is_not_there(sessions: Sessions) -> None:
    ec2 = sessions.client("ec2")
    gone = "cvpn-endpoint-0a1b2c3d4e5f69999"
    for read in (client_vpn.connections, client_vpn.associations, client_vpn.routes):
        with pytest.raises(ClientError, match=r"InvalidClientVpnEndpointId\.NotFound"):
            read(ec2, gone)


def test_a_route_needs_its_subnet(ec2: Any) -> None:
    with pytest.raises(ClientError, match="InvalidClientVpnActiveAssociationNotFound"):
        client_vpn.put_back_route(ec2, TOKYO, Route("10.30.0.0/16", TWO, "add-route"))
