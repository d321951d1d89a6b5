"""Event patterns match what EventBridge says that they do, and the template of `infra/` is read as AWS would."""

from typing import Any

import pytest

from sandbox.aws.patterns import Pattern
from sandbox.aws.template import parsed, template

EVENT: dict[str, Any] = {
    "source": "aws.workspaces",
    "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-1", "arn:aws:s3:::files"],
    "detail": {
        "state": "FAILED",
        "size": 250.5,
        "address": "10.0.1.7",
        "path": "configs/prod-1/v2.json",
        "empty": None,
        "requests": [{"id": "ws-1", "error": "AccessDenied"}, {"id": "ws-2"}],
        "errorCode": "Client.UnauthorizedOperation",
    },
}


@pytest.mark.parametrize(
    ("detail", "matches"),
    [
        ({"state": ["FAILED", "STOPPED"]}, True),
        ({"state": ["failed"]}, False),
        ({"state": [{"equals-ignore-case": "failed"}]}, True),
        ({"state": ["FAILED"], "nothing": ["x"]}, False),
        ({"state": [{"prefix": "FAIL"}]}, True),
        ({"errorCode": [{"suffix": "UnauthorizedOperation"}]}, True),
        ({"errorCode": [{"prefix": "AccessDenied"}, {"suffix": "Forbidden"}]}, False),
        ({"state": [{"anything-but": ["FAILED"]}]}, False),
        ({"state": [{"anything-but": "STOPPED"}]}, True),
        ({"path": [{"anything-but": {"prefix": "configs/"}}]}, False),
        ({"nothing": [{"anything-but": "x"}]}, False),
        ({"errorCode": [{"exists": True}]}, True),
        ({"errorCode": [{"exists": False}]}, False),
        ({"nothing": [{"exists": False}]}, True),
        ({"empty": [None]}, True),
        ({"size": [{"numeric": [">", 250, "<=", 250.5]}]}, True),
        ({"size": [{"numeric": ["<", 250]}]}, False),
        ({"state": [{"numeric": ["=", 1]}]}, False),
        ({"address": [{"cidr": "10.0.1.0/24"}]}, True),
        ({"path": [{"wildcard": "configs/*/v*.json"}]}, True),
        ({"path": [{"wildcard": "configs/*.csv"}]}, False),
        ({"$or": [{"state": ["OK"]}, {"size": [{"numeric": [">", 1]}]}]}, True),
        ({"$or": [{"state": ["OK"]}, {"size": [{"numeric": ["<", 1]}]}]}, False),
        # Objects in a list: any of them will do.
        ({"requests": {"error": [{"prefix": "AccessDenied"}]}}, True),
        ({"requests": {"id": ["ws-2"]}}, True),
        ({"requests": {"id": ["ws-3"]}}, False),
    ],
)
def test_a_pattern_takes_what_eventbridge_says_it_takes(detail: dict[str, Any], matches: bool) -> None:
    assert Pattern({"detail": detail}).takes(EVENT) is matches


def test_of_a_list_any_element_will_do() -> None:
    assert Pattern({"resources": [{"prefix": "arn:aws:s3"}], "source": ["aws.workspaces"]}).takes(EVENT)
    assert not Pattern({"resources": ["arn:aws:sqs:us-east-1:123456789012:files"]}).takes(EVENT)


@pytest.mark.parametrize(
    "pattern",
    [{}, {"source": "aws.s3"}, {"source": []}, {"detail": {"state": [{"begins-with": "F"}]}}, {"$or": [{"source": 1}]}],
)
def test_a_pattern_that_aws_would_refuse_is_refused(pattern: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="event pattern"):
        Pattern(pattern)


# In the middle is what the reader has to resolve: names by parameters, ARNs by attributes, both ways to subscribe.
TEMPLATE = """
Parameters:
  Prefix: {Type: String, Default: desk-}
Resources:
  Forward: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub "${Prefix}forward"}}
  Other: {Type: AWS::Lambda::Function, Properties: {}}
  Named:
    Type: AWS::Events::Rule
    Properties:
      Name: !Sub "${Prefix}named"
      EventPattern: {source: [aws.s3], account: [!Ref AWS::AccountId]}
      Targets: [{Id: a, Arn: !GetAtt Forward.Arn}, {Id: b, Arn: !GetAtt [Other, Arn]}, {Id: c, Arn: !GetAtt Dead.Arn}]
  Off: {Type: AWS::Events::Rule, Properties: {State: DISABLED, EventPattern: {source: [x]}, Targets: []}}
  Timed: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 minute), Targets: []}}
  Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead}}
  Inside:
    Type: AWS::SNS::Topic
    Properties: {TopicName: inside, Subscription: [{Protocol: lambda, Endpoint: !GetAtt Forward.Arn}]}
  Beside: {Type: AWS::SNS::Topic, Properties: {TopicName: beside}}
  Mail:
    Type: AWS::SNS::Topic
    Properties: {TopicName: mail, Subscription: [{Protocol: email, Endpoint: x@example.com}]}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Beside, Protocol: lambda, Endpoint: !Sub "${Forward.Arn}"}
"""


def test_a_template_is_read_with_its_references() -> None:
    read = parsed(TEMPLATE)
    (rule,) = read.rules
    assert (rule.name, rule.functions) == ("desk-named", ("desk-forward", "deskside-Other"))
    assert rule.pattern.takes({"source": "aws.s3", "account": "123456789012"})
    assert not rule.pattern.takes({"source": "aws.s3", "account": "111122223333"})
    topics = {topic.arn.rpartition(":")[2]: topic.functions for topic in read.topics}
    assert topics == {"inside": ("desk-forward",), "beside": ("desk-forward",), "mail": ()}


def test_every_rule_of_the_project_s_own_template_forwards() -> None:
    assert {rule.functions for rule in template().rules} == {("deskside-forward",)}
    assert len(template().rules) > 10
    assert template().topic("arn:aws:sns:us-east-1:123456789012:deskside-alerts")
