"""Listens to Teams: believes or refuses, acknowledges at once and works in a task.

https://learn.microsoft.com/en-us/microsoftteams/platform/bots/bot-basics and
https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

import asyncio
import json
import logging
import time

from aiohttp import web

from bot.listeners import teams_requests
from bot.listeners.handler import Handler
from bot.listeners.teams_adapter import Adapter, Authentication
from bot.listeners.teams_hearing import Hearing
from bot.listeners.teams_requests import Body, NotOurs, Unreadable
from bot.listeners.teams_tokens import BadToken, NoKeys, TokenCheck
from bot.metrics import Metrics
from bot.settings import TeamsSettings, is_loopback
from bot.work import Work
from commands.request import Request
from notifiers.delivery import PlaceGone
from notifiers.message import Form, Message
from notifiers.place import Place, Recipient
from notifiers.teams import Teams
from notifiers.teams_api import Json, TeamsApi
from notifiers.teams_conversations import Conversations
from notifiers.teams_directory import TeamsDirectory

log = logging.getLogger(__name__)

_LONGEST_BODY = 256 * 1024  # an activity has at most about 100 KB
_READ_S = 10.0  # for a body; Teams waits 15 s for the whole answer
_AGAIN_S = "5"


class TeamsChat:
    """Teams' part of the voice."""

    how_to_type: str | None = (
        "In Teams type it without the slash; in a channel or a group chat mention me first: @Deskside vpn on."
    )

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    async def answer(self, to: Recipient, message: Message) -> None:
        """Say it to that person alone."""
        await self._teams.answer(to, message)

    async def ask(self, request: Request, form: Form) -> None:
        """Show the form in the person's own chat."""
        await self._teams.ask(request.place, request.recipient, form)

    async def can_post(self, place: Place) -> bool:
        """Whether the app may write there."""
        return await self._teams.can_post(place)

    async def has_member(self, place: Place, user: str) -> bool:
        """Whether somebody is in that place."""
        return await self._teams.has_member(place, user)

    async def private_place(self, request: Request) -> Place | None:
        """Where a private answer to this request appears."""
        return await self._teams.private_place(request.recipient)


class TeamsListener:
    """Hears one tenant at `POST /api/messages`."""

    def __init__(
        self,
        settings: TeamsSettings,
        api: TeamsApi,
        teams: Teams,
        conversations: Conversations,
        roster: TeamsDirectory,
        handler: Handler,
        work: Work,
        metrics: Metrics,
    ) -> None:
        self._tenant = settings.tenant_id
        self._anybody = settings.auth == "off"  # which the settings allow on loopback only
        self._api = api
        self._hearing = Hearing(api, teams, conversations, roster, handler, work, metrics, anybody=self._anybody)
        self._metrics = metrics
        self._check = TokenCheck(
            settings.app_id, settings.token_issuer, settings.openid_metadata_url, lambda: api.session
        )
        check = None if self._anybody else self._check
        self._adapter = Adapter(Authentication(settings.app_id, check, api.connector_factory()))
        self._warming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Get the keys that tokens are checked with; they need not be reachable yet."""
        if not self._anybody:
            self._warming = asyncio.create_task(self._warm())

    async def stop(self) -> None:
        """Ask for no more keys."""
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await self._check.close()

    async def ready(self) -> None:
        """Return when Teams can be heard and answered. Raises NoKeys, or what the app's own token fails with."""
        if not self._anybody:
            await self._check.ready()
            await self._api.token()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request of the Bot Framework's: at once, and 401 or 403 when it is not for us."""
        began = time.monotonic()
        try:
            status, body = await self._answer(request)
        except Exception as error:  # noqa: BLE001 - whatever it is has a status; a trace could quote what was sent
            return self._turn_away(error)
        self._metrics.ack_seconds.labels("teams").observe(time.monotonic() - began)
        return web.json_response(body, status=status)

    async def _answer(self, request: web.Request) -> tuple[int, Json]:
        # The token first: to read what anybody may send costs a hundred times more than to refuse it.
        token = await self._adapter.believe(request.headers.get("Authorization"))
        activity = await _read(request)
        url = teams_requests.service_url(activity)
        if self._anybody and not is_loopback(url):
            raise NotOurs("without tokens only this machine's own Teams is answered")
        return await self._adapter.process(token, activity, lambda: self._hear(activity))

    def _turn_away(self, why: Exception) -> web.Response:
        match why:
            case web.HTTPException():
                self._count("unknown")
                return web.Response(status=why.status)
            case Unreadable():
                self._count("unknown")
                return web.Response(status=web.HTTPBadRequest.status_code)
            case NoKeys():
                self._count("unchecked")
                log.warning("a request of Teams' cannot be checked: %s", why)
                return web.Response(status=web.HTTPServiceUnavailable.status_code, headers={"Retry-After": _AGAIN_S})
            case BadToken() | NotOurs() | PlaceGone():  # gone: a serviceUrl at which Teams is not
                self._count("refused")
                log.warning("a request is refused: %s", why)
                forged = isinstance(why, BadToken)
                return web.Response(status=(web.HTTPUnauthorized if forged else web.HTTPForbidden).status_code)
            case _:
                self._count("unknown")
                log.error("something of Teams' is not understood: %s", type(why).__name__)
                return web.Response(status=web.HTTPInternalServerError.status_code)

    async def _warm(self) -> None:
        try:
            await self._check.ready()
        except NoKeys as outage:
            log.warning("%s; Teams is not heard until they can", outage)

    async def _hear(self, activity: Body) -> Json | None:
        who = teams_requests.sender(activity, self._tenant, anybody=self._anybody)
        return await self._hearing.hear(activity, who)

    def _count(self, kind: str) -> None:
        self._metrics.heard.labels("teams", kind).inc()


async def _read(request: web.Request) -> Body:
    """The activity. Raises the HTTP error that says why it is none."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > _LONGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(_LONGEST_BODY, request.content_length or 0)
    body = bytearray()
    try:
        async with asyncio.timeout(_READ_S):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > _LONGEST_BODY:
                    raise web.HTTPRequestEntityTooLarge(_LONGEST_BODY, len(body))
        activity = json.loads(body)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (ValueError, RecursionError, web.RequestPayloadError):
        raise web.HTTPBadRequest from None
    if not isinstance(activity, dict):
        raise web.HTTPBadRequest
    return activity
