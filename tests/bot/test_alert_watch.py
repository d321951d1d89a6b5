"""The watch of a bot that has much to tell, and of one that comes after a bot which died."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from aws_ops import clock, heartbeat
from bot.alert_watch import AlertWatch
from commands.config_alerts import Alerts
from notifiers import alert_items, subscription_items
from notifiers.alerting import Alerting
from notifiers.held import Entry
from notifiers.message import Message
from notifiers.subscriptions import Filter
from tests.bot.conftest import House
from tests.bot.test_alerts import VPN, alarm, hear, subscribe
from tests.notifiers.alerting.raised import failure

P = ParamSpec("P")
T = TypeVar("T")


class Telling:
    """Tells an alert for ever."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def changed(self, _: str) -> None:
        self.begun.set()
        await asyncio.Event().wait()

    async def end_mutes(self) -> None:
        raise AssertionError("it comes after that")


async def test_a_bot_that_has_much_to_tell_is_alive(house: House) -> None:
    desk, beats, telling = house.build().desk, 0, Telling()
    await asyncio.to_thread(alert_items.accept, desk.table, failure())

    async def in_thread(func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        nonlocal beats
        beats += telling.begun.is_set() and cast(object, func) is heartbeat.beat
        return await asyncio.to_thread(func, *args, **kwargs)

    async def say(_: str, __: Message, ___: Entry) -> None:
        raise AssertionError("there is no dead letter")

    watch = AlertWatch(desk, None, in_thread, cast(Alerting, telling), say, Alerts)
    keeping = asyncio.create_task(watch.keep(0.01))
    await house.until(lambda: beats > 2)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_what_was_unmuted_by_a_bot_that_died_over_it_is_told(house: House) -> None:
    app = await house.start()
    await subscribe(app, VPN)
    until = clock.epoch() + 7200
    mute = subscription_items.mute(VPN, Filter(), severity="critical", alert=None, until=until, by="mika@example.com")
    await asyncio.to_thread(subscription_items.write_mute, app.desk.table, mute)
    await hear(house, app, alarm())
    await app.watch()
    await house.quiet()
    assert house.slack.person("mika").sees() == []
    await asyncio.to_thread(subscription_items.end_mute, app.desk.table, VPN, mute.id)
    await app.watch()
    await house.until(lambda: house.slack.person("mika").sees())
    assert "While this was muted: 1 alert" in house.slack.person("mika").sees()[0].text


async def test_many_dead_letters_are_a_list_in_which_each_can_be_sent_again(house: House) -> None:
    app = await house.start()
    dead = await asyncio.to_thread(app.desk.queue.dead_letters)
    assert dead is not None
    for number in range(13):
        await asyncio.to_thread(dead.send_text, f"plain {number}")
    for _ in range(2):
        await app.watch()
        await house.quiet()
    *each, held = house.slack.person("alex").sees("#deskside-admin")
    assert len(each) == 10
    assert held.plain.count("nobody knows why; deskside resend ") == 3
