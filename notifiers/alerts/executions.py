"""Executions that failed: Step Functions, durable functions, and functions that Lambda gave up on.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
https://docs.aws.amazon.com/lambda/latest/dg/durable-monitoring.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from notifiers.alerts.alert import Alert, State, fingerprint
from notifiers.alerts.event import Event, arn_place
from notifiers.alerts.links import console, part
from notifiers.alerts.reading import clean, fields, moment, number, text, texts
from notifiers.alerts.telling import facts_of
from notifiers.message import Block, Button, Code, Severity
from notifiers.stories import STORIES
from notifiers.times import say_duration

DURABLE = "Durable Execution Status Change"
INVOCATION = "Lambda Function Invocation Result - Failure"
_TRACE = 1_500  # characters of a stack trace
_OWN = re.compile(rf"({'|'.join(STORIES)})-[0-9a-z]{{26}}(-\d+)?")  # ids of Deskside's own runs
_RUNS = Button(label="What is running", command="deskside runs")
_HINT = "See in its history which step failed, mend that, and start it again."
_HINT_FUNCTION = "See in its log why. What it was called with is not tried again by itself."


class _Means(NamedTuple):
    state: State
    severity: Severity
    words: str


_STATES: Mapping[str, _Means] = {
    "RUNNING": _Means("notice", "info", "has started"),
    "SUCCEEDED": _Means("closed", "ok", "has succeeded"),
    "FAILED": _Means("open", "warning", "has failed"),
    "TIMED_OUT": _Means("open", "warning", "took too long and was ended"),
    "ABORTED": _Means("notice", "warning", "was ended by somebody"),
    "STOPPED": _Means("notice", "warning", "was ended by somebody"),
}
_CONDITIONS = {"RetriesExhausted": "every try failed", "EventAgeExceeded": "it waited for too long"}


def state_machine(event: Event) -> tuple[Alert, ...]:
    """An execution of Step Functions, whose dates are in milliseconds. Raises KeyError where it names none."""
    detail, means = event.detail, _means(event)
    arn = _needed(event, "executionArn")
    machine = (text(detail, "stateMachineArn") or arn).split(":")[6]
    began, ended = moment(detail, "startDate"), moment(detail, "stopDate")
    link = console("Open in Step Functions", arn_place(arn)[1], f"states/home#/v2/executions/details/{part(arn)}")
    facts = {
        "State machine": machine,
        "Execution": text(detail, "name") or arn.rpartition(":")[2],
        "Error": text(detail, "error", longest=300),
        "Cause": text(detail, "cause", longest=700),
        "Took": _took(began, ended),
    }
    return (_alert(event, arn, means, f"Execution of {machine}", ended or event.at, facts, link),)


def durable(event: Event) -> tuple[Alert, ...]:
    """A durable execution of Lambda, Deskside's own runs among them. Raises KeyError where it names none."""
    detail, means = event.detail, _means(event)
    arn = _needed(event, "durableExecutionArn")
    function = _function(text(detail, "functionArn") or arn)
    began, ended = moment(detail, "startTimestamp"), moment(detail, "endTimestamp")
    facts = {
        "Function": function,
        "Execution": text(detail, "durableExecutionName") or arn.rpartition("/")[2],
        "Error": text(detail, "error", "errorType", longest=300) or text(detail, "error", "ErrorType", longest=300),
        "Cause": text(detail, "error", "errorMessage") or text(detail, "error", "ErrorMessage"),
        "Took": _took(began, ended),
    }
    page = f"lambda/home#/functions/{part(function)}?tab=durableExecutions"
    own = (_RUNS,) if _OWN.fullmatch(facts["Execution"] or "") else ()
    buttons = (*own, *console("Open in Lambda", arn_place(arn)[1], page))
    return (_alert(event, arn, means, f"Execution of {function}", ended or event.at, facts, buttons),)


def invocation(event: Event) -> tuple[Alert, ...]:
    """A call that Lambda gave up on, out of its on-failure destination. Raises KeyError where it names no function."""
    detail = event.detail
    context, said = fields(detail, "requestContext"), fields(detail, "responsePayload")
    arn = text(context, "functionArn") or ""
    function, about = _function(arn), f"function {':'.join(arn.split(':')[:7])}"
    tries = number(context, "approximateInvokeCount")
    why = ": ".join(filter(None, (text(said, "errorType"), text(said, "errorMessage", longest=500))))
    condition = text(context, "condition") or ""
    title = f"Function {function} has failed"
    return (
        Alert(
            kind="execution",
            about=about,
            state="open",
            at=moment(detail, "timestamp") or event.at,
            key=f"{fingerprint(about)}-{text(context, 'requestId') or event.id}",
            severity="warning",
            title=title,
            summary=f"{title}: {why.rstrip('.') or _CONDITIONS.get(condition, condition) or 'it does not say why'}.",
            facts=facts_of(
                {
                    "Function": function,
                    "Given up because": _CONDITIONS.get(condition, condition),
                    "Tries": f"{tries:.0f}" if tries else None,
                    "Error": why,
                    "Request": text(context, "requestId"),
                }
            ),
            blocks=_trace(said),
            hint=_HINT_FUNCTION,
            buttons=console(
                "Open in Lambda", arn_place(arn)[1], f"lambda/home#/functions/{part(function)}?tab=monitoring"
            ),
            resources=(function, arn),
            account=arn_place(arn)[0] or event.account,
            region=arn_place(arn)[1] or event.region,
        ),
    )


def _trace(said: Mapping[str, object]) -> tuple[Block, ...]:
    trace = clean("\n".join(texts(said, "stackTrace")), _TRACE).strip()
    return (Code(text=trace),) if trace else ()


def _alert(
    event: Event,
    arn: str,
    means: _Means,
    what: str,
    at: float,
    facts: Mapping[str, str | None],
    buttons: tuple[Button, ...],
) -> Alert:
    about = f"execution {arn}"
    title = f"{what} {means.words}"
    why = ": ".join(filter(None, (facts["Error"], facts["Cause"])))
    return Alert(
        kind="execution",
        about=about,
        state=means.state,
        at=at,
        key=f"{fingerprint(about)}-{text(event.detail, 'status')}-{round(at * 1000)}",
        severity=means.severity,
        title=title,
        summary=f"{title}: {why.rstrip('.')}." if why and means.state == "open" else f"{title}.",
        facts=facts_of(facts),
        hint=_HINT if means.state == "open" else None,
        buttons=buttons,
        resources=tuple(filter(None, (facts["Execution"], arn))),
        account=arn_place(arn)[0] or event.account,
        region=arn_place(arn)[1] or event.region,
    )


def _means(event: Event) -> _Means:
    return _STATES[text(event.detail, "status") or ""]


def _needed(event: Event, name: str) -> str:
    found = text(event.detail, name)
    if found is None or len(found.split(":")) < 7:
        raise KeyError(name)
    return found


def _function(arn: str) -> str:
    """The name of a function in its ARN. Raises KeyError where there is none."""
    parts = arn.split(":")
    if len(parts) < 7 or not parts[6]:
        raise KeyError("functionArn")
    return parts[6]


def _took(began: float | None, ended: float | None) -> str | None:
    return say_duration(ended - began) if began is not None and ended is not None else None
