"""Approvals: somebody else decides, once, whether a run may begin.

`APPROVAL#<run>`/`APPROVAL` {run, op, what, state, requester, quorum, deadline, remind_at, reminded, digest, approvers,
decisions, asked}; `state` is open, then granted and started, or refused, expired or void. While there is something to
do about it, it is found by `g1pk` `OPEN#APPROVAL` and `g1sk` `<deadline>#<run>`, then by `CLOSED#APPROVAL` and the
time. It is decided by one conditional write, together with what becomes of the run. The run's id is its execution's
name, so starting it twice starts it once.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import clock, errors, ids, run_kinds, runs
from aws_ops.desk import Desk
from aws_ops.runs import keyed, run_key
from aws_ops.table import Item, Update, Write
from aws_ops.told import owes
from aws_ops.workflows.workspace_facts import Verdict
from aws_ops.workspace_closing import CLOSED_APPROVAL, OPEN_APPROVAL, approval_over
from aws_ops.workspace_items import Terms, approval_key

__all__ = ["Approval", "Decided", "Decision", "Terms", "decide", "find", "matching", "of_requester", "start", "waiting"]

log = logging.getLogger(__name__)

ENDING = 3
"""How many characters of a run's id one types at least."""
_TRIES = 25
_DAYS = 7

Outcome = Literal["granted", "refused", "counted", "not posted", "own", "late", "over", "twice"]


@dataclass(frozen=True)
class Decision:
    """What one approver said, `at` seconds since 1970."""

    person: str
    verdict: Verdict
    at: int
    reason: str | None


@dataclass(frozen=True)
class Approval:
    """One as it is written; `deadline` and `asked` are seconds since 1970."""

    run: str
    state: str
    requester: str
    quorum: int
    deadline: int
    digest: str | None
    approvers: tuple[str, ...]
    decisions: tuple[Decision, ...]
    asked: int
    op: str
    what: str


@dataclass(frozen=True)
class Decided:
    """What came of deciding, and the approval as it is now.

    `granted` and `refused`: this decided it. `counted`: others still have to. Nothing was written where it is `not
    posted` (no card shows it yet), one's `own`, too `late`, `over` (`approval` tells who was first), or the second time
    (`twice`).
    """

    outcome: Outcome
    approval: Approval


def asking(run: str, op: str, what: str, requester: str, terms: Terms, digest: str | None) -> Item:
    """The item that asks for an approval from now on."""
    now = clock.epoch()
    deadline = now + terms.deadline_s
    return keyed(
        approval_key(run),
        g1pk=OPEN_APPROVAL,
        g1sk=f"{ids.at(deadline)}#{run}",
        run=run,
        op=op,
        what=what,
        state="open",
        requester=requester,
        quorum=terms.quorum,
        deadline=deadline,
        remind_at=now + terms.remind_s,
        reminded=None,
        digest=digest,
        approvers=terms.approvers,
        decisions=[],
        asked=now,
    )


def find(desk: Desk, run: str) -> Approval | None:
    """The approval of a run. Raises ClientError."""
    item = desk.table.get(*approval_key(run))
    return None if item is None else _read(item)


def waiting(desk: Desk) -> tuple[Approval, ...]:
    """Those that nobody has decided yet, the most urgent first. Raises ClientError."""
    return tuple(found for found in map(_read, desk.table.query_index(OPEN_APPROVAL)) if found.state == "open")


def matching(desk: Desk, ending: str) -> tuple[Approval, ...]:
    """The one of this run's id, else those whose id ends so (3 characters or more).

    They are the undecided ones, if there are any, else those of the last 7 days, so that whoever comes late hears what
    became of it. Raises ClientError.
    """
    typed = ending.lower()
    if exact := find(desk, typed):
        return (exact,)
    if len(typed) < ENDING:
        return ()
    there = [found for found in map(_read, desk.table.query_index(OPEN_APPROVAL)) if found.run.endswith(typed)]
    undecided = tuple(found for found in there if found.state == "open")
    return undecided or (*there, *(found for found in _over(desk, _DAYS) if found.run.endswith(typed)))


def of_requester(desk: Desk, key: str, days: int = _DAYS) -> tuple[Approval, ...]:
    """Those that a person asked for: the undecided ones, then those over for at most `days`. Raises ClientError."""
    still = map(_read, desk.table.query_index(OPEN_APPROVAL))
    return tuple(found for found in (*still, *_over(desk, days)) if found.requester == key)


def _over(desk: Desk, days: int) -> list[Approval]:
    since = ids.at(clock.epoch() - days * 86_400)
    return list(map(_read, desk.table.query_index(CLOSED_APPROVAL, since=since, newest_first=True)))


def decide(
    desk: Desk, run: str, person: str, verdict: Verdict, reason: str | None, still: Collection[str] | None = None
) -> Decided:
    """Grant or refuse it. Who may approve at all is the caller's to know.

    `still`: who may now, by key; what others have granted before counts no more (None: all of it does). Raises
    LookupError when there is no such approval, ClientError.
    """
    for _ in range(_TRIES):
        item = desk.table.get(*approval_key(run))
        if item is None:
            raise LookupError(f"there is no approval of {run}")
        if (hindered := _hindrance(desk, item, person)) is not None:
            return Decided(hindered, _read(item))
        decision = {"person": person, "verdict": verdict, "at": clock.epoch(), "reason": reason}
        outcome, writes = _deciding(desk, item, decision, still)
        if desk.table.transact(*writes):
            return _decided(desk, run, outcome, item)
    raise RuntimeError(f"the approval of {run} kept changing")


