"""What is made of a look at a machine that AWS was asked to rebuild, and how often one is taken. Pure."""

from dataclasses import replace
from typing import Any

import pytest

from aws_ops.upgrade_items import Machine
from aws_ops.upgrade_look import Seen
from aws_ops.upgrade_plan import plan
from aws_ops.workflows.upgrade_follow import BEGINS_S, LATEST_S, LOOK_S, QUIET_LOOKS, due, judge, rhythm
from aws_ops.workspaces import WorkSpace
from sandbox.aws.workspaces_seed import STANDARD
from tests.aws_ops.upgrade.world import REQUEST, order_for

NOW = 2_000_000_000
ORDER = order_for(REQUEST, plan(Seen((), None, None, None), REQUEST, {}, NOW))
OLD, NEW = "10.40.0.10", "10.40.0.11"
WAITING = Machine(0, "ws-f00000060", "mika", "WSAMZN-1", None, 0)
TAKEN = replace(WAITING, phase="rebuilding", was="AVAILABLE", ip=OLD, requested=NOW, accepted=NOW, tries=1)
FOUND = WorkSpace(
    id=TAKEN.id,
    directory="d-1",
    user="mika",
    state="AVAILABLE",
    bundle=STANDARD,
    computer="WSAMZN-1",
    ip=OLD,
    running_mode="AUTO_STOP",
    auto_stop_min=60,
    root_gib=80,
    user_gib=50,
    compute="STANDARD",
    protocols=(),
    root_encrypted=False,
    user_encrypted=False,
    key=None,
    error_code=None,
    error=None,
)
UNANSWERED = replace(TAKEN, phase="asked", accepted=None)


def seen(state: str, ip: str | None = OLD, **more: Any) -> WorkSpace:
    """What AWS tells of it."""
    return replace(FOUND, state=state, ip=ip, **more)


def after(machine: Machine, *looks: tuple[int, WorkSpace | None]) -> Machine:
    """The machine after looks so many seconds after it was asked for."""
    for seconds, found in looks:
        machine = judge(ORDER, machine, found, NOW + seconds)
    return machine


def test_requested_is_not_rebuilt_and_available_is_not_done_before_it_was_seen_to_begin() -> None:
    assert after(TAKEN, (10, seen("AVAILABLE"))).phase == "rebuilding"
    assert after(TAKEN, (300, seen("REBUILDING"))).phase == "rebuilding"
    assert after(TAKEN, (300, seen("REBUILDING")), (900, seen("AVAILABLE", NEW))).phase == "done"
    assert after(TAKEN, (300, seen("AVAILABLE", NEW))).phase == "done", "its address is another one"


def test_one_that_was_stopped_is_done_when_it_is_stopped_again() -> None:
    stopped = replace(TAKEN, was="STOPPED")
    assert after(stopped, (300, seen("STOPPED"))).phase == "rebuilding"
    assert after(stopped, (300, seen("REBUILDING")), (900, seen("STOPPED", NEW))).phase == "done"


@pytest.mark.parametrize("state", ["ERROR", "UNHEALTHY"])
def test_what_ends_broken_has_failed_in_the_words_of_aws(state: str) -> None:
    failed = after(TAKEN, (300, seen("REBUILDING")), (900, seen(state, NEW, error="It could not join the domain.")))
    assert (failed.phase, failed.error) == ("failed", "It could not join the domain.")


def test_one_that_was_broken_before_has_not_failed_until_it_has_begun() -> None:
    broken = replace(TAKEN, was="ERROR")
    assert after(broken, (30, seen("ERROR"))).phase == "rebuilding"
    assert after(broken, (300, seen("REBUILDING")), (900, seen("ERROR", NEW))).phase == "failed"


def test_what_never_begins_and_what_never_ends_have_failed() -> None:
    never = after(TAKEN, (300, seen("AVAILABLE")), (BEGINS_S, seen("AVAILABLE")))
    assert never.phase == "failed"
    assert "never began" in (never.error or "")
    still = after(TAKEN, (300, seen("REBUILDING")), (LATEST_S - 1, seen("REBUILDING")))
    assert still.phase == "rebuilding"
    assert after(still, (LATEST_S, seen("REBUILDING"))).phase == "failed"


def test_one_that_is_of_another_bundle_by_now_is_not_upgraded() -> None:
    moved = after(TAKEN, (300, seen("REBUILDING")), (900, seen("AVAILABLE", NEW, bundle="wsb-other")))
    assert moved.phase == "failed"


def test_one_that_aws_does_not_show_for_a_moment_is_looked_for_again() -> None:
    looks = [(300 + number * LOOK_S, None) for number in range(QUIET_LOOKS)]
    assert after(TAKEN, *looks[:-1]).phase == "rebuilding"
    assert after(TAKEN, *looks).phase == "failed"


def test_what_aws_did_not_answer_is_asked_again_once_and_only_where_nothing_shows() -> None:
    quiet = [(60 * number, seen("AVAILABLE")) for number in range(1, QUIET_LOOKS + 1)]
    assert after(UNANSWERED, *quiet[:-1]).phase == "asked"
    assert (after(UNANSWERED, *quiet).phase, after(UNANSWERED, *quiet).requested) == ("waiting", None)
    assert after(replace(UNANSWERED, tries=2), *quiet).phase == "failed"
    assert after(UNANSWERED, (60, seen("REBUILDING"))).phase == "rebuilding"
    assert after(UNANSWERED, (60, seen("AVAILABLE", NEW))).phase == "done"
    late = after(UNANSWERED, *[(BEGINS_S + seconds, found) for seconds, found in quiet])
    assert late.phase == "failed", "nobody looked for a while, in which it may have been done"


@pytest.mark.parametrize(("tick", "looks"), [(60, 180), (30, 180), (600, 180), (2, 12), (1, 6)])
def test_looks_come_at_their_rhythm_and_sooner_only_where_ticks_are_a_few_seconds(tick: int, looks: int) -> None:
    assert rhythm(replace(ORDER, tick_s=tick), LOOK_S) == looks


def test_a_call_is_filled_with_those_whose_time_comes_soon() -> None:
    def many(count: int, at: int, first: int = 0) -> list[Machine]:
        return [replace(TAKEN, n=first + number, next_look=at) for number in range(count)]

    assert due(many(30, NOW + 1), NOW) == []
    assert [len(one) for one in due([*many(3, NOW), *many(30, NOW + 60, 3)], NOW)] == [25]
    assert [len(one) for one in due([*many(26, NOW), *many(9, NOW + 60, 26)], NOW)] == [25, 10]
    assert [len(one) for one in due([*many(3, NOW), *many(30, NOW + 1000, 3)], NOW)] == [3]
