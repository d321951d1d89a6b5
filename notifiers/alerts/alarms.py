"""CloudWatch alarms: what crossed which line and for how long, that it is over, or that nobody can tell."""

import re
from collections.abc import Mapping

from notifiers.alerts.alarm_numbers import Numbers, numbers
from notifiers.alerts.alarm_shapes import Alarm, by_action, by_eventbridge, by_sns
from notifiers.alerts.alert import Alert, State, fingerprint
from notifiers.alerts.event import Event
from notifiers.alerts.links import console, part, runbook
from notifiers.alerts.metric import Means, Metric
from notifiers.alerts.telling import facts_of
from notifiers.characters import cut
from notifiers.message import Block, Button, Chart, Fact, Severity, Text

_STATES: Mapping[str, State] = {"ALARM": "open", "OK": "closed", "INSUFFICIENT_DATA": "unknown"}
_GRAVE = re.compile(r"\b(critical|sev-?[01]|p[01])\b", re.IGNORECASE)
_WORKSPACE = re.compile(r"ws-[0-9a-z]{4,63}")
_DESCRIBED = 500  # characters of a description
_NEARLY_FULL = 95.0  # percent: memory or a disk that full stops a machine
_TITLES: Mapping[str, Mapping[State, str]] = {
    "cpu": {
        "open": "CPU of {} is high",
        "closed": "CPU of {} is fine again",
        "unknown": "CPU of {} is not reported",
    },
    "memory": {
        "open": "Memory of {} is nearly full",
        "closed": "Memory of {} is fine again",
        "unknown": "Memory of {} is not reported",
    },
    "disk": {
        "open": "A disk of {} is nearly full",
        "closed": "A disk of {} has room again",
        "unknown": "A disk of {} is not reported",
    },
    "idle": {"open": "{} is idle", "closed": "{} is in use again", "unknown": "The use of {} is not reported"},
}
_OTHERWISE: Mapping[State, str] = {"open": "In alarm: {}", "closed": "Fine again: {}", "unknown": "No data: {}"}
_HINTS: Mapping[str, str] = {
    "cpu": "See what runs there. If it is always like that, it needs a larger bundle or instance type.",
    "memory": "See what takes the memory. A restart helps for a while, a larger bundle or instance type for good.",
    "disk": "Free some space, or make the volume larger.",
    "idle": "Stop it if nobody needs it just now.",
}
_CHILDREN = "Look at the alarms that it is made of: each of them says what is wrong."
_LOOK = "Look at the metric in CloudWatch, and at what changed before."
_SILENT = "See whether it still runs, and whether it still sends this metric."


def state_change(event: Event) -> tuple[Alert, ...]:
    """An alarm's change of state by EventBridge. Raises NoAlarm."""
    return (_alert(by_eventbridge(event), event),)


def action(event: Event) -> tuple[Alert, ...]:
    """An alarm's direct Lambda action. Raises NoAlarm."""
    return (_alert(by_action(event), event),)


def notification(event: Event) -> tuple[Alert, ...]:
    """An alarm's notification by SNS. Raises NoAlarm."""
    return (_alert(by_sns(event), event),)


def about(arn: str, contributor: str | None = None) -> str:
    """What an alarm's alerts are about; each time series of an alarm over several opens and closes for itself."""
    return f"alarm {arn}" + (f" {contributor}" if contributor else "")


def _alert(alarm: Alarm, event: Event) -> Alert:
    found, metric = numbers(alarm), alarm.watched
    means = metric.means(found.above) if metric else None
    named, at = about(alarm.arn, alarm.contributor), alarm.since or event.at
    occurrence = str(round(at * 1000)) if alarm.since else event.id
    state = _STATES[alarm.state]
    title = _title(alarm, means, state)
    summary = _summary(alarm, found, title)
    return Alert(
        kind=means or "alarm",
        about=named,
        state=state,
        at=at,
        key=f"{fingerprint(named)}-{occurrence}",
        severity=_severity(alarm, found, means, state),
        title=title,
        summary=summary,
        facts=_facts(alarm, found),
        blocks=_blocks(alarm, found, summary),
        hint=_hint(alarm, means, state),
        buttons=(*_commands(metric, means, state), *links(alarm.name, alarm.region, alarm.described)),
        resources=(*(metric.resources if metric else ()), alarm.arn),
        account=alarm.account or event.account,
        region=alarm.region or event.region,
        lasting=True,
        described=alarm.described,
    )


def _title(alarm: Alarm, means: Means | None, state: State) -> str:
    """What it is and of what."""
    machine = alarm.watched.machine if alarm.watched else ""
    if means is not None and machine:
        words, what = _TITLES[means][state], machine
    else:
        words, what = _OTHERWISE[state], alarm.name + (f", {machine}" if alarm.contributor and machine else "")
    if alarm.before == "INSUFFICIENT_DATA":
        words = words.replace(" again", "")  # as far as anybody knows, it never was anything else
    return words.format(what)


