"""What one person's Teams shows, as JSON for the page."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.page.screen import Json, file_json, kept
from sandbox.teams.people import APP_NAME, BOT, WORKFLOWS, Conversation, Person
from sandbox.teams.shown import message_text, shown
from sandbox.teams.world import FILE_CONSENT, FILE_INFO, Change, Said, World

_AT = re.compile(r"<at>(.*?)</at>")


def place_json(world: World, place: Conversation) -> Json:
    """A conversation in the list on the left."""
    return {
        "id": place.id,
        "name": place.name,
        "topic": place.topic,
        "direct": place.kind == "personal",
        "team": world.teams[place.team].name if place.team else None,
        "app": place.installed,
        "archived": place.archived,
    }


def places(world: World, person: Person) -> list[Json]:
    """Every conversation that `person` is in."""
    return [place_json(world, place) for place in world.conversations.values() if person.id in place.members]


def said_json(world: World, said: Said, user: str) -> Json:
    """A message as `user` sees it: a card of their own, where the app answered them with one."""
    seen = shown(world, said, user)
    return {
        "place": said.conversation,
        "id": said.id,
        "at": said.at,
        "user": said.author,
        "author": seen.author,
        "app": said.author in {BOT, WORKFLOWS},
        "thread": said.thread if said.thread != said.id else None,
        "edited": said.edited,
        "files": list(_files(world, said)),
        "summary": said.summary,
        "parts": _parts(world, said),
        "card": seen.card,
        "offers": list(_offers(said)),
    }


def _parts(world: World, said: Said) -> list[Json]:
    """The text outside of cards, with those whom it mentions; in front the app, which the page always mentions."""
    if not said.text:
        return []
    place = world.conversations[said.conversation]
    called = said.author not in {BOT, WORKFLOWS} and place.installed and place.kind != "personal"
    front: list[Json] = [{"text": f"@{APP_NAME}", "mention": True}, {"text": " "}] if called else []
    if not _AT.search(said.text):
        return [*front, {"text": message_text(said, [])}]
    pieces = enumerate(_AT.split(said.text))
    return front + [
        {"text": f"@{piece}", "mention": True} if at % 2 else {"text": piece} for at, piece in pieces if piece
    ]


def _offers(said: Said) -> Iterator[Json]:
    """Files that wait for somebody's consent, and what became of it."""
    for consent in said.attached(FILE_CONSENT):
        content = consent["content"]
        yield {
            "name": str(consent.get("name", "")),
            "about": str(content.get("description", "")),
            "size": int(content["sizeInBytes"]),
            "settled": said.settled,
        }


def _files(world: World, said: Said) -> Iterator[Json]:
    for info in said.attached(FILE_INFO):
        upload = world.uploads.get(str(info["content"].get("uniqueId")))
        if upload and upload.complete:
            name = str(info.get("name") or upload.name)
            yield file_json(name, f"/page/teams/files/{upload.id}", upload.content)


def snapshot(world: World, person: Person) -> Json:
    """Everything on the screen of `person`."""
    here = places(world, person)
    return {
        "me": person.id,
        "places": here,
        "messages": {
            place["id"]: [said_json(world, said, person.id) for said in _seen(world, person, place["id"])]
            for place in here
        },
    }


def _seen(world: World, person: Person, place: str) -> list[Said]:
    return kept(world.visible(person.id, place), lambda one: one.id, lambda one: one.thread)


def change_json(world: World, person: Person, change: Change) -> tuple[str, Any] | None:
    """(event, data) of a change on the screen of `person`; None when they do not see it."""
    if change.said is not None:
        said = change.said
        if person.id not in world.conversations[said.conversation].members:
            return None
        return change.kind, said_json(world, said, person.id)
    if change.user not in (None, person.id):
        return None
    if change.kind == "toast":
        return "toast", {"text": change.text}
    return ("places", places(world, person)) if change.kind == "world" else None
