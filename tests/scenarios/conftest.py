"""One simulated AWS for all scenarios, reset for each scenario."""

from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from tests.in_process import in_process
from tests.scenarios.world import PACE, World, a_world


@pytest.fixture(scope="package")
def moved() -> MovedClock:
    return MovedClock()


@pytest.fixture(scope="package")
def simulated_aws(moved: MovedClock) -> Iterator[SandboxAws]:
    with in_process(SandboxAws(clock=moved, pace=PACE)) as aws:
        yield aws


@pytest.fixture(params=["slack", "teams"])
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
