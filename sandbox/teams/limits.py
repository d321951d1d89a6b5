"""What Teams limits: the size of a message, how often an app may speak in one conversation or over a webhook.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit,
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook and
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MAX_BYTES = 100 * 1024
MIN_PAGE, MAX_PAGE = 50, 500
_SENDS = ((7, 1.0), (8, 2.0), (60, 30.0), (1800, 3600.0))
_READS = ((14, 1.0), (16, 2.0), (120, 30.0), (3600, 3600.0))
_READING = {"getConversationMember", "getConversationPagedMembers"}
_WEBHOOK = ((4, 1.0),)


@dataclass
class Rates:
    """What each conversation had lately. It counts real time: a service does not wait for a test's clock."""

    clock: Callable[[], float] = time.monotonic
    _calls: dict[tuple[str, bool], deque[float]] = field(default_factory=dict)

    def wait(self, conversation: str, operation: str) -> float:
        """Count a call: 0, or the seconds until it would be let through (it is then not counted)."""
        reading = operation in _READING
        now = self.clock()
        calls = self._calls.setdefault((conversation, reading), deque(maxlen=3600))
        for most, seconds in _WEBHOOK if operation == "webhook" else _READS if reading else _SENDS:
            if len(calls) >= most and calls[-most] > now - seconds:
                return calls[-most] + seconds - now
        calls.append(now)
        return 0.0
