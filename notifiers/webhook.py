"""Delivers to incoming webhooks, whose addresses are secrets: Slack's, and those of Teams' workflows.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import aiohttp

from aws_ops import errors
from notifiers import teams_failures, webhook_addresses, webhook_messages
from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.message import Message
from notifiers.place import Place
from notifiers.recent import Recent
from notifiers.webhook_addresses import PublicResolver
from notifiers.webhook_messages import Json

log = logging.getLogger(__name__)

TIMEOUT_S = 8.0
# Every update there is a new message, so nothing is found by an id.
POSTED = "posted"

_JSON = {"Content-Type": "application/json"}
_NAME = re.compile(r"deskside/webhook/[\w+=.@/-]{1,200}", re.ASCII)
_KNOWN_S = 300
_MOST_ANSWER = 4_096  # bytes: what is read of an answer
_PATIENCE = frozenset({408, 412, 425, 429})
_FAULTY = frozenset({400, 413, 422})
# https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, and workflows that are gone or are off.
_GONE = frozenset(
    {
        "action_prohibited",
        "channel_is_archived",
        "channel_not_found",
        "invalid_token",
        "no_active_hooks",
        "no_service",
        "no_service_id",
        "no_team",
        "posting_to_general_channel_denied",
        "team_disabled",
        "user_not_found",
        "WorkflowNotFound",
        "WorkflowTriggerIsNotEnabled",
    }
)


class WebhookRefused(Refused):
    """The other side said no; `code` is its own word for why, or the status."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"the webhook says {code or status}")
        self.status = status


class Webhooks:
    """Says things by incoming webhooks (`webhook:deskside/webhook/<name>`). Start it in the event loop that uses it.

    `secret` gives the text of a secret by its name and raises as AWS does, or ValueError. An address is never logged
    nor said: whoever knows it can post. `takes_host` tells whether a webhook may be at a host; `local`: what is on
    loopback is taken too.
    """

    def __init__(
        self, secret: Callable[[str], Awaitable[str]], takes_host: Callable[[str], bool], *, local: bool = False
    ) -> None:
        self._secret = secret
        self._takes_host = takes_host
        self._local = local
        self._addresses: Recent[str, str] = Recent(_KNOWN_S)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the connection pool."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=PublicResolver(local=self._local)),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()

    async def post(self, place: Place, message: Message) -> str:
        """Say it. Tries once: trying again is the outbox's business."""
        await self._say(place, webhook_messages.simple(message))
        return POSTED

    async def update(self, place: Place, message_id: str, message: Message) -> None:
        """Say how it is now, shortly, in a new message: what a webhook said stays as it is."""
        await self.post(place, webhook_messages.changed(message))

    async def reply(self, place: Place, message_id: str, message: Message) -> str | None:
        """None: there are no threads."""
        return None

    async def _say(self, place: Place, message: Message) -> None:
        address = ""
        try:
            address = await self._address(place)
            await self._rich_or_plain(address, message)
        except PlaceGone:
            # Somebody may have made a new one and have written that into the secret.
            newest = await self._address(place, fresh=True)
            if newest == address:
                raise
            await self._rich_or_plain(newest, message)

    async def _rich_or_plain(self, address: str, message: Message) -> None:
        slack = webhook_addresses.is_slack(address)
        rich = webhook_messages.slack if slack else webhook_messages.teams
        plain = webhook_messages.plain_slack if slack else webhook_messages.plain_teams
        try:
            await self._send(address, rich(message))
        except WebhookRefused as refused:
            if refused.status not in _FAULTY:
                raise
            log.error("%s of a message: it goes out as plain text", refused)
            await self._send(address, plain(message))

    async def _send(self, address: str, payload: Json) -> None:
        if self._session is None:
            raise RuntimeError("start() comes first")
        body, content = b"", json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
        try:
            async with self._session.post(address, data=content, headers=_JSON, allow_redirects=False) as answer:
                with suppress(aiohttp.ClientPayloadError):
                    body = await answer.content.read(_MOST_ANSWER)
                status, headers = answer.status, answer.headers
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # What the error says may have the address in it.
            raise TryLater(f"the webhook does not answer: {_kind(error)}") from None
        if failure := meaning(status, headers, body):
            raise failure

    async def _address(self, place: Place, *, fresh: bool = False) -> str:
        if place.scheme != "webhook" or not _NAME.fullmatch(place.id):
            raise PlaceGone(f"{place.scheme} is not a webhook's to deliver, or no secret under deskside/webhook/")
        address = await self._addresses.get(place.id, lambda: self._read(place.id), fresh=fresh)
        # At each use: the list of hosts may have changed.
        if fault := webhook_addresses.fault(address, self._takes_host, local=self._local):
            raise PlaceGone(fault)
        return address

    async def _read(self, name: str) -> str:
        try:
            return (await self._secret(name)).strip()
        except ValueError:
            raise PlaceGone("what is kept there is no text") from None
        except Exception as error:
            if errors.code(error) == "ResourceNotFoundException":
                raise PlaceGone(f"there is no secret {name}") from None
            raise TryLater(f"its address cannot be read: {errors.say(error)}") from error


def meaning(status: int, headers: Mapping[str, str], body: bytes) -> Exception | None:
    """What an answer means: one of the words that the outbox knows, None where the message was taken."""
    if 200 <= status < 300:
        return None
    fault = teams_failures.read(status, headers, body)
    code = fault.code or teams_failures.word(body.decode("utf-8", "replace").strip())
    said = f"the webhook says {code or status}"
    if status in _PATIENCE or status >= 500:
        return TryLater(said, fault.seconds)
    # Where it sends one elsewhere is not looked at, and a signature that is not valid any more opens nothing again.
    if status < 400 or status in {401, 403, 404, 410} or code in _GONE:
        return PlaceGone(said)
    return WebhookRefused(status, code)


def _kind(error: BaseException) -> str:
    """What went wrong, without the address."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, webhook_addresses.NotPublic):
            return "its host stands for an address that is not public"
        cause = cause.__cause__ or getattr(cause, "os_error", None)
    return type(error).__name__
