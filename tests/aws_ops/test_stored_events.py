"""Events as messages: small ones whole, large ones in the bucket, and what is to be sent of a dead letter."""

import json
from typing import Any

import pytest

from aws_ops import dead_letters, stored_events
from aws_ops.session import Sessions
from tests.aws_ops.conftest import REGION

BUCKET = "deskside-reports"


@pytest.fixture
def bucket(aws: str, lasting: Sessions) -> str:
    location: Any = {"LocationConstraint": REGION}
    lasting.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    return BUCKET


@pytest.mark.parametrize("event", [{"id": "1", "detail": {"reason": "\x00 \ud800 \uffff 三木"}}, None, "plain", [1]])
def test_a_small_event_is_its_own_message_in_characters_that_the_queue_takes(lasting: Sessions, event: object) -> None:
    text = stored_events.message(lasting, None, event)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == {"v": 1, "kind": "aws", "event": event}


def test_a_large_event_is_kept_whole_and_read_again(lasting: Sessions, bucket: str) -> None:
    event = {"detail": {"body": "x" * stored_events.LARGEST}}
    message = json.loads(stored_events.message(lasting, bucket, event))
    key = message.pop("stored")
    assert message == {"v": 1, "kind": "aws"}
    assert stored_events.message(lasting, bucket, event) == json.dumps(
        {**message, "stored": key}, separators=(",", ":")
    )
    assert json.loads(stored_events.read(lasting, bucket, key))["event"] == event
    # Whoever may write to the bucket cannot put other words into it.
    lasting.client("s3").put_object(Bucket=bucket, Key=key, Body=b"{}")
    with pytest.raises(stored_events.NotStored, match="not what was kept"):
        stored_events.read(lasting, bucket, key)


def test_what_cannot_be_stored_or_read_says_why(lasting: Sessions, bucket: str) -> None:
    with pytest.raises(LookupError, match="DESKSIDE_BUCKET is not set"):
        stored_events.message(lasting, None, "x" * stored_events.LARGEST)
    gone = f"events/2026-11-28/{'0' * 64}.json"
    with pytest.raises(stored_events.NotStored, match="not in the bucket any more"):
        stored_events.read(lasting, bucket, gone)
    with pytest.raises(stored_events.NotStored, match="DESKSIDE_BUCKET"):
        stored_events.read(lasting, None, gone)
    for key in ("", "events/", "config.yaml", f"../{gone}", f"events/2026-11-28/../{'0' * 64}.json"):
        with pytest.raises(stored_events.NotStored, match="no key of an event"):
            stored_events.read(lasting, bucket, key)


def test_a_dead_letter_is_sent_again_as_it_was(lasting: Sessions, bucket: str) -> None:
    for body in (
        '{"v":1,"kind":"run"}',
        '{"v":1,"kind":"aws","event":{"requestPayload":1}}',
        "not json",
        "null",
        "[1]",
    ):
        assert dead_letters.again(lasting, bucket, body) == body
        assert dead_letters.reason(body) is None


def test_what_the_function_gave_up_is_sent_again_as_the_event_in_lambdas_record(lasting: Sessions, bucket: str) -> None:
    record = {
        "version": "1.0",
        "timestamp": "2026-11-28T08:00:00.000Z",
        "requestContext": {"requestId": "1", "condition": "RetriesExhausted", "approximateInvokeCount": 3},
        "requestPayload": {"detail-type": "Object Created", "detail": {"reason": "x" * stored_events.LARGEST}},
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "responsePayload": {"errorType": "NotForwarded", "errorMessage": "AWS refused\nSendMessage: AccessDenied"},
    }
    body = json.dumps(record)
    key = json.loads(dead_letters.again(lasting, bucket, body))["stored"]
    assert json.loads(stored_events.read(lasting, bucket, key))["event"] == record["requestPayload"]
    gave_up = "the function that forwards events gave it up"
    assert dead_letters.reason(body) == f"{gave_up}: NotForwarded: AWS refused SendMessage: AccessDenied"
    assert dead_letters.reason('{"requestContext":7,"requestPayload":null}') == f"{gave_up}: it does not say why"


@pytest.mark.parametrize(
    "event", [{"detail-type": "Object Created", "detail": {}}, {"Type": "Notification", "TopicArn": "a", "Message": ""}]
)
def test_what_a_rule_or_the_topic_could_not_deliver_is_sent_again_as_an_event(lasting: Sessions, event: object) -> None:
    body = json.dumps(event)
    assert json.loads(dead_letters.again(lasting, None, body)) == {"v": 1, "kind": "aws", "event": event}
    assert dead_letters.reason(body) == "the function that forwards events could not be called"
