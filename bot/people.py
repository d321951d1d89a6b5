"""Who somebody is to Deskside: the rules of identity over the chats' own directories.

Whoever cannot be looked up now is nobody for now: unknown never becomes a colleague.
"""

import logging
from collections.abc import Callable, Collection, Mapping

from commands.config import Config, KnownPerson
from commands.request import Person
from notifiers.delivery import TryLater
from notifiers.member import Member, Roster
from notifiers.place import Platform

log = logging.getLogger(__name__)

UNREACHABLE = "I can't check who you are right now, so nothing was done. Try again in a minute."


class People:
    """The directory that commands ask. `rosters` has the chats that can be asked.

    `unread`: chats that colleagues may be in as well, and whose directory this process cannot read.
    """

    def __init__(
        self, rosters: Mapping[Platform, Roster], config: Callable[[], Config], unread: Collection[Platform] = ()
    ) -> None:
        self._rosters = rosters
        self._config = config
        self._unread = unread

    async def person(self, platform: Platform, user: str, *, fresh: bool = False) -> Person:
        """Whoever has this id; nobody we know has no key and a `stranger` that says why."""
        roster = self._rosters[platform]
        try:
            member = await roster.member(user, fresh=fresh)
            home = self._home(platform) or await roster.home()
        except TryLater as later:
            log.warning("a person cannot be looked up: %s", later)
            return Person(platform=platform, user=user, key=None, name=user, stranger=UNREACHABLE)
        if member is None:
            why = "I don't know this account."
            return Person(platform=platform, user=user, key=None, name=user, stranger=why)
        key, stranger = self._key(member, home)
        return Person(
            platform=platform,
            user=user,
            key=key,
            name=member.name,
            timezone=member.timezone or self._config().timezone,
            stranger=stranger,
        )

    async def groups(self, platform: Platform, user: str, *, fresh: bool = False) -> frozenset[str]:
        """The ids of those user groups named in the configuration's roles that this user is in. Raises TryLater."""
        roles = self._config().roles
        members = (roles.operator, roles.approver, roles.admin)
        named: set[str] = set()
        for each in members:
            named |= each.slack_usergroups if platform == "slack" else each.teams_teams
        roster = self._rosters[platform]
        return frozenset([group for group in sorted(named) if user in await roster.group(group, fresh=fresh)])

    async def find(self, platform: Platform, key: str, *, fresh: bool = False) -> Member | None:
        """The account of a person's key on a platform; None when there is none, or it is no full member's.

        Raises TryLater.
        """
        roster = self._rosters[platform]
        exception = self._exception(lambda known: known.email == key)
        user = getattr(exception, platform, None)
        member = await (roster.member(user, fresh=fresh) if user else roster.by_email(key, fresh=fresh))
        if member is None:
            return None
        home = self._home(platform) or await roster.home()
        return member if self._key(member, home)[0] == key else None

    @property
    def sees_everybody(self) -> bool:
        """Whether somebody whom no roster has is nowhere."""
        return bool(self._rosters) and not self._unread

    async def has_left(self, key: str) -> bool:
        """Whether every chat can be read and none has a full member with this key.

        Raises TryLater where a chat cannot be asked now.
        """
        exception = self._exception(lambda known: known.email == key)
        if not self.sees_everybody or (exception and exception.teams and "teams" not in self._rosters):
            return False
        for platform in self._rosters:
            if await self.find(platform, key, fresh=True) is not None:
                return False
        return True

    async def timezone(self, key: str) -> str | None:
        """The IANA name of a person's time zone, where a chat knows it now."""
        for platform in self._rosters:
            try:
                member = await self.find(platform, key)
            except TryLater:
                continue
            if member is not None and member.timezone:
                return member.timezone
        return None

    def _home(self, platform: Platform) -> str | None:
        return self._config().identity.slack_team if platform == "slack" else None

    def _exception(self, matches: Callable[[KnownPerson], bool]) -> KnownPerson | None:
        return next((known for known in self._config().identity.people if matches(known)), None)

    def _key(self, member: Member, home: str) -> tuple[str | None, str | None]:
        """The key of an account, or why it has none."""
        if member.lacking is not None:
            return None, f"Deskside is for full members of this organisation, and {member.lacking}."
        if home not in member.organisations:
            return None, "Deskside is for full members of this organisation, and your account belongs to another one."
        exception = self._exception(lambda known: getattr(known, member.platform) == member.user)
        if exception is not None:
            return exception.email, None
        if member.email is None:
            return None, "I can't see an e-mail address in your profile, and that is what I know colleagues by."
        domain = member.email.partition("@")[2]
        if domain not in self._config().identity.domains:
            return None, f"Your e-mail address is in {domain}, which is none of this organisation's domains."
        if self._exception(lambda known: known.email == member.email and bool(getattr(known, member.platform))):
            # That key is another account's by configuration: whoever holds the address now is not that person.
            return None, "Your e-mail address is configured as another account's; ask an administrator."
        return member.email, None
