"""What EC2's calls and instances look like in events: CloudTrail writes EC2 as its XML is, lists as `items`.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html and
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sandbox.aws.bus import Json, zulu
from sandbox.aws.cloudtrail import camel
from sandbox.aws.world import ACCOUNT, REGION

STATE_CHANGE = "EC2 Instance State-change Notification"

_BECOME = {
    "RunInstances": ("Instances", ("pending", "running")),
    "StartInstances": ("StartingInstances", ("pending", "running")),
    "StopInstances": ("StoppingInstances", ("stopping", "stopped")),
    "TerminateInstances": ("TerminatingInstances", ("shutting-down", "terminated")),
}


def request(operation: str, params: Mapping[str, Any]) -> Json:
    """A call's requestParameters."""
    told: Json = camel({name: value for name, value in params.items() if name not in {"DryRun", "InstanceIds"}})
    if operation == "RunInstances":
        names = ("imageId", "minCount", "maxCount", "keyName")
        told["instancesSet"] = {"items": [{name: told.pop(name) for name in names if name in told}]}
    elif "InstanceIds" in params:
        told["instancesSet"] = {"items": [{"instanceId": one} for one in params["InstanceIds"]]}
    return told


def by_the_model(shape: Any, value: Any) -> Any:
    """A result under the names that it has in EC2's XML."""
    if shape.type_name == "structure":
        return {
            member.serialization.get("name", name): by_the_model(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if shape.type_name == "list":
        return {"items": [by_the_model(shape.member, one) for one in value]}
    return zulu(value) if isinstance(value, datetime) else value


def changes(operation: str, result: Mapping[str, Any], now: datetime) -> Iterator[Json]:
    """The events of the instances that a call starts, stops or ends."""
    member, states = _BECOME.get(operation, ("", ()))
    for instance in result.get(member, ()):
        for state in states:
            yield state_change(instance["InstanceId"], state, now)


def state_change(instance: str, state: str, now: datetime) -> Json:
    """An instance is in another state."""
    return {
        "detail-type": STATE_CHANGE,
        "source": "aws.ec2",
        "time": zulu(now),
        "resources": [f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}"],
        "detail": {"instance-id": instance, "state": state},
    }
