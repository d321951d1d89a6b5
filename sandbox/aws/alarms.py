"""The CloudWatch alarms of the account: moto keeps them, and what an alarm does when its state changes happens here.

Nothing evaluates them: somebody says that an alarm is in another state, as SetAlarmState does, and the values that it
then tells of are made to fit. Actions run on a change of state only.
"""

import json
import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudwatch.models import Alarm, cloudwatch_backends

from sandbox.aws import alarm_shapes
from sandbox.aws.alarm_shapes import State, stamp
from sandbox.aws.alarms_seed import furnish_alarms
from sandbox.aws.bus import Bus, Json
from sandbox.aws.clock import Clock
from sandbox.aws.refused import Refused
from sandbox.aws.world import ACCOUNT, REGION

OK, RAISED, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"

_BELOW = {"LessThanThreshold": "less than", "LessThanOrEqualToThreshold": "less than or equal to"}
_ABOVE = {"GreaterThanThreshold": "greater than", "GreaterThanOrEqualToThreshold": "greater than or equal to"}


class Alarms:
    """Every alarm of the account and region."""

    def __init__(self, clock: Clock, bus: Bus) -> None:
        self._clock, self._bus = clock, bus

    def furnish(self) -> None:
        """Make the alarms that a fresh account has; all of them are OK."""
        for made in furnish_alarms():
            made.state_updated_timestamp = made.configuration_updated_timestamp = self._clock.now()

    def told(self) -> list[Json]:
        """Each alarm as DescribeAlarms describes it, times as ISO 8601."""
        return [told(one) for one in cloudwatch_backends[ACCOUNT][REGION].describe_alarms()]

    def turn(self, name: str, value: str | None = None, reason: str | None = None, data: str | None = None) -> Json:
        """An alarm gets into another state (None: ALARM and OK in turn), and says so on the bus and by its actions.

        Returns `{"alarm": DescribeAlarms' row, "rules": that took it, "delivered": invocations}`. Raises `Refused` for
        an alarm that is not there, and for what is no state.
        """
        found = cloudwatch_backends[ACCOUNT][REGION].alarms.get(name)
        if found is None:
            raise Refused("ResourceNotFound", f"Alarm {name} does not exist", 404)
        value = value or (RAISED if found.state_value != RAISED else OK)
        if value not in {OK, RAISED, UNKNOWN}:
            raise Refused("ValidationError", f"{value} is no state of an alarm")
        alarm, now = told(found), self._clock.now()
        old = State(found.state_value, found.state_reason, found.state_reason_data, _aware(found))
        new = _explained(alarm, value, now) if reason is None else State(value, reason, data, now)
        found.update_state(new.reason, new.data or "{}", value)
        found.state_updated_timestamp = now
        said: list[Json] = [{"rules": [], "delivered": 0}]
        if old.value != value:
            said = self._say(alarm, old, new)
        delivered = sum(one["delivered"] for one in said)
        return {"alarm": told(found), "rules": said[0]["rules"], "delivered": delivered}

    def set_state(self, params: Mapping[str, Any]) -> Json:
        """SetAlarmState; raises `Refused` as AWS would."""
        self.turn(params["AlarmName"], params["StateValue"], params["StateReason"], params.get("StateReasonData"))
        return {}

    def _say(self, alarm: Json, old: State, new: State) -> list[Json]:
        """What the bus says of it, and then each action's topic or function."""
        said = [self._bus.put(alarm_shapes.on_the_bus(alarm, old, new))]
        if not alarm["ActionsEnabled"]:
            return said
        actions = {OK: "OKActions", RAISED: "AlarmActions", UNKNOWN: "InsufficientDataActions"}[new.value]
        for arn in alarm[actions]:
            if ":sns:" in arn:
                subject, message = alarm_shapes.subject(alarm, new), alarm_shapes.message(alarm, old, new)
                said.append(self._bus.publish(message, subject, arn))
            elif ":function:" in arn:
                said.append(self._bus.hand(alarm_shapes.direct(alarm, old, new), arn.split(":")[6]))
        return said


def told(alarm: Alarm) -> Json:
    """A row of DescribeAlarms."""
    row = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.alarm_arn,
        "AlarmDescription": alarm.description,
        "ActionsEnabled": alarm.actions_enabled,
        "OKActions": list(alarm.ok_actions or ()),
        "AlarmActions": list(alarm.alarm_actions or ()),
        "InsufficientDataActions": list(alarm.insufficient_data_actions or ()),
        "StateValue": alarm.state_value,
        "StateReason": alarm.state_reason,
        "StateReasonData": alarm.state_reason_data,
        "StateUpdatedTimestamp": _aware(alarm).isoformat(),
    }
    return {**row, "AlarmRule": alarm.rule} if alarm.rule is not None else {**row, **_watched(alarm)}


