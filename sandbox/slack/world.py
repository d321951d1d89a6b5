"""The state of the simulated Slack: what was said where, and who sees which form. No network in it."""

import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.slack.people import BOT_USER, SLACKBOT, Channel, Person, seeded_channels, seeded_groups, seeded_people
from sandbox.slack.tickets import Tickets

Json = dict[str, Any]


@dataclass(frozen=True)
class SharedFile:
    """A file that somebody uploaded."""

    id: str
    name: str
    title: str
    content: bytes = b""

    def file_object(self, base: str) -> Json:
        """The `file` object of Slack's Web API, short."""
        link = f"{base}/files/{self.id}/{self.name}"
        return {"id": self.id, "name": self.name, "title": self.title, "size": len(self.content), "url_private": link}


@dataclass(frozen=True)
class Said:
    """One message. `only_to` is set on an ephemeral one: the only person who sees it.

    `thread_ts` is the ts of the message that it replies to. `tombstone`: it was deleted, and has replies.
    """

    ts: str
    channel: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    only_to: str | None = None
    thread_ts: str | None = None
    edited: str | None = None
    files: tuple[SharedFile, ...] = ()
    mrkdwn: bool = True
    tombstone: bool = False

    def message_object(self, base: str) -> Json:
        """The `message` object of Slack's Web API, without what it is in a thread (`World.message_object`)."""
        message: Json = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text}
        if self.blocks:
            message["blocks"] = list(self.blocks)
        if self.user == BOT_USER:
            message |= {"bot_id": "B0DESKSIDE", "app_id": "A0DESKSIDE", "team": "T0DESKSIDE"}
        if self.edited:
            message["edited"] = {"user": self.user, "ts": self.edited}
        if self.files:
            message["files"] = [file.file_object(base) for file in self.files]
        return message


@dataclass(frozen=True)
class Change:
    """Something that a screen has to draw again: kind is message, gone, modal, home or world."""

    kind: str
    channel: str | None = None
    said: Said | None = None
    user: str | None = None


@dataclass
class Modal:
    """A person's open form: Slack's view object, and the errors beside its fields."""

    view: Json
    errors: dict[str, str] = field(default_factory=dict)


