"""What AWS lets one do to a WorkSpace in which state, and what may go wrong on purpose.

States: https://docs.aws.amazon.com/workspaces/latest/api/API_Operations.html, each operation's page.
"""

import threading
from collections import Counter
from dataclasses import dataclass

IGNORED_IN_MAINTENANCE = frozenset({"start", "stop", "reboot", "rebuild", "restore"})
"""A WorkSpace in ADMIN_MAINTENANCE does not respond to these: they are accepted and nothing happens."""

VOLUMES = frozenset({(80, 10), (80, 50), (80, 100)})
"""Root and user volume in GiB that may be small; larger ones are 175 to 2000 and 100 to 2000."""


@dataclass(frozen=True)
class Rule:
    """One operation: from which states, through which, where to, how long (a field of `Pace`), and what it drops.

    `on_demand` operations are for AUTO_STOP and MANUAL only. `keeps_stopped` ends STOPPED what was STOPPED.
    """

    name: str
    valid: frozenset[str]
    moving: str
    end: str
    takes: str
    on_demand: bool = False
    keeps_stopped: bool = False
    needs_snapshot: bool = False


RULES = {
    rule.name: rule
    for rule in (
        Rule("start", frozenset({"STOPPED"}), "STARTING", "AVAILABLE", "workspace_start_s", on_demand=True),
        Rule(
            "stop",
            frozenset({"AVAILABLE", "IMPAIRED", "UNHEALTHY", "ERROR"}),
            "STOPPING",
            "STOPPED",
            "workspace_stop_s",
            on_demand=True,
        ),
        Rule(
            "reboot", frozenset({"AVAILABLE", "UNHEALTHY", "REBOOTING"}), "REBOOTING", "AVAILABLE", "workspace_reboot_s"
        ),
        Rule(
            "rebuild",
            frozenset({"AVAILABLE", "ERROR", "UNHEALTHY", "STOPPED", "REBOOTING"}),
            "REBUILDING",
            "AVAILABLE",
            "workspace_rebuild_s",
            keeps_stopped=True,
        ),
        Rule(
            "restore",
            frozenset({"AVAILABLE", "ERROR", "UNHEALTHY", "STOPPED"}),
            "RESTORING",
            "AVAILABLE",
            "workspace_restore_s",
            keeps_stopped=True,
            needs_snapshot=True,
        ),
    )
}

_STATES = """
    PENDING AVAILABLE IMPAIRED UNHEALTHY REBOOTING STARTING REBUILDING RESTORING MAINTENANCE ADMIN_MAINTENANCE
    TERMINATING SUSPENDED UPDATING STOPPING STOPPED ERROR
"""
STATES = frozenset(_STATES.split())
"""Every State that a WorkSpace can be seen in."""

NEVER_BEGINS = "never-begins"
FAILED_REQUEST = "failed-request"
NO_SNAPSHOTS = "no-snapshots"
NO_STATUS = "no-connection-status"
STATUS_UNKNOWN = "connection-unknown"
ENDS = {
    **{f"{op}-ends-in-error": (op, "ERROR") for op in (*RULES, "create")},
    **{f"{op}-ends-unhealthy": (op, "UNHEALTHY") for op in (*RULES, "create")},
}
QUIRKS = frozenset({NEVER_BEGINS, FAILED_REQUEST, NO_SNAPSHOTS, NO_STATUS, STATUS_UNKNOWN, *ENDS})
"""Faults that refuse no call: the error of a `Fault`, each for the next `times`.

`rebuild-ends-in-error`, `start-ends-unhealthy` and their like; `never-begins` is accepted and does nothing;
`failed-request` makes a FailedRequests element of the next change; the rest let AWS tell less than it knows.
"""

ENDED_BADLY = {
    "ERROR": ("InternalServiceError", "The computer of the WorkSpace could not join the domain."),
    "UNHEALTHY": ("WorkspaceUnhealthy", "The WorkSpace does not answer health checks."),
}


class Quirks:
    """What goes wrong next, and how often. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: Counter[str] = Counter()

    def add(self, name: str, times: int) -> None:
        with self._lock:
            self._left[name] += times

    def clear(self) -> None:
        with self._lock:
            self._left.clear()

    def take(self, name: str) -> bool:
        """Whether it goes wrong this time; counts it when it does."""
        with self._lock:
            if self._left[name] <= 0:
                return False
            self._left[name] -= 1
            return True

    def bad_end(self, op: str) -> str | None:
        """The state in which this operation ends instead of its own; None for its own."""
        return next((state for name, (of, state) in ENDS.items() if of == op and self.take(name)), None)
