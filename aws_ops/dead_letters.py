"""Dead letters: what nobody could handle, why, and what to send so that it is tried again.

Two kinds lie in the dead-letter queue. Messages of the queue were received too often, and lie there as they were sent.
Events never became one: `forward_event` gave them up, and they are in the record that Lambda makes of that; or a rule
or the topic could not call it, and they are as these would have given them.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
from collections.abc import Mapping
from typing import Any

from aws_ops import stored_events
from aws_ops.session import Sessions

_LONGEST = 200  # characters of a reason of Lambda's


def again(sessions: Sessions, bucket: str | None, body_text: str) -> str:
    """The message to send: the dead letter itself, or one that carries the event in it.

    It fits an item of the table: what is large is kept in the bucket. Raises LookupError where there is none,
    ClientError as S3 does.
    """
    event = _event(body_text)
    if event is None:
        return stored_events.short(sessions, bucket, body_text)
    carried = event["requestPayload"] if _is_lambdas(event) else event
    return stored_events.message(sessions, bucket, carried)


def reason(body_text: str) -> str | None:
    """Why an event never became a message, in a few words; None for what was one."""
    event = _event(body_text)
    if event is None:
        return None
    if not _is_lambdas(event):
        return "the function that forwards events could not be called"
    answer = event.get("responsePayload")
    said = answer if isinstance(answer, dict) else {}
    why = ": ".join(str(said[name]) for name in ("errorType", "errorMessage") if said.get(name))
    return f"the function that forwards events gave it up: {' '.join(why.split())[:_LONGEST] or 'it does not say why'}"


def _event(body_text: str) -> Mapping[str, Any] | None:
    """What is no message of the queue, but JSON as AWS writes it."""
    try:
        body = json.loads(body_text)
    except (ValueError, RecursionError):
        return None
    return None if not isinstance(body, dict) or "kind" in body else body


def _is_lambdas(event: Mapping[str, Any]) -> bool:
    return "requestContext" in event and "requestPayload" in event
