"""How fast a slash command is acknowledged, beside a plain Bolt app that does nothing but acknowledge.

`python -m bench.bench_slack_ack` runs both in turns on loopback with signed requests and prints the ratio of requests
per second (best of the rounds) and the latencies. Deskside's side has its real edge, without the work behind it.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from pydantic import SecretStr
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier

from bot.listeners.slack import SlackListener
from bot.metrics import Metrics
from bot.settings import SlackSettings
from bot.work import Work
from commands.request import Request
from notifiers.slack_api import SlackApi

SECRET = "bench"  # noqa: S105 - signs requests to ourselves
ROUNDS, REQUESTS, AT_ONCE = 5, 600, 20

Edge = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Nobody:
    """Takes requests and does nothing."""

    def check_form(self, command: str, values: Mapping[str, str]) -> dict[str, str]:
        return {}

    async def handle(self, request: Request) -> None:
        return


def plain_edge() -> Edge:
    """Bolt as its documentation shows it, with one command."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-bench")  # noqa: S106

    app = AsyncApp(signing_secret=SECRET, authorize=authorize)

    @app.command("/vpn")
    async def vpn(ack: AsyncAck) -> None:
        await ack()

    async def edge(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    return edge


def deskside_edge() -> Edge:
    """Deskside's own listener."""
    token = SecretStr("xoxb-bench")
    settings = SlackSettings(bot_token=token, signing_secret=SecretStr(SECRET), app_token=None, api_url="http://x/api/")
    return SlackListener(settings, SlackApi(token, settings.api_url), Nobody(), Work(), Metrics()).handle


@dataclass
class Figures:
    """What one side reached: requests per second of each round, seconds of each request."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def line(self, name: str) -> str:
        centiles = statistics.quantiles(self.seconds, n=100)
        return (
            f"{name:<12} {max(self.rates):7.0f} requests/s   "
            f"p50 {centiles[49] * 1000:6.2f} ms   p99 {centiles[98] * 1000:6.2f} ms"
        )


def signed(number: int) -> tuple[bytes, dict[str, str]]:
    """A slash command as Slack sends it."""
    fields = {
        "command": "/vpn",
        "text": "on for 2h",
        "user_id": "U0MIKA0001",
        "team_id": "T0DESKSIDE",
        "channel_id": "C0VPN00001",
        "trigger_id": f"{number}.{time.monotonic_ns()}",
        "response_url": "http://127.0.0.1:9/respond",
    }
    body, now = urlencode(fields), str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=body)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": signature or "",
    }
    return body.encode(), headers


async def one_round(session: aiohttp.ClientSession, url: str, figures: Figures) -> None:
    """REQUESTS requests, AT_ONCE at a time."""
    waiting = [signed(number) for number in range(REQUESTS)]

    async def client() -> None:
        while waiting:
            body, headers = waiting.pop()
            began = time.perf_counter()
            async with session.post(url, data=body, headers=headers) as answer:
                assert answer.status == 200, answer.status
            figures.seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    figures.rates.append(REQUESTS / (time.perf_counter() - began))


async def main() -> None:
    """Both sides in turns, and the ratio."""
    app = web.Application()
    app.router.add_post("/plain", plain_edge())
    app.router.add_post("/deskside", deskside_edge())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    plain, deskside = Figures(), Figures()
    async with aiohttp.ClientSession() as session:
        for _ in range(ROUNDS):
            await one_round(session, f"{base}/plain", plain)
            await one_round(session, f"{base}/deskside", deskside)
    await runner.cleanup()
    print(plain.line("plain Bolt"))
    print(deskside.line("Deskside"))
    print(f"ratio        {max(deskside.rates) / max(plain.rates):7.2f} x the requests/s of plain Bolt")


if __name__ == "__main__":
    asyncio.run(main())
