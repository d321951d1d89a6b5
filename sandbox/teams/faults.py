"""What a call of Teams' answers that fails, or is refused."""

from aiohttp import web

from sandbox.faults import CUT, Fault, cut
from sandbox.teams.errors import Refused, usual_code


def failed(request: web.Request, fault: Fault) -> web.Response:
    """The failed answer."""
    if fault.status == CUT:
        return cut(request)
    throttled = fault.status == web.HTTPTooManyRequests.status_code
    return refusal(Refused(code(fault), status=fault.status, retry_after=fault.retry_after if throttled else 0))


def code(fault: Fault) -> str:
    """The code in the answer."""
    return fault.error or usual_code(fault.status)


def refusal(refused: Refused) -> web.Response:
    """The answer that refuses."""
    headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
    return web.json_response(refused.body, status=refused.status, headers=headers)
