"""One call of the simulated Web API: its arguments, what it may touch, and how it is refused."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.slack.limits import check_message
from sandbox.slack.people import BOT_USER, Channel, Person
from sandbox.slack.world import Json, World


class ApiError(Exception):
    """An answer with `ok: false`; `details` becomes `errors` and `response_metadata.messages`."""

    def __init__(self, error: str, details: list[str] | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.details = details or []

    def body(self) -> Json:
        """The JSON body."""
        body: Json = {"ok": False, "error": self.error}
        if self.details:
            body["errors"] = self.details
            body["response_metadata"] = {"messages": [f"[ERROR] {detail}" for detail in self.details]}
        return body


@dataclass(frozen=True)
class Call:
    """What a method works on: the world, the arguments, and the address of this server."""

    world: World
    args: Json
    base: str

    def text(self, name: str, default: str = "") -> str:
        """An argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def structure(self, name: str) -> Any:
        """An argument that is JSON, also when it came as a form field."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(f"invalid_{name}_format" if name == "blocks" else "invalid_arguments") from None

    def user(self, name: str = "user") -> Person:
        """A person by id; raises user_not_found."""
        person = self.world.people.get(self.text(name))
        if person is None:
            raise ApiError("user_not_found")
        return person

    def channel(self, *, posting: bool = False) -> Channel:
        """The channel that the app may see, or (posting) may write to."""
        id_ = self.text("channel") or self.text("channel_id")
        if posting and id_.startswith("U"):
            return direct_messages(self.world, id_, "channel_not_found")
        channel = self.world.channels.get(id_)
        if channel is None or (channel.private and BOT_USER not in channel.members):
            raise ApiError("channel_not_found")
        if posting and channel.archived:
            raise ApiError("is_archived")
        if posting and BOT_USER not in channel.members:
            raise ApiError("not_in_channel")
        return channel

    def thread(self, channel: Channel) -> str | None:
        """The thread that the call replies in, if any; raises thread_not_found."""
        wanted = self.text("thread_ts")
        root = self.world.root(channel.id, wanted) if wanted else None
        if wanted and root is None:
            raise ApiError("thread_not_found")
        return root


def direct_messages(world: World, user: str, unknown: str) -> Channel:
    """The app's direct messages with a person it may write to."""
    person = world.people.get(user)
    if person is None or person.stranger:
        raise ApiError(unknown)
    if person.deleted:
        raise ApiError("user_disabled")
    if person.is_bot:
        raise ApiError("cannot_dm_bot")
    return world.direct(user)


def checked(call: Call) -> tuple[str, tuple[Json, ...]]:
    """The text and blocks of a call; raises what Slack would say about them."""
    text, blocks = call.text("text"), call.structure("blocks")
    error, details = check_message(text, blocks)
    if error:
        raise ApiError(error, details)
    return text, with_ids(call.world, blocks or [])


def with_ids(world: World, blocks: list[Json]) -> tuple[Json, ...]:
    """The blocks with the ids that Slack makes up where there is none."""
    done = []
    for block in blocks:
        kept = {**block, "block_id": block.get("block_id") or world.new_id("b")[2:7]}
        if block["type"] == "actions":
            kept["elements"] = [
                {**element, "action_id": element.get("action_id") or world.new_id("a")[2:7]}
                for element in block["elements"]
            ]
        done.append(kept)
    return tuple(done)
