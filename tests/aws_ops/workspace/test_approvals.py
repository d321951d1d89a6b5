"""Approvals: decided once, by somebody else, in time, and only after people were shown what they decide about."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from aws_ops import approvals, runs, workspace_runs
from aws_ops.approvals import Decided
from aws_ops.workflows.workspace_facts import Verdict
from aws_ops.workflows.workspace_look import Run
from aws_ops.workflows.workspace_steps import close
from aws_ops.workflows.workspace_ticks import compare, tick
from aws_ops.workspace_runs import Follower
from sandbox.aws.workspaces_seed import MIKAS, NEW_IMAGE, OLD_IMAGE, RENS, STANDARD
from tests.aws_ops.run_world import ADA, ALEX, MIKA, ODA, REN, TICK
from tests.aws_ops.workspace.world import ASK, DEADLINE, REMIND, TERMS, World

TWO = replace(TERMS, quorum=2)
RACES = 40


@pytest.fixture
def run(world: World) -> str:
    """A rebuild that waits for its approval, and whose card stands."""
    asked = world.run(approval=TERMS)
    world.post(asked)
    return asked


def undone(world: World, run: str, phase: str) -> None:
    """It ended so, nothing was asked of AWS, and nothing is left."""
    assert world.phase(run) == phase
    assert world.calls("RebuildWorkspaces") == 0
    assert world.locks() == []
    assert approvals.waiting(world.desk) == ()
    assert world.card["phase"] == phase
    assert world.desk.table.query_index("OPEN#APPROVAL") == []


def test_a_granted_one_starts_at_once_in_the_requesters_name(world: World, run: str) -> None:
    world.after(5 * TICK)
    assert world.phase(run) == "approval"
    assert world.aws.lambdas.executions() == []
    assert [found.run for found in approvals.waiting(world.desk)] == [run]

    decided = world.decide(run, ADA, reason="He told me")
    assert (decided.outcome, decided.approval.decisions[0].reason) == ("granted", "He told me")
    assert world.approval(run).state == "started"
    assert world.state(MIKAS) == "REBUILDING"
    world.until(run, "done")
    assert world.names == ["WorkspaceAsked", "ApprovalGranted", "WorkspaceBegun", "WorkspaceFinished"]
    assert world.actors("RebuildWorkspaces") == {ODA}
    assert world.card["approval"] == {
        "state": "started",
        "quorum": 1,
        "deadline": world.meta(run)["started"] + DEADLINE,
        "approvers": [ADA, ALEX],
        "decisions": [{"person": ADA, "verdict": "granted", "at": world.meta(run)["granted"], "reason": "He told me"}],
    }
    assert [one["DurableExecutionName"] for one in world.aws.lambdas.executions()] == [run]


def test_a_granted_one_asks_its_owner_then(world: World) -> None:
    run = world.run(approval=TERMS, ask_s=ASK)
    world.post(run)
    assert "answer_until" not in world.meta(run)
    world.after(30 * TICK)
    world.decide(run, ADA)
    assert world.phase(run) == "asking"
    assert world.card["answer_until"] == world.now + ASK
    assert len(world.said("OwnerAsked")) == 1


def test_a_refused_one_ends_with_the_reason(world: World, run: str) -> None:
    assert world.decide(run, ALEX, "refused", "Ask him first").outcome == "refused"
    undone(world, run, "refused")
    assert world.facts[-1].name == "ApprovalRefused"
    assert world.card["approval"]["decisions"][0]["reason"] == "Ask him first"
    assert world.aws.lambdas.executions() == []
    assert world.ask(world.order()).run is not None, "nothing stands in the way of another one"


def test_nobody_grants_their_own(world: World, run: str) -> None:
    assert world.decide(run, ODA).outcome == "own"
    assert world.decide(run, ODA, "refused").outcome == "own"
    assert world.approval(run).decisions == ()


def test_nobody_decides_what_no_card_shows_yet(world: World) -> None:
    run = world.run(approval=TERMS)
    assert world.decide(run, ADA).outcome == "not posted"
    assert world.phase(run) == "approval"
    world.post(run)
    assert world.decide(run, ADA).outcome == "granted"


def test_the_card_of_whoever_asks_shows_approvers_nothing(world: World) -> None:
    order, mine, theirs = world.order(approval=TERMS), f"person:{ODA}", f"person:{ADA}"
    looking_on = (Follower(mine, discreet=False), Follower(theirs, discreet=False, decides=True))
    run = workspace_runs.begin(world.desk, order, looking_on).run
    assert run is not None
    world.post(run, mine)
    assert world.decide(run, ADA).outcome == "not posted"
    world.post(run, theirs)
    assert world.decide(run, ADA).outcome == "granted"


def test_who_is_late_is_told_so(world: World, run: str) -> None:
    world.after(DEADLINE)
    assert world.decide(run, ADA).outcome == "late", "also before the sweep has been there"
    world.sweep()
    undone(world, run, "expired")
    assert world.decide(run, ADA).outcome == "late"


def test_who_comes_second_is_told_who_was_first(world: World, run: str) -> None:
    world.decide(run, ADA)
    second = world.decide(run, ALEX, "refused")
    assert second.outcome == "over"
    assert [(one.person, one.verdict) for one in second.approval.decisions] == [(ADA, "granted")]
    assert world.decide(run, ADA, "refused").outcome == "twice"
    world.until(run, "done")


def test_a_quorum_of_two_needs_two_people(world: World) -> None:
    run = world.run(approval=TWO)
    world.post(run)
    assert world.decide(run, ADA).outcome == "counted"
    assert world.names[-1] == "ApprovalCounted"
    assert world.decide(run, ADA).outcome == "twice"
    assert (world.phase(run), world.approval(run).state) == ("approval", "open")
    assert world.decide(run, ALEX).outcome == "granted"
    assert world.state(MIKAS) == "REBUILDING"


def test_what_somebody_granted_who_may_no_more_counts_no_more(world: World) -> None:
    run = world.run(approval=TWO)
    world.post(run)
    world.decide(run, ADA)
    decided = approvals.decide(world.desk, run, ALEX, "granted", None, {ALEX, REN})
    assert (decided.outcome, [one.person for one in decided.approval.decisions]) == ("counted", [ALEX])
    assert world.phase(run) == "approval"
    assert approvals.decide(world.desk, run, REN, "granted", None, {ALEX, REN}).outcome == "granted"


def test_one_that_is_void_before_its_start_was_noted_waits_for_nothing(world: World, run: str) -> None:
    world.aws.fault("Lambda", "Invoke", error="AccessDeniedException")
    world.decide(run, ADA)
    bundle = world.aws.workspaces.bundles[STANDARD]
    bundle.image = OLD_IMAGE if bundle.image == NEW_IMAGE else NEW_IMAGE
    execution = Run.of(json.loads(runs.payload(world.meta(run))), world.desk)
    assert tick(execution, compare) == "over"
    assert close(execution) == "void"
    approvals.start(world.desk, run)
    assert world.desk.table.query_index("OPEN#APPROVAL") == []
    assert world.approval(run).state == "void"


def test_one_refusal_of_two_ends_it(world: World) -> None:
    run = world.run(approval=TWO)
    world.post(run)
    world.decide(run, ADA)
    assert world.decide(run, ALEX, "refused").outcome == "refused"
    undone(world, run, "refused")


def test_it_is_reminded_of_once_and_expires(world: World, run: str) -> None:
    world.after(REMIND - 1)
    world.sweep()
    assert world.said("ApprovalReminded") == []
    world.after(1)
    world.sweep()
    world.sweep()
    assert len(world.said("ApprovalReminded")) == 1
    world.after(DEADLINE - REMIND)
    world.sweep()
    undone(world, run, "expired")
    assert world.facts[-1].name == "ApprovalExpired"


def test_it_can_be_cancelled_before_anybody_has_decided(world: World, run: str) -> None:
    assert world.cancel(run)
    undone(world, run, "cancelled")
    assert world.facts[-1].name == "WorkspaceCancelled"
    assert world.approval(run).state == "void"
    assert world.decide(run, ADA).outcome == "over"


def test_a_grant_whose_start_fails_is_started_by_the_sweep(world: World, run: str) -> None:
    world.aws.fault("Lambda", "Invoke", error="AccessDeniedException")
    assert world.decide(run, ADA).outcome == "granted"
    assert (world.approval(run).state, world.phase(run)) == ("granted", "approval")
    assert world.decide(run, ALEX).outcome == "over"
    assert world.sweep() == {"restarted": [run], "found": []}
    assert world.approval(run).state == "started"
    world.until(run, "done")
    assert world.calls("RebuildWorkspaces") == 1
    assert world.sweep() == {"restarted": [], "found": []}


def test_a_granted_one_can_be_cancelled_while_it_has_not_started(world: World, run: str) -> None:
    world.aws.fault("Lambda", "Invoke", error="AccessDeniedException")
    world.decide(run, ADA)
    assert world.cancel(run, ALEX)
    world.sweep()
    assert world.phase(run) == "cancelled"
    assert world.calls("RebuildWorkspaces") == 0


def test_a_plan_that_changed_before_it_was_granted_is_void(world: World, run: str) -> None:
    other = OLD_IMAGE if world.aws.workspaces.bundles[STANDARD].image == NEW_IMAGE else NEW_IMAGE
    world.aws.workspaces.update_bundle(STANDARD, other)
    assert world.decide(run, ADA).outcome == "granted"
    undone(world, run, "void")
    assert world.facts[-1].name == "PlanChanged"
    assert world.approval(run).state == "void"


def test_one_that_is_gone_by_then_is_void(world: World, run: str) -> None:
    world.aws.workspaces.terminate(MIKAS)
    world.after(10 * TICK)
    world.decide(run, ADA)
    undone(world, run, "void")


def test_a_plan_that_cannot_be_read_is_compared_later(world: World, run: str) -> None:
    world.aws.fault("WorkSpaces", "DescribeWorkspaces", error="AccessDeniedException", times=2)
    world.decide(run, ADA)
    assert (world.phase(run), world.blocked(run)) == ("approval", "unknown")
    world.until(run, "done")


def test_a_fact_whose_teller_died_is_said_by_the_sweep(world: World) -> None:
    world.aws.fault("SQS", "SendMessage", error="AccessDenied", times=2)
    run = world.run(approval=TERMS)
    world.post(run)
    assert world.facts == []
    world.aws.clear_faults()
    world.sweep()
    assert world.names == ["WorkspaceAsked"]
    world.aws.fault("SQS", "SendMessage", error="AccessDenied")
    world.decide(run, ALEX, "refused")
    assert world.names == ["WorkspaceAsked"]
    world.aws.clear_faults()
    world.sweep()
    assert world.facts[-1].name == "ApprovalRefused"
    before = len(world.facts)
    world.sweep()
    assert len(world.facts) == before


def test_approvals_are_found_by_how_their_id_ends(world: World, run: str) -> None:
    other = world.run("rebuild", RENS, requester=REN, owner=MIKA, approval=TERMS)
    assert [found.run for found in approvals.matching(world.desk, run[-5:].upper())] == [run]
    assert [found.run for found in approvals.matching(world.desk, other)] == [other]
    assert approvals.matching(world.desk, run[-2:]) == ()
    assert approvals.matching(world.desk, "zzzzz") == ()
    assert approvals.find(world.desk, "workspace-none") is None
    with pytest.raises(LookupError):
        world.decide("workspace-none", ADA)
    world.decide(run, ADA, "refused")
    assert [found.state for found in approvals.matching(world.desk, run[-5:])] == ["refused"], "for whoever is late"
    assert [found.state for found in approvals.matching(world.desk, run)] == ["refused"]
    assert [found.run for found in approvals.of_requester(world.desk, ODA)] == [run]
    assert [found.run for found in approvals.of_requester(world.desk, REN)] == [other]
    found = world.approval(other)
    assert (found.op, found.what, found.quorum) == ("rebuild", "rebuild ren", 1)


@pytest.fixture
def two() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_of_two_who_decide_at_once_one_decides_and_the_other_is_told_who(
    world: World, two: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(approvals, "start", lambda _, run: started.append(run))
    barrier = threading.Barrier(2)

    def decide(run: str, person: str, verdict: Verdict) -> Decided:
        barrier.wait(30)
        return approvals.decide(world.desk, run, person, verdict, None)

    for _ in range(RACES):
        started.clear()
        run = world.run(approval=TERMS)
        world.post(run)
        both = [two.submit(decide, run, ADA, "granted"), two.submit(decide, run, ALEX, "refused")]
        first, second = sorted((one.result(60) for one in both), key=lambda one: one.outcome == "over")
        assert second.outcome == "over"
        winner = world.approval(run).decisions[0]
        assert [one.person for one in second.approval.decisions] == [winner.person]
        assert first.outcome == winner.verdict
        assert len(world.approval(run).decisions) == 1
        assert started == ([run] if winner.verdict == "granted" else [])
        assert world.phase(run) == ("approval" if winner.verdict == "granted" else "refused")
        world.desk.table.delete(f"LOCK#ws#{MIKAS}", "ASKED")
