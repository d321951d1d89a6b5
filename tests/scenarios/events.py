"""What AWS says in the scenarios: alarms in each of their shapes, and whatever else can happen in the account."""

import asyncio
import json
from abc import abstractmethod
from datetime import UTC, datetime
from typing import Any, Literal

from sandbox.aws import alarm_shapes
from sandbox.aws.alarm_shapes import State, stamp
from sandbox.aws.server import SandboxAws
from sandbox.aws.world import ACCOUNT, REGION, TOPIC
from tests.chats import Side
from tests.scenarios.desks import Desks

Json = dict[str, Any]
AlarmState = Literal["ALARM", "OK", "INSUFFICIENT_DATA"]
Way = Literal["eventbridge", "sns", "direct"]

# What an alarm of that kind watches: namespace, metric and dimension, on a WorkSpace and on an instance.
_WATCHED = {
    "cpu": {"ws": ("AWS/WorkSpaces", "CPUUsage", "WorkspaceId"), "i": ("AWS/EC2", "CPUUtilization", "InstanceId")},
    "memory": {
        "ws": ("AWS/WorkSpaces", "MemoryUsage", "WorkspaceId"),
        "i": ("CWAgent", "mem_used_percent", "InstanceId"),
    },
    "disk": {
        "ws": ("AWS/WorkSpaces", "UserVolumeDiskUsage", "WorkspaceId"),
        "i": ("CWAgent", "disk_used_percent", "InstanceId"),
    },
    "idle": {"ws": ("AWS/WorkSpaces", "CPUUsage", "WorkspaceId"), "i": ("AWS/EC2", "CPUUtilization", "InstanceId")},
}
_PERIOD_S = 300


class Events(Desks):
    """What a scenario lets happen in AWS, and hears of it."""

    def __init__(self, aws: SandboxAws) -> None:
        super().__init__(aws)
        self._webhooks: dict[str, tuple[str, str]] = {}  # by name: the chat, and the address

    @abstractmethod
    async def quiet(self) -> None:
        """Wait until nothing is in work any more."""

    @abstractmethod
    def side(self, platform: str = "") -> Side:
        """A chat; by itself the first."""

    async def happens(self, what: str | Json) -> None:
        """Something happens, and all that follows from it.

        `what`: a name of `sandbox.aws.happenings`, an event as EventBridge has it, a message of SNS (`Subject`,
        `Message`), or any other shape that reaches a Lambda function.
        """
        if isinstance(what, str):
            await asyncio.to_thread(self.aws.happen, what)
        elif "Message" in what:
            await asyncio.to_thread(self.aws.bus.publish_body, what)
        else:
            await asyncio.to_thread(self.aws.event, what)
        await self.quiet()

    def alarm(
        self,
        kind: str,
        resource: str,
        state: AlarmState = "ALARM",
        *,
        at: float | None = None,
        by: Way = "eventbridge",
        value: float | None = None,
    ) -> Json:
        """An alarm of a WorkSpace or an instance (`ws-…`, `i-…`) gets into a state: what AWS says of it that way.

        `kind` is cpu, memory, disk or idle; `at` epoch seconds (default: now); `value` what was measured.
        """
        row = _described(kind, resource)
        moment = datetime.fromtimestamp(self.now() if at is None else at, UTC)
        new = _state(row, state, moment, value)
        old = _state(row, "OK" if state == "ALARM" else "ALARM", moment, None)
        if by == "sns":
            said = {"Subject": alarm_shapes.subject(row, new), "Message": alarm_shapes.message(row, old, new)}
            return {"TopicArn": TOPIC, **said}
        return alarm_shapes.direct(row, old, new) if by == "direct" else alarm_shapes.on_the_bus(row, old, new)

    async def webhook(self, place: str, name: str = "desk", platform: str = "") -> str:
        """There is an incoming webhook into a channel, and its address is a secret: the place, as the bot writes it."""
        secret = f"deskside/webhook/{name}"
        url = self.side(platform).webhook(place)
        await asyncio.to_thread(self.aws.put_secret, secret, url)
        self._webhooks[name] = (platform, url)
        return f"webhook:{secret}"

    def loses_webhook(self, name: str = "desk") -> None:
        """Somebody takes it away, and nobody tells the bot."""
        platform, url = self._webhooks[name]
        self.side(platform).loses_webhook(url)


def _described(kind: str, resource: str) -> Json:
    """The alarm as DescribeAlarms describes it."""
    namespace, metric, dimension = _WATCHED[kind][resource.partition("-")[0]]
    name = f"{resource} {kind}"
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}",
        "AlarmDescription": f"Look at {resource}. Runbook: https://wiki.example.com/runbooks/{kind}",
        "ActionsEnabled": True,
        "OKActions": [TOPIC],
        "AlarmActions": [TOPIC],
        "InsufficientDataActions": [],
        "MetricName": metric,
        "Namespace": namespace,
        "Statistic": "Average",
        "Dimensions": [{"Name": dimension, "Value": resource}],
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "Threshold": 5.0 if kind == "idle" else 90.0,
        "ComparisonOperator": "LessThanThreshold" if kind == "idle" else "GreaterThanThreshold",
        "TreatMissingData": "missing",
        "Period": _PERIOD_S,
    }


def _state(row: Json, state: AlarmState, at: datetime, value: float | None) -> State:
    """The state, with the reason that CloudWatch gives and the values that fit."""
    data: Json = {"version": "1.0", "queryDate": stamp(at), "statistic": row["Statistic"], "period": row["Period"]}
    data |= {"recentDatapoints": [], "threshold": row["Threshold"]}
    if state == "INSUFFICIENT_DATA":
        return State(state, "Insufficient Data: 1 datapoint was unknown.", json.dumps(data), at)
    below = row["ComparisonOperator"] == "LessThanThreshold"
    measured = value if value is not None else 97.0 if (state == "ALARM") != below else 1.5
    begun = datetime.fromtimestamp(at.timestamp() // _PERIOD_S * _PERIOD_S - _PERIOD_S, UTC)
    crossed = f"was{'' if state == 'ALARM' else ' not'} {'less' if below else 'greater'} than"
    reason = f"Threshold Crossed: 1 datapoint [{measured} ({begun:%d/%m/%y %H:%M:%S})] {crossed} the threshold "
    data |= {
        "startDate": stamp(begun),
        "recentDatapoints": [measured],
        "evaluatedDatapoints": [{"timestamp": stamp(begun), "sampleCount": 5.0, "value": measured}],
    }
    return State(state, f"{reason}({row['Threshold']}).", json.dumps(data), at)
