"""The EC2 operations on Client VPN: parameters in, the output shape's members out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.aws.client_vpn import ClientVpn, made_up
from sandbox.aws.client_vpn_state import CONNECTION_KEPT_S, Association, Connection, Endpoint, Route, Rule
from sandbox.aws.paging import page, selected
from sandbox.aws.profile import profile_text
from sandbox.aws.refused import Refused

Params = Mapping[str, Any]
Result = dict[str, Any]


def answer(vpn: ClientVpn, operation: str, params: Params) -> Result:
    """The result of a Client VPN operation; raises `Refused` as AWS would."""
    with vpn.lock:
        return OPERATIONS[operation](vpn, params)


def _needed(params: Params, name: str) -> str:
    value = params.get(name)
    if not value:
        raise Refused("MissingParameter", f"The request must contain the parameter {name}")
    return str(value)


def _moment(seconds: float | None, form: str = "%Y-%m-%d %H:%M:%S") -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime(form)


# -- endpoints -------------------------------------------------------------------------------------------------------


def _describe_endpoints(vpn: ClientVpn, params: Params) -> Result:
    wanted = params.get("ClientVpnEndpointIds") or list(vpn.endpoints)
    shown = [_endpoint(vpn, vpn.endpoint(one)) for one in wanted]
    kept = selected(shown, params, {"endpoint-id": "ClientVpnEndpointId", "transport-protocol": "TransportProtocol"})
    return page("ClientVpnEndpoints", kept, params, vpn.pace.page_size)


def _endpoint(vpn: ClientVpn, endpoint: Endpoint) -> Result:
    now = vpn.now()
    networks = [one for one in endpoint.associations if one.lives(now)]
    return {
        "ClientVpnEndpointId": endpoint.id,
        "Description": endpoint.description,
        "Status": {"Code": endpoint.state(now)},
        "CreationTime": _moment(endpoint.created, "%Y-%m-%dT%H:%M:%S"),
        "DnsName": f"*.{endpoint.id}.prod.clientvpn.us-east-1.amazonaws.com",
        "ClientCidrBlock": endpoint.client_cidr,
        "SplitTunnel": endpoint.split_tunnel,
        "VpnProtocol": "openvpn",
        "TransportProtocol": endpoint.transport,
        "VpnPort": endpoint.port,
        "AssociatedTargetNetworks": [{"NetworkId": one.subnet.id, "NetworkType": "vpc"} for one in networks],
        "AuthenticationOptions": [{"Type": "certificate-authentication"}],
        "ConnectionLogOptions": {"Enabled": False},
        "Tags": [{"Key": key, "Value": value} for key, value in endpoint.tags.items()],
        "SecurityGroupIds": list(endpoint.groups),
        "VpcId": endpoint.vpc or None,
        "SessionTimeoutHours": 24,
    }


def _create_endpoint(vpn: ClientVpn, params: Params) -> Result:
    vpc = params.get("VpcId") or ""
    if vpc and vpc not in vpn.vpcs:
        raise Refused("InvalidVpcID.NotFound", f"The vpc ID '{vpc}' does not exist")
    tags = {tag["Key"]: tag["Value"] for spec in params.get("TagSpecifications", []) for tag in spec.get("Tags", [])}
    endpoint = Endpoint(
        id=made_up("cvpn-endpoint"),
        description=params.get("Description", ""),
        vpc=vpc,
        groups=tuple(params.get("SecurityGroupIds", [])),
        created=vpn.now(),
        client_cidr=_needed(params, "ClientCidrBlock"),
        split_tunnel=params.get("SplitTunnel", False),
        transport=params.get("TransportProtocol", "udp"),
        port=params.get("VpnPort", 443),
        tags=tags,
    )
    vpn.endpoints[endpoint.id] = endpoint
    shown = _endpoint(vpn, endpoint)
    return {name: shown[name] for name in ("ClientVpnEndpointId", "Status", "DnsName")}


def _delete_endpoint(vpn: ClientVpn, params: Params) -> Result:
    endpoint = vpn.endpoint(_needed(params, "ClientVpnEndpointId"))
    if any(one.state(vpn.now()) != "disassociated" for one in endpoint.associations):
        raise Refused("OperationNotPermitted", "Disassociate the target networks before deleting the endpoint")
    del vpn.endpoints[endpoint.id]
    return {"Status": {"Code": "deleting"}}


def _export_profile(vpn: ClientVpn, params: Params) -> Result:
    return {"ClientConfiguration": profile_text(vpn.endpoint(_needed(params, "ClientVpnEndpointId")))}


# -- networks --------------------------------------------------------------------------------------------------------


def _associate(vpn: ClientVpn, params: Params) -> Result:
    made = vpn.associate(_needed(params, "ClientVpnEndpointId"), _needed(params, "SubnetId"), params.get("ClientToken"))
    return {"AssociationId": made.id, "Status": {"Code": made.state(vpn.now())}}


def _disassociate(vpn: ClientVpn, params: Params) -> Result:
    cut = vpn.disassociate(_needed(params, "ClientVpnEndpointId"), _needed(params, "AssociationId"))
    return {"AssociationId": cut.id, "Status": {"Code": cut.state(vpn.now())}}


def _describe_networks(vpn: ClientVpn, params: Params) -> Result:
    endpoint = vpn.endpoint(_needed(params, "ClientVpnEndpointId"))
    shown = vpn.shown(endpoint)
    wanted = params.get("AssociationIds") or []
    for association_id in wanted:
        if association_id not in {one.id for one in shown}:
            raise Refused("InvalidClientVpnAssociationId.NotFound", f"Association {association_id} does not exist")
    networks = [_network(vpn, endpoint, one) for one in shown if not wanted or one.id in wanted]
    names = {"association-id": "AssociationId", "target-network-id": "TargetNetworkId", "vpc-id": "VpcId"}
    return page("ClientVpnTargetNetworks", selected(networks, params, names), params, vpn.pace.page_size)


def _network(vpn: ClientVpn, endpoint: Endpoint, association: Association) -> Result:
    state = association.state(vpn.now())
    status = {"Code": state}
    if state == "association-failed":
        status["Message"] = "The target network could not be associated."
    return {
        "AssociationId": association.id,
        "VpcId": association.subnet.vpc,
        "TargetNetworkId": association.subnet.id,
        "ClientVpnEndpointId": endpoint.id,
        "Status": status,
        "SecurityGroups": list(endpoint.groups),
        "AvailabilityZones": [association.subnet.zone],
    }


def _apply_groups(vpn: ClientVpn, params: Params) -> Result:
    groups = params.get("SecurityGroupIds") or []
    return {
        "SecurityGroupIds": list(
            vpn.apply_groups(_needed(params, "ClientVpnEndpointId"), _needed(params, "VpcId"), groups)
        )
    }


# -- routes and rules ------------------------------------------------------------------------------------------------


def _create_route(vpn: ClientVpn, params: Params) -> Result:
    route = vpn.add_route(
        _needed(params, "ClientVpnEndpointId"),
        _needed(params, "DestinationCidrBlock"),
        _needed(params, "TargetVpcSubnetId"),
        params.get("Description", ""),
        params.get("ClientToken"),
    )
    return {"Status": {"Code": route.state(vpn.now())}}


def _delete_route(vpn: ClientVpn, params: Params) -> Result:
    vpn.delete_route(
        _needed(params, "ClientVpnEndpointId"),
        _needed(params, "DestinationCidrBlock"),
        _needed(params, "TargetVpcSubnetId"),
    )
    return {"Status": {"Code": "deleting"}}


def _describe_routes(vpn: ClientVpn, params: Params) -> Result:
    endpoint = vpn.endpoint(_needed(params, "ClientVpnEndpointId"))
    routes = [_route(vpn, endpoint, one) for one in endpoint.routes]
    names = {"destination-cidr": "DestinationCidr", "origin": "Origin", "target-subnet": "TargetSubnet"}
    return page("Routes", selected(routes, params, names), params, vpn.pace.page_size)


def _route(vpn: ClientVpn, endpoint: Endpoint, route: Route) -> Result:
    return {
        "ClientVpnEndpointId": endpoint.id,
        "DestinationCidr": route.cidr,
        "TargetSubnet": route.subnet,
        "Type": "Nat",
        "Origin": route.origin,
        "Status": {"Code": route.state(vpn.now())},
        "Description": route.description,
    }


def _authorize(vpn: ClientVpn, params: Params) -> Result:
    group = None if params.get("AuthorizeAllGroups") else _needed(params, "AccessGroupId")
    endpoint, cidr = _needed(params, "ClientVpnEndpointId"), _needed(params, "TargetNetworkCidr")
    vpn.authorize(endpoint, cidr, group, params.get("Description", ""))
    return {"Status": {"Code": "active"}}


def _revoke(vpn: ClientVpn, params: Params) -> Result:
    group = None if params.get("RevokeAllGroups") else _needed(params, "AccessGroupId")
    vpn.revoke(_needed(params, "ClientVpnEndpointId"), _needed(params, "TargetNetworkCidr"), group)
    return {"Status": {"Code": "revoking"}}


def _describe_rules(vpn: ClientVpn, params: Params) -> Result:
    endpoint = vpn.endpoint(_needed(params, "ClientVpnEndpointId"))
    rules = [_rule(endpoint, one) for one in endpoint.rules]
    names = {"destination-cidr": "DestinationCidr", "group-id": "GroupId", "description": "Description"}
    return page("AuthorizationRules", selected(rules, params, names), params, vpn.pace.page_size)


def _rule(endpoint: Endpoint, rule: Rule) -> Result:
    return {
        "ClientVpnEndpointId": endpoint.id,
        "Description": rule.description,
        "GroupId": rule.group or "",
        "AccessAll": rule.group is None,
        "DestinationCidr": rule.cidr,
        "Status": {"Code": "active"},
    }


# -- connections -----------------------------------------------------------------------------------------------------


def _describe_connections(vpn: ClientVpn, params: Params) -> Result:
    endpoint = vpn.endpoint(_needed(params, "ClientVpnEndpointId"))
    now = vpn.now()
    told = [one for one in endpoint.connections if one.ended is None or now < one.ended + CONNECTION_KEPT_S]
    shown = [_connection(endpoint, one, now) for one in told]
    names = {"connection-id": "ConnectionId", "username": "Username"}
    return page("Connections", selected(shown, params, names), params, vpn.pace.page_size)


def _connection(endpoint: Endpoint, connection: Connection, now: float) -> Result:
    packets = int(connection.seconds(now) * 40)
    return {
        "ClientVpnEndpointId": endpoint.id,
        "Timestamp": _moment(now),
        "ConnectionId": connection.id,
        "Username": connection.username,
        "ConnectionEstablishedTime": _moment(connection.established),
        "IngressBytes": str(packets * 420),
        "EgressBytes": str(packets * 900),
        "IngressPackets": str(packets),
        "EgressPackets": str(packets),
        "ClientIp": connection.client_ip,
        "CommonName": connection.common_name,
        "Status": {"Code": "active" if connection.active(now) else "terminated"},
        "ConnectionEndTime": None if connection.active(now) else _moment(connection.ended),
    }


def _terminate(vpn: ClientVpn, params: Params) -> Result:
    endpoint = vpn.endpoint(_needed(params, "ClientVpnEndpointId"))
    connection_id, username = params.get("ConnectionId"), params.get("Username")
    ended = vpn.disconnect(endpoint, connection_id or _needed(params, "Username"))
    if not ended:
        code = "IdNotFound" if connection_id else "UserNotFound"
        raise Refused(f"InvalidClientVpnConnection.{code}", f"{connection_id or username} has no active connection")
    change = {"PreviousStatus": {"Code": "active"}, "CurrentStatus": {"Code": "terminating"}}
    return {
        "ClientVpnEndpointId": endpoint.id,
        "Username": username,
        "ConnectionStatuses": [{"ConnectionId": one.id, **change} for one in ended],
    }


OPERATIONS: dict[str, Callable[[ClientVpn, Params], Result]] = {
    "ApplySecurityGroupsToClientVpnTargetNetwork": _apply_groups,
    "AssociateClientVpnTargetNetwork": _associate,
    "AuthorizeClientVpnIngress": _authorize,
    "CreateClientVpnEndpoint": _create_endpoint,
    "CreateClientVpnRoute": _create_route,
    "DeleteClientVpnEndpoint": _delete_endpoint,
    "DeleteClientVpnRoute": _delete_route,
    "DescribeClientVpnAuthorizationRules": _describe_rules,
    "DescribeClientVpnConnections": _describe_connections,
    "DescribeClientVpnEndpoints": _describe_endpoints,
    "DescribeClientVpnRoutes": _describe_routes,
    "DescribeClientVpnTargetNetworks": _describe_networks,
    "DisassociateClientVpnTargetNetwork": _disassociate,
    "ExportClientVpnClientConfiguration": _export_profile,
    "RevokeClientVpnIngress": _revoke,
    "TerminateClientVpnConnections": _terminate,
}
"""Every Client VPN operation that the sandbox knows."""
