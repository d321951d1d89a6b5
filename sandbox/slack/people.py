"""Who and what the simulated workspace begins with: people, channels, user groups."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

TEAM = "T0DESKSIDE"
TEAM_DOMAIN = "example"
PARTNER_TEAM = "T0PARTNER1"
APP_ID = "A0DESKSIDE"
APP_NAME = "Deskside"
BOT_ID = "B0DESKSIDE"
BOT_USER = "U0DESKBOT1"
SLACKBOT = "USLACKBOT"
HOOK = "U0INCOMING"  # in whose name incoming webhooks post


@dataclass(frozen=True)
class Person:
    """Somebody in `users.info`. `role` is only what the page shows beside the name."""

    id: str
    name: str
    real_name: str
    role: str
    tz: str = "Europe/Berlin"
    team_id: str = TEAM
    email: str | None = None
    deleted: bool = False
    is_bot: bool = False
    guest: bool = False

    @property
    def stranger(self) -> bool:
        """Whether they belong to another organisation (Slack Connect)."""
        return self.team_id != TEAM

    def user_object(self) -> dict[str, Any]:
        """The `user` object of Slack's Web API (https://docs.slack.dev/reference/objects/user-object)."""
        offset = datetime.now(UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        profile = {"real_name": self.real_name, "display_name": self.name, "title": self.role, "team": self.team_id}
        if self.email and not self.stranger:
            profile["email"] = self.email
        user: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "profile": profile,
            "updated": 1_700_000_000,
        }
        if self.deleted:
            return user
        return user | {
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
            "is_stranger": self.stranger,
            "is_email_confirmed": True,
        }


@dataclass
class Channel:
    """A conversation: public, private, or the direct messages of one person with the app."""

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    private: bool = False
    im: bool = False
    shared: bool = False
    topic: str = ""
    archived: bool = False

    @property
    def name_in_requests(self) -> str:
        """The `channel_name` that Slack sends with a command."""
        if self.im:
            return "directmessage"
        return "privategroup" if self.private else self.name

    def channel_object(self) -> dict[str, Any]:
        """The `channel` object of Slack's Web API, as the app sees it."""
        if self.im:
            (person,) = self.members - {BOT_USER}
            return {"id": self.id, "is_im": True, "user": person, "is_archived": False, "is_open": True}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_ext_shared": self.shared,
            "is_member": BOT_USER in self.members,
            "context_team_id": TEAM,
            "topic": {"value": self.topic},
            "num_members": len(self.members),
        }


def _colleague(id_: str, real_name: str, role: str, tz: str = "Europe/Berlin") -> Person:
    name = real_name.split(maxsplit=1)[0].lower()
    return Person(id_, name, real_name, role, tz, email=f"{name}@example.com")


def seeded_people() -> dict[str, Person]:
    """Everybody, by id."""
    people = [
        _colleague("U0MIKA0001", "Mika Lind", "staff"),
        _colleague("U0REN00001", "Ren Sato", "staff", "Asia/Tokyo"),
        _colleague("U0ODA00001", "Oda Falk", "operator"),
        _colleague("U0ADA00001", "Ada Moreau", "approver", "Europe/Paris"),
        _colleague("U0ALEX0001", "Alex Novak", "admin"),
        Person("U0GUEST001", "gil", "Gil Hart", "guest", email="gil@example.com", guest=True),
        Person("U0STRANGE1", "sol", "Sol Reyes", "partner", team_id=PARTNER_TEAM, email="sol@partner.example"),
        Person("U0GONE0001", "dee", "Dee Marsh", "left", email="dee@example.com", deleted=True),
        Person("U0ROBOT001", "robo", "Build robot", "bot", is_bot=True),
        Person(BOT_USER, "deskside", APP_NAME, "app", is_bot=True),
        Person(SLACKBOT, "slackbot", "Slackbot", "app"),
        Person(HOOK, "incoming-webhook", "incoming-webhook", "app", is_bot=True),
    ]
    return {person.id: person for person in people}


def seeded_channels() -> dict[str, Channel]:
    """Every channel, by id. The app is a member of all but #ops."""
    staff = {"U0MIKA0001", "U0REN00001", "U0ODA00001", "U0ADA00001", "U0ALEX0001"}
    visitors = {"U0GUEST001", "U0STRANGE1", "U0GONE0001", "U0ROBOT001"}
    channels = [
        Channel("C0VPN00001", "vpn", {*staff, *visitors, BOT_USER}, shared=True, topic="Client VPN: on, off, status"),
        Channel("C0ITHELP01", "it-help", {*staff, "U0GUEST001", BOT_USER}, topic="Ask for help with your desk"),
        Channel("C0OPS00001", "ops", {"U0ODA00001", "U0ALEX0001", "U0ADA00001"}, private=True, topic="Operators"),
        Channel(
            "C0ADMIN001",
            "deskside-admin",
            {"U0ALEX0001", "U0ODA00001", BOT_USER},
            private=True,
            topic="Where Deskside speaks about itself",
        ),
    ]
    return {channel.id: channel for channel in channels}


def seeded_groups() -> dict[str, set[str]]:
    """User groups: id to member ids."""
    return {"S0OPERATOR": {"U0ODA00001"}, "S0APPROVER": {"U0ADA00001"}, "S0ADMINS01": {"U0ALEX0001"}}
