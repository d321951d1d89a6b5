"""What one person's Slack shows, as JSON for the page."""

from typing import Any

from sandbox.page.screen import Json, file_json, kept
from sandbox.slack.people import BOT_USER, HOOK, SLACKBOT, Channel, Person
from sandbox.slack.world import Change, Said, World


def place_json(channel: Channel) -> Json:
    """A conversation in the list on the left."""
    return {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "private": channel.private,
        "direct": channel.im,
        "app": BOT_USER in channel.members,
        "archived": channel.archived,
    }


def places(world: World, user: str) -> list[Json]:
    """Every conversation that `user` is in."""
    return [place_json(channel) for channel in world.channels.values() if user in channel.members]


def said_json(world: World, said: Said) -> Json:
    """A message."""
    return {
        "place": said.channel,
        "id": said.ts,
        "at": float(said.ts),
        "user": said.user,
        "author": world.people[said.user].real_name,
        "app": said.user in {BOT_USER, SLACKBOT, HOOK},
        "thread": said.thread_ts,
        "edited": said.edited is not None,
        "files": [file_json(file.name, f"/files/{file.id}/{file.name}", file.content) for file in said.files],
        "text": said.text,
        "mrkdwn": said.mrkdwn,
        "blocks": list(said.blocks),
        "ephemeral": said.only_to is not None,
    }


def messages(world: World, user: str, channel: str) -> list[Json]:
    """The newest messages of a conversation, as `user` sees them."""
    seen = world.visible(user, channel)
    return [said_json(world, said) for said in kept(seen, lambda one: one.ts, lambda one: one.thread_ts)]


def modal_json(world: World, user: str) -> Json | None:
    """The form on top."""
    modal = world.modal(user)
    return {"view": modal.view, "errors": modal.errors} if modal else None


def home_json(world: World, user: str) -> Json | None:
    """The Home tab, once the app has drawn it."""
    view = world.homes.get(user)
    return {"id": view["id"], "blocks": view["blocks"]} if view else None


def snapshot(world: World, person: Person) -> Json:
    """Everything on the screen of `person`."""
    world.direct(person.id)
    channels = [channel for channel in world.channels.values() if person.id in channel.members]
    return {
        "me": person.id,
        "places": places(world, person.id),
        "messages": {channel.id: messages(world, person.id, channel.id) for channel in channels},
        "modal": modal_json(world, person.id),
        "home": home_json(world, person.id),
        "names": {
            **{one.id: one.name for one in world.people.values()},
            **{channel.id: channel.name for channel in channels},
        },
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
    if change.kind == "home":
        return ("home", home_json(world, user)) if change.user == user else None
    return ("places", places(world, user)) if change.user in (None, user) else None
