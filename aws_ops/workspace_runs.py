"""Changes of WorkSpaces, as commands use them: everything is idempotent, synchronous and over in a few calls.

A run does one thing to one WorkSpace or several, from the request to their real end states. What is written here are
wishes; `workflows/workspace.py` is what acts on them.
"""

import json
import logging
from dataclasses import asdict, dataclass
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import approvals, clock, errors, ids, runs
from aws_ops.desk import Desk
from aws_ops.runs import keyed, run_key
from aws_ops.table import Create, Item, Put, Write
from aws_ops.told import owes
from aws_ops.workspace_closing import holds, stale
from aws_ops.workspace_items import FUNCTION, KIND, Follower, Order, Target, lock_key, names, words
from aws_ops.workspace_snapshot import pay_if_possible
from aws_ops.workspace_wishes import Answered, Contended, answer, cancel

__all__ = [
    "MOST",
    "MOST_HELD",
    "Answered",
    "Begun",
    "Contended",
    "Follower",
    "Order",
    "RunSeen",
    "Standing",
    "Target",
    "answer",
    "begin",
    "cancel",
    "read",
]

log = logging.getLogger(__name__)

MOST_HELD = 80
"""How many WorkSpaces a run that destroys may have: its locks are written in one transaction."""
MOST = 1000
"""How many any run may have: its order goes to its execution, whose input is 256 KB at most."""
_TRIES = 10


@dataclass(frozen=True)
class Standing:
    """A WorkSpace that another run has, and who asked for that. `workspace` is "" for one that is being created."""

    workspace: str
    run: str
    op: str
    by: str


@dataclass(frozen=True)
class Begun:
    """The run that was begun; or none, and what stood in its way."""

    run: str | None
    busy: tuple[Standing, ...]


@dataclass(frozen=True)
class RunSeen:
    """A run, for whoever has to know whose it is."""

    run: str
    op: str
    what: str
    phase: str
    requester: str
    owner: str | None
    over: bool
    answer_until: int | None  # None: its owner was never asked

    @classmethod
    def of(cls, meta: Item) -> Self:
        """As its item has it."""
        return cls(
            run=meta["run"],
            op=meta["op"],
            what=meta["what"],
            phase=meta["phase"],
            requester=meta["requester"],
            owner=meta["owner"],
            over=runs.is_over(meta),
            answer_until=meta.get("answer_until"),
        )


def begin(desk: Desk, order: Order, followers: tuple[Follower, ...]) -> Begun:
    """Begin a run, or say which runs have its WorkSpaces.

    It starts at once, or when it is granted. Raises Contended, ClientError, and ValueError for more WorkSpaces than
    MOST, or MOST_HELD where it destroys.
    """
    most = MOST_HELD if holds(order) else MOST
    if len(order.targets) > most:
        raise ValueError(f"{order.op} takes at most {most} WorkSpaces")
    for _ in range(_TRIES):
        if busy := standing(desk, order):
            return Begun(None, busy)
        meta = _new_run(order)
        if desk.table.transact(*_beginning(meta, order, followers)):
            pay_if_possible(desk, meta["run"])
            if order.approval is None:
                _start_or_leave_it_to_the_sweep(desk, meta)
            return Begun(str(meta["run"]), ())
    raise Contended


def read(desk: Desk, run: str) -> RunSeen | None:
    """A run of WorkSpaces; None when there is none by this id. Raises ClientError."""
    meta = desk.table.get(*run_key(run))
    return None if meta is None or meta["kind"] != KIND else RunSeen.of(meta)


def standing(desk: Desk, order: Order) -> tuple[Standing, ...]:
    """The runs that have what this order wants: that change it now, or destroy it too. Raises ClientError."""
    found = []
    for name in names(order):
        for lock in desk.table.query(lock_key(name, "ASKED")[0]):
            if (lock["sk"] == "ACTING" or holds(order)) and not stale(desk, lock):
                id_ = "" if order.new else name
                found.append(Standing(id_, lock["run"], lock["op"], lock["by"]))
                break
    return tuple(found)


def _new_run(order: Order) -> Item:
    now, run = clock.epoch(), f"{KIND}-{ids.ulid()}"
    first = {"phase": "approval"} if order.approval else order.entering(now)
    return keyed(
        run_key(run),
        **runs.opened(run, now),
        run=run,
        kind=KIND,
        function=FUNCTION,
        what=order.what,
        op=order.op,
        requester=order.requester,
        owner=order.owner,
        started=now,
        generation=1,
        tick_s=order.tick_s,
        wishes=0,
        input=json.dumps({"run": run, "order": words(order)}, sort_keys=True),
        **first,
        **owes("WorkspaceAsked", now),
    )


def _beginning(meta: Item, order: Order, followers: tuple[Follower, ...]) -> list[Write]:
    run, now = meta["run"], meta["started"]
    writes: list[Write] = [Create(meta)]
    for follower in {one.place: one for one in followers}.values():
        place = {**asdict(follower), "since": now}
        writes.append(Put(keyed((run_key(run)[0], f"PLACE#{follower.place}"), **place)))
    if holds(order):
        lock = {"run": run, "op": order.op, "by": order.requester, "since": now}
        writes += [Create(keyed(lock_key(name, "ASKED"), **lock)) for name in names(order)]
    if order.approval:
        asking = approvals.asking(run, order.op, order.what, order.requester, order.approval, order.digest)
        writes.append(Create(asking))
    return writes


def _start_or_leave_it_to_the_sweep(desk: Desk, meta: Item) -> None:
    # The run is written, and the sweep starts every run that has none working at it: to fail here would be untrue.
    try:
        runs.start(desk, meta)
    except (ClientError, BotoCoreError) as error:
        log.warning("run %s is not started yet, the sweep will: %s", meta["run"], errors.say(error))
