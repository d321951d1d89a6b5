"""An upgrade as its card shows it, read from the run's own item alone, and the announcing of it.

The workflow keeps there what it has counted (`workflows/upgrade_counts.py`), so that nobody reads thousands of machines
to draw a card.
"""

import logging
from collections.abc import Mapping
from typing import Any, TypedDict, cast, get_args

from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import brake, clock, errors, told
from aws_ops.desk import Desk
from aws_ops.runs import run_key
from aws_ops.table import Item
from aws_ops.upgrade_items import UpgradeOrder, order_of_run
from aws_ops.workflows.upgrade_facts import Counts, Named, UpgradeFact, UpgradeSnapshot, Waits
from aws_ops.workspace_items import approval_key
from aws_ops.workspace_snapshot import PROBLEM_TICKS, approval_shown

log = logging.getLogger(__name__)

FACTS: tuple[str, ...] = get_args(UpgradeFact)
SERIES_S = 600
_PASSING = frozenset({"eta", "rate_per_h", "calls"})
"""What changes with every look, and is worth no fact of its own."""
NO_WAITS: Waits = {"connected": 0, "snapshot": 0, "unknown": 0, "owner": 0, "state": 0, "busy": 0}


def counted(waiting: int) -> Counts:
    """The counts of a run whose machines all wait."""
    return {
        "waiting": waiting,
        "asked": 0,
        "rebuilding": 0,
        "done": 0,
        "failed": 0,
        "skipped": 0,
        "timed_out": 0,
    }


def pay(desk: Desk, run: str, meta: Item | None = None) -> bool:
    """Announce what the run owes; whether that was anything. Raises ClientError, BotoCoreError."""
    known = meta or desk.table.get(*run_key(run)) or {}
    return told.pay(desk, known, FACTS, lambda fact: tell(desk, run, cast(UpgradeFact, fact)))


def pay_if_possible(desk: Desk, run: str) -> None:
    """The same after a wish: it is written, and said later by whoever looks next, so to fail here would be untrue."""
    try:
        pay(desk, run)
    except (ClientError, BotoCoreError) as error:
        log.warning("run %s could not say something: %s", run, errors.say(error))


def tell(desk: Desk, run: str, fact: UpgradeFact) -> None:
    """Announce a fact with the newest snapshot, and remember in the run what was shown last.

    Raises LookupError when there is no such run, ClientError.
    """
    told.tell(desk, run, fact, lambda: cast(Mapping[str, Any], snapshot_of(desk, run)), digest)


def digest(snapshot: UpgradeSnapshot) -> str:
    """A short text that is another whenever something shown has changed that is worth saying."""
    return told.digest({key: value for key, value in snapshot.items() if key not in _PASSING})


def snapshot_of(desk: Desk, run: str) -> UpgradeSnapshot:
    """The run as it is in the table now. Raises LookupError when there is no such run, ClientError."""
    meta = desk.table.get(*run_key(run))
    if meta is None:
        raise LookupError(f"there is no run {run}")
    approval = desk.table.get(*approval_key(run))
    return shown(meta, order_of_run(meta), approval, braked=brake.is_pulled(desk) is not None)


def shown(meta: Item, order: UpgradeOrder, approval: Item | None, *, braked: bool) -> UpgradeSnapshot:
    """The same from what was read already."""
    return {
        "run": meta["run"],
        "op": order.op,
        "of": order.of,
        "phase": meta["phase"],
        **_about(order),
        "wave": meta.get("wave", 0),
        "waves": list(order.waves),
        "total": order.total,
        "counts": meta.get("counts") or counted(order.total),
        "waits": meta.get("waits") or NO_WAITS,
        "rate_per_h": meta.get("rate_per_h"),
        "eta": meta.get("eta"),
        "series": meta.get("series", []),
        "series_s": meta.get("series_s", SERIES_S),
        "failures": meta.get("failures", []),
        "asked": meta.get("asked", []),
        "window_opens": meta.get("window_opens"),
        "paused_by": meta.get("paused"),
        "braked": braked,
        "stop": meta.get("stop"),
        "gate": meta.get("gate"),
        "approval": approval_shown(approval),
        "requester": order.requester,
        "reason": order.reason,
        "started": meta["started"],
        "began": meta.get("began"),
        "finished": meta.get("finished"),
        "bundle_updated": meta.get("bundle_updated"),
        "bundle_restored": meta.get("bundle_restored"),
        "report": meta.get("report"),
        "problem": _problem(meta, order),
        "cancelled_by": (meta.get("cancel") or {}).get("by"),
        "calls": meta.get("calls", 0),
        "tick_s": order.tick_s,
        "plan": dict(order.plan),
    }


class _About(TypedDict):
    """What a run is about."""

    bundle: Named
    image: Named
    old_image: Named


def _about(order: UpgradeOrder) -> _About:
    ids = order.bundle, order.image, order.old_image
    bundle, image, old_image = (_named(order, id_) for id_ in ids)
    return {"bundle": bundle, "image": image, "old_image": old_image}


def _named(order: UpgradeOrder, id_: str) -> Named:
    return {"id": id_, "name": order.names.get(id_, "")}


def _problem(meta: Item, order: UpgradeOrder) -> str | None:
    trouble = meta.get("trouble")
    if not trouble or clock.epoch() - trouble["since"] < PROBLEM_TICKS * order.tick_s:
        return None
    return str(trouble["text"])
