"""The workflow as Lambda runs it: dying anywhere, handed over, superseded, silent; each machine is rebuilt once."""

import random
from collections.abc import Collection
from typing import Any

import pytest

from aws_ops import runs
from aws_ops.workflows import waits
from sandbox.aws.crashes import When
from sandbox.aws.workspaces_seed import NEW_IMAGE
from sandbox.aws.world import PREFIX
from tests.aws_ops.run_world import ADA, HOUR, MIKA, MINUTE, TICK
from tests.aws_ops.upgrade.world import World

DEATHS = 20
SEED = 6


def live_through(world: World) -> str:
    """Three waves of nine, of whom one is put off, one is connected for a while, one fails and one waits long."""
    fleet = world.fleet(7)
    (late,) = world.fleet(1, snapshot_age_s=11 * HOUR, seen_s=10.5 * HOUR)
    (stopped,) = world.fleet(1, state="STOPPED")
    world.owners[fleet[3]] = MIKA
    world.connect(fleet[4])
    run = world.run(
        canary="1", waves=("3", "5"), max_concurrent=2, notice_s=5 * MINUTE, failure_rate=0.5, canary_failures=0
    )
    world.while_(run, lambda: not world.phases(run)["done"])
    world.aws.fault("WorkSpaces", error="rebuild-ends-in-error", times=1)
    world.after(2 * HOUR)
    world.disconnect(fleet[4])
    assert {late, stopped} < {one.id for one in world.machines(run)}
    world.over(run, 3 * 24 * HOUR)
    return run


def outcome(world: World, run: str) -> dict[str, Any]:
    """What must be the same however often the handler died."""
    report = world.report(run)
    return {
        "phase": world.phase(run),
        "rebuilt": sorted(world.rebuilt),
        "phases": world.phases(run),
        "image": world.image,
        "said": set(world.names),
        "last": world.facts[-1].name,
        "report": sorted(row["WorkspaceId"] for row in report),
        "counts": dict(world.card["counts"]),
        "locks": world.locks(),
        "owed": [name for name in world.meta(run) if name.startswith("owes#")],
    }


def check(world: World, run: str, expected: dict[str, Any]) -> None:
    found = outcome(world, run)
    assert found == expected
    assert len(set(found["rebuilt"])) == len(found["rebuilt"]) == 9


@pytest.mark.faults
def test_a_handler_that_dies_at_twenty_points_rebuilds_none_twice_and_forgets_none(world: World) -> None:
    run = live_through(world)
    expected, history = outcome(world, run), world.aws.lambdas.history(run)
    assert (expected["phase"], expected["owed"], expected["locks"]) == ("failed", [], [])
    chosen = random.Random(SEED).sample(range(len(history)), min(DEATHS, len(history)))
    whens: tuple[When, ...] = ("before", "after")
    world.begin()
    deaths = [world.aws.lambdas.die_at(at, whens[number % 2]) for number, at in enumerate(sorted(chosen))]
    run = live_through(world)
    assert sum(death.done for death in deaths) >= len(deaths) - 2
    check(world, run, expected)


@pytest.mark.faults
@pytest.mark.parametrize("write", ["TransactWriteItems", "UpdateItem", "Query", "GetItem", "BatchWriteItem"])
def test_a_table_that_fails_around_a_rebuild_makes_none_happen_twice(world: World, write: str) -> None:
    for moment in ("WorkSpaces.DescribeWorkspaceSnapshots", "WorkSpaces.RebuildWorkspaces"):
        world.begin()
        fleet = world.fleet(4)
        run = world.asking(canary="1")

        def fail() -> None:
            world.aws.fault("DynamoDB", write, error="AccessDeniedException", times=2)

        world.before_next(moment, fail)
        world.decide(run, ADA)
        world.after(3 * TICK)
        world.aws.clear_faults()
        world.sweep()
        assert world.over(run) == "done", moment
        assert sorted(world.rebuilt) == sorted(fleet), moment
        assert len(world.report(run)) == 4


class Breaks:
    """From these calls of the table on, counted while it is `on`, three fail: a look ends there, as if it had died."""

    OPERATIONS = ("TransactWriteItems", "UpdateItem", "PutItem", "GetItem", "Query", "BatchWriteItem", "DeleteItem")

    def __init__(self, world: World, at: Collection[int]) -> None:
        self._world, self._at = world, at
        self.on, self.seen, self.done = False, 0, 0
        for operation in self.OPERATIONS:
            self._listen(operation)

    def _listen(self, operation: str) -> None:
        self._world.before_next(f"DynamoDB.{operation}", lambda: self._coming(operation))

    def _coming(self, operation: str) -> None:
        self._listen(operation)
        self.seen += self.on
        if self.on and self.seen in self._at:
            self.done += 1
            self._world.aws.fault("DynamoDB", "*", error="AccessDeniedException", times=3)

    def live(self, run: str) -> None:
        """Let the run come to its end."""
        for _ in range(200):
            self.on = True
            self._world.after(TICK)
            self.on = False
            self._world.aws.clear_faults()
            if runs.is_over(self._world.meta(run)):
                return
        raise AssertionError(f"it never ends: {self._world.phases(run)}")


