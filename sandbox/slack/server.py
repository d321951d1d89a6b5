"""One simulated Slack workspace on loopback: the Web API, response URLs, uploads, Socket Mode."""

import asyncio
import hmac
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from sandbox.faults import Fallible, Fault, Faults
from sandbox.slack.api import ApiError, Call
from sandbox.slack.client import SlackPerson
from sandbox.slack.faults import failed, too_many
from sandbox.slack.files import FILE_METHODS
from sandbox.slack.methods import METHODS
from sandbox.slack.people import BOT_USER, TEAM
from sandbox.slack.rates import POSTING, Rates
from sandbox.slack.responses import respond
from sandbox.slack.views import VIEW_METHODS
from sandbox.slack.webhooks import Webhooks, payload_of
from sandbox.slack.wire import Ack, Sent, Wire
from sandbox.slack.world import Change, Json, World

ALL_METHODS = METHODS | VIEW_METHODS | FILE_METHODS


@dataclass(frozen=True)
class ApiCall:
    """One call that the app made: a Web API method, `respond` for a response URL, `webhook` for an incoming webhook."""

    method: str
    args: Json
    at: float
    error: str = ""


@dataclass
class Slack(Fallible):
    """A workspace. `now` gives epoch seconds (default: the wall clock), so that tests can move the time.

    `url` is for SLACK_API_URL; set `bot_url` to the bot's `http://…/slack/events` (unused in Socket Mode). `calls`
    records every call that the bot makes, refused ones too. `limits` has it post no oftener than Slack lets an app.
    """

    now: Callable[[], float] = time.time
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    bot_token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(16)}")
    app_token: str = field(default_factory=lambda: f"xapp-{secrets.token_hex(16)}")
    verification_token: str = field(default_factory=lambda: secrets.token_hex(12))
    team_id: str = TEAM
    limits: bool = False
    calls: list[ApiCall] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = World(self.now)
        self.wire = Wire(self.signing_secret)
        self.base = ""
        self.app = web.Application(client_max_size=4 * 1024 * 1024)
        self.app.add_routes(
            [
                web.route("*", "/api/{method}", self._api),
                web.post("/respond/{token}", self._respond),
                web.post("/services/{team}/{hook}/{secret}", self._hooked),
                web.post("/upload/{file}", self._upload),
                web.get("/files/{file}/{name}", self._download),
                web.get("/socket", self.wire.serve_socket),
            ]
        )
        self._runner: web.AppRunner | None = None
        self._faults = Faults()
        self._rates = Rates()
        self._webhooks = Webhooks(self.world)
        self._working = 0
        self._pulse = asyncio.Event()
        self.wire.changed = self._pulse.set
        self.world.listeners.append(lambda _: self._pulse.set())

    @property
    def url(self) -> str:
        """The base address of the Web API, as SLACK_API_URL wants it."""
        return f"{self.base}/api/"

    @property
    def bot_url(self) -> str:
        """Where requests to the bot go."""
        return self.wire.bot_url

    @bot_url.setter
    def bot_url(self, url: str) -> None:
        self.wire.bot_url = url

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Listen (port 0: any free one); returns the address of the server."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.base = f"http://{host}:{self._runner.addresses[0][1]}"
        return self.base

    async def stop(self) -> None:
        """Close everything."""
        self._faults.end()
        await self.wire.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def person(self, name: str) -> SlackPerson:
        """A person of this workspace, by short name or id. Raises LookupError."""
        return SlackPerson(self.world, self.wire, self.world.person(name), self.verification_token, lambda: self.base)

    async def resend(self, sent: Sent, to: str | None = None) -> Ack:
        """Send a recorded request (`slack.wire.sent`) again, byte by byte."""
        return await self.wire.send(sent, to)

    def fail(
        self,
        method: str,
        error: str = "internal_error",
        *,
        status: int = 200,
        times: int = 1,
        retry_after: int = 1,
        after: bool = False,
    ) -> None:
        """Let the next `times` calls of `method` fail (`respond`: response URLs; `*`: any).

        With status 200 the answer is `{"ok": false, "error": error}`; 429 carries Retry-After; 0 cuts the connection.
        `after`: the call is done first and only its answer is lost.
        """
        self._faults.order(method, Fault(status, error, times, retry_after, after))

    def archive(self, channel: str, *, archived: bool = True) -> None:
        """Archive a channel, or take it out of the archive."""
        self.world.channel(channel).archived = archived
        self.world.changed(Change("world"))

    def remove_app(self, channel: str, *, removed: bool = True) -> None:
        """Remove the app from a channel, or invite it; it is not told."""
        members = self.world.channel(channel).members
        (members.discard if removed else members.add)(BOT_USER)
        self.world.changed(Change("world"))

    def webhook(self, channel: str) -> str:
        """The address of a new incoming webhook into a channel."""
        return f"{self.base}{self._webhooks.add(self.world.channel(channel).id)}"

    def remove_webhook(self, url: str) -> None:
        """Take an incoming webhook away."""
        self._webhooks.remove(url.removeprefix(self.base))

    def idle(self) -> bool:
        """Whether no request to the bot is unanswered and no call of the bot is being worked on."""
        return self.wire.outstanding == 0 and self._working == 0

    async def until(self, condition: Callable[[], Any], seconds: float = 10.0) -> None:
        """Wait until `condition` is true, looking whenever something changes. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._pulse.clear()
                await self._pulse.wait()

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        args = await _arguments(request)
        token = args.pop("token", None) or request.headers.get("Authorization", "").removeprefix("Bearer ")
        return await self._guarded(request, method, args, lambda: self._call(method, str(token), args))

    async def _guarded(
        self, request: web.Request, method: str, args: Json, work: Callable[[], web.Response]
    ) -> web.StreamResponse:
        self._working += 1
        self._pulse.set()
        try:
            fault = self._faults.take(method, "*")
            if fault is None:
                return work()
            if fault.after:
                work()
            else:
                self.calls.append(ApiCall(method, args, self.now(), fault.error or f"status {fault.status}"))
            await self._faults.silence(fault)
            return failed(request, fault)
        finally:
            self._working -= 1
            self._pulse.set()

    def _call(self, method: str, token: str, args: Json) -> web.Response:
        wait = self._rates.wait(str(args.get("channel"))) if self.limits and method in POSTING else 0
        if wait > 0:
            return self._too_many(method, args, wait)
        try:
            body = {"ok": True, **self._answer(method, token, args)}
        except ApiError as error:
            body = error.body()
        self.calls.append(ApiCall(method, args, self.now(), body.get("error", "")))
        return web.json_response(body)

    def _answer(self, method: str, token: str, args: Json) -> Json:
        expected = self.app_token if method == "apps.connections.open" else self.bot_token
        if not token:
            raise ApiError("not_authed")
        if not hmac.compare_digest(token, expected):
            raise ApiError("invalid_auth")
        if method == "apps.connections.open":
            return {"url": f"{self.base.replace('http', 'ws', 1)}/socket?app_id=A0DESKSIDE"}
        if method not in ALL_METHODS:
            raise ApiError("unknown_method")
        return ALL_METHODS[method](Call(self.world, args, self.base))

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        args = await _arguments(request)
        return await self._guarded(request, "respond", args, lambda: self._answered(request.match_info["token"], args))

    def _answered(self, token: str, args: Json) -> web.Response:
        ticket = self.world.tickets.respond(token)
        error = ticket if isinstance(ticket, str) else respond(self.world, ticket, args)
        self.calls.append(ApiCall("respond", args, self.now(), error))
        if error:
            status = 404 if isinstance(ticket, str) else 400
            return web.json_response({"ok": False, "error": error}, status=status)
        return web.Response(text="ok")

    async def _hooked(self, request: web.Request) -> web.StreamResponse:
        payload = await payload_of(request)

        def work() -> web.Response:
            wait = self._rates.wait(request.path) if self.limits else 0
            if wait > 0:
                return self._too_many("webhook", payload or {}, wait)
            status, text = self._webhooks.post(request.path, payload)
            self.calls.append(ApiCall("webhook", payload or {}, self.now(), "" if status == 200 else text))
            return web.Response(status=status, text=text)

        return await self._guarded(request, "webhook", payload or {}, work)

    def _too_many(self, method: str, args: Json, wait: float) -> web.Response:
        self.calls.append(ApiCall(method, args, self.now(), "ratelimited"))
        return too_many(math.ceil(wait))

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404)
        if request.content_type == "multipart/form-data":
            parts = await request.post()
            upload = next((part for part in parts.values() if isinstance(part, web.FileField)), None)
            content = upload.file.read() if upload else b""
        else:
            content = await request.read()
        self.world.files[file.id] = replace(file, content=content)
        return web.Response(text=f"OK - {len(content)}")

    async def _download(self, request: web.Request) -> web.Response:
        file = self.world.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404)
        headers = {"Content-Disposition": f'attachment; filename="{file.id}.txt"', "X-Content-Type-Options": "nosniff"}
        if file.name.replace(".", "").replace("-", "").replace("_", "").isalnum():
            headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
        return web.Response(body=file.content, content_type="application/octet-stream", headers=headers)


async def _arguments(request: web.Request) -> Json:
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        arguments |= body if isinstance(body, dict) else {}
    elif request.method == "POST":
        arguments |= dict(await request.post())
    return arguments
