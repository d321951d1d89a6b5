"""What the outbox keeps in the table.

`DELIVERY#<place>` / `<milliseconds>#<n>#<key>`: something to be said, written before it is said and deleted after.
`CARD#<run>` / `<place>`: the message that is a run's card in a place, and the last `seq` that it shows.
`SEEN#<place>#<key>` / `SAID`: that key was accepted for that place.
`DELIVERY#<place>` / `LEASE`: the replica that speaks in that place now.
"""

import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from aws_ops import clock
from aws_ops.conditions import Attr
from aws_ops.table import Create, Delete, Item, Put, Table
from notifiers.message import File, Message, line

log = logging.getLogger(__name__)

OPEN = "OPEN#DELIVERY"
GIVE_UP_S = 24 * 3600
# Longer than SQS keeps a message (14 days at most): a redelivered one must still be known.
_SAID_S = 15 * 24 * 3600
# The bot announces what is a day old; this is only for a table that no bot looks at any more.
_DELIVERY_S = 8 * 24 * 3600
_CARD_S = 90 * 24 * 3600
# DynamoDB takes 400 KB an item.
_FILE_MOST = 200_000

_PLACES_PAGE = 50

_TIMES = "0"  # what every time begins with, and the lease does not

_counter = itertools.count()
_reported: set[tuple[str, str]] = set()  # deliveries that this process has called unreadable


@dataclass(frozen=True)
class Delivery:
    """Something to be said at `place`. `run` and `seq` are set on a card; `at` is when it was accepted."""

    place: str
    sk: str
    key: str
    at: int
    message: Message
    run: str | None = None
    seq: int = 0
    again: bool = False  # draw the card although it shows this seq already
    readable: bool = True  # else `message` is a stand-in

    @property
    def too_old(self) -> bool:
        """Whether it is time to give up."""
        return clock.epoch() - self.at >= GIVE_UP_S


@dataclass(frozen=True)
class Card:
    """The message that shows a run in a place, and what it shows."""

    message_id: str
    seq: int
    message: Message


def lease_key(place: str) -> tuple[str, str]:
    """Where the lease of a place is."""
    return f"DELIVERY#{place}", "LEASE"


def write_post(table: Table, place: str, key: str, message: Message) -> bool:
    """Accept a message; False when that key was accepted for that place before."""
    said = {"pk": f"SEEN#{place}#{key}", "sk": "SAID", "expires": clock.epoch() + _SAID_S}
    return table.transact(Create(said), Put(_item(place, key, message)))


def write_card(table: Table, place: str, run: str, seq: int, message: Message) -> bool:
    """Accept a card; False when the place shows that seq or a later one."""
    card = read_card(table, place, run)
    if card is not None and card.seq >= seq:
        return False
    table.put(_item(place, f"{run}/{seq}", message) | {"run": run, "seq": seq})
    return True


def write_again(table: Table, place: str, run: str, card: Card) -> None:
    """Let a card be drawn once more as it should be."""
    table.put(_item(place, f"{run}/{card.seq}", card.message) | {"run": run, "seq": card.seq, "again": True})


def _item(place: str, key: str, message: Message) -> Item:
    now = clock.now()
    at = int(now.timestamp())
    return {
        "pk": f"DELIVERY#{place}",
        "sk": f"{int(now.timestamp() * 1000):015d}#{next(_counter) % 1_000_000:06d}#{key}",
        "g1pk": OPEN,
        "g1sk": place,
        "key": key,
        "at": at,
        "message": _fitting(message).model_dump_json(),
        "expires": at + _DELIVERY_S,
    }


def _fitting(message: Message) -> Message:
    """The message with files that fit into an item; what is cut says so."""
    if sum(len(file.content.encode()) for file in message.files) <= _FILE_MOST:
        return message
    share = _FILE_MOST // len(message.files) // 4  # a character is at most four bytes
    files = tuple(
        file
        if len(file.content) <= share
        else File(name=file.name, content=file.content[:share] + "\n… cut here: the file is too long to be sent\n")
        for file in message.files
    )
    return message.model_copy(update={"files": files})


