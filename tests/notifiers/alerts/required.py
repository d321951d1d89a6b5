"""What each kind of event cannot do without: while that is as it was, its own alert has to appear."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from tests.notifiers.alerts.mutations import leaves

_CALL = ("detail.eventName", "detail.eventSource", "detail.errorCode")
_ELEMENTS = (
    "*.workspaceId",
    "*.sourceWorkspaceId",
    "*.instanceId",
    "*.notebookInstanceName",
    "*.workspaces.*.userName",
)
_ALARM = ("detail.alarmName", "detail.state.value")
_STACK = ("detail.stack-id", "detail.status-details.*status")
_HEALTH = ("eventArn", "eventTypeCode", "eventTypeCategory", "statusCode", "actionability", "*Time")
_PIPELINE = ("detail.pipeline", "detail.state")
_OBJECT = ("detail.bucket.name", "detail.object.key")
_BY_TOPIC = (
    "*.AlarmName",
    "*.NewStateValue",
    "*Message.detailType",
    "*Message.source",
    "*Message.detail.*",
    "*Records.*",
)
# By the `detail-type`, or what there is in its place.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "AWS API Call via CloudTrail": (*_CALL, *_ELEMENTS, "*.pendingRequests.*", "*.failedRequests.*"),
    "AWS Health Event": tuple(f"detail.{name}" for name in _HEALTH),
    "AWS Health Abuse Event": tuple(f"detail.{name}" for name in _HEALTH),
    "CloudFormation Drift Detection Status Change": _STACK,
    "CloudFormation Stack Status Change": _STACK,
    "CloudWatch Alarm Configuration Change": ("resources.0", "detail.alarmName", "detail.operation"),
    "CloudWatch Alarm Contributor State Change": _ALARM,
    "CloudWatch Alarm State Change": _ALARM,
    "CodeBuild Build State Change": ("detail.project-name", "detail.build-status"),
    "CodePipeline Action Execution State Change": (*_PIPELINE, "detail.type.category"),
    "CodePipeline Pipeline Execution State Change": _PIPELINE,
    "CodePipeline Stage Execution State Change": _PIPELINE,
    "Durable Execution Status Change": ("detail.durableExecutionArn", "detail.functionArn", "detail.status"),
    "EC2 Instance Launch Successful": ("detail.AutoScalingGroupName",),
    "EC2 Instance Launch Unsuccessful": ("detail.AutoScalingGroupName",),
    "EC2 Instance State-change Notification": ("detail.instance-id", "detail.state"),
    "EC2 Instance Terminate Unsuccessful": ("detail.AutoScalingGroupName",),
    "Lambda Function Invocation Result - Failure": ("detail.requestContext.functionArn",),
    "Object Created": _OBJECT,
    "Object Deleted": _OBJECT,
    "SageMaker Notebook Instance State Change": ("detail.NotebookInstanceName", "detail.NotebookInstanceStatus"),
    "Step Functions Execution Status Change": ("detail.executionArn", "detail.stateMachineArn", "detail.status"),
    "WorkSpaces Access": ("detail.workspaceId",),
    "a function's destination": ("requestContext.*", "requestPayload*"),
    "a record of S3": ("eventSource", "eventName", "*s3.bucket.name", "*s3.object.key"),
    "an alarm's action": ("alarmArn", "alarmData.alarmName", "alarmData.state.value"),
    "a topic": ("*TopicArn", "*Message", *_BY_TOPIC),
}
_ENVELOPE = ("source", "detail-type")


def shape(event: Any) -> str:
    """Which of REQUIRED is about `event`."""
    if "detail-type" in event:
        return str(event["detail-type"])
    if "alarmData" in event:
        return "an alarm's action"
    if "requestContext" in event:
        return "a function's destination"
    return "a record of S3" if "s3" in event else "a topic"


def required(event: Any, kind_of_event: str) -> dict[str, Any]:
    """What `event` has of the things that an event of this shape cannot do without, by where they are."""
    wanted = (*_ENVELOPE, *REQUIRED[kind_of_event])
    return {path: value for path, value in leaves(event) if any(fnmatchcase(path, each) for each in wanted)}
