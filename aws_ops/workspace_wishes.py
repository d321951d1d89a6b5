"""What people wish of a run of WorkSpaces that has not asked anything of AWS yet: when it begins, or that it does not.

Each is one write on the condition that the run is still there, and is counted: the workflow asks AWS for the first time
only on the count that it has seen.
"""

from dataclasses import dataclass
from typing import Literal

from boto3.dynamodb.conditions import Attr, ConditionBase

from aws_ops import clock, runs
from aws_ops.desk import Desk
from aws_ops.runs import OPEN, run_key
from aws_ops.table import Item, Update, Write
from aws_ops.told import owes
from aws_ops.workflows.workspace_facts import Choice
from aws_ops.workspace_closing import approval_over, tidy, unapproved
from aws_ops.workspace_items import BEFORE, KIND, approval_key
from aws_ops.workspace_snapshot import pay_if_possible

_TRIES = 25


class Contended(Exception):
    """Others kept writing the same items; asking again is safe."""


@dataclass(frozen=True)
class Answered:
    """What came of an answer: `taken`, or `late`, when it has begun or is over.

    `choice` is what stands now (None: nothing was ever said), `phase` the run's.
    """

    state: Literal["taken", "late"]
    choice: Choice | None
    begin_at: int | None
    phase: str


def answer(desk: Desk, run: str, person: str, choice: Choice, begin_at: int | None) -> Answered | None:
    """Say when it may begin (`begin_at`, seconds since 1970, for soon and tonight), or that it may not; may be changed.

    None when there is no such run, or this person was not asked about it. Raises Contended, ClientError.
    """
    for _ in range(_TRIES):
        meta = _meta(desk, run)
        if meta is None or meta["owner"] != person or "answer_until" not in meta:
            return None
        if meta["phase"] not in {"asking", "waiting"} or "cancel" in meta or "ending" in meta:
            standing = meta.get("answer") or {}
            return Answered("late", standing.get("choice"), meta.get("begin_at"), meta["phase"])
        if _answer(desk, meta, choice, begin_at):
            pay_if_possible(desk, run)
            return Answered("taken", choice, begin_at, meta["phase"])
    raise Contended


def cancel(desk: Desk, run: str, by: str) -> bool:
    """Wish that it end before anything is asked of AWS; False when it is over, or too late for that.

    One that waits for its approval ends at once, any other at the workflow's next look. Raises Contended, ClientError.
    """
    for _ in range(_TRIES):
        meta = _meta(desk, run)
        if meta is None or meta["phase"] not in BEFORE or runs.is_over(meta):
            return False
        if "cancel" in meta:
            return True
        if "ending" in meta:
            return False
        if desk.table.transact(*_cancelling(meta, by)):
            pay_if_possible(desk, run)
            if not _works(meta):
                tidy(desk, run, clock.epoch())
            return True
    raise Contended


def _answer(desk: Desk, meta: Item, choice: Choice, begin_at: int | None) -> bool:
    now, count = clock.epoch(), meta["wishes"]
    said = {"choice": choice, "at": now, "by": meta["owner"]}
    change = {"answer": said, "begin_at": begin_at, "wishes": count + 1, **owes("OwnerAnswered", now)}
    return desk.table.transact(Update(*run_key(meta["run"]), set=change, when=_unchanged(meta)))


def _cancelling(meta: Item, by: str) -> list[Write]:
    now, run, wish = clock.epoch(), meta["run"], {"cancel": {"by": by, "at": clock.epoch()}}
    if _works(meta):
        return [Update(*run_key(run), set={**wish, "wishes": meta["wishes"] + 1}, when=_unchanged(meta))]
    undecided = Attr("state").eq("open")
    return [
        Update(*approval_key(run), set=approval_over(run, "void", now), when=undecided),
        *unapproved(meta, "cancelled", "WorkspaceCancelled", now, **wish),
    ]


def _works(meta: Item) -> bool:
    """Whether an execution works at it, or soon will."""
    return meta["phase"] != "approval" or "granted" in meta


def _unchanged(meta: Item) -> ConditionBase:
    """The condition that it is in the same phase, and nobody has wished since."""
    same = Attr("phase").eq(meta["phase"]) & Attr("wishes").eq(meta["wishes"])
    return same & Attr("g1pk").eq(OPEN) & Attr("cancel").not_exists() & Attr("ending").not_exists()


def _meta(desk: Desk, run: str) -> Item | None:
    meta = desk.table.get(*run_key(run))
    return None if meta is None or meta["kind"] != KIND else meta
