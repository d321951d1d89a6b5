"""One simulated AWS for all tests of upgrades, fresh for each."""

from collections.abc import Iterator

import pytest

from aws_ops.workflows import upgrade_facts
from tests.aws_ops.upgrade.world import World


@pytest.fixture(scope="package")
def _world() -> Iterator[World]:
    world = World()
    yield world
    world.aws.stop()


@pytest.fixture
def world(_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A fresh simulated AWS, in which time stands still until a test lets it pass; nobody is harmed in any."""
    with _world.lived(monkeypatch, upgrade_facts):
        yield _world
        assert _world.harmed == []
