"""Upgrades of WorkSpaces to another image, as commands use them: everything is idempotent and synchronous.

What is written here is that one begins, and in `upgrade_wishes` what people wish of it; `workflows/upgrade.py` is what
acts on both.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from boto3.dynamodb.conditions import Attr

from aws_ops import approvals, clock, ids, runs, upgrade_items
from aws_ops.desk import Desk
from aws_ops.runs import RunRow, keyed, run_key
from aws_ops.table import Create, Item, Put, Write
from aws_ops.told import owes
from aws_ops.upgrade_items import (
    FUNCTION,
    KIND,
    Machine,
    Standing,
    UpgradeOrder,
    bundle_lock_key,
    excluded_key,
    machine_item,
    order_of_run,
    rows_expire,
    words,
)
from aws_ops.upgrade_plan import Excluded
from aws_ops.upgrade_snapshot import NO_WAITS, counted, pay_if_possible, snapshot_of
from aws_ops.upgrade_wishes import Answered, Wished, answer, cancel, go_on, keep_image, pause, resume, retry, stop
from aws_ops.workspace_items import Follower
from aws_ops.workspace_wishes import Contended

__all__ = [
    "Answered",
    "Begun",
    "Contended",
    "Follower",
    "Machine",
    "Standing",
    "UpgradeOrder",
    "UpgradeSeen",
    "Wished",
    "answer",
    "begin",
    "cancel",
    "excluded",
    "go_on",
    "keep_image",
    "listed",
    "machines",
    "pause",
    "read",
    "resume",
    "retry",
    "snapshot_of",
    "stop",
]

MOST = 50_000
"""How many machines one run takes."""
_MOST_INPUT = 200_000  # of the 256 KB that the input of an asynchronous execution may have
_TRIES = 10


@dataclass(frozen=True)
class Begun:
    """The run that was begun; or none, and the upgrade that its bundle is in."""

    run: str | None
    standing: Standing | None


@dataclass(frozen=True)
class UpgradeSeen:
    """A run and what was asked for, for whoever has to know what may be done to it."""

    run: str
    order: UpgradeOrder
    phase: str
    over: bool
    paused: bool
    stopped: bool
    gate: str | None  # open or granted; None: there is none yet
    wave: int
    done: int
    failed: int


def begin(
    desk: Desk,
    order: UpgradeOrder,
    machines: Sequence[Machine],
    left_out: Iterable[Excluded],
    followers: tuple[Follower, ...],
) -> Begun:
    """Ask for an upgrade of these machines, or say which one has the bundle; it starts when it is granted.

    Raises Contended, ClientError, and ValueError where there is none, there are more than MOST, or they are not those
    of the order's waves.
    """
    _check(order, machines)
    meta = _new_run(order)
    if len(meta["input"]) > _MOST_INPUT:
        raise ValueError("too much was chosen by its id: choose by tag, or in several runs")
    rows: list[Item] | None = None
    for _ in range(_TRIES):
        if (standing := _standing(desk, order)) is not None:
            return Begun(None, standing)
        if rows is None:
            # Before the run is there, so that it is never without them; nobody reads what has no run, and it expires.
            rows = _rows(meta, machines, left_out)
            desk.table.put_all(rows)
        if desk.table.transact(*_beginning(meta, order, followers)):
            pay_if_possible(desk, meta["run"])
            return Begun(str(meta["run"]), None)
    raise Contended


def read(desk: Desk, run: str) -> UpgradeSeen | None:
    """An upgrade by its id; None when there is none. Raises ClientError."""
    meta = desk.table.get(*run_key(run))
    if meta is None or meta["kind"] != KIND:
        return None
    counts = meta["counts"]
    return UpgradeSeen(
        run=meta["run"],
        order=order_of_run(meta),
        phase=meta["phase"],
        over=runs.is_over(meta),
        paused="paused" in meta,
        stopped="stop" in meta,
        gate=(meta.get("gate") or {}).get("state"),
        wave=meta["wave"],
        done=counts["done"],
        failed=counts["failed"],
    )


def listed(desk: Desk) -> list[RunRow]:
    """The open upgrades, then those of the last 7 days, each the newest first. Raises ClientError."""
    return [row for row in runs.runs(desk) if row.kind == KIND]


def machines(desk: Desk, run: str) -> list[Machine]:
    """The machines of a run as far as they have come, in their order. Raises ClientError."""
    return [Machine.of(item) for item in desk.table.query(run_key(run)[0], prefix="ITEM#")]


def excluded(desk: Desk, run: str) -> list[Excluded]:
    """What its plan left out. Raises ClientError."""
    found = desk.table.query(run_key(run)[0], prefix="EXCLUDED#")
    return [Excluded(row["id"], row["user"], row["computer"], row["kind"], row["why"]) for row in found]


def _check(order: UpgradeOrder, machines: Sequence[Machine]) -> None:
    if not 0 < len(machines) <= MOST:
        raise ValueError(f"an upgrade is of 1 to {MOST} machines, not {len(machines)}")
    sizes = tuple(sum(machine.wave == wave for machine in machines) for wave in range(len(order.waves)))
    if sizes != order.waves or [machine.n for machine in machines] != list(range(len(machines))):
        raise ValueError("the machines are not those of the waves")


def _standing(desk: Desk, order: UpgradeOrder) -> Standing | None:
    """The upgrade that has the bundle; the lock of one that is over goes: it would shut everybody out for ever."""
    standing = upgrade_items.standing(desk, order.bundle)
    if standing is None:
        return None
    meta = desk.table.get(*run_key(standing.run))
    if meta is not None and not runs.is_over(meta):
        return standing
    desk.table.delete(*bundle_lock_key(order.bundle), when=Attr("run").eq(standing.run))
    return None


def _new_run(order: UpgradeOrder) -> Item:
    now, run = clock.epoch(), f"{KIND}-{ids.ulid()}"
    return keyed(
        run_key(run),
        **runs.opened(run, now),
        run=run,
        kind=KIND,
        function=FUNCTION,
        what=order.what,
        op=order.op,
        requester=order.requester,
        owner=None,
        started=now,
        generation=1,
        tick_s=order.tick_s,
        wishes=0,
        phase="approval",
        wave=0,
        counts=counted(order.total),
        waits=NO_WAITS,
        input=json.dumps({"run": run, "order": words(order)}, sort_keys=True),
        **owes("UpgradeAsked", now),
    )


def _rows(meta: Item, machines: Iterable[Machine], left_out: Iterable[Excluded]) -> list[Item]:
    run, expires = meta["run"], rows_expire(meta["started"])
    rows = [machine_item(run, machine, expires) for machine in machines]
    for number, one in enumerate(left_out):
        said = {"id": one.id, "user": one.user, "computer": one.computer, "kind": one.kind, "why": one.why}
        rows.append(keyed(excluded_key(run, number), **said, expires=expires))
    return rows


def _beginning(meta: Item, order: UpgradeOrder, followers: tuple[Follower, ...]) -> list[Write]:
    run, now = meta["run"], meta["started"]
    lock = {"run": run, "by": order.requester, "image": order.image, "old_image": order.old_image, "since": now}
    asking = approvals.asking(run, KIND, order.what, order.requester, order.approval, order.digest)
    writes: list[Write] = [Create(meta), Create(keyed(bundle_lock_key(order.bundle), **lock)), Create(asking)]
    for follower in {one.place: one for one in followers}.values():
        place = {**asdict(follower), "since": now}
        writes.append(Put(keyed((run_key(run)[0], f"PLACE#{follower.place}"), **place)))
    return writes
