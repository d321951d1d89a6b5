"""What the outbox has to say: one delivery, read from its item.

What this version cannot read was written by a newer one, and is left to that until it is time to give up.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache

from pydantic import ValidationError

from aws_ops import clock
from aws_ops.table import Item
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

    @property
    def too_old(self) -> bool:
        """Whether it is time to give up."""
        return clock.epoch() - self.at >= GIVE_UP_S

    @property
    def topic(self) -> tuple[str, bool]:
        """What it shares with those of which only the newest is said."""
        return self.run or f"key/{self.key}", self.reply


def read(place: str, item: Item) -> Delivery:
    """What an item says; a stand-in where this version cannot read it."""
    try:
        reply = "reply" in item
        return Delivery(
            place=place,
            pk=item["pk"],
            sk=item["sk"],
            key=item["key"],
            at=item["at"],
            message=_message(item["reply" if reply else "message"]),
            run=item.get("run"),
            seq=item.get("seq", 0),
            reply=reply,
            again=item.get("again", False),
            entry=Entry.model_validate(item["entry"]) if "entry" in item else None,
            due=item.get("due", 0),
        )
    except (ValidationError, LookupError) as error:
        return _unreadable(place, item, error)


@lru_cache(maxsize=1024)
def _message(text: str) -> Message:
    return Message.model_validate_json(text)  # frozen, and met at every look


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
