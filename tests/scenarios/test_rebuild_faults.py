"""What AWS does to a rebuild: refuses, throttles, breaks or forgets it, and it is said as it is."""

import re

import pytest

from tests.scenarios.world import MINUTE, REBUILT, World

pytestmark = pytest.mark.faults


async def test_a_failed_request_is_no_success(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/rebuild", mika.dm)
    world.goes_wrong("failed-request")
    await mika.presses("Rebuild")
    await world.pass_time(5 * MINUTE)

    card = world.run_cards(mika)[-1]
    assert "InternalServiceError" in card
    assert world.state("mika") == "AVAILABLE"


async def test_throttled_five_times_it_is_done_once(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/rebuild", mika.dm)
    world.fails("WorkSpaces", "RebuildWorkspaces", "ThrottlingException", times=5)
    await mika.presses("Rebuild")

    await world.pass_time(2 * REBUILT)

    assert world.calls_of("RebuildWorkspaces") == 1
    assert world.state("mika") == "AVAILABLE"


async def test_a_rebuild_that_ends_in_error_says_so_and_what_next(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/rebuild", mika.dm)
    world.goes_wrong("rebuild-ends-in-error")
    await mika.presses("Rebuild")

    await world.pass_time(REBUILT)

    card = world.run_cards(mika)[-1]
    assert "ERROR" in card
    assert "could not join the domain" in card
    assert any(label in mika.dms()[-1].buttons or label in card for label in ("Try again", "Status", "Rebuild"))


async def test_accepted_and_never_begun_is_no_success(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/rebuild", mika.dm)
    world.goes_wrong("never-begins")
    await mika.presses("Rebuild")

    await world.pass_time(15 * MINUTE)

    assert re.search("never began", world.run_cards(mika)[-1])
    assert world.calls_of("RebuildWorkspaces") == 1
