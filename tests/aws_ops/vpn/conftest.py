"""One simulated AWS for all tests of the VPN, fresh for each."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.parsers import EC2QueryParser, ResponseParserError

from aws_ops import clock
from aws_ops.workflows import facts
from tests.aws_ops.vpn.world import World


@pytest.fixture(scope="package")
def _world() -> Iterator[World]:
    world = World()
    yield world
    world.aws.stop()


@pytest.fixture
def world(_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A fresh simulated AWS, in which time stands still until a test lets it pass.

    After it each fact has exactly the keys that its type in `facts` says: nothing else holds the two together.
    """
    # botocore waits out throttling by the wall clock.
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _: None))
    _world.begin()
    yield _world
    for fact in _world.everything:
        shape = getattr(facts, fact.name)
        assert fact.data.keys() == shape.__required_keys__, fact.name
    clock.set_source(None)


@pytest.fixture
def garbled(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Called with an operation of EC2, its answers cannot be parsed from then on; with "", all can."""
    parse, now = EC2QueryParser.parse, [""]

    def garbling(parser: EC2QueryParser, response: Any, shape: Any) -> Any:
        if now[0] and shape.name == f"{now[0]}Result":
            raise ResponseParserError("invalid XML received")
        return parse(parser, response, shape)

    def garble(operation: str) -> None:
        now[0] = operation

    monkeypatch.setattr(EC2QueryParser, "parse", garbling)
    return garble
