"""Puts what is held back in one place into lists, and what was to wait among what is said now.

Only while the lease is ours, which every transaction makes sure of: nothing is put into two lists, nor said besides.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from aws_ops import clock
from aws_ops.conditions import Attr
from aws_ops.table import Delete, Table, Write
from notifiers import held, outbox_delivery
from notifiers import outbox_cards as cards
from notifiers import outbox_items as items
from notifiers import outbox_later as later
from notifiers import outbox_lists as lists
from notifiers.held import LINES, Why
from notifiers.outbox_delivery import Delivery, Terms
from notifiers.outbox_lists import HeldList

# moved: there is something new among what is said now; waits: for a list's own message to be posted.
Brought = Literal["nothing", "moved", "waits"]

# How long what is too much is gathered where nothing can be changed that was said.
_GATHER_S = 15
_FIRST = 20


class Overtaken(Exception):
    """What was to be moved is not there any more, or the lease is another replica's."""


class Holding:
    """What is held back in one place. `refused`: the chat takes no list there."""

    def __init__(self, table: Table, place: str, owner: str, count: Callable[[str], None], *, editable: bool) -> None:
        self._table = table
        self._place = place
        self._owner = owner
        self._count = count
        self._editable = editable
        self.refused = False

    def bring(self, why: Why) -> Brought:
        """Let some of what is due be said, or stand in a list. Raises Overtaken."""
        waiting = later.due(self._table, self._place, why)
        if not waiting:
            return "nothing"
        some = waiting[:LINES]
        alone = some if why == "notices" and len(waiting) == 1 else [one for one in some if self._is_said(one.delivery)]
        if alone:
            self._write(*map(later.gone, alone), *(items.put_now(self._place, one.item) for one in alone))
            return "moved"
        return self._list(why, [one.delivery for one in some], [later.gone(one) for one in some])

    def hold_back(self, deliveries: Sequence[Delivery]) -> None:
        """Put what is too much into a list. Raises Overtaken."""
        gone = [_gone(delivery) for delivery in deliveries]
        if self._editable:
            self._list("flood", deliveries, gone)
            return
        due = clock.epoch() + _GATHER_S
        # What comes late must not stand for something newer that waits already.
        newest = [one for one in deliveries if not later.is_overtaken(self._table, one, "flood")]
        self._write(*gone, *(items.put_later(one, Terms(one.entry, due, "flood")) for one in newest))

    def change(self, old: HeldList, deliveries: Sequence[Delivery]) -> None:
        """Change lines of a list. Raises Overtaken."""
        newer = [one for one in deliveries if self._is_newer(one)]
        stale = [one for one in deliveries if one not in newer]
        items.forget(self._table, stale)
        if newer:
            self._write(*map(_gone, newer), *lists.put_into(old, newer))

    def everything(self) -> list[Delivery]:
        """All that waits to be due."""
        found = [outbox_delivery.read(self._place, item) for item in self._table.query(f"LATER#{self._place}")]
        return [delivery for delivery in found if delivery.readable]

    def _list(self, why: Why, deliveries: Sequence[Delivery], gone: Sequence[Write]) -> Brought:
        """Put as many into a list as it takes, once its own message stands."""
        entries = [lists.entry_of(delivery) for delivery in deliveries]
        if not self._editable:
            fit = held.fitting((), entries)
            self._write(*gone[:fit], *lists.said_once(self._place, why, deliveries[:fit]))
            return self._listed(fit)
        newest = lists.newest(self._table, self._place, why)
        if newest is not None and cards.read_card(self._table, self._place, newest.run) is not None:
            fit = held.fitting(list(newest.entries.values()), entries) if newest.takes_more else 0
            if fit:
                self._write(*gone[:fit], *lists.put_into(newest, deliveries[:fit]))
                return self._listed(fit)
        elif newest is not None and self._comes(newest):
            return "waits"
        self._write(*lists.begin(self._place, why, len(deliveries)))
        return "moved"

    def _listed(self, number: int) -> Brought:
        for _ in range(number):
            self._count("listed")
        return "moved"

    def _comes(self, one: HeldList) -> bool:
        """Whether a list's own message is yet to be posted."""
        return any(waiting.run == one.run for waiting in items.pending(self._table, self._place, _FIRST))

    def _is_said(self, delivery: Delivery) -> bool:
        """Whether it is no line of a list, but said as itself (or found to be stale)."""
        if self.refused or not delivery.readable or delivery.entry is None:
            return True
        card = cards.read_card(self._table, self._place, delivery.run) if delivery.run is not None else None
        return card is not None and (self._editable or card.seq >= delivery.seq)

    def _is_newer(self, delivery: Delivery) -> bool:
        card = cards.read_card(self._table, self._place, str(delivery.run))
        return card is None or card.seq < delivery.seq

    def _write(self, *writes: Write) -> None:
        if not self._table.transact(items.still_ours(self._place, self._owner), *writes):
            raise Overtaken


def _gone(delivery: Delivery) -> Write:
    return Delete(delivery.pk, delivery.sk, when=Attr("pk").exists())
