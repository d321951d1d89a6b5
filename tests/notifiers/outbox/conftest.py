"""Replicas of the outbox on an empty table, and a clock that stands."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from aws_ops import clock
from aws_ops.table import Table, create_table
from sandbox.aws.quick_dynamodb import quicken_dynamodb
from tests.notifiers.outbox.world import NUMBERS, Replicas


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    quicken_dynamodb()
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
        yield


@pytest.fixture
def table(aws: None) -> Table:
    client = boto3.resource("dynamodb", region_name="eu-west-1").meta.client
    name = f"deskside-{next(NUMBERS)}"
    create_table(client, name)
    return Table(client, name)


@pytest.fixture
def later() -> Callable[[int], None]:
    """Stands the clock; called, it moves that many seconds on."""
    moment = [datetime(2026, 10, 20, 8, 0, tzinfo=UTC)]
    clock.set_source(lambda: moment[0])

    def move(seconds: int) -> None:
        moment[0] += timedelta(seconds=seconds)

    return move


@pytest.fixture
async def replicas(table: Table) -> AsyncIterator[Replicas]:
    made = Replicas(table)
    yield made
    for outbox in made.outboxes:
        await outbox.stop(1)
