"""Dead letters that were found: kept once, with why, and sent again once."""

import json

import pytest

from aws_ops import dead_letter_items as items
from aws_ops.desk import Desk
from aws_ops.queue import Received
from aws_ops.stored_events import LARGEST

ALEX = "alex@example.com"
BODY = json.dumps({"v": 1, "kind": "aws", "event": {}})


def dead(body: str = BODY, id: str = "m-1") -> Received:
    return Received(body, "receipt", id=id, sent=0, receives=5)


def test_what_stood_in_the_way_is_told_with_it(desk: Desk) -> None:
    items.note(desk.table, "m-1", "the first reason")
    items.note(desk.table, "m-1", "x" * 1000)
    letter = items.keep(desk, None, dead())
    assert (letter.id, letter.body, letter.why) == ("m-1", BODY, "x" * 500)
    items.note(desk.table, "m-1", "another reason")
    assert items.keep(desk, None, dead()) == letter == items.find(desk, "m-1")


def test_of_an_event_that_never_became_a_message_lambda_says_why(desk: Desk) -> None:
    record = {"requestContext": {}, "requestPayload": {"id": "7"}, "responsePayload": {"errorType": "NotForwarded"}}
    letter = items.keep(desk, None, dead(json.dumps(record)))
    assert letter.why == "the function that forwards events gave it up: NotForwarded"
    assert json.loads(letter.body) == {"v": 1, "kind": "aws", "event": {"id": "7"}}


def test_what_nobody_noted_is_said_to_be_unknown(desk: Desk) -> None:
    assert items.keep(desk, None, dead()).why == "nobody knows why"


def test_what_nobody_can_read_is_kept_as_it_is(desk: Desk) -> None:
    for number, body in enumerate(("[" * 20_000, "{", '{"a":' * 20_000)):
        assert items.keep(desk, None, dead(body, id=f"m-{number}")).body == body


def test_a_large_one_is_not_kept_where_there_is_no_bucket(desk: Desk) -> None:
    with pytest.raises(LookupError, match="DESKSIDE_BUCKET"):
        items.keep(desk, None, dead("x" * (LARGEST + 1)))
    assert items.find(desk, "m-1") is None


def test_it_is_sent_again_once(desk: Desk) -> None:
    assert items.resend(desk, "m-1", ALEX).outcome == "unknown"
    items.keep(desk, None, dead())
    assert items.resend(desk, "m-1", ALEX).outcome == "sent"
    twice = items.resend(desk, "m-1", "oda@example.com")
    assert twice.outcome == "twice"
    assert twice.letter is not None
    assert twice.letter.sent_by == ALEX
    assert [message.body_text for message in desk.queue.receive(0)] == [BODY]
