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
# By the `detail-type`, or what there is in its place.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "AWS API Call via CloudTrail": (*_CALL, *_ELEMENTS, "*.pendingRequests.*", "*.failedRequests.*"),
    "CloudWatch Alarm State Change": ("detail.alarmName", "detail.state.value"),
    "CloudWatch Alarm Contributor State Change": ("detail.alarmName", "detail.state.value"),
    "CloudWatch Alarm Configuration Change": ("resources.0", "detail.alarmName", "detail.operation"),
    "EC2 Instance State-change Notification": ("detail.instance-id", "detail.state"),
    "EC2 Instance Launch Successful": ("detail.AutoScalingGroupName",),
    "EC2 Instance Launch Unsuccessful": ("detail.AutoScalingGroupName",),
    "EC2 Instance Terminate Unsuccessful": ("detail.AutoScalingGroupName",),
    "SageMaker Notebook Instance State Change": ("detail.NotebookInstanceName", "detail.NotebookInstanceStatus"),
    "WorkSpaces Access": ("detail.workspaceId",),
    "an alarm's action": ("alarmArn", "alarmData.alarmName", "alarmData.state.value"),
    "a topic": ("*Message", "*Message.AlarmName", "*Message.NewStateValue", "*TopicArn"),
}
_ENVELOPE = ("source", "detail-type")


def shape(event: Any) -> str:
    """Which of REQUIRED is about `event`."""
    if "detail-type" in event:
        return str(event["detail-type"])
    return "an alarm's action" if "alarmData" in event else "a topic"


def required(event: Any, kind_of_event: str) -> dict[str, Any]:
    """What `event` has of the things that an event of this shape cannot do without, by where they are."""
    wanted = (*_ENVELOPE, *REQUIRED[kind_of_event])
    return {path: value for path, value in leaves(event) if any(fnmatchcase(path, each) for each in wanted)}
