"""A simulated AWS with runs of WorkSpaces in it, as people and their wishes meet it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aws_ops import approvals, clock, workspace_look, workspace_runs, workspaces
from aws_ops.approvals import Decided, Terms
from aws_ops.bucket import Rate
from aws_ops.desk import Desk
from aws_ops.lambdas import env
from aws_ops.table import Item
from aws_ops.workspace_plan import digest_of_several
from aws_ops.workspace_runs import Begun, Follower, Order, Target
from aws_ops.workspaces import NewWorkSpace
from aws_ops.workspaces_api import Api
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from sandbox.aws.wire import Call
from sandbox.aws.workspaces_seed import MIKAS, WHOSE
from sandbox.aws.world import PREFIX, ROLE
from tests.in_process import connect

MINUTE, HOUR = 60, 3600
TICK = MINUTE
# A tenth of what they are in life, or less: a test lives through every tick.
REBUILD, REBOOT, START, STOP, TERMINATE, CREATE = (3 * MINUTE, 2 * MINUTE, MINUTE, MINUTE, 2 * MINUTE, 3 * MINUTE)
ASK, PATIENCE, DEADLINE, REMIND = 30 * MINUTE, 20 * MINUTE, 2 * HOUR, HOUR
MIKA, REN = "mika@example.com", "ren@example.com"
ODA, ADA, ALEX = "oda@example.com", "ada@example.com", "alex@example.com"
PLACE = "slack:C0DESK"
FAST = Rate(per_s=1000.0, burst=1000)
TERMS = Terms(quorum=1, deadline_s=DEADLINE, remind_s=REMIND, approvers=(ADA, ALEX))

ORDER = Order(
    op="rebuild",
    targets=(Target(MIKAS, "mika", None),),
    requester=ODA,
    owner=MIKA,
    owner_consents=False,
    reason="It is broken",
    ask_s=None,
    silence="stop",
    patience_s=PATIENCE,
    approval=None,
    digest=None,
    new=None,
    rate=FAST,
    role=ROLE,
    tick_s=TICK,
    plan={"expected_min": 30},
)


@dataclass(frozen=True)
class Fact:
    """One queue message of a run."""

    run: str
    seq: int
    name: str
    data: Mapping[str, Any]


class World:
    """Time stands still until a test lets it pass; `facts` is everything that the runs have said so far."""

    def __init__(self) -> None:
        self.clock = MovedClock()
        pace = Pace(
            workspace_hidden_s=90,
            workspace_create_s=CREATE,
            workspace_start_s=START,
            workspace_stop_s=STOP,
            workspace_reboot_s=REBOOT,
            workspace_rebuild_s=REBUILD,
            workspace_restore_s=REBUILD,
            workspace_terminate_s=TERMINATE,
            workspaces_per_s=1000.0,
            workspaces_burst=1000,
        )
        self.aws = SandboxAws(clock=self.clock, pace=pace)
        self.aws.start()
        connect(self.aws)
        self._facts: list[Fact] = []
        self._changes: list[tuple[str, str | None]] = []
        self._listen()

    def _listen(self) -> None:
        identities = self.aws.identities
        check = identities.check

        def checked(call: Call) -> None:
            identity = identities.of(call.access_key)
            self._changes.append((call.name, identity.source if identity else None))
            check(call)

        setattr(identities, "check", checked)  # noqa: B010 - CloudTrail, as it were

    def begin(self) -> None:
        self.aws.reset()
        clock.set_source(self.clock.now)
        self._facts.clear()
        self._changes.clear()

    @property
    def desk(self) -> Desk:
        return env.desk()

    # -- people ------------------------------------------------------------------------------------------------------

    def order(self, op: str = "rebuild", *ids: str, **changes: Any) -> Order:
        """An order for these WorkSpaces (Mika's), which are looked at for what the plan is."""
        targets = tuple(Target(id_, WHOSE.get(id_, "somebody"), None) for id_ in ids or (MIKAS,))
        made = replace(ORDER, op=op, targets=targets, **changes)
        return replace(made, digest=self.plan(made)) if "digest" not in changes and made.does.destroys else made

    def plan(self, order: Order) -> str:
        ids = [target.id for target in order.targets]
        if len(ids) == 1:
            looked = workspace_look.look(self.desk, ids[0], rate=order.rate, people=True)
            assert looked is not None
            return workspace_look.digest(order.op, looked)
        api = Api.of(self.desk, rate=order.rate, people=True)
        return digest_of_several(order.op, workspaces.describe(api, ids).values())

    def ask(self, order: Order) -> Begun:
        begun = workspace_runs.begin(self.desk, order, (Follower(PLACE, discreet=True),))
        self.clock.rest()
        return begun

    def run(self, op: str = "rebuild", *ids: str, **changes: Any) -> str:
        """Ask for something that nothing stands in the way of; the run's id."""
        begun = self.ask(self.order(op, *ids, **changes))
        assert begun.run is not None, begun
        return begun.run

    def create(self, new: NewWorkSpace, **changes: Any) -> str:
        """Ask for a new WorkSpace; the run's id."""
        begun = self.ask(replace(ORDER, op="create", targets=(), new=new, owner=None, **changes))
        assert begun.run is not None, begun
        return begun.run

    def answer(self, run: str, choice: Any, begin_at: int | None = None, person: str = MIKA) -> Any:
        answered = workspace_runs.answer(self.desk, run, person, choice, begin_at)
        self.clock.rest()
        return answered

    def answer_meanwhile(self, run: str, choice: Any) -> Any:
        """The same in the middle of a look."""
        return workspace_runs.answer(self.desk, run, MIKA, choice, None)

    def cancel(self, run: str, by: str = ODA) -> bool:
        return workspace_runs.cancel(self.desk, run, by)

    def post(self, run: str, place: str = PLACE) -> None:
        """The run's card stands somewhere, as the bot notes it."""
        self.desk.table.put({"pk": f"CARD#{run}", "sk": place, "message_id": "1", "seq": 1})

    def decide(self, run: str, person: str, verdict: Any = "granted", reason: str | None = None) -> Decided:
        decided = approvals.decide(self.desk, run, person, verdict, reason)
        self.clock.rest()
        return decided

    # -- time --------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        return clock.epoch()

    def after(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def until(self, run: str, phase: str, within: int = 2 * HOUR) -> None:
        """Let time pass until the run is in this phase."""
        end = self.now + within
        while self.phase(run) != phase:
            assert self.now < end, f"still {self.phase(run)}, not {phase}"
            self.after(TICK / 2)

    # -- what is there -----------------------------------------------------------------------------------------------

    def meta(self, run: str) -> Item:
        found = self.desk.table.get(f"RUN#{run}", "META")
        assert found is not None
        return found

    def phase(self, run: str) -> str:
        return str(self.meta(run)["phase"])

    def state(self, workspace: str) -> str:
        """AWS's; "gone" where it has none by this id."""
        found = self.aws.workspaces.workspaces.get(workspace)
        now = self.aws.workspaces.now()
        return found.state(now) if found and found.shown(now) else "gone"

    def put(self, workspace: str, state: str) -> None:
        self.aws.put_workspace(workspace, state)

    def blocked(self, run: str) -> str | None:
        return (self.meta(run).get("blocked") or {}).get("why")

    def locks(self, workspace: str = MIKAS) -> list[str]:
        return [lock["sk"] for lock in self.desk.table.query(f"LOCK#ws#{workspace}")]

    def approval(self, run: str) -> approvals.Approval:
        found = approvals.find(self.desk, run)
        assert found is not None
        return found

    @property
    def facts(self) -> list[Fact]:
        queue = self.desk.queue
        while received := queue.receive(0):
            for message in received:
                body = json.loads(message.body_text)
                assert (body["v"], body["kind"]) == (1, "run")
                self._facts.append(Fact(body["run"], body["seq"], body["fact"], body["data"]))
                queue.delete(message.receipt)
        self._facts.sort(key=lambda fact: (fact.run, fact.seq))
        return self._facts

    @property
    def everything(self) -> list[Fact]:
        """What was said in this test, whatever it did to AWS."""
        self.aws.clear_faults()
        return self.facts

    @property
    def names(self) -> list[str]:
        """What was said, each once, in the order in which it was said first."""
        return list(dict.fromkeys(fact.name for fact in self.facts))

    def said(self, name: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.name == name]

    @property
    def card(self) -> Mapping[str, Any]:
        """What the newest message draws."""
        return self.facts[-1].data

    @property
    def target(self) -> Mapping[str, Any]:
        """The only target, as the newest message draws it."""
        (target,) = self.card["targets"]
        return dict(target)

    def calls(self, operation: str) -> int:
        return int(self.aws.calls().get(f"WorkSpaces.{operation}", 0))

    def actors(self, operation: str) -> set[str | None]:
        """In whose names AWS was changed."""
        return {actor for name, actor in self._changes if name == f"WorkSpaces.{operation}"}

    def before_next(self, call: str, act: Callable[[], object]) -> None:
        self.aws.before_next(call, act)

    def sweep(self) -> Any:
        done = self.aws.lambdas.call(f"{PREFIX}sweep")
        self.clock.rest()
        return done
