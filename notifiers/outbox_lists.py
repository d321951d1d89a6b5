"""What the outbox keeps in the table of lists: what was held back in a place, and is shown there as one message.

`HELD#<place>` / `<why>#<milliseconds>#<n>`: a list. The message that shows it is the card of a run of its own, so that
it is posted once, changed in place and never older than what is shown. What is put into a list leaves the deliveries in
the same transaction, and not before the list's message stands: so nothing is in two lists, nor in none.
"""

import itertools
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from aws_ops import clock
from aws_ops.conditions import Attr
from aws_ops.table import Create, Item, Table, Update, Write
from notifiers import held, outbox_items
from notifiers.held import Entry, Why
from notifiers.message import line
from notifiers.outbox_cards import Card, recorded
from notifiers.outbox_delivery import Delivery

log = logging.getLogger(__name__)

# A list that began longer ago than this has scrolled away: what comes then is in a new one.
_APPEND_S = 600
_EMPTY_S = 24 * 3600
_KEEP_S = 90 * 24 * 3600

_PREFIX = "list-"

_counter = itertools.count()


@dataclass(frozen=True)
class HeldList:
    """A list: `entries` by run, or by the key of a message that is no card. `version` grows with every change."""

    place: str
    sk: str
    why: Why
    began: int
    version: int
    entries: Mapping[str, Entry]

    @property
    def run(self) -> str:
        """The run whose card it is."""
        return f"{_PREFIX}{self.sk}"

    @property
    def takes_more(self) -> bool:
        """Whether something may still be put below what stands in it."""
        age = clock.epoch() - self.began
        if self.version == 0:
            return age < _EMPTY_S
        return self.why == "flood" and age < _APPEND_S


def is_list(run: str | None) -> bool:
    """Whether a card is that of a list."""
    return run is not None and run.startswith(_PREFIX)


def newest(table: Table, place: str, why: Why) -> HeldList | None:
    """The list of a place that was begun last, if this version can read it."""
    found = table.query(f"HELD#{place}", prefix=f"{why}#", limit=1, newest_first=True)
    return _list(found[0]) if found else None


def read(table: Table, place: str, sk: str) -> HeldList | None:
    """A list, while it is kept, and if this version can read it."""
    item = table.get(f"HELD#{place}", sk)
    return _list(item) if item is not None else None


def begin(place: str, why: Why, expected: int) -> tuple[Write, ...]:
    """In a transaction: a new list of about `expected` lines, whose message is posted before anything is in it."""
    new = _new(place, why)
    return Create(_item(new)), outbox_items.put_first(place, new.run, 0, held.draw(why, {}, expected))


def _new(place: str, why: Why) -> HeldList:
    now = clock.now()
    sk = f"{why}#{int(now.timestamp() * 1000):015d}#{next(_counter) % 1_000_000:06d}"
    return HeldList(place, sk, why, int(now.timestamp()), 0, {})


def put_into(old: HeldList, deliveries: Sequence[Delivery]) -> tuple[Write, ...]:
    """In a transaction: a line of a list for each delivery, below the others or instead of its old one."""
    entries = {**old.entries, **{_key(delivery): entry_of(delivery) for delivery in deliveries}}
    new = replace(old, version=old.version + 1, entries=entries)
    stored = {name: value for name, value in _item(new).items() if name not in ("pk", "sk")}
    return (
        Update(f"HELD#{old.place}", old.sk, set=stored, when=Attr("version").eq(old.version)),
        *_cards(old.place, deliveries, old.sk),
        outbox_items.put_first(old.place, new.run, new.version, held.draw(new.why, entries)),
    )


def said_once(place: str, why: Why, deliveries: Sequence[Delivery]) -> tuple[Write, ...]:
    """In a transaction: a list where nothing can be changed that was said; it is posted as it is."""
    sk = _new(place, why).sk
    message = held.draw(why, {_key(delivery): entry_of(delivery) for delivery in deliveries})
    return *_cards(place, deliveries, sk), outbox_items.put_post(place, f"{_PREFIX}{sk}", message)


def entry_of(delivery: Delivery) -> Entry:
    """What stands for a delivery in a list."""
    message = delivery.message
    return delivery.entry or Entry(text=message.summary, severity=message.severity, at=delivery.at)


def _cards(place: str, deliveries: Sequence[Delivery], sk: str) -> list[Write]:
    return [
        recorded(place, delivery.run, Card("", delivery.seq, line(entry_of(delivery).text), listed=sk))
        for delivery in deliveries
        if delivery.run is not None
    ]


def _key(delivery: Delivery) -> str:
    return delivery.topic[0]


def _item(one: HeldList) -> Item:
    return {
        "pk": f"HELD#{one.place}",
        "sk": one.sk,
        "why": one.why,
        "began": one.began,
        "version": one.version,
        "entries": json.dumps([[key, entry.model_dump()] for key, entry in one.entries.items()]),
        "expires": clock.epoch() + _KEEP_S,
    }


def _list(item: Item) -> HeldList | None:
    try:
        entries = {key: Entry.model_validate(entry) for key, entry in json.loads(item["entries"])}
        place = item["pk"].partition("#")[2]
        return HeldList(place, item["sk"], item["why"], item["began"], item["version"], entries)
    except (ValidationError, LookupError) as error:
        log.warning("a list cannot be read, and another is begun: %s", type(error).__name__)
        return None
