"""Watches the bot: every minute it publishes how old the bot's heartbeat is, for an alarm that goes not by the bot.

Where there is no heartbeat it publishes nothing, and so does it where it fails: the alarm takes that as bad.
"""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from aws_ops import clock, heartbeat
from aws_ops.lambdas import env

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

log = logging.getLogger(__name__)

NAMESPACE, METRIC = "Deskside", "HeartbeatAge"


def handler(_event: Any, _context: Any) -> Mapping[str, int | None]:
    """Publish the age: {"age_s": seconds, or None where no bot ever wrote one}. Raises ClientError, LookupError."""
    sessions, table = env.watched()
    age_s = heartbeat.age_s(table)
    if age_s is None:
        log.warning("no bot has written a heartbeat to the table %s yet", table.name)
        return {"age_s": None}
    cloudwatch = cast("CloudWatchClient", sessions.client("cloudwatch"))
    cloudwatch.put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {
                "MetricName": METRIC,
                "Dimensions": [{"Name": "Table", "Value": table.name}],
                "Timestamp": clock.now(),
                "Value": age_s,
                "Unit": "Seconds",
            }
        ],
    )
    return {"age_s": age_s}
