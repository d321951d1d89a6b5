"""An alarm from the queue to the chats: raised, repeated, acknowledged, over; also by two paths and after a crash."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from aws_ops import dead_letter_items
from notifiers import alert_items, subscription_items
from notifiers.alert_life import Life
from notifiers.subscriptions import Filter
from tests.scenarios.world import World

FIXTURES = Path(__file__).parents[1] / "notifiers" / "alerts" / "fixtures"
BRIDGE = json.loads((FIXTURES / "alarm_cpu_ok.json").read_text())
SNS = json.loads((FIXTURES / "alarm_sns_same_as_cpu.json").read_text())
MINUTE = 60


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


def said(replies: list[str], *words: str) -> bool:
    """Whether the replies are these."""
    return len(replies) == len(words) and all(word in reply for word, reply in zip(words, replies, strict=True))


async def changes(world: World, how: Callable[[Any, str, str], Life | None]) -> None:
    """Mika does it, at the newest bot."""
    fingerprint = the_alarm(world).fingerprint
    assert how(world.table, fingerprint, "mika@example.com") is not None
    await world.bots[-1].alerting.changed(fingerprint)
    await world.quiet()


async def test_an_alarm_is_one_card_from_its_beginning_to_its_end(world: World) -> None:
    subscribes(world, world.side().place("vpn"), "alarms")
    await hears(world, bridge("ALARM", "09:15:42.305"), sns("ALARM", "09:15:42.305"))
    ((card, replies),) = world.side().threads("vpn")
    assert "CPU of i-0c1d2e3f405162738 is high" in card
    assert replies == []
    await hears(world, bridge("ALARM", "09:20:42.305"))
    await changes(world, alert_items.acknowledge)
    await hears(world, sns("OK", "09:45:42.311"), bridge("OK", "09:45:42.311"), bridge("ALARM", "09:15:42.305"))
    ((card, replies),) = world.side().threads("vpn")
    assert "fine again" in card
    assert "Over after 30 min" in card
    assert said(replies, "Again, for the 2nd time", "Over after 30 min")
    assert not alert_items.found(world.table)


async def test_both_chats_show_one_state_and_two_bots_say_it_once(both: World) -> None:
    for platform in ("slack", "teams"):
        subscribes(both, both.side(platform).place("vpn"), "cpu")
    await both.start_bot()
    twice = [bridge("ALARM", "09:15:42.305"), sns("ALARM", "09:15:42.305")] * 2
    await hears(both, *twice)
    await changes(both, alert_items.acknowledge)
    for platform in ("slack", "teams"):
        ((card, _),) = both.side(platform).threads("vpn")
        assert "mika is on it" in card


async def test_what_a_bot_left_untold_another_one_tells(world: World) -> None:
    subscribes(world, world.side().place("vpn"))
    await hears(world, bridge("ALARM", "09:15:42.305"))
    # It was acknowledged, and then the bot died.
    assert alert_items.acknowledge(world.table, the_alarm(world).fingerprint, "mika@example.com") is not None
    assert "is on it" not in world.card("vpn")
    await world.bots[-1].watch()
    await world.quiet()
    assert "mika is on it" in world.card("vpn")


async def test_whoever_is_on_it_is_reminded_and_then_it_is_nobodys(world: World) -> None:
    subscribes(world, world.side().place("vpn"))
    await hears(world, bridge("ALARM", "09:15:42.305"))
    await changes(world, alert_items.acknowledge)
    mika = world.person("mika")
    for minutes, told, on_it in ((59, 0, True), (1, 1, True), (14, 1, True), (1, 1, False)):
        await world.pass_time(minutes * MINUTE)
        await world.bots[-1].watch()
        await world.quiet()
        assert len(mika.told("Still on it")) == told
        assert ("mika is on it" in world.card("vpn")) is on_it
    ((_, replies),) = world.side().threads("vpn")
    assert said(replies, "It is still open, and mika has been on it", "Nobody is on it any more")


async def test_whoever_subscribes_later_hears_of_the_next_change(world: World) -> None:
    subscribes(world, world.side().place("vpn"))
    await hears(world, bridge("ALARM", "09:15:42.305"))
    subscribes(world, "person:oda@example.com")
    await hears(world, bridge("OK", "09:45:42.311"))
    assert len(world.person("oda").told("Over after 30 min")) == 1


async def test_a_dead_letter_is_told_to_the_administrators(world: World) -> None:
    dead = world.queue.dead_letters()
    assert dead is not None
    dead.send_text(bridge("ALARM", "09:15:42.305"))
    for _ in range(2):
        await world.bots[-1].watch()
        await world.quiet()
    (told,) = world.cards("deskside-admin")
    assert "A message could not be handled" in told
    assert dead.receive(0) == []
    subscribes(world, world.side().place("vpn"))
    named = told.split()[told.split().index("Message") + 1].strip("`")
    assert dead_letter_items.resend(world.bots[-1].desk, named, "alex@example.com").outcome == "sent"
    await world.quiet()
    assert "CPU of i-0c1d2e3f405162738 is high" in world.card("vpn")
    assert dead_letter_items.resend(world.bots[-1].desk, named, "alex@example.com").outcome == "twice"