def pending(table: Table, place: str) -> list[Delivery]:
    """Everything to be said at `place`, oldest first.

    What a newer version of Deskside wrote is left to that one until it is time to give up.
    """
    found = [_delivery(place, item) for item in table.query(f"DELIVERY#{place}", prefix=_TIMES)]
    return [delivery for delivery in found if delivery.readable or delivery.too_old]


def places(table: Table) -> set[str]:
    """Every place where something is to be said; a second or so behind the writes."""
    found: set[str] = set()
    since: str | None = None
    while True:
        waiting = table.query_index(OPEN, since=since, limit=_PLACES_PAGE)
        found |= {item["g1sk"] for item in waiting}
        if len(waiting) < _PLACES_PAGE:
            return found
        # The index has whole messages: what else waits in the last place is skipped, not read.
        since = f"{waiting[-1]['g1sk']}\x00"


def _delivery(place: str, item: Item) -> Delivery:
    try:
        return Delivery(
            place=place,
            sk=item["sk"],
            key=item["key"],
            at=item["at"],
            message=Message.model_validate_json(item["message"]),
            run=item.get("run"),
            seq=item.get("seq", 0),
            again=item.get("again", False),
        )
    except (ValidationError, LookupError) as error:
        return _unreadable(place, item["sk"], error)


def _unreadable(place: str, sk: str, error: Exception) -> Delivery:
    """What stands for a delivery that this version cannot read. Where it is kept says when it came, and its key."""
    milliseconds, _, rest = sk.partition("#")
    key = rest.partition("#")[2] or sk
    if (place, sk) not in _reported:  # it is met at every look
        _reported.add((place, sk))
        log.error("a delivery cannot be read: %s", _what(error), extra={"place": place, "delivery": key})
    return Delivery(place, sk, key, int(milliseconds) // 1000, line(key), readable=False)


def _what(error: Exception) -> str:
    """What is wrong, without the message's own words."""
    if not isinstance(error, ValidationError):
        return f"there is no {error}"
    wrong = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'message'}: {one['type']}" for one in wrong)


def forget(table: Table, deliveries: Sequence[Delivery]) -> None:
    """Delete deliveries: they are said, or there is no use in saying them."""
    for start in range(0, len(deliveries), 100):
        chunk = deliveries[start : start + 100]
        table.transact(*(Delete(f"DELIVERY#{delivery.place}", delivery.sk) for delivery in chunk))


def read_card(table: Table, place: str, run: str) -> Card | None:
    """The card of `run` at `place`, if there is one."""
    item = table.get(f"CARD#{run}", place)
    if item is None:
        return None
    return Card(item["ts"], item["seq"], Message.model_validate_json(item["message"]))


def card_to_see(table: Table, place: str, run: str) -> Message | None:
    """What the card of `run` at `place` says, or is just being told to say; None where there is none.

    A chat shows a card before we can record that it does, so what waits to be said counts too.
    """
    shown = read_card(table, place, run)
    found = [(shown.seq, shown.message)] if shown is not None else []
    found += [(each.seq, each.message) for each in pending(table, place) if each.run == run and each.readable]
    return max(found, key=lambda one: one[0])[1] if found else None


def record_card(table: Table, place: str, run: str, card: Card) -> bool:
    """Remember what a card shows; False when a later seq was recorded meanwhile."""
    written = table.update(
        f"CARD#{run}",
        place,
        set={
            "ts": card.message_id,
            "seq": card.seq,
            "message": card.message.model_copy(update={"files": ()}).model_dump_json(),
            "expires": clock.epoch() + _CARD_S,
        },
        when=Attr("seq").not_exists() | Attr("seq").lte(card.seq),
    )
    return written is not None
