"""Which function knows which event: the table of contents of the alerts."""

from collections.abc import Callable
from typing import NamedTuple

from notifiers.alerts import (
    alarm_changes,
    alarms,
    budgets,
    builds,
    denied,
    executions,
    files,
    health,
    instances,
    notebooks,
    other_calls,
    pipelines,
    stacks,
    workspace_logins,
    workspaces,
)
from notifiers.alerts.alert import Alert
from notifiers.alerts.event import Event

Matches = Callable[[Event], bool]


class Reader(NamedTuple):
    """Whether an event is its, and what it makes of one: every element of a batch is an Alert of its own.

    `alerts` may raise where something that it needs is not there: what then is said is the event as it is.
    """

    matches: Matches
    alerts: Callable[[Event], tuple[Alert, ...]]


def on(source: str, *types: str) -> Matches:
    """Events of `source` of one of these types; "" is the type of what does not come by EventBridge."""
    return lambda event: event.source == source and event.type in types


def sns(*keys: str) -> Matches:
    """SNS messages in JSON that have all of these keys."""
    return lambda event: event.source == "aws.sns" and all(key in event.detail for key in keys)


ALERTS: tuple[Reader, ...] = (
    Reader(
        on("aws.cloudwatch", "CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change"),
        alarms.state_change,
    ),
    Reader(on("aws.cloudwatch", "CloudWatch Alarm Configuration Change"), alarm_changes.change),
    Reader(on("aws.cloudwatch", ""), alarms.action),
    Reader(sns("AlarmName", "NewStateValue"), alarms.notification),
    Reader(budgets.is_notification, budgets.notification),
    Reader(on("aws.s3", "Object Created", "Object Deleted"), files.by_eventbridge),
    Reader(on("aws.s3", ""), files.by_bucket),
    Reader(on("aws.codepipeline", pipelines.PIPELINE), pipelines.pipeline),
    Reader(on("aws.codepipeline", *pipelines.PARTS), pipelines.part_of_one),
    Reader(on("aws.codebuild", "CodeBuild Build State Change"), builds.build),
    Reader(on("aws.cloudformation", "CloudFormation Stack Status Change"), stacks.stack),
    Reader(on("aws.cloudformation", "CloudFormation Drift Detection Status Change"), stacks.drift),
    Reader(on("aws.states", "Step Functions Execution Status Change"), executions.state_machine),
    Reader(on("aws.lambda", executions.DURABLE), executions.durable),
    Reader(on("lambda", executions.INVOCATION), executions.invocation),
    Reader(on("aws.lambda", ""), executions.invocation),
    Reader(on("aws.health", *health.TYPES), health.health),
    Reader(denied.is_call, denied.calls),
    Reader(workspaces.is_call, workspaces.calls),
    Reader(on("aws.workspaces", "WorkSpaces Access"), workspace_logins.login),
    Reader(instances.is_call, instances.calls),
    Reader(on("aws.ec2", "EC2 Instance State-change Notification"), instances.state),
    Reader(on("aws.autoscaling", *instances.SCALED), instances.scaling),
    Reader(notebooks.is_call, notebooks.calls),
    Reader(on("aws.sagemaker", "SageMaker Notebook Instance State Change"), notebooks.state),
    Reader(other_calls.is_call, other_calls.calls),
)
"""In this order: the first that matches reads the event."""
