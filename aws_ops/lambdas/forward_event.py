"""Forwards AWS's events to the queue, as they are: from EventBridge, from a topic, from an alarm, from anywhere.

It reads nothing in them but which topic a message came by. The same event may be queued twice: its key makes that
harmless.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from aws_ops import errors, stored_events
from aws_ops.lambdas import env

log = logging.getLogger(__name__)


class NotForwarded(Exception):
    """Something could not be queued, the rest was. Lambda tries again twice, and then sends it to the dead letters."""


def handler(event: Any, _context: Any) -> Mapping[str, int]:
    """Queue each record of `event`, or else the event: {"sent": messages, "refused": records of unlisted topics}.

    Raises NotForwarded at the end where something could not be queued, LookupError where a variable is missing.
    """
    post = env.post()
    failures: list[str] = []
    sent = refused = 0
    for record in _records(event):
        topic = _topic(record)
        if topic is not None and topic not in post.topics:
            log.warning("a message of the topic %r is not forwarded: DESKSIDE_TOPICS does not list it", topic)
            refused += 1
            continue
        try:
            post.queue.send_text(stored_events.message(post.sessions, post.bucket, record))
        except Exception as error:
            # One record that cannot be queued holds up no other.
            log.exception("a record could not be queued")
            failures.append(str(error) if isinstance(error, LookupError) else errors.say(error))
        else:
            sent += 1
    if failures:
        raise NotForwarded("; ".join(failures))
    return {"sent": sent, "refused": refused}


def _records(event: Any) -> Sequence[Any]:
    records = event.get("Records") if isinstance(event, dict) else None
    return records if isinstance(records, list) and records else [event]


def _topic(record: Any) -> str | None:
    """The ARN of the topic that a record came by, "" where it names none; None where it came by no topic."""
    if not isinstance(record, dict) or not (record.get("EventSource") == "aws:sns" or "Sns" in record):
        return None
    message = record.get("Sns")
    arn = message.get("TopicArn") if isinstance(message, dict) else None
    return arn if isinstance(arn, str) else ""
