"""The workflow as Lambda runs it: dying anywhere, handed over, started twice, superseded, silent."""

from typing import Any

import pytest
from aws_durable_execution_sdk_python import durable_execution

from aws_ops import runs
from aws_ops.workflows import waits
from sandbox.aws.crashes import When
from sandbox.aws.workspaces_seed import MIKAS
from sandbox.aws.world import PREFIX
from tests.aws_ops.run_world import ADA, MIKA, MINUTE, TICK
from tests.aws_ops.workspace.world import ASK, TERMS, World

DEATHS: tuple[When, ...] = ("before", "after")


def live_through(world: World) -> str:
    """Granted, asked, answered, connected for a while, rebuilt."""
    world.aws.connect_workspace(MIKAS)
    run = world.run(approval=TERMS, ask_s=ASK, silence="go")
    world.post(run)
    world.decide(run, ADA)
    world.until(run, "asking")
    world.after(2 * TICK)
    world.until(run, "waiting")
    world.after(2 * TICK)
    world.aws.disconnect_workspace(MIKAS)
    world.until(run, "done")
    return run


def outcome(world: World, run: str) -> dict[str, Any]:
    """What must be the same however often the handler died."""
    return {
        "phase": world.phase(run),
        "rebuilt": world.calls("RebuildWorkspaces"),
        "said": set(world.names),
        "last": world.facts[-1].name,
        "target": world.target["outcome"],
        "locks": world.locks(),
        "by": world.actors("RebuildWorkspaces"),
        "owed": [name for name in world.meta(run) if name.startswith("owes#")],
    }


@pytest.fixture
def undisturbed(world: World) -> tuple[list[str], dict[str, Any]]:
    """The history and the outcome of a run whose handler never dies."""
    run = live_through(world)
    history, expected = world.aws.lambdas.history(run), outcome(world, run)
    assert (expected["phase"], expected["rebuilt"], expected["owed"]) == ("done", 1, [])
    assert {"begin", "compare the plan", "wait for its owner's answer", "do it and follow it", "close"} == set(history)
    world.begin()
    return history, expected


@pytest.mark.faults
@pytest.mark.parametrize("when", DEATHS)
def test_a_handler_that_dies_at_each_boundary_loses_nothing_and_rebuilds_once(
    world: World, undisturbed: tuple[list[str], dict[str, Any]], when: When
) -> None:
    history, expected = undisturbed
    deaths = [world.aws.lambdas.die_at(index, when) for index in range(len(history))]
    run = live_through(world)
    met = len(world.aws.lambdas.history(run))
    assert sum(death.done for death in deaths) >= min(met, len(history)) - 1
    assert outcome(world, run) == expected


@pytest.mark.faults
@pytest.mark.parametrize("when", DEATHS)
def test_a_handler_that_dies_at_one_boundary_loses_nothing_and_rebuilds_once(
    world: World, undisturbed: tuple[list[str], dict[str, Any]], when: When
) -> None:
    history, expected = undisturbed
    # Each kind of boundary, and each poll around the deed.
    for index in sorted({history.index(name) for name in set(history)} | set(range(len(history) - 6, len(history)))):
        world.begin()
        death = world.aws.lambdas.die_at(index, when)
        run = live_through(world)
        assert death.done
        assert outcome(world, run) == expected, index


WRITES = ("TransactWriteItems", "UpdateItem", "PutItem", "DeleteItem", "Query", "GetItem")


@pytest.mark.faults
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_table_that_fails_around_the_deed_makes_it_happen_once_all_the_same(
    world: World, write: str, times: int
) -> None:
    order = world.order()
    for moment in ("WorkSpaces.DescribeWorkspaceSnapshots", "WorkSpaces.RebuildWorkspaces"):
        world.begin()
        fault = {"error": "AccessDeniedException", "times": times}
        world.before_next(moment, lambda fault=fault: world.aws.fault("DynamoDB", write, **fault))  # type: ignore[misc]
        run = world.ask(order).run
        assert run is not None
        world.after(3 * TICK)  # or this test's own reads would meet what is left of the fault
        world.until(run, "done", within=20 * MINUTE)
        assert world.calls("RebuildWorkspaces") == 1, moment
        world.aws.clear_faults()
        world.sweep()
        assert world.locks() == []
        assert world.facts[-1].data["phase"] == "done"


