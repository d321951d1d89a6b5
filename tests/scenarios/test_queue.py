"""What the queue does to a run's facts (twice, late, out of order) is never seen."""

import random

import pytest

from tests.scenarios.world import MINUTE, ON, World

pytestmark = pytest.mark.faults


async def facts_of_a_whole_run(world: World) -> list[str]:
    """Let a run happen without a bot, and take every message out of the queue."""
    mika = world.person("mika")
    await mika.says("/vpn on for 1h")
    await world.stop_bots()
    for _ in range(16):
        await world.pass_time(MINUTE)
    return world.take_messages()


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.faults) for seed in (1, 2, 3))])
async def test_doubled_and_shuffled_facts_end_in_the_same_card(world: World, seed: int) -> None:
    facts = await facts_of_a_whole_run(world)
    assert len(facts) > 5
    mixed = facts * 3
    random.Random(seed).shuffle(mixed)

    world.put_messages(mixed)
    await world.start_bot()
    await world.quiet()

    assert len(world.cards()) == 1
    assert "VPN tokyo is off" in world.card()
    assert world.shown_seq("vpn") == world.highest_seq(facts)
    assert len(world.person("mika").told("is ready")) == 1
    assert len(world.person("mika").told("has ended")) <= 1


async def test_a_fact_replayed_after_the_end_changes_nothing(world: World) -> None:
    facts = await facts_of_a_whole_run(world)
    world.put_messages(facts)
    await world.start_bot()
    await world.quiet()
    edits = world.edits("vpn")

    world.put_messages(facts)
    await world.quiet()

    assert world.edits("vpn") == edits
    assert len(world.person("mika").told("is ready")) == 1


async def test_two_bots_on_one_queue_say_everything_once(world: World) -> None:
    await world.start_bot()
    mika = world.person("mika")

    await mika.says("/vpn on")
    await world.pass_time(16 * MINUTE)

    assert len(world.cards()) == 1
    assert len(mika.told("is ready")) == 1


async def test_two_people_at_once_through_two_bots_start_one_run(world: World) -> None:
    await world.start_bot()
    mika, ren = world.person("mika"), world.person("ren")

    await world.together(
        mika.says("/vpn on", wait=False), ren.says("/vpn on", wait=False, to=world.address(world.bots[0]))
    )
    await world.pass_time(ON)

    assert world.aws.calls()["EC2.AssociateClientVpnTargetNetwork"] == 2
    assert len(world.cards()) == 1
    assert len(mika.told("is ready")) == len(ren.told("is ready")) == 1


async def test_the_same_trigger_through_two_bots_is_one_request(world: World) -> None:
    await world.start_bot()
    mika = world.person("mika")

    await mika.says("/vpn on", to=world.address(world.bots[1]))
    await world.resend_last_request(to=world.bots[0])

    assert len(mika.answers()) == 1
    assert len([item for item in world.audit("mika") if item["command"].startswith("vpn on")]) >= 1
    assert len({item["request"] for item in world.audit("mika")}) == 1


async def test_nonsense_in_the_queue_stops_nobody(world: World) -> None:
    nonsense = ["", "{", "[]", '{"v":1}', '{"v":2,"kind":"run"}', '{"v":1,"kind":"run","run":"what-1","seq":1}']
    world.leftovers = len(nonsense)
    world.put_messages(nonsense)
    mika = world.person("mika")

    await mika.says("/vpn on")
    await world.pass_time(ON)

    assert "VPN tokyo is on" in world.card()
