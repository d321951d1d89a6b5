"""A simulated AWS with runs of WorkSpaces in it, as people and their wishes meet it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws_ops import workspace_look, workspace_runs, workspaces
from aws_ops.approvals import Terms
from aws_ops.bucket import Rate
from aws_ops.workspace_plan import digest_of_several
from aws_ops.workspace_runs import Begun, Follower, Order, Target
from aws_ops.workspaces import NewWorkSpace
from aws_ops.workspaces_api import Api
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.workspaces_seed import MIKAS, WHOSE
from sandbox.aws.world import ROLE
from tests.aws_ops.run_world import ADA, ALEX, HOUR, MIKA, MINUTE, ODA, PLACE, TICK, RunWorld

# A tenth of what they are in life, or less: a test lives through every tick.
REBUILD, REBOOT, START, STOP, TERMINATE, CREATE = (3 * MINUTE, 2 * MINUTE, MINUTE, MINUTE, 2 * MINUTE, 3 * MINUTE)
ASK, PATIENCE, DEADLINE, REMIND = 30 * MINUTE, 20 * MINUTE, 2 * HOUR, HOUR
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


class World(RunWorld):
    """Runs of WorkSpaces, and the wishes of people about them."""

    def __init__(self) -> None:
        super().__init__(
            Pace(
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
        )

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

    def blocked(self, run: str) -> str | None:
        return (self.meta(run).get("blocked") or {}).get("why")

    def locks(self, workspace: str = MIKAS) -> list[str]:
        return [lock["sk"] for lock in self.desk.table.query(f"LOCK#ws#{workspace}")]

    @property
    def target(self) -> Mapping[str, Any]:
        """The only target, as the newest message draws it."""
        (target,) = self.card["targets"]
        return dict(target)
