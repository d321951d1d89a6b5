"""Events on the simulated bus, messages on its topic, and how the forwarding function hears of them."""

import http.client
import json
from contextlib import closing
from typing import Any

import pytest

from sandbox.aws.bus import zulu
from sandbox.aws.refused import Refused
from sandbox.aws.world import DEAD_LETTERS, TOPIC
from tests.sandbox.conftest import Account
from tests.sandbox.hearing import Hears

LOGIN = {"detail-type": "WorkSpaces Access", "source": "aws.workspaces", "detail": {"workspaceId": "ws-1"}}
DIRECT = {"source": "aws.cloudwatch", "alarmArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:x", "alarmData": {}}
SCHEDULED = {"detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}
RECORDS = {"Records": [{"EventSource": "aws:sns", "Sns": {"TopicArn": "arn:aws:sns:us-east-1:111122223333:theirs"}}]}


def asked(aws: Account, path: str, body: Any) -> Any:
    """A control's answer, over the wire."""
    connection = http.client.HTTPConnection(aws.sandbox.url.removeprefix("http://"))
    with closing(connection):
        connection.request("POST", f"/_sandbox/{path}", json.dumps(body))
        return json.load(connection.getresponse())


def queued(aws: Account, name: str = "deskside-events") -> list[Any]:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return [json.loads(one["Body"]) for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]


# -- the bus ---------------------------------------------------------------------------------------------------------


def test_an_event_goes_where_a_rule_matches_it_and_the_bus_completes_it(aws: Account, hears: Hears) -> None:
    assert aws.sandbox.event(LOGIN) == {"rules": ["deskside-alerts-workspaces-access"], "delivered": 1}
    (heard,) = hears.all()
    assert heard.items() >= LOGIN.items()
    assert heard["time"] == zulu(aws.clock.now())
    assert (heard["account"], heard["region"], heard["resources"]) == ("123456789012", "us-east-1", [])


def test_what_an_event_says_of_itself_stays_and_two_of_them_have_two_ids(aws: Account, hears: Hears) -> None:
    whole = {**LOGIN, "id": "7bf7", "time": "2026-01-01T00:00:00Z", "account": "111122223333", "region": "us-west-1"}
    for event in (whole, LOGIN, LOGIN):
        aws.sandbox.event(event)
    heard = hears.all()
    assert heard[0].items() >= whole.items()
    assert len({one["id"] for one in heard}) == 3


def test_an_event_that_no_rule_matches_goes_nowhere(aws: Account, hears: Hears) -> None:
    assert aws.sandbox.event({**LOGIN, "source": "aws.glue"}) == {"rules": [], "delivered": 0}
    assert hears.all() == []


def test_two_rules_that_match_invoke_twice(aws: Account, hears: Hears) -> None:
    denied = {"eventName": "TerminateInstances", "errorCode": "Client.UnauthorizedOperation"}
    told = aws.sandbox.event({"detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2", "detail": denied})
    assert told["rules"] == ["deskside-alerts-instance-calls", "deskside-alerts-denied-calls"]
    first, second = hears.all()
    assert first == second


@pytest.mark.parametrize("event", [DIRECT, SCHEDULED, RECORDS, {"anything": [1]}])
def test_what_reaches_a_function_directly_goes_there_as_it_is(aws: Account, hears: Hears, event: Any) -> None:
    assert aws.sandbox.event(event) == {"rules": [], "delivered": 1}
    assert hears.all() == [event]


def test_an_event_larger_than_lambda_takes_is_refused(aws: Account) -> None:
    with pytest.raises(Refused, match="bytes exceed"):
        aws.sandbox.event({**DIRECT, "alarmData": "x" * 1024 * 1024})


def test_the_real_function_puts_an_event_into_the_queue(aws: Account) -> None:
    told = asked(aws, "events", LOGIN)
    aws.clock.rest()
    (message,) = queued(aws)
    assert told == {"rules": ["deskside-alerts-workspaces-access"], "delivered": 1}
    assert (message["v"], message["kind"], message["event"]["detail"]) == (1, "aws", {"workspaceId": "ws-1"})


# -- asynchronous invocation -----------------------------------------------------------------------------------------


def test_a_function_that_fails_is_invoked_again_after_one_and_two_minutes(aws: Account, hears: Hears) -> None:
    hears.fails = 2
    aws.sandbox.event(LOGIN)
    for seconds, invocations in ((0, 1), (59, 1), (1, 2), (119, 2), (1, 3), (600, 3)):
        aws.clock.advance(seconds)
        assert len(hears.all()) == invocations
    assert hears.heard[0] == hears.heard[2]


def test_what_a_function_gives_up_goes_to_the_dead_letters_with_its_reason(aws: Account, hears: Hears) -> None:
    hears.fails = 3
    aws.sandbox.event(DIRECT)
    aws.clock.advance(180)
    (record,) = queued(aws, DEAD_LETTERS)
    assert record["requestPayload"] == DIRECT
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responsePayload"] == {"errorMessage": "the queue is not there", "errorType": "OSError"}


# -- the topic -------------------------------------------------------------------------------------------------------


def test_a_message_on_the_topic_comes_as_a_record_of_sns(aws: Account, hears: Hears) -> None:
    told = asked(aws, "sns", {"Subject": "AWS Budgets", "Message": "Budget Name: x"})
    ((record,),) = [one["Records"] for one in hears.all()]
    assert record["EventSource"] == "aws:sns"
    assert record["Sns"].items() >= {"TopicArn": TOPIC, "Subject": "AWS Budgets", "Message": "Budget Name: x"}.items()
    assert record["Sns"]["Timestamp"] == zulu(aws.clock.now(), "milliseconds")
    assert told == {"TopicArn": TOPIC, "MessageId": record["Sns"]["MessageId"], "delivered": 1}


@pytest.mark.parametrize("of_lambda", [False, True])
def test_a_notification_of_another_account_is_published_here_with_its_own_id(
    aws: Account, hears: Hears, of_lambda: bool
) -> None:
    theirs = "arn:aws:sns:ca-central-1:111122223333:theirs"
    body = {"Type": "Notification", "MessageId": "2d3a", "TopicArn": theirs, "Message": {"AlarmName": "x"}}
    aws.sandbox.bus.publish_body({"Records": [{"EventSource": "aws:sns", "Sns": body}]} if of_lambda else body)
    ((record,),) = [one["Records"] for one in hears.all()]
    assert record["Sns"].items() >= {"TopicArn": TOPIC, "MessageId": "2d3a", "Message": '{"AlarmName": "x"}'}.items()


def test_a_topic_without_a_function_delivers_nothing_and_one_that_is_not_there_is_refused(
    aws: Account, hears: Hears
) -> None:
    watch = "arn:aws:sns:us-east-1:123456789012:deskside-watch"
    assert aws.sandbox.bus.publish_body({"TopicArn": watch, "Message": "x"})["delivered"] == 0
    with pytest.raises(Refused, match="Topic does not exist"):
        aws.sandbox.bus.publish_body({"TopicArn": f"{watch}-not", "Message": "x"})
    assert hears.all() == []


def test_records_on_the_bus_go_as_they_are_and_the_function_drops_those_of_other_topics(aws: Account) -> None:
    assert aws.sandbox.event(RECORDS) == {"rules": [], "delivered": 1}
    aws.clock.rest()
    assert aws.sandbox.waiting_messages() == 0


def test_a_secret_is_made_and_changed(aws: Account) -> None:
    for value in ("https://hooks.slack.com/services/T/B/1", "https://hooks.slack.com/services/T/B/2"):
        aws.sandbox.put_secret("deskside/webhook/it", value)
        kept = aws.client("secretsmanager").get_secret_value(SecretId="deskside/webhook/it")
        assert kept["SecretString"] == value
