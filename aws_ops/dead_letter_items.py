"""Dead letters that were found: why nobody could handle them, and what to send so that it is tried again.

`FAILED#<message id>`/`WHY` {why}: what stood in the way of a message when it was received last.
`DEAD#<message id>`/`DEAD` {body, why, at}, then {sent_by, sent_at} as well: one that lay in the dead-letter queue.
"""

from dataclasses import dataclass
from typing import Literal, Self

from aws_ops import clock, dead_letters
from aws_ops.conditions import Attr
from aws_ops.desk import Desk
from aws_ops.queue import Received
from aws_ops.table import Item, Table

# As long as SQS keeps a message at most: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
_WHY_S = 14 * 86_400
_KEPT_S = 90 * 86_400
_LONGEST = 500  # characters of a reason

Outcome = Literal["sent", "twice", "unknown"]


@dataclass(frozen=True)
class DeadLetter:
    """One, found at `at` (seconds since 1970). `body` is the message to send; `sent_by` the key of who had it sent."""

    id: str
    body: str
    why: str
    at: int
    sent_by: str | None = None
    sent_at: int | None = None

    @classmethod
    def of(cls, item: Item) -> Self:
        """As its item has it."""
        id = item["pk"].removeprefix("DEAD#")  # noqa: A001 - what it is called
        return cls(id, item["body"], item["why"], item["at"], item.get("sent_by"), item.get("sent_at"))


@dataclass(frozen=True)
class Resent:
    """What came of sending one again: `twice`, it was before and is not now; `unknown`, there is none of this id."""

    outcome: Outcome
    letter: DeadLetter | None = None


def note(table: Table, message_id: str, why: str) -> None:
    """Remember what stood in the way of a message. Raises ClientError."""
    expires = clock.epoch() + _WHY_S
    table.put({"pk": f"FAILED#{message_id}", "sk": "WHY", "why": why[:_LONGEST], "expires": expires})


def keep(desk: Desk, bucket: str | None, letter: Received) -> DeadLetter:
    """Write down what lies in the dead-letter queue, once.

    Raises LookupError where it is large and there is no bucket, ClientError.
    """
    table, now = desk.table, clock.epoch()
    known = table.get(*_key(letter.id))
    if known is not None:
        return DeadLetter.of(known)
    failed = table.get(f"FAILED#{letter.id}", "WHY")
    why = dead_letters.reason(letter.body_text) or (failed or {}).get("why") or "nobody knows why"
    pk, sk = _key(letter.id)
    item = {
        "pk": pk,
        "sk": sk,
        "body": dead_letters.again(desk.sessions, bucket, letter.body_text),
        "why": why,
        "at": now,
        "expires": now + _KEPT_S,
    }
    table.create(item)
    return DeadLetter.of(item)


def find(desk: Desk, named: str) -> DeadLetter | None:
    """The dead letter of this id. Raises ClientError."""
    item = desk.table.get(*_key(named))
    return None if item is None else DeadLetter.of(item)


def resend(desk: Desk, named: str, by: str) -> Resent:
    """Send one again, for the person `by`. Raises ClientError.

    First it is sent: what is sent twice does no harm, what is never sent is lost.
    """
    letter = find(desk, named)
    if letter is None:
        return Resent("unknown")
    if letter.sent_at is not None:
        return Resent("twice", letter)
    desk.queue.send_text(letter.body)
    sent = {"sent_by": by, "sent_at": clock.epoch()}
    desk.table.update(*_key(named), set=sent, when=Attr("pk").exists())
    return Resent("sent", letter)


def _key(named: str) -> tuple[str, str]:
    return f"DEAD#{named}", "DEAD"
