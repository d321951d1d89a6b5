"""The events queue, over a real wire."""

import json

import pytest
from botocore.exceptions import ClientError

from aws_ops import clock
from aws_ops.desk import Desk
from aws_ops.queue import Queue
from aws_ops.session import Sessions


def test_what_is_sent_is_received_and_deleted(desk: Desk) -> None:
    body = {"v": 1, "kind": "run", "data": {"name": "三木 <!channel>", "cost": 0.15, "until": None}}
    desk.queue.send(body)
    (message,) = desk.queue.receive(wait_seconds=0)
    assert json.loads(message.body_text) == body
    desk.queue.delete(message.receipt)
    assert desk.queue.receive(wait_seconds=0) == []


def test_a_message_that_was_not_deleted_comes_again(desk: Desk, lasting: Sessions) -> None:
    desk.queue.send({"n": 1})
    (first,) = desk.queue.receive(wait_seconds=0)
    sqs = lasting.client("sqs")
    sqs.change_message_visibility(QueueUrl=desk.queue.url, ReceiptHandle=first.receipt, VisibilityTimeout=0)
    (second,) = desk.queue.receive(wait_seconds=0)
    assert second.body_text == first.body_text


def test_a_message_says_when_it_was_sent_and_how_often_it_came(desk: Desk, lasting: Sessions) -> None:
    before = clock.epoch()
    desk.queue.send_text("not json")
    (first,) = desk.queue.receive(wait_seconds=0)
    assert (first.body_text, first.receives) == ("not json", 1)
    assert before <= first.sent <= clock.epoch() + 1
    sqs = lasting.client("sqs")
    sqs.change_message_visibility(QueueUrl=desk.queue.url, ReceiptHandle=first.receipt, VisibilityTimeout=0)
    (second,) = desk.queue.receive(wait_seconds=0)
    assert (second.id, second.sent, second.receives) == (first.id, first.sent, 2)


def test_what_came_too_often_lies_among_the_dead_letters_under_its_id(desk: Desk, lasting: Sessions) -> None:
    assert desk.queue.dead_letters() is None
    sqs = lasting.client("sqs")
    url = sqs.create_queue(QueueName="deskside-dead-letters")["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    policy = {"deadLetterTargetArn": asked["Attributes"]["QueueArn"], "maxReceiveCount": 1}
    changed = {"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": "0"}
    sqs.set_queue_attributes(QueueUrl=desk.queue.url, Attributes=changed)
    desk.queue.send({"n": 1})
    (received,) = desk.queue.receive(wait_seconds=0)
    assert desk.queue.receive(wait_seconds=0) == []
    dead = desk.queue.dead_letters()
    assert dead is not None
    (letter,) = dead.receive(wait_seconds=0)
    assert (letter.id, letter.body_text) == (received.id, '{"n":1}')
    dead.delete(letter.receipt)
    assert dead.receive(wait_seconds=0) == []


def test_receive_takes_no_more_than_asked(desk: Desk) -> None:
    for number in range(5):
        desk.queue.send({"n": number})
    assert len(desk.queue.receive(wait_seconds=0, limit=2)) == 2


def test_ping(desk: Desk, lasting: Sessions) -> None:
    desk.queue.ping()
    with pytest.raises(ClientError, match="NonExistentQueue"):
        Queue(lasting.client("sqs"), desk.queue.url + "-gone").ping()
