"""Failures that were ordered: which call of the app fails next, and how."""

from dataclasses import dataclass, field

from aiohttp import web

from sandbox.teams.errors import Refused, usual_code


@dataclass
class Fault:
    """One order. `after`: the call is done first and only its answer is lost."""

    status: int
    code: str
    times: int
    retry_after: int
    after: bool

    @property
    def error(self) -> str:
        """The code in the answer."""
        return self.code or usual_code(self.status)

    def response(self, request: web.Request) -> web.Response:
        """The failed answer; status 0 cuts the connection."""
        if self.status == 0:
            if request.transport:
                request.transport.abort()
            return web.Response(status=502)
        throttled = self.status == web.HTTPTooManyRequests.status_code
        return refusal(Refused(self.error, status=self.status, retry_after=self.retry_after if throttled else 0))


@dataclass
class Faults:
    """The orders, by the operation's name."""

    _orders: dict[str, list[Fault]] = field(default_factory=dict)

    def order(self, operation: str, fault: Fault) -> None:
        """Add one, behind those that are there."""
        self._orders.setdefault(operation, []).append(fault)

    def take(self, *operations: str) -> Fault | None:
        """The next one for a call that goes by these names."""
        for name in operations:
            queue = self._orders.get(name, [])
            if queue:
                queue[0].times -= 1
                return queue.pop(0) if queue[0].times <= 0 else queue[0]
        return None


def refusal(refused: Refused) -> web.Response:
    """The answer that refuses."""
    headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
    return web.json_response(refused.body, status=refused.status, headers=headers)
