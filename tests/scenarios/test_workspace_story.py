"""Desktops are looked at, started, stopped, restored, made and deleted; and each is followed to its real end."""

import re

from sandbox.aws.workspaces_seed import NEWCOMERS
from tests.scenarios.world import MINUTE, World


async def test_what_staff_see_of_their_own(world: World) -> None:
    mika = world.person("mika")

    await mika.says("/workspace", mika.dm)

    said = mika.answer
    for words in (world.desktop("mika"), "AVAILABLE", "Office", "office-2026-1", "3 h"):
        assert words in said
    assert {"Stop", "Restart", "Rebuild"} <= world.buttons(mika)
    assert "Start" not in world.buttons(mika), "only what its state allows"


async def test_it_is_stopped_and_started_and_the_card_ends_with_the_real_state(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/workspace stop", mika.dm)
    await world.pass_time(MINUTE)
    assert not re.search("is stopped|STOPPED", world.run_cards(mika)[-1]), "asked for is not done"
    await world.pass_time(5 * MINUTE)
    assert "STOPPED" in world.run_cards(mika)[-1]
    assert world.state("mika") == "STOPPED"

    await mika.says("/workspace start", mika.dm)
    await world.pass_time(6 * MINUTE)

    assert world.state("mika") == "AVAILABLE"
    assert world.asked_by("StartWorkspaces") == ["mika@example.com"]


async def test_whoever_is_connected_is_asked_before_a_reboot(world: World) -> None:
    mika = world.person("mika")
    world.sits_down("mika")

    await mika.says("/workspace reboot", mika.dm)
    assert world.calls_of("RebootWorkspaces") == 0
    assert "Somebody is connected, and is cut off" in mika.answer
    await world.confirms(mika)
    await world.pass_time(10 * MINUTE)

    assert world.calls_of("RebootWorkspaces") == 1
    assert world.state("mika") == "AVAILABLE"


async def test_maintenance_is_an_operators(world: World) -> None:
    mika, oda = world.person("mika"), world.person("oda")

    await mika.says("/workspace maintenance on me", mika.dm)
    assert "Only an operator may do" in mika.answer
    await oda.says("/workspace maintenance on mika", oda.dm)
    await world.pass_time(3 * MINUTE)
    assert world.state("mika") == "ADMIN_MAINTENANCE"
    await oda.says("/workspace maintenance off mika", oda.dm)
    await world.pass_time(3 * MINUTE)
    assert world.state("mika") == "AVAILABLE"


async def test_a_fleet_is_stopped_by_its_tag_and_each_failure_is_named(world: World) -> None:
    oda = world.person("oda")
    world.goes_wrong("failed-request")

    await oda.says("/workspace stop tag:Team=Support", oda.dm)
    await world.confirms(oda)
    await world.pass_time(10 * MINUTE)

    card = world.run_cards(oda)[-1]
    assert "InternalServiceError" in card
    assert re.search(r"\d+ of \d+|failed", card)


async def test_a_protected_one_is_changed_by_nobody(world: World) -> None:
    oda = world.person("oda")

    await oda.says("/rebuild daria.novak", oda.dm)

    assert "protect" in oda.answer
    assert "Rebuild" not in world.buttons(oda)


async def test_the_list_is_paged_and_a_file(world: World) -> None:
    oda = world.person("oda")

    await oda.says("/workspace list", oda.dm)

    assert "60" in oda.answer
    files = await oda.files()
    (content,) = (text for name, text in files.items() if name.endswith(".csv"))
    assert len(content.strip().splitlines()) == 61, "a head, and all of them"
    await oda.says("/workspace list state=STOPPED", oda.dm)
    assert "STOPPED" in oda.answer
    assert "AVAILABLE" not in oda.answer


async def test_one_is_made_and_followed_until_it_can_be_used(world: World) -> None:
    oda = world.person("oda")

    await oda.says("/workspace create", oda.dm)
    assert oda.form is not None
    await oda.submits(user=NEWCOMERS[0])
    await world.pass_time(6 * MINUTE)

    assert world.calls_of("CreateWorkspaces") == 1
    assert "AVAILABLE" in world.run_cards(oda)[-1]


async def test_deleting_needs_somebody_else(world: World) -> None:
    oda, ada = world.person("oda"), world.person("ada")

    await oda.says("/workspace terminate elena.rossi", oda.dm)
    await world.confirms(oda)
    assert world.calls_of("TerminateWorkspaces") == 0
    await ada.presses("Approve", ada.dm)
    await world.pass_time(10 * MINUTE)

    assert world.calls_of("TerminateWorkspaces") == 1
    assert world.asked_by("TerminateWorkspaces") == ["oda@example.com"]
    assert re.search("deleted|terminated|gone", world.run_cards(oda)[-1], re.IGNORECASE)


async def test_two_desktops_of_one_name_are_a_choice(world: World) -> None:
    oda = world.person("oda")

    await oda.says("/workspace noor.haddad", oda.dm)

    assert oda.form is not None, "nobody's machine is guessed"


async def test_home_has_everything_of_mine(world: World) -> None:
    mika = world.person("mika")

    await mika.says("/deskside home", mika.dm)

    assert world.computer("mika") in mika.answer
    assert "VPN" in mika.answer
