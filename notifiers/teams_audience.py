"""Who sees the buttons of a message's audience in Teams: its people, in their own chats and by a card drawn anew.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/user-specific-views
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from notifiers import adaptive_card
from notifiers.adaptive_card import Refresh, TeamsMessage
from notifiers.delivery import TryLater
from notifiers.member import Member
from notifiers.message import Audience, Message
from notifiers.recent import Recent
from notifiers.teams_conversations import Conversation, Conversations

log = logging.getLogger(__name__)

Find = Callable[[str], Awaitable[Member | None]]

_REMEMBER_S = 300
_MOST = 200  # of an audience: each costs a look, and at most 60 can be told of
_FIND_S = 5.0


@dataclass(frozen=True)
class _Account:
    """Somebody of an audience in Teams: the object id, and the `29:…` id where it is known."""

    user: str
    account: str | None


class Audiences:
    """Draws messages for who reads them. `find` gives the account of a person's key; it may raise TryLater."""

    def __init__(self, conversations: Conversations, find: Find) -> None:
        self._conversations = conversations
        self._find = find
        self._accounts: Recent[str, _Account] = Recent(_REMEMBER_S)

    async def drawn(self, message: Message, at: Conversation) -> TeamsMessage:
        """`message` as it is sent to a conversation. Whoever cannot be looked up now is told nothing of the buttons."""
        audience = message.audience
        if audience is None:
            return adaptive_card.render(message)
        people, _ = await self._known(audience)
        if at.user is not None:
            return adaptive_card.render(message, eligible=_among(people, at.user))
        return adaptive_card.render(message, refresh=_refresh(audience, people))

    async def drawn_for(self, message: Message, user: str) -> TeamsMessage:
        """`message` as that person (an object id) sees it where several read it. Raises TryLater."""
        audience = message.audience
        if audience is None:
            return adaptive_card.render(message)
        people, all_of_them = await self._known(audience)
        eligible = _among(people, user)
        if not eligible and not all_of_them:
            raise TryLater("it cannot be told now whose buttons these are")
        return adaptive_card.render(message, eligible=eligible, refresh=_refresh(audience, people))

    async def _known(self, audience: Audience) -> tuple[Sequence[_Account], bool]:
        """Those of an audience whom Deskside has met, and whether everybody could be looked up."""
        found = await asyncio.gather(*map(self._account, audience.people[:_MOST]), return_exceptions=True)
        for failure in found:
            if isinstance(failure, BaseException) and not isinstance(failure, LookupError | TryLater | TimeoutError):
                raise failure
        unknown = sum(isinstance(one, TryLater | TimeoutError) for one in found)
        if unknown:
            log.warning("%d of those who may press cannot be looked up", unknown)
        return [one for one in found if isinstance(one, _Account)], not unknown

    async def _account(self, key: str) -> _Account:
        """Raises LookupError for whom Deskside has not met, TryLater and TimeoutError."""
        async with asyncio.timeout(_FIND_S):
            return await self._accounts.get(key, lambda: self._look_up(key))

    async def _look_up(self, key: str) -> _Account:
        member = await self._find(key)
        if member is None:
            raise LookupError(key)  # and that is not remembered: they may be met at any time
        person = await self._conversations.person(member.user)
        return _Account(member.user, person.account if person else None)


def _among(people: Sequence[_Account], user: str) -> bool:
    return any(one.user == user for one in people)


def _refresh(audience: Audience, people: Sequence[_Account]) -> Refresh | None:
    """Whose clients ask for their own card, if anybody can be told what it is about."""
    accounts = dict.fromkeys(one.account for one in people if one.account)
    return Refresh(audience.run, tuple(accounts)) if audience.run is not None else None
