"""Listens to Slack, over HTTP or Socket Mode: acknowledges at once and works in a task.

Bolt verifies signatures and speaks the protocol. One catch-all hears everything: a listener for each command would
cost every request a match with each. Bolt writes whole bodies to its log below WARNING, so it has one that is silent.
https://docs.slack.dev/authentication/verifying-requests-from-slack and https://docs.slack.dev/apis/events-api
"""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.listeners import slack_requests
from bot.listeners.handler import Handler
from bot.listeners.slack_home import SlackHome
from bot.listeners.slack_requests import Body, Ignored
from bot.logs import correlation
from bot.metrics import Metrics
from bot.settings import SlackSettings
from bot.work import Work
from commands.request import Request
from notifiers.block_kit import form_errors, read_form
from notifiers.delivery import Refused, TryLater, backoff
from notifiers.message import Form, Message
from notifiers.place import Place, Recipient
from notifiers.slack import FormOrigin, Slack
from notifiers.slack_api import SlackApi, quiet_logger

log = logging.getLogger(__name__)


_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_READ_S = 10.0  # for a body; Slack itself waits 3 s for the whole answer


class SlackChat:
    """Slack's part of the voice."""

    how_to_type: str | None = None

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def answer(self, to: Recipient, message: Message) -> None:
        """Say it to that person alone."""
        await self._slack.answer(to, message)

    async def ask(self, request: Request, form: Form) -> None:
        """Open the form. Raises Refused without a trigger, or when it was too late for one."""
        if request.trigger is None:
            raise Refused("Slack gave no trigger to open a form with")
        origin = FormOrigin(command=form.command, place=request.place, reply_to=request.recipient.reply_to)
        await self._slack.ask(request.trigger, form, origin)

    async def can_post(self, place: Place) -> bool:
        """Whether the app may write there."""
        return await self._slack.can_post(place)

    async def has_member(self, place: Place, user: str) -> bool:
        """Whether somebody is in that place."""
        return await self._slack.has_member(place, user)

    async def private_place(self, request: Request) -> Place | None:
        """Where an answer goes that Slack does not show any more where it was asked for: their direct messages."""
        return await self._slack.private_place(request.user)


class _CatchAll(AsyncMiddleware):
    """The last middleware: it answers everything and calls no next, because no listener of Bolt's matches everything.

    A function would do, but before it Bolt takes each body apart, and stumbles over some.
    """

    def __init__(self, hear: Callable[[AsyncAck, Body], Awaitable[BoltResponse]]) -> None:
        self._hear = hear

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        return await self._hear(req.context.ack, req.body)


