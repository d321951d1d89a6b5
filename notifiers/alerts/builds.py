"""CodeBuild: builds that fail, succeed or are stopped, and in which phase.

https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
"""

from collections.abc import Mapping

from notifiers.alerts.alert import Alert, State, fingerprint
from notifiers.alerts.event import Event
from notifiers.alerts.links import console, own, part
from notifiers.alerts.reading import each, fields, number, text, texts
from notifiers.alerts.telling import facts_of
from notifiers.message import Severity
from notifiers.times import say_duration

_STATES: Mapping[str, tuple[State, Severity, str]] = {
    "IN_PROGRESS": ("notice", "info", "has started"),
    "SUCCEEDED": ("closed", "ok", "has succeeded"),
    "FAILED": ("open", "warning", "has failed"),
    "FAULT": ("open", "warning", "has failed, by a fault of CodeBuild's"),
    "TIMED_OUT": ("open", "warning", "took too long"),
    "STOPPED": ("notice", "warning", "was stopped"),
}
_HINT = "Read the end of the log, mend what it names and build again."


def build(event: Event) -> tuple[Alert, ...]:
    """A build's change of state. Raises KeyError where it is none that is known."""
    detail, more = event.detail, fields(event.detail, "additional-information")
    project = text(detail, "project-name")
    if project is None:
        raise KeyError("project-name")
    status = text(detail, "build-status") or ""
    state, severity, words = _STATES[status]
    about = f"build {event.account}/{event.region}/{project}"
    run = (text(detail, "build-id") or "").rpartition(":")[2]
    title, why = f"Build of {project} {words}", _why(more)
    return (
        Alert(
            kind="build",
            about=about,
            state=state,
            at=event.at,
            key=f"{fingerprint(about)}-{run}-{status}-{event.id}",
            severity=severity,
            title=title,
            summary=f"{title}: {why}." if why and state == "open" else f"{title}.",
            facts=facts_of(_facts(more, project, run)),
            hint=_HINT if state == "open" else None,
            buttons=(
                *own("Open the log", text(more, "logs", "deep-link")),
                *console("Open in CodeBuild", event.region, f"codesuite/codebuild/projects/{part(project)}/history"),
            ),
            resources=(project, *event.resources[:1]),
            account=event.account,
            region=event.region,
            who=text(more, "initiator"),
            lasting=True,
        ),
    )


def _facts(more: Mapping[str, object], project: str, run: str) -> Mapping[str, str | None]:
    took = [seconds for phase in each(more, "phases") if (seconds := number(phase, "duration-in-seconds"))]
    return {
        "Project": project,
        "Build": run,
        "Source": text(more, "source", "location"),
        "Version": text(more, "source-version"),
        "Took": say_duration(min(sum(took), 1e9)) if took else None,
    }


def _why(more: Mapping[str, object]) -> str | None:
    """The phase that failed, and what it says."""
    failed = next((phase for phase in each(more, "phases") if _is_bad(text(phase, "phase-status"))), None)
    if failed is None:
        return None
    said = "; ".join(each_.strip(" :") for each_ in texts(failed, "phase-context") if each_.strip(" :"))
    return f"{text(failed, 'phase-type') or 'a phase'}{f', {said[:500]}' if said else ''}".rstrip(".")


def _is_bad(status: str | None) -> bool:
    return status in ("FAILED", "FAULT", "TIMED_OUT", "CLIENT_ERROR")
