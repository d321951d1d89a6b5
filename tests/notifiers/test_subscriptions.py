"""Which place hears which alert, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifiers.alerts.alert import Alert
from notifiers.alerts.kinds import GROUPS, KINDS
from notifiers.hours import parse_hours
from notifiers.place import Place
from notifiers.subscriptions import (
    WORDS,
    About,
    Disabled,
    Mute,
    Route,
    Subscription,
    kinds_of,
    narrowed,
    needs_resource,
    route,
    sees_all,
)

NOW = int(datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())  # a Wednesday
OPS, MIKA = "slack:C0OPS", "person:mika@example.com"
MIKAS = {"ws-1": About({"Env": "Prod", "Team": ""}, "mika@example.com")}


def alert(**fields: Any) -> Alert:
    usual: dict[str, Any] = {
        "kind": "cpu",
        "about": "alarm arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu-ws-1",
        "state": "open",
        "at": NOW,
        "key": "k",
        "severity": "warning",
        "title": "CPU is high",
        "summary": "CPU of ws-1 is high.",
        "resources": ("ws-1",),
    }
    return Alert(**{**usual, **fields})


def sub(place: str = OPS, **fields: Any) -> Subscription:
    return Subscription(**{"id": "a1b2c3", "place": place, "by": "oda@example.com", "at": NOW - 60, **fields})


def mute(place: str = OPS, **fields: Any) -> Mute:
    usual: dict[str, Any] = {"id": "d4e5f6", "place": place, "by": "oda@example.com", "at": NOW, "until": NOW + 3600}
    return Mute(**{**usual, **fields})


def heard(*subscriptions: Subscription, about: Mapping[str, About] = MIKAS, **fields: Any) -> bool:
    return bool(route(alert(**fields), subscriptions, (), about, NOW))


def test_every_kind_and_group_can_be_named_once() -> None:
    assert len(WORDS) == len(set(WORDS))
    assert set(WORDS) == {"all", *GROUPS, *KINDS} - {"test"}
    assert kinds_of(("all",)) == kinds_of(()) == set(KINDS) - {"test"}
    assert kinds_of(("budgets", "disk")) == {"budget", "disk"}
    assert kinds_of(("what a newer version wrote",)) == frozenset()


@pytest.mark.parametrize(
    ("subscribed", "hears"),
    [
        ({}, True),
        ({"kinds": ("cpu",)}, True),
        ({"kinds": ("alarms", "budget")}, True),
        ({"kinds": ("disk",)}, False),
        ({"severity": "warning"}, True),
        ({"severity": "critical"}, False),
        ({"resource": "ws-1"}, True),
        ({"resource": "WS-*"}, True),
        ({"resource": "ws-1?"}, False),
        ({"tag": "Env"}, True),
        ({"tag": "Env=Prod"}, True),
        ({"tag": "Team="}, True),
        ({"tag": "Env=Test"}, False),
        ({"tag": "env"}, False),
        ({"scope": "own", "by": "mika@example.com"}, True),
        ({"scope": "own", "by": "oda@example.com"}, False),
        ({"disabled": Disabled(why="archived", at=NOW)}, False),
    ],
)
def test_what_is_heard(subscribed: dict[str, Any], hears: bool) -> None:
    assert heard(sub(**subscribed)) is hears


def test_what_nobody_can_tell_hides_nothing_but_what_is_not_known_to_be_ones_own() -> None:
    own = sub(MIKA, scope="own", by="mika@example.com")

    assert heard(sub(tag="Env=Test"), about={"ws-1": About(None, None)})
    assert heard(sub(tag="Env=Test"), about={})
    assert not heard(sub(tag="Env=Test"), resources=())
    assert not heard(own, about={})
    assert not heard(own, resources=("ws-1", "ws-2"), about={**MIKAS, "ws-2": About({}, "oda@example.com")})
    assert heard(own, resources=("ws-1", "d-0a"))
    assert not route(alert(), [sub()], [mute(tag="Env=Test")], {}, NOW)[0].due


def test_a_resource_is_meant_by_its_name_too() -> None:
    stack = ("arn:aws:cloudformation:eu-west-1:123456789012:stack/prod-web/0a1b",)

    assert heard(sub(resource="prod-*"), resources=stack)
    assert heard(sub(resource=stack[0]), resources=stack)
    assert not heard(sub(resource="web"), resources=stack)


def test_each_place_hears_it_once_and_at_the_earliest() -> None:
    later = sub(hours=parse_hours("18-20", "Europe/Berlin"))
    latest = sub(hours=parse_hours("20-22", "Europe/Berlin"))
    begins = NOW + 6 * 3600

    both = route(alert(), [latest, later, sub(MIKA)], (), {}, NOW)

    assert both == (Route(Place.parse(OPS), begins, "hours"), Route(Place.parse(MIKA)))
    assert route(alert(), [latest, sub(), later], (), {}, NOW) == (Route(Place.parse(OPS)),)
    assert route(alert(severity="critical"), [later], (), {}, NOW)[0].due == begins


def test_what_is_muted_waits_for_the_last_mute_of_its_place() -> None:
    longer = mute(until=NOW + 7200, kinds=("alarms",), by="mika@example.com")
    over, elsewhere, other = mute(until=NOW), mute(MIKA), mute(kinds=("disk",), until=NOW + 9000)

    def due(*mutes: Mute, **fields: Any) -> int | None:
        return route(alert(**fields), [sub()], mutes, MIKAS, NOW)[0].due

    assert due(mute(), longer, other, over) == NOW + 7200
    assert due(over, elsewhere, other) is None
    assert due(mute(severity="warning")) == NOW + 3600
    assert due(mute(severity="warning"), severity="critical") is None
    assert due(mute(alert=alert().fingerprint)) == NOW + 3600
    assert due(mute(alert="0000000000")) is None


def test_a_mute_that_ends_outside_of_hours_goes_on_until_they_begin() -> None:
    hours = parse_hours("8-13", "Europe/Berlin")

    found = route(alert(), [sub(hours=hours)], [mute(until=NOW + 7200)], {}, NOW)

    assert found == (Route(Place.parse(OPS), NOW + 20 * 3600, "hours"),)
    assert route(alert(), [sub(hours=hours)], [mute(until=NOW + 60)], {}, NOW)[0].why == "muted"


def test_notices_are_gathered() -> None:
    minute = NOW // 60 * 60

    found = [route(alert(state="notice", key=str(at)), [sub()], (), {}, minute + at) for at in (0, 59, 60)]

    assert [(one[0].due, one[0].why) for one in found] == [(minute + 60, "notices")] * 2 + [(minute + 120, "notices")]
    assert route(alert(state="notice"), [sub()], [mute()], {}, NOW)[0].why == "muted"


def test_what_has_to_be_looked_up_before() -> None:
    assert not needs_resource([sub()], [mute()])
    assert needs_resource([sub(), sub(tag="Env")])
    assert needs_resource([sub(scope="own")])
    assert needs_resource([sub()], [mute(tag="Env")])


def test_whoever_is_no_operator_any_more_hears_what_is_theirs() -> None:
    subscriptions = [sub(MIKA, by="mika@example.com"), sub(), sub("person:oda@example.com", scope="own")]
    narrow = narrowed(subscriptions, {"mika@example.com", "oda@example.com"})

    assert sees_all(subscriptions) == {"mika@example.com"}
    assert [one.scope for one in narrow] == ["own", "all", "own"]
    assert [str(one.place) for one in route(alert(), narrow, (), MIKAS, NOW)] == [MIKA, OPS]
    assert [str(one.place) for one in route(alert(), narrow, (), {}, NOW)] == [OPS]
