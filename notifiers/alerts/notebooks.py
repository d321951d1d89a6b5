"""SageMaker's notebook instances launched, stopped, deleted, and those that failed: their states, and calls.

https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-sagemaker.html
"""

from collections.abc import Mapping
from typing import NamedTuple

from notifiers.alerts.alert import Alert
from notifiers.alerts.calls import Call, Failure, call_of
from notifiers.alerts.event import Event
from notifiers.alerts.kinds import Kind
from notifiers.alerts.links import console, part
from notifiers.alerts.reading import moment, text
from notifiers.alerts.telling import Occurrence, failed, happened, of_call
from notifiers.message import Button

# The states of a notebook instance: the kind of Alert, and what is said.
_STATES: Mapping[str, tuple[Kind, str]] = {
    "Pending": ("notebook-launched", "is being launched or started"),
    "InService": ("notebook-launched", "is running"),
    "Stopping": ("notebook-stopped", "is stopping"),
    "Stopped": ("notebook-stopped", "has stopped"),
    "Deleting": ("notebook-terminated", "is being deleted"),
    "Failed": ("notebook-failed", "has failed"),
}


class _Operation(NamedTuple):
    """How a call is told: what it leads to, and what it did not."""

    kind: Kind
    doing: str
    done: str


_OPERATIONS: Mapping[str, _Operation] = {
    "CreateNotebookInstance": _Operation("notebook-launched", "is being created", "created"),
    "StartNotebookInstance": _Operation("notebook-launched", "is being started", "started"),
    "StopNotebookInstance": _Operation("notebook-stopped", "is being stopped", "stopped"),
    "DeleteNotebookInstance": _Operation("notebook-terminated", "is being deleted", "deleted"),
}
_LIMIT_HINT = "Ask AWS for a higher quota, or choose another instance type."
_CALL_HINT = "Look at what AWS says, and try it again when the reason is gone."
_STATE_HINT = "Look at its lifecycle configuration and its log; a notebook that failed can only be started or deleted."


def state(event: Event) -> tuple[Alert, ...]:
    """One Alert. Raises KeyError for a state that is not told; none where no notebook is named."""
    name = _name(event)
    status = text(event.detail, "NotebookInstanceStatus") or ""
    if name is None:
        return ()
    kind, said = _STATES[status]
    about = f"notebook {event.region}/{name}"
    # SageMaker may tell of one change several times: what is the same then is when it changed.
    changed = moment(event.detail, "LastModifiedTime")
    key = f"{about}/{status}/{changed:.3f}" if changed else event.id
    occurrence = Occurrence(kind, about, changed or event.at, key, event.account, event.region)
    facts = {"Notebook": name, "Instance type": text(event.detail, "InstanceType")}
    resources = (name, *filter(None, (text(event.detail, "NotebookInstanceArn"),)))
    buttons = _look_at(event.region, name)
    if kind != "notebook-failed":
        return (happened(occurrence, f"Notebook {name} {said}", facts=facts, buttons=buttons, resources=resources),)
    failure = Failure(code="", said=text(event.detail, "FailureReason") or "")
    return (
        failed(
            occurrence,
            f"Notebook {name} {said}",
            failure,
            facts=facts,
            hint=_STATE_HINT,
            buttons=buttons,
            resources=resources,
        ),
    )


def is_call(event: Event) -> bool:
    """Whether it is a call about a notebook."""
    call = call_of(event)
    return call is not None and call.service == "sagemaker" and call.name in _OPERATIONS


def calls(event: Event) -> tuple[Alert, ...]:
    """One Alert; none where the call names no notebook."""
    call = call_of(event)
    name = text(call.request, "notebookInstanceName") if call else None
    if call is None or name is None:
        return ()
    return (_not_done(call, name, call.failure) if call.failure else _doing(call, name),)


def _doing(call: Call, name: str) -> Alert:
    operation = _OPERATIONS[call.name]
    return happened(
        of_call(call, operation.kind, f"notebook {call.region}/{name}"),
        f"Notebook {name} {operation.doing}",
        facts={"Notebook": name, "Instance type": text(call.request, "instanceType")},
        buttons=_look_at(call.region, name),
        resources=(name, *filter(None, (text(call.response, "notebookInstanceArn"),))),
    )


def _not_done(call: Call, name: str, failure: Failure) -> Alert:
    return failed(
        of_call(call, "notebook-failed", f"notebook {call.region}/{name} {call.name}"),
        f"Notebook {name} could not be {_OPERATIONS[call.name].done}",
        failure,
        facts={"Notebook": name, "Instance type": text(call.request, "instanceType")},
        hint=_LIMIT_HINT if "LimitExceeded" in failure.code else _CALL_HINT,
        buttons=call.link,
        resources=(name,),
    )


def _name(event: Event) -> str | None:
    """The notebook's name, else the end of its ARN, which is in small letters."""
    arn = text(event.detail, "NotebookInstanceArn") or next(iter(event.resources), "")
    return text(event.detail, "NotebookInstanceName") or arn.rpartition("/")[2] or None


def _look_at(region: str, name: str) -> tuple[Button, ...]:
    return console("Open in AWS", region, f"sagemaker/home#/notebook-instances/{part(name)}")
