"""A simulated AWS with fleets that are upgraded in it, as people and their wishes meet it."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from aws_ops import clock, runs, upgrade_look, upgrade_plan, upgrade_request, upgrade_runs
from aws_ops.approvals import Terms
from aws_ops.bucket import Rate
from aws_ops.upgrade_items import Machine, Report, UpgradeOrder
from aws_ops.upgrade_plan import UpgradePlan
from aws_ops.upgrade_request import Request
from aws_ops.upgrade_runs import Answered, Begun, Wished
from aws_ops.workspace_items import Follower
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.workspaces_fleet import Fleet
from sandbox.aws.workspaces_seed import NEW_IMAGE, OLD_IMAGE, PROTECT, STANDARD
from sandbox.aws.world import BUCKET, ROLE
from tests.aws_ops.run_world import ADA, ALEX, HOUR, MIKA, MINUTE, ODA, PLACE, TICK, RunWorld

# A rebuild takes a fifth of what it does in life: a test lives through every tick.
REBUILD, CHECKED = 4 * MINUTE, MINUTE
DEADLINE, REMIND, WAIT = 2 * HOUR, HOUR, 12 * HOUR
DAY = 24 * HOUR
LONG_TICK = 10 * MINUTE
"""For stories that last hours: each tick takes a while of ours."""
FAST = Rate(per_s=1000.0, burst=1000)
AWS_RATE = Rate()
TERMS = Terms(quorum=1, deadline_s=DEADLINE, remind_s=REMIND, approvers=(ADA, ALEX))
REPORT = Report(BUCKET, "workspaces-upgrades/", None)
TAG = "Fleet=fleet"

REQUEST = Request(STANDARD, NEW_IMAGE, tag=TAG, canary="2", max_concurrent=0, protect=PROTECT, rate=FAST, tick_s=TICK)


def order_for(request: Request, planned: UpgradePlan, **changes: Any) -> UpgradeOrder:
    """What Oda asks for by a plan."""
    order = UpgradeOrder(
        op="upgrade",
        bundle=request.bundle,
        image=request.image,
        old_image=planned.old_image,
        waves=planned.waves,
        canary_failures=0,
        gate="none",
        window=request.window,
        max_concurrent=request.max_concurrent,
        notice_s=request.notice_s,
        defers=2,
        snapshot="fresh",
        wait_s=WAIT,
        failure_rate=0.1,
        ssm=False,
        housekeeping=False,
        report=REPORT,
        requester=ODA,
        approval=TERMS,
        digest=planned.digest,
        rate=request.rate,
        role=ROLE,
        tick_s=request.tick_s,
        protect=request.protect,
        reason="Patches of November",
        of=None,
        request=upgrade_request.words(request),
        plan=planned.shown(),
        names=planned.names,
    )
    return replace(order, **changes)


class World(RunWorld):
    """Upgrades of fleets, and the wishes of people about them.

    `rebuilds` are those that AWS took (id, when), `harmed` those of them that took something from somebody.
    """

    def __init__(self) -> None:
        super().__init__(
            Pace(workspace_rebuild_s=REBUILD, workspace_start_s=MINUTE, workspaces_per_s=1000.0, workspaces_burst=1000)
        )
        self.rebuilds: list[tuple[str, int]] = []
        self.harmed: list[tuple[str, str]] = []
        self._watch()

    def _watch(self) -> None:
        spaces = self.aws.workspaces
        change = spaces.change

        def watched(op: str, workspace_id: str) -> None:
            harm = self._harm(workspace_id) if op == "rebuild" else None
            change(op, workspace_id)
            if op == "rebuild":
                self.rebuilds.append((workspace_id, self.now))
                self.harmed += [(workspace_id, harm)] if harm else []

        setattr(spaces, "change", watched)  # noqa: B010 - as who stands beside the machines would count

    def _harm(self, workspace_id: str) -> str | None:
        """What a rebuild would do to whoever is at this machine; who came in the last minute could not be known of."""
        spaces = self.aws.workspaces
        one, now = spaces.workspaces[workspace_id], spaces.now()
        known = [session for session in one.sessions if session.start <= now - CHECKED]
        if any(session.holds(now) for session in known):
            return "thrown out"
        last = max((session.end or now for session in known), default=0.0)
        return "work lost" if (spaces.snapshot_of(one) or 0.0) < last else None

    def begin(self) -> None:
        super().begin()
        # A look that waits for tokens passes time.
        clock.set_source(self.clock.now, self.clock.sleep)
        self.rebuilds.clear()
        self.harmed.clear()
        self.owners: dict[str, str] = {}

    def monday(self) -> None:
        """It is nine in the morning of the next Monday."""
        self.after((4 * DAY + 9 * HOUR - self.now) % (7 * DAY))

    # -- machines ----------------------------------------------------------------------------------------------------

    def fleet(self, count: int, **how: Any) -> list[str]:
        """Machines of the bundle, with a fresh snapshot and nobody connected, in the order of their turns."""
        return self.aws.add_fleet(Fleet(count, **how))

    def throttle(self) -> None:
        """From now on AWS allows two calls a second, and five at once."""
        self.aws.pace.workspaces_per_s, self.aws.pace.workspaces_burst = 2.0, 5

    def connect(self, *workspaces: str) -> None:
        for one in workspaces:
            self.aws.connect_workspace(one)

    def disconnect(self, *workspaces: str) -> None:
        for one in workspaces:
            self.aws.disconnect_workspace(one)

    @property
    def image(self) -> str:
        """What the bundle gives to whoever is rebuilt now."""
        return self.aws.workspaces.bundles[STANDARD].image

    def images(self, ids: Iterable[str]) -> Counter[str]:
        """What these machines are made from: "new" and "old", how many of each."""
        names = {NEW_IMAGE: "new", OLD_IMAGE: "old"}
        return Counter(names[self.aws.workspaces.workspaces[one].image] for one in ids)

    @property
    def rebuilt(self) -> list[str]:
        """Which machines AWS has rebuilt, in that order."""
        return [one for one, _ in self.rebuilds]

    # -- people ------------------------------------------------------------------------------------------------------

    def plan(self, request: Request = REQUEST) -> UpgradePlan:
        """What an upgrade would do now."""
        return upgrade_plan.plan(upgrade_look.look(self.desk, request), request, self.owners, self.now)

    def ask(self, **changes: Any) -> Begun:
        """Ask for an upgrade of the fleet; fields of the request or of the order are changed by their names."""
        wanted = {name: changes.pop(name) for name in list(changes) if name in Request.__dataclass_fields__}
        request = replace(REQUEST, **wanted)
        planned = self.plan(request)
        assert planned.faults == ()
        return self.ask_for(planned, order_for(request, planned, **changes))

    def ask_for(self, planned: UpgradePlan, order: UpgradeOrder) -> Begun:
        begun = upgrade_runs.begin(
            self.desk, order, planned.machines, planned.excluded, (Follower(PLACE, discreet=True),)
        )
        self.clock.rest()
        return begun

    def asking(self, **changes: Any) -> str:
        """Ask for an upgrade, whose card then stands somewhere; the run's id."""
        begun = self.ask(**changes)
        assert begun.run is not None, begun
        self.post(begun.run)
        return begun.run

    def run(self, **changes: Any) -> str:
        """The same, and it is approved."""
        run = self.asking(**changes)
        assert self.decide(run, ADA).outcome == "granted"
        return run

    def wish(self, wish: Callable[..., Wished | None], run: str, *by: str, **how: Any) -> str:
        """Pause, stop and the like; what came of it."""
        wished = wish(self.desk, run, *by, **how)
        self.clock.rest()
        assert wished is not None
        return wished.outcome

    def answer(self, run: str, workspace: str, choice: Any, person: str = MIKA) -> Answered:
        answered = upgrade_runs.answer(self.desk, run, workspace, person, choice)
        self.clock.rest()
        assert answered is not None
        return answered

    # -- what is there -----------------------------------------------------------------------------------------------

    def machines(self, run: str) -> list[Machine]:
        return [Machine.of(item) for item in self.desk.table.query(f"RUN#{run}", prefix="ITEM#")]

    def machine(self, run: str, workspace: str) -> Machine:
        return next(one for one in self.machines(run) if one.id == workspace)

    def phases(self, run: str) -> Counter[str]:
        """How many machines are in which phase."""
        return Counter(one.phase for one in self.machines(run))

    def waits(self, run: str) -> Counter[str | None]:
        """What those that wait are waiting for."""
        return Counter(one.why for one in self.machines(run) if one.phase == "waiting")

    def while_(self, run: str, holds: Callable[[], bool], within: int = DAY) -> None:
        """Let time pass, tick by tick, as long as this holds."""
        end, tick = self.now + within, self.meta(run)["tick_s"]
        while holds():
            assert self.now < end, f"still so: {self.phase(run)}, {self.phases(run)}, {self.waits(run)}"
            self.after(tick)

    def over(self, run: str, within: int = DAY) -> str:
        """Let time pass until the run has ended; how."""
        self.while_(run, lambda: not runs.is_over(self.meta(run)), within)
        return self.phase(run)

    def locks(self) -> list[str]:
        """Whatever is locked: nothing, once all is over."""
        bundle = self.desk.table.query(f"LOCK#bundle#{STANDARD}")
        found = [lock["pk"] for lock in bundle]
        for one in self.aws.workspaces.workspaces:
            if one.startswith("ws-f"):
                found += [lock["pk"] for lock in self.desk.table.query(f"LOCK#ws#{one}")]
        return found

    def report(self, run: str) -> list[dict[str, str]]:
        """The rows of the report, as it lies in the bucket."""
        told: Mapping[str, Any] = self.meta(run)["report"]
        assert told["error"] is None, told
        found = self.desk.sessions.client("s3").get_object(Bucket=told["bucket"], Key=told["key"])
        return list(csv.DictReader(io.StringIO(found["Body"].read().decode("utf-8-sig"))))

    @property
    def workspaces_calls(self) -> int:
        """All that WorkSpaces has answered."""
        calls = self.aws.calls()
        return sum(count for name, count in calls.items() if name.startswith("WorkSpaces."))

    @property
    def throttled(self) -> int:
        """How many calls of WorkSpaces AWS refused as too many."""
        return sum(count for name, count in self.aws.calls()["throttled"].items() if name.startswith("WorkSpaces."))
