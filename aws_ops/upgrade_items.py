"""The items of an upgrade of WorkSpaces to another image, and what they mean.

`RUN#<run>`/`META`  the run's state, which the workflow keeps (`workflows/upgrade_state.py`: what it remembers). `order`
    in its `input` is what was asked for. People write only what they wish: `paused`, `stop`, `keep_image`, `retry`,
    the grant of the `gate`, each with one more in `wishes`, on whose count alone AWS is asked to rebuild.
    `owes#<fact>`  a fact that was written with what it tells, and is to be announced.
`RUN#<run>`/`ITEM#<n>`  the n-th machine as far as it has come, see `Machine`.
`RUN#<run>`/`ASKED#<id>`  {n}: its owner was told; which machine it is.
`RUN#<run>`/`ANSWER#<id>`  what its owner says: {choice, at, by, not_before, deferred}. Written by people only.
`RUN#<run>`/`EXCLUDED#<n>`  what the plan left out: {id, user, computer, kind, why}.
`RUN#<run>`/`PLACE#<place>`  who looks on: {place, discreet}.
`LOCK#bundle#<bundle>`/`UPGRADE`  {run, by, image, old_image}: one upgrade a bundle, from its beginning to its close.
`LOCK#ws#<id>`/`ACTING`  as a run of WorkSpaces has it, for each machine while it is rebuilt.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from aws_ops.bucket import Rate
from aws_ops.desk import Desk
from aws_ops.runs import KEPT_S, keyed
from aws_ops.table import Item
from aws_ops.workflows.upgrade_facts import Choice, MachinePhase, Why
from aws_ops.workspace_items import Terms

KIND, FUNCTION = "upgrade", "upgrade"
BEFORE = frozenset({"approval", "preparing"})
"""The phases in which nothing may have been changed yet."""
ENDED = frozenset({"done", "failed", "skipped", "timed out"})
"""The phases in which nothing more becomes of a machine."""
SOON_S, LATER_S = 15 * 60, 24 * 3600
_DAY = 24 * 60
_ROWS_KEPT_S = KEPT_S + 30 * 86_400


@dataclass(frozen=True)
class Window:
    """When machines may be rebuilt: on days (0 is Monday) from `start` to `end`, minutes of the day in a zone.

    One that ends before it starts ends on the next day, and one that ends when it starts lasts 24 hours.
    """

    days: tuple[int, ...]
    start: int
    end: int
    zone: str


@dataclass(frozen=True)
class Report:
    """Where the report is written to; `kms` is a key's id or ARN (None: as the bucket has it)."""

    bucket: str
    prefix: str
    kms: str | None


