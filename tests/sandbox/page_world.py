"""The page with both simulated chats behind it, a bot and an AWS that only remember, and somebody's browser."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.page.server import Page
from sandbox.page.words import of_manifest
from sandbox.slack import Slack
from sandbox.teams import Teams

MANIFEST = {
    "features": {
        "slash_commands": [
            {
                "command": "/vpn",
                "description": "The VPN",
                "usage_hint": "on [tokyo|paris] [for 2h] | off [--all] | status",
            },
            {"command": "/audit", "description": "Who did what", "usage_hint": "[me|person] [since 7d]"},
        ]
    }
}


class Asked:
    """What arrived at a bot and an AWS that only remember; `answer` is the bot's to Teams' invokes."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.payloads: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.activities: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {}
        self.aws: list[tuple[str, str, Any]] = []
        self.killed = 0

    async def slack(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            self.events.append(await request.json())
            return web.Response()
        form = await request.post()
        if "payload" in form:
            self.payloads.append(json.loads(str(form["payload"])))
        else:
            self.commands.append(str(form["text"]))
        return web.Response()

    async def teams(self, request: web.Request) -> web.Response:
        self.activities.append(await request.json())
        return web.json_response(self.answer)

    async def sandbox(self, request: web.Request) -> web.Response:
        self.aws.append((request.method, request.path, await request.json()))
        return web.json_response({"path": request.path})

    def kill(self) -> None:
        self.killed += 1


class Browser:
    """Somebody's page: asks the endpoints as its script does."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session, self.base = session, base

    async def post(self, path: str, **body: Any) -> tuple[int, Any]:
        async with self.session.post(f"{self.base}/page/{path}", json=body) as response:
            return response.status, await response.json(content_type=None)

    async def get(self, path: str) -> Any:
        async with self.session.get(f"{self.base}{path}") as response:
            return await response.json()

    async def follow(self, person: str) -> AsyncIterator[tuple[str, Any]]:
        async with self.session.get(f"{self.base}/page/stream", params={"as": person}) as response:
            kind = ""
            async for line in response.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    yield kind, json.loads(value)


@dataclass(frozen=True)
class PageWorld:
    """Everything around the page."""

    slack: Slack
    teams: Teams
    asked: Asked
    browser: Browser


@asynccontextmanager
async def page_world(aws_url: str | None = None) -> AsyncIterator[PageWorld]:
    """Both chats, the page, and what they talk to; the AWS only remembers, unless there is one at `aws_url`."""
    asked, outside = Asked(), web.Application()
    outside.router.add_post("/slack/events", asked.slack)
    outside.router.add_post("/api/messages", asked.teams)
    outside.router.add_route("*", "/_sandbox/{rest:.*}", asked.sandbox)
    runner = web.AppRunner(outside)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    slack, teams = Slack(), Teams()
    page = Page(slack, teams, aws_url or url, of_manifest(MANIFEST), kill_bot=asked.kill)
    await slack.start()
    await teams.start()
    slack.bot_url, teams.bot_url = f"{url}/slack/events", f"{url}/api/messages"
    page.bot_is("up")
    async with aiohttp.ClientSession() as session:
        yield PageWorld(slack, teams, asked, Browser(session, slack.base))
    await slack.stop()
    await teams.stop()
    await runner.cleanup()
