"""What watches the bot: the age of its heartbeat as a metric, and nothing where nobody can tell."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from aws_ops import clock, heartbeat
from aws_ops.lambdas import watch
from aws_ops.session import Sessions
from aws_ops.table import Table
from tests.aws_ops.conftest import REGION


@pytest.fixture(autouse=True)
def environment(table: Table, aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_REGION": REGION, "AWS_ENDPOINT_URL": aws, "DESKSIDE_TABLE": table.name}.items():
        monkeypatch.setenv(name, value)


def published(lasting: Sessions) -> list[float]:
    """The newest values, one a minute."""
    answer = lasting.client("cloudwatch").get_metric_statistics(
        Namespace="Deskside",
        MetricName="HeartbeatAge",
        Dimensions=[{"Name": "Table", "Value": "deskside"}],
        StartTime=clock.now() - timedelta(hours=1),
        EndTime=clock.now() + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
        Unit="Seconds",
    )
    points = sorted(answer["Datapoints"], key=lambda point: str(point["Timestamp"]))
    return [float(point["Maximum"]) for point in points]


def test_the_age_of_the_heartbeat_grows_until_a_bot_beats_again(
    table: Table, lasting: Sessions, later: Callable[[int], None]
) -> None:
    assert watch.handler({}, None) == {"age_s": None}
    assert published(lasting) == []
    heartbeat.beat(table)
    later(20)
    assert watch.handler({}, None) == {"age_s": 20}
    later(200)
    assert watch.handler({}, None) == {"age_s": 220}
    heartbeat.beat(table)
    later(60)
    assert watch.handler({}, None) == {"age_s": 60}
    assert published(lasting) == [20, 220, 60]


def test_a_clock_that_is_behind_the_bots_makes_no_age_below_0(table: Table, later: Callable[[int], None]) -> None:
    heartbeat.beat(table)
    later(-30)
    assert heartbeat.age_s(table) == 0


def test_a_table_that_cannot_be_read_publishes_nothing(lasting: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKSIDE_TABLE", "gone")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        watch.handler({}, None)
    assert published(lasting) == []