def _watched(alarm: Alarm) -> Json:
    """What a metric alarm watches, and when it is raised."""
    told: Json = {
        "EvaluationPeriods": int(alarm.evaluation_periods),
        "DatapointsToAlarm": int(alarm.datapoints_to_alarm or alarm.evaluation_periods),
        "Threshold": float(alarm.threshold),
        "ComparisonOperator": alarm.comparison_operator,
        "TreatMissingData": alarm.treat_missing_data or "missing",
        "Period": int(alarm.period or 60),
    }
    if alarm.metric_data_queries:
        return {**told, "Metrics": [_query(one) for one in alarm.metric_data_queries]}
    return {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "Statistic": alarm.statistic,
        "Dimensions": _dimensions(alarm.dimensions),
        **told,
    }


def _query(query: Any) -> Json:
    told: Json = {"Id": query.id, "Label": query.label, "ReturnData": query.return_data in {True, "true"}}
    if query.expression:
        return {**told, "Expression": query.expression}
    metric = query.metric_stat.metric
    watched = {
        "MetricName": metric.metric_name,
        "Namespace": metric.namespace,
        "Dimensions": _dimensions(metric.dimensions),
    }
    return {
        **told,
        "MetricStat": {"Metric": watched, "Period": int(query.metric_stat.period), "Stat": query.metric_stat.stat},
    }


def _dimensions(dimensions: Any) -> list[Json]:
    return [{"Name": one.name, "Value": one.value} for one in dimensions]


def _aware(alarm: Alarm) -> datetime:
    moment: datetime = alarm.state_updated_timestamp
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# -- why -------------------------------------------------------------------------------------------------------------


def _explained(alarm: Mapping[str, Any], value: str, now: datetime) -> State:
    """A state with the reason that CloudWatch would give, and values that fit."""
    if "AlarmRule" in alarm:
        return _of_children(alarm, value, now)
    count = alarm["DatapointsToAlarm"] if value == RAISED else 1
    if value == UNKNOWN:
        count = alarm["EvaluationPeriods"]
        reason = f"Insufficient Data: {count} datapoint{' was' if count == 1 else 's were'} unknown."
        return State(value, reason, _data(alarm, [], now), now)
    values = [_value(alarm, crossed=value == RAISED) for _ in range(count)]
    points = ", ".join(
        f"{one} ({at:%d/%m/%y %H:%M:%S})" for one, at in zip(values, _times(alarm, count, now), strict=True)
    )
    was = "was" if count == 1 else "were"
    crossed = {**_BELOW, **_ABOVE}[alarm["ComparisonOperator"]]
    change = "OK -> ALARM" if value == RAISED else "ALARM -> OK"
    reason = (
        f"Threshold Crossed: {count} out of the last {count} datapoints [{points}] {was}"
        f"{'' if value == RAISED else ' not'} {crossed} the threshold ({alarm['Threshold']}) "
        f"(minimum {count} datapoint{'' if count == 1 else 's'} for {change} transition)."
    )
    return State(value, reason, _data(alarm, values, now), now)


def _data(alarm: Mapping[str, Any], values: list[float], now: datetime) -> str:
    """CloudWatch's reasonData: the newest value last in `recentDatapoints`, first in `evaluatedDatapoints`."""
    count = len(values) or alarm["EvaluationPeriods"]
    times = _times(alarm, count, now)
    evaluated: list[Json] = [{"timestamp": stamp(at)} for at in times]
    for point, value in zip(evaluated, values, strict=False):
        point |= {"sampleCount": 1.0, "value": value}
    told: Json = {
        "version": "1.0",
        "queryDate": stamp(now),
        "statistic": alarm.get("Statistic"),
        "period": alarm["Period"],
        "recentDatapoints": values[::-1],
        "threshold": alarm["Threshold"],
        "evaluatedDatapoints": evaluated,
    }
    if values:
        told["startDate"] = stamp(times[-1])
    return json.dumps({name: one for name, one in told.items() if one is not None})


def _times(alarm: Mapping[str, Any], count: int, now: datetime) -> list[datetime]:
    """When the last `count` periods began, the newest first."""
    period = alarm["Period"]
    newest = datetime.fromtimestamp(math.floor(now.timestamp() / period) * period, UTC) - timedelta(seconds=period)
    return [newest - timedelta(seconds=period * back) for back in range(count)]


def _value(alarm: Mapping[str, Any], *, crossed: bool) -> float:
    """A percentage, or a number where the threshold is none, on that side of the threshold."""
    threshold: float = alarm["Threshold"]
    most = 100.0 if threshold < 100 else 1.6 * threshold
    above = (alarm["ComparisonOperator"] in _ABOVE) == crossed
    part = random.uniform(0.25, 0.85)
    return round(threshold + (most - threshold) * part if above else threshold * part, 2)


def _of_children(alarm: Mapping[str, Any], value: str, now: datetime) -> State:
    """A composite alarm follows the first alarm of its rule."""
    child = str(alarm["AlarmRule"]).split('"')[1]
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{child}"
    state = {"value": value, "timestamp": stamp(now)}
    reason = f"{arn} transitioned to {value} at {now:%A %d %B, %Y %H:%M:%S UTC}"
    return State(value, reason, json.dumps({"triggeringAlarms": [{"arn": arn, "state": state}]}), now)
