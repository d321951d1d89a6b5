"""What AWS answers about Client VPN, in all the ways that it may say it.

The simulated AWS says it in one way; the others are put in the client's mouth here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from aws_ops import client_vpn
from aws_ops.client_vpn import Association, Connection, Route, SecurityGroups
from aws_ops.session import Sessions

ENDPOINT = "cvpn-endpoint-0a1b2c3d4e5f60001"
ROUTE = Route("10.20.0.0/16", "subnet-1", "add-route", "office")


@pytest.fixture
def ec2(aws: str, lasting: Sessions) -> Any:
    return lasting.client("ec2")


@pytest.fixture
def says(ec2: Any) -> Iterator[Stubber]:
    """AWS says this, in this order, and is asked no more than that."""
    with Stubber(ec2) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def connected(number: int, status: str = "active", **more: str) -> dict[str, Any]:
    return {
        "ConnectionId": f"cvpn-connection-{number}",
        "CommonName": "mika.example.com",
        "ConnectionEstablishedTime": "2026-10-20 07:57:14",
        "ConnectionEndTime": "-",
        "Status": {"Code": status},
        **more,
    }


def network(number: int, status: str, message: str = "", **more: Any) -> dict[str, Any]:
    return {
        "AssociationId": f"cvpn-assoc-{number}",
        "TargetNetworkId": f"subnet-{number}",
        "Status": {"Code": status, "Message": message},
        **more,
    }


def test_associations_of_every_page(ec2: Any, says: Stubber) -> None:
    first = {"ClientVpnTargetNetworks": [network(1, "associated")], "NextToken": "more"}
    second = {"ClientVpnTargetNetworks": [network(2, "association-failed", "no free addresses")]}
    says.add_response("describe_client_vpn_target_networks", first, {"ClientVpnEndpointId": ENDPOINT})
    says.add_response(
        "describe_client_vpn_target_networks", second, {"ClientVpnEndpointId": ENDPOINT, "NextToken": "more"}
    )
    assert client_vpn.associations(ec2, ENDPOINT) == (
        Association("cvpn-assoc-1", "subnet-1", "associated", None),
        Association("cvpn-assoc-2", "subnet-2", "association-failed", "no free addresses"),
    )


def test_connections_of_every_page_open_and_ended(ec2: Any, says: Stubber) -> None:
    ended = connected(2, "terminated", Username="ren", ConnectionEndTime="2026-10-20 08:00:00")
    says.add_response("describe_client_vpn_connections", {"Connections": [connected(1)], "NextToken": "more"})
    says.add_response("describe_client_vpn_connections", {"Connections": [ended]})
    one, two = client_vpn.connections(ec2, ENDPOINT)
    assert one == Connection("cvpn-connection-1", "mika.example.com", None, 1792483034, None, active=True)
    assert two == Connection("cvpn-connection-2", "mika.example.com", "ren", 1792483034, 1792483200, active=False)
    assert (one.name, two.name) == ("mika.example.com", "ren")


@pytest.mark.parametrize(
    ("status", "active"),
    [("active", True), ("failed-to-terminate", True), ("terminating", False), ("terminated", False)],
)
def test_who_is_connected(ec2: Any, says: Stubber, status: str, active: bool) -> None:
    says.add_response("describe_client_vpn_connections", {"Connections": [connected(1, status)]})
    (one,) = client_vpn.connections(ec2, ENDPOINT)
    assert (one.active, one.until) == (active, None)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("2026-10-20 07:57:14", 1792483034),
        ("2026-10-20T07:57:14", 1792483034),
        ("2026-10-20T07:57:14.000Z", 1792483034),
        ("2026-10-20T16:57:14+09:00", 1792483034),
        ("-", None),
        ("", None),
        ("a while ago", None),
    ],
)
def test_times_as_aws_writes_them(ec2: Any, says: Stubber, text: str, since: int | None) -> None:
    found = connected(1, ConnectionEstablishedTime=text)
    says.add_response("describe_client_vpn_connections", {"Connections": [found]})
    assert client_vpn.connections(ec2, ENDPOINT)[0].since == since


def test_somebody_without_a_name_is_still_somebody(ec2: Any, says: Stubber) -> None:
    found = {"ConnectionId": "cvpn-connection-1", "CommonName": "-", "Status": {"Code": "active"}}
    says.add_response("describe_client_vpn_connections", {"Connections": [found]})
    (one,) = client_vpn.connections(ec2, ENDPOINT)
    assert (one.name, one.active) == ("unknown", True)


def test_nobody_is_connected_where_nothing_is_associated(ec2: Any, says: Stubber) -> None:
    says.add_client_error("describe_client_vpn_connections", "InvalidClientVpnActiveAssociationNotFound")
    assert client_vpn.connections(ec2, ENDPOINT) == ()


def test_connections_that_cannot_be_read_are_not_none(ec2: Any, says: Stubber) -> None:
    says.add_response("describe_client_vpn_connections", {"Connections": [connected(1)], "NextToken": "more"})
    says.add_client_error("describe_client_vpn_connections", "UnauthorizedOperation", http_status_code=403)
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        client_vpn.connections(ec2, ENDPOINT)


def test_routes(ec2: Any, says: Stubber) -> None:
    made = {
        "DestinationCidr": "10.0.0.0/16",
        "TargetSubnet": "subnet-1",
        "Origin": "associate",
        "Status": {"Code": "active"},
    }
    added = {**made, "DestinationCidr": "10.20.0.0/16", "Origin": "add-route", "Description": "office"}
    says.add_response("describe_client_vpn_routes", {"Routes": [made], "NextToken": "more"})
    says.add_response("describe_client_vpn_routes", {"Routes": [added]})
    one, two = client_vpn.routes(ec2, ENDPOINT)
    assert (one.added, two.added) == (False, True)
    assert two == ROUTE


def test_security_groups_of_the_endpoint(ec2: Any, says: Stubber) -> None:
    says.add_response(
        "describe_client_vpn_endpoints",
        {"ClientVpnEndpoints": [{"VpcId": "vpc-1", "SecurityGroupIds": ["sg-2", "sg-1"]}]},
        {"ClientVpnEndpointIds": [ENDPOINT]},
    )
    assert client_vpn.security_groups(ec2, ENDPOINT) == SecurityGroups("vpc-1", ("sg-1", "sg-2"))


def test_security_groups_of_an_endpoint_without_a_vpc_are_its_networks(ec2: Any, says: Stubber) -> None:
    networks = [network(1, "associated", VpcId="vpc-1", SecurityGroups=["sg-1"])]
    says.add_response("describe_client_vpn_endpoints", {"ClientVpnEndpoints": [{"Status": {"Code": "available"}}]})
    says.add_response("describe_client_vpn_target_networks", {"ClientVpnTargetNetworks": networks})
    assert client_vpn.security_groups(ec2, ENDPOINT) == ("vpc-1", ("sg-1",))


def test_an_endpoint_that_never_had_a_network_has_no_groups(ec2: Any, says: Stubber) -> None:
    says.add_response("describe_client_vpn_endpoints", {"ClientVpnEndpoints": [{}]})
    says.add_response("describe_client_vpn_target_networks", {"ClientVpnTargetNetworks": []})
    assert client_vpn.security_groups(ec2, ENDPOINT) == (None, ())


def test_associate_gives_its_token(ec2: Any, says: Stubber) -> None:
    asked = {"ClientVpnEndpointId": ENDPOINT, "SubnetId": "subnet-1", "ClientToken": "vpn-1-subnet-1"}
    says.add_response("associate_client_vpn_target_network", {"AssociationId": "cvpn-assoc-1"}, asked)
    assert client_vpn.associate(ec2, ENDPOINT, "subnet-1", "vpn-1-subnet-1") == "cvpn-assoc-1"


@pytest.mark.parametrize(
    "code", ["InvalidClientVpnDuplicateAssociationException", "InvalidClientVpnDuplicateAssociation"]
)
def test_an_association_that_somebody_else_made_is_as_good(ec2: Any, says: Stubber, code: str) -> None:
    networks = [network(1, "disassociated"), network(2, "associating"), {**network(3, "associated")}]
    networks[2]["TargetNetworkId"] = "subnet-1"
    says.add_client_error("associate_client_vpn_target_network", code)
    says.add_response("describe_client_vpn_target_networks", {"ClientVpnTargetNetworks": networks})
    assert client_vpn.associate(ec2, ENDPOINT, "subnet-1", "token") == "cvpn-assoc-3"


def test_an_association_that_is_going_is_not(ec2: Any, says: Stubber) -> None:
    says.add_client_error("associate_client_vpn_target_network", "InvalidClientVpnDuplicateAssociationException")
    going = {"ClientVpnTargetNetworks": [network(1, "disassociating")]}
    says.add_response("describe_client_vpn_target_networks", going)
    with pytest.raises(ClientError, match="Duplicate"):
        client_vpn.associate(ec2, ENDPOINT, "subnet-1", "token")


def test_another_refusal_of_associate_is_raised(ec2: Any, says: Stubber) -> None:
    says.add_client_error("associate_client_vpn_target_network", "InvalidClientVpnSubnetId.DuplicateAz")
    with pytest.raises(ClientError, match="DuplicateAz"):
        client_vpn.associate(ec2, ENDPOINT, "subnet-1", "token")


@pytest.mark.parametrize("code", ["InvalidClientVpnAssociationIdNotFound", "InvalidClientVpnAssociationId.NotFound"])
def test_disassociating_what_is_gone_is_success(ec2: Any, says: Stubber, code: str) -> None:
    says.add_client_error("disassociate_client_vpn_target_network", code)
    client_vpn.disassociate(ec2, ENDPOINT, "cvpn-assoc-1")


def test_another_refusal_of_disassociate_is_raised(ec2: Any, says: Stubber) -> None:
    says.add_client_error("disassociate_client_vpn_target_network", "InvalidClientVpnEndpointId.NotFound")
    with pytest.raises(ClientError, match=r"EndpointId\.NotFound"):
        client_vpn.disassociate(ec2, ENDPOINT, "cvpn-assoc-1")


def test_a_route_is_put_back_as_it_was(ec2: Any, says: Stubber) -> None:
    asked = {
        "ClientVpnEndpointId": ENDPOINT,
        "DestinationCidrBlock": "10.20.0.0/16",
        "TargetVpcSubnetId": "subnet-1",
        "Description": "office",
    }
    says.add_response("create_client_vpn_route", {"Status": {"Code": "creating"}}, asked)
    client_vpn.put_back_route(ec2, ENDPOINT, ROUTE)
    says.add_client_error("create_client_vpn_route", "InvalidClientVpnDuplicateRoute")
    client_vpn.put_back_route(ec2, ENDPOINT, ROUTE)
    says.add_client_error("create_client_vpn_route", "InvalidClientVpnActiveAssociationNotFound")
    with pytest.raises(ClientError, match="ActiveAssociationNotFound"):
        client_vpn.put_back_route(ec2, ENDPOINT, ROUTE)
