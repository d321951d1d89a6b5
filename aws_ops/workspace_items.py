"""The items of a run of WorkSpaces, and what they mean.

`RUN#<run>`/`META`  the run's state, which the workflow keeps (`workflows/workspace_look.py`: what it sees). `order` is
    what was asked for. People write only what they wish: `answer` {choice, at, by} and `begin_at`, `cancel` {by, at},
    each with one more in `wishes`, on whose count alone AWS is asked for the first time; and `seq` and what was shown.
    `owes#<fact>`  a fact that was written with what it tells, and is to be announced.
`RUN#<run>`/`ITEM#<n>`  the n-th target as far as it has come: {id, state, requested, accepted, began, quiet, was, ip,
    outcome, error, finished, version}. There is none before it was looked at.
`RUN#<run>`/`PLACE#<place>`  who looks on: {place, discreet, decides}.
`APPROVAL#<run>`/`APPROVAL`  see `aws_ops.approvals`.
`LOCK#ws#<id>`/`ASKED`  {run, op, by}: a run that destroys something is there for it, waiting or not.
`LOCK#ws#<id>`/`ACTING`  {run, op, by}: a run changes it now.
`WS#<id>`/`REBUILT`  {at, by, run}: the last time that it was rebuilt; it outlives the runs.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from aws_ops.bucket import Rate
from aws_ops.table import Item
from aws_ops.told import owes
from aws_ops.workflows.workspace_facts import WorkspaceFact
from aws_ops.workspace_ops import OPS, Op
from aws_ops.workspaces import NewWorkSpace

KIND, FUNCTION = "workspace", "workspace"
BEFORE = ("approval", "asking", "waiting")
"""The phases in which nothing was asked of AWS yet."""
FACTS: tuple[str, ...] = get_args(WorkspaceFact)
Lock = Literal["ASKED", "ACTING"]


@dataclass(frozen=True)
class Target:
    """A WorkSpace that something is to be done to."""

    id: str
    user: str
    computer: str | None


@dataclass(frozen=True)
class Terms:
    """How something is approved: by how many of whom (keys), for how long they are waited for and when reminded."""

    quorum: int
    deadline_s: int
    remind_s: int
    approvers: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """What was asked for, with everything that the run needs to know.

    `targets` is empty for `create`, which has `new`. `owner` is the key of whoever uses the WorkSpace. `ask_s`: how
    long they are waited for (None: nobody is asked), and `silence` what it means that they say nothing. `patience_s`:
    how long it waits for somebody to disconnect, a lock, the brake. `digest`: what the plan was, see `workspace_plan`.
    `plan` is what a card shows of it: bundle, image, snapshot (epoch), connected (bool or None), expected_min.
    `protect`: the tag that keeps a WorkSpace from being changed, see `workspace_plan.protects`. `owned_by`: the tag,
    key and value, that says whose the only one is, where a tag does.
    """

    op: str
    targets: tuple[Target, ...]
    requester: str
    owner: str | None
    owner_consents: bool
    reason: str | None
    ask_s: int | None
    silence: Literal["stop", "go"]
    patience_s: int
    approval: Terms | None
    digest: str | None
    new: NewWorkSpace | None
    rate: Rate
    role: str | None
    tick_s: int
    plan: Mapping[str, Any]
    protect: str | None = None
    owned_by: tuple[str, str | None] | None = None

    @property
    def does(self) -> Op:
        return OPS[self.op]

    @property
    def what(self) -> str:
        """The operation and whose WorkSpace, in short: "rebuild mika", "stop 12 WorkSpaces"."""
        if self.new is not None:
            return f"{self.op} {self.new.user}"
        if len(self.targets) == 1:
            return f"{self.op} {self.targets[0].user}"
        return f"{self.op} {len(self.targets)} WorkSpaces"

    def entering(self, now: int) -> Item:
        """The attributes of a run that goes on now, because nothing has to be approved (any more)."""
        if self.ask_s is None or self.owner_consents or self.owner is None:
            return {"phase": "waiting", "patient_since": now}
        return {"phase": "asking", "answer_until": now + self.ask_s, **owes("OwnerAsked", now)}


@dataclass(frozen=True)
class Follower:
    """A place that looks on. A discreet one is not told whose WorkSpace it is; where it `decides`, approvers are."""

    place: str
    discreet: bool
    decides: bool = False


def words(order: Order) -> Item:
    """The order as JSON takes it."""
    return asdict(order)


def order_of(said: Mapping[str, Any]) -> Order:
    """The order as it was written by `words`."""
    approval, new, owned_by = said["approval"], said["new"], said.get("owned_by")
    return Order(
        **{
            **said,
            "targets": tuple(Target(**target) for target in said["targets"]),
            "approval": approval and Terms(**{**approval, "approvers": tuple(approval["approvers"])}),
            "new": new and NewWorkSpace(**{**new, "tags": tuple((key, value) for key, value in new["tags"])}),
            "rate": Rate(**said["rate"]),
            "owned_by": owned_by and tuple(owned_by),
        }
    )


def order_of_run(meta: Item) -> Order:
    """The order as a run was told of it."""
    return order_of(json.loads(meta["input"])["order"])


def lock_key(name: str, lock: Lock) -> tuple[str, str]:
    """Where a WorkSpace's lock is; for the name see `names`."""
    return f"LOCK#ws#{name}", lock


def names(order: Order) -> tuple[str, ...]:
    """What each target is locked by: its id, or whose it will be."""
    if order.new is not None:
        return (f"{order.new.directory}/{order.new.user.lower()}",)
    return tuple(target.id for target in order.targets)


def approval_key(run: str) -> tuple[str, str]:
    """Where a run's approval is."""
    return f"APPROVAL#{run}", "APPROVAL"


def rebuilt_key(workspace: str) -> tuple[str, str]:
    """Where a WorkSpace's last rebuild is."""
    return f"WS#{workspace}", "REBUILT"


def item_key(run: str, number: int) -> tuple[str, str]:
    """Where the n-th target (from 0) is."""
    return f"RUN#{run}", f"ITEM#{number:04d}"
