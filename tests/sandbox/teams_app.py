"""An app for the simulated Teams: it remembers what it heard, answers as it is told, and speaks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.teams import Teams

CARD = "application/vnd.microsoft.card.adaptive"
TOAST = "application/vnd.microsoft.activity.message"
GO = {"type": "Action.Execute", "title": "End mine", "verb": "command", "data": {"command": "vpn off tokyo"}}


def card(*body: Any, actions: Any = ()) -> dict[str, Any]:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body), "actions": list(actions)}


def text(words: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words}]}


class App:
    """`heard` are the activities; `answer` and `status` are what it answers to each."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams
        self.heard: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.answer: Any = {}
        self.status = 200
        self.session = aiohttp.ClientSession()

    async def handle(self, request: web.Request) -> web.Response:
        self.heard.append(await request.json())
        self.tokens.append(request.headers.get("Authorization", ""))
        return web.json_response(self.answer, status=self.status)

    async def _call(self, method: str, path: str, body: Any) -> str:
        environment = self._teams.environment()
        form = {
            "grant_type": "client_credentials",
            "client_id": environment["TEAMS_APP_ID"],
            "client_secret": environment["TEAMS_APP_PASSWORD"],
            "scope": "https://api.botframework.com/.default",
        }
        login = f"{environment['TEAMS_LOGIN_URL']}/{environment['TEAMS_TENANT_ID']}/oauth2/v2.0/token"
        async with self.session.post(login, data=form) as response:
            token = (await response.json())["access_token"]
        url = f"{self._teams.service_url}v3/conversations/{path}"
        async with self.session.request(
            method, url, json=body, headers={"Authorization": f"Bearer {token}"}
        ) as response:
            assert response.ok, await response.text()
            return str((await response.json())["id"])

    async def say(self, conversation: str, *attachments: Any, **more: Any) -> str:
        body = {"type": "message", "attachments": list(attachments), **more}
        return await self._call("POST", f"{conversation}/activities", body)

    async def show(self, conversation: str, content: Any) -> str:
        return await self.say(conversation, {"contentType": CARD, "content": content}, summary="a card")

    async def edit(self, conversation: str, id_: str, content: Any) -> None:
        body = {"type": "message", "attachments": [{"contentType": CARD, "content": content}]}
        await self._call("PUT", f"{conversation}/activities/{id_}", body)


@asynccontextmanager
async def running() -> AsyncIterator[Teams]:
    """An organisation that listens."""
    teams = Teams()
    await teams.start()
    try:
        yield teams
    finally:
        await teams.stop()


@asynccontextmanager
async def hearing(teams: Teams) -> AsyncIterator[App]:
    """An app that this organisation's activities go to."""
    app = App(teams)
    server = web.Application()
    server.router.add_post("/api/messages", app.handle)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    teams.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
    try:
        yield app
    finally:
        await app.session.close()
        await runner.cleanup()
