"""How full a WorkSpace's processor and user volume were, hour by hour.

https://docs.aws.amazon.com/workspaces/latest/adminguide/cloudwatch-metrics.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aws_ops import clock

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

_METRICS = {"cpu": "CPUUsage", "disk": "UserVolumeDiskUsage"}
_HOUR_S = 3600


@dataclass(frozen=True)
class Trends:
    """Percent, one for each of the last 24 hours that AWS knows, the oldest first; None: AWS does not tell."""

    cpu: tuple[float, ...] | None
    disk: tuple[float, ...] | None


def trends(client: "CloudWatchClient", id: str) -> Trends:
    """The last 24 hours of a WorkSpace, in one call. Raises ClientError."""
    now = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    answer = client.get_metric_data(
        MetricDataQueries=[_query(name, metric, id) for name, metric in _METRICS.items()],
        StartTime=now - timedelta(hours=24),
        EndTime=now,
        ScanBy="TimestampAscending",
    )
    results = {found.get("Id", ""): found for found in answer.get("MetricDataResults", ())}
    return Trends(**{name: _values(results.get(name, {})) for name in _METRICS})


def _query(name: str, metric: str, id: str) -> Any:
    dimensions = [{"Name": "WorkspaceId", "Value": id}]
    found = {"Namespace": "AWS/WorkSpaces", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": found, "Period": _HOUR_S, "Stat": "Average"}}


def _values(found: Mapping[str, Any]) -> tuple[float, ...] | None:
    if found.get("StatusCode", "Forbidden") in {"Forbidden", "InternalError"}:
        return None
    return tuple(round(value, 1) for value in found.get("Values", ()))