class SlackListener:
    """Hears one workspace; `home` hears of Homes, if any. In Socket Mode nothing is to be routed to `handle`."""

    def __init__(
        self,
        settings: SlackSettings,
        api: SlackApi,
        handler: Handler,
        work: Work,
        metrics: Metrics,
        home: SlackHome | None = None,
    ) -> None:
        self._settings = settings
        self._api = api
        self._home = home
        self._handler = handler
        self._work = work
        self._metrics = metrics
        self._bolt = self._make_bolt()
        self._socket: Any = None  # an AsyncSocketModeHandler, which has no types
        self._connecting: asyncio.Task[None] | None = None
        self._deaf_because = "not connected yet"

    @property
    def over_http(self) -> bool:
        """Whether Slack reaches us at `POST /slack/events`."""
        return self._settings.app_token is None

    def _make_bolt(self) -> AsyncApp:
        signing, token = self._settings.signing_secret, self._settings.bot_token.get_secret_value()

        async def authorize() -> AuthorizeResult:
            # A constant: Bolt would ask Slack, on every cold request, and fail them all while Slack is down.
            return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)

        bolt = AsyncApp(
            name="deskside",
            # Its only warning here would be that a constant `authorize` makes it ignore the client's token.
            logger=quiet_logger("deskside.bolt", logging.ERROR),
            process_before_response=True,
            signing_secret=signing.get_secret_value() if signing else "",
            client=self._api.client,
            authorize=authorize,
        )

        bolt.use(_CatchAll(self._hear))
        return bolt

    async def start(self) -> None:
        """Connect in Socket Mode; Slack need not be reachable yet."""
        app_token = self._settings.app_token
        if app_token is not None:
            self._connecting = asyncio.create_task(self._connect(app_token.get_secret_value()))

    async def stop(self) -> None:
        """Hear nothing more."""
        if self._connecting is not None:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
        if self._socket is not None:
            await self._socket.close_async()

    async def connected(self) -> None:
        """In Socket Mode, nothing while Slack's requests reach us. Raises TryLater, with Slack's word for why not."""
        if self._socket is None or not await self._socket.client.is_connected():
            raise TryLater(f"Slack's Socket Mode is not connected: {self._deaf_because}")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request of Slack's: 200 at once, 401 when it is not Slack's."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(_READ_S):
                heard = await to_bolt_request(request)
        except TimeoutError:
            self._count("unknown")
            return web.Response(status=408)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, web.RequestPayloadError):
            self._count("unknown")
            return web.Response(status=400)
        if not _looks_signed(request):
            return self._refuse()
        answer = await self._bolt.async_dispatch(heard)
        if answer.status == web.HTTPUnauthorized.status_code:
            return self._refuse()
        self._metrics.ack_seconds.labels("slack").observe(time.monotonic() - began)
        return await to_aiohttp_response(answer)

    def _refuse(self) -> web.Response:
        self._count("refused")
        log.warning("a request with a bad or old signature is refused")
        return web.Response(status=401)

    async def _connect(self, app_token: str) -> None:
        attempt = 0
        while True:
            handler: Any = AsyncSocketModeHandler(
                self._bolt, app_token, logger=quiet_logger("deskside.socket"), web_client=self._api.client
            )
            self._socket = handler  # a stop closes it, also in the middle of this
            try:
                await handler.client.connect_to_new_endpoint()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                attempt += 1
                self._deaf_because = _why(error)
                log.warning("Slack's Socket Mode cannot be reached: %s", self._deaf_because)
                self._socket = None
                await handler.close_async()
                await asyncio.sleep(backoff(attempt, longest=30.0))
            else:
                self._deaf_because = "the connection is lost"
                return

    async def _hear(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """Acknowledge, and begin the work. Whatever Slack sends that we do not know is acknowledged too."""
        try:
            if body.get("type") == "view_submission":
                return await self._hear_form(ack, body)
            if self._home is not None and body.get("type") == "event_callback":
                self._count("home" if self._home.opened(body) else "ignored")
                return await ack()
            if self._home is not None and (user := slack_requests.pressed_at_home(body)):
                self._count("button")
                self._work.begin(self._do_at_home(self._home, body, user))
                return await ack()
            kind, request = _read(body)
        except Ignored:
            self._count("ignored")
            return await ack()
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            self._count("unknown")
            log.warning("something of Slack's is not understood (%s)", type(error).__name__)
            return await ack()
        self._begin(kind, request)
        return await ack()

    async def _hear_form(self, ack: AsyncAck, body: Body) -> BoltResponse:
        """Errors of a form can only be shown beside its fields by the acknowledgement itself."""
        view = body["view"]
        origin = FormOrigin.read(view.get("private_metadata") or "")
        if origin is None:
            raise Ignored
        values = read_form(view["state"]["values"])
        errors = form_errors(self._handler.check_form(origin.command, values))
        if errors:
            self._count("form_errors")
            return await ack(response_action="errors", errors=errors)
        self._begin("form", slack_requests.from_form(body, origin, values))
        return await ack()

    def _begin(self, kind: str, request: Request) -> None:
        self._count(kind)
        self._work.begin(self._do(request, self._handler.handle))

    async def _do(self, request: Request, handle: Callable[[Request], Awaitable[None]]) -> None:
        correlation.set(request.correlation)
        with self._metrics.in_hand.track_inprogress(), self._metrics.request_seconds.labels("slack").time():
            try:
                await handle(request)
            except Exception:
                log.exception("a request was not handled")

    async def _do_at_home(self, home: SlackHome, body: Body, user: str) -> None:
        try:
            request = await home.request(body, user)
        except Ignored:
            return
        except Exception:
            log.exception("a button of a Home cannot be answered")
            return
        await self._do(request, self._handler.handle)

    def _count(self, kind: str) -> None:
        self._metrics.heard.labels("slack", kind).inc()


def _why(error: Exception) -> str:
    # Not the whole text: it may hold the address of the connection, which is a secret.
    said = getattr(error.response, "data", None) if isinstance(error, SlackApiError) else None
    # Where Slack's answer is no JSON, the SDK hands over its bytes, or aiohttp's response.
    code = said.get("error") if isinstance(said, dict) else None
    return f"Slack says {code}" if code else type(error).__name__


def _looks_signed(request: web.Request) -> bool:
    # Bolt's check fails with a trace over a time that is no number, and over a signature that is not ASCII.
    time_sent = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    return bool(_TIMESTAMP.fullmatch(time_sent) and _SIGNATURE.fullmatch(signature))


def _read(body: Body) -> tuple[str, Request]:
    """What kind of thing it is, and the Request. Raises Ignored, or LookupError and the like for what is unknown."""
    match body.get("type"):
        case None if "command" in body:
            return "command", slack_requests.from_command(body)
        case "block_actions":
            return "button", slack_requests.from_button(body)
        case "event_callback" | "view_closed" | "block_suggestion" | "app_rate_limited":
            raise Ignored
        case kind:
            raise LookupError(kind)
