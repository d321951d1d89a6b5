"""A run of WorkSpaces as its card shows it, read from the table alone, and the announcing of it."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import brake, clock, errors, told
from aws_ops.desk import Desk
from aws_ops.runs import run_key
from aws_ops.table import Item
from aws_ops.workflows.workspace_facts import ApprovalShown, TargetShown, WorkspaceFact, WorkspaceSnapshot
from aws_ops.workspace_items import FACTS, Order, approval_key, order_of_run

log = logging.getLogger(__name__)

TARGETS_SHOWN = 50
PROBLEM_TICKS = 5
"""After how many ticks something that does not work is shown: most of it goes by itself."""


def pay(desk: Desk, run: str, meta: Item | None = None) -> bool:
    """Announce what the run owes; whether that was anything. Raises ClientError, BotoCoreError."""
    known = meta or desk.table.get(*run_key(run)) or {}
    return told.pay(desk, known, FACTS, lambda fact: tell(desk, run, cast(WorkspaceFact, fact)))


def pay_if_possible(desk: Desk, run: str) -> None:
    """The same after a wish: it is written, and said later by whoever looks next, so to fail here would be untrue."""
    try:
        pay(desk, run)
    except (ClientError, BotoCoreError) as error:
        log.warning("run %s could not say something: %s", run, errors.say(error))


def tell(desk: Desk, run: str, fact: WorkspaceFact) -> None:
    """Announce a fact with the newest snapshot, and remember in the run what was shown last.

    Raises LookupError when there is no such run, ClientError.
    """
    told.tell(desk, run, fact, lambda: cast(Mapping[str, Any], snapshot_of(desk, run)), digest)


def snapshot_of(desk: Desk, run: str) -> WorkspaceSnapshot:
    """The run as it is in the table now. Raises LookupError when there is no such run, ClientError."""
    items = desk.table.query(run_key(run)[0])
    meta = next((item for item in items if item["sk"] == "META"), None)
    if meta is None:
        raise LookupError(f"there is no run {run}")
    order = order_of_run(meta)
    approval = desk.table.get(*approval_key(run)) if order.approval else None
    return shown(meta, order, _rows(items), approval, paused=brake.is_pulled(desk) is not None)


def every_target(desk: Desk, run: str) -> list[TargetShown]:
    """All WorkSpaces of the run, of which a snapshot has the first. Raises LookupError and ClientError as it does."""
    items = desk.table.query(run_key(run)[0])
    meta = next((item for item in items if item["sk"] == "META"), None)
    if meta is None:
        raise LookupError(f"there is no run {run}")
    return sorted(_targets(order_of_run(meta), _rows(items)), key=_first)


def digest(snapshot: WorkspaceSnapshot) -> str:
    """A short text that is another whenever something shown has changed."""
    return told.digest(cast(Mapping[str, Any], snapshot))


def shown(
    meta: Item, order: Order, rows: Mapping[int, Item], approval: Item | None, *, paused: bool
) -> WorkspaceSnapshot:
    """The same from what was read already; `rows` are the ITEM# items by number."""
    targets = _targets(order, rows)
    return {
        "run": meta["run"],
        "op": order.op,
        "phase": meta["phase"],
        "started": meta["started"],
        "finished": meta.get("finished"),
        "requester": order.requester,
        "owner": order.owner,
        "reason": order.reason,
        "targets": sorted(targets, key=_first)[:TARGETS_SHOWN],
        "total": len(targets),
        "done": sum(target["outcome"] == "done" for target in targets),
        "failed": sum(target["outcome"] == "failed" for target in targets),
        "skipped": sum(target["outcome"] == "skipped" for target in targets),
        "approval": approval_shown(approval),
        "plan": dict(order.plan),
        "answer": meta.get("answer"),
        "answer_until": meta.get("answer_until"),
        "begin_at": meta.get("begin_at"),
        "blocked": meta.get("blocked"),
        "paused": paused,
        "problem": _problem(meta, order),
        "cancelled_by": (meta.get("cancel") or {}).get("by"),
        "tick_s": order.tick_s,
    }


def _rows(items: Iterable[Item]) -> dict[int, Item]:
    return {int(item["sk"][5:]): item for item in items if item["sk"].startswith("ITEM#")}


def _targets(order: Order, rows: Mapping[int, Item]) -> list[TargetShown]:
    if order.new is not None:
        return [_target(rows.get(0, {}).get("id", ""), order.new.user, None, rows.get(0, {}))]
    return [
        _target(target.id, target.user, target.computer, rows.get(number, {}))
        for number, target in enumerate(order.targets)
    ]


def _target(id_: str, user: str, computer: str | None, row: Item) -> TargetShown:
    return {
        "id": id_,
        "user": user,
        "computer": computer or row.get("computer"),
        "state": row.get("state"),
        "outcome": row.get("outcome"),
        "error": row.get("error"),
        "requested": row.get("requested"),
        "finished": row.get("finished"),
    }


def _first(target: TargetShown) -> int:
    """What needs somebody's eyes stands first where not all can be shown."""
    if target["outcome"] is None:
        return 1 if target["requested"] else 2
    return {"failed": 0, "skipped": 3, "done": 4}[target["outcome"]]


def approval_shown(item: Item | None) -> ApprovalShown | None:
    """An approval as a card shows it."""
    if item is None:
        return None
    return {
        "state": item["state"],
        "quorum": item["quorum"],
        "deadline": item["deadline"],
        "approvers": item["approvers"],
        "decisions": item["decisions"],
    }


def _problem(meta: Item, order: Order) -> str | None:
    trouble = meta.get("trouble")
    if not trouble or clock.epoch() - trouble["since"] < PROBLEM_TICKS * order.tick_s:
        return None
    return str(trouble["text"])
