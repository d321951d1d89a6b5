"""What a run waits for before it asks anything of AWS: its owner, that they disconnect, a lock, the brake."""

import pytest

from aws_ops import brake
from aws_ops.workspace_runs import Answered
from sandbox.aws.workspaces_seed import BROKEN, MIKAS, NEW, NEW_IMAGE, OLD_IMAGE, RENS, STANDARD
from tests.aws_ops.run_world import ALEX, HOUR, MIKA, MINUTE, ODA, REN, TICK
from tests.aws_ops.workspace.world import ASK, PATIENCE, REBUILD, World

NOTHING_DONE = 0


@pytest.fixture
def connected(world: World) -> World:
    """Mika is at work."""
    world.aws.connect_workspace(MIKAS)
    return world


# -- whoever is connected --------------------------------------------------------------------------------------------


def test_while_somebody_is_connected_it_waits_and_goes_on_when_they_have_gone(connected: World) -> None:
    run = connected.run()
    connected.after(5 * TICK)
    assert (connected.phase(run), connected.blocked(run)) == ("waiting", "connected")
    assert connected.card["blocked"] == {"why": "connected", "since": connected.meta(run)["started"]}
    assert connected.calls("RebuildWorkspaces") == NOTHING_DONE
    assert connected.locks() == ["ASKED"]

    connected.aws.disconnect_workspace(MIKAS)
    connected.after(TICK)
    assert connected.state(MIKAS) == "REBUILDING"
    assert connected.card["blocked"] is None
    assert connected.names == ["WorkspaceAsked", "WorkspaceWaiting", "WorkspaceBegun"]
    connected.until(run, "done")


def test_it_gives_up_when_they_stay_too_long_and_nothing_was_changed(connected: World) -> None:
    run = connected.run()
    connected.after(PATIENCE - TICK)
    assert connected.phase(run) == "waiting"
    connected.after(2 * TICK)
    assert connected.phase(run) == "gave up"
    assert connected.facts[-1].name == "WorkspaceFinished"
    assert connected.calls("RebuildWorkspaces") == NOTHING_DONE
    assert connected.locks() == []


def test_what_is_unknown_destroys_nothing(world: World) -> None:
    world.aws.fault("WorkSpaces", "connection-unknown", error="connection-unknown", times=1000)
    run = world.run()
    world.after(5 * TICK)
    assert (world.phase(run), world.blocked(run)) == ("waiting", "unknown")
    world.until(run, "gave up")
    assert world.calls("RebuildWorkspaces") == NOTHING_DONE


def test_a_broken_one_has_no_connection_that_could_be_told_so_it_waits(world: World) -> None:
    run = world.run("rebuild", BROKEN)
    world.after(TICK)
    assert world.blocked(run) == "unknown"


def test_a_check_of_a_connection_that_is_old_says_nothing_about_now(world: World) -> None:
    world.aws.pace.connection_late_s = HOUR
    run = world.run()
    world.after(TICK)
    assert (world.phase(run), world.blocked(run)) == ("waiting", "unknown")
    world.aws.pace.connection_late_s = 0
    world.until(run, "done")


def test_who_has_it_rebuilt_themselves_is_not_waited_for(connected: World) -> None:
    run = connected.run(requester=MIKA, owner_consents=True, ask_s=ASK)
    assert connected.state(MIKAS) == "REBUILDING"
    assert connected.said("OwnerAsked") == []
    connected.until(run, "done")
    assert connected.actors("RebuildWorkspaces") == {MIKA}


def test_who_connects_between_the_look_and_the_last_one_keeps_it(world: World) -> None:
    asked = "WorkSpaces.DescribeWorkspacesConnectionStatus"
    world.before_next(asked, lambda: world.before_next(asked, lambda: world.aws.connect_workspace(RENS)))
    run = world.run("rebuild", RENS, owner=REN, digest=None)
    assert (world.phase(run), world.blocked(run)) == ("waiting", "connected")
    assert world.state(RENS) == "AVAILABLE"


def test_it_waits_for_a_state_that_aws_takes(world: World) -> None:
    run = world.run("rebuild", NEW, digest=None)
    world.after(TICK)
    assert (world.phase(run), world.blocked(run)) == ("waiting", "state")
    world.put(NEW, "AVAILABLE")
    world.aws.snapshot_workspace(NEW)
    world.after(TICK)
    assert world.state(NEW) == "REBUILDING"


def test_one_connected_of_several_holds_up_no_other_and_is_left_out_in_the_end(connected: World) -> None:
    run = connected.run("terminate", MIKAS, RENS, owner=None)
    assert connected.state(RENS) == "TERMINATING"
    assert (connected.phase(run), connected.blocked(run)) == ("acting", "connected")
    connected.until(run, "failed")
    outcomes = {target["id"]: (target["outcome"], target["error"]) for target in connected.card["targets"]}
    assert outcomes == {RENS: ("done", None), MIKAS: ("skipped", "it stayed connected")}
    assert connected.state(MIKAS) == "AVAILABLE"


