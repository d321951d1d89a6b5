"""What is to be said, until it is said: in order, at each place's pace, by one replica at a time.

Accepted is written: `post`, `card` and `reply` return when a delivery is in the table. Whichever replica holds the
lease of a place then sends that place's deliveries, oldest first, until sent, refused, the place is gone, or a day has
passed. Of a run's card only the newest `seq` is sent, and never one older than what is shown.

What is not to be said yet waits until it is due. What was muted, came outside of a place's hours or would be too much
at once is not said but listed: one message, changed in place, has a line for each.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping

from aws_ops import clock
from aws_ops.table import Table
from notifiers import outbox_items as items
from notifiers import outbox_later
from notifiers.delivery import InThread, Speaker
from notifiers.held import Entry, Why
from notifiers.message import Message, line
from notifiers.outbox_books import Books
from notifiers.outbox_delivery import Delivery, Terms
from notifiers.outbox_send import Sender
from notifiers.outbox_worker import Office, Worker
from notifiers.place import Place

log = logging.getLogger(__name__)

LOOK_S = 3.0
FLOOD = 10
_APART_S = 0.001


async def _nobody_minds(_place: Place, _why: str) -> None:
    """For whoever keeps nothing by place."""


class Outbox:
    """The outbox of one process. Any number of processes may share the table.

    `speakers` by the scheme of a place. `knows` says whether a button's command exists (unknown ones are left out).
    `admin_place` is where Deskside speaks about itself. `pace` seconds lie between two messages in one place, and
    `look_s` between two looks for what other replicas left. `flood` is how many new messages that have an entry may
    come in a place within a minute, before the others are listed. `gone` is told of a place that nothing can be said
    in any more, and why; it may be told again. `count` is told what became of deliveries: posted, updated, replied,
    listed, coalesced, retried, gone, refused, expired.
    """

    def __init__(  # noqa: PLR0913 - each has a name where it is made, which is in one place
        self,
        table: Table,
        speakers: Mapping[str, Speaker],
        in_thread: InThread,
        knows: Callable[[str], bool],
        admin_place: Callable[[], Place],
        *,
        pace: float = 1.0,
        look_s: float = LOOK_S,
        flood: Callable[[], int] = lambda: FLOOD,
        gone: Callable[[Place, str], Awaitable[None]] = _nobody_minds,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._table = table
        self._in_thread = in_thread
        self._admin_place = admin_place
        self._look_s = look_s
        self._flood = flood
        self._owner = uuid.uuid4().hex
        self._workers: dict[str, Worker] = {}
        self._working: dict[str, asyncio.Task[None]] = {}
        self._writing = 0
        self._stopping = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        sender = Sender(speakers, knows)
        self._office = Office(in_thread, sender, self._announce, gone, count, pace, self._stopping)

    async def start(self) -> None:
        """Begin to look for what other replicas left behind, and for what is due."""
        self._looking = asyncio.create_task(self._keep_looking())

    async def stop(self, seconds: float = 10.0) -> None:
        """Say what can be said within `seconds` and let go; the rest stays in the table."""
        self._stopping.set()
        working = list(self._working.values())
        if working:
            _, late = await asyncio.wait(working, timeout=seconds)
            for worker in late:
                worker.cancel()
        if self._looking is not None:
            self._looking.cancel()
            working.append(self._looking)
        await asyncio.gather(*working, return_exceptions=True)

    def busy(self) -> bool:
        """Whether something is being written or said now (and not: waiting for another replica, or for a platform)."""
        return self._writing > 0 or any(not self._workers[place].waiting for place in self._working)

    async def post(
        self,
        place: Place,
        key: str,
        message: Message,
        *,
        entry: Entry | None = None,
        due: int | None = None,
        why: Why | None = None,
    ) -> bool:
        """Accept a message for a place; False when this key was accepted there before. Raises what the table raises.

        `entry` stands for it where it is listed. It is not said before `due` (epoch seconds), and then with others that
        waited because of the same `why` (None: as notices).
        """
        terms = Terms(entry, due, why or "notices")
        return await self._accept(place, lambda: items.write_post(self._table, str(place), key, message, terms))

    async def card(
        self,
        place: Place,
        run: str,
        seq: int,
        message: Message,
        *,
        entry: Entry | None = None,
        due: int | None = None,
        why: Why | None = None,
    ) -> bool:
        """Accept the newest picture of a run; False when the place shows it, or a later one, already.

        `entry`, `due` and `why` as for `post`; but a card that stands there, or has a line in a list, is changed at
        once, for nobody is disturbed by that.
        """
        terms, quietly = Terms(entry, due, why or "notices"), place.editable
        return await self._accept(
            place, lambda: items.write_card(self._table, str(place), run, seq, message, terms, quietly=quietly)
        )

    async def reply(self, place: Place, run: str, seq: int, message: Message) -> bool:
        """Accept something to be said in the thread of a run's card; False when that was said, or a later one.

        Of the replies of a run that wait, only the newest is said, and none where there are no threads, nor where the
        run has no card of its own.
        """
        return await self._accept(place, lambda: items.write_reply(self._table, str(place), run, seq, message))

    async def release(self, place: Place, why: Why, until: int | None = None) -> int:
        """Let what waits at a place because of `why` be due now; how much that is.

        `until`: only what would be due then.
        """
        released = await self._in_thread(outbox_later.release, self._table, str(place), why, until)
        self._wake(str(place), why)
        return released

    async def held(self, why: Why) -> frozenset[Place]:
        """Where something waits because of `why`, and is not due; a second or so behind what was accepted."""
        return frozenset(map(Place.parse, await self._in_thread(outbox_later.held, self._table, why)))

    async def shows(self, place: Place, run: str) -> bool:
        """Whether the place has a card of this run or a line of a list for it, or is about to."""
        return await self._in_thread(items.shows, self._table, str(place), run)

    async def renew(self, place: Place, run: str, seq: int, message: Message, entry: Entry) -> None:
        """Let the card of a run be as it is now, where it is shown, or waits; nothing new is said."""
        await self._in_thread(outbox_later.renew, self._table, str(place), run, seq, message, entry)
        if place.editable and await self.shows(place, run):
            await self.card(place, run, seq, message, entry=entry)

    async def _accept(self, place: Place, write: Callable[[], bool]) -> bool:
        self._writing += 1
        try:
            accepted = await self._in_thread(write)
            if accepted:
                self._wake(str(place))
            return accepted
        finally:
            self._writing -= 1

    def _wake(self, place: str, due: Why | None = None) -> None:
        if place not in self._workers:
            books = Books(self._table, place, self._owner, self._flood, self._office.count)
            self._workers[place] = Worker(place, books, self._office)
        self._workers[place].wake(due)
        if place not in self._working and not self._stopping.is_set():
            self._working[place] = asyncio.create_task(self._workers[place].work())
            self._working[place].add_done_callback(lambda _: self._done(place))

    def _done(self, place: str) -> None:
        del self._working[place]
        if self._workers[place].woken:  # something came while the worker was letting go
            self._wake(place)

    async def look(self) -> None:
        """Begin to say what has become due, and what another replica left behind. Raises what the table raises."""
        places, due = await self._in_thread(self._waiting)
        woken: list[tuple[str, Why | None]] = [*((place, None) for place in places), *due]
        for place, why in woken:
            if not Place.is_known(place):  # a newer version of Deskside knows it
                continue
            idle = place not in self._working
            self._wake(place, why)
            if idle:  # not all at once: they would be in each other's way at every turn
                await asyncio.sleep(_APART_S)

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("the outbox cannot read the table")
            await asyncio.sleep(self._look_s)

    def _waiting(self) -> tuple[set[str], set[tuple[str, Why]]]:
        return items.places(self._table), outbox_later.due_places(self._table)

    async def _announce(self, delivery: Delivery, kind: str, what: str) -> None:
        """Say in the admin place, at most once a day, that something did not arrive."""
        log.error("%s %s", delivery.place, what)
        admin = self._admin_place()
        if delivery.place != str(admin):
            about = line(f"{delivery.place} {what}. It was: {delivery.message.summary}", "warning")
            entry = Entry(text=about.summary, severity=about.severity, at=clock.epoch())
            await self.post(admin, f"{kind}#{delivery.place}#{clock.now():%Y-%m-%d}", about, entry=entry)
