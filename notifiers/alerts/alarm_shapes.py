"""A CloudWatch alarm out of the four shapes that it comes in: by EventBridge, by SNS, as a direct action, composite.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from notifiers.alerts.event import Event, arn_place
from notifiers.alerts.metric import Metric, dimensions, returned
from notifiers.alerts.reading import decoded, each, fields, moment, number, text

StateValue = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]


class NoAlarm(ValueError):
    """It has no name or no state that is one."""


@dataclass(frozen=True)
class Alarm:
    """One change of an alarm's state. `watched` is None for a composite alarm, which has a `rule` instead.

    `since` is AWS's time of the change, None where it gives none. `reason_data` is what CloudWatch says of its numbers,
    by EventBridge and in direct actions; `operator`, `threshold`, `datapoints` (M) and `periods` (of N) come by SNS.
    """

    name: str
    arn: str
    state: StateValue
    before: str | None  # the state before
    since: float | None
    reason: str
    reason_data: Mapping[str, object]
    reason_before: str  # of the state before, "" where it is not said
    data_before: Mapping[str, object]
    described: str
    watched: Metric | None
    operator: str | None = None
    threshold: float | None = None
    datapoints: int | None = None
    periods: int | None = None
    rule: str | None = None
    children: tuple[str, ...] = ()  # names of the alarms that made a composite one change
    contributor: str | None = None  # the id of one of several time series
    partial: bool = False  # evaluated with a part of the data
    silenced: str | None = None  # why its own actions do not run in AWS

    @property
    def account(self) -> str:
        return arn_place(self.arn)[0]

    @property
    def region(self) -> str:
        return arn_place(self.arn)[1]


def by_eventbridge(event: Event) -> Alarm:
    """An alarm's change as EventBridge says it, or a contributor's. Raises NoAlarm."""
    return _of_detail(event.detail, event.resources[0] if event.resources else None, event)


def by_action(event: Event) -> Alarm:
    """An alarm's direct Lambda action. Raises NoAlarm."""
    return _of_detail(fields(event.detail, "alarmData"), text(event.detail, "alarmArn"), event)


def by_sns(event: Event) -> Alarm:
    """An alarm's notification by SNS. Raises NoAlarm."""
    said, trigger = event.detail, fields(event.detail, "Trigger")
    name = _name(text(said, "AlarmName"), text(said, "AlarmArn"))
    return Alarm(
        name=name,
        arn=_arn(text(said, "AlarmArn"), name, event),
        state=_state(text(said, "NewStateValue")),
        before=text(said, "OldStateValue"),
        since=moment(said, "StateChangeTime"),
        reason=text(said, "NewStateReason") or "",
        reason_data=fields(decoded(said, "NewStateReasonData")),
        reason_before="",
        data_before={},
        described=text(said, "AlarmDescription") or "",
        watched=_watched(each(trigger, "Metrics"), trigger) if trigger else None,
        operator=text(trigger, "ComparisonOperator"),
        threshold=number(trigger, "Threshold"),
        datapoints=_whole(number(trigger, "DatapointsToAlarm")),
        periods=_whole(number(trigger, "EvaluationPeriods")),
        rule=text(said, "AlarmRule"),
        children=_children(each(said, "TriggeringChildren"), "Arn", ("State", "Value")),
        contributor=text(said, "AlarmContributorId"),
    )


def _of_detail(detail: Mapping[str, object], arn: str | None, event: Event) -> Alarm:
    state, set_up = fields(detail, "state"), fields(detail, "configuration")
    name = _name(text(detail, "alarmName"), arn)
    data, before = _data(state), fields(detail, "previousState")
    metrics, contributor = each(set_up, "metrics"), fields(detail, "alarmContributor")
    return Alarm(
        name=name,
        arn=_arn(arn, name, event),
        state=_state(text(state, "value")),
        before=text(before, "value"),
        since=moment(state, "timestamp"),
        reason=text(state, "reason") or "",
        reason_data=data,
        reason_before=text(before, "reason") or "",
        data_before=_data(before),
        described=text(set_up, "description") or "",
        watched=_watched(metrics, {}, contributor) if metrics else None,
        operator=text(set_up, "comparisonOperator"),
        threshold=number(set_up, "threshold"),
        periods=_whole(number(set_up, "evaluationPeriods")),
        rule=text(set_up, "alarmRule"),
        children=_children(each(data, "triggeringAlarms"), "arn", ("state", "value")),
        contributor=text(contributor, "id"),
        partial=text(state, "evaluationState") == "PARTIAL_DATA",
        silenced=text(state, "actionsSuppressedReason") or _muted(text(detail, "muteDetail", "mutedByArn")),
    )


