"""One look at an upgrade: what the table says of its machines, what is remembered of them, and what is written.

What the run remembers in `RUN#<run>`/`META`: `ticked`; `compared` (when the plan was found to be the same); `updating`
(the bundle is about to get its image: the old one is in the order); `bundle_updated`; `began`; `acted` (when AWS was
asked to rebuild last); `wave`; `healthy` (when the canary was found to be); `image_seen` (when the bundle was found to
have its image last); `bundle_restored`, or `unrestored` (AWS would not); `ending` (the phase that it ends in: nobody's
wish counts any more); `trouble` {text, since (0: that will not change)}; `told` (what was said of the brake); `calls`,
and what `upgrade_counts` counts.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from boto3.dynamodb.conditions import Attr

from aws_ops import brake, clock, errors
from aws_ops.desk import Desk
from aws_ops.runs import keyed, run_key
from aws_ops.table import Check, Delete, Item, Put, Write
from aws_ops.told import owes
from aws_ops.upgrade_items import Machine, UpgradeOrder, machine_item, machine_key, order_of, rows_expire
from aws_ops.upgrade_snapshot import tell
from aws_ops.workflows.executions import OVER, Execution, Overtaken
from aws_ops.workflows.upgrade_counts import counted
from aws_ops.workflows.upgrade_facts import UpgradeFact, Why
from aws_ops.workspace_items import lock_key, rebuilt_key
from aws_ops.workspaces_api import Api

log = logging.getLogger(__name__)
T = TypeVar("T")

WORK_S = 240
"""For how long one look works before it is another one's turn: a step makes calls for at most five minutes."""
_WRITES = 99  # and the check of the run: a transaction has 100


class CountedApi(Api):
    """Calls of the WorkSpaces API that are counted."""

    made = 0

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """As `Api.call`."""
        self.made += 1
        return super().call(operation, **params)


@dataclass(frozen=True)
class Run(Execution):
    """An upgrade as one of its executions knows it."""

    order: UpgradeOrder

    @classmethod
    def of(cls, said: Item, desk: Desk) -> Self:
        """The run that an execution's input is about."""
        return cls(desk, said["run"], said["generation"], order_of(said["order"]))

    def api(self, actor: str | None = None) -> CountedApi:
        """For calls of a fleet: people's own come first. In the name of `actor`, for changes."""
        order = self.order
        return CountedApi.of(self.desk, rate=order.rate, people=False, actor=actor, role=order.role)

    def tell(self, fact: UpgradeFact) -> None:
        """Announce a fact."""
        tell(self.desk, self.id, fact)