def _summary(alarm: Alarm, found: Numbers, title: str) -> str:
    """What was measured and where, in one sentence; CloudWatch's own where there are no numbers."""
    metric = alarm.watched
    if alarm.rule is not None:
        return _composite(alarm, title)
    if metric is None or not metric.name:
        return _in_words(alarm, title)
    name = alarm.name if metric.name == metric.expression else metric.name
    subject = name + (f" of {metric.machine}" if metric.machine else "")
    if alarm.state == "INSUFFICIENT_DATA":
        return f"{subject} is not reported, so nobody can tell whether it is {found.line or 'in alarm'}."
    if found.missing:
        takes = "wrong" if alarm.state == "ALARM" else "fine"
        return f"{f'{subject} was not reported {found.long}'.rstrip()}, which this alarm takes for {takes}."
    if found.newest is None:
        return _in_words(alarm, title)
    measured = f"{subject} is {metric.say(found.newest)}"
    if alarm.state == "OK":
        back = "not" if alarm.before == "INSUFFICIENT_DATA" else "no longer"
        return f"{measured}, {back} {found.line}." if found.line else f"{measured}."
    crossed = f"{found.line} {found.long}".strip()
    return f"{measured}, {crossed}." if crossed else f"{measured}."


def _in_words(alarm: Alarm, title: str) -> str:
    """What CloudWatch or whoever set the state by hand says."""
    return f"{alarm.name}: {alarm.reason.rstrip('.')}." if alarm.reason else f"{title}."


def _composite(alarm: Alarm, title: str) -> str:
    if not alarm.children or alarm.state == "OK":
        return f"{title}."
    others = ", ".join(alarm.children[:3]) + (f" and {len(alarm.children) - 3} more" if len(alarm.children) > 3 else "")
    return f"{title}, because of {others}."


def _facts(alarm: Alarm, found: Numbers) -> tuple[Fact, ...]:
    metric = alarm.watched
    measured = metric.say(found.newest) if metric and found.newest is not None else None
    line = f"{found.line} {found.long if alarm.state == 'ALARM' else ''}".strip() if found.line else None
    return facts_of(
        {
            "Alarm": alarm.name,
            "Metric": _metric(metric) if metric else None,
            "Of": metric.machine if metric else None,
            "Measured": measured or ("nothing" if found.missing else None),
            "Threshold": line,
            "Rule": alarm.rule,
            "Because of": ", ".join(alarm.children[:10]),
            "Data": "a part of it only" if alarm.partial else None,
            "In AWS": alarm.silenced,
            "Description": cut(alarm.described, _DESCRIBED),
        }
    )


def _metric(metric: Metric) -> str:
    """The metric in full: "CPUUtilization (AWS/EC2), Average"."""
    name = metric.name + (f" ({metric.namespace})" if metric.namespace else "")
    whole = metric.expression if metric.expression and metric.expression != metric.name else metric.statistic
    return ", ".join(filter(None, (name, whole)))


def _blocks(alarm: Alarm, found: Numbers, summary: str) -> tuple[Block, ...]:
    """The last values where there are several; CloudWatch's own sentence where there is none and it is not said yet."""
    metric = alarm.watched
    if metric and len(found.values) > 1 and metric.symbol != "B":
        return (Chart(title=metric.name, values=found.values, unit=metric.symbol),)
    told = found.newest is not None or alarm.reason in summary
    return () if told else (Text.of(alarm.reason, quiet=True),)


def _severity(alarm: Alarm, found: Numbers, means: Means | None, state: State) -> Severity:
    if state == "closed":
        return "ok"
    if state == "open" and (_GRAVE.search(f"{alarm.name} {alarm.described}") or _is_full(alarm, found, means)):
        return "critical"
    return "warning"


def _is_full(alarm: Alarm, found: Numbers, means: Means | None) -> bool:
    metric, value = alarm.watched, found.newest
    if metric is None or value is None or means not in ("memory", "disk") or not metric.share:
        return False
    return value >= _NEARLY_FULL if found.above else value <= 100 - _NEARLY_FULL


def _hint(alarm: Alarm, means: Means | None, state: State) -> str | None:
    if state == "closed":
        return None
    if alarm.rule is not None:
        return _CHILDREN
    return _SILENT if state == "unknown" else _HINTS.get(means or "", _LOOK)


def _commands(metric: Metric | None, means: Means | None, state: State) -> tuple[Button, ...]:
    """What can be done about a WorkSpace."""
    workspace = next((one for one in metric.resources if _WORKSPACE.fullmatch(one)), None) if metric else None
    if metric is None or workspace is None or state == "closed":
        return ()
    look = Button(label="Look at it", command=f"workspace {workspace}")
    if means == "idle":
        return (look, Button(label="Stop it", command=f"workspace stop {workspace}"))
    if metric.name == "Unhealthy" and state == "open":
        return (look, Button(label="Restart it", command=f"workspace reboot {workspace}"))
    return (look,)


def links(name: str, region: str, described: str) -> tuple[Button, ...]:
    """The runbook that an alarm's description names, and the alarm in the console."""
    return (*runbook(described), *console("Open in CloudWatch", region, f"cloudwatch/home#alarmsV2:alarm/{part(name)}"))
