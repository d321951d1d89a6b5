"""What can be asked of a VPN: its state and its profile."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from aws_ops import brake, client_vpn, clock, errors, vpn_cost, vpn_subnets
from aws_ops.client_vpn import Connection
from aws_ops.desk import Desk
from aws_ops.runs import run_key
from aws_ops.vpn_items import Claim, VpnEndpoint, claims_of, live, lock_key
from aws_ops.vpn_snapshot import snapshot_of
from aws_ops.vpn_wishes import standing_of

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class VpnStatus:
    """An endpoint now, read from AWS and the table.

    `phase` is the run's, or `off`. `subnets` are ours with AWS's states (None: unreadable), `others` associated ones
    that are not. `connections` are the active ones (None: unreadable). `cost_usd` is the run's so far, `month_usd` what
    always-on would have cost this month so far. `problem` says what does not work.
    """

    phase: str
    subnets: tuple[tuple[str, str], ...] | None
    others: tuple[tuple[str, str], ...]
    connections: tuple[Connection, ...] | None
    claims: tuple[Claim, ...]
    cost_usd: float
    month_usd: float
    run: str | None
    idle_since: int | None
    paused: bool
    problem: str | None


def status(desk: Desk, endpoint: VpnEndpoint) -> VpnStatus:
    """The endpoint as it is now; what AWS would not tell is None. Raises ClientError for the table."""
    ec2 = desk.sessions.client("ec2")
    associations, trouble = _asked(lambda: client_vpn.associations(ec2, endpoint.id))
    connections, other_trouble = _asked(lambda: client_vpn.connections(ec2, endpoint.id))
    seen = VpnStatus(
        phase="off",
        subnets=None if associations is None else vpn_subnets.managed(endpoint.subnets, associations),
        others=() if associations is None else vpn_subnets.others(endpoint.subnets, associations),
        connections=None if connections is None else tuple(found for found in connections if found.active),
        claims=(),
        cost_usd=0.0,
        month_usd=vpn_cost.month(endpoint, clock.epoch()),
        run=None,
        idle_since=None,
        paused=brake.is_pulled(desk) is not None,
        problem=trouble or other_trouble,
    )
    return _with_its_run(desk, endpoint, seen)


def claims(desk: Desk, endpoint: VpnEndpoint) -> tuple[Claim, ...]:
    """The live claims, the earliest first, as the table alone has them. Raises ClientError."""
    standing = standing_of(desk, endpoint.name)
    return standing.claims if standing else ()


def profile(desk: Desk, endpoint: VpnEndpoint) -> str:
    """The .ovpn text that people connect with. Raises ClientError."""
    return client_vpn.profile(desk.sessions.client("ec2"), endpoint.id)


def _with_its_run(desk: Desk, endpoint: VpnEndpoint, seen: VpnStatus) -> VpnStatus:
    lock = desk.table.get(*lock_key(endpoint.name))
    meta = desk.table.get(*run_key(lock["run"])) if lock else None
    if meta is None:
        return seen
    snapshot = snapshot_of(desk, meta["run"])
    return replace(
        seen,
        phase=meta["phase"],
        claims=live(claims_of(desk, meta), clock.epoch()),
        cost_usd=snapshot["cost_usd"],
        run=meta["run"],
        idle_since=snapshot["idle_since"],
        problem=seen.problem or snapshot["problem"],
    )


def _asked(question: Callable[[], T]) -> tuple[T | None, str | None]:
    try:
        return question(), None
    except Exception as error:
        # Of any kind: an answer that cannot be parsed raises what is neither of botocore's.
        log.warning("a VPN cannot be read: %s", error, exc_info=errors.trace(error))
        return None, errors.say_answer(error)
