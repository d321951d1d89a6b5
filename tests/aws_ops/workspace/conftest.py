"""One simulated AWS for all tests of runs of WorkSpaces, fresh for each."""

from collections.abc import Iterator

import pytest

from aws_ops.workflows import workspace_facts
from tests.aws_ops.workspace.world import World


@pytest.fixture(scope="package")
def _world() -> Iterator[World]:
    world = World()
    yield world
    world.aws.stop()


@pytest.fixture
def world(_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A fresh simulated AWS, in which time stands still until a test lets it pass."""
    with _world.lived(monkeypatch, workspace_facts):
        yield _world