# -- whose it is -----------------------------------------------------------------------------------------------------


def test_its_owner_is_asked_and_says_now(connected: World) -> None:
    run = connected.run(ask_s=ASK)
    assert connected.phase(run) == "asking"
    assert connected.card["answer_until"] == connected.now + ASK
    connected.after(2 * TICK)
    assert connected.calls("RebuildWorkspaces") == NOTHING_DONE
    assert connected.answer(run, "now") == Answered("taken", "now", None, "asking")
    assert connected.card["answer"] == {"choice": "now", "at": connected.now, "by": MIKA}
    connected.after(TICK)
    assert connected.state(MIKAS) == "REBUILDING", "they know that they are thrown out"
    connected.until(run, "done")
    assert connected.names == [
        "WorkspaceAsked",
        "OwnerAsked",
        "OwnerAnswered",
        "WorkspaceBegun",
        "WorkspaceFinished",
    ]


def test_its_owner_says_when_and_another_time_after_that(connected: World) -> None:
    run = connected.run(ask_s=ASK)
    soon, tonight = connected.now + 15 * MINUTE, connected.now + 3 * HOUR
    connected.answer(run, "soon", soon)
    connected.after(5 * MINUTE)
    assert (connected.phase(run), connected.card["begin_at"], connected.card["blocked"]) == ("waiting", soon, None)
    assert connected.answer(run, "tonight", tonight) == Answered("taken", "tonight", tonight, "waiting")
    connected.after(tonight - connected.now - 1)
    assert connected.calls("RebuildWorkspaces") == NOTHING_DONE
    connected.after(TICK)
    assert connected.state(MIKAS) == "REBUILDING"
    assert connected.answer(run, "no") == Answered("late", "tonight", tonight, "following")
    connected.until(run, "done")
    assert len({fact.data["answer"]["at"] for fact in connected.said("OwnerAnswered")}) == 2


def test_not_me_ends_it(world: World) -> None:
    run = world.run(ask_s=ASK)
    world.answer(run, "no")
    world.after(TICK)
    assert world.phase(run) == "declined"
    assert (world.facts[-1].name, world.card["phase"]) == ("WorkspaceFinished", "declined")
    assert world.calls("RebuildWorkspaces") == NOTHING_DONE
    assert world.locks() == []


def test_not_me_after_tonight_ends_it_too(world: World) -> None:
    run = world.run(ask_s=ASK)
    world.answer(run, "tonight", world.now + 3 * HOUR)
    world.after(HOUR)
    world.answer(run, "no")
    world.after(TICK)
    assert world.phase(run) == "declined"


def test_silence_stops_it_where_the_order_says_so(world: World) -> None:
    run = world.run(ask_s=ASK)
    world.after(ASK - TICK)
    assert world.phase(run) == "asking"
    world.after(2 * TICK)
    assert world.phase(run) == "unanswered"
    assert world.facts[-1].name == "WorkspaceFinished"
    assert world.calls("RebuildWorkspaces") == NOTHING_DONE


def test_silence_lets_it_go_on_where_the_order_says_so_and_is_no_consent(connected: World) -> None:
    run = connected.run(ask_s=ASK, silence="go")
    connected.after(ASK + TICK)
    assert (connected.phase(run), connected.blocked(run)) == ("waiting", "connected")
    assert len(connected.said("OwnerSilent")) == 1
    connected.aws.disconnect_workspace(MIKAS)
    connected.until(run, "done")


def test_nobody_else_answers_for_its_owner(world: World) -> None:
    run = world.run(ask_s=ASK)
    assert world.answer(run, "now", person=ODA) is None
    assert world.answer("workspace-none", "now") is None
    assert world.answer(world.run("reboot", RENS, owner=MIKA), "now") is None, "who was not asked has no answer"
    assert world.phase(run) == "asking"


def test_an_answer_between_the_look_and_the_deed_counts(world: World) -> None:
    run = world.run(ask_s=ASK)
    world.answer(run, "now")
    world.before_next("WorkSpaces.DescribeWorkspaceSnapshots", lambda: world.answer_meanwhile(run, "no"))
    world.after(2 * TICK)
    assert world.phase(run) == "declined"
    assert world.calls("RebuildWorkspaces") == NOTHING_DONE


# -- whoever wants it no more ----------------------------------------------------------------------------------------


def test_it_can_be_cancelled_as_long_as_nothing_was_asked_of_aws(connected: World) -> None:
    run = connected.run()
    assert connected.cancel(run, ALEX)
    assert connected.cancel(run), "twice is once"
    connected.after(TICK)
    assert connected.phase(run) == "cancelled"
    assert connected.facts[-1].name == "WorkspaceCancelled"
    assert connected.card["cancelled_by"] == ALEX
    assert connected.calls("RebuildWorkspaces") == NOTHING_DONE
    assert connected.locks() == []
    assert not connected.cancel(run)


