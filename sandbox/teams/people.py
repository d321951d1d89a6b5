"""Who and what the simulated organisation begins with: people, teams, their channels, a group chat."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

TENANT = "3f1c2b60-7d0e-4a55-9c1b-0d35c51de001"
PARTNER_TENANT = "8a20e4d7-52c3-4f0b-8e16-9a27ae4e2002"
APP_ID = "c0ffee00-5b1d-4d9e-8f27-de5c51de0b07"
APP_NAME = "Deskside"
BOT = f"28:{APP_ID}"
WORKFLOWS = "28:d1a5cf6b-3b0c-4c5c-9d8e-00000f10b070"  # the app in whose name workflows post

Kind = Literal["personal", "groupChat", "channel"]

# Entra object ids, by first name.
OBJECT_IDS: dict[str, str] = {
    "mika": "1b8e5a52-3c0d-4b0e-9f54-a0f1c0de0001",
    "ren": "2c9f6b63-4d1e-4c1f-8a65-b1a2d1ef0002",
    "oda": "3da07c74-5e2f-4d20-9b76-c2b3e2fa0003",
    "ada": "4eb18d85-6f3a-4e31-8c87-d3c4f3ab0004",
    "alex": "5fc29e96-7a4b-4f42-9d98-e4d5a4bc0005",
    "gil": "6ad3afa7-8b5c-4053-8ea9-f5e6b5cd0006",
    "sol": "7be4bab8-9c6d-4164-9fba-a6f7c6de0007",
    "dee": "8cf5cbc9-ad7e-4275-8acb-b7a8d7ef0008",
}
# Ids of teams; a team's id is also that of its General channel.
TEAMS: dict[str, str] = {
    "Desk": "19:desk0general7fb1c9e24a@thread.tacv2",
    "Ops": "19:ops00general4ce8d1b730@thread.tacv2",
}
# Ids of the channels, by name.
CHANNELS: dict[str, str] = {
    "vpn": "19:vpn000000001a2b3c4d5e6f@thread.tacv2",
    "it-help": "19:ithelp00001f6e5d4c3b2a@thread.tacv2",
    "deskside-admin": "19:admin000001c0d1e2f3a4b5@thread.tacv2",
    "ops": "19:ops0000000015b4a3f2e1d0@thread.tacv2",
}
# Ids of the group chats, by name.
GROUP_CHATS: dict[str, str] = {"night-shift": "19:night000001e5f6a7b8c9d0@thread.v2"}


def opaque(seed: str) -> str:
    """Letters and digits that depend on `seed` alone, as in Teams' ids."""
    digest = hashlib.sha256(seed.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True)
class Person:
    """Somebody in the directory. `id` is the Entra object id; `role` is only what the page shows beside the name."""

    id: str
    name: str
    real_name: str
    role: str
    tz: str = "Europe/Berlin"
    tenant: str = TENANT
    email: str = ""
    upn: str = ""
    guest: bool = False
    left: bool = False

    @property
    def stranger(self) -> bool:
        """Whether they belong to another organisation (a shared channel)."""
        return self.tenant != TENANT

    @property
    def account_id(self) -> str:
        """The id that activities and mentions carry: it means something to this app only."""
        return f"29:1{opaque(self.id + APP_ID)}"

    @property
    def chat_id(self) -> str:
        """The id of their 1:1 chat with the app."""
        return f"a:1{opaque(self.id + APP_ID + 'chat')}"

    def account(self, *, object_id: str = "objectId") -> dict[str, Any]:
        """The roster's entry (TeamsChannelAccount), with the names of properties that the service sends.

        The object id is called `objectId` where one member is asked for, and `aadObjectId` in the pages of a roster.
        """
        given, _, surname = self.real_name.partition(" ")
        return {
            "id": self.account_id,
            object_id: self.id,
            "name": self.real_name,
            "givenName": given,
            "surname": surname,
            "email": self.email,
            "userPrincipalName": self.upn,
            "tenantId": self.tenant,
            "userRole": "guest" if self.guest else "user",
        }


