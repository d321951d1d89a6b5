"""Replicas that hear events, each with an outbox of its own, on one table."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from notifiers.alert_routes import Wishes
from notifiers.alerting import Alerting
from notifiers.alerts.alert import Alert
from notifiers.alerts.kinds import Kind
from notifiers.outbox import Outbox
from notifiers.subscriptions import Route
from tests.notifiers.outbox.world import VPN, Replicas

P = ParamSpec("P")
T = TypeVar("T")


async def utc(_: object) -> str:
    return "UTC"


class Hearing:
    """Replicas. `routes` is where alerts are heard; `heard` what each asked that for."""

    def __init__(self, replicas: Replicas) -> None:
        self.replicas = replicas
        self.table = replicas.table
        self.wall = replicas.wall
        self.routes: tuple[Route, ...] = (Route(VPN),)
        self.heard: list[Alert] = []
        self.counted: list[tuple[Kind, str]] = []

    def make(self, dies_after: int | None = None) -> Alerting:
        """One that dies with its outbox after so many calls of the table."""
        outbox = self.replicas.make()
        return Alerting(
            self.table,
            outbox,
            self._mortal(outbox, dies_after),
            self,
            utc,
            grace_s=lambda: 900,
            count=lambda kind, what: self.counted.append((kind, what)),
        )

    def _mortal(self, outbox: Outbox, dies_after: int | None) -> "Mortal":
        return Mortal(self.replicas, outbox, dies_after)

    def look(self) -> Wishes:
        return Wishes()

    async def of(self, alert: Alert, _: Wishes) -> tuple[Route, ...]:
        self.heard.append(alert)
        return self.routes


class Mortal:
    """The threads of a replica, which is killed instead of making call number `dies_after`."""

    def __init__(self, replicas: Replicas, outbox: Outbox, dies_after: int | None) -> None:
        self._replicas = replicas
        self._outbox = outbox
        self._threads = replicas.threads[outbox]
        self._left = dies_after

    async def __call__(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if self._left == 0:
            # Not between what it says and what it writes of that: the outbox has its own tests.
            await self._replicas.quiet()
            await self._replicas.kill(self._outbox)
            raise ConnectionError("killed")
        if self._left is not None:
            self._left -= 1
        return await self._threads(func, *args, **kwargs)