@dataclass(frozen=True)
class UpgradeOrder:
    """What was asked for, with everything that the run needs to know.

    `image` is what the bundle shall have, `old_image` what it had when the plan was made. `waves` are sizes, the first
    one the canary, of which `canary_failures` may fail. `gate` "canary": after it an approver has to say go on.
    `max_concurrent` 0: as many as AWS's limit of calls lets. `notice_s`: how long an owner is told before, who may put
    it off `defers` times. `snapshot`: a rebuild snapshot newer than the last connection ("fresh") or than the one that
    there is when its turn comes ("next") is waited for, `wait_s` of open window at most. `failure_rate`: above that
    part of those that are over it stops. `ssm`: whoever is at the desk is told on the screen too. `housekeeping`: the
    machines' items go when all went well. `of`: the run that it rolls back or repeats. `request` is what was chosen, as
    `upgrade_plan` reads it again, and `digest` what its plan was; `plan` what a card shows of it. `names` are those of
    bundle and images by id. `protect`: the tag that keeps a WorkSpace from being changed.
    """

    op: Literal["upgrade", "rollback"]
    bundle: str
    image: str
    old_image: str
    waves: tuple[int, ...]
    canary_failures: int
    gate: Literal["none", "canary"]
    window: Window | None
    max_concurrent: int
    notice_s: int
    defers: int
    snapshot: Literal["fresh", "next"]
    wait_s: int
    failure_rate: float
    ssm: bool
    housekeeping: bool
    report: Report | None
    requester: str
    approval: Terms
    digest: str
    rate: Rate
    role: str | None
    tick_s: int
    protect: str | None
    reason: str | None
    of: str | None
    request: Mapping[str, Any]
    plan: Mapping[str, Any]
    names: Mapping[str, str]

    @property
    def total(self) -> int:
        """How many machines it is about."""
        return sum(self.waves)

    @property
    def what(self) -> str:
        """What it does in short: "upgrade wsb-… (200 WorkSpaces)"."""
        machines = "1 WorkSpace" if self.total == 1 else f"{self.total} WorkSpaces"
        return f"{self.op} {self.names.get(self.bundle) or self.bundle} ({machines})"


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine of a run. Times are seconds since 1970.

    `why`: what it waits for, `turn`: since when. `was`, `ip`: its state and address when AWS was asked. `baseline`: its
    snapshot when it was looked at first (0: there was none), `fresh`: the newest one known. `next_look`: before that
    nothing about it can have changed. `notice_at`: when its owner was told last; `answered`: when they said `choice`,
    and `answers` how many of their words are known. `deferred`: how often they put it off, `not_before`: until when.
    `requested`: AWS is asked, written before it is; `accepted`: AWS took it; `began`: it was seen to; `looks`: how many
    were taken since; `quiet`: those without a sign of it.
    """

    n: int
    id: str
    user: str
    computer: str | None
    owner: str | None
    wave: int
    phase: MachinePhase = "waiting"
    why: Why | None = None
    turn: int | None = None
    state: str | None = None
    mode: str | None = None
    ip: str | None = None
    was: str | None = None
    baseline: int | None = None
    fresh: int | None = None
    last_connected: int | None = None
    next_look: int = 0
    notice_at: int | None = None
    notified: bool = False
    choice: Choice | None = None
    answered: int | None = None
    answers: int = 0
    not_before: int | None = None
    deferred: int = 0
    requested: int | None = None
    accepted: int | None = None
    began: int | None = None
    finished: int | None = None
    error: str | None = None
    tries: int = 0
    looks: int = 0
    quiet: int = 0
    version: int = 0

    @classmethod
    def of(cls, item: Item) -> Self:
        """As its item has it."""
        return cls(**{name: item[name] for name in _MACHINE if name in item})

    def words(self) -> Item:
        """Its attributes, without those that are as in the beginning."""
        found = {name: getattr(self, name) for name in _MACHINE}
        return {name: value for name, value in found.items() if name not in _FIRST or value != _FIRST[name]}

    @property
    def over(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.phase in ENDED


_MACHINE = tuple(field.name for field in fields(Machine))
_FIRST = {name: getattr(Machine(0, "", "", None, None, 0), name) for name in _MACHINE[6:]}


@dataclass(frozen=True)
class Standing:
    """An upgrade that a bundle is in: whose, and from which image to which."""

    run: str
    by: str
    image: str
    old_image: str


def words(order: UpgradeOrder) -> Item:
    """The order as JSON takes it."""
    return asdict(order)


def order_of(said: Mapping[str, Any]) -> UpgradeOrder:
    """The order as it was written by `words`."""
    approval, window, report = said["approval"], said["window"], said["report"]
    return UpgradeOrder(
        **{
            **said,
            "waves": tuple(said["waves"]),
            "window": window and Window(**{**window, "days": tuple(window["days"])}),
            "report": report and Report(**report),
            "approval": Terms(**{**approval, "approvers": tuple(approval["approvers"])}),
            "rate": Rate(**said["rate"]),
        }
    )


def order_of_run(meta: Item) -> UpgradeOrder:
    """The order as a run was told of it."""
    return order_of(json.loads(meta["input"])["order"])


def machine_key(run: str, number: int) -> tuple[str, str]:
    """Where the n-th machine (from 0) is."""
    return f"RUN#{run}", f"ITEM#{number:05d}"


def machine_item(run: str, machine: Machine, expires: int) -> Item:
    """A machine's item, which goes at `expires`."""
    return keyed(machine_key(run, machine.n), **machine.words(), expires=expires)


def rows_expire(started: int) -> int:
    """When the rows of a run go: counted from its beginning, so that one that takes long has them to its end."""
    return started + _ROWS_KEPT_S


def asked_key(run: str, workspace: str) -> tuple[str, str]:
    """Where it says which machine a WorkSpace is whose owner was told."""
    return f"RUN#{run}", f"ASKED#{workspace}"


def excluded_key(run: str, number: int) -> tuple[str, str]:
    """Where the n-th machine that the plan left out is."""
    return f"RUN#{run}", f"EXCLUDED#{number:05d}"


def answer_key(run: str, workspace: str) -> tuple[str, str]:
    """Where the owner's answer about a machine is."""
    return f"RUN#{run}", f"ANSWER#{workspace}"


def bundle_lock_key(bundle: str) -> tuple[str, str]:
    """Where a bundle's lock is."""
    return f"LOCK#bundle#{bundle}", "UPGRADE"


def standing(desk: Desk, bundle: str) -> Standing | None:
    """The upgrade that a bundle is in, waiting for its approval or under way. Raises ClientError."""
    lock = desk.table.get(*bundle_lock_key(bundle))
    return None if lock is None else Standing(lock["run"], lock["by"], lock["image"], lock["old_image"])


def opens(window: Window | None, now: int) -> int:
    """`now` while it is open, else when it opens next."""
    if window is None:
        return now
    return max(now, next(opened for opened, closed in _spans(window, now) if closed > now))


def open_between(window: Window | None, since: int, until: int) -> int:
    """For how many seconds it was open between two times."""
    if until <= since:
        return 0
    if window is None:
        return until - since
    total, reached = 0, since
    for opened, closed in _spans(window, since):
        if opened >= until:
            return total
        # Spans of 24 hours may overlap where clocks are put back.
        begin, end = max(opened, reached), min(closed, until)
        total, reached = total + max(0, end - begin), max(reached, end)
    return total


def _spans(window: Window, now: int) -> Iterator[tuple[int, int]]:
    """When it opens and closes, from the day before `now` on, for ever."""
    zone = ZoneInfo(window.zone)
    day = datetime.fromtimestamp(now, zone).date() - timedelta(days=1)
    while True:
        if day.weekday() in window.days:
            ends = day if window.end > window.start else day + timedelta(days=1)
            yield _at(day, window.start, zone), _at(ends, window.end, zone)
        day += timedelta(days=1)


def _at(day: date, minute: int, zone: ZoneInfo) -> int:
    if minute >= _DAY:
        day, minute = day + timedelta(days=1), minute - _DAY
    return int(datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC).timestamp())
