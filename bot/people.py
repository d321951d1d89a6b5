"""Who somebody is to Deskside: the rules of identity over the chats' own directories.

Whoever cannot be looked up now is nobody for now: unknown never becomes a colleague.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping

from commands.access import Role, roles_of
from commands.config import Config, KnownPerson, RoleMembers
from commands.request import Person, Request
from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.member import Member, Roster
from notifiers.place import PLATFORMS, Platform

log = logging.getLogger(__name__)

_ELSEWHERE = {
    "slack": "Deskside is for members of its own workspace, and you are here from another one",
    "teams": "Deskside is for members of its own organisation, and you are here from another one",
}
_NOT_CONFIGURED = "Nobody can use Deskside in Slack until an admin configures identity.slack_team."
UNREACHABLE = "I can't check who you are right now, so nothing was done. Try again in a minute."

# Whether a chat says that the person of a key is gone: False where it cannot tell, None where it has never met them.
# The id is that of their account there, where the configuration names it. It may raise TryLater.
SaysGone = Callable[[str, str | None], Awaitable[bool | None]]


class People:
    """The directory that commands ask. `rosters` has the chats that are set up.

    `gone` has those chats whose roster has only whom Deskside has met; the others have everybody in theirs.
    """

    def __init__(
        self,
        rosters: Mapping[Platform, Roster],
        config: Callable[[], Config],
        gone: Mapping[Platform, SaysGone] | None = None,
    ) -> None:
        self._rosters = rosters
        self._config = config
        self._gone = gone or {}

    async def asker(self, request: Request, *, fresh: bool = False) -> Person:
        """Whoever made the request; they have no key either while they act from another organisation than ours."""
        platform, user = request.platform, request.user
        if platform == "slack" and self._config().identity.slack_team is None:
            return _nobody(platform, user, _NOT_CONFIGURED)
        try:
            home = await self._home(platform)
        except TryLater as later:
            log.warning("the organisation cannot be looked up: %s", later)
            return _nobody(platform, user, UNREACHABLE)
        if request.team != home:
            return _nobody(platform, user, f"{_ELSEWHERE[platform]}; ask a colleague to switch the VPN on for you.")
        return await self.person(platform, user, fresh=fresh)

    async def person(self, platform: Platform, user: str, *, fresh: bool = False) -> Person:
        """Whoever has this id; nobody we know has no key and a `stranger` that says why."""
        roster = self._rosters[platform]
        try:
            member = await roster.member(user, fresh=fresh)
            home = await self._home(platform)
        except TryLater as later:
            log.warning("a person cannot be looked up: %s", later)
            return _nobody(platform, user, UNREACHABLE)
        if member is None:
            return _nobody(platform, user, "I don't know this account.")
        return self._person(member, home)

    async def known(self, key: str) -> Person | None:
        """The person of a key, in the first chat that has them; None where none has them.

        Raises TryLater where a chat that may have them cannot be asked now, and no other has them.
        """
        untold: TryLater | None = None
        for platform in self._rosters:
            try:
                member = await self.find(platform, key)
                if member is not None:
                    return self._person(member, await self._home(platform))
            except TryLater as later:
                log.warning("a person cannot be looked up: %s", later)
                untold = later
        if untold is not None:
            raise untold
        return None

    async def roles(self, key: str) -> frozenset[Role]:
        """What the person of a key may, in whichever chat they may; nothing where none has them.

        Raises TryLater where a chat cannot be asked now, if only for a group: this is asked to take something away.
        """
        found: set[Role] = set()
        for platform in self._rosters:
            member = await self.find(platform, key)
            if member is not None:
                person = self._person(member, await self._home(platform))
                groups = await self._groups(platform, person.user, sure=True)
                found |= roles_of(person, groups, self._config())
        return frozenset(found)

    async def is_operator(self, key: str) -> bool:
        """Whether the person of a key may act for others, in whichever chat. Raises TryLater."""
        return Role.OPERATOR in await self.roles(key)

    async def members(self, role: RoleMembers) -> tuple[Person, ...]:
        """Whoever has a role by id or group, one Person for each key, by key; not those who cannot be looked up now."""
        found: dict[str, Person] = {}
        for platform in self._rosters:
            users, groups = role.of(platform)
            for group in sorted(groups):
                users |= await self._group(platform, group)
            for user in sorted(users):
                person = await self.person(platform, user)
                if person.key is not None:
                    found.setdefault(person.key, person)
        return tuple(found[key] for key in sorted(found))

    async def groups(self, platform: Platform, user: str, *, fresh: bool = False) -> frozenset[str]:
        """The ids of those user groups named in the configuration's roles that this user is in.

        One that cannot be read has nobody in it: that costs a role, and not everybody everything.
        """
        return await self._groups(platform, user, fresh=fresh)

    async def _groups(
        self, platform: Platform, user: str, *, fresh: bool = False, sure: bool = False
    ) -> frozenset[str]:
        named = self._config().roles.named("slack_usergroups" if platform == "slack" else "teams_teams")
        within = [
            group for group in sorted(named) if user in await self._group(platform, group, fresh=fresh, sure=sure)
        ]
        return frozenset(within)

    async def _group(
        self, platform: Platform, group: str, *, fresh: bool = False, sure: bool = False
    ) -> frozenset[str]:
        """The ids of a group's members; of none where that cannot be read. `sure`: raises TryLater rather."""
        try:
            return await self._rosters[platform].group(group, fresh=fresh)
        except (TryLater, PlaceGone, Refused) as error:
            if sure and isinstance(error, TryLater):
                raise
            log.warning("the group %s cannot be read: %s", group, error)
            return frozenset()

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
        home = await self._home(platform)
        return member if self._key(member, home)[0] == key else None

    async def has_left(self, key: str) -> bool:
        """Whether every chat that has met this person says that they are gone, and one of all chats does.

        Raises TryLater where a chat cannot be asked now.
        """
        exception = self._exception(lambda known: known.email == key)
        if any(getattr(exception, platform, None) and platform not in self._rosters for platform in PLATFORMS):
            return False
        told = False
        for platform in self._rosters:
            if await self.find(platform, key, fresh=True) is not None:
                return False
            gone = await self._says_gone(platform, key, getattr(exception, platform, None))
            if gone is False:
                return False
            told = told or gone is True
        return told

    async def _says_gone(self, platform: Platform, key: str, account: str | None) -> bool | None:
        """What a chat says that has nobody by this key now."""
        # One that lists everybody has said it by that. It is wrong of those whom it never had, and they were met in
        # another chat, whose word is asked for too.
        return await self._gone[platform](key, account) if platform in self._gone else True

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

    async def _home(self, platform: Platform) -> str:
        """Our organisation: in Slack the configuration's, where it names one. Raises TryLater."""
        configured = self._config().identity.slack_team if platform == "slack" else None
        return configured or await self._rosters[platform].home()

    def _person(self, member: Member, home: str) -> Person:
        key, stranger = self._key(member, home)
        return Person(
            platform=member.platform,
            user=member.user,
            key=key,
            name=member.name,
            timezone=member.timezone or self._config().timezone,
            stranger=stranger,
        )

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


def _nobody(platform: Platform, user: str, why: str) -> Person:
    return Person(platform=platform, user=user, key=None, name=user, stranger=why)
