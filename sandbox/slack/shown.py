"""A message as a person sees it: readable text, and the buttons to press."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack.people import BOT_USER
from sandbox.slack.world import Json, Said, World

_MARKUP = re.compile(r"<([^<>\n]+)>")


@dataclass(frozen=True)
class Pressable:
    """A button in a message."""

    label: str
    action_id: str
    block_id: str
    value: str | None
    style: str | None
    confirm: Json | None
    url: str | None


@dataclass(frozen=True)
class Shown:
    """One message on somebody's screen.

    `plain` is everything readable in it, one line a block; `mentions` are the user ids, channel ids and words
    (`channel`, `here`, `everyone`) that it really mentions; `buttons` go by label,
    `pressables` are all of them, in order.
    """

    channel: str
    ts: str
    author: str
    text: str
    plain: str
    blocks: tuple[Json, ...]
    buttons: Mapping[str, Pressable]
    pressables: tuple[Pressable, ...]
    ephemeral: bool
    edited: bool
    files: Mapping[str, str]
    thread_ts: str | None
    mentions: tuple[str, ...]


def shown(world: World, said: Said) -> Shown:
    """What `said` looks like."""
    mentions: list[str] = []
    lines = [block_text(world, block, mentions) for block in said.blocks]
    text = mrkdwn_text(world, said.text, [] if said.blocks else mentions)
    buttons = tuple(_buttons(said.blocks))
    return Shown(
        channel=said.channel,
        ts=said.ts,
        author=world.people[said.user].real_name,
        text=text,
        plain="\n".join(line for line in lines if line) if said.blocks else text,
        blocks=said.blocks,
        buttons={button.label: button for button in buttons},
        pressables=buttons,
        ephemeral=said.only_to is not None,
        edited=said.edited is not None,
        files={file.name: file.content.decode(errors="replace") for file in said.files},
        thread_ts=said.thread_ts,
        mentions=tuple(mentions),
    )


def home_shown(world: World, view: Json) -> Shown:
    """What a Home looks like: a message without a channel."""
    mentions: list[str] = []
    blocks = tuple(view["blocks"])
    lines = [block_text(world, block, mentions) for block in blocks]
    buttons = tuple(_buttons(blocks))
    return Shown(
        channel="",
        ts=view["id"],
        author=world.people[BOT_USER].real_name,
        text="",
        plain="\n".join(line for line in lines if line),
        blocks=blocks,
        buttons={button.label: button for button in buttons},
        pressables=buttons,
        ephemeral=True,
        edited=False,
        files={},
        thread_ts=None,
        mentions=tuple(mentions),
    )


def mrkdwn_text(world: World, text: str, mentions: list[str]) -> str:
    """Turn mrkdwn into plain text: links by their label, mentions by name; what it mentions is added to `mentions`."""

    def label(match: re.Match[str]) -> str:
        target, _, name = match[1].partition("|")
        if target.startswith("!date^"):
            return name
        if target[0] not in "@#!":
            return name or target
        mentioned = target[1:].split("^")[-1]
        mentions.append(mentioned)
        person, channel = world.people.get(mentioned), world.channels.get(mentioned)
        return f"@{person.name}" if person else f"#{channel.name}" if channel else f"@{mentioned}"

    return html.unescape(_MARKUP.sub(label, text))


def _object_text(world: World, node: Any, mentions: list[str]) -> str:
    if not isinstance(node, Mapping):
        return ""
    text = str(node.get("text", ""))
    return mrkdwn_text(world, text, mentions) if node.get("type") == "mrkdwn" else text


def block_text(world: World, block: Mapping[str, Any], mentions: list[str]) -> str:
    """The readable text of one block."""
    match block.get("type"):
        case "section":
            parts = [block.get("text"), *block.get("fields", []), block.get("accessory", {}).get("text")]
        case "context":
            parts = list(block["elements"])
        case "actions":
            labels = [str(element.get("text", {}).get("text", "")) for element in block["elements"]]
            return " ".join(f"[{label}]" for label in labels)
        case "image":
            return str(block["alt_text"])
        case "input":
            parts = [block.get("label"), block.get("hint")]
        case "rich_text":
            return "\n".join("".join(rich_text(world, part, mentions)) for part in block["elements"])
        case _:
            parts = [block.get("text")]
    return "\n".join(text for text in (_object_text(world, part, mentions) for part in parts) if text)


def rich_text(world: World, node: Mapping[str, Any], mentions: list[str]) -> Iterator[str]:
    """The text of a rich text element, in pieces."""
    match node.get("type"):
        case "text":
            yield str(node["text"])
        case "link":
            yield str(node.get("text") or node["url"])
        case "emoji":
            yield f":{node['name']}:"
        case "user" | "channel" | "broadcast" | "usergroup" as kind:
            target = str(node.get("range") or node.get(f"{kind}_id"))
            mentions.append(target)
            yield f"@{target}"
        case "rich_text_list":
            for element in node.get("elements", []):
                yield "".join(rich_text(world, element, mentions)) + "\n"
        case _:
            for element in node.get("elements", []):
                yield from rich_text(world, element, mentions)


def _buttons(blocks: tuple[Json, ...]) -> Iterator[Pressable]:
    for block in blocks:
        elements = list(block.get("elements", [])) if block["type"] == "actions" else []
        if block["type"] == "section" and "accessory" in block:
            elements.append(block["accessory"])
        for element in elements:
            if element["type"] == "button":
                yield Pressable(
                    label=element["text"]["text"],
                    action_id=element.get("action_id", ""),
                    block_id=block["block_id"],
                    value=element.get("value"),
                    style=element.get("style"),
                    confirm=element.get("confirm"),
                    url=element.get("url"),
                )
