"""One simulated AWS for all tests of runs of WorkSpaces, fresh for each."""

from collections.abc import Iterator
from types import SimpleNamespace

import botocore.endpoint
import pytest

from aws_ops import clock
from aws_ops.workflows import workspace_facts
from tests.aws_ops.workspace.world import World


@pytest.fixture(scope="package")
def _world() -> Iterator[World]:
    world = World()
    yield world
    world.aws.stop()


@pytest.fixture
def world(_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A fresh simulated AWS, in which time stands still until a test lets it pass.

    After it each fact has exactly the keys that its type in `workspace_facts` says.
    """
    # botocore waits out throttling by the wall clock.
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
    _world.begin()
    yield _world
    for fact in _world.everything:
        shape = getattr(workspace_facts, fact.name)
        assert fact.data.keys() == shape.__required_keys__, fact.name
    clock.set_source(None)
