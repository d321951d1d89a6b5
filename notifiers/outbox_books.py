"""What is to be said next in one place, and what became of it: the table's side of the outbox.

Everything here blocks, and is called by one worker at a time, in a thread. Whatever takes a delivery away does so in
one transaction with what takes its place, so that a process may end anywhere in between.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aws_ops import clock
from aws_ops.table import Delete, Table, Write
from notifiers import outbox_cards as cards
from notifiers import outbox_items as items
from notifiers import outbox_lists as lists
from notifiers.held import LINES, Why
from notifiers.outbox_cards import Card
from notifiers.outbox_delivery import Delivery, newest_of_first, newest_ones
from notifiers.outbox_holding import Holding, Overtaken
from notifiers.place import Place

log = logging.getLogger(__name__)

LEASE_S = 25
# Well within the lease: what arrives after its end could overtake the next holder. And two calls of a chat fit in, of
# up to 8 s each: what is cut off after it was said is said again.
SEND_S = 20.0
_FLOOD_S = 60
_READ = 200  # of what waits, where more does
_MOST = 90  # deliveries that one transaction takes away, of the 100 writes that it has
_TRIES = 5


class NotOurs(Exception):
    """Another replica speaks in this place."""


@dataclass(frozen=True)
class Step:
    """What to say next.

    `same` are all deliveries that are then said, it included; `card` is what it changes or answers. `counts`: as one of
    those of which only so many come in a minute.
    """

    delivery: Delivery
    same: tuple[Delivery, ...]
    card: Card | None = None
    counts: bool = False


class Books:
    """The books of one place, for one process. `count` is told what became of deliveries that are not said.

    `stale`: something may be there that was not read yet. `due`: why something waited that is due.
    """

    def __init__(
        self, table: Table, place: str, owner: str, flood: Callable[[], int], count: Callable[[str], None]
    ) -> None:
        self._table = table
        self._place = place
        self._owner = owner
        self._flood = flood
        self._count = count
        self._editable = Place.parse(place).editable
        self._holding = Holding(table, place, owner, count, editable=self._editable)
        self._pending: list[Delivery] = []
        self._whole = False  # nothing waited besides `_pending`
        self._until = 0  # the end of our lease; 0: we have none
        self._roots: list[int] = []
        self.stale = True
        self.due: set[Why] = set()
        self.said_at: float | None = None  # when something was said there last, by whomever (epoch seconds)
        self._unsettled: tuple[Step, str | None, str] | None = None

    @property
    def ours(self) -> bool:
        """Whether this process has the lease, as far as it knows."""
        return self._until > 0

    @property
    def settled(self) -> bool:
        """Whether all that was said is written."""
        return self._unsettled is None

    def said(self, step: Step, message_id: str | None, outcome: str) -> None:
        """It is said, as `message_id` (None: there is no use in saying it); `step` writes that before anything else."""
        self._unsettled = step, message_id, outcome

    def step(self, reserve: int) -> Step | None:
        """What to say next, with the lease held for so many seconds longer than saying it takes. Raises NotOurs.

        None: nothing, and the place is left to others.
        """
        for _ in range(_TRIES):
            try:
                self._settle()
                if (step := self._step(reserve)) is None:
                    self.give_up()
                return step
            except Overtaken:
                self._until, self.stale = 0, True
        raise Overtaken("again and again")

    def _settle(self) -> None:
        if self._unsettled is None:
            return
        step, message_id, outcome = self._unsettled
        self._write(step, message_id)
        self._unsettled = None
        self._count(outcome)
        self._counted(step.same[1:])

    def _write(self, step: Step, message_id: str | None) -> None:
        delivery = step.delivery
        older = [one for one in step.same if one is not delivery]
        items.forget(self._table, older[_MOST:])
        writes: list[Write] = [Delete(one.pk, one.sk) for one in (delivery, *older[:_MOST])]
        if delivery.run is not None and message_id is not None:
            writes.append(_recorded(self._place, delivery.run, delivery, message_id))
        if step.counts and message_id is not None:
            self._roots.append(clock.epoch())
            writes.append(items.noted(self._place, {"roots": self._roots}))
        if not self._table.transact(*writes):
            items.forget(self._table, step.same)
            self._redraw(delivery)
        self._without(step.same)

    def clear(self) -> int:
        """Nothing can be said there any more: drop what waits, and how much that was."""
        every = [*items.pending(self._table, self._place), *self._holding.everything()]
        items.forget(self._table, every)
        self._pending, self.stale = [], True
        return len(every)

    def list_refused(self) -> None:
        """The chat takes no list there: until we let go of the place, things are said one by one."""
        self._holding.refused = True

    def extend(self, seconds: int) -> None:
        """Keep the lease for so long, while a platform is waited for."""
        seconds = max(LEASE_S, seconds)
        held = items.take_lease(self._table, self._place, self._owner, seconds)
        self._until = clock.epoch() + seconds if held else 0

    def give_up(self) -> None:
        """Let another replica speak there."""
        self._until, self.stale, self._holding.refused = 0, True, False
        noted = {"said": self.said_at} if self.said_at is not None else {}
        items.give_up_lease(self._table, self._place, self._owner, noted)

    def _step(self, reserve: int) -> Step | None:
        while True:
            self._keep(reserve)
            for why in tuple(self.due):
                self._bring(why)
            if self.stale or not (self._pending or self._whole):
                self._read()
            if not self._pending:
                return None
            if step := self._next():
                return step

    def _keep(self, reserve: int) -> None:
        now = clock.epoch()
        if self._until - now >= SEND_S + reserve:
            return
        noted = items.take_lease(self._table, self._place, self._owner, LEASE_S)
        if noted is None:
            self._until = 0
            raise NotOurs
        if self._until <= now:  # another may have spoken meanwhile
            self.stale = True
            self._roots = list(noted.get("roots", ()))
            self.said_at = noted.get("said", self.said_at)
        self._until = now + LEASE_S

    def _bring(self, why: Why) -> None:
        """Let what is due be said, or stand in a list."""
        match self._holding.bring(why):
            case "nothing":
                self.due.discard(why)
            case "moved":
                self.stale = True
            case "waits":  # for the list's own message, which comes first
                pass

    def _read(self) -> None:
        self.stale = False
        self._pending = items.pending(self._table, self._place, _READ)
        self._whole = len(self._pending) < _READ

    def _next(self) -> Step | None:
        """What to say first; None where that is dealt with and nothing was to be said."""
        chosen, same = newest_of_first(self._pending)
        if chosen.too_old:
            return Step(chosen, same)
        card = cards.read_card(self._table, self._place, chosen.run) if chosen.run is not None else None
        if chosen.reply:
            answers = card is not None and card.listed is None and card.replied < chosen.seq
            return Step(chosen, same, card) if answers else self._dropped(same)
        if card is None:
            return self._root(chosen, same, None)
        if card.seq > chosen.seq or (card.seq == chosen.seq and not chosen.again):
            return self._dropped(same)
        if card.listed is not None:
            return self._line(chosen, same, card.listed)
        if card.message == chosen.message and not chosen.again:
            # Nothing of it is to be seen, and an edit takes away what the chat itself has written below it.
            self._write(Step(chosen, same, card), card.message_id)
            self._counted(same)
            return None
        return Step(chosen, same, card) if self._editable else self._root(chosen, same, card)

    def _root(self, chosen: Delivery, same: tuple[Delivery, ...], card: Card | None) -> Step | None:
        """A new message, or a line of a list where too many come."""
        counts = chosen.entry is not None
        if counts and not self._holding.refused and self._flooded():
            self._hold_back(chosen)
            return None
        return Step(chosen, same, card, counts)

    def _flooded(self) -> bool:
        since = clock.epoch() - _FLOOD_S
        self._roots = [at for at in self._roots if at > since]
        return len(self._roots) >= self._flood()

    def _hold_back(self, first: Delivery) -> None:
        """Put what would be new messages into a list, as far as it takes them."""
        chosen: list[Delivery] = []
        for newest in self._newest_ones():
            if newest.entry is None or newest.reply or newest.too_old:
                continue
            if newest.run is None or newest.run == first.run or self._is_new(newest.run):
                chosen.append(newest)
            if len(chosen) == LINES:
                break
        self._holding.hold_back(chosen)
        self.stale = True

    def _is_new(self, run: str) -> bool:
        return not self._editable or cards.read_card(self._table, self._place, run) is None

    def _line(self, chosen: Delivery, same: tuple[Delivery, ...], listed: str) -> Step | None:
        """Change the lines of a list; where nothing can be changed, it is a new message."""
        held = lists.read(self._table, self._place, listed) if self._editable else None
        if held is None or chosen.run not in held.entries:
            return self._root(chosen, same, None)
        changed = [newest for newest in self._newest_ones() if newest.run in held.entries and not newest.reply]
        self._holding.change(held, changed)
        self.stale = True
        return None

    def _newest_ones(self) -> Sequence[Delivery]:
        """Of each run the newest, in order; those before it are forgotten."""
        newest, older = newest_ones(self._pending)
        items.forget(self._table, older)
        self._counted(older)
        return newest

    def _dropped(self, same: Sequence[Delivery]) -> Step | None:
        items.forget(self._table, same)
        self._without(same)
        self._counted(same)
        return None

    def _counted(self, coalesced: Sequence[Delivery]) -> None:
        for _ in coalesced:
            self._count("coalesced")

    def _without(self, same: Sequence[Delivery]) -> None:
        gone = {one.sk for one in same}
        self._pending = [one for one in self._pending if one.sk not in gone]

    def _redraw(self, delivery: Delivery) -> None:
        """We were too slow, and wrote an older picture over another replica's newer one: let that be drawn again."""
        if delivery.run is None or delivery.reply:
            return
        log.warning("a card was overtaken and is drawn again", extra={"place": self._place, "run": delivery.run})
        newer = cards.read_card(self._table, self._place, delivery.run)
        if newer is not None and newer.listed is None:
            items.write_again(self._table, self._place, delivery.run, newer)
            self.stale = True


def _recorded(place: str, run: str, delivery: Delivery, message_id: str) -> Write:
    if delivery.reply:
        return cards.replied(place, run, delivery.seq)
    return cards.recorded(place, run, Card(message_id, delivery.seq, delivery.message), delivery.stored)
