"""Whom Deskside knows in Teams, as the rosters of the places where it met them list them, at most five minutes old.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
"""

from collections.abc import Mapping
from typing import Any

from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.member import Member, key_of
from notifiers.recent import Recent
from notifiers.teams_api import Json, TeamsApi
from notifiers.teams_conversations import Acquaintance, Conversation, Conversations, plain_id

REMEMBER_S = 300

_GUEST = "yours is a guest account"
# What Teams says an account is, and why that is no full member.
_LACKING = {"guest": _GUEST, "anonymous": "you are not signed in to Teams", "bot": "that account is a bot"}


class _NotMetError(Exception):
    """Not remembered: they may say their first word a moment after somebody looked for them."""


class TeamsDirectory:
    """Who is who in Teams, of those whom Deskside has met: there is no other directory.

    Every method raises TryLater when Teams or the table cannot be asked.
    """

    def __init__(self, api: TeamsApi, conversations: Conversations, tenant: str) -> None:
        self._api = api
        self._conversations = conversations
        self._tenant = tenant.lower()
        self._members: Recent[str, Member | None] = Recent(REMEMBER_S)
        self._groups: Recent[str, frozenset[str]] = Recent(REMEMBER_S)

    async def home(self) -> str:
        """The tenant that the app is installed in."""
        return self._tenant

    async def member(self, user: str, *, fresh: bool = False) -> Member | None:
        """The account with this object id (or `29:…` id); None when none of the places has it where they were met."""
        user = plain_id(user)

        async def ask() -> Member | None:
            person = await self._conversations.person(user)
            if person is None:
                raise _NotMetError
            return await self._ask(person)

        try:
            return await self._members.get(user, ask, fresh=fresh)
        except _NotMetError:
            return None

    async def meet(self, user: str, at: Conversation) -> None:
        """Get to know somebody by the roster of a channel or group chat that they are in, unless they are known.

        Not for somebody's own chat with the app. Raises PlaceGone and Refused besides.
        """
        user = plain_id(user)
        if await self._conversations.person(user) is None:
            # Fresh: that nobody knew them may be remembered.
            await self._members.get(user, lambda: self._first_look(user, at), fresh=True)

    async def by_email(self, email: str, *, fresh: bool = False) -> Member | None:
        """The account with this address, of those met; None when it is theirs no more."""
        person = await self._conversations.by_key(email)
        member = await self.member(person.user, fresh=fresh) if person else None
        return member if member is not None and member.email == email else None

    async def says_gone(self, key: str, user: str | None = None) -> bool | None:
        """Whether their own chat with the app still answers, and answers that nobody is there any more.

        False where it cannot tell, None where Deskside has never met them. `user`: their object id, where the
        configuration names it, for then their key need not be the address by which Teams knows them.
        """
        conversations = self._conversations
        person = await (conversations.person(user) if user else conversations.by_key(key))
        if person is None:
            return None
        if person.conversation is None:
            # They took the app out, or never had it. Any other place is left by people who stay in the organisation.
            return False
        at = await self._place(person.conversation, person)
        try:
            return await self._api.member(at, person.user) is None
        except PlaceGone:
            return False
        except Refused as refused:
            raise TryLater(f"Teams does not tell whether they are there: {refused}") from refused

    async def group(self, group: str, *, fresh: bool = False) -> frozenset[str]:
        """The object ids of a team's members; of none when the app is not in that team."""

        async def ask() -> frozenset[str]:
            at = await self._conversations.at(group)
            members = await self._roster(at) if at else []
            return frozenset(filter(None, map(_object_id, members)))

        return await self._groups.get(group, ask, fresh=fresh)

    async def _first_look(self, user: str, at: Conversation) -> Member | None:
        said = await self._api.member(at, user)
        account = user if user.startswith("29:") else None
        known = _object_id(said or {}) or (user if account is None else None)
        if said is None or known is None:
            return None
        account = account or _account(said)
        person = Acquaintance(user=known, service_url=at.service_url, name=_text(said, "name"), account=account)
        await self._conversations.met(at, person)
        return await self._read(said, person)

    async def _ask(self, person: Acquaintance) -> Member | None:
        """What the first place answers that has them. Raises TryLater where none has, and one does not tell."""
        unsure: Refused | None = None
        for known in filter(None, (person.conversation, person.place)):
            try:
                said = await self._api.member(await self._place(known, person), person.user)
            except PlaceGone:
                continue
            except Refused as refused:
                unsure = refused
                continue
            if said is not None:
                return await self._read(said, person)
        if unsure is not None:
            raise TryLater(f"Teams does not tell who that is: {unsure}") from unsure
        return None

    async def _place(self, known: str, person: Acquaintance) -> Conversation:
        return await self._conversations.at(known) or Conversation(id=known, service_url=person.service_url)

    async def _roster(self, at: Conversation) -> list[Json]:
        try:
            return await self._api.members(at.service_url, at.id)
        except Refused as refused:
            raise TryLater(f"Teams does not tell who is in that team: {refused}") from refused

    async def _read(self, said: Json, person: Acquaintance) -> Member:
        member = read_member(said, timezone=person.timezone, user=person.user)
        if member.email and member.lacking is None and member.organisations == {self._tenant}:
            await self._conversations.learn_key(member.user, member.email, _account(said))
        return member


def read_member(said: Mapping[str, Any], *, timezone: str | None = None, user: str = "") -> Member:
    """A Member from Teams' account of a roster. `user`: the object id, where Teams leaves it out."""
    principal, role = _text(said, "userPrincipalName"), _text(said, "userRole").lower()
    is_guest = "#ext#" in principal.lower()
    tenant = _text(said, "tenantId").lower()
    user = _object_id(said) or user
    return Member(
        platform="teams",
        user=user,
        name=_text(said, "name") or user,
        email=key_of(_text(said, "email")) or key_of(principal),
        timezone=timezone,
        organisations=frozenset({tenant} if tenant else ()),
        lacking=_GUEST if is_guest else _LACKING.get(role),
    )


def _object_id(said: Mapping[str, Any]) -> str | None:
    return (_text(said, "aadObjectId") or _text(said, "objectId")).lower() or None


def _account(said: Mapping[str, Any]) -> str | None:
    account = _text(said, "id")
    return account if account.startswith("29:") else None


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
