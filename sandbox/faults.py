"""How the simulated chats fail: as it was ordered for the next calls, and by chance, from a seed."""

import asyncio
import contextlib
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from aiohttp import web

KINDS = ("429", "500", "hang", "reset")
"""An HTTP status, `hang` (no answer for a while, and then the connection is cut), `reset` (it is cut at once)."""
CUT = 0  # the status that stands for a connection that is cut


@dataclass
class Fault:
    """One order: the next `times` calls fail with an HTTP status or `CUT`, after `wait_s` seconds of silence.

    `error` is the platform's word for it, empty for the usual one. `after`: the call is done first and only its answer
    is lost.
    """

    status: int
    error: str = ""
    times: int = 1
    retry_after: int = 1
    after: bool = False
    wait_s: float = 0.0


@dataclass
class Chance:
    """Each call fails with the probability `rate`, in one of the `kinds`; the same `seed` draws the same again.

    `hang_s`: how long a hang lasts at most. `only`: the calls that may fail (empty: any). Raises ValueError for a kind
    that there is not.
    """

    rate: float
    kinds: Sequence[str] = KINDS
    seed: int = 0
    hang_s: float = 2.0
    retry_after: int = 1
    after: bool = False
    only: Collection[str] = ()

    def __post_init__(self) -> None:
        if unknown := [kind for kind in self.kinds if kind not in ("hang", "reset") and not kind.isdigit()]:
            raise ValueError(f"no call fails with {', '.join(unknown)}: write hang, reset or an HTTP status")
        self._random = random.Random(self.seed)

    def draw(self, call: str) -> Fault | None:
        """What befalls the next call of this name; None where it goes well."""
        if (self.only and call not in self.only) or self._random.random() >= self.rate:
            return None
        kind = self._random.choice(self.kinds)
        if kind == "hang":
            return Fault(CUT, after=self.after, wait_s=self.hang_s)
        return Fault(CUT if kind == "reset" else int(kind), retry_after=self.retry_after, after=self.after)


@dataclass
class Faults:
    """The orders, by the call's name, and what chance has in store."""

    chances: list[Chance] = field(default_factory=list)
    _orders: dict[str, list[Fault]] = field(default_factory=dict)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def order(self, call: str, fault: Fault) -> None:
        """Add one, behind those that are there."""
        self._orders.setdefault(call, []).append(fault)

    def clear(self) -> None:
        """From now on everything goes well."""
        self._orders.clear()
        self.chances.clear()

    def end(self) -> None:
        """Nobody is kept waiting any more: the server stops."""
        self._over.set()

    def take(self, *names: str) -> Fault | None:
        """What befalls a call that goes by these names; chance knows it by the first."""
        for name in names:
            queue = self._orders.get(name, [])
            if queue:
                queue[0].times -= 1
                return queue.pop(0) if queue[0].times <= 0 else queue[0]
        return next(filter(None, (chance.draw(names[0]) for chance in self.chances)), None)

    async def silence(self, fault: Fault) -> None:
        """Say nothing for as long as the fault lasts, or until the server stops."""
        if fault.wait_s:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), fault.wait_s)


class Fallible:
    """What a simulated chat has that can fail."""

    _faults: Faults

    def fail_at_random(
        self,
        rate: float,
        kinds: Sequence[str] = KINDS,
        seed: int = 0,
        *,
        hang_s: float = 2.0,
        retry_after: int = 1,
        after: bool = False,
        only: Collection[str] = (),
    ) -> None:
        """Let calls fail by chance from now on, besides those that were ordered to: see `Chance`.

        They fail before they have done anything; `after` has them done first, and only the answer lost.
        """
        self._faults.chances.append(Chance(rate, kinds, seed, hang_s, retry_after, after, only))

    def recover(self) -> None:
        """No call fails any more."""
        self._faults.clear()


def cut(request: web.Request) -> web.Response:
    """Cut the connection; the answer goes nowhere."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=502)
