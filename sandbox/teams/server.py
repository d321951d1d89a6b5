"""One simulated Teams organisation on loopback: login, published keys, the Bot Connector, uploads."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.faults import Fallible, Fault, Faults
from sandbox.teams.activities import Sender, installation
from sandbox.teams.client import TeamsPerson
from sandbox.teams.connector import OPERATIONS, Call
from sandbox.teams.errors import Refused
from sandbox.teams.faults import code as code_of
from sandbox.teams.faults import failed, refusal
from sandbox.teams.files import download, put
from sandbox.teams.identity import Identity
from sandbox.teams.limits import MAX_BYTES, MAX_PAGE, Rates
from sandbox.teams.people import APP_ID, TEAMS, TENANT, Conversation
from sandbox.teams.refreshes import Refreshes
from sandbox.teams.tokens import ISSUER, TOKEN_SECONDS, AppTokens, SigningKeys, signed
from sandbox.teams.webhooks import Webhooks
from sandbox.teams.wire import Ack, Sent, Wire, json_of
from sandbox.teams.world import Change, Json, Said, World

_HEADER = ("alg", "kid", "key")


@dataclass(frozen=True)
class ApiCall:
    """One call that the app made: an operation of the connector, or token, metadata, keys, upload, webhook."""

    operation: str
    args: Json
    at: float
    error: str = ""


@dataclass
class Teams(Fallible):
    """An organisation. `now` gives epoch seconds (default: the wall clock), so that tests can move the time.

    Set `bot_url` to the bot's `http://…/api/messages`. `calls` records every call that the bot makes, refused ones too.
    `limits=False` lets it speak as often as it likes; `page_size` makes rosters come in smaller pages.
    """

    now: Callable[[], float] = time.time
    app_id: str = APP_ID
    app_password: str = field(default_factory=lambda: secrets.token_urlsafe(30))
    tenant_id: str = TENANT
    limits: bool = True
    page_size: int = MAX_PAGE
    calls: list[ApiCall] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = World(self.now)
        self.keys = SigningKeys()
        self.wire = Wire(self.token)
        self.app_tokens = AppTokens(self.app_id, self.app_password, self.tenant_id, time.time)
        self.base = ""
        self.app = web.Application(client_max_size=4 * 1024 * 1024)
        self.app.add_routes(self._routes())
        self._runner: web.AppRunner | None = None
        self._faults = Faults()
        self._rates = Rates()
        self._webhooks = Webhooks(self.world)
        self._working = 0
        self._pulse = asyncio.Event()
        self.wire.changed = self._pulse.set
        self.world.listeners.append(lambda _: self._pulse.set())
        self._refreshes = Refreshes(self.world, self._refresh, self._pulse.set)

    def _routes(self) -> list[web.RouteDef]:
        conversations = "/teams/v3/conversations"
        one = f"{conversations}/{{conversation}}"
        connector = [
            ("POST", conversations, "createConversation"),
            ("POST", f"{one}/activities", "sendToConversation"),
            ("POST", f"{one}/activities/{{activity}}", "replyToActivity"),
            ("PUT", f"{one}/activities/{{activity}}", "updateActivity"),
            ("DELETE", f"{one}/activities/{{activity}}", "deleteActivity"),
            ("GET", f"{one}/members/{{member}}", "getConversationMember"),
            ("GET", f"{one}/pagedmembers", "getConversationPagedMembers"),
        ]
        return [
            *Identity(self.keys, self.app_tokens, lambda: self.base, self._guarded).routes(),
            web.put("/upload/{file}", self._upload),
            web.get("/onedrive/{file}/{name}", self._download),
            web.post("/workflows/{workflow}/triggers/manual/paths/invoke", self._hooked),
            *(web.route(method, path, self._operation(operation)) for method, path, operation in connector),
        ]

    @property
    def service_url(self) -> str:
        """The connector's address, as activities name it."""
        return f"{self.base}/teams/"

    @property
    def bot_url(self) -> str:
        """Where activities for the bot go."""
        return self.wire.bot_url

    @bot_url.setter
    def bot_url(self, url: str) -> None:
        self.wire.bot_url = url

    def environment(self) -> dict[str, str]:
        """What a bot needs in its environment to live here."""
        return {
            "TEAMS_APP_ID": self.app_id,
            "TEAMS_APP_PASSWORD": self.app_password,
            "TEAMS_TENANT_ID": self.tenant_id,
            "TEAMS_OPENID_METADATA_URL": f"{self.base}/v1/.well-known/openidconfiguration",
            "TEAMS_TOKEN_ISSUER": ISSUER,
            "TEAMS_LOGIN_URL": f"{self.base}/login",
        }

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

    def person(self, name: str) -> TeamsPerson:
        """A person, by short name or id. Raises LookupError."""
        return TeamsPerson(self.world, self.wire, self.world.person(name), self.app_id, lambda: self.base)

    def token(self, **changes: Any) -> str:
        """A token as Teams sends it with an activity; valid at the time of `now`.

        `changes` replace claims (iss, aud, exp, nbf, serviceurl …; None leaves one out) or, of the signature, `alg`,
        `kid` and `key`: see `signed`.
        """
        now = int(self.now())
        claims: Json = {
            "serviceurl": self.service_url,
            "nbf": now - 300,
            "exp": now + TOKEN_SECONDS,
            "iss": ISSUER,
            "aud": self.app_id,
        }
        claims |= {name: value for name, value in changes.items() if name not in _HEADER}
        header = {name: changes[name] for name in _HEADER if name in changes}
        return signed(self.keys, {name: value for name, value in claims.items() if value is not None}, **header)

    async def deliver(self, activity: Json, to: str | None = None) -> Ack:
        """Send any activity."""
        return await self.wire.deliver(activity, to)

    async def resend(self, sent: Sent, to: str | None = None) -> Ack:
        """Send a recorded request (`teams.wire.sent`) again, byte by byte."""
        return await self.wire.send(sent, to)

    async def installs(self, to: str | None = None) -> list[Ack]:
        """Tell the app of every team and chat in which it is installed, as Teams did when that happened."""
        told = [one for one in self.world.conversations.values() if one.installed and one.team in (None, one.id)]
        return [ack for conversation in told for ack in await self._tell(conversation, "add", to)]

    async def install(self, team: str, *, installed: bool = True, to: str | None = None) -> list[Ack]:
        """Install the app in a team, by name, or take it out; the app is told."""
        general = self.world.install_in_team(TEAMS[team], installed=installed)
        return await self._tell(general, "add" if installed else "remove", to)

    async def _tell(self, conversation: Conversation, action: str, to: str | None) -> list[Ack]:
        who = self.world.roster(conversation)[0]
        sender = Sender(self.world, who, conversation, self.app_id, self.service_url)
        return await self.wire.deliver_all(installation(sender, action), to)

    async def _refresh(self, user: str, said: Said) -> None:
        if self.bot_url:
            await self.person(user).refresh(said)

    def fail(
        self,
        operation: str,
        *,
        status: int = 500,
        code: str = "",
        times: int = 1,
        retry_after: int = 1,
        after: bool = False,
    ) -> None:
        """Let the next `times` calls of `operation` fail (`*`: any of the connector's).

        429 carries Retry-After; status 0 cuts the connection. `after`: the call is done first and only its answer is
        lost.
        """
        self._faults.order(operation, Fault(status, code, times, retry_after, after))

    def archive(self, place: str, *, archived: bool = True) -> None:
        """Archive a channel, or take it out of the archive; the app is not told."""
        self.world.place(place).archived = archived
        self.world.changed(Change("world"))

    def webhook(self, place: str) -> str:
        """The address of a new workflow that posts into a conversation what is sent there."""
        return f"{self.base}{self._webhooks.add(self.world.place(place).id)}"

    def remove_webhook(self, url: str) -> None:
        """Delete a workflow."""
        self._webhooks.remove(url.removeprefix(f"{self.base}/workflows/").partition("/")[0])

    def idle(self) -> bool:
        """Whether no activity is unanswered and no call of the bot is being worked on."""
        return self.wire.outstanding == 0 and self._working == 0 and self._refreshes.outstanding == 0

    async def until(self, condition: Callable[[], Any], seconds: float = 10.0) -> None:
        """Wait until `condition` is true, looking whenever something changes. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._pulse.clear()
                await self._pulse.wait()

    async def _guarded(
        self, request: web.Request, operation: str, args: Json, work: Callable[[], tuple[web.Response, str]]
    ) -> web.StreamResponse:
        """Do a call, or let it fail as ordered, and record it."""
        self._working += 1
        self._pulse.set()
        try:
            fault = self._faults.take(operation, "*") if operation in OPERATIONS else self._faults.take(operation)
            if fault is None:
                response, error = work()
            else:
                if fault.after:
                    work()
                await self._faults.silence(fault)
                response, error = failed(request, fault), code_of(fault)
            self.calls.append(ApiCall(operation, args, self.now(), error))
            return response
        finally:
            self._working -= 1
            self._pulse.set()

    def _operation(self, operation: str) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            body = json_of(raw)
            path, query = dict(request.match_info), dict(request.query)
            args = {**path, **query, **({"body": body} if raw else {})}
            call = Call(self.world, operation, path, query, body, self.page_size)
            allowed = self.app_tokens.valid(request.headers.get("Authorization"))
            return await self._guarded(request, operation, args, lambda: self._answer(call, len(raw), allowed))

        return handle

    def _answer(self, call: Call, size: int, allowed: bool) -> tuple[web.Response, str]:
        try:
            if not allowed:
                raise Refused("Unauthorized", status=401)
            if size > MAX_BYTES:
                raise Refused("MessageSizeTooBig")
            wait = self._rates.wait(call.whom, call.operation) if self.limits else 0
            if wait > 0:
                raise Refused("Throttled", retry_after=int(wait) + 1)
            return web.json_response(OPERATIONS[call.operation](call), status=_STATUS.get(call.operation, 200)), ""
        except Refused as refused:
            return refusal(refused), refused.code

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        file, content = request.match_info["file"], await request.read()

        def work() -> tuple[web.Response, str]:
            status, body = put(self.world, file, request.headers.get("Content-Range", ""), content)
            return web.json_response(body, status=status), body.get("error", {}).get("code", "")

        return await self._guarded(request, "upload", {"file": file, "size": len(content)}, work)

    async def _hooked(self, request: web.Request) -> web.StreamResponse:
        workflow, query, body = request.match_info["workflow"], dict(request.query), json_of(await request.read())

        def work() -> tuple[web.Response, str]:
            wait = self._rates.wait(workflow, "webhook") if self.limits else 0
            if wait > 0:
                return refusal(Refused("Throttled", retry_after=int(wait) + 1)), "Throttled"
            return self._webhooks.invoke(workflow, query, body)

        return await self._guarded(request, "webhook", {"workflow": workflow, "body": body}, work)

    async def _download(self, request: web.Request) -> web.Response:
        return download(self.world, request.match_info["file"])


_STATUS = {"createConversation": 201, "sendToConversation": 201, "replyToActivity": 201}
