"""An alarm between bots: two that hear it at once, one that died before all was told; and who subscribed late."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from notifiers import alert_items, subscription_items
from notifiers.alert_life import Life
from notifiers.subscriptions import Filter
from tests.scenarios.world import World

FIXTURES = Path(__file__).parents[1] / "notifiers" / "alerts" / "fixtures"
BRIDGE = json.loads((FIXTURES / "alarm_cpu_ok.json").read_text())
SNS = json.loads((FIXTURES / "alarm_sns_same_as_cpu.json").read_text())


def bridge(state: str, at: str) -> str:
    """EventBridge's event of the alarm, as it comes from the queue; `at` is a time of 27 November 2026."""
    event: dict[str, Any] = deepcopy(BRIDGE)
    event["detail"]["state"] |= {"value": state, "timestamp": f"2026-11-27T{at}+0000"}
    event["id"] = f"{state}-{at}"
    return json.dumps({"v": 1, "kind": "aws", "event": event})


def sns(state: str, at: str) -> str:
    """The same by a topic."""
    event: dict[str, Any] = deepcopy(SNS)
    said = json.loads(event["Sns"]["Message"])
    event["Sns"]["Message"] = json.dumps(said | {"NewStateValue": state, "StateChangeTime": f"2026-11-27T{at}+0000"})
    return json.dumps({"v": 1, "kind": "aws", "event": event})


async def hears(world: World, *messages: str) -> None:
    world.put_messages(messages)
    await world.quiet()


def subscribes(world: World, place: str, *kinds: str) -> None:
    wanted = subscription_items.subscription(
        place, Filter(kinds=kinds), severity="info", hours=None, by="oda@example.com", scope="all"
    )
    subscription_items.write(world.table, wanted)


def the_alarm(world: World) -> Life:
    (found,) = alert_items.found(world.table)
    return found


async def test_two_bots_that_hear_it_by_two_ways_say_it_once_in_both_chats(both: World) -> None:
    for platform in ("slack", "teams"):
        subscribes(both, both.side(platform).place("vpn"), "cpu")
    await both.start_bot()
    await hears(both, *[bridge("ALARM", "09:15:42.305"), sns("ALARM", "09:15:42.305")] * 2)
    for platform in ("slack", "teams"):
        ((card, replies),) = both.side(platform).threads("vpn")
        assert "CPU of i-0c1d2e3f405162738 is high" in card
        assert replies == []


async def test_what_a_bot_left_untold_another_one_tells(world: World) -> None:
    subscribes(world, world.side().place("vpn"))
    await hears(world, bridge("ALARM", "09:15:42.305"))
    # It was acknowledged, and then the bot died.
    assert alert_items.acknowledge(world.table, the_alarm(world).fingerprint, "mika@example.com") is not None
    assert "is on it" not in world.card("vpn")
    await world.bots[-1].watch()
    await world.quiet()
    assert "mika is on it" in world.card("vpn")


async def test_whoever_subscribes_later_hears_of_the_next_change(world: World) -> None:
    subscribes(world, world.side().place("vpn"))
    await hears(world, bridge("ALARM", "09:15:42.305"))
    subscribes(world, "person:oda@example.com")
    await hears(world, bridge("OK", "09:45:42.311"))
    assert len(world.person("oda").told("Over after 30 min")) == 1