@pytest.fixture
def _few_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "OPERATIONS", 4)


@pytest.mark.usefixtures("_few_operations")
def test_an_execution_that_has_used_its_operations_hands_over_and_nothing_is_lost(world: World) -> None:
    world.aws.pace.workspace_rebuild_s = 10 * MINUTE
    run = world.run()
    world.until(run, "done")
    executions = world.aws.lambdas.executions()
    names = [one["DurableExecutionName"] for one in executions]
    assert names == [run, *(f"{run}-{number}" for number in range(2, len(names) + 1))]
    assert len(names) > 2
    assert {one["Status"] for one in executions} == {"SUCCEEDED"}
    assert world.calls("RebuildWorkspaces") == 1


def test_the_same_start_again_is_one_execution(world: World) -> None:
    run = world.run()
    runs.start(world.desk, world.meta(run))
    world.clock.rest()
    world.until(run, "done")
    runs.start(world.desk, world.meta(run))
    world.clock.rest()
    assert [one["Status"] for one in world.aws.lambdas.executions()] == ["SUCCEEDED"]
    assert world.calls("RebuildWorkspaces") == 1


def test_a_superseded_execution_stops_and_changes_nothing(world: World) -> None:
    world.aws.connect_workspace(MIKAS)
    run = world.run()
    world.desk.table.update(f"RUN#{run}", "META", set={"generation": 2})
    before = world.meta(run)
    world.aws.disconnect_workspace(MIKAS)
    world.after(5 * TICK)
    assert world.meta(run) == before
    assert world.calls("RebuildWorkspaces") == 0
    assert [one["Status"] for one in world.aws.lambdas.executions()] == ["SUCCEEDED"]
    runs.start(world.desk, before)
    world.clock.rest()
    world.until(run, "done")
    assert world.calls("RebuildWorkspaces") == 1


def test_one_that_is_superseded_in_the_middle_of_a_look_asks_nothing_of_aws(world: World) -> None:
    def take_over() -> None:
        (row,) = runs.runs(world.desk)
        world.desk.table.update(f"RUN#{row.id}", "META", set={"generation": 2})

    world.before_next("WorkSpaces.DescribeWorkspaceSnapshots", take_over)
    run = world.run(digest=None)
    assert world.calls("RebuildWorkspaces") == 0
    runs.start(world.desk, world.meta(run))
    world.clock.rest()
    world.until(run, "done")
    assert world.calls("RebuildWorkspaces") == 1


def test_a_run_that_a_dead_bot_never_started_is_started_by_the_sweep(world: World) -> None:
    world.aws.fault("Lambda", "Invoke", error="AccessDeniedException")
    run = world.run()
    assert world.aws.lambdas.executions() == []
    assert world.sweep() == {"restarted": [run], "found": []}
    world.until(run, "done")
    row = runs.runs(world.desk)[0]
    assert (row.id, row.kind, row.what, row.phase, row.over) == (run, "workspace", "rebuild mika", "done", True)


def test_a_run_that_has_fallen_silent_is_taken_over(world: World) -> None:
    run = world.run()
    world.aws.lambdas.reset()
    world.after(6 * TICK)
    assert world.sweep()["restarted"] == [run]
    world.until(run, "done")
    assert world.calls("RebuildWorkspaces") == 1


def test_a_handler_that_was_broken_is_taken_over_from_by_the_sweep_also_when_granted(world: World) -> None:
    @durable_execution
    def broken(event: Any, context: Any) -> None:
        raise ValueError(f"{event} {context}")

    world.aws.lambdas.register(f"{PREFIX}workspace", broken)
    run = world.run(approval=TERMS, owner=MIKA)
    world.post(run)
    world.after(30 * TICK)
    assert world.sweep()["restarted"] == [], "it waits for its approval, and for nothing else"
    world.decide(run, ADA)
    assert [one["Status"] for one in world.aws.lambdas.executions()] == ["FAILED"]
    world.aws.lambdas.register(f"{PREFIX}workspace", "aws_ops.workflows.workspace:handler")
    world.after(11 * TICK)
    assert world.sweep()["restarted"] == [run]
    assert world.meta(run)["generation"] == 2
    world.until(run, "done")
    assert world.calls("RebuildWorkspaces") == 1
