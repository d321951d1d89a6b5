"""Instances launched, stopped and terminated, and those that were not: EC2's states, calls, and Auto Scaling.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html and
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from notifiers.alerts.alert import Alert
from notifiers.alerts.calls import Call, Failure, call_of
from notifiers.alerts.event import Event
from notifiers.alerts.kinds import Kind
from notifiers.alerts.links import console, part
from notifiers.alerts.reading import each, text
from notifiers.alerts.telling import failed, happened, of_call, of_event
from notifiers.message import Button

_ID = re.compile(r"i-[0-9a-f]{8,32}")

# The states of an instance: the kind of Alert, and what is said.
_STATES: Mapping[str, tuple[Kind, str]] = {
    "pending": ("instance-launched", "is being launched or started"),
    "running": ("instance-launched", "is running"),
    "stopping": ("instance-stopped", "is stopping"),
    "stopped": ("instance-stopped", "has stopped"),
    "shutting-down": ("instance-terminated", "is being terminated"),
    "terminated": ("instance-terminated", "was terminated"),
}


class _Operation(NamedTuple):
    """How a call is told: what it leads to, and what it did not."""

    kind: Kind
    doing: str
    done: str


_OPERATIONS: Mapping[str, _Operation] = {
    "RunInstances": _Operation("instance-launched", "is being launched", "launched"),
    "StartInstances": _Operation("instance-launched", "is being started", "started"),
    "StopInstances": _Operation("instance-stopped", "is being stopped", "stopped"),
    "TerminateInstances": _Operation("instance-terminated", "is being terminated", "terminated"),
}
# What Auto Scaling tells of: what it did, and what it could not do.
SCALED: Mapping[str, tuple[Kind, str, str]] = {
    "EC2 Instance Launch Successful": ("instance-launched", "launched", "launch"),
    "EC2 Instance Launch Unsuccessful": ("instance-failed", "launched", "launch"),
    "EC2 Instance Terminate Successful": ("instance-terminated", "terminated", "terminate"),
    "EC2 Instance Terminate Unsuccessful": ("instance-failed", "terminated", "terminate"),
}
_HINTS = (
    ("Capacity", "Try another instance type or Availability Zone, or the same one later."),
    ("LimitExceeded", "Ask AWS for a higher quota, or terminate instances that nobody needs."),
    ("OperationNotPermitted", "If it really shall go, switch its termination or stop protection off first."),
)
_OTHER_HINT = "Look at what AWS says, and try it again when the reason is gone."


def state(event: Event) -> tuple[Alert, ...]:
    """One notice. Raises KeyError for a state that EC2 has not; none where no instance is named."""
    id_ = text(event.detail, "instance-id")
    if id_ is None:
        return ()
    kind, said = _STATES[text(event.detail, "state") or ""]
    return (
        happened(
            of_event(event, kind, f"instance {id_}"),
            f"Instance {id_} {said}",
            facts={"Instance": id_},
            buttons=_look_at(event.region, id_),
            resources=(id_,),
        ),
    )


def is_call(event: Event) -> bool:
    """Whether it is a call that launches, starts, stops or terminates instances."""
    call = call_of(event)
    return call is not None and call.service == "ec2" and call.name in _OPERATIONS


def calls(event: Event) -> tuple[Alert, ...]:
    """An Alert for each instance that the call names; one where a launch failed, of which there is none."""
    call = call_of(event)
    if call is None:
        return ()
    if call.failure:
        ids = _ids(call.request)
        launching = call.name == "RunInstances"
        return (_not_launched(call, call.failure),) if launching else _not_done(call, call.failure, ids)
    return tuple(_doing(call, id_) for id_ in dict.fromkeys((*_ids(call.response), *_ids(call.request))))


def scaling(event: Event) -> tuple[Alert, ...]:
    """What Auto Scaling did or could not do: one Alert; none where no group is named."""
    group = text(event.detail, "AutoScalingGroupName")
    if group is None:
        return ()
    return (_not_scaled(event, group) if "Unsuccessful" in event.type else _scaled(event, group),)


def _scaled(event: Event, group: str) -> Alert:
    kind, done, _ = SCALED[event.type]
    id_ = text(event.detail, "EC2InstanceId")
    return happened(
        of_event(event, kind, f"instance {id_}" if id_ else f"group {event.region}/{group}"),
        f"Auto Scaling group {group} {done} {f'instance {id_}' if id_ else 'an instance'}",
        facts=_scaling_facts(event, group),
        buttons=_look_at_group(event.region, group),
        resources=(id_, group) if id_ else (group,),
    )


def _not_scaled(event: Event, group: str) -> Alert:
    kind, _, verb = SCALED[event.type]
    id_ = text(event.detail, "EC2InstanceId")
    failure = Failure(code="", said=text(event.detail, "StatusMessage") or "")
    return failed(
        of_event(event, kind, f"group {event.region}/{group} {verb}"),
        f"Auto Scaling group {group} could not {verb} an instance",
        failure,
        facts=_scaling_facts(event, group),
        hint=_hint(failure.said),
        buttons=_look_at_group(event.region, group),
        resources=(id_, group) if id_ else (group,),
    )


def _scaling_facts(event: Event, group: str) -> dict[str, str | None]:
    return {
        "Auto Scaling group": group,
        "Instance": text(event.detail, "EC2InstanceId"),
        "Availability Zone": text(event.detail, "Details", "Availability Zone"),
        "Cause": text(event.detail, "Cause"),
    }


def _look_at_group(region: str, group: str) -> tuple[Button, ...]:
    return console("Open in AWS", region, f"ec2/home#AutoScalingGroupDetails:id={part(group)};view=activity")


def _doing(call: Call, id_: str) -> Alert:
    operation = _OPERATIONS[call.name]
    return happened(
        of_call(call, operation.kind, f"instance {id_}", id_),
        f"Instance {id_} {operation.doing}",
        facts={"Instance": id_} | _asked_for(call.request),
        buttons=_look_at(call.region, id_),
        resources=(id_,),
    )


def _not_launched(call: Call, failure: Failure) -> Alert:
    type_ = text(call.request, "instanceType")
    return failed(
        of_call(call, "instance-failed", f"{call.name} {call.region} {type_} {call.who}"),
        f"An instance{f' of type {type_}' if type_ else ''} could not be launched",
        failure,
        facts=_asked_for(call.request),
        hint=_hint(failure.code),
        buttons=call.link,
    )


def _not_done(call: Call, failure: Failure, ids: tuple[str, ...]) -> tuple[Alert, ...]:
    return tuple(
        failed(
            of_call(call, "instance-failed", f"instance {id_} {call.name}", id_),
            f"Instance {id_} could not be {_OPERATIONS[call.name].done}",
            failure,
            facts={"Instance": id_},
            hint=_hint(failure.code),
            buttons=(*_look_at(call.region, id_), *call.link),
            resources=(id_,),
        )
        for id_ in ids
    )


def _ids(asked_or_answered: Mapping[str, object]) -> tuple[str, ...]:
    items = each(asked_or_answered, "instancesSet", "items")
    return tuple(dict.fromkeys(id_ for item in items if (id_ := text(item, "instanceId"))))


def _asked_for(request: Mapping[str, object]) -> dict[str, str | None]:
    item = next(iter(each(request, "instancesSet", "items")), {})
    return {
        "Instance type": text(request, "instanceType"),
        "Image": text(item, "imageId"),
        "Subnet": text(request, "subnetId"),
    }


def _hint(said: str) -> str:
    return next((hint for piece, hint in _HINTS if piece.lower() in said.lower()), _OTHER_HINT)


def _look_at(region: str, id_: str) -> tuple[Button, ...]:
    if not _ID.fullmatch(id_):
        return ()
    return console("Open in AWS", region, f"ec2/home#InstanceDetails:instanceId={part(id_)}")
