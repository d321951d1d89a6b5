"""Words that the card and the notes of a VPN run share."""

from collections.abc import Mapping
from typing import Any

from notifiers.times import say_duration

Snapshot = Mapping[str, Any]  # aws_ops.workflows.facts.VpnSnapshot, as it came through the queue

_WHY_CUT = {
    "idle": "Nobody was connected for {idle}.",
    "no claims": "Nobody asks for it any more.",
    "off all": "{by} switched it off for everybody.",
    "failed": "AWS could not associate its networks.",
    "gone": "Somebody disassociated its networks by hand.",
}
_NAMES_SHOWN = 15  # more than that reads as a wall


def why(data: Snapshot) -> str:
    """Why it is being cut, or was."""
    reason = _WHY_CUT.get(data["reason"] or "", "It is no longer needed.")
    return reason.format(idle=say_duration(data["idle_s"]), by=short(data["by"] or "An operator"))


def short(person: str) -> str:
    """How a person is named where others read it: the part before the @."""
    return person.partition("@")[0]


def names(people: list[str], total: int | None = None) -> str:
    """How people are named where others read it; `total` where these are not all."""
    return listed([short(person) for person in people], ", ", total)


def listed(items: list[str], separator: str, total: int | None = None) -> str:
    """The first of them, and how many more there are (of `total`, where these are not all)."""
    shown = items[:_NAMES_SHOWN]
    more = (len(items) if total is None else total) - len(shown)
    return separator.join([*shown, f"and {more} more"] if more else shown)


def count(number: int, thing: str) -> str:
    """A number of things."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