@pytest.mark.faults
def test_looks_that_end_at_twenty_calls_of_the_table_rebuild_none_twice_and_forget_none(world: World) -> None:
    at: Collection[int] = ()
    calls = 0
    for seed in range(5):
        world.begin()
        fleet = world.fleet(12)
        run = world.run(canary="1", waves=("4", "7"), max_concurrent=5)
        breaks = Breaks(world, at)
        breaks.live(run)
        world.sweep()
        assert sorted(world.rebuilt) == sorted(fleet), seed
        assert world.phases(run) == {"done": 12}, seed
        assert len(world.report(run)) == 12, seed
        assert (world.locks(), world.facts[-1].name) == ([], "UpgradeFinished"), seed
        assert breaks.done >= len(at) - 3, "calls that did not come any more"
        calls = calls or breaks.seen
        at = random.Random(seed).sample(range(1, calls), DEATHS)


@pytest.mark.parametrize("seen", [True, False])
def test_a_rebuild_that_aws_took_without_an_answer_is_found_and_not_asked_for_again(world: World, seen: bool) -> None:
    fleet = world.fleet(3)
    run = world.asking(canary="1")
    if not seen:
        world.aws.pace.workspace_rebuild_s = 30  # it is over before anybody looks: only its address tells

    def take_it() -> None:
        world.aws.workspaces.change("rebuild", fleet[0])
        world.aws.fault("WorkSpaces", "RebuildWorkspaces", error="InternalServerException")

    world.before_next("WorkSpaces.RebuildWorkspaces", take_it)
    world.decide(run, ADA)
    assert world.over(run) == "done"
    assert world.rebuilt == fleet


@pytest.fixture
def _few_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "OPERATIONS", 6)


@pytest.mark.usefixtures("_few_operations")
def test_an_execution_that_has_used_its_operations_hands_over_and_nothing_is_lost(world: World) -> None:
    fleet = world.fleet(4)
    run = world.run(canary="1")
    assert world.over(run) == "done"
    executions = world.aws.lambdas.executions()
    names = [one["DurableExecutionName"] for one in executions]
    assert names == [run, *(f"{run}-{number}" for number in range(2, len(names) + 1))]
    assert len(names) > 2
    assert {one["Status"] for one in executions} == {"SUCCEEDED"}
    assert world.rebuilt == fleet


def test_a_superseded_execution_asks_nothing_of_aws(world: World) -> None:
    fleet = world.fleet(3)
    run = world.asking(canary="1")

    def take_over() -> None:
        world.desk.table.update(f"RUN#{run}", "META", set={"generation": 2})

    world.before_next("WorkSpaces.DescribeWorkspaceSnapshots", take_over)
    world.decide(run, ADA)
    world.after(5 * TICK)
    assert world.rebuilt == []
    assert [one["Status"] for one in world.aws.lambdas.executions()] == ["SUCCEEDED"]
    runs.start(world.desk, world.meta(run))
    assert world.over(run) == "done"
    assert world.rebuilt == fleet


def test_two_executions_side_by_side_rebuild_each_once(world: World) -> None:
    fleet = world.fleet(6)
    run = world.run(canary="1")
    world.while_(run, lambda: not world.rebuilt)
    for generation in (2, 3):
        meta = world.desk.table.update(f"RUN#{run}", "META", set={"generation": generation})
        assert meta is not None
        runs.start(world.desk, meta)
    assert world.over(run) == "done"
    assert sorted(world.rebuilt) == sorted(fleet)


def test_one_that_a_dead_bot_never_started_or_that_fell_silent_is_taken_over_by_the_sweep(world: World) -> None:
    fleet = world.fleet(3)
    run = world.asking(canary="1")
    world.aws.fault("Lambda", "Invoke", error="AccessDeniedException")
    world.decide(run, ADA)
    world.aws.clear_faults()
    world.after(6 * TICK)
    assert run in world.sweep()["restarted"]
    world.while_(run, lambda: not world.rebuilt)
    world.aws.lambdas.reset()
    world.after(15 * MINUTE)
    assert run in world.sweep()["restarted"]
    assert world.over(run) == "done"
    assert (world.rebuilt, world.image) == (fleet, NEW_IMAGE)
    row = runs.runs(world.desk)[0]
    assert (row.id, row.kind, row.phase, row.over) == (run, "upgrade", "done", True)


def test_its_function_has_a_name_of_its_own(world: World) -> None:
    world.fleet(1)
    world.over(world.run(canary="1"))
    (execution,) = world.aws.lambdas.executions()
    assert execution["FunctionArn"].endswith(f":{PREFIX}upgrade")
