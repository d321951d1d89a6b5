"""Where the app learns who speaks to it, and gets the token with which it speaks: metadata, keys, login.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.teams.tokens import ISSUER, AppTokens, LoginError, SigningKeys
from sandbox.teams.world import Json

Work = Callable[[], tuple[web.Response, str]]
Guarded = Callable[[web.Request, str, Json, Work], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Identity:
    """The routes; `guarded` does a call, or lets it fail as ordered."""

    keys: SigningKeys
    app_tokens: AppTokens
    base: Callable[[], str]
    guarded: Guarded

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/.well-known/openidconfiguration", self._metadata),
            web.get("/v1/.well-known/keys", self._published_keys),
            web.post("/login/{tenant}/oauth2/v2.0/token", self._login),
        ]

    async def _metadata(self, request: web.Request) -> web.StreamResponse:
        document = {
            "issuer": ISSUER,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"{self.base()}/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }
        return await self.guarded(request, "metadata", {}, lambda: (web.json_response(document), ""))

    async def _published_keys(self, request: web.Request) -> web.StreamResponse:
        return await self.guarded(request, "keys", {}, lambda: (web.json_response(self.keys.published()), ""))

    async def _login(self, request: web.Request) -> web.StreamResponse:
        form = dict(await request.post())
        args = {name: value for name, value in form.items() if name != "client_secret"}

        def work() -> tuple[web.Response, str]:
            try:
                return web.json_response(self.app_tokens.issue(request.match_info["tenant"], form)), ""
            except LoginError as refused:
                return web.json_response(refused.body, status=refused.status), refused.error

        return await self.guarded(request, "token", args, work)
