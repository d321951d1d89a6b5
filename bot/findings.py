"""What the doctor finds, and what it asks of a chat."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol, Self

from commands.config import Config
from notifiers.member import Roster
from notifiers.place import Place, Platform


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; `wrong` says what is wrong and how to mend it, None: it is fine."""

    what: str
    wrong: str | None = None

    @classmethod
    def of_fault(cls, fault: str) -> Self:
        """From a fault's line "SLACK_BOT_TOKEN: not set"."""
        what, _, wrong = fault.partition(": ")
        return cls(what, wrong or fault)

    def __str__(self) -> str:
        return f"ok   {self.what}" if self.wrong is None else f"BAD  {self.what}: {self.wrong}"


class Checks(Protocol):
    """The checks of one chat, once started. They post nothing."""

    @property
    def platform(self) -> Platform: ...

    @property
    def roster(self) -> Roster: ...

    @property
    def how_to_let_in(self) -> str:
        """What to do about a place in which the app may not write."""
        ...

    @property
    def reached(self) -> bool:
        """Whether `findings` found the chat: without that no other question makes sense."""
        ...

    async def start(self) -> None:
        """Open the connection that they are made over."""
        ...

    async def close(self) -> None:
        """Close it."""
        ...

    def findings(self, config: Config | None) -> AsyncIterator[Finding]:
        """The outcome of each check."""
        ...

    async def can_post(self, place: Place) -> bool:
        """Whether the app may write there. Raises TryLater, PlaceGone and Refused."""
        ...
