"""The page on the simulated Slack's own server: its files, and one stream of what happens in both chats."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.page.aws_routes import AwsRoutes
from sandbox.page.guard import guard
from sandbox.page.screen import Json, person_json
from sandbox.page.slack_routes import SlackRoutes
from sandbox.page.teams_routes import TeamsRoutes
from sandbox.page.words import Words
from sandbox.slack import Slack
from sandbox.teams import Teams

STATIC = Path(__file__).parent / "static"
_STREAM_PING_SECONDS = 15


class Page:
    """Routes on `slack.app`; construct it before `slack.start()`. `aws_url` is the simulated AWS.

    One person is chosen for both chats, by the short name that they have in either.
    """

    def __init__(
        self, slack: Slack, teams: Teams, aws_url: str, words: list[Words], kill_bot: Callable[[], None]
    ) -> None:
        self._slack, self._words, self._kill = slack, words, kill_bot
        self._chats: tuple[SlackRoutes | TeamsRoutes, ...] = (SlackRoutes(slack, words), TeamsRoutes(teams))
        self._aws = AwsRoutes(aws_url)
        self._bot: Json = {"state": "starting", "note": ""}
        self._screens: set[asyncio.Queue[tuple[str, Any] | None]] = set()
        slack.app.middlewares.append(guard)
        slack.app.add_routes(
            [
                web.get("/", self._index),
                web.get("/page/world", self._world),
                web.get("/page/stream", self._stream),
                web.post("/page/bot/kill", self._kill_bot),
                web.static("/page/static", STATIC),
                *(route for chat in self._chats for route in chat.routes()),
                *self._aws.routes(),
            ]
        )
        slack.app.on_shutdown.append(self._close)

    def bot_is(self, state: str, note: str = "") -> None:
        """Show how the bot is: starting, up or down, and a sentence about it."""
        self._bot = {"state": state, "note": note}
        for screen in self._screens:
            screen.put_nowait(("bot", self._bot))

    async def _close(self, _app: web.Application) -> None:
        for screen in self._screens:
            screen.put_nowait(None)
        await self._aws.close()

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _world(self, _request: web.Request) -> web.Response:
        people = self._slack.world.people.values()
        playable = [person for person in people if not (person.deleted or person.is_bot or person.id == "USLACKBOT")]
        told = [
            person_json(person, {chat.name: chat.id_of(person.name) for chat in self._chats}) for person in playable
        ]
        return web.json_response({"people": told, "words": [one.told() for one in self._words]})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        name = self._slack.world.person(request.query.get("as", "")).name
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        screen: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
        snapshots = {chat.name: chat.snapshot(name) for chat in self._chats}
        screen.put_nowait(("snapshot", {"me": name, "bot": self._bot, **snapshots}))
        with contextlib.ExitStack() as ends:
            for chat in self._chats:
                ends.callback(chat.follow(name, lambda kind, data: screen.put_nowait((kind, data))))
            self._screens.add(screen)
            ends.callback(self._screens.discard, screen)
            await _pour(screen, response)
        return response

    async def _kill_bot(self, _request: web.Request) -> web.Response:
        self._kill()
        return web.json_response({"error": ""})


async def _pour(screen: asyncio.Queue[tuple[str, Any] | None], response: web.StreamResponse) -> None:
    """Write events until the page goes away or the server does (None)."""
    with contextlib.suppress(ConnectionResetError):
        while True:
            try:
                told = await asyncio.wait_for(screen.get(), _STREAM_PING_SECONDS)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if told is None:
                return
            kind, data = told
            await response.write(f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode())
