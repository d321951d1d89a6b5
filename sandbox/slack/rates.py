"""How often an app may post into one channel, or over one webhook: once a second, in short bursts more often.

https://docs.slack.dev/apis/web-api/rate-limits
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

PER_SECOND = 1.0
BURST = 3  # what Slack lets through at once is nowhere written; it is not much
POSTING = frozenset({"chat.postMessage", "chat.postEphemeral"})


@dataclass
class Rates:
    """What each channel had lately. It counts real time: a service does not wait for a test's clock."""

    clock: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)  # how many it may have, and when that was

    def wait(self, channel: str) -> float:
        """Count a message: 0, or the seconds until it would be let through (it is then not counted)."""
        now = self.clock()
        left, then = self._left.get(channel, (float(BURST), now))
        left = min(float(BURST), left + (now - then) * PER_SECOND)
        if left < 1:
            return (1 - left) / PER_SECOND
        self._left[channel] = (left - 1, now)
        return 0.0