def _data(state: Mapping[str, object]) -> Mapping[str, object]:
    """The reason data of a state, which is JSON in a text."""
    return fields(decoded(state, "reasonData")) or fields(state, "reasonData")


def _name(name: str | None, arn: str | None) -> str:
    found = name or (arn or "").partition(":alarm:")[2]
    if not found:
        raise NoAlarm("an alarm without a name")
    return found


def _arn(arn: str | None, name: str, event: Event) -> str:
    """The alarm's ARN; made from its name where an event has none, so that all shapes are about the same alarm."""
    if arn and ":alarm:" in arn:
        return arn
    return f"arn:aws:cloudwatch:{event.region}:{event.account}:alarm:{name}"


def _state(value: str | None) -> StateValue:
    match value:
        case "OK" | "ALARM" | "INSUFFICIENT_DATA":
            return value
        case _:
            raise NoAlarm("an alarm without a state")


def _watched(
    queries: tuple[Mapping[str, object], ...], trigger: Mapping[str, object], contributor: Mapping[str, object] = {}
) -> Metric:
    """The metric or expression that the alarm goes by.

    Of an anomaly detector and the metric that it judges, both of which are returned, that is the metric.
    """
    if not queries:
        return _single(trigger)
    back = [query for query in queries if returned(query)] or list(queries)
    query = next((query for query in back if not _expression(query)), back[0])
    if not _expression(query):
        return _of_query(query)
    below = {name: value for each_ in queries for name, value in _of_query(each_).dimensions.items()}
    attributes = dimensions(fields(contributor, "attributes"))
    return Metric(
        name=text(query, "label") or text(query, "Label") or _expression(query) or "",
        dimensions={**below, **attributes},
        period=_whole(number(query, "period") or number(query, "Period") or number(trigger, "Period"))
        or _period(queries),
        expression=_expression(query) or "",
    )


def _single(trigger: Mapping[str, object]) -> Metric:
    """The metric of SNS's Trigger."""
    return Metric(
        name=text(trigger, "MetricName") or "",
        namespace=text(trigger, "Namespace") or "",
        dimensions=dimensions(trigger.get("Dimensions")),
        statistic=(text(trigger, "Statistic") or text(trigger, "ExtendedStatistic") or "").capitalize(),
        period=_whole(number(trigger, "Period")),
        unit=text(trigger, "Unit") or "",
    )


def _of_query(query: Mapping[str, object]) -> Metric:
    """The metric of one query; SNS begins its names with capitals, and says MetricName for name."""
    stat = fields(query, "metricStat") or fields(query, "MetricStat")
    metric = fields(stat, "metric") or fields(stat, "Metric")
    return Metric(
        name=text(metric, "name") or text(metric, "MetricName") or "",
        namespace=text(metric, "namespace") or text(metric, "Namespace") or "",
        dimensions=dimensions(metric.get("dimensions") or metric.get("Dimensions")),
        statistic=text(stat, "stat") or text(stat, "Stat") or "",
        period=_whole(number(stat, "period") or number(stat, "Period")),
        unit=text(stat, "unit") or text(stat, "Unit") or "",
    )


def _expression(query: Mapping[str, object]) -> str | None:
    return text(query, "expression") or text(query, "Expression")


def _period(queries: tuple[Mapping[str, object], ...]) -> int | None:
    return next((period for query in queries if (period := _of_query(query).period)), None)


def _children(found: tuple[Mapping[str, object], ...], arn: str, state: tuple[str, str]) -> tuple[str, ...]:
    """Names of the alarms in ALARM among those that made a composite one change, or of all of them."""
    alarming = [child for child in found if text(child, *state) == "ALARM"] or list(found)
    return tuple((text(child, arn) or "").rpartition(":alarm:")[2] for child in alarming if text(child, arn))


def _muted(arn: str | None) -> str | None:
    return f"Muted by {arn.rpartition(':')[2]}" if arn else None


def _whole(value: float | None) -> int | None:
    return int(value) if value is not None and 0 < value < 10_000_000 else None
