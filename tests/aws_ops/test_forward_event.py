"""The function that forwards AWS's events: every shape as it is, each record by itself, and none lost."""

import json
import logging
from typing import Any

import pytest

from aws_ops import stored_events
from aws_ops.desk import Desk
from aws_ops.lambdas import env, forward_event
from aws_ops.session import Sessions
from tests.aws_ops.conftest import REGION

TOPIC = "arn:aws:sns:us-east-1:123456789012:deskside-alerts"
EVENT = {"version": "0", "id": "1", "detail-type": "Object Created", "source": "aws.s3", "detail": {"Records": [1]}}
ALARM = {"source": "aws.cloudwatch", "alarmArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a", "alarmData": {}}


def sns(message: str, topic: Any = TOPIC) -> dict[str, Any]:
    return {"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {"TopicArn": topic, "Message": message}}


@pytest.fixture(autouse=True)
def environment(desk: Desk, aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": aws,
        "DESKSIDE_QUEUE_URL": desk.queue.url,
        "DESKSIDE_TOPICS": f" {TOPIC},arn:aws:sns:us-east-1:123456789012:other ",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DESKSIDE_BUCKET", raising=False)


def queued(desk: Desk) -> list[Any]:
    return [json.loads(message.body_text) for message in desk.queue.receive(wait_seconds=0)]


@pytest.mark.parametrize("event", [EVENT, ALARM, {"Records": []}, {"Records": "none"}, {}, [], None, "text"])
def test_what_has_no_records_is_one_message(desk: Desk, event: object) -> None:
    assert forward_event.handler(event, None) == {"sent": 1, "refused": 0}
    assert queued(desk) == [{"v": 1, "kind": "aws", "event": event}]


def test_each_record_is_a_message_and_unlisted_topics_have_none(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    stranger = "arn:aws:sns:us-east-1:999999999999:theirs"
    ours, objects = sns("first"), {"eventSource": "aws:s3", "s3": {"bucket": {"name": "b"}}}
    theirs = [sns("second", stranger), sns("third", None), {"EventSource": "aws:sns"}, {"Sns": {"TopicArn": stranger}}]
    with caplog.at_level(logging.WARNING):
        assert forward_event.handler({"Records": [ours, *theirs, objects, None]}, None) == {"sent": 3, "refused": 4}
    sent = [message["event"] for message in queued(desk)]
    assert sorted(sent, key=str) == sorted([ours, objects, None], key=str)
    assert stranger in caplog.text
    assert "second" not in caplog.text


def test_one_record_that_cannot_be_queued_holds_up_no_other_and_is_tried_again(
    desk: Desk, lasting: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = {"Records": [{"body": "x" * stored_events.LARGEST}, sns("small")]}
    with pytest.raises(forward_event.NotForwarded, match="DESKSIDE_BUCKET is not set"):
        forward_event.handler(event, None)
    assert [message["event"] for message in queued(desk)] == [sns("small")]
    monkeypatch.setenv("DESKSIDE_BUCKET", "deskside-events")
    with pytest.raises(forward_event.NotForwarded, match="AWS refused PutObject: NoSuchBucket"):
        forward_event.handler({"Records": event["Records"][:1]}, None)
    location: Any = {"LocationConstraint": REGION}
    lasting.client("s3").create_bucket(Bucket="deskside-events", CreateBucketConfiguration=location)
    assert forward_event.handler({"Records": event["Records"][:1]}, None) == {"sent": 1, "refused": 0}
    (message,) = queued(desk)
    kept = stored_events.read(lasting, "deskside-events", message["stored"])
    assert json.loads(kept)["event"] == event["Records"][0]


def test_a_queue_that_is_not_there_is_an_error_for_lambda_to_try_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKSIDE_QUEUE_URL", f"{desk.queue.url}-gone")
    with pytest.raises(forward_event.NotForwarded, match="AWS refused SendMessage"):
        forward_event.handler(EVENT, None)
    monkeypatch.delenv("DESKSIDE_QUEUE_URL")
    with pytest.raises(LookupError, match="DESKSIDE_QUEUE_URL"):
        env.post()


def test_without_topics_no_message_of_a_topic_is_forwarded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESKSIDE_TOPICS")
    assert forward_event.handler({"Records": [sns("first")]}, None) == {"sent": 0, "refused": 1}
    assert queued(desk) == []
