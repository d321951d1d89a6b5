"""Teams: how fast a message is answered, and what it costs Slack on the same event loop.

`python -m bench.bench_teams` prints two ratios, each side by side in one run:

1. message → reply, with the real check of a signed token, beside a stock botbuilder echo bot (best of the rounds);
2. the p99 of Slack's acknowledgement alone, and while Teams sends 100 activities a second to the same process.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bench.bench_slack_ack import signed
from bench.teams_world import Connector

ROUNDS, MESSAGES, AT_ONCE = 4, 300, 10
SLACK_S, SLACK_EVERY_S = 8, 0.01
TEAMS_A_SECOND = 100


@asynccontextmanager
async def bots(connector: Connector) -> AsyncIterator[str]:
    """The measured process; its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.teams_bots", connector.base, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def echoed(session: aiohttp.ClientSession, connector: Connector, url: str) -> float:
    """Messages a second, from the first one sent to the last reply."""
    waiting = [connector.message(f"hello {number}") for number in range(MESSAGES)]
    bearer = {"Authorization": connector.bearer()}

    async def client() -> None:
        while waiting:
            async with session.post(url, json=waiting.pop(), headers=bearer) as answer:
                assert answer.status in {200, 201}, answer.status

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    last = 0.0
    for _ in range(MESSAGES):
        last = await asyncio.wait_for(connector.replies.get(), 30)
    return MESSAGES / (last - began)


async def acknowledged(session: aiohttp.ClientSession, url: str) -> list[float]:
    """Seconds of each of Slack's requests, sent at a steady pace for a while."""
    seconds: list[float] = []
    until = time.perf_counter() + SLACK_S
    while time.perf_counter() < until:
        number = len(seconds)
        body, headers = signed(number)
        began = time.perf_counter()
        async with session.post(url, data=body, headers=headers) as answer:
            assert answer.status == 200, answer.status
        seconds.append(time.perf_counter() - began)
        await asyncio.sleep(max(0.0, SLACK_EVERY_S - seconds[-1]))
    return seconds


async def keep_talking(session: aiohttp.ClientSession, connector: Connector, url: str) -> None:
    """Teams' share of the load, until cancelled."""
    bearer = {"Authorization": connector.bearer()}
    loop, pending = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    async def say() -> None:
        async with session.post(url, json=connector.message(), headers=bearer) as answer:
            assert answer.status in {200, 201}, answer.status

    due = loop.time()
    try:
        while True:
            task = asyncio.create_task(say())
            pending.add(task)
            task.add_done_callback(pending.discard)
            due += 1 / TEAMS_A_SECOND
            await asyncio.sleep(max(0.0, due - loop.time()))
    finally:
        for task in set(pending):
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


def p99(seconds: list[float]) -> float:
    """In milliseconds."""
    return statistics.quantiles(seconds, n=100)[98] * 1000


async def race(session: aiohttp.ClientSession, connector: Connector, url: str) -> None:
    """Both bots in turns, and the ratio."""
    stock, ours = list[float](), list[float]()
    for _ in range(ROUNDS):
        stock.append(await echoed(session, connector, f"{url}/stock"))
        ours.append(await echoed(session, connector, f"{url}/deskside"))
    print(f"stock echo   {max(stock):7.0f} messages answered/s   {stock}")
    print(f"Deskside     {max(ours):7.0f} messages answered/s   {ours}")
    print(f"ratio        {max(ours) / max(stock):7.2f} x the messages/s of a stock botbuilder echo bot")


async def share(session: aiohttp.ClientSession, connector: Connector, url: str) -> None:
    """Slack's acknowledgement alone, beside Deskside's Teams, and beside the stock one."""
    alone = p99(await acknowledged(session, f"{url}/slack"))
    beside = {}
    for name in ("deskside", "stock"):
        talking = asyncio.create_task(keep_talking(session, connector, f"{url}/{name}"))
        beside[name] = p99(await acknowledged(session, f"{url}/slack"))
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        await asyncio.sleep(1)
    print(f"Slack's ack  p99 {alone:6.2f} ms alone")
    for name, milliseconds in beside.items():
        print(f"             p99 {milliseconds:6.2f} ms beside {TEAMS_A_SECOND} activities/s to {name}'s Teams")


async def main() -> None:
    """Both ratios."""
    connector = Connector()
    await connector.start()
    async with bots(connector) as url, aiohttp.ClientSession() as session:
        await race(session, connector, url)
        await share(session, connector, url)
    await connector.stop()


if __name__ == "__main__":
    asyncio.run(main())
