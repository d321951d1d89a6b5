"""Alerts from AWS to the places that subscribed, in chat from the first word to the last, in both chats."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.chats import Human
from tests.scenarios.world import MINUTE, World

HOUR = 60 * MINUTE


async def subscribes(world: World, words: str, place: str = "vpn", platform: str = "") -> None:
    """Oda, an operator, subscribes a place."""
    oda = world.person("oda", platform)
    await oda.says(f"/alerts subscribe {words}", place)
    assert "From now on" in oda.answer, oda.answer


async def goes_off(world: World, kind: str, resource: str, **how: Any) -> None:
    """An alarm goes off (or is over), and all that follows from it."""
    await world.happens(world.alarm(kind, resource, **how))


async def mutes(world: World, words: str, place: str = "vpn") -> str:
    """Oda mutes a place, after a look at what that would have hidden: what she was shown."""
    oda = world.person("oda")
    await oda.says(f"/alerts mute {words}", place)
    shown = oda.answer
    await oda.presses("Mute for 2 h")
    return shown


def told(world: World, about: str) -> list[str]:
    """What is said about something in the channel."""
    return [text for text in world.cards() if about in text]


def card_of(somebody: Human, about: str, place: str = "vpn") -> Any:
    """The card about something, as this person sees it."""
    (card,) = (
        one for one in somebody.reads(place) if one.by_app and about in one.text and not (one.private or one.thread)
    )
    return card


async def test_an_alarm_from_its_begin_to_its_end(world: World) -> None:
    await subscribes(world, "alarms")
    oda, desktop = world.person("oda"), world.desktop("mika")

    await goes_off(world, "cpu", desktop)
    ((root, replies),) = world.threads()
    assert f"CPU of {desktop} is high" in root
    assert "97 %, above 90 % for 5 min" in root
    assert not replies

    await world.pass_time(10 * MINUTE)
    await goes_off(world, "cpu", desktop)
    ((root, (again,)),) = world.threads()
    assert "2 times" in root
    assert "2nd time" in again

    await oda.presses("Acknowledge", "vpn")
    assert "oda is on it" in world.card()

    await world.pass_time(20 * MINUTE)
    await goes_off(world, "cpu", desktop, state="OK")
    ((root, (_, over)),) = world.threads()
    assert "Over after 30 min" in root
    assert "Over after 30 min" in over
    await oda.says("/alerts open")
    assert desktop not in oda.answer


async def test_what_is_acknowledged_in_one_chat_is_acknowledged_in_the_other(both: World) -> None:
    for platform in ("slack", "teams"):
        await subscribes(both, "alarms", platform=platform)
    desktop = both.desktop("mika")
    await goes_off(both, "memory", desktop)

    await both.person("oda", "teams").presses("Acknowledge", "vpn")
    for platform in ("slack", "teams"):
        assert "oda is on it" in both.card("vpn", platform)

    slack = both.person("oda", "slack")
    await slack.says("/alerts open")
    assert "1 alert open, and somebody is on it." in slack.answer

    await goes_off(both, "memory", desktop, state="OK")
    for platform in ("slack", "teams"):
        ((root, _),) = both.threads("vpn", platform)
        assert "Over after" in root


async def test_one_alarm_by_three_ways_is_one(world: World) -> None:
    await subscribes(world, "alarms")
    desktop, at = world.desktop("mika"), world.now()
    for way in ("eventbridge", "sns", "direct"):
        await goes_off(world, "disk", desktop, at=at, by=way)

    ((_, replies),) = world.threads()
    assert not replies


async def test_what_comes_late_changes_nothing(world: World) -> None:
    await subscribes(world, "alarms")
    desktop, begun = world.desktop("mika"), world.now()
    await world.pass_time(5 * MINUTE)
    await goes_off(world, "cpu", desktop, state="OK")
    await goes_off(world, "cpu", desktop, at=begun)

    oda = world.person("oda")
    await oda.says("/alerts open")
    assert desktop not in oda.answer
    assert not any("is high" in root.partition("\n")[0] and "Over" not in root for root in world.cards())


async def test_who_is_on_it_is_asked_after_an_hour_and_then_nobody_is(world: World) -> None:
    await subscribes(world, "alarms")
    oda, desktop = world.person("oda"), world.desktop("mika")
    await goes_off(world, "cpu", desktop)
    await oda.presses("Acknowledge", "vpn")

    await world.pass_time(HOUR + MINUTE)
    await world.watch()
    ((_, replies),) = world.threads()
    assert "still open" in replies[-1]

    await world.pass_time(16 * MINUTE)
    await world.watch()
    card = card_of(oda, "is high")
    assert "is on it" not in card.text
    assert "Acknowledge" in card.buttons


async def test_a_mute_says_what_it_would_have_hidden_and_hides_it_until_its_end(world: World) -> None:
    await subscribes(world, "alarms budgets")
    desktop = world.desktop("mika")
    await goes_off(world, "cpu", desktop)
    await goes_off(world, "cpu", desktop, state="OK")

    shown = await mutes(world, "2h alarms")
    assert "Today it would have hidden 2 of the 2 alerts" in shown
    assert f"CPU of {desktop} is high" in shown

    await world.pass_time(10 * MINUTE)
    await goes_off(world, "disk", desktop)
    await world.happens(
        {
            "Subject": "AWS Budgets: Desks has exceeded your alert threshold",
            "Message": "Budget Name: Desks\nBudget Type: Cost\nBudgeted Amount: $100.00\nAlert Type: ACTUAL\n"
            "Alert Threshold: > $80.00\nACTUAL Amount: $91.00\n",
        }
    )
    assert not told(world, "A disk of")
    assert told(world, "Desks"), "a mute of alarms hides no budget"

    await world.pass_time(2 * HOUR)
    await world.watch()
    assert "While this was muted: 1 alert" in world.card()
    assert f"A disk of {desktop}" in world.card()


async def test_unmuted_what_was_held_is_told_at_once(world: World) -> None:
    await subscribes(world, "alarms")
    oda, desktop = world.person("oda"), world.desktop("mika")
    await mutes(world, "2h")
    await goes_off(world, "cpu", desktop)
    assert not world.cards()

    await oda.says("/alerts unmute", "vpn")

    assert f"CPU of {desktop} is high" in world.card()


async def test_outside_of_its_hours_a_place_is_left_alone(world: World) -> None:
    hour = datetime.fromtimestamp(world.now(), ZoneInfo("Europe/Berlin")).hour
    await subscribes(world, f"alarms --hours {(hour + 2) % 24}-{(hour + 4) % 24} Europe/Berlin")
    await goes_off(world, "cpu", world.desktop("mika"))
    assert not world.cards()

    await world.pass_time(2 * HOUR + MINUTE)
    await world.watch()
    assert world.desktop("mika") in world.card()

    await goes_off(world, "disk", world.desktop("ren"))
    assert f"A disk of {world.desktop('ren')}" in world.card()


async def test_notices_come_together_and_page_nobody(world: World) -> None:
    await subscribes(world, "instances")
    for _ in range(3):
        await world.happens("instance-launched")
    assert not world.cards()

    await world.pass_time(2 * MINUTE)
    await world.watch()

    (together,) = world.cards()
    assert len(set(re.findall(r"i-[0-9a-f]{8,}", together))) == 3
    assert "Acknowledge" not in together


async def test_only_what_was_subscribed_is_heard(world: World) -> None:
    await subscribes(world, f"cpu --resource {world.desktop('mika')}")
    await goes_off(world, "cpu", world.desktop("ren"))
    await goes_off(world, "memory", world.desktop("mika"))
    assert not world.cards()

    await goes_off(world, "cpu", world.desktop("mika"))
    assert len(world.cards()) == 1


async def test_staff_hear_what_is_theirs_and_operators_subscribe_channels(world: World) -> None:
    ren, oda = world.person("ren"), world.person("oda")
    await ren.says("/alerts subscribe alarms", "vpn")
    assert "Only an operator may" in ren.answer
    await oda.says("/alerts subscribe all --place webhook:deskside/webhook/ops", "vpn")
    assert "Only an admin may" in oda.answer
    await oda.says("/alerts subscribe alarms", "ops")
    assert not world.cards("ops")

    await ren.says("/alerts subscribe alarms", ren.dm)
    await goes_off(world, "cpu", world.desktop("mika"))
    await goes_off(world, "cpu", world.desktop("ren"))

    assert not ren.told(world.desktop("mika"))
    assert ren.told(world.desktop("ren"))


async def test_a_webhook_place_hears_and_is_disabled_when_its_address_is_gone(world: World) -> None:
    place = await world.webhook("vpn", "ops")
    alex = world.person("alex")
    await alex.says(f"/alerts subscribe alarms --place {place}", "deskside-admin")
    assert "From now on" in alex.answer, alex.answer
    await goes_off(world, "cpu", world.desktop("mika"))
    (post,) = world.webhook_posts()
    assert "is high" in post

    world.loses_webhook("ops")
    await goes_off(world, "cpu", world.desktop("ren"))
    (gone,) = (text for text in world.cards("deskside-admin") if "cannot be written to" in text)
    assert "http" not in gone


async def test_a_channel_that_is_gone_is_disabled_after_telling_the_admins(world: World) -> None:
    await subscribes(world, "alarms")
    world.side().archives("vpn")
    await goes_off(world, "cpu", world.desktop("mika"))
    await goes_off(world, "cpu", world.desktop("ren"))
    (gone,) = world.cards("deskside-admin")
    assert "cannot be written to" in gone

    world.side().archives("vpn", archived=False)
    await goes_off(world, "disk", world.desktop("ren"))
    assert not world.cards(), "it hears nothing until somebody subscribes it again"
    oda = world.person("oda")
    await oda.says("/alerts list", "vpn")
    assert "hears nothing" in oda.answer
    await subscribes(world, "alarms")
    await goes_off(world, "memory", world.desktop("ren"))
    assert f"Memory of {world.desktop('ren')}" in world.card()


async def test_an_event_that_nobody_knows_is_told_as_it_is(world: World) -> None:
    await subscribes(world, "all")
    await world.happens({"surprise": {"inner": "something new"}})
    await world.pass_time(2 * MINUTE)
    await world.watch()

    assert "surprise" in world.card()
    assert "something new" in world.card()


async def test_a_dead_letter_is_announced_and_sent_again(world: World) -> None:
    await subscribes(world, "alarms")
    dead = world.queue.dead_letters()
    assert dead is not None
    await world.stop_bots()
    await world.happens(world.alarm("cpu", world.desktop("mika")))
    (letter,) = world.take_messages()
    dead.send_text(letter)
    await world.start_bot()

    await world.watch()
    (announced,) = world.cards("deskside-admin")
    assert "could not be handled" in announced
    assert f"It says: CPU of {world.desktop('mika')} is high" in announced
    await world.person("alex").presses("Send again", "deskside-admin")

    assert f"CPU of {world.desktop('mika')} is high" in world.card()
