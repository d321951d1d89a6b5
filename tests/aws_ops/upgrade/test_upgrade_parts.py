"""What is decided about machines and waves, from what is known of them: pure, a case a line."""

from dataclasses import replace
from typing import Any

import pytest

from aws_ops.bucket import Rate
from aws_ops.upgrade_items import Machine, UpgradeOrder, Window, machine_item, order_of, words
from aws_ops.workflows.upgrade_counts import MOST_POINTS, counted, eta, series
from aws_ops.workflows.upgrade_follow import BEGINS_S, LATEST_S, LOOK_S, QUIET_LOOKS, due, judge, rhythm
from aws_ops.workflows.upgrade_gates import CYCLE_S, NO_SNAPSHOT_S, STALE_S, fresh, next_snapshot, told
from aws_ops.workflows.upgrade_waves import verdict, waited_s
from aws_ops.workspace_items import Terms
from aws_ops.workspaces import WorkSpace

NOW = 1_792_483_200  # Tuesday 2026-10-20, 08:00 UTC
MINUTE, HOUR = 60, 3600
ORDER = UpgradeOrder(
    op="upgrade",
    bundle="wsb-office",
    image="wsi-new",
    old_image="wsi-old",
    waves=(2, 3),
    canary_failures=0,
    gate="none",
    window=None,
    max_concurrent=0,
    notice_s=0,
    defers=2,
    snapshot="fresh",
    wait_s=12 * HOUR,
    failure_rate=0.2,
    ssm=False,
    housekeeping=False,
    report=None,
    requester="oda@example.com",
    approval=Terms(1, HOUR, HOUR, ("ada@example.com",)),
    digest="0",
    rate=Rate(),
    role=None,
    tick_s=MINUTE,
    protect=None,
    reason=None,
    of=None,
    request={},
    plan={},
    names={},
)


def machine(number: int = 0, **changes: Any) -> Machine:
    return replace(Machine(number, f"ws-{number}", "mika", None, None, 0 if number < 2 else 1), **changes)


def fleet(*phases: Any) -> list[Machine]:
    return [machine(number, phase=phase) for number, phase in enumerate(phases)]


def rebuilding(**changes: Any) -> Machine:
    began = {"phase": "rebuilding", "was": "AVAILABLE", "ip": "10.0.0.1", "tries": 1}
    return machine(**{**began, "requested": NOW - 300, "accepted": NOW - 300, **changes})


def found(state: str, ip: str | None = "10.0.0.1", bundle: str = "wsb-office", error: str | None = None) -> WorkSpace:
    return WorkSpace(
        "ws-0", "d-1", "mika", state, bundle, "PC-1", ip, "AUTO_STOP", 60, 80, 50, "STANDARD", (), False, False,
        None, None, error,
    )  # fmt: skip


# ---- what is written


def test_an_order_is_read_as_it_was_written() -> None:
    order = replace(ORDER, window=Window((0, 1), 20 * 60, 6 * 60, "Europe/Berlin"))
    assert order_of(words(order)) == order


def test_a_machine_is_read_as_it_was_written_and_takes_little_room_before_its_turn() -> None:
    asked = rebuilding(owner="mika@example.com", version=3, notified=True)
    assert Machine.of(machine_item("run", asked, NOW)) == asked
    assert len(machine().words()) == 6


# ---- waves


@pytest.mark.parametrize(
    ("phases", "wave", "expected"),
    [
        (("waiting", "done", "waiting", "waiting", "waiting"), 0, "on"),
        (("failed", "waiting", "waiting", "waiting", "waiting"), 0, "canary"),
        (("done", "done", "waiting", "waiting", "waiting"), 0, "over"),
        (("done", "timed out", "waiting", "waiting", "waiting"), 0, "over"),
        (("timed out", "skipped", "waiting", "waiting", "waiting"), 0, "canary"),
        (("done", "done", "failed", "waiting", "waiting"), 1, "on"),  # fewer than five say nothing
        (("done", "done", "failed", "done", "waiting"), 1, "on"),
        (("done", "done", "failed", "failed", "done"), 1, "rate"),
        (("done", "done", "done", "done", "failed"), 1, "over"),  # a fifth is not more than a fifth
    ],
)
def test_a_wave_goes_on_is_over_or_stops_all(phases: tuple[str, ...], wave: int, expected: str) -> None:
    assert verdict(ORDER, fleet(*phases), wave) == expected


