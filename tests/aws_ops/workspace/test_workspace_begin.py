"""What is asked for: written as it was meant, once, and by one of those who ask at once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from aws_ops import workspace_runs
from aws_ops.workspace_items import order_of, words
from aws_ops.workspace_runs import MOST, MOST_HELD, Begun, Order, Standing, Target
from aws_ops.workspaces import NewWorkSpace
from sandbox.aws.workspaces_seed import CORP, MIKAS, NEWCOMERS, STANDARD
from tests.aws_ops.run_world import MIKA, ODA, REN
from tests.aws_ops.workspace.world import ORDER, TERMS, World

NEW = NewWorkSpace(CORP, NEWCOMERS[0], STANDARD, "AUTO_STOP", 60, "key", True, True, (("Env", "Prod"),))


@pytest.mark.parametrize(
    "order", [ORDER, replace(ORDER, approval=TERMS, ask_s=60), replace(ORDER, op="create", targets=(), new=NEW)]
)
def test_an_order_is_read_as_it_was_written(order: Order) -> None:
    assert order_of(json.loads(json.dumps(words(order)))) == order


def test_what_a_run_is_about_is_said_in_short() -> None:
    assert ORDER.what == "rebuild mika"
    assert replace(ORDER, op="stop", targets=ORDER.targets * 12).what == "stop 12 WorkSpaces"
    assert replace(ORDER, op="create", targets=(), new=NEW).what == f"create {NEWCOMERS[0]}"


def test_of_several_who_ask_at_once_one_gets_it_and_the_others_are_told_who(world: World) -> None:
    people = [ODA, MIKA, REN]
    barrier = threading.Barrier(len(people))

    def ask(person: str) -> Begun:
        barrier.wait(30)
        return workspace_runs.begin(world.desk, replace(ORDER, requester=person), ())

    with ThreadPoolExecutor(len(people)) as pool:
        begun = dict(zip(people, pool.map(ask, people), strict=True))
    world.clock.rest()
    (winner,) = [person for person, one in begun.items() if one.run is not None]
    theirs = Standing(MIKAS, begun[winner].run or "", "rebuild", winner)
    assert [one.busy for person, one in begun.items() if person != winner] == [(theirs,), (theirs,)]
    assert world.calls("RebuildWorkspaces") == 1


def test_one_that_is_being_made_for_somebody_is_not_made_twice(world: World) -> None:
    run = world.create(NEW)
    again = replace(ORDER, op="create", targets=(), new=replace(NEW, user=NEW.user.upper()), requester=REN)
    assert world.ask(again).busy == (Standing("", run, "create", ODA),)


def test_more_than_can_be_held_are_refused(world: World) -> None:
    many = tuple(Target(f"ws-{number}", "somebody", None) for number in range(MOST_HELD + 1))
    with pytest.raises(ValueError, match="at most 80"):
        world.ask(replace(ORDER, op="terminate", targets=many))


def test_the_most_that_one_may_have_still_fit_into_the_input_of_an_execution(world: World) -> None:
    longest = Target("ws-0a1b2c3d1", "u" * 63, "WSAMZN-0A1B2C3D")
    order = replace(ORDER, op="stop", targets=(longest,) * MOST, reason="r" * 1000)
    assert len(json.dumps({"run": "workspace-" + "0" * 26, "order": words(order)}).encode()) < 250_000
    with pytest.raises(ValueError, match="at most 1000"):
        world.ask(replace(order, targets=(longest,) * (MOST + 1)))


def test_a_run_is_seen_by_its_id(world: World) -> None:
    run = world.run(ask_s=60)
    seen = workspace_runs.read(world.desk, run)
    assert seen is not None
    assert (seen.op, seen.what, seen.phase, seen.requester, seen.owner) == (
        "rebuild",
        "rebuild mika",
        "asking",
        ODA,
        MIKA,
    )
    assert (seen.over, seen.answer_until) == (False, world.now + 60)
    assert workspace_runs.read(world.desk, "workspace-none") is None
