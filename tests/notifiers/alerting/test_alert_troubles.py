"""What stands in the way of alerts: others at the same moment, items that cannot be read, and states that change."""

import asyncio
from collections.abc import Callable

import pytest

from aws_ops.table import Table, Write
from notifiers import alert_items, subscription_items
from notifiers.alert_routes import Routes
from notifiers.alerts.alert import Alert
from notifiers.subscriptions import About, Filter, Route
from tests.notifiers.alerting.raised import T0, alarm, event, failure
from tests.notifiers.alerting.world import Hearing
from tests.notifiers.outbox.world import HOOK, OPS, VPN, Replicas

HOUR = 3600


@pytest.fixture
def hearing(replicas: Replicas, later: Callable[[int], None]) -> Hearing:
    later(HOUR)
    return Hearing(replicas)


class Between(Table):
    """A table on which somebody else is quicker, once."""

    def __init__(self, table: Table, first: Callable[[], object]) -> None:
        super().__init__(table._client, table.name)
        self._first = [first]

    def transact(self, *writes: Write) -> bool:
        while self._first:
            self._first.pop()()
        return super().transact(*writes)


async def test_what_is_over_does_not_begin_while_another_replica_hears_that(hearing: Hearing) -> None:
    table = hearing.table
    alert_items.accept(table, alarm("closed"))
    between = Between(table, lambda: alert_items.accept(table, alarm("closed", 120)))
    assert alert_items.accept(between, alarm("open", 60)).verdict == "stale"
    assert alert_items.open_alerts(table) == ()


async def test_one_that_cannot_be_read_is_in_the_way_of_no_other(
    hearing: Hearing, caplog: pytest.LogCaptureFixture
) -> None:
    for alert in (alarm("open"), failure()):
        alert_items.accept(hearing.table, alert)
    newer = '{"of": "a newer version"}'
    hearing.table.update(f"ALERT#{failure().fingerprint}", "META", set={"alert": newer, "opened": newer})
    assert [life.opened for life in alert_items.found(hearing.table)] == [alarm("open")]
    assert failure().fingerprint in caplog.text


async def test_whoever_hears_only_that_it_became_worse_hears_that_it_is_over(hearing: Hearing) -> None:
    async def of(alert: Alert, _: object) -> tuple[Route, ...]:
        return tuple(Route(place) for place in (VPN, HOOK) if alert.severity == "critical")

    hearing.of = of  # type: ignore[method-assign]
    alerting = hearing.make()
    for state, after in (("ALARM", 0), ("ALARM", 60), ("OK", 120)):
        raised = event(state, after)
        raised["detail"]["configuration"] = {"description": "Sev-1"} if after else {}
        await alerting.hear(raised, T0)
        await hearing.replicas.quiet()
    for place in (VPN, HOOK):
        assert "over after 2 min" in hearing.wall.heard(place)[-1], place
    assert [words.split(":")[0] for words in hearing.wall.heard(VPN)] == ["post", "update", "reply to In alarm"]


async def test_what_is_held_back_is_told_when_nothing_is_muted_whoever_died_over_that(hearing: Hearing) -> None:
    until = int(T0) + 9 * HOUR
    muted = (
        subscription_items.mute(str(VPN), Filter(), severity="critical", alert=None, until=until, by=by) for by in "ab"
    )
    one, two = muted
    for mute in (one, two):
        subscription_items.write_mute(hearing.table, mute)
    hearing.routes = (Route(VPN, until, "muted"), Route(HOOK, until, "hours"))
    alerting = hearing.make()
    await alerting.hear(event("ALARM"), T0)
    for mute in (one, two):
        await alerting.end_mutes()
        await hearing.replicas.quiet()
        assert hearing.wall.heard() == []
        # Whoever types /alerts unmute dies before what was held back is told.
        subscription_items.end_mute(hearing.table, mute.place, mute.id)
    await alerting.end_mutes()
    await hearing.replicas.quiet()
    assert "1 alert" in hearing.wall.heard()[0]
    assert hearing.wall.heard(HOOK) == []


async def test_a_subscription_of_a_place_that_this_version_does_not_know_is_in_the_way_of_no_other(
    hearing: Hearing,
) -> None:
    wanted = subscription_items.subscription(
        str(VPN), Filter(), severity="info", hours=None, by="oda@example.com", scope="all"
    )
    subscription_items.write(hearing.table, wanted)
    item = hearing.table.query_index("SUB")[0]
    hearing.table.put({**item, "pk": "SUB#pager:noc", "place": "pager:noc", "g1sk": f"pager:noc#{wanted.id}"})

    async def tell(_: object) -> dict[str, About]:
        return {}

    async def sees_all(_: str) -> bool:
        return True

    routes = Routes(hearing.table, tell, sees_all, lambda: 60)
    assert await routes.of(alarm("open"), routes.look()) == (Route(VPN),)


async def test_whoever_unsubscribes_meanwhile_is_not_left_with_what_is_wrong_no_more(
    hearing: Hearing, later: Callable[[int], None]
) -> None:
    hearing.routes = (Route(VPN), Route(OPS, int(T0) + 2 * HOUR, "hours"), Route(HOOK, int(T0) + 2 * HOUR, "muted"))
    alerting, holding = hearing.make(), asyncio.Event()
    hearing.wall.before = lambda place, _: holding.wait() if place == VPN else None
    await alerting.hear(event("ALARM", 0, "another"), T0)
    await alerting.hear(event("ALARM"), T0)
    hearing.routes = ()
    await alerting.hear(event("OK", 60), T0)
    holding.set()
    await hearing.replicas.quiet()
    assert "cpu: Because." not in hearing.wall.shown.values()
    assert any("over after 1 min" in words for words in hearing.wall.heard(VPN))
    later(2 * HOUR)
    await hearing.replicas.outboxes[0].look()
    await hearing.replicas.quiet()
    lines = [text for text in hearing.wall.everything() if "In alarm: cpu" in text]
    assert len(lines) == 2
    assert all("over after 1 min" in text for text in lines)
