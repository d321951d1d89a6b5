"""Client VPN endpoints: what is associated and connected, and switching it.

Every function takes an EC2 client and an endpoint's id, reads all pages and raises ClientError.
https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/what-is.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from botocore.exceptions import ClientError

from aws_ops.errors import code

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import ClientVpnConnectionTypeDef, ClientVpnEndpointTypeDef, TargetNetworkTypeDef

ADDED_ROUTE = "add-route"
# EC2's list of errors writes the first of a pair, others have met the second.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
NO_ENDPOINT = ("InvalidClientVpnEndpointIdNotFound", "InvalidClientVpnEndpointId.NotFound")
"""What EC2 says of an endpoint that it does not know."""
_NO_ASSOCIATION = ("InvalidClientVpnAssociationIdNotFound", "InvalidClientVpnAssociationId.NotFound")
_ASSOCIATED_ALREADY = ("InvalidClientVpnDuplicateAssociationException", "InvalidClientVpnDuplicateAssociation")
_ROUTE_ALREADY = ("InvalidClientVpnDuplicateRoute",)
# What EC2 may say of an endpoint that is pending-associate: nobody can be connected to it.
_NOTHING_ASSOCIATED = ("InvalidClientVpnActiveAssociationNotFound",)
# A connection that could not be terminated is still one: to cut under it would drop somebody.
_CONNECTED = ("active", "failed-to-terminate")


@dataclass(frozen=True)
class Association:
    """A subnet's association.

    `status` is associating, associated, association-failed, disassociating or disassociated; `problem` is what AWS
    says about it, if anything.
    """

    id: str
    subnet: str
    status: str
    problem: str | None = None


@dataclass(frozen=True)
class Connection:
    """Somebody's connection, open or ended within the last 60 minutes.

    `since` and `until` are seconds since 1970; None is "AWS does not say" (an open one has no `until`).
    """

    id: str
    common_name: str | None
    username: str | None  # only where the endpoint authenticates with Active Directory
    since: int | None
    until: int | None
    active: bool

    @property
    def name(self) -> str:
        """Who it is, as well as AWS knows."""
        return self.username or self.common_name or "unknown"


@dataclass(frozen=True)
class Route:
    """A route of the endpoint's table; `origin` is `associate` (made by AWS for a subnet) or `add-route` (by people).

    `subnet` is the subnet it goes through, which must be associated; `status` is creating, active, failed or deleting.
    """

    destination: str
    subnet: str
    origin: str
    description: str = ""
    status: str = "active"

    @property
    def added(self) -> bool:
        """Whether people added it, so that nobody but us puts it back."""
        return self.origin == ADDED_ROUTE


class _Described(TypedDict, total=False):
    Description: str


class SecurityGroups(NamedTuple):
    """The groups that are applied to the endpoint's networks, sorted; no `vpc` while nothing was ever associated."""

    vpc: str | None
    groups: tuple[str, ...]


def associations(ec2: "EC2Client", endpoint_id: str) -> tuple[Association, ...]:
    """Every association of the endpoint that AWS still lists, also disassociated and failed ones."""
    return tuple(
        Association(
            id=network["AssociationId"],
            subnet=network["TargetNetworkId"],
            status=network["Status"]["Code"],
            problem=network["Status"].get("Message") or None,
        )
        for network in _networks(ec2, endpoint_id)
    )


def _networks(ec2: "EC2Client", endpoint_id: str) -> "list[TargetNetworkTypeDef]":
    pages = ec2.get_paginator("describe_client_vpn_target_networks").paginate(ClientVpnEndpointId=endpoint_id)
    return [network for page in pages for network in page["ClientVpnTargetNetworks"]]


def connections(ec2: "EC2Client", endpoint_id: str) -> tuple[Connection, ...]:
    """The endpoint's connections: the open ones (`active`) and those that ended within the last 60 minutes."""
    pages = ec2.get_paginator("describe_client_vpn_connections").paginate(ClientVpnEndpointId=endpoint_id)
    try:
        return tuple(_connection(found) for page in pages for found in page["Connections"])
    except ClientError as error:
        if code(error) not in _NOTHING_ASSOCIATED:
            raise
        return ()


def _connection(found: "ClientVpnConnectionTypeDef") -> Connection:
    active = found["Status"]["Code"] in _CONNECTED
    return Connection(
        id=found["ConnectionId"],
        common_name=_said(found.get("CommonName")),
        username=_said(found.get("Username")),
        since=_epoch(found.get("ConnectionEstablishedTime")),
        until=None if active else _epoch(found.get("ConnectionEndTime")),
        active=active,
    )


