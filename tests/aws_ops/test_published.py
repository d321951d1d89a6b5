"""What the bot publishes is what scheduled functions read."""

from dataclasses import replace

from aws_ops import published
from aws_ops.table import Table
from aws_ops.vpn_items import VpnEndpoint

TOKYO = VpnEndpoint(
    name="tokyo",
    id="cvpn-endpoint-0a1b2c3d4e5f60001",
    subnets=("subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"),
    association_usd_hour=0.15,
    connection_usd_hour=0.05,
    idle_s=1800,
    lease_s=14400,
    max_lease_s=28800,
    warn_s=(900, 300),
    alert_after_s=900,
    tick_s=30,
    role="arn:aws:iam::123456789012:role/deskside-acts",
)
PARIS = replace(TOKYO, name="paris", id="cvpn-endpoint-0a1b2c3d4e5f60002", association_usd_hour=1.0, role=None)


def test_before_a_bot_has_started_there_is_nothing(table: Table) -> None:
    assert published.endpoints(table) == ()


def test_endpoints_come_back_as_they_were(table: Table) -> None:
    published.publish(table, [TOKYO, PARIS])
    assert published.endpoints(table) == (TOKYO, PARIS)
    published.publish(table, [PARIS])
    assert published.endpoints(table) == (PARIS,)
    published.publish(table, [])
    assert published.endpoints(table) == ()
