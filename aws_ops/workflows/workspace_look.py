"""One look at a run of WorkSpaces: what the table and AWS say at one moment, and what is remembered of it.

What it remembers in `RUN#<run>`/`META`: `ticked`; `blocked` {why, since}; `patient_since` (since when it waits);
`acted` (when AWS was asked first); `ending` (the phase that it ends in: nobody's wish counts any more); `trouble`
{text, since}; `told` (what was said once). Of each target, in its `ITEM#`: `requested` (AWS is asked, written before
it is), `tries` (how often), `accepted` (AWS took it), `began` (it was seen to), `quiet` (looks that showed no sign of
it), `was` and `ip` (its state and address when AWS was asked), `outcome`, `gave_up` (skipped, it stayed blocked).
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from boto3.dynamodb.conditions import Attr

from aws_ops import brake, clock, errors, workspaces
from aws_ops.desk import Desk
from aws_ops.runs import keyed, run_key
from aws_ops.table import Check, Item, Put, Write
from aws_ops.told import owes
from aws_ops.workflows.executions import OVER, Execution, Overtaken
from aws_ops.workflows.workspace_facts import Outcome, Why, WorkspaceFact
from aws_ops.workspace_items import Order, approval_key, item_key, lock_key, names, order_of, rebuilt_key
from aws_ops.workspace_snapshot import tell
from aws_ops.workspaces import Connection, WorkSpace
from aws_ops.workspaces_api import Api

log = logging.getLogger(__name__)
T = TypeVar("T")

_ROWS_AT_ONCE = 45  # a transaction has 100 writes, and a rebuild is two
_ROW: Item = {
    "id": "",
    "computer": None,
    "state": None,
    "requested": None,
    "tries": 0,
    "accepted": None,
    "began": None,
    "quiet": 0,
    "was": None,
    "ip": None,
    "outcome": None,
    "gave_up": False,
    "error": None,
    "finished": None,
}


CONSENT_S = 3600
"""For how long somebody's word counts: later they are at something else, and are not thrown out of it."""


@dataclass(frozen=True)
class Run(Execution):
    """A run as one of its executions knows it."""

    order: Order

    @classmethod
    def of(cls, said: Item, desk: Desk) -> Self:
        """The run that an execution's input is about."""
        return cls(desk, said["run"], said["generation"], order_of(said["order"]))

    def reading(self) -> Api:
        """For looking: nobody waits for the answer."""
        return Api.of(self.desk, rate=self.order.rate, people=False)

    def changing(self) -> Api:
        """For changes, in the name of whoever asked for them."""
        order = self.order
        return Api.of(self.desk, rate=order.rate, people=True, actor=order.requester, role=order.role)

    def tell(self, fact: WorkspaceFact) -> None:
        """Announce a fact."""
        tell(self.desk, self.id, fact)


