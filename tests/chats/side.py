"""What people do and see in a chat, and what a chat needs to be simulated; each platform has its own of both."""

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sandbox.faults import Fallible

Quiet = Callable[[], Awaitable[None]]
Thread = tuple[str, list[str]]
"""What a message says, and what the replies under it say, oldest first."""


@dataclass(frozen=True)
class Seen:
    """One message as a person sees it: everything readable in it, and its buttons: label to command.

    `thread` is the id of the message that it stands under; None where it stands under none.
    """

    id: str
    at: float
    text: str
    buttons: Mapping[str, str] = field(default_factory=dict)
    private: bool = False
    by_app: bool = False
    thread: str | None = None
    raw: Any = None


class Human(ABC):
    """Somebody in the chat. What they do returns when everything that follows from it has happened."""

    def __init__(self, name: str, quiet: Quiet) -> None:
        self.name = name
        self._quiet = quiet
        self._place = "vpn"

    @property
    @abstractmethod
    def email(self) -> str: ...

    @property
    @abstractmethod
    def id(self) -> str:
        """The platform's id of this person."""

    @property
    @abstractmethod
    def dm(self) -> str:
        """The place of this person's own chat with the app."""

    @property
    @abstractmethod
    def form(self) -> Any:
        """The open form, or None."""

    async def says(self, words: str, place: str = "vpn", *, wait: bool = True, to: str | None = None) -> None:
        """Type `/vpn on` in a place; `to` is the address of the bot that hears it (default: the newest)."""
        self._place = place
        await self._say(words, place, to)
        if wait:
            await self._quiet()

    def mention(self, other: "Human") -> str:
        """What one types to mention somebody: one's client makes a mention of it."""
        return f"@{other.name}"

    async def presses(self, label: str, place: str | None = None) -> None:
        """Press the newest button with this label that this person sees."""
        everything = self._everything(place)
        for seen in reversed(everything):
            if label in seen.buttons:
                await self._press(label, seen)
                await self._quiet()
                return
        raise AssertionError(f"{self.name} sees no button {label!r} in:\n{everything}")

    async def submits(self, **values: str) -> None:
        """Fill the open form and send it."""
        assert self.form is not None, f"{self.name} has no form open"
        await self._submit(values)
        await self._quiet()

    @abstractmethod
    def reads(self, place: str = "vpn") -> list[Seen]:
        """Everything that this person sees in a place, oldest first."""

    def threads(self, place: str = "vpn") -> list[Thread]:
        """What the app began in a place for all there to see, each with what it replied under it, oldest first."""
        seen = [one for one in self.reads(place) if one.by_app and (place == self.dm or not one.private)]
        replies: dict[str | None, list[str]] = {}
        for one in seen:
            replies.setdefault(one.thread, []).append(one.text)
        return [(one.text, replies.get(one.id, [])) for one in seen if one.thread is None]

    @abstractmethod
    def dms(self) -> list[Seen]:
        """What the app wrote in this person's own chat with it, oldest first."""

    @abstractmethod
    def answers(self, place: str | None = None) -> list[str]:
        """The private answers to what they asked: in the place where they did, or wherever the chat has room for it."""

    @abstractmethod
    async def files(self) -> dict[str, str]:
        """Name and content of every file that came in their own chat with the app."""

    @property
    def answer(self) -> str:
        """The last private answer."""
        answers = self.answers()
        assert answers, f"{self.name} got no private answer"
        return answers[-1]

    def told(self, words: str) -> list[str]:
        """The direct messages with these words in them (a regular expression)."""
        return [seen.text for seen in self.dms() if re.search(words, seen.text)]

    def _everything(self, place: str | None) -> list[Seen]:
        found = self.reads(place or self._place) + ([] if place else self.dms())
        return sorted(found, key=lambda seen: seen.at)

    @abstractmethod
    async def _say(self, words: str, place: str, to: str | None) -> None: ...

    @abstractmethod
    async def _press(self, label: str, seen: Seen) -> None: ...

    @abstractmethod
    async def _submit(self, values: Mapping[str, str]) -> None: ...


class Side(ABC):
    """One simulated chat on loopback."""

    platform: ClassVar[str]

    @abstractmethod
    async def start(self) -> None: ...

    @abstractmethod
    async def stop(self) -> None: ...

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """What a bot needs to reach it."""

    @abstractmethod
    def point_at(self, port: int) -> None:
        """From now on the bot is on this port."""

    @abstractmethod
    async def introduce(self) -> None:
        """Tell a first bot what a chat tells when the app is installed."""

    @abstractmethod
    def address(self, port: int) -> str:
        """Where a bot on this port hears this chat."""

    @abstractmethod
    def idle(self) -> bool:
        """Whether nothing is on its way to the bot or from it."""

    @abstractmethod
    def human(self, name: str, quiet: Quiet) -> Human:
        """Somebody by their short name."""

    @abstractmethod
    def place(self, name: str) -> str:
        """A channel as the bot writes places: `slack:C…`."""

    @abstractmethod
    def edits(self, name: str) -> int:
        """How often the app has edited something in a channel."""

    @abstractmethod
    async def resend_last(self, to: str) -> None:
        """Send the last request again, byte by byte, to this address."""

    # ---- webhooks

    @abstractmethod
    def webhook(self, name: str) -> str:
        """The address of a new incoming webhook into a channel."""

    @abstractmethod
    def loses_webhook(self, url: str) -> None:
        """Somebody takes an incoming webhook away."""

    @abstractmethod
    def webhook_posts(self, name: str) -> list[str]:
        """Everything that came into a channel over incoming webhooks, as text, oldest first."""

    # ---- trouble

    @abstractmethod
    def archives(self, name: str, *, archived: bool = True) -> None:
        """Somebody archives a channel, or takes it out of the archive."""

    @abstractmethod
    async def loses_app(self, name: str) -> None:
        """Somebody removes the app from a channel; from its whole team, where it has one."""

    @abstractmethod
    async def gets_app(self, name: str) -> None:
        """Somebody adds it again."""

    @abstractmethod
    def limits(self, *, limited: bool = True) -> None:
        """From now on the app may speak only as often as the platform lets it, by the wall clock; or as it likes."""

    @property
    @abstractmethod
    def server(self) -> Fallible:
        """What can be told to fail."""

    # ---- what there is to see

    def threads(self, name: str) -> list[Thread]:
        """What the app began in a channel for all to see, each with what it replied under it, oldest first."""
        return self.human("alex", _at_once).threads(name)

    def posted(self, name: str) -> list[str]:
        """Everything that the app posted in a channel for all to see, as text, oldest first, but for replies."""
        return [text for text, _ in self.threads(name)]


async def _at_once() -> None:
    """For whoever only reads."""
