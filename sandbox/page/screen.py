"""What one person's screen shows, as JSON for the page."""

from typing import Any

from sandbox.slack.people import BOT_USER, SLACKBOT, Channel, Person
from sandbox.slack.world import Change, Json, Said, World

KEPT = 200
_PREVIEW_LINES, _PREVIEW_CHARACTERS = 12, 1_000


def person_json(person: Person) -> Json:
    """Somebody whom one can become."""
    return {
        "id": person.id,
        "name": person.name,
        "realName": person.real_name,
        "role": person.role,
        "tz": person.tz,
        "email": person.email,
    }


def channel_json(world: World, channel: Channel) -> Json:
    """A conversation in the list on the left."""
    return {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "private": channel.private,
        "im": channel.im,
        "members": len(channel.members),
        "app": BOT_USER in channel.members,
    }


def said_json(world: World, said: Said) -> Json:
    """A message."""
    author = world.people[said.user]
    return {
        "channel": said.channel,
        "ts": said.ts,
        "user": said.user,
        "author": author.real_name,
        "app": said.user in {BOT_USER, SLACKBOT},
        "text": said.text,
        "mrkdwn": said.mrkdwn,
        "blocks": list(said.blocks),
        "ephemeral": said.only_to is not None,
        "edited": said.edited is not None,
        "thread": said.thread_ts,
        "files": [
            {
                "name": file.name,
                "url": f"/files/{file.id}/{file.name}",
                "size": len(file.content),
                **_preview(file.content),
            }
            for file in said.files
        ],
    }


def _preview(content: bytes) -> dict[str, str]:
    lines = content[:_PREVIEW_CHARACTERS].decode(errors="replace").splitlines()
    return {"preview": "\n".join(lines[:_PREVIEW_LINES])}


def modal_json(world: World, user: str) -> Json | None:
    """The form on top."""
    modal = world.modal(user)
    return {"view": modal.view, "errors": modal.errors} if modal else None


def snapshot(world: World, person: Person) -> Json:
    """Everything on the screen of `person`; the newest 200 messages of each conversation."""
    world.direct(person.id)
    channels = [channel for channel in world.channels.values() if person.id in channel.members]
    return {
        "me": person_json(person),
        "channels": [channel_json(world, channel) for channel in channels],
        "messages": {
            channel.id: [said_json(world, said) for said in world.visible(person.id, channel.id)[-KEPT:]]
            for channel in channels
        },
        "modal": modal_json(world, person.id),
    }


def change_json(world: World, user: str, change: Change) -> tuple[str, Any] | None:
    """(event, data) of a change on the screen of `user`; None when they do not see it."""
    if change.said is not None:
        said = change.said
        if user not in world.members(said.channel) or said.only_to not in (None, user):
            return None
        return change.kind, said_json(world, said)
    if change.kind == "modal":
        return ("modal", modal_json(world, user)) if change.user == user else None
    return None
