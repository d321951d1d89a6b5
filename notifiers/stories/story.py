"""What a story is: the pure functions that turn a run's facts into what is said about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from notifiers.message import Message


@dataclass(frozen=True)
class Note:
    """Something said once beside the live card. The same `key` is never said twice."""

    key: str
    to: str  # a place (`person:mika@example.com`), or ADMIN
    message: Message


ADMIN = "admin"  # the place that the configuration names `admin_place`


class Story(Protocol):
    """The voice of one workflow. `data` is the snapshot that travels with every fact; `timezone` is an IANA name."""

    def card(self, fact: str, data: Mapping[str, Any], timezone: str, discreet: bool = False) -> Message:
        """The live card as it should stand now; `discreet`: where not everybody may know whose it is."""

    def notes(self, fact: str, data: Mapping[str, Any], timezone: str) -> tuple[Note, ...]:
        """What is said beside the card, to whom."""

    def thread(self, fact: str, data: Mapping[str, Any], timezone: str, discreet: bool = False) -> Message | None:
        """What is said in the thread of the card, where several read it; None: nothing."""


def no_thread(fact: str, data: Mapping[str, Any], timezone: str, discreet: bool = False) -> Message | None:
    """The thread of a story whose card says it all."""
    return None
