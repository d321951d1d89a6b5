"""The workflow as Lambda runs it: dying anywhere, handed over, started twice, superseded."""

from typing import Any

import pytest
from aws_durable_execution_sdk_python import durable_execution

from aws_ops import runs, vpn_runs
from aws_ops.workflows import waits
from sandbox.aws.crashes import When
from sandbox.aws.world import ADDED_ROUTE, PREFIX, TOKYO
from tests.aws_ops.vpn.world import A_WHILE, ASSOCIATE, CUT, IDLE, MIKA, MINUTE, REN, World


def hurry(world: World) -> None:
    """As few ticks as there can be."""
    world.aws.pace.associate_s, world.aws.pace.disassociate_s = MINUTE, 2 * MINUTE
    world.configured(idle_s=2 * MINUTE)


def live_through(world: World) -> str:
    """On, off, somebody else on while it is cut, and idle."""
    run = world.on(MIKA).run
    world.until(run, "ready")
    world.off(MIKA)
    world.until(run, "cutting")
    world.on(REN)
    world.until(run, "ready")
    world.until(run, "closed")
    return run


def outcome(world: World, run: str) -> dict[str, Any]:
    """What must be the same however often the handler died."""
    meta = world.meta(run)
    once = {(fact.name, fact.data["round"]) for fact in world.facts}
    return {
        "phase": meta["phase"],
        "round": meta["round"],
        "associated": world.calls("AssociateClientVpnTargetNetwork"),
        "disassociated": world.calls("DisassociateClientVpnTargetNetwork"),
        "put back": world.calls("CreateClientVpnRoute"),
        "said": sorted(once - {("VpnAssociating", 1), ("VpnAssociating", 2), ("VpnConnectionsChanged", 2)}),
        "last": world.facts[-1].name,
        "claims": world.desk.table.query("CLAIM#tokyo"),
        "lock": world.desk.table.get("LOCK#vpn#tokyo", "LOCK"),
        "lost": [route.cidr for route in world.aws.vpn.endpoint(TOKYO).routes if route.cidr == ADDED_ROUTE],
    }


@pytest.fixture
def undisturbed(world: World) -> tuple[list[str], dict[str, Any]]:
    """The history and the outcome of a run whose handler never dies."""
    hurry(world)
    run = live_through(world)
    history, expected = world.aws.lambdas.history(run), outcome(world, run)
    assert (expected["phase"], expected["round"], expected["associated"]) == ("closed", 2, 4)
    assert {"begin", "announce that it is ready", "close unless somebody wished"} <= set(history)
    world.begin()
    hurry(world)
    return history, expected


Undisturbed = tuple[list[str], dict[str, Any]]
DEATHS: tuple[When, ...] = ("before", "after")


@pytest.mark.faults
@pytest.mark.parametrize("when", DEATHS)
def test_a_handler_that_dies_at_each_boundary_loses_nothing_and_cuts_nothing_twice(
    world: World, undisturbed: Undisturbed, when: When
) -> None:
    history, expected = undisturbed
    deaths = [world.aws.lambdas.die_at(index, when) for index in range(len(history))]
    run = live_through(world)
    met = len(world.aws.lambdas.history(run))
    assert met >= len(history) - 3, "a death takes a while, so that there are fewer polls"
    assert all(death.done for death in deaths[:met])
    assert outcome(world, run) == expected


@pytest.fixture
def _few_operations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "OPERATIONS", 5)


@pytest.mark.usefixtures("_few_operations")
def test_an_execution_that_has_used_its_operations_hands_over_and_nothing_is_lost(world: World) -> None:
    run = world.ready(MIKA)
    world.after(A_WHILE)
    assert world.phase == "off"
    executions = world.aws.lambdas.executions()
    names = [one["DurableExecutionName"] for one in executions]
    assert names == [run, *(f"{run}-{number}" for number in range(2, len(names) + 1))]
    assert len(names) > 2
    assert {one["Status"] for one in executions} == {"SUCCEEDED"}
    for name in names:
        assert world.aws.lambdas.operations(name) <= 5 + 2, "the wait itself, and the step that hands over"
    assert world.calls("AssociateClientVpnTargetNetwork") == 2
    assert world.calls("DisassociateClientVpnTargetNetwork") == 2
    assert len(world.said("VpnStarted")) == 1
    assert len(world.said("VpnAssociated")) == 1


@pytest.mark.usefixtures("_few_operations")
def test_a_handler_that_dies_while_it_hands_over_has_one_successor(world: World) -> None:
    for when in DEATHS:
        world.begin()
        world.aws.lambdas.die_at("hand over", when)
        run = world.ready(MIKA)
        world.after(3 * MINUTE)
        executions = world.aws.lambdas.executions()
        names = [one["DurableExecutionName"] for one in executions]
        assert names == [run, *(f"{run}-{number}" for number in range(2, len(names) + 1))]
        assert [one["Status"] for one in executions] == ["SUCCEEDED"] * (len(names) - 1) + ["RUNNING"]


@pytest.mark.usefixtures("_few_operations")
def test_a_step_that_fails_for_ever_hands_over_too(world: World) -> None:
    refuse = {"error": "AccessDeniedException", "times": 8}
    world.before_next("Lambda.Invoke", lambda: world.aws.fault("DynamoDB", "UpdateItem", **refuse))
    run = world.on(MIKA).run
    world.until(run, "ready")
    assert [one["DurableExecutionName"] for one in world.aws.lambdas.executions()][:2] == [run, f"{run}-2"]


def test_the_same_start_again_is_one_execution(world: World) -> None:
    run = world.ready(MIKA)
    runs.start(world.desk, world.meta(run))
    runs.start(world.desk, world.meta(run))
    world.clock.rest()
    assert len(world.aws.lambdas.executions()) == 1
    world.after(A_WHILE)
    runs.start(world.desk, {**world.meta(run)})
    world.clock.rest()
    assert [one["Status"] for one in world.aws.lambdas.executions()] == ["SUCCEEDED"]


def test_a_superseded_execution_stops_and_changes_nothing(world: World) -> None:
    run = world.ready(MIKA)
    table = world.desk.table
    table.update(f"RUN#{run}", "META", set={"generation": 2})
    before = world.meta(run)
    world.after(IDLE + MINUTE)
    assert world.meta(run) == before
    assert world.calls("DisassociateClientVpnTargetNetwork") == 0
    assert [one["Status"] for one in world.aws.lambdas.executions()] == ["SUCCEEDED"]

    runs.start(world.desk, before)
    world.clock.rest()
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"


def test_a_handler_that_was_broken_is_taken_over_from_by_the_sweep(world: World) -> None:
    @durable_execution
    def broken(event: Any, context: Any) -> None:
        raise ValueError(f"{event} {context}")

    world.publish()
    world.aws.lambdas.register(f"{PREFIX}vpn", broken)
    run = world.on(MIKA).run
    assert [one["Status"] for one in world.aws.lambdas.executions()] == ["FAILED"]
    world.aws.lambdas.register(f"{PREFIX}vpn", "aws_ops.workflows.vpn:handler")
    world.after(MINUTE)
    assert world.sweep() == {"restarted": [run], "found": []}
    world.after(10 * MINUTE)
    assert world.phase == "associating"
    assert world.sweep()["restarted"] == [run]
    assert world.meta(run)["generation"] == 2
    world.after(ASSOCIATE)
    assert world.phase == "ready"
    assert vpn_runs.status(world.desk, world.endpoint).run == run