def test_it_cannot_be_cancelled_once_aws_was_asked(world: World) -> None:
    run = world.run()
    assert not world.cancel(run)
    assert not world.cancel("workspace-none")
    world.until(run, "done")
    assert not world.cancel(run)


def test_who_cancels_between_the_look_and_the_deed_is_heard(world: World) -> None:
    world.aws.connect_workspace(MIKAS)
    run = world.run()
    world.aws.disconnect_workspace(MIKAS)
    world.before_next("WorkSpaces.DescribeWorkspaceSnapshots", lambda: world.cancel(run))
    world.after(2 * TICK)
    assert world.phase(run) == "cancelled"
    assert world.calls("RebuildWorkspaces") == NOTHING_DONE


# -- the brake, locks, the plan --------------------------------------------------------------------------------------


def test_the_brake_holds_it_and_is_told(world: World) -> None:
    brake.pull(world.desk, ALEX, "a drill")
    run = world.run()
    world.after(3 * TICK)
    assert (world.phase(run), world.blocked(run), world.card["paused"]) == ("waiting", "brake", True)
    assert len(world.said("WorkspaceBraked")) == 1
    brake.release(world.desk)
    world.until(run, "done")
    assert len(world.said("WorkspaceReleased")) == 1


def test_the_brake_is_read_right_before_the_deed(world: World) -> None:
    world.before_next("WorkSpaces.DescribeWorkspaceSnapshots", lambda: brake.pull(world.desk, ALEX, "now"))
    run = world.run(digest=None)
    assert (world.phase(run), world.blocked(run)) == ("waiting", "brake")
    assert world.calls("RebuildWorkspaces") == NOTHING_DONE


def test_what_is_under_way_is_followed_also_while_the_brake_is_pulled(world: World) -> None:
    run = world.run()
    brake.pull(world.desk, ALEX, "a drill")
    world.after(REBUILD + TICK)
    assert world.phase(run) == "done"


def test_what_another_run_is_changing_is_waited_for(world: World) -> None:
    world.aws.pace.workspace_reboot_s = 10 * MINUTE
    run = world.run(ask_s=ASK)
    world.answer(run, "soon", world.now + 5 * MINUTE)
    world.after(4 * MINUTE)
    reboot = world.run("reboot", requester=MIKA)
    world.after(3 * MINUTE)
    assert (world.phase(run), world.blocked(run)) == ("waiting", "busy"), "AWS would take it, and the reboot be lost"
    assert world.calls("RebuildWorkspaces") == NOTHING_DONE
    world.until(reboot, "done")
    world.until(run, "done")


def test_a_lock_that_is_taken_in_the_last_moment_is_seen(world: World) -> None:
    other = world.run("reboot", RENS, requester=REN)
    theirs = {"pk": f"LOCK#ws#{MIKAS}", "sk": "ACTING", "run": other, "op": "reboot", "by": REN}
    world.before_next(
        "DynamoDB.TransactWriteItems",
        lambda: world.before_next("DynamoDB.TransactWriteItems", lambda: world.desk.table.put(theirs)),
    )
    run = world.run(digest=None)
    assert (world.phase(run), world.blocked(run)) == ("waiting", "busy")
    assert world.calls("RebuildWorkspaces") == NOTHING_DONE


def test_a_bundle_that_got_another_image_while_it_waited_makes_it_void(world: World) -> None:
    world.aws.connect_workspace(MIKAS)
    run = world.run()
    world.after(TICK)
    other = OLD_IMAGE if world.aws.workspaces.bundles[STANDARD].image == NEW_IMAGE else NEW_IMAGE
    world.aws.workspaces.update_bundle(STANDARD, other)
    world.aws.disconnect_workspace(MIKAS)
    world.after(TICK)
    assert world.phase(run) == "void"
    assert world.facts[-1].name == "PlanChanged"
    assert world.calls("RebuildWorkspaces") == NOTHING_DONE
    assert world.locks() == []


def test_a_bundle_that_cannot_be_read_is_no_change_of_the_plan(world: World) -> None:
    world.aws.connect_workspace(MIKAS)
    run = world.run()
    world.aws.disconnect_workspace(MIKAS)
    world.aws.fault("WorkSpaces", "DescribeWorkspaceBundles", error="AccessDeniedException", times=2)
    world.after(2 * TICK)
    assert (world.phase(run), world.blocked(run)) == ("waiting", "unknown")
    world.until(run, "done")


def test_several_of_which_one_was_exchanged_are_void(world: World) -> None:
    brake.pull(world.desk, ALEX, "a drill")
    run = world.run("terminate", MIKAS, RENS, owner=None)
    world.aws.workspaces.workspaces[RENS].user = "somebody.else"
    world.after(TICK)
    assert world.phase(run) == "void"
    assert [world.state(MIKAS), world.state(RENS)] == ["AVAILABLE", "AVAILABLE"]