def test_waiting_counts_in_its_turn_while_the_window_is_open_and_nobody_has_paused() -> None:
    assert waited_s(ORDER, machine(), (), NOW) == 0
    waiting = machine(turn=NOW - 10 * HOUR)
    assert waited_s(ORDER, waiting, (), NOW) == 10 * HOUR
    assert waited_s(ORDER, waiting, ((NOW - 20 * HOUR, NOW - 8 * HOUR), (NOW - HOUR, NOW)), NOW) == 7 * HOUR
    assert waited_s(ORDER, replace(waiting, not_before=NOW - HOUR), (), NOW) == HOUR
    mornings = replace(ORDER, window=Window(tuple(range(7)), 6 * 60, 9 * 60, "UTC"))
    assert waited_s(mornings, waiting, (), NOW) == 2 * HOUR


# ---- following


@pytest.mark.parametrize(
    ("before", "seen", "expected"),
    [
        (rebuilding(), found("REBUILDING"), "rebuilding"),
        (rebuilding(), found("AVAILABLE", "10.0.0.2"), "done"),  # it was quicker than we look
        (rebuilding(began=NOW - 200), found("AVAILABLE"), "done"),
        (rebuilding(began=NOW - 200), found("STOPPED"), "done"),
        (rebuilding(), found("AVAILABLE"), "rebuilding"),  # that is where it began: it shows nothing
        (rebuilding(accepted=NOW - BEGINS_S), found("AVAILABLE"), "failed"),
        (rebuilding(ip=None), found("AVAILABLE"), "rebuilding"),
        (rebuilding(ip=None, looks=1), found("AVAILABLE"), "done"),  # no address would tell
        (rebuilding(), found("ERROR"), "failed"),
        (rebuilding(was="ERROR"), found("ERROR"), "rebuilding"),
        (rebuilding(began=NOW - 200), found("UNHEALTHY"), "failed"),
        (rebuilding(began=NOW - 200), found("AVAILABLE", bundle="wsb-other"), "failed"),
        (rebuilding(began=NOW, accepted=NOW - LATEST_S), found("REBUILDING"), "failed"),
        (rebuilding(), None, "rebuilding"),  # one answer without it
        (rebuilding(quiet=QUIET_LOOKS - 1), None, "failed"),
    ],
)
def test_a_rebuild_is_followed_to_its_real_end(before: Machine, seen: WorkSpace | None, expected: str) -> None:
    assert judge(ORDER, before, seen, NOW).phase == expected


def test_what_aws_did_not_answer_is_looked_for_before_it_is_asked_again() -> None:
    asked = rebuilding(phase="asked", accepted=None, requested=NOW - 120)
    assert judge(ORDER, asked, found("REBUILDING"), NOW).accepted == NOW - 120
    assert judge(ORDER, asked, found("AVAILABLE", "10.0.0.2"), NOW).phase == "done"
    assert judge(ORDER, asked, found("STOPPED"), NOW).phase == "asked", "it may have stopped by itself"
    for quiet in range(QUIET_LOOKS - 1):
        assert judge(ORDER, replace(asked, quiet=quiet), found("AVAILABLE"), NOW).phase == "asked"
    silent = replace(asked, quiet=QUIET_LOOKS - 1)
    again = judge(ORDER, silent, found("AVAILABLE"), NOW)
    assert (again.phase, again.requested, again.tries) == ("waiting", None, 1)
    assert judge(ORDER, replace(silent, tries=2), found("AVAILABLE"), NOW).phase == "failed"
    long_ago = replace(silent, requested=NOW - BEGINS_S - 1)
    assert "cannot be told" in (judge(ORDER, long_ago, found("AVAILABLE"), NOW).error or "")


@pytest.mark.parametrize(("tick", "seconds"), [(600, 180), (60, 180), (30, 180), (2, 12), (1, 6)])
def test_looks_keep_their_rhythm_and_come_sooner_only_where_ticks_are_a_few_seconds(tick: int, seconds: int) -> None:
    assert rhythm(replace(ORDER, tick_s=tick), LOOK_S) == seconds


def test_a_call_takes_along_whose_time_comes_soon() -> None:
    machines = [rebuilding(next_look=NOW + number * 5) for number in range(40)]
    machines = [replace(one, n=number) for number, one in enumerate(machines)]
    (batch,) = due(machines, NOW + 20)
    assert [one.n for one in batch] == list(range(23)), "of the next minute and a half"
    assert [len(batch) for batch in due(machines, NOW + 150)] == [25, 15]
    assert due(machines, NOW - 1) == []


# ---- gates


