"""The page's AWS panel: the simulated AWS's own controls, reached through the page."""

import asyncio
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web
from yarl import URL

from sandbox.page.screen import Json

_ACTIONS = {"associate", "connect", "disconnect"}
_WORKSPACE_ACTIONS = {"connect", "disconnect"}


class AwsRoutes:
    """`/page/aws…`, in front of the simulated AWS at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/page/aws", self._look),
            web.post("/page/aws/faults", self._faults),
            web.delete("/page/aws/faults", self._no_faults),
            web.get("/page/aws/happenings", self._happenings),
            web.post("/page/aws/happenings/{name}", self._happen),
            web.post("/page/aws/workspaces/{workspace}/{action}", self._act_on_workspace),
            web.post("/page/aws/{endpoint}/{action}", self._act),
        ]

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _look(self, _request: web.Request) -> web.Response:
        state, calls = await asyncio.gather(self._ask("GET", "state"), self._ask("GET", "calls"))
        return web.json_response({"state": state, "calls": calls})

    async def _act(self, request: web.Request) -> web.Response:
        endpoint, action = request.match_info["endpoint"], request.match_info["action"]
        if action not in _ACTIONS:
            raise web.HTTPNotFound
        path = f"vpn/{quote(endpoint, safe='')}/{action}"
        return web.json_response(await self._ask("POST", path, await request.json()))

    async def _act_on_workspace(self, request: web.Request) -> web.Response:
        workspace, action = request.match_info["workspace"], request.match_info["action"]
        if action not in _WORKSPACE_ACTIONS:
            raise web.HTTPNotFound
        return web.json_response(await self._ask("POST", f"workspaces/{quote(workspace, safe='')}/{action}"))

    async def _happenings(self, _request: web.Request) -> web.Response:
        return web.json_response(await self._ask("GET", "happenings"))

    async def _happen(self, request: web.Request) -> web.Response:
        name = quote(request.match_info["name"], safe="")
        return web.json_response(await self._ask("POST", f"happenings/{name}"))

    async def _faults(self, request: web.Request) -> web.Response:
        return web.json_response(await self._ask("POST", "faults", await request.json()))

    async def _no_faults(self, _request: web.Request) -> web.Response:
        return web.json_response(await self._ask("DELETE", "faults"))

    async def _ask(self, method: str, path: str, body: Json | None = None) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        url = URL(f"{self._url}/_sandbox/{path}", encoded=True)
        try:
            async with self._session.request(method, url, json=body or {}) as response:
                return await response.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise web.HTTPBadGateway(text=f"The simulated AWS does not answer: {error}") from None