@dataclass
class Look:
    """What was seen at one moment. `rows` are the targets by number; `seen` and `connected` by id, None: unreadable."""

    run: Run
    now: int
    meta: Item
    rows: dict[int, Item]
    approval: Item | None
    paused: bool
    wishes: int  # as many as were known when it began
    seen: dict[str, WorkSpace] | None = None
    connected: dict[str, Connection] | None = None
    waits: list[Why] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    changed: bool = False  # the plan is another one than what was agreed to
    versions: dict[int, int] = field(default_factory=dict)  # of the rows as they are written
    _changed: set[int] = field(default_factory=set)

    @property
    def order(self) -> Order:
        return self.run.order

    @property
    def unfinished(self) -> list[int]:
        """The targets without an outcome."""
        return [number for number, row in self.rows.items() if row["outcome"] is None]

    @property
    def unasked(self) -> list[int]:
        """Those of them that AWS was not asked about."""
        return [number for number in self.unfinished if self.rows[number]["requested"] is None]

    @property
    def acted(self) -> bool:
        """Whether AWS was asked anything yet."""
        return "acted" in self.meta

    @property
    def consents(self) -> bool:
        """Whether whoever uses it said, and not long ago, that it may be taken from under them."""
        answer = self.meta.get("answer") or {}
        if answer.get("choice") in {"now", "soon", "tonight"}:
            return bool(self.now - max(answer["at"], self.meta.get("begin_at") or 0) <= CONSENT_S)
        return self.order.owner_consents and self.recent

    @property
    def recent(self) -> bool:
        """Whether it was asked for so lately that it is still as it was confirmed."""
        return bool(self.now - self.meta["started"] <= CONSENT_S)

    def write(self, set: Item, remove: tuple[str, ...] = ()) -> None:
        """Change the run. Raises Superseded, ClientError."""
        self.meta = self.run.write(set, remove)

    def decide(self, set: Item, remove: tuple[str, ...] = ()) -> bool:
        """Change the run unless somebody has wished something since it was read; then it is looked at again.

        Raises Superseded, ClientError.
        """
        desk, run = self.run.desk, self.run
        meta = desk.table.update(*run_key(run.id), set=set, remove=remove, when=run.mine & self.unwished)
        if meta is None:
            run.read()
            return False
        self.meta = meta
        return True

    @property
    def unwished(self) -> Any:
        """The condition that nobody has wished since the look began."""
        return Attr("wishes").eq(self.wishes)

    def row(self, number: int, **change: Any) -> None:
        """Change what is remembered of a target; written by `flush`."""
        before = self.rows[number]
        if any(before[key] != value for key, value in change.items()):
            self.rows[number] = {**before, **change}
            self._changed.add(number)

    def finish(self, number: int, outcome: Outcome, error: str | None = None, *, gave_up: bool = False) -> None:
        """Give a target its outcome."""
        self.row(number, outcome=outcome, error=error, finished=self.now, gave_up=gave_up)
        if outcome == "failed":
            log.warning("run %s: %s of %s failed: %s", self.run.id, self.order.op, self.rows[number]["id"], error)

    def flush(self) -> None:
        """Write what has changed of the targets, and give up the locks of those that are over.

        Raises Superseded, Overtaken, ClientError.
        """
        changed, table = sorted(self._changed), self.run.desk.table
        for first in range(0, len(changed), _ROWS_AT_ONCE):
            numbers = changed[first : first + _ROWS_AT_ONCE]
            if not table.transact(Check(*run_key(self.run.id), when=self.run.mine), *self.row_writes(numbers)):
                self.run.read()
                raise Overtaken(self.run.id)
            self.wrote(numbers)
        ours = Attr("run").not_exists() | Attr("run").eq(self.run.id)
        for number in changed:
            if self.rows[number]["outcome"] is not None:
                table.delete(*lock_key(names(self.order)[number], "ACTING"), when=ours)

    def row_writes(self, numbers: Iterable[int]) -> list[Write]:
        """The writes of these targets as they are now, on the condition that nobody has written them since."""
        writes: list[Write] = []
        for number in numbers:
            row, version = self.rows[number], self.versions.get(number, 0)
            same = Attr("version").eq(version) if version else Attr("version").not_exists()
            writes.append(Put(keyed(item_key(self.run.id, number), **row, version=version + 1), when=same))
            if self.order.op == "rebuild" and row["outcome"] == "done":
                by = {"at": row["requested"], "by": self.order.requester, "run": self.run.id}
                writes.append(Put(keyed(rebuilt_key(row["id"]), **by)))
        return writes

    def wrote(self, numbers: Iterable[int]) -> None:
        """These targets are written."""
        for number in numbers:
            self.versions[number] = self.versions.get(number, 0) + 1
            self._changed.discard(number)

    def see(self) -> bool:
        """Look at the targets without an outcome; False where AWS would not tell."""
        ids = [self.rows[number]["id"] for number in self.unfinished if self.rows[number]["id"]]
        self.seen = self.asked(lambda: workspaces.describe(self.run.reading(), ids)) if ids else {}
        for number in self.unfinished:
            found = (self.seen or {}).get(self.rows[number]["id"])
            if found is not None or (self.seen is not None and self.order.new is None):
                computer = (found.computer if found else None) or self.rows[number]["computer"]
                self.row(number, state=found.state if found else None, computer=computer)
        return self.seen is not None

    def asked(self, question: Callable[[], T]) -> T | None:
        """AWS's answer; None, and a trouble noted, when there is none."""
        try:
            return question()
        except Exception as error:  # noqa: BLE001 - an answer that cannot be parsed raises what is neither of botocore's
            self.note(error)
            return None

    def note(self, error: Exception) -> None:
        """Keep what came of asking AWS as a trouble, and log it."""
        self.waits.append("throttled" if errors.is_throttled(error) else "unknown")
        self.troubles.append(errors.say_answer(error))
        log.warning("run %s: %s", self.run.id, error, exc_info=errors.trace(error))

    def braked(self) -> bool:
        """Whether to leave AWS alone: read anew right before each change. A brake that cannot be read holds too."""
        pulled = self.asked(lambda: brake.is_pulled(self.run.desk) is not None)
        self.paused = pulled is True
        if pulled is not False:
            self.waits.append("brake")
        return pulled is not False

    def end(self, phase: str, *owed: WorkspaceFact) -> str | None:
        """Decide that it is over, in this phase; None where somebody has wished something meanwhile."""
        facts = {key: at for fact in owed for key, at in owes(fact, self.now).items()}
        return OVER if self.decide({"ending": phase, **facts}, ("blocked",)) else None

    def settle(self) -> None:
        """Keep since when it has been blocked and something wrong, or forget it. Raises Superseded, ClientError."""
        changed: Item = {}
        gone: list[str] = []
        why = self.waits[0] if self.waits else None
        for key, known, now in (
            ("blocked", self.meta.get("blocked"), why and {"why": why, "since": self.now}),
            ("trouble", self.meta.get("trouble"), self.troubles and {"text": self.troubles[0], "since": self.now}),
        ):
            if not now:
                gone += [key] if known else []
            elif known is None:
                changed[key] = now
            elif {**known, "since": 0} != {**now, "since": 0}:
                # Another cause is blocked anew; another error is still the same trouble.
                changed[key] = {**now, "since": known["since"]} if key == "trouble" else now
        if changed or gone:
            self.write(changed, tuple(gone))


def look_at(run: Run) -> Look:
    """Read the table, and note that somebody looks. Raises Superseded, ClientError."""
    meta = run.write({"ticked": clock.epoch()})
    found = run.desk.table.query(run_key(run.id)[0], prefix="ITEM#")
    rows = {number: {**_ROW, "id": target.id} for number, target in enumerate(run.order.targets)} or {0: _ROW}
    rows |= {int(item["sk"][5:]): {key: item.get(key, value) for key, value in _ROW.items()} for item in found}
    versions = {int(item["sk"][5:]): item.get("version", 0) for item in found}
    approval = run.desk.table.get(*approval_key(run.id)) if run.order.approval else None
    paused = brake.is_pulled(run.desk) is not None
    return Look(run, clock.epoch(), meta, rows, approval, paused, meta["wishes"], versions=versions)
