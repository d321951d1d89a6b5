"""The other end of Teams for the benchmarks: a connector that only counts, and signed activities.

It runs in the process that makes the load, so that the bot has its own. Nothing in it checks anything: it must not be
what is measured.
"""

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

APP_ID = "00000000-0000-4000-8000-00000000be9c"
TENANT = "00000000-0000-4000-8000-0000000073a7"
MIKA = "00000000-0000-4000-8000-000000000001"
CHAT = "a:bench"
ISSUER = "https://api.botframework.com"
_KEY = "bench"

_numbers = itertools.count(1)


@dataclass
class Connector:
    """Keys, tokens, and conversations that take everything. `replies` gets the time of each activity that came."""

    base: str = ""
    replies: asyncio.Queue[float] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = json.loads(RSAAlgorithm.to_jwk(self._private.public_key()))
        self._jwk = {**public, "kid": _KEY, "use": "sig", "alg": "RS256", "endorsements": ["msteams"]}
        app = web.Application()
        app.router.add_get("/metadata", self._metadata)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/login/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_get("/teams/v3/conversations/{chat}/members/{user}", self._member)
        app.router.add_post("/teams/v3/conversations/{chat}/activities", self._activity)
        app.router.add_post("/teams/v3/conversations/{chat}/activities/{to}", self._activity)
        self._runner = web.AppRunner(app, access_log=None)

    async def start(self) -> None:
        """Listen on loopback."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Let go of the port."""
        await self._runner.cleanup()

    @property
    def service_url(self) -> str:
        """What activities name as their serviceUrl."""
        return f"{self.base}/teams/"

    def bearer(self) -> str:
        """A channel's token, good for an hour."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": APP_ID, "nbf": now - 60, "exp": now + 3600, "serviceurl": self.service_url}
        return "Bearer " + jwt.encode(claims, self._private, algorithm="RS256", headers={"kid": _KEY})

    def message(self, text: str = "vpn status") -> dict[str, Any]:
        """A message that somebody typed in their own chat with the app."""
        number = next(_numbers)
        return {
            "type": "message",
            "id": f"1700000{number:06d}",
            "timestamp": "2026-11-20T10:00:00.000Z",
            "localTimezone": "Europe/Berlin",
            "serviceUrl": self.service_url,
            "channelId": "msteams",
            "from": {"id": "29:bench-mika", "name": "Mika Lind", "aadObjectId": MIKA},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": CHAT},
            "recipient": {"id": f"28:{APP_ID}", "name": "Deskside"},
            "channelData": {"tenant": {"id": TENANT}},
            "entities": [{"type": "clientInfo", "locale": "en-GB", "platform": "Web", "timezone": "Europe/Berlin"}],
            "textFormat": "plain",
            "locale": "en-GB",
            "text": text,
        }

    async def _metadata(self, _: web.Request) -> web.Response:
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.base}/keys"})

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [self._jwk]})

    async def _token(self, _: web.Request) -> web.Response:
        return web.json_response({"token_type": "Bearer", "expires_in": 3600, "access_token": "bench"})

    async def _member(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "id": "29:bench-mika",
                "name": "Mika Lind",
                "aadObjectId": MIKA,
                "tenantId": TENANT,
                "email": "mika@example.com",
                "userPrincipalName": "mika@example.com",
                "userRole": "user",
            }
        )

    async def _activity(self, request: web.Request) -> web.Response:
        await request.read()
        self.replies.put_nowait(time.perf_counter())
        return web.json_response({"id": "1"}, status=201)
