"""One simulated AWS for all scenarios, reset for each scenario."""

import zlib
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest

from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from tests.in_process import in_process
from tests.scenarios.world import PACE, World, a_world

CHATS = ("slack", "teams")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """`make test` lives through each scenario in one chat, half of them in either; `make faults` in the other one."""
    for item in items:
        name = getattr(item, "originalname", "")
        chat = getattr(item, "callspec", None) and item.callspec.params.get("world")  # type: ignore[attr-defined]
        if chat in CHATS and chat != CHATS[zlib.crc32(name.encode()) % 2]:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="package")
def moved() -> MovedClock:
    return MovedClock()


@pytest.fixture(scope="package")
def simulated_aws(moved: MovedClock) -> Iterator[SandboxAws]:
    with in_process(SandboxAws(clock=moved, pace=PACE)) as aws:
        yield aws


@pytest.fixture(params=CHATS)
async def world(request: pytest.FixtureRequest, simulated_aws: SandboxAws, moved: MovedClock) -> AsyncIterator[World]:
    """Every scenario that asks for it is lived through in each chat."""
    async with a_world(simulated_aws, moved, [request.param]) as fresh:
        yield fresh
        assert not fresh.nameless_changes(), "whatever changes AWS carries somebody's name"


@pytest.fixture
async def both(simulated_aws: SandboxAws, moved: MovedClock) -> AsyncIterator[World]:
    """Slack and Teams, of the same people."""
    async with a_world(simulated_aws, moved, ["slack", "teams"]) as fresh:
        yield fresh
        assert not fresh.nameless_changes(), "whatever changes AWS carries somebody's name"
