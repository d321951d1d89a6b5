"""What is told of alerts, where and when: by anybody, once, whoever dies on the way."""

import asyncio
from collections.abc import Callable

import pytest

from notifiers import alert_items, alert_life
from notifiers.alert_life import Life
from notifiers.place import Place
from notifiers.subscriptions import Route
from tests.notifiers.alerting.raised import T0, event, nobody_knows
from tests.notifiers.alerting.world import Hearing
from tests.notifiers.outbox.world import OPS, VPN, Replicas

HOUR = 3600
MIKA = "mika@example.com"
RAISED = "post: cpu: Because"


@pytest.fixture
def hearing(replicas: Replicas, later: Callable[[int], None]) -> Hearing:
    later(HOUR)
    return Hearing(replicas)


def the_alarm(hearing: Hearing) -> Life:
    (found,) = alert_items.found(hearing.table)
    return found


def said(hearing: Hearing, place: Place = VPN) -> list[str]:
    """What was said there, each up to its first punctuation."""
    return [words.split(".")[0].split(",")[0] for words in hearing.wall.heard(place)]


async def test_it_is_told_to_the_end_whoever_dies_on_the_way(hearing: Hearing, later: Callable[[int], None]) -> None:
    """Killed before its first call, its second …, until one lives through all of it."""
    for number in range(20):
        raised = event("ALARM", number, f"alarm {number}")
        survived = True
        try:
            await hearing.make(dies_after=number).hear(raised, T0)
        except ConnectionError:
            survived = False
            later(30)  # so the lease of the dead one ends
            await hearing.make().hear(raised, T0)
        await hearing.replicas.quiet()
        assert [words for words in said(hearing) if f"alarm {number}" in words] == [f"post: alarm {number}: Because"]
        if survived:
            break
    else:
        raise AssertionError("every one died")
    assert number == 2
    assert not [life for life in alert_items.found(hearing.table) if life.untold]


async def test_replicas_that_hear_it_at_once_say_it_once(hearing: Hearing) -> None:
    one, two = hearing.make(), hearing.make()
    await asyncio.gather(*(each.hear(event("ALARM"), T0) for each in (one, two, one, two)))
    await asyncio.gather(*(each.hear(nobody_knows(1), T0) for each in (one, two, one, two)))
    await hearing.replicas.quiet()
    assert len(hearing.wall.heard()) == 2
    assert sorted(hearing.counted) == [("alarm", "opened"), ("other", "notice"), ("other", "unread")]


async def test_what_is_heard_again_costs_no_look_at_the_subscriptions(hearing: Hearing) -> None:
    alerting = hearing.make()
    for _ in range(3):
        await alerting.hear(event("ALARM"), T0)
        await alerting.hear(nobody_knows(1), T0)
    assert len(hearing.heard) == 2


async def test_one_alarm_after_another_has_a_card_of_its_own(hearing: Hearing) -> None:
    alerting = hearing.make()
    for state, after in (("ALARM", 0), ("OK", 60), ("ALARM", 120)):
        await alerting.hear(event(state, after), T0)
        await hearing.replicas.quiet()
    over = "In alarm: cpu: over after 1 min"
    assert said(hearing) == [RAISED, f"update: {over}", f"reply to {over}", RAISED]


async def test_the_end_of_an_episode_is_told_before_the_next_begins(hearing: Hearing) -> None:
    await hearing.make().hear(event("ALARM"), T0)
    with pytest.raises(ConnectionError):
        await hearing.make(dies_after=1).hear(event("OK", 60), T0)
    assert the_alarm(hearing).untold
    await hearing.make().hear(event("ALARM", 120), T0)
    await hearing.replicas.quiet()
    assert said(hearing)[-1] == RAISED
    assert any("over after 1 min" in words for words in hearing.wall.heard())
    # The queue brings what the dead one had in hand again.
    before = list(hearing.wall.heard())
    await hearing.make().hear(event("OK", 60), T0)
    await hearing.replicas.quiet()
    assert hearing.wall.heard() == before


