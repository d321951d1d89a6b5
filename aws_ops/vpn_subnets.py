"""An endpoint's associations as the states of its subnets."""

from collections.abc import Iterable, Sequence

from aws_ops.client_vpn import Association
from aws_ops.table import Item

NONE = "disassociated"
# A subnet may be listed several times: what counts is what it costs or soon will. A state that AWS invents later counts
# as alive, so that nothing is taken for gone.
_LIVELINESS = {"associated": 5, "associating": 4, "disassociating": 2, "association-failed": 1, NONE: 0}
_UNKNOWN = 3


def states(associations: Iterable[Association]) -> dict[str, str]:
    """The state of each subnet's liveliest association, in AWS's words."""
    livelier_last = sorted(associations, key=lambda found: _LIVELINESS.get(found.status, _UNKNOWN))
    return {found.subnet: found.status for found in livelier_last}


def managed(subnets: Sequence[str], associations: Iterable[Association]) -> tuple[tuple[str, str], ...]:
    """Each of our subnets with its state, `disassociated` where it has no association."""
    found = states(associations)
    return tuple((subnet, found.get(subnet, NONE)) for subnet in subnets)


def others(subnets: Sequence[str], associations: Iterable[Association]) -> tuple[tuple[str, str], ...]:
    """Subnets that are not ours and have an association."""
    found = sorted(states(associations).items())
    return tuple((subnet, state) for subnet, state in found if subnet not in subnets and state != NONE)


def rows(states: Iterable[tuple[str, str]]) -> list[Item]:
    """States as they are kept and shown: {subnet, state}."""
    return [{"subnet": subnet, "state": state} for subnet, state in states]


def alive(state: str) -> bool:
    """Whether a subnet in this state can be, or become, usable without anybody doing anything."""
    return _LIVELINESS.get(state, _UNKNOWN) > _LIVELINESS["disassociating"]
