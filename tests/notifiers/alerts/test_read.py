"""Whatever AWS sends becomes at least one Alert that people can read."""

import json
from typing import Any

import pytest

from notifiers.alerts.alert import Alert
from notifiers.alerts.read import read
from notifiers.message import Code

SENT = 1_800_000_000.0


def only(event: object) -> Alert:
    found = read(event, SENT)
    assert not found.known
    (alert,) = found.alerts
    return alert


def body(alert: Alert) -> str:
    (block,) = alert.blocks
    assert isinstance(block, Code)
    return block.text


def sns(message: str, **changes: Any) -> dict[str, Any]:
    """One record of SNS as a Lambda gets it."""
    topic = "arn:aws:sns:us-east-2:123456789012:sns-lambda"
    said = {"Type": "Notification", "MessageId": "95df01b4", "TopicArn": topic, "Subject": "TestInvoke"}
    return {
        "EventSource": "aws:sns",
        "Sns": {**said, "Message": message, "Timestamp": "2019-01-02T12:45:07Z", **changes},
    }


def test_an_event_that_nobody_knows_says_what_it_is_and_where_it_comes_from() -> None:
    alert = only(
        {
            "id": "e1",
            "detail-type": "Macie Finding",
            "source": "aws.macie",
            "account": "123456789012",
            "region": "eu-west-1",
            "time": "2026-01-02T03:04:05Z",
            "resources": ["arn:aws:s3:::payroll"],
            "detail": {"severity": {"description": "High"}},
        }
    )
    assert (alert.kind, alert.state, alert.title) == ("other", "notice", "Macie Finding")
    assert alert.summary == "aws.macie sent an event that Deskside does not know: Macie Finding."
    assert (alert.account, alert.region, alert.resources) == ("123456789012", "eu-west-1", ("arn:aws:s3:::payroll",))
    assert (alert.key, alert.at) == ("e1", 1_767_323_045.0)
    assert '"description": "High"' in body(alert)


def test_a_plain_message_by_sns_is_said_under_its_subject() -> None:
    alert = only(sns("Hello from SNS!"))
    assert (alert.title, alert.summary, alert.key) == ("TestInvoke", "TestInvoke: Hello from SNS!", "95df01b4")
    assert alert.blocks == ()
    assert (alert.account, alert.region) == ("123456789012", "us-east-2")


def test_an_event_is_found_inside_an_sns_message_and_in_records() -> None:
    event = {"id": "e1", "detail-type": "Macie Finding", "source": "aws.macie", "detail": {}}
    wrapped = {"Records": [sns(json.dumps(event)), sns("Hello")]}
    assert [alert.title for alert in read(wrapped, SENT).alerts] == ["Macie Finding", "TestInvoke"]


@pytest.mark.parametrize(
    "event",
    [
        None,
        "",
        "text",
        17,
        [],
        {},
        {"Records": []},
        {"Records": [None, {}]},
        {"detail-type": "x", "detail": None, "time": 10**400, "resources": "no list", "id": ["no text"]},
        {"detail-type": "\ud800" * 9, "source": {"a": 1}, "detail": {"x": "\x00\udfff" * 200_000}},
        sns("\x00"),
        sns("{" * 5_000),
        {"Sns": {"Message": {"no": "text"}, "Subject": None, "Timestamp": "yesterday"}},
    ],
)
def test_what_is_no_event_is_said_all_the_same(event: object) -> None:
    alert = only(event)
    assert alert.at == SENT or "Sns" in str(event)[:40]
    assert alert.title
    assert Alert.model_validate_json(alert.model_dump_json()) == alert


def test_what_goes_on_for_ever_is_cut() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert only({"detail-type": "x" * 200_000, "source": "y" * 200_000, "detail": {"a": deep}}).title.endswith("…")


def test_the_same_event_has_the_same_key_and_another_one_another() -> None:
    keys = [only(event).key for event in ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1})]
    assert keys[0] == keys[1] != keys[2]
