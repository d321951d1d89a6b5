"""The state of the simulated Teams: what was said where, and what each person sees of it. No network in it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.teams.people import (
    BOT,
    WORKFLOWS,
    Conversation,
    Person,
    Team,
    seeded_conversations,
    seeded_people,
    seeded_teams,
)

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"
FILE_CONSENT = "application/vnd.microsoft.teams.card.file.consent"
FILE_INFO = "application/vnd.microsoft.teams.card.file.info"


@dataclass(frozen=True)
class Said:
    """One message. `thread` is the id of a channel thread's first message; `at` epoch seconds.

    `views` are the cards that single people see instead of the message's own, because the app answered their press
    with one; an edit of the message takes them away. `settled` is what became of a file consent card.
    """

    id: str
    conversation: str
    author: str
    at: float
    text: str = ""
    text_format: str = "markdown"
    summary: str = ""
    attachments: tuple[Json, ...] = ()
    entities: tuple[Json, ...] = ()
    thread: str | None = None
    edited: bool = False
    views: Mapping[str, Json] = field(default_factory=dict)
    settled: str = ""

    def attached(self, content_type: str) -> list[Json]:
        """The attachments of one kind."""
        return [attachment for attachment in self.attachments if attachment.get("contentType") == content_type]

    def card_for(self, user: str) -> Json | None:
        """The Adaptive Card as `user` sees it."""
        if user in self.views:
            return self.views[user]
        cards = self.attached(CARD)
        card: Json | None = cards[0]["content"] if cards else None
        return card


@dataclass
class Upload:
    """A file that somebody let the app put into their OneDrive."""

    id: str
    name: str
    owner: str
    size: int
    content: bytes = b""
    complete: bool = False


@dataclass(frozen=True)
class Change:
    """Something that a screen has to draw again: kind is message, gone, toast or world (places, installations)."""

    kind: str
    conversation: str | None = None
    said: Said | None = None
    user: str | None = None
    text: str = ""


class World:
    """People, teams, conversations and messages of one organisation. `now` gives epoch seconds."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.people: dict[str, Person] = seeded_people()
        self.teams: dict[str, Team] = seeded_teams()
        self.conversations: dict[str, Conversation] = seeded_conversations()
        self.said: dict[str, list[Said]] = {}
        self.deleted: set[tuple[str, str]] = set()
        self.toasts: dict[str, list[str]] = {}
        self.uploads: dict[str, Upload] = {}
        self.blocked: set[str] = set()
        self.listeners: list[Callable[[Change], None]] = []
        self._last_id = 0
        for person in self.people.values():
            if not (person.stranger or person.left):
                self.direct(person.id)

    def changed(self, change: Change) -> None:
        """Tell every screen."""
        for listener in list(self.listeners):
            listener(change)

    def new_id(self) -> str:
        """A message id: milliseconds since 1970; always later than the one before."""
        self._last_id = max(int(self.now() * 1000), self._last_id + 1)
        return str(self._last_id)

    def person(self, name: str) -> Person:
        """A person by object id, short name or `29:…` id. Raises LookupError."""
        for person in self.people.values():
            if name in (person.id, person.name, person.account_id):
                return person
        raise LookupError(f"nobody here is called {name!r}")

    def place(self, name: str) -> Conversation:
        """A conversation by id, `#name` or name. Raises LookupError."""
        for conversation in self.conversations.values():
            names = {conversation.id, conversation.name, f"#{conversation.name}"} - {"", "#"}
            if name in names:
                return conversation
        raise LookupError(f"no conversation is called {name!r}")

    def direct(self, user: str) -> Conversation:
        """The 1:1 chat of a person with the app, made when it is not there yet.

        The app is then installed for them, unless they are of another organisation or have left.
        """
        person = self.people[user]
        if person.chat_id not in self.conversations:
            installed = not (person.stranger or person.left)
            self.conversations[person.chat_id] = Conversation(
                person.chat_id, "", "personal", None, {user}, installed=installed
            )
            self.changed(Change("world", user=user))
        return self.conversations[person.chat_id]

    def has_app(self, user: str) -> bool:
        """Whether the personal app is installed for somebody."""
        chat = self.conversations.get(self.people[user].chat_id)
        return chat is not None and chat.installed

    def install(self, user: str, *, installed: bool = True) -> Conversation:
        """Install the personal app for somebody, or take it away; the chat stays."""
        chat = self.direct(user)
        chat.installed = installed
        self.changed(Change("world", user=user))
        return chat

    def install_in_team(self, team: str, *, installed: bool = True) -> Conversation:
        """Install the app in a team, by id, or take it out; its General channel."""
        self.teams[team] = replace(self.teams[team], installed=installed)
        for conversation in self.conversations.values():
            if conversation.team == team:
                conversation.installed = installed
        self.changed(Change("world"))
        return self.conversations[team]

    def leave(self, user: str) -> None:
        """Somebody's account is deleted: rosters know them no more."""
        self.people[user] = replace(self.people[user], left=True)
        self.changed(Change("world"))

    def roster(self, conversation: Conversation) -> list[Person]:
        """Who is in a conversation, in the order of the directory."""
        return [person for person in self.people.values() if person.id in conversation.members and not person.left]

    def find(self, conversation: str, id_: str) -> Said | None:
        """The message with this id, if it is still there."""
        return next((said for said in reversed(self.said.get(conversation, [])) if said.id == id_), None)

    def visible(self, user: str, conversation: str) -> list[Said]:
        """What a member of a conversation sees in it, oldest first."""
        if user not in self.conversations[conversation].members:
            return []
        return list(self.said.get(conversation, []))

    def post(self, said: Said) -> Said:
        """Put a new message into its conversation."""
        self.said.setdefault(said.conversation, []).append(said)
        self.changed(Change("message", said.conversation, said))
        return said

    def edit(self, said: Said, **changes: Any) -> Said:
        """Replace what a message says, or what one person sees of it."""
        newer = replace(said, **changes)
        messages = self.said[said.conversation]
        messages[[message.id for message in messages].index(said.id)] = newer
        self.changed(Change("message", said.conversation, newer))
        return newer

    def remove(self, said: Said) -> None:
        """Delete a message."""
        self.said[said.conversation].remove(said)
        self.deleted.add((said.conversation, said.id))
        self.changed(Change("gone", said.conversation, said))

    def toast(self, user: str, text: str) -> None:
        """Show somebody a short notice under the card that they pressed."""
        self.toasts.setdefault(user, []).append(text)
        self.changed(Change("toast", user=user, text=text))

    def author(self, said: Said) -> str:
        """The name above a message."""
        apps = {BOT: "Deskside", WORKFLOWS: "Workflows"}
        return apps.get(said.author) or self.people[said.author].real_name