def test_a_fresh_snapshot_is_newer_than_the_last_connection() -> None:
    assert not fresh(ORDER, machine())
    assert fresh(ORDER, machine(fresh=NOW))
    assert not fresh(ORDER, machine(fresh=NOW, last_connected=NOW))
    assert fresh(ORDER, machine(fresh=NOW + 1, last_connected=NOW))


def test_the_next_snapshot_is_newer_than_the_one_there_was() -> None:
    following = replace(ORDER, snapshot="next")
    assert not fresh(following, machine(fresh=NOW))
    assert not fresh(following, machine(fresh=NOW, baseline=NOW))
    assert fresh(following, machine(fresh=NOW, baseline=NOW - 1))
    assert fresh(following, machine(fresh=NOW, baseline=0)), "there was none"


def test_it_is_asked_for_a_snapshot_when_there_can_be_a_newer_one_and_ever_less_often() -> None:
    assert next_snapshot(machine(fresh=NOW - HOUR), NOW) == NOW - HOUR + CYCLE_S
    assert next_snapshot(machine(turn=NOW), NOW) == NOW + NO_SNAPSHOT_S
    asked, now, until = 0, NOW, NOW + 24 * HOUR
    while now < until:
        asked, now = asked + 1, next_snapshot(machine(fresh=NOW - 12 * HOUR), now)
    assert asked <= 9


def test_an_owner_has_their_notice_and_their_word_counts_for_a_while() -> None:
    order = replace(ORDER, notice_s=10 * MINUTE)
    owned = machine(owner="mika@example.com")
    assert told(ORDER, owned, NOW)
    assert told(order, machine(), NOW), "there is nobody to tell"
    assert not told(order, owned, NOW)
    noticed = replace(owned, notice_at=NOW - 10 * MINUTE)
    assert told(order, noticed, NOW)
    assert not told(order, noticed, NOW - 1)
    assert not told(order, noticed, NOW + STALE_S), "they are at something else by now"
    said = replace(noticed, answered=NOW - 9 * MINUTE)
    assert told(order, replace(said, choice="now"), NOW - 9 * MINUTE)
    soon = replace(said, choice="soon", not_before=NOW + 6 * MINUTE)
    assert not told(order, soon, NOW)
    assert told(order, soon, NOW + 6 * MINUTE)
    later = replace(said, choice="later", not_before=NOW + 24 * HOUR)
    assert not told(order, later, NOW + 24 * HOUR), "they are told again"


# ---- what is counted


def test_the_chart_has_a_point_for_ten_minutes_and_longer_steps_for_longer_runs() -> None:
    machines = [machine(number, phase="done", finished=NOW + number * 5 * MINUTE) for number in range(6)]
    assert series(machines, None, NOW) == (600, [])
    assert series(machines, NOW, NOW + HOUR) == (600, [2, 4, 6, 6, 6, 6])
    step, points = series(machines, NOW, NOW + 100 * HOUR)
    assert step == 600 * 16
    assert len(points) <= MOST_POINTS


def test_what_is_counted_tells_how_far_it_is() -> None:
    machines = fleet("done", "failed", "waiting", "timed out", "rebuilding")
    machines[0] = replace(machines[0], finished=NOW - MINUTE)
    machines[2] = replace(machines[2], why="snapshot")
    meta = {"phase": "running", "wave": 1, "began": NOW - 30 * MINUTE}
    kept = counted(ORDER, meta, machines, NOW)
    assert kept["counts"] == {
        "waiting": 1, "asked": 0, "rebuilding": 1, "done": 1, "failed": 1, "skipped": 0, "timed_out": 1,
    }  # fmt: skip
    assert kept["waits"]["snapshot"] == 1
    assert (kept["rate_per_h"], kept["window_opens"]) == (2.0, None)
    assert kept["eta"] == eta(machines, 2.0, NOW) == NOW + HOUR + 300
    assert counted(ORDER, {**meta, "paused": {}}, machines, NOW)["eta"] is None


def test_an_owner_who_put_it_off_often_enough_may_only_say_now() -> None:
    asked = machine(owner="mika@example.com", why="owner", notice_at=NOW)
    kept = counted(ORDER, {"phase": "running"}, [asked, replace(asked, n=1, deferred=2)], NOW)
    assert [one["choices"] for one in kept["asked"]] == [["now", "soon", "tonight", "later"], ["now"]]
    answered = replace(asked, answered=NOW, choice="soon")
    assert counted(ORDER, {"phase": "running"}, [answered], NOW)["asked"] == []
