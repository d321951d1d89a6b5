"""The simulated Client VPN: endpoints, their networks, routes, groups and connections, with AWS's rules and codes.

Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html; where that page and the service
disagree (association ids, duplicate associations) the code is the one that clients meet in practice.
"""

import itertools
import random
import threading
from collections.abc import Sequence
from ipaddress import ip_network

from sandbox.aws.client_vpn_state import Association, Connection, Endpoint, Pace, Route, Rule, Subnet, Vpc
from sandbox.aws.clock import Clock
from sandbox.aws.refused import Refused

ROUTE_READY_S = 1.0
GROUPS_PER_NETWORK = 5
ENDED = frozenset({"association-failed", "disassociated"})


class ClientVpn:
    """Every Client VPN endpoint of the account and region. Safe to call from several threads.

    Methods that AWS could refuse raise `Refused` with AWS's code.
    """

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock = clock
        self.pace = pace
        self.lock = threading.RLock()
        self.endpoints: dict[str, Endpoint] = {}
        self.vpcs: dict[str, Vpc] = {}
        self.subnets: dict[str, Subnet] = {}
        self.failing = 0
        self._tokens: dict[str, tuple[tuple[str, ...], str]] = {}
        self._addresses = itertools.count(2)

    def now(self) -> float:
        return self._clock.now().timestamp()

    def clear(self) -> None:
        """Forget everything but the pace."""
        with self.lock:
            for kept in (self.endpoints, self.vpcs, self.subnets, self._tokens):
                kept.clear()
            self.failing = 0

    # -- finding -----------------------------------------------------------------------------------------------------

    def endpoint(self, endpoint_id: str) -> Endpoint:
        found = self.endpoints.get(endpoint_id)
        if found is None:
            raise Refused("InvalidClientVpnEndpointId.NotFound", f"Endpoint {endpoint_id} does not exist")
        return found

    def named(self, name_or_id: str) -> Endpoint:
        """The endpoint by its Name tag or its id, as the sandbox's controls call it."""
        for endpoint in self.endpoints.values():
            if name_or_id in {endpoint.id, endpoint.name}:
                return endpoint
        return self.endpoint(name_or_id)

    def shown(self, endpoint: Endpoint) -> list[Association]:
        """The associations that AWS still tells of."""
        now = self.now()
        return [one for one in endpoint.associations if (end := one.ended()) is None or now < end + self.pace.gone_s]

    def free_subnet(self, endpoint: Endpoint) -> str:
        """A subnet of the endpoint's VPC that could be associated now."""
        now = self.now()
        busy = {one.subnet.id for one in endpoint.associations if one.state(now) not in ENDED}
        for subnet in self.subnets.values():
            if subnet.vpc == endpoint.vpc and subnet.id not in busy:
                return subnet.id
        raise Refused("InvalidClientVpnDuplicateAssociation", f"Every subnet of {endpoint.vpc} is associated")

    # -- networks ----------------------------------------------------------------------------------------------------

    def associate(self, endpoint_id: str, subnet_id: str, token: str | None = None) -> Association:
        """Start to associate a subnet; the same token with the same arguments returns the same association."""
        with self.lock:
            endpoint = self.endpoint(endpoint_id)
            before = self._repeated(token, "associate", endpoint_id, subnet_id)
            if before is not None:
                return next(one for one in endpoint.associations if one.id == before)
            subnet = self._associable(endpoint, subnet_id)
            now = self.now()
            fails, self.failing = self.failing > 0, max(self.failing - 1, 0)
            association = Association(made_up("cvpn-assoc"), subnet, now, self.pace.associate_s, fails)
            endpoint.associations = [
                one
                for one in endpoint.associations
                if one.subnet.id != subnet_id or one.state(now) != "association-failed"
            ]
            endpoint.associations.append(association)
            vpc = self.vpcs[subnet.vpc]
            endpoint.vpc = endpoint.vpc or vpc.id
            endpoint.groups = endpoint.groups or (vpc.default_group,)
            if not fails:
                ready = now + association.takes
                endpoint.routes.append(Route(vpc.cidr, subnet_id, "associate", "Default Route", ready))
            self._remember(token, association.id, "associate", endpoint_id, subnet_id)
            return association

    def _associable(self, endpoint: Endpoint, subnet_id: str) -> Subnet:
        subnet = self.subnets.get(subnet_id)
        if subnet is None:
            raise Refused("InvalidClientVpnSubnetId.NotFound", f"Subnet {subnet_id} does not exist")
        if endpoint.vpc and subnet.vpc != endpoint.vpc:
            raise Refused("InvalidParameterValue", f"Subnet {subnet_id} is not in VPC {endpoint.vpc} of the endpoint")
        now = self.now()
        taken = [one for one in endpoint.associations if one.state(now) not in ENDED]
        if any(one.subnet.id == subnet_id for one in taken):
            raise Refused(
                "InvalidClientVpnDuplicateAssociation",
                f"Subnet {subnet_id} is already associated with Client VPN endpoint {endpoint.id}",
            )
        if any(one.subnet.zone == subnet.zone for one in taken):
            raise Refused(
                "InvalidClientVpnSubnetId.DuplicateAz",
                f"A subnet of {subnet.zone} is already associated with Client VPN endpoint {endpoint.id}",
            )
        return subnet

    def disassociate(self, endpoint_id: str, association_id: str) -> Association:
        """Start to disassociate; the last network takes every connection with it."""
        with self.lock:
            endpoint = self.endpoint(endpoint_id)
            now = self.now()
            found = next((one for one in endpoint.associations if one.id == association_id), None)
            if found is None or found.state(now) == "disassociated":
                raise Refused("InvalidClientVpnAssociationId.NotFound", f"Association {association_id} does not exist")
            if found.cut is not None:
                return found
            found.cut, found.cutting_takes = now, self.pace.disassociate_s
            self._lose_routes(endpoint, found.subnet.id)
            if not any(one.lives(now) for one in endpoint.associations):
                for connection in endpoint.active(now):
                    connection.ended = now
                if not self.pace.routes_survive:
                    endpoint.groups = (self.vpcs[found.subnet.vpc].default_group,)
            return found

    def _lose_routes(self, endpoint: Endpoint, subnet_id: str) -> None:
        def stays(route: Route) -> bool:
            return route.subnet != subnet_id or (self.pace.routes_survive and route.origin == "add-route")

        endpoint.routes = [route for route in endpoint.routes if stays(route)]

    def apply_groups(self, endpoint_id: str, vpc_id: str, groups: Sequence[str]) -> tuple[str, ...]:
        """Replace the security groups of the endpoint's networks."""
        with self.lock:
            endpoint = self.endpoint(endpoint_id)
            vpc = self.vpcs.get(vpc_id)
            if vpc is None or vpc_id != endpoint.vpc:
                raise Refused("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist for this endpoint")
            if not 1 <= len(groups) <= GROUPS_PER_NETWORK:
                raise Refused("InvalidParameterValue", "Between 1 and 5 security groups can be applied")
            for group in groups:
                if group not in vpc.groups:
                    raise Refused("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
            endpoint.groups = tuple(groups)
            return endpoint.groups

    # -- routes and rules --------------------------------------------------------------------------------------------

    def add_route(self, endpoint_id: str, cidr: str, subnet_id: str, description: str, token: str | None) -> Route:
        """Add a route through an associated subnet."""
        with self.lock:
            endpoint = self.endpoint(endpoint_id)
            _check_cidr(cidr)
            now = self.now()
            if self._repeated(token, "route", endpoint_id, cidr, subnet_id) is None:
                if not any(one.subnet.id == subnet_id and one.lives(now) for one in endpoint.associations):
                    raise Refused(
                        "InvalidClientVpnActiveAssociationNotFound",
                        f"Subnet {subnet_id} has no active association with endpoint {endpoint_id}",
                    )
                if any(route.cidr == cidr and route.subnet == subnet_id for route in endpoint.routes):
                    raise Refused("InvalidClientVpnDuplicateRoute", f"Route {cidr} through {subnet_id} already exists")
                endpoint.routes.append(Route(cidr, subnet_id, "add-route", description, now + ROUTE_READY_S))
                self._remember(token, cidr, "route", endpoint_id, cidr, subnet_id)
            return self._route(endpoint, cidr, subnet_id)

    def delete_route(self, endpoint_id: str, cidr: str, subnet_id: str) -> None:
        with self.lock:
            endpoint = self.endpoint(endpoint_id)
            route = self._route(endpoint, cidr, subnet_id)
            if route.origin == "associate":
                raise Refused("InvalidParameterValue", "A route that the association made cannot be deleted")
            endpoint.routes.remove(route)

    @staticmethod
    def _route(endpoint: Endpoint, cidr: str, subnet_id: str) -> Route:
        for route in endpoint.routes:
            if route.cidr == cidr and route.subnet == subnet_id:
                return route
        raise Refused("InvalidClientVpnRouteNotFound", f"Route {cidr} through {subnet_id} does not exist")

    def authorize(self, endpoint_id: str, cidr: str, group: str | None, description: str) -> Rule:
        with self.lock:
            endpoint = self.endpoint(endpoint_id)
            _check_cidr(cidr)
            if any(rule.cidr == cidr and rule.group == group for rule in endpoint.rules):
                raise Refused("InvalidClientVpnDuplicateAuthorizationRule", f"{cidr} is already authorized")
            rule = Rule(cidr, group, description)
            endpoint.rules.append(rule)
            return rule

    def revoke(self, endpoint_id: str, cidr: str, group: str | None) -> None:
        with self.lock:
            endpoint = self.endpoint(endpoint_id)
            for rule in endpoint.rules:
                if rule.cidr == cidr and rule.group == group:
                    endpoint.rules.remove(rule)
                    return
            raise Refused("InvalidClientVpnEndpointAuthorizationRuleNotFound", f"{cidr} is not authorized")

    # -- connections -------------------------------------------------------------------------------------------------

    def connect(self, endpoint: Endpoint, common_name: str, username: str | None = None) -> Connection:
        """A client connects; refused like a client would be while no network is associated."""
        with self.lock:
            now = self.now()
            if not any(one.state(now) == "associated" for one in endpoint.associations):
                raise Refused("ConnectionRefused", f"{endpoint.name} has no associated network", 409)
            address = f"10.100.0.{next(self._addresses) % 250 + 2}"
            connection = Connection(made_up("cvpn-connection"), common_name, username, address, now)
            endpoint.connections.append(connection)
            return connection

    def disconnect(self, endpoint: Endpoint, who: str | None = None) -> list[Connection]:
        """End the active connections of `who` (connection id, common or user name), or all; returns those ended."""
        with self.lock:
            now = self.now()
            ending = [
                one for one in endpoint.active(now) if who is None or who in {one.id, one.common_name, one.username}
            ]
            for connection in ending:
                connection.ended = now
            return ending

    # -- once --------------------------------------------------------------------------------------------------------

    def _repeated(self, token: str | None, *call: str) -> str | None:
        if token is None or token not in self._tokens:
            return None
        first, made = self._tokens[token]
        if first != call:
            raise Refused("IdempotentParameterMismatch", f"Client token {token} was used with other parameters")
        return made

    def _remember(self, token: str | None, made: str, *call: str) -> None:
        if token is not None:
            self._tokens[token] = (call, made)


def made_up(kind: str) -> str:
    """A new id of AWS's form: `cvpn-assoc-0f3…`."""
    return f"{kind}-0{random.getrandbits(64):016x}"


def _check_cidr(cidr: str) -> None:
    try:
        ip_network(cidr)
    except ValueError:
        raise Refused("InvalidParameterValue", f"Value ({cidr}) is not a CIDR block") from None
