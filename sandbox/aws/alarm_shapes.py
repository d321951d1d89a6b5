"""A CloudWatch alarm's change of state in each of its shapes: EventBridge, SNS, a direct action on a Lambda function.

`alarm` is always a row of DescribeAlarms, as `alarms.told` writes it.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.aws.bus import Json, zulu
from sandbox.aws.world import ACCOUNT, REGION

Alarm = Mapping[str, Any]

REGION_SAID = "US East (N. Virginia)"


@dataclass(frozen=True)
class State:
    """OK, ALARM or INSUFFICIENT_DATA since `at`, and why; `data` is AWS's reasonData, a JSON text."""

    value: str
    reason: str
    data: str | None
    at: datetime


def stamp(moment: datetime) -> str:
    """A time as CloudWatch writes it: `2026-01-31T09:30:00.000+0000`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "+0000")


# -- EventBridge and the direct action -------------------------------------------------------------------------------


def on_the_bus(alarm: Alarm, old: State, new: State) -> Json:
    """The event `CloudWatch Alarm State Change`."""
    return {
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "time": zulu(new.at),
        "resources": [alarm["AlarmArn"]],
        "detail": _data(alarm, old, new),
    }


def direct(alarm: Alarm, old: State, new: State) -> Json:
    """What a Lambda function that is the alarm's action gets."""
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm["AlarmArn"],
        "accountId": ACCOUNT,
        "time": stamp(new.at),
        "region": REGION,
        "alarmData": _data(alarm, old, new),
    }


def _data(alarm: Alarm, old: State, new: State) -> Json:
    return {
        "alarmName": alarm["AlarmName"],
        "configuration": _configuration(alarm),
        "previousState": _state(old),
        "state": _state(new),
    }


def _state(state: State) -> Json:
    told = {"reason": state.reason, "timestamp": stamp(state.at), "value": state.value}
    return told if state.data is None else {**told, "reasonData": state.data}


def _configuration(alarm: Alarm) -> Json:
    described = {"description": alarm["AlarmDescription"]}
    if "AlarmRule" in alarm:
        return {**described, "alarmRule": alarm["AlarmRule"]}
    return {**described, "metrics": [_metric_on_the_bus(one) for one in _queries(alarm)]}


def _queries(alarm: Alarm) -> list[Json]:
    """The alarm's metrics; one that watches a single metric has none of these queries, and is told as one."""
    if alarm.get("Metrics"):
        return list(alarm["Metrics"])
    metric = {"MetricName": alarm["MetricName"], "Namespace": alarm["Namespace"], "Dimensions": alarm["Dimensions"]}
    stat = {"Metric": metric, "Period": alarm["Period"], "Stat": alarm["Statistic"]}
    return [{"Id": str(uuid.uuid5(uuid.NAMESPACE_URL, alarm["AlarmArn"])), "MetricStat": stat, "ReturnData": True}]


def _metric_on_the_bus(query: Mapping[str, Any]) -> Json:
    told: Json = {"id": query["Id"], "returnData": query["ReturnData"]}
    if "Expression" in query:
        return {**told, "expression": query["Expression"], "label": query["Label"]}
    stat = query["MetricStat"]
    metric = {
        "dimensions": {one["Name"]: one["Value"] for one in stat["Metric"]["Dimensions"]},
        "name": stat["Metric"]["MetricName"],
        "namespace": stat["Metric"]["Namespace"],
    }
    return {**told, "metricStat": {"metric": metric, "period": stat["Period"], "stat": stat["Stat"]}}


# -- SNS -------------------------------------------------------------------------------------------------------------


def subject(alarm: Alarm, new: State) -> str:
    """The subject of the message, cut where SNS cuts it."""
    return f'{new.value}: "{alarm["AlarmName"]}" in {REGION_SAID}'[:100]


def message(alarm: Alarm, old: State, new: State) -> str:
    """The message, a JSON text."""
    told: Json = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm["AlarmDescription"],
        "AWSAccountId": ACCOUNT,
        "NewStateValue": new.value,
        "NewStateReason": new.reason,
        "StateChangeTime": stamp(new.at),
        "Region": REGION_SAID,
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": old.value,
        "OKActions": alarm["OKActions"],
        "AlarmActions": alarm["AlarmActions"],
        "InsufficientDataActions": alarm["InsufficientDataActions"],
    }
    if "AlarmRule" in alarm:
        return json.dumps({**told, "AlarmRule": alarm["AlarmRule"], "TriggeringChildren": _children(new)})
    return json.dumps({**told, "Trigger": _trigger(alarm)})


def _children(new: State) -> list[Json]:
    """The alarms that turned a composite one, from its reasonData."""
    return [
        {"Arn": one["arn"], "State": {"Value": one["state"]["value"], "Timestamp": one["state"]["timestamp"]}}
        for one in json.loads(new.data or "{}").get("triggeringAlarms", ())
    ]


def _trigger(alarm: Alarm) -> Json:
    """What a metric alarm watches: Dimensions are a list here, and of small letters."""
    told: Json = {
        "Period": alarm["Period"],
        "EvaluationPeriods": alarm["EvaluationPeriods"],
        "DatapointsToAlarm": alarm["DatapointsToAlarm"],
        "ComparisonOperator": alarm["ComparisonOperator"],
        "Threshold": alarm["Threshold"],
        "TreatMissingData": alarm["TreatMissingData"],
        "EvaluateLowSampleCountPercentile": "",
    }
    if alarm.get("Metrics"):
        return {**told, "Metrics": [_metric_in_sns(one) for one in alarm["Metrics"]]}
    return {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        "StatisticType": "Statistic",
        "Statistic": alarm["Statistic"].upper(),
        "Unit": None,
        "Dimensions": _small(alarm["Dimensions"]),
        **told,
    }


def _metric_in_sns(query: Mapping[str, Any]) -> Json:
    if "Expression" in query:
        return dict(query)
    stat = query["MetricStat"]
    metric = {**stat["Metric"], "Dimensions": _small(stat["Metric"]["Dimensions"])}
    return {**query, "MetricStat": {**stat, "Metric": metric}}


def _small(dimensions: list[Json]) -> list[Json]:
    return [{"value": one["Value"], "name": one["Name"]} for one in dimensions]
