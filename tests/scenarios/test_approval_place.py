"""A channel in which approvers decide: everybody reads the card there, and only they have its buttons."""

import re

from tests.chats import SlackHuman
from tests.scenarios.world import MINUTE, World

BOTH = {"Approve", "Refuse"}


async def asked(world: World) -> None:
    """Oda wants a desktop deleted; who may decide it does so in #vpn."""
    await world.configures(approvals=f'places: ["{world.side().place("vpn")}"]')
    for name in ("ada", "alex", "mika"):
        await world.person(name).says("/vpn status")
    oda = world.person("oda")
    await oda.says("/workspace terminate elena.rossi she has left", oda.dm)
    await world.confirms(oda)


def buttons(world: World, name: str) -> set[str]:
    """Those of the card in #vpn, as somebody sees it."""
    return set(next(seen for seen in reversed(world.person(name).reads()) if seen.by_app and not seen.private).buttons)


async def test_the_card_says_all_that_one_needs_to_decide(world: World) -> None:
    await asked(world)
    card = world.card()
    for words in ("desktop of elena.rossi", "oda", "she has left", "Can be undone", "Decide until", "ada"):
        assert words in card


async def test_only_approvers_have_the_buttons_or_may_use_them(world: World) -> None:
    await asked(world)
    alex = world.person("alex")
    assert buttons(world, "ada") >= BOTH
    if world.platform == "teams":
        for name in ("alex", "mika", "oda"):
            assert not buttons(world, name) & BOTH
    else:
        await alex.presses("Approve", "vpn")
        assert "approver" in alex.answer
    assert world.calls_of("TerminateWorkspaces") == 0

    await world.person("ada").presses("Approve", "vpn")
    await world.pass_time(10 * MINUTE)

    assert world.calls_of("TerminateWorkspaces") == 1
    assert not buttons(world, "ada") & BOTH, "what is decided has no buttons any more"
    assert re.search("has been deleted", world.card())


async def test_a_second_bot_knows_whose_buttons_they_are(world: World) -> None:
    first = world.bots[0]
    await asked(world)
    await world.start_bot()
    await first.stop()
    world.bots.remove(first)
    await world.person("ada").presses("Refuse", "vpn")
    ada = world.person("ada")
    if ada.form is not None:
        await ada.submits(reason="Elena is only on leave")
    assert world.approval_state() == "refused"
    assert "Elena is only on leave" in world.card()
    assert not buttons(world, "ada") & BOTH


async def test_a_home_follows_what_happens(both: World) -> None:
    mika, ada = both.person("mika", "slack"), both.person("ada", "slack")
    assert isinstance(mika, SlackHuman)
    assert isinstance(ada, SlackHuman)
    await mika.opens_home()
    await ada.opens_home()
    assert both.computer("mika") in mika.home
    assert "Nothing that you asked for" in mika.home

    reboot = next(label for label, command in mika.home_buttons.items() if command.startswith("workspace reboot"))
    await mika.presses_at_home(reboot)
    await both.pass_time(1 * MINUTE)
    assert "Nothing that you asked for" not in mika.home
    await both.pass_time(10 * MINUTE)
    assert "Nothing that you asked for" in mika.home, "it is over, and the Home knows"

    oda = both.person("oda", "teams")
    await oda.says("/workspace terminate elena.rossi", oda.dm)
    await both.confirms(oda)
    approve = [command for command in ada.home_buttons.values() if command.startswith("approve ")]
    assert len(approve) == 1, "what was asked for in the other chat waits in this one"
    await ada.presses_at_home(next(label for label, command in ada.home_buttons.items() if command == approve[0]))
    await both.pass_time(10 * MINUTE)
    assert both.calls_of("TerminateWorkspaces") == 1
    assert not any(command.startswith("approve ") for command in ada.home_buttons.values())
