"""One simulated AWS for all tests of the VPN, fresh for each."""

from collections.abc import Iterator
from types import SimpleNamespace

import botocore.endpoint
import pytest

from aws_ops import clock
from tests.aws_ops.vpn.world import World


@pytest.fixture(scope="package")
def _world() -> Iterator[World]:
    world = World()
    yield world
    world.aws.stop()


@pytest.fixture
def world(_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A fresh simulated AWS, in which time stands still until a test lets it pass."""
    # botocore waits out throttling by the wall clock.
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
    _world.begin()
    yield _world
    clock.set_source(None)
