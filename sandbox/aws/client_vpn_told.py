"""The VPN endpoints as the sandbox's own state tells them: what several calls of AWS's tell, and what they cost."""

from typing import Any

from sandbox.aws import client_vpn_api
from sandbox.aws.client_vpn import ClientVpn

Json = dict[str, Any]


def told(vpn: ClientVpn) -> tuple[list[Json], dict[str, Any]]:
    """Each endpoint with its networks, connections and routes, and the bills (USD so far) by endpoint id."""
    with vpn.lock:
        endpoints = list(vpn.endpoints.values())
        bills = {endpoint.id: endpoint.bill(vpn.now()) for endpoint in endpoints}
        return [_endpoint(vpn, endpoint.id) for endpoint in endpoints], bills


def _endpoint(vpn: ClientVpn, endpoint_id: str) -> Json:
    def asked(operation: str, **params: Any) -> Json:
        return client_vpn_api.answer(vpn, operation, params)

    described: Json = asked("DescribeClientVpnEndpoints", ClientVpnEndpointIds=[endpoint_id])["ClientVpnEndpoints"][0]
    one = {"ClientVpnEndpointId": endpoint_id}
    return {
        **described,
        **asked("DescribeClientVpnTargetNetworks", **one),
        **asked("DescribeClientVpnConnections", **one),
        **asked("DescribeClientVpnRoutes", **one),
    }
