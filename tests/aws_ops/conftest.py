"""A desk on moto's server: real clients, a real wire, on loopback."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer

from aws_ops import clock
from aws_ops.desk import Desk
from aws_ops.functions import Functions
from aws_ops.queue import Queue
from aws_ops.session import Sessions
from aws_ops.table import Table, create_table
from sandbox.aws.app import Moto
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from tests.in_process import in_process

REGION = "ap-northeast-1"
TABLE = "deskside"


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        # moto's own would let the writes of two threads come in between each other.
        patch.setattr("moto.moto_server.threaded_moto_server.DomainDispatcherApplication", Moto)
        server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty account behind this address."""
    with urlopen(Request(f"{moto_url}/moto-api/reset", method="POST")) as answer:  # noqa: S310 - our own server
        assert answer.status == 200
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return moto_url


@pytest.fixture
def sessions(aws: str) -> Sessions:
    """Clients of this test alone, which may be listened to and have words put in their mouth."""
    return Sessions(REGION, aws)


@pytest.fixture(scope="session")
def lasting(moto_url: str) -> Sessions:
    """Clients of all tests: making them is what takes the time."""
    return Sessions(REGION, moto_url)


@pytest.fixture
def table(aws: str, lasting: Sessions) -> Table:
    client = lasting.client("dynamodb")
    create_table(client, TABLE)
    return Table(client, TABLE)


@pytest.fixture
def desk(table: Table, lasting: Sessions) -> Desk:
    sqs = lasting.client("sqs")
    queue = Queue(sqs, sqs.create_queue(QueueName="deskside-events")["QueueUrl"])
    return Desk(table, queue, lasting, Functions(lasting.client("lambda"), "deskside-"))


@pytest.fixture
def later() -> Iterator[Callable[[int], None]]:
    """Stands the clock at 2026-10-20 08:00 UTC; called, it moves that many seconds on."""
    moment = [datetime(2026, 10, 20, 8, 0, tzinfo=UTC)]
    clock.set_source(lambda: moment[0])

    def move(seconds: int) -> None:
        moment[0] += timedelta(seconds=seconds)

    yield move
    clock.set_source(None)


@pytest.fixture
def moved() -> Iterator[MovedClock]:
    """The sandbox's clock, which everything of ours reads too."""
    moved = MovedClock()
    clock.set_source(moved.now)
    yield moved
    clock.set_source(None)


@pytest.fixture
def fleet_cloud(moved: MovedClock) -> Iterator[SandboxAws]:
    """The sandbox's account with its 60 WorkSpaces; it throttles as AWS does."""
    with in_process(SandboxAws(clock=moved, pace=Pace())) as cloud:
        yield cloud


@pytest.fixture
def fleet_desk(fleet_cloud: SandboxAws) -> Desk:
    named = fleet_cloud.environment()
    return Desk.connect(
        region=named["AWS_REGION"],
        endpoint_url=fleet_cloud.url,
        table=named["DESKSIDE_TABLE"],
        queue_url=named["DESKSIDE_QUEUE_URL"],
        prefix=named["DESKSIDE_PREFIX"],
    )


class Calls:
    """Counts what a client sends: `calls["UpdateItem"]`."""

    def __init__(self, client: Any) -> None:
        self.names: list[str] = []
        client.meta.events.register("before-call", lambda model, **_: self.names.append(model.name))

    def __getitem__(self, operation: str) -> int:
        return self.names.count(operation)
