"""Who may ask the page's endpoints, and what a browser may do with the page."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse the page's endpoints to other sites (a rebound name, a form elsewhere), and say what went wrong."""
    if not (request.path == "/" or request.path.startswith("/page/")):
        return await handler(request)
    origin = request.headers.get("Origin")
    if request.url.host not in _LOOPBACK or (origin and URL(origin).authority != request.host):
        return web.Response(status=403, text="Only this machine's own page may ask.")
    if request.method == "POST" and request.content_type != "application/json":
        return web.Response(status=415, text="JSON, please.")
    try:
        response = await handler(request)
    except web.HTTPException as refused:
        return web.json_response({"error": refused.text or refused.reason}, status=refused.status)
    except (KeyError, LookupError, ValueError) as error:
        return web.json_response({"error": str(error)}, status=400)
    if not response.prepared:
        response.headers.update(SECURITY_HEADERS)
    return response
