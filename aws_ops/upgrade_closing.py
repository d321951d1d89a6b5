"""How an upgrade ends, and what goes with it: its bundle's lock, its items."""

from boto3.dynamodb.conditions import Attr

from aws_ops import runs
from aws_ops.desk import Desk
from aws_ops.runs import KEPT_S, OPEN, run_key
from aws_ops.table import Delete, Item, Update, Write
from aws_ops.told import owes
from aws_ops.upgrade_items import UpgradeOrder, bundle_lock_key, order_of_run
from aws_ops.workflows.upgrade_facts import UpgradeFact

_AT_ONCE = 100
"""Writes of one transaction."""


def over(run: str, phase: str, fact: UpgradeFact, now: int) -> Item:
    """The attributes of a run that ends now, owing the fact that says so."""
    return {"phase": phase, "finished": now, **runs.closed(run, now), **owes(fact, now)}


def unapproved(meta: Item, phase: str, fact: UpgradeFact, now: int, **more: object) -> list[Write]:
    """The writes that end a run that waits for its approval, on the condition that it still does."""
    run, still = meta["run"], Attr("phase").eq("approval") & Attr("g1pk").eq(OPEN)
    return [
        Update(*run_key(run), set={**over(run, phase, fact, now), **more}, when=still),
        unlocking(run, order_of_run(meta)),
    ]


def unlocking(run: str, order: UpgradeOrder) -> Delete:
    """The write that gives up the bundle; where another upgrade has it, nothing is written at all."""
    return Delete(*bundle_lock_key(order.bundle), when=Attr("run").not_exists() | Attr("run").eq(run))


def tidy(desk: Desk, run: str, now: int) -> None:
    """Let what belongs to a run that is over go with it: its machines have their time already. Raises ClientError."""
    for prefix in ("PLACE#", "ANSWER#"):
        for item in desk.table.query(run_key(run)[0], prefix=prefix):
            if item.get("expires") is None:
                desk.table.update(item["pk"], item["sk"], set={"expires": now + KEPT_S})


def keep_house(desk: Desk, meta: Item, order: UpgradeOrder) -> None:
    """Remove what the run has made of each machine, where that was asked for: all went well, and the report has it.

    What it said, the run itself and the audit stay. Raises ClientError.
    """
    kept = (meta.get("report") or {}).get("key")
    if not order.housekeeping or meta["phase"] != "done" or kept is None:
        return
    for prefix in ("ITEM#", "EXCLUDED#", "ASKED#", "ANSWER#"):
        found = desk.table.query(run_key(meta["run"])[0], prefix=prefix)
        for first in range(0, len(found), _AT_ONCE):
            some = found[first : first + _AT_ONCE]
            desk.table.transact(*(Delete(item["pk"], item["sk"]) for item in some))
