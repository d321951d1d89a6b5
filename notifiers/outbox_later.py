"""What the outbox says later: muted, outside of a place's hours, or together with others.

`LATER#<place>` / `<why>#<run or key>`: of a run only the newest waits. The index has it under when it is due.
"""

from dataclasses import dataclass

from aws_ops import clock
from aws_ops.conditions import Attr
from aws_ops.table import Delete, Item, Table, Update, Write
from notifiers import outbox_delivery
from notifiers import outbox_stored as stored
from notifiers.held import WHYS, Entry, Why
from notifiers.message import Message
from notifiers.outbox_delivery import Delivery
from notifiers.outbox_items import LATER, due_key, waiting

_TOGETHER: tuple[Why, ...] = ("notices", "flood")
_WRITES = 100


@dataclass(frozen=True)
class Later:
    """Something that waits, and the item that it is."""

    delivery: Delivery
    item: Item


def due_places(table: Table) -> set[tuple[str, Why]]:
    """Where something is due, and why it waited; a second or so behind the writes."""
    found = waiting(table, LATER, before=f"{clock.epoch() + 1:015d}")
    return {(item["place"], item["why"]) for item in found if item.get("why") in WHYS}


def held(table: Table, why: Why) -> set[str]:
    """Where something waits because of `why` and is not due; a second or so behind the writes."""
    now = clock.epoch()
    return {item["place"] for item in waiting(table, LATER) if item.get("why") == why and item["due"] > now}


def due(table: Table, place: str, why: Why) -> list[Later]:
    """What is due now, oldest first; where things are told together all that wait, as soon as one is due."""
    found = [Later(outbox_delivery.read(place, item), item) for item in table.query(f"LATER#{place}", prefix=f"{why}#")]
    over = [one for one in found if one.item["due"] <= clock.epoch()]
    if over and why in _TOGETHER:
        over = found
    return sorted(over, key=lambda one: one.delivery.at)


def is_overtaken(table: Table, delivery: Delivery, why: Why) -> bool:
    """Whether something newer of its run waits because of `why`."""
    item = table.get(f"LATER#{delivery.place}", f"{why}#{delivery.run}") if delivery.run is not None else None
    return item is not None and item["seq"] > delivery.seq


def gone(later: Later) -> Write:
    """In a transaction: it waits no more, and is what it was when it was read."""
    same = Attr("at").eq(later.item["at"])
    if later.delivery.run is not None:
        same = Attr("seq").eq(later.delivery.seq)
    return Delete(later.delivery.pk, later.delivery.sk, when=same)


def renew(table: Table, place: str, run: str, seq: int, message: Message, entry: Entry) -> None:
    """Let what waits of a run be as it is now, whenever it is due."""
    newer = {"message": stored.text(message), "seq": seq, "entry": entry.model_dump()}
    for why in WHYS:
        older = Attr("seq").exists() & Attr("seq").lt(seq)
        table.update(f"LATER#{place}", f"{why}#{run}", set=newer, when=older)


def release(table: Table, place: str, why: Why, until: int | None = None) -> int:
    """Make due now what waits because of `why` (until then only, if `until` is given); how many."""
    found = table.query(f"LATER#{place}", prefix=f"{why}#")
    held = [_released(item) for item in found if until is None or item["due"] == until]
    released = 0
    for start in range(0, len(held), _WRITES):
        chunk = held[start : start + _WRITES]
        # Where one has been taken meanwhile, the others are to be had one by one.
        released += len(chunk) if table.transact(*chunk) else sum(table.transact(one) for one in chunk)
    return released


def _released(item: Item) -> Update:
    now = clock.epoch()
    then = {"due": now, "g1sk": due_key(now, item["place"], item["why"])}
    return Update(item["pk"], item["sk"], set=then, when=Attr("pk").exists())
