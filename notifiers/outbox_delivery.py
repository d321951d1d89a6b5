"""What the outbox has to say: one delivery, read from its item.

What this version cannot read was written by a newer one, and is left to that until it is time to give up.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from aws_ops import clock
from aws_ops.table import Item
from notifiers import outbox_stored as stored
from notifiers.held import Entry, Why
from notifiers.message import Message, line

log = logging.getLogger(__name__)

GIVE_UP_S = 24 * 3600

_reported: set[tuple[str, str]] = set()  # deliveries that this process has called unreadable


@dataclass(frozen=True)
class Terms:
    """How something may be said: in a list as `entry`, and not before `due` (epoch seconds), because of `why`."""

    entry: Entry | None = None
    due: int | None = None
    why: Why = "notices"


NOW = Terms()


@dataclass(frozen=True)
class Delivery:
    """Something to be said at `place`. `run` and `seq` are set on a card and on a reply to one.

    `at` is when it was accepted, or due.
    """

    place: str
    pk: str
    sk: str
    key: str
    at: int
    message: Message
    run: str | None = None
    seq: int = 0
    reply: bool = False
    again: bool = False  # draw the card although it shows this seq already
    entry: Entry | None = None
    due: int = 0
    readable: bool = True  # else `message` is a stand-in
    stored: str | None = None  # the message as it is kept

    @property
    def too_old(self) -> bool:
        """Whether it is time to give up."""
        return clock.epoch() - self.at >= GIVE_UP_S

    @property
    def topic(self) -> tuple[str, bool]:
        """What it shares with those of which only the newest is said."""
        return self.run or f"key/{self.key}", self.reply


def newest_of_first(pending: Sequence[Delivery]) -> tuple[Delivery, tuple[Delivery, ...]]:
    """What to say next, and all that is then said: of the first one's run, the card with the highest seq."""
    first = pending[0]
    if first.run is None:
        return first, (first,)
    same = tuple(one for one in pending if one.topic == first.topic)
    return max(same, key=lambda one: (one.seq, one.again)), same


def newest_ones(pending: Sequence[Delivery]) -> tuple[list[Delivery], list[Delivery]]:
    """Of each run the newest, in the order in which the runs came, and the others."""
    found: dict[tuple[str, bool], Delivery] = {}
    older: list[Delivery] = []
    for one in pending:
        before = found.get(one.topic)
        if before is not None and before.seq > one.seq:
            older.append(one)
            continue
        older += [before] if before is not None else []
        found[one.topic] = one
    return list(found.values()), older


def read(place: str, item: Item) -> Delivery:
    """What an item says; a stand-in where this version cannot read it."""
    try:
        reply = "reply" in item
        written = item["reply" if reply else "message"]
        return Delivery(
            place=place,
            pk=item["pk"],
            sk=item["sk"],
            key=item["key"],
            at=item["at"],
            message=stored.message(written),
            stored=written,
            run=item.get("run"),
            seq=item.get("seq", 0),
            reply=reply,
            again=item.get("again", False),
            entry=Entry.model_validate(item["entry"]) if "entry" in item else None,
            due=item.get("due", 0),
        )
    except (ValidationError, LookupError) as error:
        return _unreadable(place, item, error)


def _unreadable(place: str, item: Item, error: Exception) -> Delivery:
    """What stands for a delivery that this version cannot read. Where it is kept says when it came, and its key."""
    sk = item["sk"]
    milliseconds, _, rest = sk.partition("#")
    key = rest.partition("#")[2] or sk
    if (place, sk) not in _reported:  # it is met at every look
        _reported.add((place, sk))
        log.error("a delivery cannot be read: %s", _what(error), extra={"place": place, "delivery": key})
    came = int(milliseconds) // 1000 if milliseconds.isdecimal() else 0
    at = item["at"] if isinstance(item.get("at"), int) else came or clock.epoch()
    return Delivery(place, item["pk"], sk, key, at, line(key), readable=False)


def _what(error: Exception) -> str:
    """What is wrong, without the message's own words."""
    if not isinstance(error, ValidationError):
        return f"there is no {error}"
    wrong = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'message'}: {one['type']}" for one in wrong)
