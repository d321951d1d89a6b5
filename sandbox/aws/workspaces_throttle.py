"""The throttle of WorkSpaces: one bucket of tokens for all of its operations, filled by the sandbox's clock."""

import threading

from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import Clock
from sandbox.aws.refused import Refused


class Throttle:
    """`Pace.workspaces_per_s` calls a second, `workspaces_burst` at once. Safe to call from several threads."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock, self._pace = clock, pace
        self._lock = threading.Lock()
        self._tokens: float | None = None
        self._filled = 0.0

    def clear(self) -> None:
        """Fill the bucket."""
        with self._lock:
            self._tokens = None

    def take(self) -> None:
        """Let a call through, or raise ThrottlingException."""
        with self._lock:
            now, most = self._clock.now().timestamp(), float(self._pace.workspaces_burst)
            before = most if self._tokens is None else self._tokens
            passed = max(now - self._filled, 0.0)
            self._tokens = min(before + passed * self._pace.workspaces_per_s, most)
            self._filled = now
            if self._tokens < 1:
                raise Refused("ThrottlingException", "Rate exceeded")
            self._tokens -= 1
