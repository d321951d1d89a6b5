"""CloudFormation: stacks that change, fail or are rolled back, and what is no longer as its template says.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-events.html
"""

from collections.abc import Mapping
from typing import NamedTuple

from notifiers.alerts.alert import Alert, State, fingerprint
from notifiers.alerts.event import Event, arn_place
from notifiers.alerts.links import console, part
from notifiers.alerts.reading import each, fields, number, text
from notifiers.alerts.telling import facts_of
from notifiers.message import Block, Severity, Table

_WORDS: Mapping[str, str] = {
    "CREATE_IN_PROGRESS": "is being created",
    "CREATE_COMPLETE": "was created",
    "CREATE_FAILED": "could not be created",
    "ROLLBACK_IN_PROGRESS": "could not be created and is being taken back",
    "ROLLBACK_COMPLETE": "could not be created and was taken back",
    "ROLLBACK_FAILED": "could not be created, nor taken back",
    "UPDATE_IN_PROGRESS": "is being updated",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "was updated and is being cleaned up",
    "UPDATE_COMPLETE": "was updated",
    "UPDATE_FAILED": "could not be updated",
    "UPDATE_ROLLBACK_IN_PROGRESS": "could not be updated and is being put back",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "could not be updated, was put back and is being cleaned up",
    "UPDATE_ROLLBACK_COMPLETE": "could not be updated and was put back",
    "UPDATE_ROLLBACK_FAILED": "could not be updated, nor put back",
    "DELETE_IN_PROGRESS": "is being deleted",
    "DELETE_COMPLETE": "was deleted",
    "DELETE_FAILED": "could not be deleted",
    "REVIEW_IN_PROGRESS": "waits for its change set",
    "IMPORT_IN_PROGRESS": "is importing resources",
    "IMPORT_COMPLETE": "has imported resources",
    "IMPORT_ROLLBACK_IN_PROGRESS": "could not import resources and is being put back",
    "IMPORT_ROLLBACK_COMPLETE": "could not import resources and was put back",
    "IMPORT_ROLLBACK_FAILED": "could not import resources, nor be put back",
}
_STUCK = ("ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED", "IMPORT_ROLLBACK_FAILED")  # nothing goes on by itself
_HINT = "See in its events which resource failed first: what comes after it is only the rollback."
_HINT_DRIFT = "Put them back, or change the template to what they are now."
_SHOWN = 20  # resources that have drifted
_CELL = 200  # characters of what is said of one


class _Means(NamedTuple):
    state: State
    severity: Severity
    words: str


_DRIFTS: Mapping[str, _Means] = {
    "DRIFTED": _Means("open", "warning", "is no longer as its template says"),
    "IN_SYNC": _Means("closed", "ok", "is as its template says"),
    "NOT_CHECKED": _Means("notice", "info", "was not compared with its template"),
    "UNKNOWN": _Means("notice", "info", "could not be compared with its template"),
}


def stack(event: Event) -> tuple[Alert, ...]:
    """A stack's change of state. Raises KeyError where it is none that is known."""
    arn, name = _stack(event)
    status = text(event.detail, "status-details", "status") or ""
    means = _Means(_state(status), _severity(status), _WORDS[status])
    why = (text(event.detail, "status-details", "status-reason", longest=700) or "").rstrip(".")
    facts = {"Stack": name, "Status": status}
    return (_alert(event, f"stack {arn}", means, why=why, facts=facts, hint=_HINT),)


def drift(event: Event) -> tuple[Alert, ...]:
    """What a look for drift found. Raises KeyError where it found nothing out."""
    arn, name = _stack(event)
    means = _DRIFTS[text(event.detail, "status-details", "stack-drift-status") or ""]
    details = fields(event.detail, "drift-detection-details")
    rows = tuple(
        tuple(text(one, name, longest=_CELL) or "" for name in ("logical-resource-id", "resource-type", "drift-status"))
        for one in each(details, "drifted-resources")[:_SHOWN]
    )
    count = number(details, "drifted-stack-resource-count")
    facts = {"Stack": name, "Differ": f"{count:.0f}" if count else None}
    blocks: tuple[Block, ...] = (Table(columns=("Resource", "Type", "Drift"), rows=rows),) if rows else ()
    return (_alert(event, f"drift {arn}", means, why="", facts=facts, hint=_HINT_DRIFT, blocks=blocks),)


def _alert(
    event: Event,
    about: str,
    means: _Means,
    *,
    why: str,
    facts: Mapping[str, str | None],
    hint: str,
    blocks: tuple[Block, ...] = (),
) -> Alert:
    arn, name = _stack(event)
    title = f"Stack {name} {means.words}"
    return Alert(
        kind="stack",
        about=about,
        state=means.state,
        at=event.at,
        key=f"{fingerprint(about)}-{event.id}",
        severity=means.severity,
        title=title,
        summary=f"{title}: {why}." if why else f"{title}.",
        facts=facts_of(facts),
        blocks=blocks,
        hint=hint if means.state == "open" else None,
        buttons=console(
            "Open in CloudFormation", event.region, f"cloudformation/home#/stacks/events?stackId={part(arn)}"
        ),
        resources=(name, arn),
        account=arn_place(arn)[0] or event.account,
        region=arn_place(arn)[1] or event.region,
        lasting=means.state != "notice",
    )


def _stack(event: Event) -> tuple[str, str]:
    """The ARN and the name of the stack."""
    arn = text(event.detail, "stack-id") or next(iter(event.resources), "")
    if not _name(arn):
        raise KeyError("stack-id")
    return arn, _name(arn)


def _name(arn: str) -> str:
    """The name in "arn:aws:cloudformation:us-west-1:111122223333:stack/name/uuid"."""
    return arn.partition(":stack/")[2].partition("/")[0]


def _state(status: str) -> State:
    """A rollback opens it when it begins; that it is through is no new failure, but nothing is mended by it either."""
    if status.endswith(("_FAILED", "ROLLBACK_IN_PROGRESS")):
        return "open"
    return "closed" if status.endswith("_COMPLETE") and "ROLLBACK" not in status else "notice"


def _severity(status: str) -> Severity:
    match _state(status):
        case "open":
            return "critical" if status in _STUCK else "warning"
        case "closed":
            return "ok"
        case _:
            return "warning" if "ROLLBACK" in status else "info"
