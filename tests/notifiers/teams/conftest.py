"""Deskside's side of the simulated Teams, on an empty table."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws
from pydantic import SecretStr

from aws_ops import clock
from aws_ops.table import Table, create_table
from notifiers.teams import Teams
from notifiers.teams_api import TeamsApi
from notifiers.teams_conversations import Conversations
from notifiers.teams_directory import TeamsDirectory
from sandbox import teams as simulated
from tests.notifiers.teams.world import Desk, in_thread

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
        yield


@pytest.fixture
def table(aws: None) -> Table:
    client = boto3.resource("dynamodb", region_name="eu-west-1").meta.client
    name = f"deskside-{next(_numbers)}"
    create_table(client, name)
    return Table(client, name)


@pytest.fixture
async def tenant() -> AsyncIterator[simulated.Teams]:
    tenant = simulated.Teams()
    await tenant.start()
    yield tenant
    await tenant.stop()


@pytest.fixture
async def api(tenant: simulated.Teams) -> AsyncIterator[TeamsApi]:
    api = TeamsApi(
        tenant.app_id,
        SecretStr(tenant.app_password),
        tenant.tenant_id,
        login_url=tenant.environment()["TEAMS_LOGIN_URL"],
    )
    await api.start()
    yield api
    await api.close()


@pytest.fixture
def conversations(table: Table) -> Conversations:
    return Conversations(table, in_thread)


@pytest.fixture
def directory(tenant: simulated.Teams, api: TeamsApi, conversations: Conversations) -> TeamsDirectory:
    return TeamsDirectory(api, conversations, tenant.tenant_id)


@pytest.fixture
def told() -> list[str]:
    """What administrators were told."""
    return []


@pytest.fixture
def teams(api: TeamsApi, conversations: Conversations, directory: TeamsDirectory, told: list[str]) -> Teams:
    async def report(what: str) -> None:
        told.append(what)

    return Teams(api, conversations, directory.by_email, report)


@pytest.fixture
def desk(tenant: simulated.Teams, conversations: Conversations, directory: TeamsDirectory) -> Desk:
    return Desk(tenant, conversations, directory)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited before trying again; nobody really waits."""
    slept: list[float] = []
    real = asyncio.sleep

    async def nap(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    monkeypatch.setattr("notifiers.delivery.asyncio.sleep", nap)
    return slept


@pytest.fixture
def later() -> Callable[[int], None]:
    """Stands the clock; called, it moves that many seconds on."""
    moment = [datetime(2026, 10, 20, 8, 0, tzinfo=UTC)]
    clock.set_source(lambda: moment[0])

    def move(seconds: int) -> None:
        moment[0] += timedelta(seconds=seconds)

    return move
