"""CloudWatch alarms that were made, changed or deleted: one that is deleted can't tell any more that it is over."""

from collections.abc import Mapping

from notifiers.alerts.alarm_numbers import line_of
from notifiers.alerts.alarms import about, links
from notifiers.alerts.alert import Alert, fingerprint
from notifiers.alerts.event import Event, arn_place
from notifiers.alerts.reading import fields, text
from notifiers.alerts.telling import facts_of

# An event's time has whole seconds, and a state's thousandths: what ends an alarm must not seem older than its state.
_LATEST = 0.999
_TITLES = {"create": "Alarm {} was made", "update": "Alarm {} was changed", "delete": "Alarm {} was deleted"}


def change(event: Event) -> tuple[Alert, ...]:
    """What became of an alarm's configuration; its deletion closes it. Raises KeyError, ValueError or IndexError."""
    detail, arn = event.detail, event.resources[0]
    name = text(detail, "alarmName") or arn.partition(":alarm:")[2]
    operation = text(detail, "operation") or ""
    title = _TITLES[operation].format(name)
    now, before = fields(detail, "configuration"), fields(detail, "previousConfiguration")
    described = text(now, "description") or ""
    gone = operation == "delete"
    return (
        Alert(
            kind="alarm",
            about=about(arn) if gone else f"alarm configuration {arn}",
            state="closed" if gone else "notice",
            at=event.at + _LATEST,
            key=f"{fingerprint(about(arn))}-{event.id}",
            severity="info",
            title=title,
            summary=f"{title}." if not gone else f"{title}, so nothing will say any more whether it is over.",
            facts=facts_of({"Threshold": _line(now), "Before": _line(before), "Description": described}),
            buttons=() if gone else links(name, arn_place(arn)[1], described),
            resources=(arn,),
            account=event.account,
            region=arn_place(arn)[1] or event.region,
            lasting=gone,
            described=described,
        ),
    )


def _line(set_up: Mapping[str, object]) -> str | None:
    return text(set_up, "alarmRule") or line_of(set_up)
