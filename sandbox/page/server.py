"""The page's own endpoints, on the same server as the simulated Slack."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web
from yarl import URL

from sandbox.page.screen import change_json, person_json, snapshot
from sandbox.page.words import Words
from sandbox.slack import Ack, Slack
from sandbox.slack.shown import shown
from sandbox.slack.world import Change, Json

STATIC = Path(__file__).parent / "static"
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_ACTIONS = {"associate", "connect", "disconnect"}
_STREAM_PING_SECONDS = 15


class Page:
    """Routes on `slack.app`; construct it before `slack.start()`. `aws_url` is the simulated AWS."""

    def __init__(self, slack: Slack, aws_url: str, words: list[Words], kill_bot: Callable[[], None]) -> None:
        self._slack, self._aws_url, self._words, self._kill = slack, aws_url, words, kill_bot
        self._bot: Json = {"state": "starting", "note": ""}
        self._screens: set[asyncio.Queue[tuple[str, Any] | None]] = set()
        self._session: aiohttp.ClientSession | None = None
        slack.app.middlewares.append(guard)
        slack.app.add_routes(
            [
                web.get("/", self._index),
                web.get("/page/world", self._world),
                web.get("/page/stream", self._stream),
                web.post("/page/command", self._command),
                web.post("/page/press", self._press),
                web.post("/page/submit", self._submit),
                web.post("/page/dismiss", self._dismiss),
                web.post("/page/bot/kill", self._kill_bot),
                web.get("/page/aws", self._aws),
                web.post("/page/aws/faults", self._faults),
                web.delete("/page/aws/faults", self._no_faults),
                web.post("/page/aws/{endpoint}/{action}", self._aws_act),
                web.static("/page/static", STATIC),
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
        if self._session:
            await self._session.close()

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _world(self, _request: web.Request) -> web.Response:
        people = self._slack.world.people.values()
        playable = [person for person in people if not (person.deleted or person.is_bot or person.id == "USLACKBOT")]
        return web.json_response(
            {"people": [person_json(person) for person in playable], "words": [one.told() for one in self._words]}
        )

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        world = self._slack.world
        person = world.person(request.query.get("as", ""))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        screen: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()

        def changed(change: Change) -> None:
            told = change_json(world, person.id, change)
            if told:
                screen.put_nowait(told)

        screen.put_nowait(("snapshot", {**snapshot(world, person), "bot": self._bot}))
        world.listeners.append(changed)
        self._screens.add(screen)
        try:
            await _pour(screen, response)
        finally:
            world.listeners.remove(changed)
            self._screens.discard(screen)
        return response

    async def _command(self, request: web.Request) -> web.Response:
        body = await request.json()
        person, text = self._slack.person(body["as"]), str(body["text"]).strip()
        if not text:
            raise web.HTTPBadRequest(text="There is nothing to send.")
        if not text.startswith("/"):
            await person.say(text, body["channel"])
            return web.json_response({"error": ""})
        command = text.split(maxsplit=1)[0]
        if self._words and command not in {one.words.split(" ", 1)[0] for one in self._words}:
            return web.json_response({"error": f"{command} is not a command here. Type / to see those that are."})
        return _told(await person.command(text, body["channel"]))

    async def _press(self, request: web.Request) -> web.Response:
        body = await request.json()
        person = self._slack.person(body["as"])
        said = self._slack.world.find(body["channel"], body["ts"])
        if said is None:
            raise web.HTTPNotFound(text="That message is gone.")
        for button in shown(self._slack.world, said).pressables:
            if (button.block_id, button.action_id) == (body["block"], body["action"]):
                return _told(await person.press_button(button, body["channel"], body["ts"]))
        raise web.HTTPNotFound(text="That button is gone.")

    async def _submit(self, request: web.Request) -> web.Response:
        body = await request.json()
        ack = await self._slack.person(body["as"]).submit(None, body["values"])
        return web.json_response({"error": ack.error, "errors": ack.errors or {}})

    async def _dismiss(self, request: web.Request) -> web.Response:
        body = await request.json()
        await self._slack.person(body["as"]).close()
        return web.json_response({"error": ""})

    async def _kill_bot(self, _request: web.Request) -> web.Response:
        self._kill()
        return web.json_response({"error": ""})

    async def _aws(self, _request: web.Request) -> web.Response:
        state, calls = await asyncio.gather(self._sandbox("GET", "state"), self._sandbox("GET", "calls"))
        return web.json_response({"state": state, "calls": calls})

    async def _aws_act(self, request: web.Request) -> web.Response:
        endpoint, action = request.match_info["endpoint"], request.match_info["action"]
        if action not in _ACTIONS:
            raise web.HTTPNotFound
        path = f"vpn/{quote(endpoint, safe='')}/{action}"
        return web.json_response(await self._sandbox("POST", path, await request.json()))

    async def _faults(self, request: web.Request) -> web.Response:
        return web.json_response(await self._sandbox("POST", "faults", await request.json()))

    async def _no_faults(self, _request: web.Request) -> web.Response:
        return web.json_response(await self._sandbox("DELETE", "faults"))

    async def _sandbox(self, method: str, path: str, body: Json | None = None) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        url = URL(f"{self._aws_url}/_sandbox/{path}", encoded=True)
        try:
            async with self._session.request(method, url, json=body or {}) as response:
                return await response.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise web.HTTPBadGateway(text=f"The simulated AWS does not answer: {error}") from None


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


def _told(ack: Ack) -> web.Response:
    return web.json_response({"error": ack.error})


@web.middleware
async def guard(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
    """Refuse the page's endpoints to other sites (a rebound name, a form elsewhere), and say what went wrong."""
    if not (request.path == "/" or request.path.startswith("/page/")):
        return await handler(request)
    origin = request.headers.get("Origin")
    if request.url.host not in _LOOPBACK or (origin and URL(origin).authority != request.host):
        return web.Response(status=403, text="Only this machine's own page may ask.")
    if request.method == "POST" and request.content_type != "application/json":
        return web.Response(status=415, text="JSON, please.")
    try:
        response = await handler(request)
    except web.HTTPException as refused:
        return web.json_response({"error": refused.text or refused.reason}, status=refused.status)
    except (KeyError, LookupError, ValueError) as error:
        return web.json_response({"error": str(error)}, status=400)
    if not response.prepared:
        response.headers.update(SECURITY_HEADERS)
    return response
