"""The two ports: what chats may reach, and what only the operators of this process may."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.health import Readiness
from bot.metrics import Metrics

# Slack's largest body is a form of a few kilobytes; Teams' activities are at most 100 KB.
_LONGEST_BODY = 1024 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def public_app(routes: dict[str, Handler]) -> web.Application:
    """`GET /healthz`, and a POST route for each path in `routes`."""
    app = web.Application(client_max_size=_LONGEST_BODY)
    app.router.add_get("/healthz", _alive)
    for path, handler in routes.items():
        app.router.add_post(path, handler)
    return app


def admin_app(readiness: Readiness, metrics: Metrics) -> web.Application:
    """`GET /readyz` and `GET /metrics`."""

    async def ready(_: web.Request) -> web.Response:
        report = await readiness.report()
        return web.json_response(report.model_dump(), status=200 if report.ready else 503)

    async def measured(_: web.Request) -> web.Response:
        headers = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return web.Response(body=metrics.render(), headers=headers)

    app = web.Application()
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", measured)
    return app


async def _alive(_: web.Request) -> web.Response:
    return web.json_response({"alive": True})


class Server:
    """One port."""

    def __init__(self, app: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=3.0)
        self._host = host
        self.port = port

    async def start(self) -> None:
        """Listen; `port` is then the real one, where it was 0. Raises OSError when it is taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Take no more connections, and let open requests end."""
        await self._runner.cleanup()
