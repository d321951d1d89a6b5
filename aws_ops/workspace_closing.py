"""How a run of WorkSpaces ends, and what goes with it: its approval, its locks, its items."""

from typing import Literal

from boto3.dynamodb.conditions import Attr

from aws_ops import ids, runs
from aws_ops.desk import Desk
from aws_ops.runs import KEPT_S, OPEN, run_key
from aws_ops.table import Delete, Item, Update, Write
from aws_ops.told import owes
from aws_ops.workflows.workspace_facts import WorkspaceFact
from aws_ops.workspace_items import Lock, Order, approval_key, lock_key, names, order_of_run

Unapproved = Literal["ApprovalRefused", "ApprovalExpired"]
"""The facts of a run that ends because nobody has approved it."""
OPEN_APPROVAL, CLOSED_APPROVAL = "OPEN#APPROVAL", "CLOSED#APPROVAL"


def over(run: str, phase: str, fact: WorkspaceFact, now: int) -> Item:
    """The attributes of a run that ends now, owing the fact that says so."""
    return {"phase": phase, "finished": now, **runs.closed(run, now), **owes(fact, now)}


def approval_over(run: str, state: str, now: int) -> Item:
    """The attributes of an approval about which there is nothing to do any more."""
    at = {"g1pk": CLOSED_APPROVAL, "g1sk": f"{ids.at(now)}#{run}", "expires": now + KEPT_S}
    return {"state": state, "closed": now, **at}


def unapproved(meta: Item, phase: str, fact: WorkspaceFact, now: int, **more: object) -> list[Write]:
    """The writes that end a run that waits for its approval: it and its locks, on the condition that it still does."""
    run, still = meta["run"], Attr("phase").eq("approval") & Attr("g1pk").eq(OPEN)
    return [
        Update(*run_key(run), set={**over(run, phase, fact, now), **more}, when=still),
        *unlocking(run, order_of_run(meta), "ASKED"),
    ]


def holds(order: Order) -> bool:
    """Whether the run keeps others that destroy or create away from its WorkSpaces for as long as it is there."""
    return order.does.destroys or order.new is not None


def unlocking(run: str, order: Order, lock: Lock) -> list[Delete]:
    """The writes that give up the run's locks; where somebody else has one, nothing is written at all."""
    if lock == "ASKED" and not holds(order):
        return []
    ours = Attr("run").not_exists() | Attr("run").eq(run)
    return [Delete(*lock_key(name, lock), when=ours) for name in names(order)]


def stale(desk: Desk, lock: Item) -> bool:
    """Whether the lock's run is over; then it goes: it would shut everybody out for ever. Raises ClientError."""
    meta = desk.table.get(*run_key(lock["run"]))
    if meta is not None and not runs.is_over(meta):
        return False
    desk.table.delete(lock["pk"], lock["sk"], when=Attr("run").eq(lock["run"]))
    return True


def tidy(desk: Desk, run: str, now: int) -> None:
    """Let what belongs to a run that is over go with it. Raises ClientError."""
    for item in desk.table.query(run_key(run)[0]):
        if item.get("expires") is None:
            desk.table.update(item["pk"], item["sk"], set={"expires": now + KEPT_S})
    if (approval := desk.table.get(*approval_key(run))) and approval.get("expires") is None:
        desk.table.update(*approval_key(run), set={"expires": now + KEPT_S})
