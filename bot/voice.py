"""The voice that commands speak with, whichever chat they were asked in."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from commands.request import Request
from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.message import Form, Message
from notifiers.outbox import Outbox
from notifiers.place import Place, Platform, Recipient

log = logging.getLogger(__name__)


class Chat(Protocol):
    """What one platform does at once, without the outbox. `how_to_type`: a sentence for help, if one is needed."""

    how_to_type: str | None

    async def answer(self, to: Recipient, message: Message) -> None:
        """Say it to that person alone."""
        ...

    async def ask(self, request: Request, form: Form) -> None:
        """Show the form to whoever made the request."""
        ...

    async def can_post(self, place: Place) -> bool:
        """Whether the app may write there."""
        ...

    async def has_member(self, place: Place, user: str) -> bool:
        """Whether somebody, by the platform's id, is in that place."""
        ...

    async def private_place(self, request: Request) -> Place | None:
        """Where else than where the request was made `answer` may show things; None: there is no such place yet."""
        ...


class ChatVoice:
    """A voice over the chats that are set up, and the outbox. `heard` notes in which chat somebody talks now."""

    def __init__(
        self, chats: Mapping[Platform, Chat], outbox: Outbox, heard: Callable[[str, Platform], Awaitable[None]]
    ) -> None:
        self._chats = chats
        self._outbox = outbox
        self._heard = heard

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

    async def is_in(self, request: Request, place: Place) -> bool:
        """Whether whoever made the request is in `place`; False for places of other chats."""
        return place.scheme == request.platform and await self._chats[request.platform].has_member(place, request.user)

    async def private_place(self, request: Request) -> Place:
        """Where else than where the request was made `answer` may show things; that place, where nobody can tell."""
        try:
            place = await self._chats[request.platform].private_place(request)
        except (TryLater, PlaceGone, Refused) as error:
            log.warning("where private answers appear cannot be told now: %s", error)
            place = None
        return place or request.place

    async def heard(self, key: str, platform: Platform) -> None:
        """Note in which chat the person `key` talks now; what goes wrong with it is logged, and no more."""
        try:
            await self._heard(key, platform)
        except Exception:
            log.exception("it could not be noted in which chat somebody is")

    def how_to_type(self, platform: Platform) -> str | None:
        """A sentence for help, where words are not typed with a slash as help writes them."""
        return self._chats[platform].how_to_type

    async def post(self, place: Place, key: str, message: Message) -> None:
        """Post through the outbox, once per `place` and `key`."""
        await self._outbox.post(place, key, message)
