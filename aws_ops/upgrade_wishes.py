"""What people wish of an upgrade: that it pause, go on, stop, take failed machines again, or when one's own is rebuilt.

Each is one write on the condition that the run is still as it was read, and is counted: the workflow asks AWS to
rebuild only on the count that it has seen. Who may wish what is the caller's to know.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from boto3.dynamodb.conditions import Attr, ConditionBase

from aws_ops import clock, runs
from aws_ops.desk import Desk
from aws_ops.runs import OPEN, keyed, run_key
from aws_ops.table import Item, Put, Update, Write
from aws_ops.told import owes
from aws_ops.upgrade_closing import tidy, unapproved
from aws_ops.upgrade_items import (
    BEFORE,
    KIND,
    LATER_S,
    SOON_S,
    Machine,
    answer_key,
    asked_key,
    machine_key,
    order_of_run,
)
from aws_ops.upgrade_snapshot import pay_if_possible
from aws_ops.workflows.upgrade_facts import Choice
from aws_ops.workspace_closing import approval_over
from aws_ops.workspace_items import approval_key
from aws_ops.workspace_wishes import Contended

_TRIES = 25
_ACTIVE = frozenset({"preparing", "running", "gate"})

Outcome = Literal["taken", "already", "late", "own", "not open", "nothing"]


@dataclass(frozen=True)
class Wished:
    """What came of a wish: `taken`, or it was so `already`, or nothing was written.

    That is where the run has another phase (`late`), one would grant what one asked for (`own`), no go-on is waited
    for (`not open`), or no machine has failed (`nothing`). `phase` is the run's.
    """

    outcome: Outcome
    phase: str


@dataclass(frozen=True)
class Answered:
    """What came of an answer: `taken`; `late`, it is being rebuilt or over; `enough`, it was put off often enough.

    `choice` and `not_before` are what stands now, `left` how often it may still be put off.
    """

    state: Literal["taken", "late", "enough"]
    choice: Choice | None
    not_before: int | None
    left: int


_Change = tuple[Item, tuple[str, ...]]


def pause(desk: Desk, run: str, by: str) -> Wished | None:
    """Let nothing more begin; what is being rebuilt is followed. None: no such run. Raises Contended, ClientError."""

    def change(meta: Item) -> _Change | Outcome:
        if meta["phase"] not in _ACTIVE or "stop" in meta:
            return "late"
        if "paused" in meta:
            return "already"
        now = clock.epoch()
        return {"paused": {"by": by, "at": now}, **owes("UpgradePaused", now)}, ()

    return _wish(desk, run, change)


def resume(desk: Desk, run: str) -> Wished | None:
    """Let it go on. None: no such run. Raises Contended, ClientError."""

    def change(meta: Item) -> _Change | Outcome:
        if meta["phase"] not in _ACTIVE or "stop" in meta:
            return "late"
        if "paused" not in meta:
            return "already"
        now = clock.epoch()
        # What was paused counts for nobody as waiting.
        pauses = [*meta.get("pauses", []), [meta["paused"]["at"], now]]
        return {"pauses": pauses, **owes("UpgradeResumed", now)}, ("paused",)

    return _wish(desk, run, change)


def stop(desk: Desk, run: str, by: str, *, image_stays: bool = False) -> Wished | None:
    """Let nothing more begin, and the run end as soon as what is being rebuilt is over. There is no way back.

    One that waits for its approval is cancelled. `image_stays`: an approver's wish that the bundle keep the new image
    although the canary is not known to be healthy. None: no such run. Raises Contended, ClientError.
    """

    def change(meta: Item) -> _Change | Outcome:
        if meta["phase"] not in _ACTIVE:
            return "late"
        if "stop" in meta:
            return "already"
        now = clock.epoch()
        keeps = {"keep_image": {"by": by, "at": now}} if image_stays else {}
        return {"stop": {"why": "person", "by": by, "at": now}, **keeps, **owes("UpgradeStopped", now)}, ("paused",)

    if cancel(desk, run, by):
        return Wished("taken", "cancelled")
    return _wish(desk, run, change)


def keep_image(desk: Desk, run: str, by: str) -> Wished | None:
    """Let the bundle keep the new image, whatever becomes of the canary: an approver's wish. None: no such run.

    Raises Contended, ClientError.
    """

    def change(meta: Item) -> _Change | Outcome:
        if meta["phase"] not in _ACTIVE or "bundle_restored" in meta:
            return "late"
        return "already" if "keep_image" in meta else ({"keep_image": {"by": by, "at": clock.epoch()}}, ())

    return _wish(desk, run, change)


def go_on(desk: Desk, run: str, by: str) -> Wished | None:
    """Say that the waves after the canary may begin: an approver's word, who did not ask for it.

    None: no such run. Raises Contended, ClientError.
    """

    def change(meta: Item) -> _Change | Outcome:
        gate = meta.get("gate")
        if gate is None or meta["phase"] != "gate" or "stop" in meta:
            return "already" if gate and gate["state"] == "granted" else "not open"
        if meta["requester"] == by:
            return "own"
        if gate["state"] == "granted":
            return "already"
        now = clock.epoch()
        return {"gate": {**gate, "state": "granted", "by": by, "at": now}, **owes("UpgradeGate", now)}, ()

    return _wish(desk, run, change)


def retry(desk: Desk, run: str, by: str) -> Wished | None:
    """Let the machines that have failed so far have another turn, while the run is on. None: no such run.

    Those of a run that is over get a run of their own. Raises Contended, ClientError.
    """

    def change(meta: Item) -> _Change | Outcome:
        if meta["phase"] not in _ACTIVE or "stop" in meta:
            return "late"
        if not meta["counts"]["failed"]:
            return "nothing"
        return {"retry": {"by": by, "at": clock.epoch()}}, ()

    return _wish(desk, run, change)


def cancel(desk: Desk, run: str, by: str) -> bool:
    """End one that nothing was changed for yet; False where it is over, or too late. Raises Contended, ClientError."""
    for _ in range(_TRIES):
        meta = _meta(desk, run)
        if meta is None or runs.is_over(meta) or meta["phase"] not in BEFORE:
            return False
        if "cancel" in meta:
            return True
        if "ending" in meta or "updating" in meta:
            return False
        if desk.table.transact(*_cancelling(meta, by)):
            pay_if_possible(desk, run)
            if not _works(meta):
                tidy(desk, run, clock.epoch())
            return True
    raise Contended


def answer(
    desk: Desk, run: str, workspace: str, person: str, choice: Choice, not_before: int | None = None
) -> Answered | None:
    """Say when one's own machine may be rebuilt: `not_before` (seconds since 1970) is for tonight.

    None where there is no such run, or this person was not asked about this machine. Raises Contended, ClientError.
    """
    for _ in range(_TRIES):
        meta, machine = _meta(desk, run), _machine(desk, run, workspace)
        if meta is None or machine is None or machine.owner != person or machine.notice_at is None:
            return None
        said = desk.table.get(*answer_key(run, workspace)) or {}
        most, deferred = order_of_run(meta).defers, int(said.get("deferred", 0))
        standing = said.get("choice"), said.get("not_before")
        if machine.phase != "waiting" or runs.is_over(meta) or "ending" in meta or "stop" in meta:
            return Answered("late", *standing, most - deferred)
        if choice != "now" and deferred >= most:
            return Answered("enough", *standing, 0)
        new = _answer(choice, person, not_before, deferred, int(said.get("version", 0)))
        if desk.table.transact(*_answering(meta, workspace, new)):
            return Answered("taken", choice, new["not_before"], most - new["deferred"])
    raise Contended


def _answer(choice: Choice, by: str, not_before: int | None, deferred: int, version: int) -> Item:
    now = clock.epoch()
    then = {"now": None, "soon": now + SOON_S, "later": now + LATER_S, "tonight": not_before or now + LATER_S}[choice]
    put_off = deferred + (choice != "now")
    return {
        "choice": choice,
        "at": now,
        "by": by,
        "not_before": then,
        "deferred": put_off,
        "version": version + 1,
    }


def _answering(meta: Item, workspace: str, new: Item) -> list[Write]:
    before = Attr("version").eq(new["version"] - 1) if new["version"] > 1 else Attr("version").not_exists()
    counts = Update(*run_key(meta["run"]), set={"wishes": meta["wishes"] + 1}, when=_unchanged(meta))
    return [counts, Put(keyed(answer_key(meta["run"], workspace), **new), when=before)]


def _wish(desk: Desk, run: str, change: Callable[[Item], _Change | Outcome]) -> Wished | None:
    for _ in range(_TRIES):
        meta = _meta(desk, run)
        if meta is None:
            return None
        made = "late" if runs.is_over(meta) or "ending" in meta else change(meta)
        if isinstance(made, str):
            return Wished(made, meta["phase"])
        set_, gone = {**made[0], "wishes": meta["wishes"] + 1}, made[1]
        if desk.table.update(*run_key(run), set=set_, remove=gone, when=_unchanged(meta)) is not None:
            pay_if_possible(desk, run)
            return Wished("taken", meta["phase"])
    raise Contended


def _cancelling(meta: Item, by: str) -> list[Write]:
    now, run, wish = clock.epoch(), meta["run"], {"cancel": {"by": by, "at": clock.epoch()}}
    if _works(meta):
        same = _unchanged(meta) & Attr("updating").not_exists()
        return [Update(*run_key(run), set={**wish, "wishes": meta["wishes"] + 1}, when=same)]
    void = Update(*approval_key(run), set=approval_over(run, "void", now), when=Attr("state").eq("open"))
    return [void, *unapproved(meta, "cancelled", "UpgradeCancelled", now, **wish)]


def _works(meta: Item) -> bool:
    """Whether an execution works at it, or soon will."""
    return meta["phase"] != "approval" or "granted" in meta


def _unchanged(meta: Item) -> ConditionBase:
    """The condition that it is in the same phase, and nobody has wished since."""
    same = Attr("phase").eq(meta["phase"]) & Attr("wishes").eq(meta["wishes"])
    return same & Attr("g1pk").eq(OPEN) & Attr("ending").not_exists()


def _meta(desk: Desk, run: str) -> Item | None:
    meta = desk.table.get(*run_key(run))
    return None if meta is None or meta["kind"] != KIND else meta


def _machine(desk: Desk, run: str, workspace: str) -> Machine | None:
    """A machine whose owner was told."""
    asked = desk.table.get(*asked_key(run, workspace))
    found = desk.table.get(*machine_key(run, asked["n"])) if asked is not None else None
    return None if found is None else Machine.of(found)
