"""The alarms that a fresh account has: one for each thing that people want to hear of, on machines of the account."""

from typing import Any

from moto.cloudwatch.models import (
    Alarm,
    Dimension,
    Metric,
    MetricDataQuery,
    MetricStat,
    cloudwatch_backends,
)

from sandbox.aws.workspaces_seed import CORP, MIKAS, RENS
from sandbox.aws.workspaces_state import computer_of
from sandbox.aws.world import ACCOUNT, PREFIX, REGION, TOPIC

RESEARCH = "i-0a1b2c3d4e5f60001"
"""A research instance that is watched."""

CPU, USER_DISK, MEMORY, DISK, IDLE, LOGINS, COMPOSITE = (
    f"{computer_of(RENS)} CPU",
    f"{computer_of(MIKAS)} user volume",
    "research-1 memory",
    "research-1 disk",
    "research-1 idle",
    "WorkSpaces logins that fail",
    "research-1 in trouble",
)

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{PREFIX}forward"
_RUNBOOK = "https://wiki.example.com/runbooks"


def furnish_alarms() -> list[Alarm]:
    """Put them into moto's account. Most act by the topic, one invokes the function, and one has no action at all."""
    agent = {"InstanceId": RESEARCH, "InstanceType": "m5.xlarge", "ImageId": "ami-0a1b2c3d4e5f60001"}
    root = {**agent, "path": "/", "device": "nvme0n1p1", "fstype": "xfs"}
    hour = {"comparison_operator": "LessThanThreshold", "period": 300, "evaluation_periods": 12}
    return [
        _put(CPU, 95, f"The desktop is busy. Runbook: {_RUNBOOK}/cpu", _desktop("CPUUsage", RENS)),
        _put(USER_DISK, 80, f"The user volume is nearly full. {_RUNBOOK}/disk", _desktop("UserVolumeDiskUsage", MIKAS)),
        _put(MEMORY, 85, "Memory of the research machine", _metric("CWAgent", "mem_used_percent", agent)),
        _put(DISK, 80, f"Root volume. Runbook: {_RUNBOOK}/disk", _metric("CWAgent", "disk_used_percent", root)),
        _put(
            IDLE,
            5,
            "Nobody has used the research machine for an hour",
            _metric("AWS/EC2", "CPUUtilization", {"InstanceId": RESEARCH}) | hour,
            actions=[FUNCTION],
        ),
        _put(LOGINS, 20, "More than a fifth of the logins to corp.example.com fail", _share_of_failed_logins()),
        # Two alarms in one, which only the bus tells of.
        _put(COMPOSITE, 0, "Memory or disk of research-1", _rule(f'ALARM("{MEMORY}") OR ALARM("{DISK}")'), actions=[]),
    ]


def _put(
    name: str, threshold: float, description: str, watched: dict[str, Any], actions: list[str] | None = None
) -> Alarm:
    """An alarm that is raised when what is watched, three minutes long if it does not say, is above the threshold."""
    acts = [TOPIC] if actions is None else actions
    how: dict[str, Any] = {
        "comparison_operator": "GreaterThanThreshold",
        "evaluation_periods": 3,
        "period": 60,
        "statistic": "Average",
        "treat_missing_data": "missing",
        **watched,
    }
    return cloudwatch_backends[ACCOUNT][REGION].put_metric_alarm(
        name=name,
        threshold=float(threshold),
        description=description,
        alarm_actions=acts,
        ok_actions=acts,
        insufficient_data_actions=acts,
        datapoints_to_alarm=how["evaluation_periods"],
        **how,
    )


def _metric(namespace: str, name: str, dimensions: dict[str, str]) -> dict[str, Any]:
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"namespace": namespace, "metric_name": name, "dimensions": listed}


def _desktop(name: str, workspace: str) -> dict[str, Any]:
    return _metric("AWS/WorkSpaces", name, {"WorkspaceId": workspace})


def _rule(rule: str) -> dict[str, Any]:
    return {**_metric("", "", {}), "rule": rule}


def _share_of_failed_logins() -> dict[str, Any]:
    """Metric math over two metrics."""

    def counted(name: str, metric: str) -> MetricDataQuery:
        watched = Metric(metric, "AWS/WorkSpaces", [Dimension("DirectoryId", CORP)])
        return MetricDataQuery(name, metric, "300", "false", metric_stat=MetricStat(watched, "300", "Sum", "Count"))

    share = MetricDataQuery("e1", "Share of failed logins", "300", "true", expression="100*m1/m2")
    queries = [counted("m1", "ConnectionFailure"), counted("m2", "ConnectionAttempt"), share]
    return {**_metric("", "", {}), "period": 300, "evaluation_periods": 2, "metric_data_queries": queries}
