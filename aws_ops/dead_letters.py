"""Dead letters: what nobody could handle, why, and what to send so that it is tried again.

Two kinds lie in the dead-letter queue: messages that were received too often, as they were sent, and events that
`forward_event` gave up, in the record that Lambda makes of them.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
from collections.abc import Mapping
from typing import Any

from aws_ops import stored_events
from aws_ops.session import Sessions


def again(sessions: Sessions, bucket: str | None, body_text: str) -> str:
    """The message to send: the dead letter itself, or one with the event in Lambda's record.

    It fits an item of the table: what is large is kept in the bucket. Raises LookupError where there is none,
    ClientError as S3 does.
    """
    record = _record(body_text)
    if record is None:
        return stored_events.short(sessions, bucket, body_text)
    return stored_events.message(sessions, bucket, record["requestPayload"])


def lambdas_reason(body_text: str) -> str | None:
    """Why Lambda gave an event up, in a few words; None for a message of the queue."""
    record = _record(body_text)
    if record is None:
        return None
    context, answer = record["requestContext"], record.get("responsePayload")
    condition = str(context.get("condition")) if isinstance(context, dict) else "for no reason that it gives"
    error = answer.get("errorType") if isinstance(answer, dict) else None
    return f"Lambda gave it up: {condition}" + (f", {error}" if error else "")


def _record(body_text: str) -> Mapping[str, Any] | None:
    try:
        body = json.loads(body_text)
    except ValueError:
        return None
    lambdas_own = isinstance(body, dict) and "requestContext" in body and "requestPayload" in body
    return body if lambdas_own else None