async def test_where_nothing_is_to_be_heard_a_card_is_kept_up_to_date_in_silence(hearing: Hearing) -> None:
    hearing.routes = (Route(VPN), Route(OPS))
    alerting = hearing.make()
    await alerting.hear(event("ALARM"), T0)
    await hearing.replicas.quiet()
    hearing.routes = (Route(OPS, int(T0) + 9 * HOUR, "muted"),)
    await alerting.hear(event("ALARM", 30), T0)
    await alerting.hear(event("OK", 60), T0)
    await hearing.replicas.quiet()
    for place in (VPN, OPS):
        assert said(hearing, place)[0] == RAISED
        assert {words.split(":")[0] for words in said(hearing, place)[1:]} == {"update"}
        assert "over after" in said(hearing, place)[-1]


async def test_what_is_muted_is_told_as_it_is_when_the_mute_ends(hearing: Hearing) -> None:
    hearing.routes = (Route(VPN, int(T0) + 9 * HOUR, "muted"),)
    alerting = hearing.make()
    for state, after in (("ALARM", 0), ("ALARM", 30), ("OK", 60)):
        await alerting.hear(event(state, after), T0)
    await hearing.replicas.quiet()
    assert hearing.wall.heard() == []
    await alerting.unmuted(VPN)
    await hearing.replicas.quiet()
    assert len(hearing.wall.heard()) >= 1
    (shown,) = hearing.wall.shown.values()
    assert "1 alert" in shown or "render-07" in shown


async def test_whoever_unsubscribes_before_it_is_shown_never_sees_it(hearing: Hearing) -> None:
    hearing.routes = (Route(VPN, int(T0) + 9 * HOUR, "hours"),)
    alerting = hearing.make()
    await alerting.hear(event("ALARM"), T0)
    hearing.routes = ()
    await alerting.hear(event("OK", 60), T0)
    await hearing.replicas.quiet()
    assert hearing.wall.heard() == []


async def test_whoever_is_on_it_is_asked_in_their_own_chat_too(hearing: Hearing) -> None:
    alerting = hearing.make()
    await alerting.hear(event("ALARM"), T0)
    await hearing.replicas.quiet()
    fingerprint, now = the_alarm(hearing).fingerprint, int(T0) + HOUR
    assert alert_items.acknowledge(hearing.table, fingerprint, MIKA) is not None
    assert alert_items.change(hearing.table, fingerprint, lambda life: alert_life.grow_old(life, now, 0, 900))
    await alerting.changed(fingerprint)
    await hearing.replicas.quiet()
    assert said(hearing) == [RAISED, "update: cpu: Because", "reply to cpu: Because"]
    (asked,) = said(hearing, Place.person(MIKA))
    assert asked.startswith("post: You acknowledged this at")


async def test_a_trial_is_told_in_one_place_and_acknowledged_there(hearing: Hearing) -> None:
    hearing.routes = (Route(OPS),)
    alerting = hearing.make()
    await alerting.test(VPN, MIKA)
    await hearing.replicas.quiet()
    assert said(hearing) == ["post: mika tries whether alerts are heard here"]
    life = alert_items.acknowledge(hearing.table, the_alarm(hearing).fingerprint, "ren@example.com")
    assert life is not None
    await alerting.changed(life.fingerprint)
    await hearing.replicas.quiet()
    assert said(hearing)[-1].startswith("reply to A test alert: dealt with by ren after")
    assert hearing.wall.heard(OPS) == []


async def test_what_occurred_is_remembered_with_where_it_was_told(hearing: Hearing) -> None:
    alerting = hearing.make()
    await alerting.hear(event("ALARM"), T0)
    hearing.routes = ()
    await alerting.hear(event("OK", 60), T0)
    await alerting.hear(event("ALARM", 30), T0)
    occurred = alert_items.heard_since(hearing.table, T0 - HOUR)
    assert [(one.at - T0, one.verdict, one.places) for one in occurred] == [
        (0, "changed", (str(VPN),)),
        (30, "stale", ()),
        (60, "changed", ()),
    ]
    assert alert_items.heard_since(hearing.table, T0 + 45) == occurred[2:]
