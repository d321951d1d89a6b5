"""What a call of Slack's answers that fails."""

from aiohttp import web

from sandbox.faults import CUT, Fault, cut


def failed(request: web.Request, fault: Fault) -> web.Response:
    """The failed answer: with status 200 `{"ok": false}`."""
    error = fault.error or "internal_error"
    if fault.status == CUT:
        return cut(request)
    if fault.status == web.HTTPTooManyRequests.status_code:
        return too_many(fault.retry_after)
    if fault.status == web.HTTPOk.status_code:
        return web.json_response({"ok": False, "error": error})
    return web.Response(status=fault.status, text=error)


def too_many(seconds: int) -> web.Response:
    """The answer to whoever calls too often."""
    headers = {"Retry-After": str(seconds)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
