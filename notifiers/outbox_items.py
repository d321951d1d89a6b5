"""What the outbox keeps in the table of what is to be said.

`DELIVERY#<place>` / `<milliseconds>#<n>#<key>`: something to be said, written before it is said and deleted after.
`LATER#<place>` / `<why>#<run or key>`: the same, not before it is due (`outbox_later`).
`SEEN#<place>#<key>` / `SAID`: that key was accepted for that place.
`DELIVERY#<place>` / `LEASE`: the replica that speaks in that place now, and when something was said there last.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from aws_ops import clock
from aws_ops.conditions import Attr
from aws_ops.table import Check, Create, Delete, Item, Put, Table, Update, Write
from notifiers import outbox_delivery
from notifiers import outbox_stored as stored
from notifiers.held import Why
from notifiers.message import Message
from notifiers.outbox_cards import Card, read_card
from notifiers.outbox_delivery import NOW, Delivery, Terms

OPEN = "OPEN#DELIVERY"
LATER = "OPEN#LATER"
# Longer than SQS keeps a message (14 days at most): a redelivered one must still be known.
_SAID_S = 15 * 24 * 3600
# The bot announces what is a day old; this is only for a table that no bot looks at any more.
_DELIVERY_S = 8 * 24 * 3600

_PLACES_PAGE = 50
_NEXT = 200

_TIMES = "0"  # what every time begins with, and the lease does not

_counter = itertools.count()


def lease_key(place: str) -> tuple[str, str]:
    """Where the lease of a place is."""
    return f"DELIVERY#{place}", "LEASE"


def take_lease(table: Table, place: str, owner: str, seconds: int) -> Item | None:
    """Hold the lease for `seconds` from now, anew or again, and what is noted beside it; None while another has it."""
    now = clock.epoch()
    free = Attr("owner").not_exists() | Attr("owner").eq(owner) | Attr("until").lte(now)
    return table.update(*lease_key(place), set={"owner": owner, "until": now + seconds}, when=free)


def give_up_lease(table: Table, place: str, owner: str, noted: Mapping[str, Any]) -> None:
    """Let another replica speak there, which is told what is `noted`."""
    table.update(*lease_key(place), set=noted, remove=("owner", "until"), when=Attr("owner").eq(owner))


def still_ours(place: str, owner: str) -> Write:
    """In a transaction: only while nobody else has taken the lease."""
    return Check(*lease_key(place), when=Attr("owner").eq(owner))


def noted(place: str, note: Mapping[str, Any]) -> Write:
    """In a transaction: what the next holder of the lease has to know."""
    return Update(*lease_key(place), set=note)


def write_post(table: Table, place: str, key: str, message: Message, terms: Terms = NOW) -> bool:
    """Accept a message; False when that key was accepted for that place before."""
    said = {"pk": f"SEEN#{place}#{key}", "sk": "SAID", "expires": clock.epoch() + _SAID_S}
    return table.transact(Create(said), Put(_item(place, key, {"message": stored.text(message)}, terms)))


def write_card(
    table: Table,
    place: str,
    run: str,
    seq: int,
    message: Message,
    terms: Terms = NOW,
    *,
    quietly: bool = True,
) -> bool:
    """Accept a card; False when the place shows that seq or a later one.

    `quietly`: a card that stands there, or just comes, is changed at once, whatever is due: that disturbs nobody.
    """
    # In this order: what is said between the two waits no more, and stands.
    comes = quietly and terms.due is not None and _comes(table, place, run)
    card = read_card(table, place, run)
    if card is not None and card.seq >= seq:
        return False
    if comes or (card is not None and quietly):
        terms = Terms(terms.entry)
    item = _item(place, f"{run}/{seq}", {"message": stored.text(message), "run": run, "seq": seq}, terms)
    if "due" not in item:
        table.put(item)
        return True
    newer = Attr("seq").not_exists() | Attr("seq").lt(seq)
    return table.transact(Put(item, when=newer))


def shows(table: Table, place: str, run: str) -> bool:
    """Whether the place has a card of the run, or a line for it, or what waits to be said now has one."""
    # In this order, as above.
    return _comes(table, place, run, None) or read_card(table, place, run) is not None


def _comes(table: Table, place: str, run: str, limit: int | None = _NEXT) -> bool:
    """Whether a card of the run is among the next things to be said."""
    return any(one.topic == (run, False) for one in pending(table, place, limit))


def write_reply(table: Table, place: str, run: str, seq: int, message: Message) -> bool:
    """Accept something to be said in the thread of a run's card; False when that, or a later one, was said."""
    card = read_card(table, place, run)
    if card is not None and (card.listed is not None or card.replied >= seq):
        return False
    # Under a name that versions without threads do not know: they would draw it as the card.
    said = {"reply": stored.text(message), "run": run, "seq": seq}
    table.put(_item(place, f"{run}/{seq}/reply", said, NOW))
    return True


