"""How fast an event of AWS becomes a message, beside a plain notifier that reads it, formats it and posts it.

`python -m bench.bench_alerts` lets them post to the same chat on loopback in turns and prints the ratios of events per
second (best of the rounds), and how late Deskside is to a place's turn when 500 places are talked to at their pace.

The plain notifier takes one event after the other and posts with Slack's own client, as its documentation shows: with a
connection for each post. The bare ones have nothing but a pool of connections, one with one event after the other, one
with as many at once as Deskside. Deskside's side is the real one,
from the queue's text to the post, with leases, books and threads of replies; its table is in memory and answers at
once, without the threads that a real one is asked in, and no place has to be waited for.
"""

import asyncio
import gc
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, ParamSpec, TypeVar

import aiohttp
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bench.alerts_world import PLACES, chat, event, machine, place_id
from bench.memory_table import MemoryTable
from bot.work import Threads
from notifiers import subscription_items
from notifiers.alert_routes import Routes
from notifiers.alerting import Alerting
from notifiers.member import Member
from notifiers.message import Message, line
from notifiers.outbox import Outbox
from notifiers.place import Place
from notifiers.slack import Slack
from notifiers.slack_api import SlackApi
from notifiers.subscriptions import About, Filter

P = ParamSpec("P")
T = TypeVar("T")

ROUNDS, EVENTS, AT_ONCE = 5, 1_000, 20
PACED_PLACES, PACED, PACE_S = 500, 6, 1.0
TOKEN = "xoxb-bench"  # noqa: S105 - for a chat that looks at nothing

Hear = Callable[[str], Awaitable[Any]]

CHANNELS = {machine(number): place_id(number) for number in range(PLACES)}


def channel(number: int) -> Place:
    """A place of the benchmark."""
    return Place(scheme="slack", id=place_id(number))


def formatted(body: str) -> dict[str, Any]:
    """A queue's text as a plain notifier says it."""
    event = json.loads(body)["event"]
    detail = event["detail"]
    name, state = detail["alarmName"], detail["state"]
    metric = detail["configuration"]["metrics"][0]["metricStat"]["metric"]
    resource = metric["dimensions"]["InstanceId"]
    text = f"*{name}* is {state['value']}: {metric['name']} of {resource}. {state['reason']}"
    where = f"{event['account']} {event['region']} {event['time']}"
    return {
        "channel": CHANNELS[resource],
        "text": text,
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": name}},
            {"type": "section", "text": {"type": "mrkdwn", "text": text}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": where}]},
        ],
    }


async def in_turn(func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What the thread pool does, for a table that nobody waits for."""
    return func(*args, **kwargs)


class Deskside:
    """The real path of an event, with its table in memory."""

    def __init__(self, slack: Slack) -> None:
        table = MemoryTable()
        for number in range(PLACES):
            wanted = subscription_items.subscription(
                str(channel(number)),
                Filter(kinds=("cpu",), resource=machine(number)),
                severity="info",
                hours=None,
                by="mika@example.com",
                scope="all",
            )
            subscription_items.write(table, wanted)
        self.outbox = Outbox(
            table, {"slack": slack}, in_turn, lambda _: True, lambda: channel(0), pace=0.0, flood=lambda: 10 * EVENTS
        )
        routes = Routes(table, _nobody_asks, _sees_all, lambda: 60)
        self._alerting = Alerting(table, self.outbox, in_turn, routes, _zone)

    async def hear(self, body: str) -> None:
        await self._alerting.hear(json.loads(body)["event"], time.time())

    async def done(self) -> None:
        """Wait until everything is posted."""
        while self.outbox.busy():  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0.001)


async def _nobody_asks(_resources: Collection[str]) -> Mapping[str, About]:
    raise AssertionError("no subscription asks for tags")


async def _sees_all(_key: str) -> bool:
    return True


async def _zone(_place: Place) -> str:
    return "Europe/Berlin"


async def _nobody(_key: str) -> Member | None:
    return None


async def rate(hear: Hear, at_once: int, done: Callable[[], Awaitable[None]] | None = None) -> float:
    """Events a second, so many at a time, until the last is posted."""
    waiting = [event(number % PLACES) for number in range(EVENTS)]
    gc.collect()
    gc.freeze()  # what was made before is nobody's to look through

    async def listen() -> None:
        while waiting:
            await hear(waiting.pop())

    began = time.perf_counter()
    await asyncio.gather(*(listen() for _ in range(at_once)))
    if done is not None:
        await done()
    return EVENTS / (time.perf_counter() - began)


async def race(url: str) -> None:
    """All of them in turns, and the ratios."""
    plain, bare, crowd, ours = list[float](), list[float](), list[float](), list[float]()
    client, api = AsyncWebClient(token=TOKEN, base_url=url), SlackApi(SecretStr(TOKEN), url)
    await api.start()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:

        async def post(body: str) -> None:
            async with session.post(f"{url}chat.postMessage", json=formatted(body)) as answer:
                assert (await answer.json())["ok"]

        for _ in range(ROUNDS):
            plain.append(await rate(lambda body: client.chat_postMessage(**formatted(body)), 1))
            bare.append(await rate(post, 1))
            crowd.append(await rate(post, AT_ONCE))
            deskside = Deskside(Slack(api, _nobody))
            ours.append(await rate(deskside.hear, AT_ONCE, deskside.done))
            await deskside.outbox.stop()
    await api.close()
    others = {"plain notifier": plain, "bare notifier": bare, f"bare, {AT_ONCE} at once": crowd}
    for name, rates in {**others, "Deskside": ours}.items():
        print(f"{name:<16} {max(rates):6.0f} events/s   {[round(one) for one in rates]}")
    for name, rates in others.items():
        print(f"ratio            {max(ours) / max(rates):6.2f} x the events/s of the {name}, {PLACES} places")


class Watch:
    """Says things, and notes how much later than a place's turn that is."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.turn: dict[str, float] = {}

    async def post(self, place: Place, message: Message) -> str:
        now = time.monotonic()
        if (turn := self.turn.get(place.id)) is not None:
            self.late.append(now - turn)
        self.turn[place.id] = now + PACE_S
        return "1"

    async def update(self, place: Place, message_id: str, message: Message) -> None:
        raise AssertionError("nothing is changed")

    async def reply(self, place: Place, message_id: str, message: Message) -> str | None:
        raise AssertionError("nothing is answered")


async def pace() -> None:
    """How late a place's turn is."""
    watch, threads = Watch(), Threads()
    outbox = Outbox(MemoryTable(), {"slack": watch}, threads, lambda _: True, lambda: channel(0), pace=PACE_S)
    await outbox.start()
    for number in range(PACED_PLACES):
        for one in range(PACED):
            await outbox.post(channel(number), f"{one}", line(f"message {one}"))
    while len(watch.late) < PACED_PLACES * (PACED - 1) or outbox.busy():  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    await outbox.stop()
    threads.close()
    centiles = statistics.quantiles(watch.late, n=100)
    print(
        f"pacing         {PACED_PLACES} places, {len(watch.late)} messages: late by"
        f" p50 {centiles[49] * 1000:.2f} ms, p99 {centiles[98] * 1000:.2f} ms"
    )


async def main() -> None:
    """The ratio, and the lateness."""
    with chat() as url:
        await race(url)
    await pace()


if __name__ == "__main__":
    asyncio.run(main())
