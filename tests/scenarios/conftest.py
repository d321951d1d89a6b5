"""One simulated AWS for all scenarios, reset for each scenario."""

from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from tests.scenarios.world import PACE, World, a_world


@pytest.fixture(scope="package")
def moved() -> MovedClock:
    return MovedClock()


@pytest.fixture(scope="package")
def simulated_aws(moved: MovedClock) -> Iterator[SandboxAws]:
    with SandboxAws(clock=moved, pace=PACE) as aws:
        yield aws


@pytest.fixture
async def world(simulated_aws: SandboxAws, moved: MovedClock) -> AsyncIterator[World]:
    async with a_world(simulated_aws, moved) as fresh:
        yield fresh