def start(desk: Desk, run: str) -> None:
    """Start a granted one's run, and note that it was. Raises ClientError."""
    meta = desk.table.get(*run_key(run))
    if meta is not None and not runs.is_over(meta):
        runs.start(desk, meta)
    over = approval_over(run, "started", clock.epoch())
    desk.table.update(*approval_key(run), set=over, when=Attr("state").eq("granted"))


def _hindrance(desk: Desk, item: Item, person: str) -> Outcome | None:
    """Why this person cannot decide it now."""
    if item["requester"] == person:
        return "own"
    if any(decision["person"] == person for decision in item["decisions"]):
        return "twice"
    if item["state"] == "expired" or (item["state"] == "open" and clock.epoch() >= item["deadline"]):
        return "late"
    if item["state"] != "open":
        return "over"
    return None if _was_shown(desk, item["run"]) else "not posted"


def _was_shown(desk: Desk, run: str) -> bool:
    """Whether a card stands where approvers are: nobody grants what none of them was shown."""
    places = desk.table.query(f"RUN#{run}", prefix="PLACE#")
    deciding = {place["place"] for place in places if place.get("decides")}
    shown = {card["sk"] for card in desk.table.query(f"CARD#{run}")}
    # An older version did not write who decides where.
    return bool(shown & deciding if deciding else shown)


def _deciding(desk: Desk, item: Item, decision: Item, still: Collection[str] | None) -> tuple[Outcome, list[Write]]:
    """What this decision makes of it, and the writes, on the condition that nobody has decided meanwhile."""
    before = [one for one in item["decisions"] if still is None or one["person"] in still]
    run, now, decisions = item["run"], decision["at"], [*before, decision]
    same = Attr("state").eq("open") & Attr("decisions").eq(item["decisions"]) & Attr("deadline").gt(now)
    meta = desk.table.get(*run_key(run))
    if meta is None:
        raise LookupError(f"there is no run {run}")
    if decision["verdict"] == "refused":
        change = {**approval_over(run, "refused", now), "decisions": decisions}
        ended = run_kinds.unapproved(meta, "refused", "ApprovalRefused", now)
        return "refused", [Update(*approval_key(run), set=change, when=same), *ended]
    enough = len(decisions) >= item["quorum"]
    change = {"state": "granted" if enough else "open", "decisions": decisions}
    owing = {**owes("ApprovalGranted", now), "granted": now} if enough else owes("ApprovalCounted", now)
    waits = Attr("phase").eq("approval")
    return ("granted" if enough else "counted"), [
        Update(*approval_key(run), set=change, when=same),
        Update(*run_key(run), set=owing, when=waits),
    ]


def _decided(desk: Desk, run: str, outcome: Outcome, before: Item) -> Decided:
    # It is decided: to fail here would be untrue, and the sweep does what is not done here.
    run_kinds.pay_if_possible(desk, run)
    if outcome == "granted":
        try:
            start(desk, run)
        except (ClientError, BotoCoreError) as error:
            log.warning("run %s is granted and not started yet, the sweep will: %s", run, errors.say(error))
    return Decided(outcome, _again(desk, run) or _read(before))


def _again(desk: Desk, run: str) -> Approval | None:
    try:
        return find(desk, run)
    except (ClientError, BotoCoreError) as error:
        log.warning("the approval of %s cannot be read after it was decided: %s", run, errors.say(error))
        return None


def due(desk: Desk) -> Iterable[str]:
    """The runs whose approvals want something: to be expired, reminded of, or started. Raises ClientError."""
    now = clock.epoch()
    for item in desk.table.query_index(OPEN_APPROVAL):
        reminding = item["reminded"] is None and now >= item["remind_at"]
        if item["state"] == "granted" or now >= item["deadline"] or reminding:
            yield item["run"]


def sweep(desk: Desk, run: str) -> str | None:
    """Do what an approval wants now; the run's id where it was started. Raises ClientError."""
    item, now = desk.table.get(*approval_key(run)), clock.epoch()
    if item is None:
        return None
    if item["state"] == "granted":
        start(desk, run)
        return run
    if item["state"] != "open":
        return None
    if now >= item["deadline"]:
        _expire(desk, run, now)
    elif item["reminded"] is None and now >= item["remind_at"]:
        _remind(desk, run, now)
    run_kinds.pay_if_possible(desk, run)
    return None


def _expire(desk: Desk, run: str, now: int) -> None:
    meta = desk.table.get(*run_key(run))
    if meta is None:
        return
    expired = Update(*approval_key(run), set=approval_over(run, "expired", now), when=Attr("state").eq("open"))
    desk.table.transact(expired, *run_kinds.unapproved(meta, "expired", "ApprovalExpired", now))


def _remind(desk: Desk, run: str, now: int) -> None:
    open_ = Attr("state").eq("open")
    desk.table.transact(
        Update(*approval_key(run), set={"reminded": now}, when=open_),
        Update(*run_key(run), set=owes("ApprovalReminded", now), when=Attr("phase").eq("approval")),
    )


def _read(item: Item) -> Approval:
    return Approval(
        run=item["run"],
        state=item["state"],
        requester=item["requester"],
        quorum=item["quorum"],
        deadline=item["deadline"],
        digest=item["digest"],
        approvers=tuple(item["approvers"]),
        decisions=tuple(Decision(**{key: row[key] for key in _DECISION}) for row in item["decisions"]),
        asked=item["asked"],
        op=item["op"],
        what=item["what"],
    )


_DECISION = ("person", "verdict", "at", "reason")