class World:
    """People, channels, messages, forms and files of one workspace.

    `now` gives epoch seconds: stamps messages and lets trigger ids and response URLs expire.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.people: dict[str, Person] = seeded_people()
        self.channels: dict[str, Channel] = seeded_channels()
        self.groups: dict[str, set[str]] = seeded_groups()
        self.said: dict[str, list[Said]] = {}
        self.modals: dict[str, list[Modal]] = {}
        self.homes: dict[str, Json] = {}
        self.files: dict[str, SharedFile] = {}
        self.tickets = Tickets(now)
        self.listeners: list[Callable[[Change], None]] = []
        self._counter = itertools.count(1)
        self._last_ts = 0

    def changed(self, change: Change) -> None:
        """Tell every screen."""
        for listener in list(self.listeners):
            listener(change)

    def new_id(self, prefix: str) -> str:
        """An id in Slack's shape: a letter and ten characters."""
        return f"{prefix}0{secrets.token_hex(5).upper()}"

    def new_ts(self) -> str:
        """A message id: seconds, a dot, six digits; always later than the one before."""
        self._last_ts = max(int(self.now() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def person(self, name: str) -> Person:
        """A person by id or short name. Raises LookupError."""
        for person in self.people.values():
            if name in (person.id, person.name):
                return person
        raise LookupError(f"nobody here is called {name!r}")

    def channel(self, name: str) -> Channel:
        """A channel by id, `#name` or name. Raises LookupError."""
        for channel in self.channels.values():
            names = (channel.id,) if channel.im else (channel.id, channel.name, f"#{channel.name}")
            if name in names:
                return channel
        raise LookupError(f"no channel is called {name!r}")

    def direct(self, user: str) -> Channel:
        """The direct messages of a person with the app; made when they are not there yet."""
        id_ = f"D{user[1:]}"
        if id_ not in self.channels:
            self.channels[id_] = Channel(id_, "", {user, BOT_USER}, im=True)
            self.changed(Change("world", user=user))
        return self.channels[id_]

    def members(self, channel: str) -> set[str]:
        """Who is in a channel."""
        return self.channels[channel].members

    def find(self, channel: str, ts: str) -> Said | None:
        """The message with this ts, if it is still there."""
        return next((said for said in reversed(self.said.get(channel, [])) if said.ts == ts), None)

    def visible(self, user: str, channel: str) -> list[Said]:
        """What a member of a channel sees in it, oldest first."""
        if user not in self.members(channel):
            return []
        return [said for said in self.said.get(channel, []) if said.only_to in (None, user)]

    def post(self, said: Said) -> Said:
        """Put a new message into its channel."""
        self.said.setdefault(said.channel, []).append(said)
        self.changed(Change("message", said.channel, said))
        return said

    def edit(self, said: Said, text: str, blocks: tuple[Json, ...]) -> Said:
        """Replace what a message says; ephemeral ones keep who sees them."""
        newer = replace(said, text=text, blocks=blocks, edited=self.new_ts())
        channel = self.said[said.channel]
        channel[channel.index(said)] = newer
        self.changed(Change("message", said.channel, newer))
        return newer

    def remove(self, said: Said) -> None:
        """Delete a message; of one with replies a stone is left above them."""
        channel = self.said[said.channel]
        if self.replies(said):
            stone = Said(said.ts, said.channel, SLACKBOT, "This message was deleted.", tombstone=True)
            channel[channel.index(said)] = stone
            self.changed(Change("message", said.channel, stone))
            return
        channel.remove(said)
        self.changed(Change("gone", said.channel, said))

    def root(self, channel: str, ts: str) -> str | None:
        """The ts of the message that a reply to `ts` stands under: what replies to a reply is in the same thread."""
        answered = self.find(channel, ts)
        if answered is None or answered.only_to:
            return None
        return answered.thread_ts or answered.ts

    def replies(self, said: Said) -> list[Said]:
        """What stands under a message, oldest first."""
        later = itertools.takewhile(lambda one: one.ts != said.ts, reversed(self.said.get(said.channel, [])))
        return [one for one in later if one.thread_ts == said.ts][::-1]

    def message_object(self, said: Said, base: str) -> Json:
        """The `message` object of Slack's Web API.

        https://docs.slack.dev/messaging/retrieving-messages
        """
        message = said.message_object(base)
        if said.thread_ts:
            root = self.find(said.channel, said.thread_ts)
            return message | {"thread_ts": said.thread_ts, "parent_user_id": root.user if root else ""}
        replies = [] if said.only_to else self.replies(said)
        if not replies:
            return message
        users = list(dict.fromkeys(one.user for one in replies))
        counts = {"reply_count": len(replies), "reply_users_count": len(users), "latest_reply": replies[-1].ts}
        return message | {"thread_ts": said.ts, "reply_users": users, "is_locked": False, **counts}

    def open_modal(self, user: str, view: Json) -> None:
        """Show a form on top of those that the person has open."""
        self.modals.setdefault(user, []).append(Modal(view))
        self.changed(Change("modal", user=user))

    def publish(self, user: str, view: Json) -> None:
        """Show this as somebody's Home."""
        self.homes[user] = view
        self.changed(Change("home", user=user))

    def modal(self, user: str) -> Modal | None:
        """The form on top, if any."""
        stack = self.modals.get(user)
        return stack[-1] if stack else None

    def modal_by_id(self, view_id: str) -> tuple[str, Modal] | None:
        """The form with this id and whose it is."""
        for user, stack in self.modals.items():
            for modal in stack:
                if modal.view["id"] == view_id:
                    return user, modal
        return None

    def close_modal(self, user: str, *, everything: bool = False) -> None:
        """Take the form on top away, or all of them."""
        stack = self.modals.get(user, [])
        del stack[0 if everything else -1 :]
        self.changed(Change("modal", user=user))