def write_again(table: Table, place: str, run: str, card: Card) -> None:
    """Let a card be drawn once more as it should be."""
    drawn = {"message": stored.text(card.message), "run": run, "seq": card.seq, "again": True}
    table.put(_item(place, f"{run}/{card.seq}", drawn, NOW))


def put_first(place: str, run: str, seq: int, message: Message) -> Write:
    """In a transaction: let a card be drawn before anything else that waits."""
    drawn = {"message": stored.text(message), "run": run, "seq": seq}
    item = _item(place, f"{run}/{seq}", drawn, NOW)
    return Put({**item, "sk": f"{0:015d}#{item['sk'].partition('#')[2]}"})


def put_post(place: str, key: str, message: Message) -> Write:
    """In a transaction: let something be said."""
    return Put(_item(place, key, {"message": stored.text(message)}, NOW))


def put_later(delivery: Delivery, terms: Terms) -> Write:
    """In a transaction: let something wait."""
    content: Item = {"message": delivery.stored or stored.text(delivery.message)}
    if delivery.run is not None:
        content |= {"run": delivery.run, "seq": delivery.seq}
    return Put(_item(delivery.place, delivery.key, content, terms))


def put_now(place: str, item: Item) -> Write:
    """In a transaction: let something that was to be said later be said now; a day is counted from when it was due."""
    content = {name: value for name, value in item.items() if name not in ("due", "why")}
    now = _open(place, str(item["key"]))
    return Put({**content, **now, "at": item["due"], "expires": item["due"] + _DELIVERY_S})


def _item(place: str, key: str, content: Mapping[str, Any], terms: Terms) -> Item:
    at = clock.epoch()
    item = {**_open(place, key), **content, "key": key, "at": at, "expires": at + _DELIVERY_S}
    if terms.entry is not None:
        item["entry"] = terms.entry.model_dump()
    if terms.due is None or terms.due <= at:
        return item
    later = {
        "pk": f"LATER#{place}",
        "sk": f"{terms.why}#{content.get('run') or f'key/{key}'}",
        "g1pk": LATER,
        "g1sk": due_key(terms.due, place, terms.why),
        "place": place,
        "why": terms.why,
        "due": terms.due,
        "expires": terms.due + _DELIVERY_S,
    }
    return {**item, **later}


def _open(place: str, key: str) -> Item:
    milliseconds = int(clock.now().timestamp() * 1000)
    return {
        "pk": f"DELIVERY#{place}",
        "sk": f"{milliseconds:015d}#{next(_counter) % 1_000_000:06d}#{key}",
        "g1pk": OPEN,
        "g1sk": place,
    }


def due_key(due: int, place: str, why: Why) -> str:
    """Where the index has what is due then."""
    return f"{due:015d}#{place}#{why}"


def pending(table: Table, place: str, limit: int | None = None) -> list[Delivery]:
    """What is to be said at `place`, oldest first: all of it, or about `limit` where more waits.

    What a newer version of Deskside wrote is left to that one until it is time to give up.
    """
    found = table.query(f"DELIVERY#{place}", prefix=_TIMES, limit=limit)
    readable = _readable(place, found)
    if readable or limit is None or len(found) < limit:
        return readable
    return pending(table, place)  # what cannot be read is in nobody's way


def _readable(place: str, found: Sequence[Item]) -> list[Delivery]:
    deliveries = [outbox_delivery.read(place, item) for item in found]
    return [delivery for delivery in deliveries if delivery.readable or delivery.too_old]


def places(table: Table) -> set[str]:
    """Every place where something is to be said; a second or so behind the writes."""
    return {item["g1sk"] for item in waiting(table, OPEN)}


def waiting(table: Table, g1pk: str, before: str | None = None) -> list[Item]:
    """One item or a few of each `g1sk` of an index's part."""
    found: list[Item] = []
    since: str | None = None
    while True:
        page = table.query_index(g1pk, since=since, before=before, limit=_PLACES_PAGE)
        found += page
        if len(page) < _PLACES_PAGE:
            return found
        # The index has whole messages: what else waits in the last place is skipped, not read.
        since = f"{page[-1]['g1sk']}\x00"


def forget(table: Table, deliveries: Sequence[Delivery]) -> None:
    """Delete deliveries: they are said, or there is no use in saying them."""
    for start in range(0, len(deliveries), 100):
        chunk = deliveries[start : start + 100]
        table.transact(*(Delete(delivery.pk, delivery.sk) for delivery in chunk))


def card_to_see(table: Table, place: str, run: str) -> Message | None:
    """What the card of `run` at `place` says, or is just being told to say; None where there is none.

    A chat shows a card before we can record that it does, so what waits to be said counts too.
    """
    shown = read_card(table, place, run)
    found = [(shown.seq, shown.message)] if shown is not None else []
    found += [(one.seq, one.message) for one in pending(table, place) if one.topic == (run, False) and one.readable]
    return max(found, key=lambda one: one[0])[1] if found else None
