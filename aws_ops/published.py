"""The part of the configuration that scheduled functions need: the bot writes it, they read it."""

from collections.abc import Iterable
from dataclasses import asdict

from aws_ops import clock
from aws_ops.table import Table
from aws_ops.vpn_items import VpnEndpoint, endpoint_of

_PK, _SK = "CONFIG#current", "CONFIG"


def publish(table: Table, endpoints: Iterable[VpnEndpoint]) -> None:
    """Write the Client VPN endpoints that are managed, over what was written before."""
    rows = [asdict(endpoint) for endpoint in endpoints]
    table.put({"pk": _PK, "sk": _SK, "published": clock.epoch(), "endpoints": rows})


def endpoints(table: Table) -> tuple[VpnEndpoint, ...]:
    """The endpoints that were published last; none before a bot has started."""
    item = table.get(_PK, _SK)
    return tuple(endpoint_of({"endpoint": row}) for row in item["endpoints"]) if item else ()