def _said(text: str | None) -> str | None:
    # Client VPN writes a dash for what it does not know.
    return text if text and text != "-" else None


def _epoch(text: str | None) -> int | None:
    """AWS's `2019-08-12 07:57:14` (UTC; also with T, a fraction or a zone) in seconds since 1970."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def routes(ec2: "EC2Client", endpoint_id: str) -> tuple[Route, ...]:
    """The endpoint's routes, also those that are being made or deleted."""
    pages = ec2.get_paginator("describe_client_vpn_routes").paginate(ClientVpnEndpointId=endpoint_id)
    return tuple(
        Route(
            destination=route["DestinationCidr"],
            subnet=route.get("TargetSubnet", ""),
            origin=route["Origin"],
            description=route.get("Description", ""),
            status=route["Status"]["Code"],
        )
        for page in pages
        for route in page["Routes"]
    )


def security_groups(ec2: "EC2Client", endpoint_id: str) -> SecurityGroups:
    """The security groups of the endpoint's networks, and their VPC."""
    endpoint = _endpoint(ec2, endpoint_id)
    vpc, groups = endpoint.get("VpcId"), endpoint.get("SecurityGroupIds", [])
    if not vpc:
        # An endpoint that was made without a VPC got it from its first association.
        for network in _networks(ec2, endpoint_id):
            vpc, groups = network["VpcId"], network.get("SecurityGroups", [])
    return SecurityGroups(vpc or None, tuple(sorted(groups)))


def _endpoint(ec2: "EC2Client", endpoint_id: str) -> "ClientVpnEndpointTypeDef":
    return ec2.describe_client_vpn_endpoints(ClientVpnEndpointIds=[endpoint_id])["ClientVpnEndpoints"][0]


def associate(ec2: "EC2Client", endpoint_id: str, subnet: str, token: str) -> str:
    """Associate a subnet and return the association's id; it takes AWS 10 to 30 minutes.

    The same `token` (up to 64 ASCII characters) again is the same association. One that somebody else made meanwhile is
    as good, and its id is returned.
    """
    try:
        answer = ec2.associate_client_vpn_target_network(
            ClientVpnEndpointId=endpoint_id, SubnetId=subnet, ClientToken=token
        )
    except ClientError as error:
        if code(error) not in _ASSOCIATED_ALREADY:
            raise
        standing = (there for there in associations(ec2, endpoint_id) if there.subnet == subnet)
        usable = next((there.id for there in standing if there.status in {"associating", "associated"}), None)
        if usable is None:
            raise
        return usable
    return answer["AssociationId"]


def disassociate(ec2: "EC2Client", endpoint_id: str, association_id: str) -> None:
    """Ask AWS to take an association away, which drops its connections and takes minutes; already gone is success."""
    try:
        ec2.disassociate_client_vpn_target_network(ClientVpnEndpointId=endpoint_id, AssociationId=association_id)
    except ClientError as error:
        if code(error) not in _NO_ASSOCIATION:
            raise


def put_back_route(ec2: "EC2Client", endpoint_id: str, route: Route) -> None:
    """Make a route as it was; its subnet must be associated. One that is there is success."""
    described: _Described = {"Description": route.description} if route.description else {}
    try:
        ec2.create_client_vpn_route(
            ClientVpnEndpointId=endpoint_id,
            DestinationCidrBlock=route.destination,
            TargetVpcSubnetId=route.subnet,
            **described,
        )
    except ClientError as error:
        if code(error) not in _ROUTE_ALREADY:
            raise


def put_back_groups(ec2: "EC2Client", endpoint_id: str, vpc: str, groups: Sequence[str]) -> None:
    """Apply exactly these security groups (1 to 5) to the endpoint's networks of a VPC."""
    ec2.apply_security_groups_to_client_vpn_target_network(
        ClientVpnEndpointId=endpoint_id, VpcId=vpc, SecurityGroupIds=list(groups)
    )


def profile(ec2: "EC2Client", endpoint_id: str) -> str:
    """The .ovpn text that people connect with, without their own certificate and key."""
    return ec2.export_client_vpn_client_configuration(ClientVpnEndpointId=endpoint_id)["ClientConfiguration"]
