"""A VPN run as its card shows it, read from the table alone, and the announcing of it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from boto3.dynamodb.conditions import Attr

from aws_ops import brake, clock, vpn_cost
from aws_ops.announce import announce
from aws_ops.desk import Desk
from aws_ops.runs import run_key
from aws_ops.table import Item
from aws_ops.vpn_items import OVER, Claim, claims_of, endpoint_of_run, live
from aws_ops.workflows.facts import VpnFact, VpnSnapshot

NAMES_SHOWN = 100
_COUNTED_ONLY = ("on_s", "cost_usd", "month_usd", "rate_usd_hour", "seen", "seen_total", "idle_since", "claimed")


def tell(desk: Desk, run: str, fact: VpnFact, **extra: Any) -> None:
    """Announce a fact with the newest snapshot, and remember in the run what was shown last.

    Raises LookupError when there is no such run, ClientError.
    """
    told: dict[str, str] = {}

    def data() -> Mapping[str, Any]:
        snapshot = snapshot_of(desk, run)
        told["shown"] = digest(snapshot)
        return {**snapshot, **extra}

    seq = announce(desk, run, fact, data)
    newest = Attr("shown_seq").not_exists() | Attr("shown_seq").lt(seq)
    desk.table.update(*run_key(run), set={**told, "shown_seq": seq, "shown_at": clock.epoch()}, when=newest)


def usual_fact(phase: str) -> VpnFact:
    """What "something has changed" is called in a phase."""
    facts: dict[str, VpnFact] = {
        "associating": "VpnAssociating",
        "ready": "VpnConnectionsChanged",
        "cutting": "VpnCutting",
    }
    return facts.get(phase, "VpnClosed")


def usual_extra(meta: Item) -> dict[str, Any]:
    """The keys that the usual fact of a run's phase has beside the snapshot."""
    ended = (meta.get("cut") or {}).get("ended", [])
    if meta["phase"] == "cutting":
        return {"ended": ended}
    if meta["phase"] in OVER:
        alarmed = "cutting_since" in meta.get("told", {})
        return {"ended": ended, "gone": meta.get("gone", []), "alarmed": alarmed}
    return {}


def snapshot_of(desk: Desk, run: str) -> VpnSnapshot:
    """The run as it is in the table now. Raises LookupError when there is no such run, ClientError."""
    items = desk.table.query(run_key(run)[0])
    meta = next((item for item in items if item["sk"] == "META"), None)
    if meta is None:
        raise LookupError(f"there is no run {run}")
    claims = live(claims_of(desk, meta), clock.epoch())
    paused = brake.is_pulled(desk) is not None
    counted = _counted(meta, [item for item in items if item["sk"].startswith("CONN#")], claims)
    claimed = sorted(item["sk"].removeprefix("CLAIMED#") for item in items if item["sk"].startswith("CLAIMED#"))
    return cast(VpnSnapshot, {**_shown(meta, claims, paused), **counted, "claimed": claimed})


def digest(snapshot: VpnSnapshot) -> str:
    """A short text that is another whenever something shown has changed, but for what grows by itself."""
    shown = {key: value for key, value in snapshot.items() if key not in _COUNTED_ONLY}
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def digest_of(meta: Item, claims: tuple[Claim, ...], paused: bool) -> str:
    """The same from what a look has read already."""
    return digest(cast(VpnSnapshot, _shown(meta, live(claims, clock.epoch()), paused)))


def _shown(meta: Item, claims: tuple[Claim, ...], paused: bool) -> dict[str, Any]:
    endpoint = endpoint_of_run(meta)
    over = meta["phase"] in OVER
    reason, by = _why(meta, claims)
    return {
        "run": meta["run"],
        "endpoint": endpoint.name,
        "endpoint_id": endpoint.id,
        "phase": meta["phase"],
        "origin": meta["origin"],
        "started": meta["started"],
        "associated": meta.get("associated"),
        "closed": meta.get("closed"),
        "round": meta["round"],
        "cuts": meta.get("cuts", 0),
        "subnets": meta.get("subnets") or [{"subnet": id_, "state": "disassociated"} for id_ in endpoint.subnets],
        "others": meta.get("others", []),
        "claims": [] if over else [{"person": c.person, "since": c.since, "until": c.until} for c in claims],
        "connections": meta.get("connections", 0),
        "connected": meta.get("connected", [])[:NAMES_SHOWN],
        "idle_s": endpoint.idle_s,
        "paused": paused,
        "reason": reason,
        "by": by,
        "problem": _problem(meta, endpoint.alert_after_s),
        "lost_routes": len(meta.get("gone", [])),
        "tick_s": endpoint.tick_s,
    }


def _counted(meta: Item, connections: list[Item], claims: tuple[Claim, ...]) -> dict[str, Any]:
    endpoint = endpoint_of_run(meta)
    now = meta.get("closed") or clock.epoch()
    names = sorted({item["name"] for item in connections})
    associated = sum(shown["state"] == "associated" for shown in meta.get("subnets", []))
    return {
        "seen": names[:NAMES_SHOWN],
        "seen_total": len(names),
        "idle_since": idle_since(meta, claims),
        "on_s": vpn_cost.on_s(meta.get("associations", {}).values(), now),
        "cost_usd": vpn_cost.cost(endpoint, meta.get("associations", {}).values(), connections, now),
        "month_usd": vpn_cost.month(endpoint, now),
        "rate_usd_hour": vpn_cost.rate(endpoint, associated, meta.get("connections") or 0),
    }


def idle_since(meta: Item, claims: tuple[Claim, ...]) -> int | None:
    """Since when nobody has been connected, as the idle rule counts: a wish of somebody begins it anew."""
    if meta["phase"] != "ready" or meta.get("idle_since") is None:
        return None
    return max([int(meta["idle_since"]), *(claim.wished for claim in claims)])


def _why(meta: Item, claims: tuple[Claim, ...]) -> tuple[str | None, str | None]:
    if cut := meta.get("cut"):
        return cut["reason"], cut["by"]
    if (off := meta.get("off")) and not claims:
        return "off all", off["by"]
    return None, None


def _problem(meta: Item, alert_after_s: int) -> str | None:
    if meta.get("refusal"):
        return str(meta["refusal"])
    trouble = meta.get("trouble")
    if not trouble:
        return None
    since = min(trouble["since"], meta.get("cutting_since") or trouble["since"])
    return str(trouble["text"]) if clock.epoch() - since >= alert_after_s else None
