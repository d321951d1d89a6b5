"""A function in the place of the one that forwards events."""

from typing import Any

from sandbox.aws.bus import FORWARD
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws


class Hears:
    """Remembers what it is invoked with, and fails the first `fails` times."""

    def __init__(self, aws: SandboxAws, clock: MovedClock) -> None:
        self.heard: list[Any] = []
        self.fails = 0
        self._clock = clock
        aws.lambdas.register(FORWARD, self._handle, durable=False)

    def _handle(self, event: Any, _context: Any) -> None:
        self.heard.append(event)
        if len(self.heard) <= self.fails:
            raise OSError("the queue is not there")

    def all(self) -> list[Any]:
        """Everything so far, when nothing is on its way any more."""
        self._clock.rest()
        return self.heard

    def new(self) -> list[Any]:
        """What it has heard since this was asked the last time."""
        heard = list(self.all())
        self.heard.clear()
        return heard
