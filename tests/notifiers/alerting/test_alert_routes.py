"""Where an alert is heard, as it is asked for: what has to be known, from whom, and what where nobody can tell."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from aws_ops.table import Item, Table
from notifiers import subscription_items
from notifiers.alert_routes import Routes
from notifiers.subscriptions import About, Filter
from tests.notifiers.alerting.raised import alarm

VPN, MIKA = "slack:C0VPN", "person:mika@example.com"
PROD = About(tags={"Env": "Prod"}, owner="ren@example.com")


class Counted(Table):
    """A table that counts how often its index is asked."""

    asked = 0

    def query_index(self, g1pk: str, **how: Any) -> list[Item]:
        self.asked += 1
        return super().query_index(g1pk, **how)


@pytest.fixture
def counted(table: Table) -> Counted:
    return Counted(table._client, table.name)


class Known:
    """What can be told of resources and people."""

    def __init__(self) -> None:
        self.about: Mapping[str, About] = {"ws-0a1b2c3d4": PROD}
        self.asked: list[Collection[str]] = []
        self.sees = True
        self.silent = False

    async def tell(self, resources: Collection[str]) -> Mapping[str, About]:
        self.asked.append(resources)
        if self.silent:
            raise ConnectionError("AWS is away")
        return self.about

    async def sees_all(self, key: str) -> bool:
        if self.silent:
            raise ConnectionError("the chat is away")
        return self.sees


def subscribe(table: Table, place: str, **what: Any) -> str:
    wanted = subscription_items.subscription(
        place, Filter(**what), severity="info", hours=None, by="oda@example.com", scope="all"
    )
    subscription_items.write(table, wanted)
    return wanted.id


async def heard(routes: Routes) -> list[str]:
    wishes = await asyncio.to_thread(routes.look)
    return [str(route.place) for route in await routes.of(alarm("open"), wishes)]


def made(table: Table, known: Known) -> Routes:
    return Routes(table, known.tell, known.sees_all, lambda: 60)


async def test_what_is_subscribed_is_read_once_for_many_events_and_anew_after_each_change(counted: Counted) -> None:
    routes = made(counted, Known())
    named = subscribe(counted, VPN)
    assert [await heard(routes) for _ in range(3)] == [[VPN]] * 3
    assert counted.asked == 2  # subscriptions, and mutes
    subscription_items.remove(counted, VPN, named)
    assert await heard(routes) == []


async def test_resources_are_looked_up_only_for_whoever_cares(table: Table) -> None:
    known = Known()
    routes = made(table, known)
    subscribe(table, VPN)
    await heard(routes)
    assert known.asked == []
    subscribe(table, "slack:C0PROD", tag="Env=Prod")
    subscribe(table, "slack:C0TEST", tag="Env=Test")
    assert await heard(routes) == ["slack:C0PROD", VPN]
    known.silent = True
    assert await heard(routes) == ["slack:C0PROD", "slack:C0TEST", VPN]


async def test_whoever_may_not_see_all_any_more_hears_only_what_is_theirs(table: Table) -> None:
    known = Known()
    routes = made(table, known)
    subscribe(table, MIKA)
    assert await heard(routes) == [MIKA]
    known.sees = False
    assert await heard(routes) == []
    known.about = {"ws-0a1b2c3d4": About(tags={}, owner="mika@example.com")}
    assert await heard(routes) == [MIKA]
    known.silent = True
    assert await heard(routes) == [MIKA], "what nobody can tell is as it was"