@dataclass
class Look:
    """What is known at this moment, and kept up to date while it works. `machines` are by number."""

    run: Run
    meta: Item
    machines: dict[int, Machine]
    reading: CountedApi
    changing: CountedApi
    ends: int
    braked: bool = False
    troubles: list[str] = field(default_factory=list)
    protected: frozenset[str] | None = None  # ids with the tag that protects; None: not read in this look
    said_at: int = 0
    _changed: set[int] = field(default_factory=set)
    _counted: int = 0  # calls that `meta` has

    @property
    def now(self) -> int:
        return clock.epoch()

    @property
    def order(self) -> UpgradeOrder:
        return self.run.order

    @property
    def wave(self) -> int:
        return int(self.meta["wave"])

    def of(self, *phases: str) -> list[Machine]:
        """The machines in these phases."""
        return [machine for machine in self.machines.values() if machine.phase in phases]

    def keep(self, machine: Machine) -> None:
        """Remember what has changed of a machine; written by `flush`."""
        if self.machines[machine.n] != machine:
            self.machines[machine.n] = machine
            self._changed.add(machine.n)

    def wait(self, machine: Machine, why: Why, next_look: int) -> None:
        """Let a machine wait for something that cannot change before then."""
        self.keep(replace(machine, why=why, next_look=next_look))

    def finish(self, machine: Machine, phase: Any, error: str | None = None) -> None:
        """Let a machine be over."""
        self.keep(replace(machine, phase=phase, why=None, error=error, finished=self.now))
        if phase == "failed":
            log.warning("run %s: the rebuild of %s failed: %s", self.run.id, machine.id, error)

    def flush(self) -> None:
        """Write what has changed of the machines, with what goes with it. Raises Superseded, Overtaken, ClientError."""
        writes: list[Write] = []
        numbers: list[int] = []
        for number in sorted(self._changed):
            of_machine = self.writes_of(self.machines[number])
            if len(writes) + len(of_machine) > _WRITES:
                self._write(writes, numbers)
                writes, numbers = [], []
            writes += of_machine
            numbers.append(number)
        if numbers:
            self._write(writes, numbers)

    def writes_of(self, machine: Machine) -> list[Write]:
        """The writes of a machine as it is now, on the condition that nobody has written it since; its lock goes."""
        same = Attr("version").eq(machine.version) if machine.version else Attr("version").not_exists()
        newer = replace(machine, version=machine.version + 1)
        writes: list[Write] = [Put(machine_item(self.run.id, newer, rows_expire(self.meta["started"])), when=same)]
        if machine.over and machine.tries:
            ours = Attr("run").not_exists() | Attr("run").eq(self.run.id)
            writes.append(Delete(*lock_key(machine.id, "ACTING"), when=ours))
        if machine.phase == "done":
            by = {"at": machine.requested, "by": self.order.requester, "run": self.run.id}
            writes.append(Put(keyed(rebuilt_key(machine.id), **by)))
        return writes

    def wrote(self, numbers: Iterable[int]) -> None:
        """These machines are written."""
        for number in numbers:
            machine = self.machines[number]
            self.machines[number] = replace(machine, version=machine.version + 1)
            self._changed.discard(number)

    def as_read(self, machines: Iterable[Machine]) -> bool:
        """Whether nobody has written these machines since."""
        table = self.run.desk.table
        items = ((one, table.get(*machine_key(self.run.id, one.n)) or {}) for one in machines)
        return all(item.get("version", 0) == one.version for one, item in items)

    def _write(self, writes: list[Write], numbers: list[int]) -> None:
        mine = Check(*run_key(self.run.id), when=self.run.mine)
        if not self.run.desk.table.transact(mine, *writes):
            self.run.read()
            raise Overtaken(self.run.id)
        self.wrote(numbers)

    def write(self, set: Item, remove: tuple[str, ...] = ()) -> None:
        """Change the run. Raises Superseded, ClientError."""
        self.meta = self.run.write(set, remove)

    def decide(self, set: Item, remove: tuple[str, ...] = ()) -> bool:
        """Change the run unless somebody has wished something since it was read; then it is looked at again.

        Raises Superseded, ClientError.
        """
        table, key = self.run.desk.table, run_key(self.run.id)
        meta = table.update(*key, set=set, remove=remove, when=self.run.mine & self.unwished)
        self.meta = meta or self.run.read()
        return meta is not None

    @property
    def unwished(self) -> Any:
        """The condition that nobody has wished anything since the run was read."""
        return Attr("wishes").eq(self.meta["wishes"])

    def end(self, phase: str, *owed: UpgradeFact) -> str | None:
        """Decide that it is over, in this phase; None where somebody has wished something meanwhile."""
        facts = {key: at for fact in owed for key, at in owes(fact, self.now).items()}
        return OVER if self.decide({"ending": phase, **facts}) else None

    def asked(self, question: Callable[[], T]) -> T | None:
        """AWS's answer; None, and a trouble noted, when there is none."""
        try:
            return question()
        except Exception as error:  # noqa: BLE001 - an answer that cannot be parsed raises what is neither of botocore's
            self.note(error)
            return None

    def note(self, error: Exception) -> None:
        """Keep what came of asking AWS as a trouble, and log it."""
        self.troubles.append(errors.say_answer(error))
        log.warning("run %s: %s", self.run.id, error, exc_info=errors.trace(error))

    def see_brake(self) -> bool:
        """Whether to leave AWS alone. A brake that cannot be read holds too."""
        pulled = self.asked(lambda: brake.is_pulled(self.run.desk) is not None)
        self.braked = pulled is not False
        return self.braked

    def settle(self, **more: Any) -> None:
        """Write the machines, then what is counted of them, and that somebody looks. Raises as `flush` does."""
        self.flush()
        made = self.reading.made + self.changing.made
        new, self._counted = made - self._counted, made
        kept: Item = {
            "ticked": self.now,
            "calls": self.meta.get("calls", 0) + new,
            **counted(self.order, self.meta, self.machines.values(), self.now),
            **more,
        }
        gone = tuple(name for name, value in kept.items() if value is None)
        trouble = self.meta.get("trouble")
        if trouble and not trouble["since"]:
            pass  # it ended the run, or would not be mended: it is shown to the end
        elif self.troubles:
            since = trouble["since"] if trouble else self.now
            kept["trouble"] = {"text": self.troubles[0], "since": since}
        elif trouble:
            gone = (*gone, "trouble")
        changed = {name: value for name, value in kept.items() if value is not None and self.meta.get(name) != value}
        gone = tuple(name for name in gone if name in self.meta)
        if gone or changed.keys() - {"ticked"} or self.now - self.meta["ticked"] >= self.order.tick_s:
            self.write(changed, gone)


def look_at(run: Run) -> Look:
    """Read the table, and note that somebody looks. Raises Superseded, ClientError."""
    now = clock.epoch()
    meta = run.write({"ticked": now})
    found = map(Machine.of, run.desk.table.query(run_key(run.id)[0], prefix="ITEM#"))
    machines = {machine.n: machine for machine in found}
    return Look(run, meta, machines, run.api(), run.api(run.order.requester), ends=now + WORK_S)
