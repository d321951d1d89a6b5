"""What a VPN run costs, and how long it was on.

Prices are USD an hour of one association or one connection, billed by the second here.
https://aws.amazon.com/vpn/pricing/
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from aws_ops.table import Item
from aws_ops.vpn_items import VpnEndpoint

_HOUR = 3600


def cost(endpoint: VpnEndpoint, associations: Iterable[Item], connections: Iterable[Item], now: int) -> float:
    """USD up to `now`: items with `since` (None: never began to count) and `until` (None: still going on)."""
    associated = _seconds(associations, now) * endpoint.association_usd_hour
    connected = _seconds(connections, now) * endpoint.connection_usd_hour
    return round((associated + connected) / _HOUR, 4)


def on_s(associations: Iterable[Item], now: int) -> int:
    """Seconds up to `now` in which at least one of these was associated; items as in `cost`."""
    total = reached = 0
    for since, until in sorted(_spans(associations, now)):
        total += max(0, until - max(since, reached))
        reached = max(reached, until)
    return total


def rate(endpoint: VpnEndpoint, associated: int, connected: int) -> float:
    """USD an hour with so many associations and connections."""
    return round(associated * endpoint.association_usd_hour + connected * endpoint.connection_usd_hour, 4)


def month(endpoint: VpnEndpoint, now: int) -> float:
    """USD that the managed subnets would have cost, always associated, from the first of this month (UTC) to `now`."""
    moment = datetime.fromtimestamp(now, UTC)
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    hours = (moment - first).total_seconds() / _HOUR
    return round(len(endpoint.subnets) * endpoint.association_usd_hour * hours, 2)


def _seconds(spans: Iterable[Item], now: int) -> int:
    return sum(max(0, until - since) for since, until in _spans(spans, now))


def _spans(spans: Iterable[Item], now: int) -> Iterator[tuple[int, int]]:
    for span in spans:
        if span.get("since") is not None:
            yield span["since"], min(now, span["until"] if span["until"] is not None else now)
