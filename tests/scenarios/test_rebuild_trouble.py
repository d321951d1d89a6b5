"""What stands in the way of a rebuild, and what goes wrong with one: said, and never worse than before."""

import asyncio

import pytest

from sandbox.aws.workspaces_seed import NEW_IMAGE
from tests.scenarios.world import MINUTE, REBUILT, World

HOUR = 60 * MINUTE


async def asks_for_approval(world: World) -> None:
    """Oda asks for a rebuild of Mika's desktop, which needs an approval."""
    await world.configures(workspaces="approval: [rebuild]")
    oda = world.person("oda")
    await oda.says("/rebuild mika", oda.dm)
    await oda.presses("Ask for approval")


# ---- states


async def test_a_stopped_one_is_rebuilt_and_is_stopped_afterwards(world: World) -> None:
    world.gets_into("mika", "STOPPED")
    mika = world.person("mika")

    await mika.says("/rebuild", mika.dm)
    await mika.presses("Rebuild")
    await world.pass_time(REBUILT)

    assert world.calls_of("RebuildWorkspaces") == 1
    assert world.state("mika") == "STOPPED"
    assert "STOPPED" in world.run_cards(mika)[-1]


async def test_a_broken_one_can_be_rebuilt(world: World) -> None:
    world.gets_into("mika", "ERROR")
    mika = world.person("mika")

    await mika.says("/rebuild", mika.dm)
    await mika.presses("Rebuild")
    await world.pass_time(REBUILT)

    assert world.state("mika") == "AVAILABLE"


@pytest.mark.parametrize(
    ("state", "why"), [("PENDING", "still being created"), ("ADMIN_MAINTENANCE", "ask an operator to end that first")]
)
async def test_what_aws_would_refuse_or_ignore_is_said_before(world: World, state: str, why: str) -> None:
    world.gets_into("mika", state)
    mika = world.person("mika")

    await mika.says("/rebuild", mika.dm)

    assert why in mika.answer
    assert world.calls_of("RebuildWorkspaces") == 0


async def test_without_a_snapshot_everything_would_be_lost(world: World) -> None:
    world.loses_snapshots("mika")
    mika = world.person("mika")

    await mika.says("/rebuild", mika.dm)

    assert "everything on it would be lost" in mika.answer
    assert world.calls_of("RebuildWorkspaces") == 0


async def test_the_snapshot_is_gone_between_asking_and_doing(world: World) -> None:
    oda, mika = world.person("oda"), world.person("mika")
    await oda.says("/rebuild mika", oda.dm)
    await world.confirms(oda)
    world.loses_snapshots("mika")

    await mika.presses("Now", mika.dm)
    await world.pass_time(10 * MINUTE)

    assert world.calls_of("RebuildWorkspaces") == 0


