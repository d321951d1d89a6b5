"""An upgrade of a fleet in the language of chat: plan, approval, canary, waves, owners, and every way to end it."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.chats import Human
from tests.scenarios.world import MINUTE, World

START = "/upgrade start Office office-2026-2"
HOURS = 60 * MINUTE


async def asks(world: World, words: str) -> Human:
    """Oda asks for an upgrade, has seen its plan, and confirms it."""
    oda = world.person("oda")
    await oda.says(f"{START} {words}", oda.dm)
    await world.confirms(oda)
    return oda


async def begins(world: World, words: str) -> Human:
    """It is approved by Ada too."""
    oda = await asks(world, words)
    ada = world.person("ada")
    await ada.presses("Approve", ada.dm)
    return oda


def card(somebody: Human) -> str:
    """The run's live card, as they have it in their own chat."""
    return [seen.text for seen in somebody.dms() if "Run upgrade-" in seen.text][-1]


async def until(world: World, somebody: Human, words: str, within: float = 2 * HOURS) -> None:
    """Live on until the card says so."""
    for _ in range(int(within / (2 * MINUTE))):
        if words in card(somebody):
            return
        await world.pass_time(2 * MINUTE)
    raise AssertionError(f"it never says {words!r}:\n{card(somebody)}")


async def test_a_canary_then_the_rest_and_a_report(world: World) -> None:
    oda = await asks(world, "--ids mika,ren,ada --canary 1 --waves 1")
    assert "in 2 waves of 1 (the canary) and 1" in card(oda)
    assert "1 of another bundle" in card(oda)
    assert world.calls_of("RebuildWorkspaces") == 0

    ada = world.person("ada")
    await ada.presses("Approve", ada.dm)
    await world.pass_time(3 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 1, "the canary comes first"
    await until(world, oda, "wave 2 of 2")
    await until(world, oda, "have been upgraded")

    assert world.calls_of("RebuildWorkspaces") == 2
    assert set(world.asked_by("RebuildWorkspaces")) == {"oda@example.com"}
    assert world.bundle_image() == "wsi-0a1b2c3w2"
    await oda.says("/upgrade report", oda.dm)
    assert "2 done of 2" in oda.answer


async def test_whoever_asked_does_not_approve_and_nothing_is_done_before(world: World) -> None:
    oda = await asks(world, "--ids mika --canary 1")
    run = re.search(r"upgrade-[0-9a-z]+", card(oda))
    assert run is not None
    await oda.says(f"/approve {run[0]}", oda.dm)
    await world.pass_time(10 * MINUTE)

    assert world.calls_of("RebuildWorkspaces") == world.calls_of("UpdateWorkspaceBundle") == 0
    await world.person("ada").presses("Refuse", world.person("ada").dm)


async def test_nothing_to_upgrade_is_said_and_not_called_a_success(world: World) -> None:
    oda = world.person("oda")
    await oda.says(f"{START} --tag Env=Nowhere", oda.dm)

    assert not [seen for seen in oda.dms() if "confirm " in str(seen.buttons)]
    assert "No WorkSpace has the tag Env=Nowhere" in oda.answer
    assert world.calls_of("UpdateWorkspaceBundle") == 0


@pytest.mark.faults  # hours of looks
async def test_an_owner_puts_it_off_until_tomorrow(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/workspace", mika.dm)
    oda = await begins(world, "--ids mika --canary 1 --notice 10m")
    await world.pass_time(4 * MINUTE)
    assert world.calls_of("RebuildWorkspaces") == 0

    await mika.presses("In 24 h", mika.dm)
    await world.pass_time(2 * HOURS)
    assert world.calls_of("RebuildWorkspaces") == 0

    await mika.presses("Now", mika.dm)
    await until(world, oda, "has been upgraded")
    assert world.calls_of("RebuildWorkspaces") == 1


@pytest.mark.faults  # a day of looks
async def test_who_is_connected_is_left_alone_until_they_leave(world: World) -> None:
    world.sits_down("mika")
    oda = await begins(world, "--ids mika --canary 1 --snapshot next")
    await world.pass_time(HOURS)
    assert world.calls_of("RebuildWorkspaces") == 0
    assert "connected" in card(oda)

    world.leaves("mika")
    await until(world, oda, "has been upgraded", 30 * HOURS)
    assert world.calls_of("RebuildWorkspaces") == 1


async def test_a_canary_that_fails_puts_the_old_image_back(world: World) -> None:
    world.goes_wrong("rebuild-ends-in-error")
    oda = await begins(world, "--ids mika,ada --canary 1 --waves 1")

    await until(world, oda, "was stopped")

    assert world.calls_of("RebuildWorkspaces") == 1
    assert world.bundle_image() == "wsi-0a1b2c3w1"


@pytest.mark.faults  # hours of looks
async def test_paused_nothing_begins_and_resumed_it_goes_on(world: World) -> None:
    oda = await begins(world, "--ids mika,ada --canary 1 --waves 1")
    await oda.presses("Pause", oda.dm)
    done = world.calls_of("RebuildWorkspaces")
    await world.pass_time(HOURS)
    assert world.calls_of("RebuildWorkspaces") == done
    assert "Paused" in card(oda) or "paused" in card(oda)

    await oda.presses("Resume", oda.dm)
    await until(world, oda, "have been upgraded")
    assert world.calls_of("RebuildWorkspaces") == 2


@pytest.mark.faults  # hours of looks
async def test_the_brake_holds_it_up_and_a_bot_that_is_exchanged_goes_on(world: World) -> None:
    oda, alex = await begins(world, "--ids mika,ada --canary 1 --waves 1"), world.person("alex")
    await alex.says("/deskside pause", alex.dm)
    done = world.calls_of("RebuildWorkspaces")
    await world.pass_time(HOURS)
    assert world.calls_of("RebuildWorkspaces") == done

    await world.stop_bots()
    await world.start_bot()
    await alex.says("/deskside resume", alex.dm)
    await until(world, oda, "have been upgraded")
    assert world.calls_of("RebuildWorkspaces") == 2


async def test_stopped_it_reports_what_became_of_each(world: World) -> None:
    oda = await begins(world, "--ids mika,ada --canary 1 --waves 1 --notice 10m")
    await world.pass_time(2 * MINUTE)
    await oda.says("/upgrade stop", oda.dm)
    await world.confirms(oda)
    await until(world, oda, "was stopped")

    assert world.calls_of("RebuildWorkspaces") == 0
    assert world.bundle_image() == "wsi-0a1b2c3w1"
    await oda.says("/upgrade report", oda.dm)
    assert "0 done, 2 left alone of 2" in oda.answer


@pytest.mark.faults  # hours of looks
async def test_rolled_back_with_its_own_approval(world: World) -> None:
    oda, ada = await begins(world, "--ids mika --canary 1"), world.person("ada")
    await until(world, oda, "has been upgraded")
    await oda.presses("Roll back", oda.dm)
    await world.confirms(oda)
    assert world.calls_of("RebuildWorkspaces") == 1

    await ada.presses("Approve", ada.dm)
    await until(world, oda, "has been rolled back", 3 * HOURS)
    assert world.bundle_image() == "wsi-0a1b2c3w1"
    assert world.calls_of("RebuildWorkspaces") == 2


async def test_a_rebuild_on_the_bundle_says_that_it_is_being_upgraded(world: World) -> None:
    await begins(world, "--ids mika,ada --canary 1 --waves 1 --notice 10m")
    ren = world.person("ren")

    await ren.says("/rebuild me", ren.dm)

    assert "upgrade" in ren.answer.lower()


@pytest.mark.faults  # hours of looks
async def test_who_connects_during_their_notice_is_not_thrown_out(world: World) -> None:
    oda = await begins(world, "--ids mika --canary 1 --notice 10m")
    await world.pass_time(4 * MINUTE)
    world.sits_down("mika")

    await world.pass_time(40 * MINUTE)

    assert world.calls_of("RebuildWorkspaces") == 0
    assert "connected" in card(oda)


@pytest.mark.faults  # hours of looks
async def test_whose_snapshot_never_comes_is_left_as_they_are_and_listed(world: World) -> None:
    world.sits_down("mika")
    world.leaves("mika")
    oda = await begins(world, "--ids mika --canary 1 --timeout 1h")

    await until(world, oda, "was stopped", 3 * HOURS)

    assert world.calls_of("RebuildWorkspaces") == 0
    assert world.bundle_image() == "wsi-0a1b2c3w1"
    await oda.says("/upgrade report", oda.dm)
    assert "0 done" in oda.answer


@pytest.mark.faults  # hours of looks
async def test_three_of_the_canary_fail_and_nobody_else_is_touched(world: World) -> None:
    world.goes_wrong("rebuild-ends-in-error", times=3)
    oda = await begins(world, "--canary 5 --waves 10")

    await until(world, oda, "was stopped")

    assert world.calls_of("RebuildWorkspaces") <= 5
    assert world.bundle_image() == "wsi-0a1b2c3w1"


@pytest.mark.faults  # hours of looks
async def test_a_window_that_closes_lets_nobody_else_begin(world: World) -> None:
    begins_at = datetime.fromtimestamp(world.now(), ZoneInfo("Europe/Berlin")).hour
    window = f'--window "{begins_at}-{(begins_at + 1) % 24} Europe/Berlin"'
    await world.pass_time(world.until_clock("Europe/Berlin", begins_at, 52))
    oda = await begins(world, f"--ids mika,ada,elena.rossi --canary 1 --waves 2 --concurrent 1 {window}")
    await world.pass_time(20 * MINUTE)
    done = world.calls_of("RebuildWorkspaces")
    assert 1 <= done < 3

    await world.pass_time(2 * HOURS)

    assert world.calls_of("RebuildWorkspaces") == done
    assert "Its hours are over: it goes on at" in card(oda)
