"""What is to be said, until it is said: in order, at each place's pace, by one replica at a time.

Accepted is written: `post` and `card` return when a delivery is in the table. Whichever replica holds the lease of a
place then sends that place's deliveries, oldest first, until sent, refused, the place is gone, or a day has passed.
Of a run's card only the newest `seq` is sent, and never one older than what is shown.
"""

import asyncio
import logging
import math
import time
import uuid
from collections.abc import Callable, Mapping

from aws_ops import clock
from aws_ops.table import Table
from notifiers import outbox_items as items
from notifiers.delivery import InThread, PlaceGone, Refused, Speaker, TryLater, backoff
from notifiers.message import Message, line
from notifiers.outbox_items import Delivery
from notifiers.outbox_send import Sender
from notifiers.place import Place

log = logging.getLogger(__name__)

LEASE_S = 25
# Well within the lease: what arrives after its end could overtake the next holder. And two calls of a chat fit in, of
# up to 8 s each: what is cut off after it was said is said again.
SEND_S = 20.0
LOOK_S = 3.0
_HANDOVER_TRIES = 4
STUCK_S = 600


class Outbox:
    """The outbox of one process. Any number of processes may share the table.

    `speakers` by the scheme of a place. `knows` says whether a button's command exists (unknown ones are left out).
    `admin_place` is where Deskside speaks about itself. `pace` seconds lie between two messages in one place, and
    `look_s` between two looks for what other replicas left. `count` is told what became of deliveries: posted, updated,
    coalesced, retried, gone, refused, expired.
    """

    def __init__(
        self,
        table: Table,
        speakers: Mapping[str, Speaker],
        in_thread: InThread,
        knows: Callable[[str], bool],
        admin_place: Callable[[], Place],
        *,
        pace: float = 1.0,
        look_s: float = LOOK_S,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._table = table
        self._in_thread = in_thread
        self._sender = Sender(table, speakers, in_thread, knows)
        self._admin_place = admin_place
        self._pace = pace
        self._look_s = look_s
        self._count = count
        self._owner = uuid.uuid4().hex
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()  # places with something new since their worker looked
        self._waiting: set[str] = set()  # places whose worker only waits: for a lease, or as a platform asked
        self._held: set[str] = set()
        self._failures: dict[str, int] = {}
        self._failing_since: dict[str, int] = {}
        self._next_at: dict[str, float] = {}
        self._writing = 0
        self._stopping = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look for what other replicas left behind."""
        self._looking = asyncio.create_task(self._look())

    async def stop(self, seconds: float = 10.0) -> None:
        """Say what can be said within `seconds` and let go; the rest stays in the table."""
        self._stopping.set()
        workers = list(self._workers.values())
        if workers:
            _, late = await asyncio.wait(workers, timeout=seconds)
            for worker in late:
                worker.cancel()
        if self._looking is not None:
            self._looking.cancel()
            workers.append(self._looking)
        await asyncio.gather(*workers, return_exceptions=True)

    def busy(self) -> bool:
        """Whether something is being written or said now (and not: waiting for another replica, or for a platform)."""
        return self._writing > 0 or any(place not in self._waiting for place in self._workers)

    async def post(self, place: Place, key: str, message: Message) -> bool:
        """Accept a message for a place; False when this key was accepted there before. Raises what the table raises."""
        return await self._accept(str(place), lambda: items.write_post(self._table, str(place), key, message))

    async def card(self, place: Place, run: str, seq: int, message: Message) -> bool:
        """Accept the newest picture of a run; False when the place shows it, or a later one, already."""
        return await self._accept(str(place), lambda: items.write_card(self._table, str(place), run, seq, message))

    async def shows(self, place: Place, run: str) -> bool:
        """Whether the place has a card of this run."""
        return await self._in_thread(items.read_card, self._table, str(place), run) is not None

    async def _accept(self, place: str, write: Callable[[], bool]) -> bool:
        self._writing += 1
        try:
            accepted = await self._in_thread(write)
            if accepted:
                self._wake(place)
            return accepted
        finally:
            self._writing -= 1

    def _wake(self, place: str) -> None:
        self._woken.add(place)
        if place not in self._workers and not self._stopping.is_set():
            self._workers[place] = asyncio.create_task(self._work(place))
            self._workers[place].add_done_callback(lambda _: self._done(place))

    def _done(self, place: str) -> None:
        del self._workers[place]
        self._failing_since.pop(place, None)  # another replica may have had more luck since
        if place in self._woken:  # something came while the worker was letting go
            self._wake(place)

    async def _look(self) -> None:
        while True:
            try:
                for place in await self._in_thread(items.places, self._table):
                    self._wake(place)
            except Exception:
                log.exception("the outbox cannot read the table")
            await asyncio.sleep(self._look_s)

    async def _work(self, place: str) -> None:
        """Say what there is to say at `place`, then let go of it."""
        try:
            while place in self._woken:
                self._woken.discard(place)
                await self._say_all(place)
        except Exception:
            log.exception("the outbox stumbled", extra={"place": place})
        finally:
            if place in self._held:
                await self._let_go(place)

    async def _say_all(self, place: str) -> None:
        while await self._has_lease(place):
            pending = await self._in_thread(items.pending, self._table, place)
            if not pending or not await self._next(place, pending):
                return

    async def _has_lease(self, place: str) -> bool:
        """Take or renew the lease; False when another replica keeps it, which then says what is ours as well."""
        for handover in range(_HANDOVER_TRIES):
            if await self._lease(place, LEASE_S):
                return True
            # It may just have looked for the last time before ours was written.
            await self._wait(place, 0.1 * 2**handover)
        return False

    async def _lease(self, place: str, seconds: int) -> bool:
        held = await self._in_thread(self._table.lease, *items.lease_key(place), self._owner, seconds)
        (self._held.add if held else self._held.discard)(place)
        return held

    async def _let_go(self, place: str) -> None:
        self._held.discard(place)
        try:
            await self._in_thread(self._table.release, *items.lease_key(place), self._owner)
        except Exception:
            log.exception("a lease could not be given up; it ends in %d s", LEASE_S, extra={"place": place})

    async def _wait(self, place: str, seconds: float) -> None:
        self._waiting.add(place)
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(place)

    async def _next(self, place: str, pending: list[Delivery]) -> bool:
        """Say the next thing; False when that is for another process to try again."""
        chosen, same = _newest(pending)
        # Short beside the lease, also where an administrator made the pace slower.
        await asyncio.sleep(min(3.0, self._next_at.get(place, 0.0) - time.monotonic()))
        try:
            outcome = await self._deliver(chosen)
        except TryLater as later:
            return await self._hold(chosen, later)
        if outcome != "coalesced":
            self._next_at[place] = time.monotonic() + self._pace
        self._failures.pop(place, None)
        self._failing_since.pop(place, None)
        await self._in_thread(items.forget, self._table, same)
        for said in (outcome, *("coalesced" for _ in same[1:])):
            self._count(said)
        return True

    async def _hold(self, delivery: Delivery, later: TryLater) -> bool:
        """Wait as the platform asks, with the lease, so that no other replica asks it meanwhile."""
        place = delivery.place
        self._count("retried")
        if clock.epoch() - self._failing_since.setdefault(place, clock.epoch()) > STUCK_S:
            await self._announce(delivery, "stuck", f"has taken nothing for 10 minutes ({later}): it is tried again")
        self._failures[place] = self._failures.get(place, 0) + 1
        delay = later.seconds if later.seconds is not None else backoff(self._failures[place])
        log.warning("%s: trying again in %.1f s", later, delay, extra={"place": place})
        await self._lease(place, max(LEASE_S, math.ceil(delay) + 1))
        await self._wait(place, delay)
        return not self._stopping.is_set()

    async def _deliver(self, delivery: Delivery) -> str:
        """Say it, and what became of it. Raises TryLater."""
        if delivery.too_old:
            why = "could not be reached" if delivery.readable else "has a message that could not be read"
            kind = "expired" if delivery.readable else "unreadable"
            await self._announce(delivery, kind, f"{why} for 24 hours: what waited there is dropped")
            return "expired"
        try:
            return await asyncio.wait_for(self._sender.send(delivery), SEND_S)
        except TimeoutError as timeout:
            raise TryLater("no answer in time") from timeout
        except PlaceGone as gone:
            await self._announce(delivery, "gone", f"cannot be written to ({gone})")
            return "gone"
        except Refused as refused:
            await self._announce(delivery, f"refused#{delivery.key}", f"refuses a message ({refused})")
            return "refused"

    async def _announce(self, delivery: Delivery, kind: str, what: str) -> None:
        """Say in the admin place, at most once a day, that something did not arrive."""
        log.error("%s %s", delivery.place, what)
        admin = self._admin_place()
        if delivery.place != str(admin):
            about = line(f"{delivery.place} {what}. It was: {delivery.message.summary}", "warning")
            await self.post(admin, f"{kind}#{delivery.place}#{clock.now():%Y-%m-%d}", about)


def _newest(pending: list[Delivery]) -> tuple[Delivery, list[Delivery]]:
    """What to say next, and all that is then said: of the first one's run, the card with the highest seq."""
    first = pending[0]
    if first.run is None:
        return first, [first]
    same = [delivery for delivery in pending if delivery.run == first.run]
    return max(same, key=lambda delivery: (delivery.seq, delivery.again)), same
