"""CodePipeline: pipelines that fail and succeed, and what their stages and actions say meanwhile.

https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from collections.abc import Mapping
from typing import NamedTuple

from notifiers.alerts.alert import Alert, State, fingerprint
from notifiers.alerts.event import Event
from notifiers.alerts.links import console, own, part
from notifiers.alerts.reading import each, fields, number, text
from notifiers.alerts.telling import facts_of
from notifiers.message import Button, Severity

PIPELINE = "CodePipeline Pipeline Execution State Change"
PARTS = ("CodePipeline Stage Execution State Change", "CodePipeline Action Execution State Change")
_HINT = "See which action failed and why. Once that is mended, its stage can be tried again."


class _Means(NamedTuple):
    state: State
    severity: Severity
    words: str


_STATES: Mapping[str, _Means] = {
    "STARTED": _Means("notice", "info", "has started"),
    "RESUMED": _Means("notice", "info", "goes on"),
    "SUCCEEDED": _Means("closed", "ok", "has succeeded"),
    "FAILED": _Means("open", "warning", "has failed"),
    "STOPPING": _Means("notice", "info", "is being stopped"),
    "STOPPED": _Means("notice", "warning", "was stopped"),
    "CANCELED": _Means("notice", "warning", "was cancelled"),
    "SUPERSEDED": _Means("notice", "info", "was overtaken by a newer execution"),
    "ABANDONED": _Means("notice", "warning", "was given up"),
}


def pipeline(event: Event) -> tuple[Alert, ...]:
    """A pipeline's change of state. Raises KeyError where it is none that is known."""
    name, means, where = _name(event), _STATES[text(event.detail, "state") or ""], _failed(event)
    title = f"Pipeline {name} {means.words}"
    return (_alert(event, name, means, title, where, _facts(event)),)


def part_of_one(event: Event) -> tuple[Alert, ...]:
    """A stage's or an action's change of state: a notice, as the pipeline tells when it fails. Raises KeyError."""
    name, state = _name(event), text(event.detail, "state") or ""
    means, action = _STATES[state]._replace(state="notice"), text(event.detail, "action")
    stage = text(event.detail, "stage")
    title = f"{f'Action {action}' if action else f'Stage {stage}'} of pipeline {name} {means.words}"
    if state == "STARTED" and text(event.detail, "type", "category") == "Approval":
        title = f"Pipeline {name} waits for an approval, {action}"
    result = fields(event.detail, "execution-result")
    facts = {**_facts(event), "Stage": stage, "Action": action, "Error": text(result, "error-code")}
    open_it = own("Open the action", text(result, "external-execution-url"))
    said = text(result, "external-execution-summary", longest=500)
    return (_alert(event, name, means, title, said, facts, open_it),)


def _alert(
    event: Event,
    name: str,
    means: _Means,
    title: str,
    why: str | None,
    facts: Mapping[str, str | None],
    buttons: tuple[Button, ...] = (),
) -> Alert:
    about = f"pipeline {event.account}/{event.region}/{name}"
    return Alert(
        kind="pipeline",
        about=about,
        state=means.state,
        at=event.at,
        key=f"{fingerprint(about)}-{event.id}",
        severity=means.severity,
        title=title,
        summary=f"{title}: {why.rstrip('.')}." if why else f"{title}.",
        facts=facts_of(facts),
        hint=_HINT if means.state == "open" else None,
        buttons=(
            *buttons,
            *console("Open in CodePipeline", event.region, f"codesuite/codepipeline/pipelines/{part(name)}/view"),
        ),
        resources=(name, *event.resources[:1]),
        account=event.account,
        region=event.region,
        who=_who(event),
        lasting=means.state != "notice",
    )


def _name(event: Event) -> str:
    name = text(event.detail, "pipeline")
    if name is None:
        raise KeyError("pipeline")
    return name


def _facts(event: Event) -> Mapping[str, str | None]:
    detail, attempt = event.detail, number(event.detail, "pipeline-execution-attempt")
    return {
        "Pipeline": text(detail, "pipeline"),
        "Execution": text(detail, "execution-id"),
        "Attempt": f"{attempt:.0f}" if attempt else None,
        "Begun by": text(detail, "execution-trigger", "trigger-type"),
    }


def _failed(event: Event) -> str | None:
    """Which actions failed and why, where the notification says so."""
    more = fields(event.raw, "additionalAttributes")
    stage = text(more, "failedStage")
    actions = [
        ", ".join(filter(None, (text(one, "action"), text(one, "additionalInformation", longest=300))))
        for one in each(more, "failedActions")[:3]
    ]
    where = [f"stage {stage}"] if stage else []
    return "; ".join((*where, *filter(None, actions))) or None


def _who(event: Event) -> str | None:
    """Whoever started it by hand: the end of their ARN."""
    arn = text(event.detail, "execution-trigger", "trigger-detail") or ""
    return arn.rpartition("/")[2] or None if arn.startswith("arn:") and (":iam:" in arn or ":sts:" in arn) else None
