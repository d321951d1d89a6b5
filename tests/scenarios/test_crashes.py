"""The handler dies at every boundary of its history, before and after: nothing is lost, nothing done twice."""

from typing import Any, Literal

import pytest

from tests.scenarios.world import MINUTE, World

pytestmark = pytest.mark.faults


async def a_short_life(world: World) -> None:
    """On, ready, a connection, off."""
    world.association_takes(2 * MINUTE)
    mika = world.person("mika")
    await mika.says("/vpn on for 1h")
    await world.pass_time(5 * MINUTE)
    connection = world.connects("mika", "tokyo")
    await world.pass_time(2 * MINUTE)
    world.disconnects(connection)
    await mika.says("/vpn off")
    await world.pass_time(5 * MINUTE)


def outcome(world: World) -> dict[str, Any]:
    """What must be the same whatever died."""
    calls = world.aws.calls()
    return {
        "cards": len(world.cards()),
        "off": "VPN tokyo is off" in world.card(),
        "associated": world.associated("tokyo"),
        "associations": len(world.aws.vpn.named("tokyo").associations),
        "ready": len(world.person("mika").told("is ready")),
        "lock": world.lock("tokyo"),
        "refused": calls.get("refused", {}),
    }


WELL: dict[str, Any] = {
    "cards": 1,
    "off": True,
    "associated": 0,
    "associations": 2,
    "ready": 1,
    "lock": None,
    "refused": {},
}


def boundaries(history: list[str]) -> list[tuple[int, str]]:
    """Each step's first and last time: a look that is repeated between them is the same boundary again."""
    first = {name: index for index, name in reversed(list(enumerate(history)))}
    last = {name: index for index, name in enumerate(history)}
    return sorted({(index, name) for where in (first, last) for name, index in where.items()})


@pytest.mark.parametrize("when", ["before", "after"])
async def test_the_handler_may_die_at_every_boundary(world: World, when: Literal["before", "after"]) -> None:
    await a_short_life(world)
    assert outcome(world) == WELL
    history = world.aws.lambdas.history(world.run_id())
    assert len(boundaries(history)) >= 8

    for index, name in boundaries(history):
        await world.begin_again()
        death = world.aws.lambdas.die_at(index, when)
        await a_short_life(world)

        assert death.done, f"nobody died {when} {index} ({name})"
        assert outcome(world) == WELL, f"died {when} {index} ({name})"


@pytest.mark.parametrize("minute", [0, 2, 5])
async def test_a_bot_that_was_away_catches_up(world: World, minute: int) -> None:
    mika = world.person("mika")
    await mika.says("/vpn on for 1h")
    await world.pass_time(minute * MINUTE)
    await world.stop_bots()
    await world.pass_time(7 * MINUTE)

    await world.start_bot()
    await world.quiet()

    assert "VPN tokyo is on" in world.card()
    assert len(world.cards()) == 1
    assert len(mika.told("is ready")) == 1
