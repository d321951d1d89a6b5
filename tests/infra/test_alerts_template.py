"""The template of `infra/`: AWS takes it, it asks for every event that an alert is made of, and it watches itself."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.api import ManualArgs, lint  # type: ignore[import-untyped]  # it has no types

from aws_ops.lambdas import watch
from notifiers.alerts.kinds import KINDS
from notifiers.alerts.read import read
from sandbox.aws.template import TEMPLATE, template

FIXTURES = Path(__file__).parents[1] / "notifiers" / "alerts" / "fixtures"
# What another event says already, or will, and what has no alert of its own. Whoever adds it to a rule gets it told.
NOT_ASKED_FOR = {
    "alarm_changed",
    "alarm_created",
    "autoscaling_launch_successful",
    "eventbridge_scheduled_event",
    "execution_succeeded",
    "other_macie_finding",
    "pipeline_stage_failed",
    "pipeline_superseded",
    "stack_update_in_progress",
}


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short functions as one-key mappings: `!Ref Topic` is `{"Ref": "Topic"}`."""


def function(loader: Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value = loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else loader.construct_object(node)
    return {name: value}


Loader.add_multi_constructor("!", function)


@cache
def stack() -> Any:
    return yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506 - a SafeLoader


def resources(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in stack()["Resources"].items():
        if resource["Type"] == kind:
            yield name, resource["Properties"]


def fixtures() -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FIXTURES.glob("*.json"))}


def asked_for(event: Any) -> bool:
    return any(rule.pattern.takes(event) and rule.functions == ("deskside-forward",) for rule in template().rules)


@pytest.mark.faults  # the linter takes seconds
def test_cloudformation_finds_no_fault_with_it() -> None:
    assert not lint(TEMPLATE.read_text(encoding="utf-8"), config=ManualArgs(regions=["us-east-1"]))


def test_every_event_that_an_alert_is_made_of_is_asked_for() -> None:
    on_the_bus = {
        name: event for name, event in fixtures().items() if isinstance(event, dict) and "detail-type" in event
    }
    assert {name for name, event in on_the_bus.items() if not asked_for(event)} == NOT_ASKED_FOR


def test_every_kind_of_alert_has_an_event_that_comes() -> None:
    come = [
        one for one in fixtures().values() if not isinstance(one, dict) or "detail-type" not in one or asked_for(one)
    ]
    told = {alert.kind for event in come for alert in read(event, sent=0.0).alerts}
    assert set(KINDS) - told == {"test"}


@pytest.mark.parametrize(
    ("type_", "detail"),
    [
        ("Scheduled Event", {}),
        ("EC2 Instance State-change Notification", {"state": "stopping"}),
        ("CodePipeline Pipeline Execution State Change", {"state": "STARTED"}),
        ("AWS API Call via CloudTrail", {"eventName": "CreateTags", "userIdentity": {"type": "AssumedRole"}}),
    ],
)
def test_what_nobody_needs_to_hear_is_not_asked_for(type_: str, detail: Any) -> None:
    for source in ("aws.events", "aws.ec2", "aws.codepipeline", "aws.workspaces"):
        assert not asked_for({"source": source, "detail-type": type_, "detail": detail})


def test_whatever_a_rule_cannot_deliver_goes_to_the_dead_letters() -> None:
    rules = {name: rule for name, rule in resources("AWS::Events::Rule") if "EventPattern" in rule}
    dead = {"Arn": {"GetAtt": "DeadLetters.Arn"}}
    target = {"Id": "forward", "Arn": {"GetAtt": "Forward.Arn"}, "DeadLetterConfig": dead}
    assert [name for name, rule in rules.items() if rule["Targets"] != [target]] == []
    # The permission to call the function, and the one to send to the dead letters, go by the rules' names.
    assert [name for name, rule in rules.items() if not rule["Name"]["Sub"].startswith("${Prefix}alerts-")] == []


def test_what_watches_deskside_goes_by_e_mail_and_takes_silence_for_bad() -> None:
    alarms = dict(resources("AWS::CloudWatch::Alarm"))
    assert alarms.keys() == {"BotIsSilent", "QueueIsSlow", "DeadLettersWait"}
    assert all(alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "WatchTopic"}] for alarm in alarms.values())
    topics = dict(resources("AWS::SNS::Topic"))
    assert topics["WatchTopic"]["Subscription"] == [{"Protocol": "email", "Endpoint": {"Ref": "Email"}}]
    silent = alarms["BotIsSilent"]
    assert silent["TreatMissingData"] == "breaching"
    assert (silent["Namespace"], silent["MetricName"]) == (watch.NAMESPACE, watch.METRIC)
    assert silent["Dimensions"] == [{"Name": "Table", "Value": {"Ref": "TableName"}}]


def allowed(action: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Which service may do it, by whose leave, and on what conditions."""
    for name, permission in resources("AWS::Lambda::Permission"):
        if permission["Action"] == action:
            wanted = {key: value for key, value in permission.items() if key.startswith("Source")}
            yield name, permission["Principal"], wanted
    for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
        for _, policy in resources(kind):
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Allow" and statement["Action"] == action:
                    said = [pair for pairs in statement["Condition"].values() for pair in pairs.items()]
                    wanted = {key.removeprefix("aws:"): value for key, value in said}
                    yield statement["Sid"], statement["Principal"]["Service"], wanted


def test_a_service_may_only_act_for_what_is_of_this_account() -> None:
    found = [one for action in ("lambda:InvokeFunction", "sqs:SendMessage", "sns:Publish") for one in allowed(action)]
    assert len(found) == 9
    for name, service, wanted in found:
        arn = wanted["SourceArn"].get("Sub", "${AWS::AccountId}")  # else it is that of something in the template
        assert "${AWS::AccountId}" in arn, name
        # Rules never say whose they are, and what asks for it refuses them without a word:
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
        assert service != "events.amazonaws.com" or "SourceAccount" not in wanted, name


def test_nobody_can_make_up_a_call_for_a_rule_of_every_service() -> None:
    call = {"detail-type": "AWS API Call via CloudTrail", "detail": {"userIdentity": {"type": "Root"}}}
    denied = {**call, "detail": {"errorCode": "AccessDenied"}}
    for event in (call, denied):
        assert asked_for({**event, "source": "aws.iam"})
        assert not asked_for({**event, "source": "someone.else"})  # PutEvents takes any but those of AWS
