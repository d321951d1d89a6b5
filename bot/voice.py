"""The voice that commands speak with, whichever chat they were asked in."""

from collections.abc import Mapping
from typing import Protocol

from commands.request import Request
from notifiers.message import Form, Message
from notifiers.outbox import Outbox
from notifiers.place import Place, Platform, Recipient


class Chat(Protocol):
    """What one platform does at once, without the outbox."""

    async def answer(self, to: Recipient, message: Message) -> None:
        """Say it to that person alone."""
        ...

    async def ask(self, request: Request, form: Form) -> None:
        """Show the form to whoever made the request."""
        ...

    async def can_post(self, place: Place) -> bool:
        """Whether the app may write there."""
        ...


class ChatVoice:
    """A voice over the chats that are set up, and the outbox."""

    def __init__(self, chats: Mapping[Platform, Chat], outbox: Outbox) -> None:
        self._chats = chats
        self._outbox = outbox

    async def answer(self, to: Recipient, message: Message) -> None:
        """Say it to that person alone, now."""
        await self._chats[to.platform].answer(to, message)

    async def ask(self, request: Request, form: Form) -> None:
        """Show the form to whoever made the request."""
        await self._chats[request.platform].ask(request, form)

    async def can_post(self, place: Place) -> bool:
        """Whether a message posted to `place` would be seen there; a person can always be written to."""
        for platform, chat in self._chats.items():
            if place.scheme == platform:
                return await chat.can_post(place)
        return place.scheme == "person"

    async def post(self, place: Place, key: str, message: Message) -> None:
        """Post through the outbox, once per `place` and `key`."""
        await self._outbox.post(place, key, message)
