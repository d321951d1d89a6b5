"""What the outbox keeps in the table of cards: one message of a run in a place, or one line of a list there.

`CARD#<run>` / `<place>`: the message that is a run's card in a place, or the list that it has a line in, and the last
`seq` that is to be seen of it.
"""

from dataclasses import dataclass

from aws_ops import clock
from aws_ops.conditions import Attr
from aws_ops.table import Table, Update
from notifiers import outbox_stored as stored
from notifiers.message import Message

_CARD_S = 90 * 24 * 3600


@dataclass(frozen=True)
class Card:
    """The message that shows a run in a place, and what it shows.

    `listed` is the list that has the run as a line instead. `replied` is the last `seq` that was told in its thread.
    """

    message_id: str
    seq: int
    message: Message
    listed: str | None = None
    replied: int = 0


def read_card(table: Table, place: str, run: str) -> Card | None:
    """The card of `run` at `place`, if there is one."""
    item = table.get(f"CARD#{run}", place)
    if item is None:
        return None
    listed = item.get("listed")
    # Which message it is stands in the list where it is listed.
    message_id = "" if listed is not None else item["ts"]
    message = stored.message(item["message"])
    return Card(message_id, item["seq"], message, listed, item.get("replied", 0))


def record_card(table: Table, place: str, run: str, card: Card) -> bool:
    """Remember what a card shows; False when a later seq was recorded meanwhile."""
    return table.transact(recorded(place, run, card))


def recorded(place: str, run: str, card: Card, stored: str | None = None) -> Update:
    """In a transaction: what a card shows, unless a later seq was recorded meanwhile. `stored`: the message as kept."""
    where = {"ts": card.message_id} if card.listed is None else {"listed": card.listed}
    if stored is None or card.message.files:
        stored = card.message.model_copy(update={"files": ()}).model_dump_json()
    return Update(
        f"CARD#{run}",
        place,
        set={
            **where,
            "seq": card.seq,
            "message": stored,
            "expires": clock.epoch() + _CARD_S,
        },
        remove=("listed",) if card.listed is None else ("ts",),
        when=Attr("seq").not_exists() | Attr("seq").lte(card.seq),
    )


def replied(place: str, run: str, seq: int) -> Update:
    """In a transaction: what was told in a card's thread."""
    return Update(f"CARD#{run}", place, set={"replied": seq}, when=Attr("pk").exists())
