"""What can be done to a WorkSpace: when AWS takes it, what it looks like meanwhile, and what its end is.

The states are DescribeWorkspaces' own; which are valid comes from the page of each operation.
https://docs.aws.amazon.com/workspaces/latest/api/API_Operations.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_STOPS = frozenset({"AUTO_STOP", "MANUAL"})
_GOING = frozenset({"TERMINATING", "TERMINATED"})

STATES = frozenset(
    {
        "PENDING",
        "AVAILABLE",
        "IMPAIRED",
        "UNHEALTHY",
        "REBOOTING",
        "STARTING",
        "REBUILDING",
        "RESTORING",
        "MAINTENANCE",
        "ADMIN_MAINTENANCE",
        "TERMINATING",
        "TERMINATED",
        "SUSPENDED",
        "UPDATING",
        "STOPPING",
        "STOPPED",
        "ERROR",
    }
)
BROKEN = frozenset({"ERROR", "UNHEALTHY", "IMPAIRED", "SUSPENDED"})
"""States in which what was done has not worked, unless it is where the operation itself ends."""


@dataclass(frozen=True)
class Op:
    """One operation.

    `valid`: the states in which AWS takes it; `modes`: the running modes in which it does, None where any will do.
    `moving`: the states that show that it is being done; `end`: those that show that it was. Terminate has none:
    it is done when DescribeWorkspaces knows the id no more. `batch`: how many WorkSpaces one call takes.
    `expected_min`: minutes that it usually takes; after `late_s` seconds it is said that it takes long.
    `proof`: the end state is also where it began, so it counts only once a moving state was seen.
    `destroys`: it takes away work or programs. `asks`: whoever uses the WorkSpace is asked when somebody else wants it.
    `drops`: whoever is connected is thrown out.
    """

    name: str
    valid: frozenset[str]
    moving: frozenset[str]
    end: frozenset[str]
    batch: int
    expected_min: int
    late_s: int
    modes: frozenset[str] | None = None
    proof: bool = False
    destroys: bool = False
    asks: bool = False
    drops: bool = False

    def takes(self, state: str, running_mode: str) -> bool:
        """Whether AWS takes it of a WorkSpace in this state (DescribeWorkspaces) and running mode ("AUTO_STOP")."""
        return state in self.valid and self.takes_mode(running_mode)

    def takes_mode(self, running_mode: str) -> bool:
        """Whether AWS takes it in this running mode, whatever the state."""
        return self.modes is None or running_mode in self.modes


def _states(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ALL = (
    Op(
        "start",
        valid=_states("STOPPED"),
        moving=_states("STARTING"),
        end=_states("AVAILABLE"),
        batch=25,
        expected_min=2,
        late_s=900,
        modes=_STOPS,
    ),
    Op(
        "stop",
        valid=_states("AVAILABLE IMPAIRED UNHEALTHY ERROR"),
        moving=_states("STOPPING"),
        end=_states("STOPPED"),
        batch=25,
        expected_min=3,
        late_s=900,
        modes=_STOPS,
        drops=True,
    ),
    Op(
        "reboot",
        valid=_states("AVAILABLE UNHEALTHY REBOOTING"),
        moving=_states("REBOOTING"),
        end=_states("AVAILABLE"),
        batch=25,
        expected_min=5,
        late_s=1200,
        proof=True,
        drops=True,
    ),
    Op(
        "rebuild",
        valid=_states("AVAILABLE ERROR UNHEALTHY STOPPED REBOOTING"),
        moving=_states("REBUILDING"),
        end=_states("AVAILABLE STOPPED"),
        batch=1,
        expected_min=30,
        late_s=7200,
        proof=True,
        destroys=True,
        asks=True,
        drops=True,
    ),
    Op(
        "restore",
        valid=_states("AVAILABLE ERROR UNHEALTHY STOPPED"),
        moving=_states("RESTORING"),
        end=_states("AVAILABLE STOPPED"),
        batch=1,
        expected_min=30,
        late_s=7200,
        proof=True,
        destroys=True,
        asks=True,
        drops=True,
    ),
    Op(
        "maintenance-on",
        valid=_states("AVAILABLE"),
        moving=frozenset(),
        end=_states("ADMIN_MAINTENANCE"),
        batch=1,
        expected_min=1,
        late_s=600,
    ),
    Op(
        "maintenance-off",
        valid=_states("ADMIN_MAINTENANCE"),
        moving=frozenset(),
        end=_states("AVAILABLE"),
        batch=1,
        expected_min=1,
        late_s=600,
    ),
    Op(
        "terminate",
        valid=STATES - _GOING - _states("SUSPENDED"),
        moving=_GOING,
        end=frozenset(),
        batch=25,
        expected_min=5,
        late_s=1800,
        destroys=True,
        drops=True,
    ),
    Op(
        "create",
        valid=frozenset(),
        moving=_states("PENDING"),
        # A new one that stops by itself may have done so before anybody looked.
        end=_states("AVAILABLE STOPPED"),
        batch=25,
        expected_min=20,
        late_s=3600,
    ),
)

OPS: Mapping[str, Op] = MappingProxyType({op.name: op for op in _ALL})
"""Every operation by its name ("rebuild")."""
