"""Alerts in the bot: who stops hearing them, who looks after them, and what is counted."""

import asyncio
import json
from typing import Any

import pytest

from aws_ops import heartbeat
from bot.app import App
from notifiers import alert_items, subscription_items
from notifiers.message import line
from notifiers.place import Place
from notifiers.subscriptions import Filter
from sandbox.aws.faults import Fault
from tests.bot.conftest import House

VPN = "slack:C0VPN00001"
DEE, MIKA = "person:dee@example.com", "person:mika@example.com"


async def subscribe(app: App, *places: str, tag: str | None = None) -> None:
    for place in places:
        wanted = subscription_items.subscription(
            place, Filter(tag=tag), severity="info", hours=None, by=place.partition(":")[2], scope="all"
        )
        await asyncio.to_thread(subscription_items.write, app.desk.table, wanted)


async def hear(house: House, app: App, event: Any) -> None:
    await asyncio.to_thread(app.desk.queue.send, {"v": 1, "kind": "aws", "event": event})
    await house.until(lambda: not house.aws.waiting_messages())
    await house.quiet()


def alarm() -> dict[str, Any]:
    metric = {"name": "CPUUsage", "namespace": "AWS/WorkSpaces", "dimensions": {"WorkspaceId": "ws-0abcdef01"}}
    return {
        "id": "1",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": "2026-11-27T09:15:42Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:cpu"],
        "detail": {
            "alarmName": "cpu",
            "state": {"value": "ALARM", "reason": "Because.", "timestamp": "2026-11-27T09:15:42.305+0000"},
            "configuration": {"metrics": [{"id": "m", "metricStat": {"metric": metric}, "returnData": True}]},
        },
    }


async def test_leavers_lose_their_subscriptions(house: House) -> None:
    app = await house.start()
    await subscribe(app, DEE, MIKA, VPN)
    await app.sweep_leavers()
    left = await asyncio.to_thread(subscription_items.everywhere, app.desk.table)
    assert {one.place for one in left} == {MIKA, VPN}
    house.slack.fail("*", "invalid_auth", times=100)
    await subscribe(app, DEE)
    await app.sweep_leavers()
    assert await asyncio.to_thread(subscription_items.at_place, app.desk.table, DEE)


async def test_a_place_that_is_gone_hears_no_more(house: House) -> None:
    app = await house.start()
    gone = "slack:C0GONE0001"
    await subscribe(app, gone, VPN)
    await hear(house, app, alarm())
    assert len(house.slack.person("mika").sees()) == 1
    (one,) = await asyncio.to_thread(subscription_items.at_place, app.desk.table, gone)
    assert one.disabled is not None
    assert "channel_not_found" in one.disabled.why
    assert any("C0GONE0001" in shown.text for shown in house.slack.person("alex").sees("#deskside-admin"))


async def test_what_comes_is_counted_by_kind(house: House) -> None:
    app = await house.start()
    for event in (alarm(), alarm(), {"strange": True}):
        await hear(house, app, event)
    _, text = await house.get(app.admin_port, "/metrics")
    counted = {line.split(" ")[0]: line.split(" ")[1] for line in text.splitlines() if "deskside_alerts_total{" in line}
    assert counted == {
        'deskside_alerts_total{kind="alarm",outcome="opened"}': "1.0",
        'deskside_alerts_total{kind="other",outcome="notice"}': "1.0",
        'deskside_alerts_total{kind="other",outcome="unread"}': "1.0",
    }


async def test_an_alert_whose_tags_nobody_can_tell_is_heard(house: House, caplog: pytest.LogCaptureFixture) -> None:
    app = await house.start()
    await subscribe(app, VPN, tag="Env=Prod")
    await hear(house, app, alarm())
    assert len(house.slack.person("mika").sees()) == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_only_one_bot_looks_after_alerts_and_every_one_is_alive(house: House) -> None:
    one, two = await house.start(), await house.start()
    table = one.desk.table
    await hear(house, one, alarm())
    (life,) = await asyncio.to_thread(alert_items.found, table)
    for bot in (one, two):
        await bot.watch()
    assert await asyncio.to_thread(heartbeat.age_s, table) is not None
    assert await asyncio.to_thread(alert_items.acknowledge, table, life.fingerprint, "mika@example.com")
    await two.watch()
    assert (await asyncio.to_thread(alert_items.found, table))[0].untold
    await one.stop()
    await two.watch()
    assert not (await asyncio.to_thread(alert_items.found, table))[0].untold


async def test_a_dead_letter_that_cannot_be_kept_stays_where_it_is(house: House) -> None:
    app = await house.start(DESKSIDE_BUCKET="")
    dead = await asyncio.to_thread(app.desk.queue.dead_letters)
    assert dead is not None
    await asyncio.to_thread(dead.send_text, json.dumps({"v": 1, "kind": "aws", "event": "x" * 250_000}))
    await asyncio.to_thread(dead.send_text, "plain")
    await app.watch()
    await house.until(lambda: house.slack.person("alex").sees("#deskside-admin"))
    await house.quiet()
    (told,) = house.slack.person("alex").sees("#deskside-admin")
    assert "A message could not be handled" in told.text


async def test_a_look_that_fails_stops_no_other(house: House) -> None:
    app = await house.start()
    house.aws.fault(Fault(service="SQS", operation="GetQueueAttributes", error="AccessDenied", times=9))
    await app.watch()
    await app.outbox.post(Place.parse(VPN), "1", line("still here"))
    await house.quiet()
    assert len(house.slack.person("mika").sees()) == 1