async def test_while_deskside_is_paused_nothing_is_rebuilt(world: World) -> None:
    oda, mika, alex = world.person("oda"), world.person("mika"), world.person("alex")
    await oda.says("/rebuild mika", oda.dm)
    await world.confirms(oda)
    await alex.says("/deskside pause patch night", alex.dm)

    await mika.presses("Now", mika.dm)
    await world.pass_time(10 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 0

    await alex.says("/deskside resume", alex.dm)
    await world.pass_time(3 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 1


# ---- approvals


async def test_the_bot_dies_between_approving_and_starting(world: World) -> None:
    await asks_for_approval(world)
    ada, mika = world.person("ada"), world.person("mika")
    world.fails("Lambda", "Invoke", "ServiceException", times=100)
    await ada.presses("Approve", ada.dm)
    await world.stop_bots()
    world.aws.clear_faults()
    await world.start_bot()
    assert not mika.told("oda")

    await world.sweep()

    assert mika.told("oda"), "the sweep has started what was approved"
    await mika.presses("Now", mika.dm)
    await world.pass_time(REBUILT)
    assert world.calls_of("RebuildWorkspaces") == 1


async def test_nobody_approves_what_they_asked_for(world: World) -> None:
    await world.configures(workspaces="approval: [rebuild]", also_approver="oda")
    oda = world.person("oda")
    await oda.says("/rebuild mika", oda.dm)
    await oda.presses("Ask for approval")

    await oda.says(f"/approve {world.approval()}", oda.dm)

    assert "asked for this yourself" in oda.answer
    assert world.approval_state() == "open"


async def test_nor_does_their_other_self_in_the_other_chat(both: World) -> None:
    await both.configures(workspaces="approval: [rebuild]", also_approver="oda")
    oda, other_self = both.person("oda", "slack"), both.person("oda", "teams")
    await oda.says("/rebuild mika", oda.dm)
    await oda.presses("Ask for approval")

    await other_self.says(f"/approve {both.approval()}", other_self.dm)

    assert "asked for this yourself" in other_self.answer
    assert both.approval_state() == "open"


async def test_it_is_approved_in_the_other_chat(both: World) -> None:
    await both.configures(workspaces="approval: [rebuild]")
    oda, ada = both.person("oda", "slack"), both.person("ada", "teams")
    await ada.says("/deskside whoami", ada.dm)  # where she was last heard, she is written to
    await oda.says("/rebuild mika", oda.dm)
    await oda.presses("Ask for approval")

    await ada.presses("Approve", ada.dm)

    assert both.approval_state() == "started"


async def test_the_plan_has_changed_between_asking_and_doing(world: World) -> None:
    await asks_for_approval(world)
    ada, mika = world.person("ada"), world.person("mika")
    world.gets_image(NEW_IMAGE)

    await ada.presses("Approve", ada.dm)
    await world.pass_time(5 * MINUTE)

    assert world.calls_of("RebuildWorkspaces") == 0
    assert not mika.told("Now")
    oda = world.person("oda")
    assert oda.told("not what was agreed to any more")


async def test_what_nobody_can_have_read_cannot_be_approved(world: World) -> None:
    await world.configures(workspaces="approval: [rebuild]")
    oda, ada = world.person("oda"), world.person("ada")
    await oda.says("/rebuild mika", oda.dm)
    world.stops_telling()
    await oda.presses("Ask for approval")

    await ada.says(f"/approve {world.approval()}", ada.dm)
    assert "has not been posted yet" in ada.answer
    assert world.approval_state() == "open"

    await world.tells_again()
    await ada.says(f"/approve {world.approval()}", ada.dm)
    assert world.approval_state() == "started"


async def test_two_approvers_at_once_the_second_is_told_who_was_first(world: World) -> None:
    await world.configures(workspaces="approval: [rebuild]", also_approver="alex")
    oda, ada, alex = world.person("oda"), world.person("ada"), world.person("alex")
    await oda.says("/rebuild mika", oda.dm)
    await oda.presses("Ask for approval")
    first, second = world.bots[0], await world.start_bot()
    words = f"/approve {world.approval()}"

    await world.together(
        ada.says(words, ada.dm, wait=False, to=world.address(first)),
        alex.says(words, alex.dm, wait=False, to=world.address(second)),
    )

    answers = [ada.answer, alex.answer]
    assert sum("You approved it" in answer for answer in answers) == 1
    (late,) = (answer for answer in answers if "You approved it" not in answer)
    winner = "ada@example.com" if "You approved it" in ada.answer else "alex@example.com"
    assert f"{winner} approved this already" in late


async def test_who_is_no_approver_is_refused_in_private(world: World) -> None:
    await asks_for_approval(world)
    ren = world.person("ren")

    await ren.says(f"/approve {world.approval()}", "it-help")

    assert "Only an approver may do" in ren.answer
    assert world.approval_state() == "open"


# ---- confirmations


async def test_a_confirmation_is_good_once_for_one_person_in_one_place_for_a_while(world: World) -> None:
    mika, ren = world.person("mika"), world.person("ren")
    await mika.says("/rebuild", mika.dm)
    token = world.token_of(mika)

    await ren.says(f"/deskside confirm {token}", ren.dm)
    assert "Only the person who asked for this" in ren.answer
    await mika.says(f"/deskside confirm {token}", "it-help")
    assert "can only be confirmed in the place" in mika.answer

    await world.pass_time(5 * MINUTE)
    await mika.says(f"/deskside confirm {token}", mika.dm)
    assert "was good for 5 minutes" in mika.answer
    assert world.calls_of("RebuildWorkspaces") == 0

    await mika.says("/rebuild", mika.dm)
    fresh = world.token_of(mika)
    before = len(mika.answers())
    await asyncio.gather(*(mika.says(f"/deskside confirm {fresh}", mika.dm, wait=False) for _ in range(2)))
    await world.pass_time(5 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 1
    # Whichever is second meets a spent confirmation, or already the run of the first.
    said = mika.answers()[before:]
    assert sum("begins now" in answer for answer in said) == 1, said


async def test_a_second_rebuild_of_the_same_desktop_is_not_begun(world: World) -> None:
    mika, oda = world.person("mika"), world.person("oda")
    await mika.says("/rebuild", mika.dm)
    await mika.presses("Rebuild")

    await oda.says("/rebuild mika", oda.dm)
    await world.pass_time(REBUILT)

    assert world.calls_of("RebuildWorkspaces") == 1
    assert "it is being rebuilt already" in oda.answer
