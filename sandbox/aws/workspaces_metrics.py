"""What CloudWatch and KMS tell about WorkSpaces: usage in percent, and the key of their volumes.

https://docs.aws.amazon.com/workspaces/latest/adminguide/cloudwatch-metrics.html
"""

import hashlib
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.aws.refused import Refused
from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_state import Key, WorkSpace

Params = Mapping[str, Any]
Result = dict[str, Any]

NAMESPACE = "AWS/WorkSpaces"
MOST_QUERIES = 500
MEASURED = frozenset({"AVAILABLE", "UNHEALTHY", "ADMIN_MAINTENANCE"})
"""Only what runs is measured: a stopped WorkSpace has no datapoints."""

_HOUR, _DAY = 3600, 86_400
# From the quiet to the busy percentage of each metric.
_RANGES = {
    "CPUUsage": (4.0, 70.0),
    "MemoryUsage": (35.0, 80.0),
    "RootVolumeDiskUsage": (48.0, 62.0),
    "UserVolumeDiskUsage": (20.0, 85.0),
}


def asks_for_workspaces(params: Params) -> bool:
    """Whether every query of GetMetricData is one of a WorkSpaces metric."""
    queries = params.get("MetricDataQueries") or []
    return bool(queries) and all(_metric(query).get("Namespace") == NAMESPACE for query in queries)


def get_metric_data(spaces: WorkSpaces, params: Params) -> Result:
    """GetMetricData: one series per query, newest first unless ScanBy says otherwise."""
    queries = params["MetricDataQueries"]
    if len(queries) > MOST_QUERIES:
        raise Refused("ValidationError", f"At most {MOST_QUERIES} queries can be made at once.")
    start, end = _seconds(params["StartTime"]), _seconds(params["EndTime"])
    if start >= end:
        raise Refused("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
    forward = params.get("ScanBy") == "TimestampAscending"
    with spaces.lock:
        return {"MetricDataResults": [_series(spaces, query, start, end, forward) for query in queries]}


def _series(spaces: WorkSpaces, query: Params, start: float, end: float, forward: bool) -> Result:
    metric, period = _metric(query), int(query["MetricStat"]["Period"])
    if period % 60:
        raise Refused("ValidationError", "Period must be a multiple of 60.")
    dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions") or []}
    found = spaces.workspaces.get(dimensions.get("WorkspaceId", "")) if len(dimensions) == 1 else None
    name, until = metric["MetricName"], min(end, spaces.now())
    points = list(_points(found, name, start, until, period)) if found is not None and name in _RANGES else []
    points = points if forward else points[::-1]
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or name,
        "Timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete",
    }


def _points(one: WorkSpace, name: str, start: float, end: float, period: int) -> Iterator[tuple[float, float]]:
    at = math.ceil(start / period) * period
    while at < end:
        if one.state(at) in MEASURED and at >= one.stages[0].start:
            yield float(at), _percent(one, name, at)
        at += period


def _percent(one: WorkSpace, name: str, at: float) -> float:
    """The same for the same WorkSpace and time: disks fill slowly, the processor follows the working day."""
    low, high = _RANGES[name]
    own, now = _chance(one.id, name), _chance(one.id, name, str(int(at // _HOUR)))
    if name.endswith("DiskUsage"):
        weeks = (at % (28 * _DAY)) / (28 * _DAY)
        return round(low + (high - low) * min(own + 0.1 * weeks, 1.0), 2)
    busy = max(math.sin((at % _DAY / _DAY - 0.25) * 2 * math.pi), 0.0)
    return round(low + (high - low) * busy * (0.3 + 0.4 * own + 0.3 * now) + 3 * now, 2)


def _chance(*words: str) -> float:
    """A number from 0 to 1 that depends on the words alone."""
    return int.from_bytes(hashlib.blake2b("/".join(words).encode(), digest_size=4).digest()) / 2**32


def _metric(query: Params) -> Params:
    found: Params = (query.get("MetricStat") or {}).get("Metric") or {}
    return found


def _seconds(moment: Any) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)


# -- the key ---------------------------------------------------------------------------------------------------------


def describe_key(spaces: WorkSpaces, named: str) -> Result | None:
    """KMS's DescribeKey for a key of the fleet, by id or ARN; None for any other."""
    found = next((key for key in spaces.keys.values() if named in {key.id, key.arn}), None)
    return None if found is None else {"KeyMetadata": _key(found)}


def _key(key: Key) -> Result:
    return {
        "AWSAccountId": key.arn.split(":")[4],
        "KeyId": key.id,
        "Arn": key.arn,
        "Enabled": key.enabled,
        "KeyState": "Enabled" if key.enabled else "Disabled",
        "Description": "Volumes of WorkSpaces",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyManager": "CUSTOMER",
        "Origin": "AWS_KMS",
        "MultiRegion": False,
    }
