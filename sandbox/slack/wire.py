"""How Slack reaches an app: signed HTTP requests, or envelopes over a Socket Mode connection."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from sandbox.slack.people import APP_ID
from sandbox.slack.world import Json

ACK_SECONDS = 3.0
GOING_SECONDS = 10.0  # what Slack gives a connection that it has told to go
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True)
class Ack:
    """The app's answer to a request: HTTP status (0: none), its body, and how long it took.

    `error` is what Slack makes of a failure: operation_timeout or dispatch_failed. `errors` are those beside a form's
    fields, by block id, whether the app or the client itself gave them.
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


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 signature of a request (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""
    signed = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={signed.hexdigest()}"


class Wire:
    """The way to one app; `bot_url` is its `…/slack/events`, used while no socket is open."""

    def __init__(self, signing_secret: str) -> None:
        self.bot_url = ""
        self.sent: list[Sent] = []
        self.outstanding = 0
        self._secret = signing_secret
        self._session: aiohttp.ClientSession | None = None
        self.changed: Callable[[], None] = lambda: None
        self._sockets: list[web.WebSocketResponse] = []
        self._left = asyncio.Event()  # set whenever a socket has gone
        self._waiting: dict[str, asyncio.Future[Any]] = {}

    async def close(self) -> None:
        """Close sockets and connections."""
        await self._hang_up()
        if self._session:
            await self._session.close()
            self._session = None

    @property
    def sockets(self) -> int:
        """How many Socket Mode connections are open."""
        return len(self._sockets)

    def headers(self, body: bytes, content_type: str = FORM, timestamp: int | None = None) -> dict[str, str]:
        """The signed headers of a request; the real time, because that is what an app compares it with."""
        stamp = str(int(time.time()) if timestamp is None else timestamp)
        return {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self._secret, stamp, body),
        }

    async def command(self, fields: Mapping[str, str], to: str | None = None) -> Ack:
        """Send a slash command."""
        return await self._deliver("slash_commands", dict(fields), urlencode(fields).encode(), to)

    async def interaction(self, payload: Json, to: str | None = None) -> Ack:
        """Send a button press or a form."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self._deliver("interactive", payload, body, to)

    async def event(self, payload: Json, to: str | None = None) -> Ack:
        """Send an event."""
        return await self._deliver("events_api", payload, json.dumps(payload).encode(), to, JSON)

    async def _deliver(self, kind: str, payload: Json, body: bytes, to: str | None, content_type: str = FORM) -> Ack:
        self.outstanding += 1
        try:
            if self._sockets and to is None:
                return await self._over_socket(kind, payload)
            return await self.send(Sent(body, self.headers(body, content_type)), to)
        finally:
            self.outstanding -= 1
            self.changed()

    async def send(self, sent: Sent, to: str | None = None) -> Ack:
        """Send a prepared request (again)."""
        self.sent.append(sent)
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ACK_SECONDS))
        started = time.monotonic()
        try:
            async with self._session.post(to or self.bot_url, data=sent.body, headers=sent.headers) as response:
                text = await response.text()
        except TimeoutError:
            return Ack(0, seconds=time.monotonic() - started, error="operation_timeout")
        except (aiohttp.ClientError, ValueError) as error:
            return Ack(0, str(error), time.monotonic() - started, "dispatch_failed")
        body = _parsed(text, response.content_type)
        error_name = "" if response.ok else "dispatch_failed"
        return Ack(response.status, body, time.monotonic() - started, error_name)

    async def _over_socket(self, kind: str, payload: Json) -> Ack:
        envelope = secrets.token_hex(16)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = answer
        started = time.monotonic()
        message = {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True}
        try:
            await self._sockets[0].send_json(message)
            body = await asyncio.wait_for(answer, ACK_SECONDS)
        except (TimeoutError, ConnectionError):
            return Ack(0, seconds=time.monotonic() - started, error="operation_timeout")
        finally:
            del self._waiting[envelope]
        return Ack(200, body, time.monotonic() - started)

    async def serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        """One Socket Mode connection, from hello to its end."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append(socket)
        self.changed()
        hello = {"num_connections": len(self._sockets), "connection_info": {"app_id": APP_ID}}
        await socket.send_json({"type": "hello", **hello, "debug_info": {"approximate_connection_time": 18060}})
        try:
            async for message in socket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            with contextlib.suppress(ValueError):
                self._sockets.remove(socket)
            self._left.set()
        return socket

    def _acknowledged(self, text: str) -> None:
        ack = _parsed(text, "application/json")
        waiting = self._waiting.get(ack.get("envelope_id", "")) if isinstance(ack, dict) else None
        if waiting and not waiting.done():
            waiting.set_result(ack.get("payload") or "")

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every socket to go, as Slack does every few hours; those that stay are closed after a while.

        Closed at once, an app may hear of the end before the words, and come again twice: what it is sent over the
        first of its new connections is then lost.
        """
        told = list(self._sockets)
        for socket in told:
            with contextlib.suppress(ConnectionError):
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOING_SECONDS):
                while any(socket in self._sockets for socket in told):
                    self._left.clear()
                    await self._left.wait()
        await self._hang_up(told)

    async def _hang_up(self, told: Sequence[web.WebSocketResponse] | None = None) -> None:
        for socket in list(self._sockets) if told is None else told:
            await socket.close()
            with contextlib.suppress(ValueError):
                self._sockets.remove(socket)


def _parsed(text: str, content_type: str) -> Any:
    if content_type == "application/json":
        with contextlib.suppress(ValueError):
            return json.loads(text)
    return text
