"""The items of a VPN run, and what they mean.

`LOCK#vpn#<endpoint>`/`LOCK`  {run, wishes}: the endpoint has a run. `wishes` counts what people asked for; every claim,
    extension and `off --all` raises it in the transaction that writes it, and the run closes only on the count that
    it knows, so that no wish is lost between the last look and the end.
`CLAIM#<endpoint>`/<person>  {run, since, until, wished, wish, warned}: `wish` is the count that it made, `wished` when.
`RUN#<run>`/`META`  the run's state, which the workflow keeps (`workflows/vpn_look.py`: what it sees); people write only
    `over` (claims with a `wish` up to it are over), `off`, `ended_by`, `claimed`, `seq` and what was shown. `cut`
    {reason, by, marked, ended, asked, phase} is the cut in work: claims up to `marked` are over for as long as it is.
`RUN#<run>`/`CLAIMED#<person>`, `CONN#<connection>`, `PLACE#<place>`  who claimed, who was connected, who looks on.
`SAVED#<endpoint id>`/`ROUTES`  {routes, groups, vpc, whole}: what a cut would lose; it outlives the runs.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from boto3.dynamodb.conditions import Attr, ConditionBase

from aws_ops.desk import Desk
from aws_ops.table import Item

FUNCTION = "vpn"
OVER = ("closed", "failed")


@dataclass(frozen=True)
class VpnEndpoint:
    """A Client VPN endpoint as the configuration has it, with all durations in seconds; a run carries its own copy."""

    name: str
    id: str
    subnets: tuple[str, ...]
    association_usd_hour: float
    connection_usd_hour: float
    idle_s: int
    lease_s: int
    max_lease_s: int
    warn_s: tuple[int, ...]
    alert_after_s: int
    tick_s: int
    role: str | None


@dataclass(frozen=True)
class Claim:
    """Somebody's wish that the network be on, from `since` until `until` (seconds since 1970)."""

    endpoint: str
    person: str
    since: int
    until: int
    wished: int = 0  # when it was made, renewed or extended last
    wish: int = 0  # the count of wishes that it made then
    warned: tuple[int, ...] = ()  # which warnings of this `until` were given, in seconds before it


def lock_key(endpoint: str) -> tuple[str, str]:
    """Where the endpoint's lock is."""
    return f"LOCK#vpn#{endpoint}", "LOCK"


def claim_key(endpoint: str, person: str) -> tuple[str, str]:
    """Where a person's claim is."""
    return f"CLAIM#{endpoint}", person


def same_claim(claim: Claim, run: str) -> ConditionBase:
    """The condition that this claim is in this run, and unchanged."""
    return Attr("wish").eq(claim.wish) & Attr("run").eq(run)


def same_lock(lock: Item) -> ConditionBase:
    """The condition that this lock is of the same run, and nobody has wished since."""
    return Attr("run").eq(lock["run"]) & Attr("wishes").eq(lock["wishes"])


def order(run: str, endpoint: VpnEndpoint, origin: str, requester: str | None) -> str:
    """What a run is told once and for all, as JSON: the input of its executions but for the generation."""
    words = {"run": run, "endpoint": asdict(endpoint), "origin": origin, "requester": requester}
    return json.dumps(words, sort_keys=True)


def endpoint_of(words: Item) -> VpnEndpoint:
    """The endpoint in an execution's input."""
    fields = words["endpoint"]
    return VpnEndpoint(**{**fields, "subnets": tuple(fields["subnets"]), "warn_s": tuple(fields["warn_s"])})


def endpoint_of_run(meta: Item) -> VpnEndpoint:
    """The endpoint as a run was told of it."""
    return endpoint_of(json.loads(meta["input"]))


def claims_of(desk: Desk, meta: Item) -> tuple[Claim, ...]:
    """The claims of a run that were neither ended nor overruled, also those whose time is up; the earliest first."""
    items = desk.table.query(claim_key(meta["endpoint"], "")[0])
    over = max(meta.get("over", 0), (meta.get("cut") or {}).get("marked", 0))
    claims = [claim_from(item) for item in items if item["run"] == meta["run"] and item["wish"] > over]
    return tuple(sorted(claims, key=lambda claim: (claim.since, claim.person)))


def claim_from(item: Item) -> Claim:
    """A claim as it is written."""
    return Claim(
        endpoint=item["pk"].removeprefix("CLAIM#"),
        person=item["sk"],
        since=item["since"],
        until=item["until"],
        wished=item["wished"],
        wish=item["wish"],
        warned=tuple(item["warned"]),
    )


def live(claims: Iterable[Claim], now: int) -> tuple[Claim, ...]:
    """Those whose time is not up."""
    return tuple(claim for claim in claims if claim.until > now)
