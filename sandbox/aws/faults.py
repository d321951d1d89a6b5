"""What goes wrong on purpose, and what was called: both by botocore's serviceId and operation."""

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.aws.refused import Refused

ASSOCIATION_FAILED = "association-failed"
"""The fault that is no error: the next associations end as association-failed."""

THROTTLES = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "SlowDown",
        "RequestThrottled",
        "ProvisionedThroughputExceededException",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
    }
)
"""Codes that AWS throttles with, and that botocore tries again after."""


TRAILED = ("EC2.", "WorkSpaces.", "STS.")


@dataclass
class Fault:
    """Calls of `service` and `operation` (either may be `*`) fail with `error`.

    It hits `times` calls, or each call with the probability `rate`; neither given means one call. A `per_operation`
    fault hits each operation `times` times. `delay_ms` comes first; without an error the call is only late.
    """

    service: str
    operation: str = "*"
    error: str | None = None
    times: int | None = None
    rate: float | None = None
    delay_ms: int = 0
    per_operation: bool = False

    def __post_init__(self) -> None:
        if self.times is None and self.rate is None:
            self.times = 1
        self._hits: Counter[str] = Counter()

    def meets(self, service: str, operation: str) -> bool:
        """Whether this call is hit; counts it when it is."""
        service = service if " " in self.service else service.replace(" ", "")
        if self.service not in {"*", service} or self.operation not in {"*", operation}:
            return False
        if self.rate is not None:
            return random.random() < self.rate
        key = f"{service}.{operation}" if self.per_operation else "*"
        if self._hits[key] >= (self.times or 0):
            return False
        self._hits[key] += 1
        return True


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def any(self) -> bool:
        """Whether there are any, used up or not."""
        with self._lock:
            return bool(self._faults)

    def apply(self, service: str, operation: str) -> None:
        """Delay and refuse this call as the first fault that meets it says."""
        with self._lock:
            fault = next((one for one in self._faults if one.meets(service, operation)), None)
        if fault is None:
            return
        if fault.delay_ms:
            time.sleep(fault.delay_ms / 1000)
        if fault.error is not None:
            raise Refused(fault.error, f"{fault.error}, injected by the sandbox")


@dataclass(frozen=True)
class Event:
    """One call as CloudTrail tells it: `source` is the caller's source identity; `error` a refusal before the service.

    `call` is written `EC2.AssociateClientVpnTargetNetwork`.
    """

    call: str
    source: str | None
    error: str | None


class Calls:
    """How often each operation was called, and how often throttled or refused; and by whom."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trail: deque[Event] = deque(maxlen=10_000)
        self._acts: list[tuple[str, Callable[[], object]]] = []
        self._calls: Counter[str] = Counter()
        self._throttled: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def before_next(self, name: str, act: Callable[[], object]) -> None:
        with self._lock:
            self._acts.append((name, act))

    def coming(self, name: str) -> None:
        """A call has come: do what should happen just before it."""
        with self._lock:
            due = [one for one in self._acts if one[0] == name]
            self._acts = [one for one in self._acts if one[0] != name]
        for _, act in due:
            act()

    def count(self, name: str, source: str | None) -> None:
        with self._lock:
            self._calls[name] += 1
            self._record(Event(name, source, None))

    def refuse(self, name: str, source: str | None, code: str) -> None:
        with self._lock:
            (self._throttled if code in THROTTLES else self._refused)[name] += 1
            self._record(Event(name, source, code))

    def _record(self, event: Event) -> None:
        if event.call.startswith(TRAILED):
            self._trail.append(event)

    def trail(self) -> list[Event]:
        with self._lock:
            return list(self._trail)

    def reset(self) -> None:
        with self._lock:
            for kept in (self._calls, self._throttled, self._refused, self._trail, self._acts):
                kept.clear()

    def told(self) -> dict[str, Any]:
        """`{"EC2.DescribeClientVpnConnections": 3, …, "throttled": {…}, "refused": {…}}`."""
        with self._lock:
            return {**self._calls, "throttled": dict(self._throttled), "refused": dict(self._refused)}
