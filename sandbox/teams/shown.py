"""A message as a person sees it: readable text, buttons to press, inputs to fill, files."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.teams.inputs import Input
from sandbox.teams.reading import Pressable, markdown, read
from sandbox.teams.world import FILE_CONSENT, FILE_INFO, Json, Said, World

_AT = re.compile(r"<at>(.*?)</at>")


@dataclass(frozen=True)
class Shown:
    """One message on somebody's screen.

    `text` is what a notification says (the summary, else the text); `plain` everything readable, one line an element.
    `buttons` go by label: an Action.ShowCard that only asks before a button of the same title stands for that button,
    as `asks` says. `pressables` are all of them, in order. `offers` are the names of files that wait for a consent,
    `files` those that were accepted and put. `links` and `mentions` are what it really leads to and whom it notifies.
    """

    id: str
    conversation: str
    author: str
    text: str
    plain: str
    card: Json | None
    buttons: Mapping[str, Pressable]
    pressables: tuple[Pressable, ...]
    inputs: Mapping[str, Input]
    files: Mapping[str, str]
    offers: tuple[str, ...]
    links: tuple[str, ...]
    mentions: tuple[str, ...]
    thread: str | None
    edited: bool
    at: float
    own_view: bool


def shown(world: World, said: Said, user: str) -> Shown:
    """What `said` looks like to `user`."""
    card = said.card_for(user)
    reading = read(card)
    links = list(reading.links)
    text = message_text(said, links)
    offers = tuple(str(consent.get("name", "")) for consent in said.attached(FILE_CONSENT)) if not said.settled else ()
    mentions = [entity["mentioned"]["id"] for entity in said.entities if entity.get("type") == "mention"]
    plain = [text, reading.plain, *(f"{name} [Allow] [Decline]" for name in offers)]
    return Shown(
        id=said.id,
        conversation=said.conversation,
        author=world.author(said),
        text=said.summary or text,
        plain="\n".join(part for part in plain if part),
        card=card,
        buttons=_by_label(reading.pressables),
        pressables=tuple(reading.pressables),
        inputs={one.id: one for one in reading.inputs},
        files=_files(world, said),
        offers=offers,
        links=tuple(links),
        mentions=tuple(mentions),
        thread=said.thread,
        edited=said.edited,
        at=said.at,
        own_view=user in said.views,
    )


def _by_label(pressables: list[Pressable]) -> dict[str, Pressable]:
    """Buttons by label; of two with one label the first, but never the Action.ShowCard in front of the other."""
    buttons: dict[str, Pressable] = {}
    for one in pressables:
        there = buttons.get(one.label)
        if there is None or (there.kind == "Action.ShowCard" and one.opened_by == one.label):
            buttons[one.label] = one
    return buttons


def message_text(said: Said, links: list[str]) -> str:
    """The text of a message outside of its cards."""
    text = _AT.sub(r"\1", said.text)
    if said.text_format == "plain":
        return text
    return html.unescape(markdown(text, links))


def _files(world: World, said: Said) -> dict[str, str]:
    files = {}
    for info in said.attached(FILE_INFO):
        upload = world.uploads.get(str(info["content"].get("uniqueId")))
        if upload and upload.complete:
            files[str(info.get("name") or upload.name)] = upload.content.decode(errors="replace")
    return files
