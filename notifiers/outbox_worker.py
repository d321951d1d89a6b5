"""Says what there is to say in one place: in order, at its pace, and as its chat asks."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aws_ops import clock
from notifiers import outbox_lists as lists
from notifiers.delivery import InThread, PlaceGone, Refused, TryLater, backoff
from notifiers.held import Why
from notifiers.outbox_books import SEND_S, Books, NotOurs, Step
from notifiers.outbox_delivery import Delivery
from notifiers.outbox_pace import Pace
from notifiers.outbox_send import NoSpeaker, Sender
from notifiers.place import Place

log = logging.getLogger(__name__)

STUCK_S = 600
_HANDOVER_TRIES = 4
_SETTLE_TRIES = 4
# Short beside the lease, also where an administrator made the pace slower.
_LONGEST_PACE_S = 3.0

_UNSAID = frozenset({"coalesced", "expired", "gone"})


@dataclass(frozen=True)
class Office:
    """What the workers of all places share. `announce` tells the admins of a delivery: a kind, and a sentence's end."""

    in_thread: InThread
    sender: Sender
    announce: Callable[[Delivery, str, str], Awaitable[None]]
    gone: Callable[[Place, str], Awaitable[None]]
    count: Callable[[str], None]
    pace: float
    stopping: asyncio.Event


class Worker:
    """The worker of one place, which it also is while it has nothing to do.

    `waiting`: it only waits, for a lease, or as a platform asked.
    """

    def __init__(self, place: str, books: Books, office: Office) -> None:
        self.waiting = False
        self._place = place
        self._books = books
        self._office = office
        self._pace = Pace(office.pace)
        self._woken = False
        self._next_at = 0.0
        self._said_at: float | None = None
        self._failures = 0
        self._failing_since: int | None = None

    @property
    def woken(self) -> bool:
        """Whether there may be something new."""
        return self._woken

    def wake(self, due: Why | None = None) -> None:
        """There is something new, or what waited because of `due` is due."""
        self._woken = True
        if due is not None:
            self._books.due.add(due)

    async def work(self) -> None:
        """Say what there is to say, then let go of the place."""
        try:
            while self._woken:
                await self._say_all()
        except Exception:
            log.exception("the outbox stumbled", extra={"place": self._place})
        finally:
            self._failing_since = None  # another replica may have more luck
            if self._books.ours and self._books.settled:
                await self._let_go()

    async def _say_all(self) -> None:
        while True:
            if self._woken:
                self._woken, self._books.stale = False, True
            step = await self._step()
            if step is None or not await self._say(step):
                return

    async def _step(self) -> Step | None:
        """What to say next; None: nothing, or another replica keeps the lease, which then says what is ours as well."""
        handovers = failures = 0
        while handovers < _HANDOVER_TRIES:
            try:
                step = await self._office.in_thread(self._books.step, math.ceil(self._pause()) + 1)
            except NotOurs:
                # It may just have looked for the last time before ours was written.
                await self._wait(0.1 * 2**handovers)
                handovers += 1
            except Exception:
                failures += 1
                if self._books.settled or failures == _SETTLE_TRIES:
                    raise
                # With patience, because what is not written there is said again.
                log.exception("it cannot be written that something was said", extra={"place": self._place})
                await self._wait(0.1 * 2**failures)
            else:
                self._keep_pace()
                return step
        return None

    def _keep_pace(self) -> None:
        """After another replica too."""
        if (said := self._books.said_at) is not None and said != self._said_at:
            self._said_at = said
            self._next_at = max(self._next_at, time.monotonic() + said + self._office.pace - clock.now().timestamp())

    def _pause(self) -> float:
        """How many seconds the place's pace has us wait."""
        return max(0.0, min(_LONGEST_PACE_S, self._next_at - time.monotonic()))

    async def _say(self, step: Step) -> bool:
        """Say it; False when that is for another process to try again."""
        if pause := self._pause():
            await asyncio.sleep(pause)
        try:
            outcome, message_id = await self._deliver(step)
        except TryLater as later:
            return await self._hold(step, later)
        if outcome not in _UNSAID:
            self._next_at = (now := time.monotonic()) + self._pace.after(now)
            self._books.said_at = self._said_at = clock.now().timestamp()
        self._failures, self._failing_since = 0, None
        if outcome != "gone":
            self._books.said(step, message_id, outcome)
        return True

    async def _deliver(self, step: Step) -> tuple[str, str | None]:
        """Say it; what became of it, and the id of the message. Raises TryLater."""
        delivery = step.delivery
        if delivery.too_old:
            why = "could not be reached" if delivery.readable else "has a message that could not be read"
            kind = "expired" if delivery.readable else "unreadable"
            await self._office.announce(delivery, kind, f"{why} for 24 hours: what waited there is dropped")
            return "expired", None
        try:
            async with asyncio.timeout(SEND_S):
                return await self._office.sender.send(step)
        except TimeoutError as timeout:
            raise TryLater("no answer in time") from timeout
        except NoSpeaker as gone:
            await self._office.announce(delivery, "gone", f"cannot be written to ({gone})")
            self._office.count("gone")
            return "expired", None
        except PlaceGone as gone:
            await self._leave(delivery, gone)
            return "gone", None
        except Refused as refused:
            if lists.is_list(delivery.run):
                self._books.list_refused()
            await self._office.announce(delivery, f"refused#{delivery.key}", f"refuses a message ({refused})")
            return "refused", None

    async def _leave(self, delivery: Delivery, gone: PlaceGone) -> None:
        """The place is gone: first the admins are told, and only then what waits there is dropped."""
        await self._office.announce(
            delivery, "gone", f"cannot be written to ({gone}), and what waited there is dropped"
        )
        await self._office.gone(Place.parse(self._place), str(gone))
        for _ in range(await self._office.in_thread(self._books.clear)):
            self._office.count("gone")

    async def _hold(self, step: Step, later: TryLater) -> bool:
        """Wait as the platform asks, with the lease, so that no other replica asks it meanwhile."""
        self._office.count("retried")
        self._failing_since = clock.epoch() if self._failing_since is None else self._failing_since
        if clock.epoch() - self._failing_since > STUCK_S:
            taken = f"has taken nothing for 10 minutes ({later}): it is tried again"
            await self._office.announce(step.delivery, "stuck", taken)
        self._failures += 1
        delay = later.seconds if later.seconds is not None else backoff(self._failures)
        log.warning("%s: trying again in %.1f s", later, delay, extra={"place": self._place})
        await self._office.in_thread(self._books.extend, math.ceil(delay) + 1)
        await self._wait(delay)
        self._books.stale = True
        return not self._office.stopping.is_set()

    async def _wait(self, seconds: float) -> None:
        self.waiting = True
        try:
            await asyncio.wait_for(self._office.stopping.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            self.waiting = False

    async def _let_go(self) -> None:
        try:
            await self._office.in_thread(self._books.give_up)
        except Exception:
            log.exception("a lease could not be given up; it ends by itself", extra={"place": self._place})
