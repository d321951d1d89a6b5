"""How Teams reaches an app: activities posted to its endpoint, each with a signed token."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.teams.world import Json

INVOKE_SECONDS = 10.0
MESSAGE_SECONDS = 15.0


@dataclass(frozen=True)
class Ack:
    """The app's answer to an activity: HTTP status (0: none, or nothing was sent), its body, and how long it took.

    `error` is what the client makes of a failure: timeout, failed, or invalid_response for a body that is not an
    invoke's answer. `errors` are those beside a form's fields, by input id, that the client itself gave.
    """

    status: int
    body: Any = ""
    seconds: float = 0.0
    error: str = ""
    errors: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Sent:
    """A request to the app as it went over the wire, to be replayed or tampered with by tests."""

    body: bytes
    headers: Mapping[str, str]

    @property
    def activity(self) -> Json:
        """The activity in it."""
        activity: Json = json.loads(self.body)
        return activity


class Wire:
    """The way to one app; `bot_url` is its `…/api/messages`.

    `token` makes the token of each request; a test may put a forger there, or one that returns None for no header.
    """

    def __init__(self, token: Callable[[], str | None]) -> None:
        self.bot_url = ""
        self.sent: list[Sent] = []
        self.outstanding = 0
        self.token = token
        self.changed: Callable[[], None] = lambda: None
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close connections."""
        if self._session:
            await self._session.close()
            self._session = None

    def headers(self) -> dict[str, str]:
        """The headers of a request."""
        token = self.token()
        authorization = {} if token is None else {"Authorization": f"Bearer {token}"}
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)",
            **authorization,
        }

    async def deliver(self, activity: Json, to: str | None = None) -> Ack:
        """Post an activity."""
        seconds = INVOKE_SECONDS if activity.get("type") == "invoke" else MESSAGE_SECONDS
        return await self.send(Sent(json.dumps(activity).encode(), self.headers()), to, seconds)

    async def deliver_all(self, activities: Iterable[Json], to: str | None = None) -> list[Ack]:
        """Post activities in this order, without waiting for the app's answer in between."""
        return await asyncio.gather(*(self.deliver(activity, to) for activity in activities))

    async def send(self, sent: Sent, to: str | None = None, seconds: float = MESSAGE_SECONDS) -> Ack:
        """Send a prepared request (again)."""
        self.sent.append(sent)
        self.outstanding += 1
        try:
            return await self._send(sent, to or self.bot_url, seconds)
        finally:
            self.outstanding -= 1
            self.changed()

    async def _send(self, sent: Sent, url: str, seconds: float) -> Ack:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        started = time.monotonic()
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._session.post(url, data=sent.body, headers=sent.headers, timeout=timeout) as response:
                text = await response.text()
        except TimeoutError:
            return Ack(0, seconds=time.monotonic() - started, error="timeout")
        except (aiohttp.ClientError, ValueError) as error:
            return Ack(0, str(error), time.monotonic() - started, "failed")
        return Ack(response.status, _parsed(text), time.monotonic() - started, "" if response.ok else "failed")


def _parsed(text: str) -> Any:
    with contextlib.suppress(ValueError):
        return json.loads(text)
    return text


def json_of(raw: bytes) -> Any:
    """The JSON of a body; None for one without."""
    with contextlib.suppress(ValueError):
        return json.loads(raw)
    return None
