"""The language of the scenarios: people who say, press and read, on whichever platform."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.slack.client import SlackPerson
from sandbox.slack.server import Slack


@dataclass(frozen=True)
class Seen:
    """One message as a person sees it: everything readable in it, and the labels of its buttons."""

    id: str
    text: str
    buttons: tuple[str, ...]
    private: bool
    raw: Any


class Human:
    """Somebody in the chat. What they do returns when everything that follows from it has happened."""

    def __init__(self, slack: Slack, person: SlackPerson, quiet: Callable[[], Awaitable[None]]) -> None:
        self._slack = slack
        self._person = person
        self._quiet = quiet
        self._place = "vpn"

    @property
    def email(self) -> str:
        return self._person.email or ""

    @property
    def id(self) -> str:
        return self._person.id

    @property
    def dm(self) -> str:
        """The place of this person's direct messages."""
        return self._slack.world.direct(self.id).id

    async def says(self, words: str, place: str = "vpn", *, wait: bool = True, to: str | None = None) -> None:
        """Type `/vpn on` in a place; `to` is the address of the bot that hears it (default: the newest)."""
        self._place = place
        await self._person.command(words, place, to=to)
        if wait:
            await self._quiet()

    async def presses(self, label: str, place: str | None = None) -> None:
        """Press the newest button with this label that this person sees."""
        for seen in reversed(self._everything(place)):
            if label in seen.buttons:
                await self._person.press(label, seen.raw)
                await self._quiet()
                return
        raise AssertionError(f"{self._person.name} sees no button {label!r} in:\n{self._everything(place)}")

    async def submits(self, **values: str) -> None:
        """Fill the open form and send it."""
        view = self._person.modal()
        assert view is not None, f"{self._person.name} has no form open"
        await self._person.submit(view, values)
        await self._quiet()

    @property
    def form(self) -> Any:
        """The open form, or None."""
        return self._person.modal()

    def reads(self, place: str = "vpn") -> list[Seen]:
        """Everything that this person sees in a place, oldest first."""
        return [_seen(shown) for shown in self._person.sees(place)]

    def dms(self) -> list[Seen]:
        """The direct messages that this person got, oldest first."""
        return [_seen(shown) for shown in self._person.dms()]

    def answers(self, place: str | None = None) -> list[str]:
        """The private answers in the place where they asked."""
        return [seen.text for seen in self.reads(place or self._place) if seen.private]

    @property
    def answer(self) -> str:
        """The last private answer."""
        answers = self.answers()
        assert answers, f"{self._person.name} got no private answer"
        return answers[-1]

    def told(self, words: str) -> list[str]:
        """The direct messages with these words in them (a regular expression)."""
        return [seen.text for seen in self.dms() if re.search(words, seen.text)]

    def _everything(self, place: str | None) -> list[Seen]:
        found = self.reads(place or self._place) + ([] if place else self.dms())
        return sorted(found, key=lambda seen: float(seen.id))


def _seen(shown: Any) -> Seen:
    return Seen(shown.ts, f"{shown.text}\n{shown.plain}", tuple(shown.buttons), shown.ephemeral, shown)