@dataclass(frozen=True)
class Team:
    """A team; the app is installed in it or not."""

    id: str
    name: str
    group: str
    installed: bool = True


@dataclass
class Conversation:
    """A channel, a group chat, or somebody's 1:1 chat with the app. `members` are object ids; `team` is a team's id."""

    id: str
    name: str
    kind: Kind
    team: str | None = None
    members: set[str] = field(default_factory=set)
    installed: bool = True
    topic: str = ""
    archived: bool = False


def _colleague(name: str, real_name: str, role: str, tz: str = "Europe/Berlin", email: str = "") -> Person:
    address = f"{name}@example.com"
    return Person(OBJECT_IDS[name], name, real_name, role, tz, email=email or address, upn=address)


def seeded_people() -> dict[str, Person]:
    """Everybody, by object id."""
    guest_upn = "gil_home.example#EXT#@example.onmicrosoft.com"
    people = [
        _colleague("mika", "Mika Lind", "staff"),
        # Addresses are written as their owners like it; what identifies people must not depend on that.
        _colleague("ren", "Ren Sato", "staff", "Asia/Tokyo", email="Ren@Example.com"),
        _colleague("oda", "Oda Falk", "operator"),
        _colleague("ada", "Ada Moreau", "approver", "Europe/Paris"),
        _colleague("alex", "Alex Novak", "admin"),
        Person(OBJECT_IDS["gil"], "gil", "Gil Hart", "guest", email="gil@example.com", upn=guest_upn, guest=True),
        Person(
            OBJECT_IDS["sol"],
            "sol",
            "Sol Reyes",
            "partner",
            tenant=PARTNER_TENANT,
            email="sol@partner.example",
            upn="sol@partner.example",
        ),
        Person(
            OBJECT_IDS["dee"], "dee", "Dee Marsh", "left", email="dee@example.com", upn="dee@example.com", left=True
        ),
    ]
    return {person.id: person for person in people}


def seeded_teams() -> dict[str, Team]:
    """Every team, by id. The app is not installed in Ops."""
    teams = [
        Team(TEAMS["Desk"], "Desk", "b1d0c7aa-0d0e-4c11-9a01-000000000d01"),
        Team(TEAMS["Ops"], "Ops", "b1d0c7aa-0d0e-4c11-9a01-000000000d02", installed=False),
    ]
    return {team.id: team for team in teams}


def seeded_conversations() -> dict[str, Conversation]:
    """Every channel and group chat, by id; the 1:1 chats come from the people."""
    staff = {OBJECT_IDS[name] for name in ("mika", "ren", "oda", "ada", "alex")}
    operators = {OBJECT_IDS[name] for name in ("oda", "ada", "alex")}
    visitors = {OBJECT_IDS[name] for name in ("gil", "sol", "dee")}
    guest = {OBJECT_IDS["gil"]}
    admins = {OBJECT_IDS["alex"], OBJECT_IDS["oda"]}
    night = {OBJECT_IDS[name] for name in ("mika", "oda", "alex")}
    desk, ops = TEAMS["Desk"], TEAMS["Ops"]
    conversations = [
        Conversation(desk, "General", "channel", desk, staff | guest, topic="The desk"),
        Conversation(CHANNELS["vpn"], "vpn", "channel", desk, staff | visitors, topic="Client VPN: on, off, status"),
        Conversation(
            CHANNELS["it-help"], "it-help", "channel", desk, staff | guest, topic="Ask for help with your desk"
        ),
        Conversation(
            CHANNELS["deskside-admin"],
            "deskside-admin",
            "channel",
            desk,
            admins,
            topic="Where Deskside speaks about itself",
        ),
        Conversation(ops, "General", "channel", ops, operators, installed=False, topic="Operators"),
        Conversation(CHANNELS["ops"], "ops", "channel", ops, operators, installed=False, topic="Operators"),
        Conversation(GROUP_CHATS["night-shift"], "night-shift", "groupChat", None, night, topic="Night shift"),
    ]
    return {conversation.id: conversation for conversation in conversations}
