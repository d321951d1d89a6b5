"""What Slack would say about a payload: its own library's models, the blockkit package, and what both miss."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import blockkit as bk
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from notifiers.block_kit import SlackMessage
from notifiers.block_kit_limits import ALL_BLOCKS, Json, weight
from notifiers.characters import units
from notifiers.plain_text import is_blank

GOLDEN = Path(__file__).parent.parent / "golden" / "block_kit"
TYPES = {
    *("header", "section", "context", "image", "actions", "rich_text", "input", "modal"),
    *("rich_text_section", "rich_text_preformatted", "text", "link", "button"),
    *("plain_text_input", "number_input", "static_select", "plain_text", "mrkdwn"),
}
MENTION = re.compile(
    r"<[@#]\w|<!(?:channel|here|everyone|group|subteam|date)|(?<!\w)@(?:channel|here|everyone)\b", re.IGNORECASE
)
LINK = re.compile(r"<(?:https?|mailto|tel|slack):", re.IGNORECASE)
INERT_LABEL = re.compile(r"\*[^*_~`<>&:@#\n]+\*")


def compare_golden(name: str, drawn: Any, folder: Path = GOLDEN) -> None:
    """`drawn` is what the golden file says; UPDATE_GOLDEN=1 writes the file first."""
    path = folder / f"{name}.json"
    # What cannot be seen is spelled out, for whoever reads the file.
    text = json.dumps(drawn, indent=1, ensure_ascii=False).replace("\u2060", "\\u2060") + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "look at it, then run the test with UPDATE_GOLDEN=1"


def check_message(sent: SlackMessage) -> None:
    """Every check for a message."""
    assert 1 <= units(sent.text) <= 4_000
    assert not is_blank(sent.text)
    assert_no_markup(sent.text)
    assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", sent.text), "the top-level text is escaped"
    assert len(sent.blocks) <= 50
    assert weight(sent.blocks) <= ALL_BLOCKS
    check_blocks(sent.blocks)


def check_home(view: Mapping[str, Any]) -> None:
    """Every check for a Home."""
    parsed = View(**view)
    parsed.validate_json()
    assert view.keys() == {"type", "blocks"}
    assert view["type"] == "home"
    assert 1 <= len(view["blocks"]) <= 100
    assert len(json.dumps(view).encode()) <= 250_000, "docs.slack.dev/reference/methods/views.publish"
    check_blocks(view["blocks"])


def check_view(view: Mapping[str, Any]) -> None:
    """Every check for a modal."""
    parsed = View(**view)
    parsed.validate_json()
    assert parsed.to_dict() == view
    assert as_blockkit(view).build() == {"private_metadata": "null", **view}, "blockkit writes none as null"
    assert len(view["blocks"]) <= 100
    assert units(view.get("private_metadata", "")) <= 3_000
    check_blocks(view["blocks"])
    for name in ("title", "submit", "close"):
        check_text(view[name], 24)


def check_blocks(blocks: Sequence[Json]) -> None:
    """The libraries' checks of each block, and ours."""
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
        assert parsed.to_dict() == block
        assert as_blockkit(block).build() == block
        _OURS[block["type"]](block)
    for name in ("block_id", "action_id"):
        ids = [thing[name] for thing in things(blocks) if name in thing]
        assert len(ids) == len(set(ids)), f"duplicate {name}"
        assert all(1 <= units(id_) <= 255 for id_ in ids)
    assert {thing["type"] for thing in things(blocks) if "type" in thing} <= TYPES


def check_text(text: Json, limit: int) -> None:
    """A text object: not empty, within its limit, and without meaning beyond what can be read."""
    assert 1 <= units(text["text"]) <= limit
    assert not is_blank(text["text"])
    if text["type"] == "plain_text":
        assert text["emoji"] is False, "a shortcode stays what was written"
        assert_no_markup(text["text"])
    else:
        assert text["type"] == "mrkdwn"
        assert text["verbatim"] is True
        assert INERT_LABEL.fullmatch(text["text"])


def assert_no_markup(text: str) -> None:
    """Nothing that Slack could read as a mention or as a link with another text."""
    assert not MENTION.search(text)
    assert not LINK.search(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", text)


def things(value: object) -> Iterator[Json]:
    """Every JSON object inside `value`."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from things(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from things(inner)


def shown(blocks: Sequence[Json]) -> str:
    """Everything of `blocks` that a person reads, in order."""
    return "\n".join(str(thing.get("text")) for thing in things(blocks) if isinstance(thing.get("text"), str))


def _header(block: Json) -> None:
    check_text(block["text"], 150)
    assert block["text"]["type"] == "plain_text"


def _section(block: Json) -> None:
    if "text" in block:
        check_text(block["text"], 3_000)
    fields = block.get("fields", [])
    assert len(fields) <= 10
    assert len(fields) % 2 == 0
    for text in fields:
        check_text(text, 2_000)


def _context(block: Json) -> None:
    assert len(block["elements"]) == 1
    check_text(block["elements"][0], 2_000)


def _image(block: Json) -> None:
    assert units(block["image_url"]) <= 3_000
    assert 1 <= units(block["alt_text"]) <= 255
    assert_no_markup(block["alt_text"])


def _rich_text(block: Json) -> None:
    (inner,) = block["elements"]
    assert inner["elements"], "Slack refuses a rich text without elements"
    for element in inner["elements"]:
        assert element.get("text") != "", "Slack refuses empty text"
        assert_no_markup(element.get("text", ""))
        if element["type"] == "link":
            assert units(element["url"]) <= 3_000
            assert re.fullmatch(r"https?://[!-~]+", element["url"])
    assert sum(units(element.get("text", "")) for element in inner["elements"]) <= 6_000


def _actions(block: Json) -> None:
    assert 1 <= len(block["elements"]) <= 25
    for button in block["elements"]:
        check_text(button["text"], 75)
        assert ("value" in button) != ("url" in button)
        assert 1 <= units(button.get("value", "x")) <= 2_000
        assert units(button.get("url", "")) <= 3_000
        if confirm := button.get("confirm"):
            for name, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
                check_text(confirm[name], limit)


def _input(block: Json) -> None:
    check_text(block["label"], 2_000)
    if "hint" in block:
        check_text(block["hint"], 2_000)
    element = block["element"]
    if element["type"] == "static_select":
        assert 1 <= len(element["options"]) <= 100
        assert element.get("initial_option", element["options"][0]) in element["options"]
        for option in element["options"]:
            check_text(option["text"], 75)
            assert 1 <= units(option["value"]) <= 150
    if element["type"] == "plain_text_input":
        assert units(element.get("initial_value", "")) <= element["max_length"] <= 3_000


_OURS = {
    "header": _header,
    "section": _section,
    "context": _context,
    "image": _image,
    "rich_text": _rich_text,
    "actions": _actions,
    "input": _input,
}

_BLOCKKIT: dict[str, type[Any]] = {
    "header": bk.Header,
    "section": bk.Section,
    "context": bk.Context,
    "image": bk.Image,
    "rich_text": bk.RichText,
    "rich_text_section": bk.RichTextSection,
    "rich_text_preformatted": bk.RichTextPreformatted,
    "text": bk.RichTextEl,
    "link": bk.RichLinkEl,
    "actions": bk.Actions,
    "button": bk.Button,
    "input": bk.Input,
    "plain_text_input": bk.PlainTextInput,
    "number_input": bk.NumberInput,
    "static_select": bk.StaticSelect,
    "modal": bk.Modal,
    "plain_text": bk.Text,
    "mrkdwn": bk.Text,
}
_BY_PLACE: dict[str, type[Any]] = {
    "style": bk.RichStyle,
    "confirm": bk.Confirm,
    "options": bk.Option,
    "initial_option": bk.Option,
}


def as_blockkit(value: Any, place: str = "") -> Any:
    """`value` built again from blockkit's own classes, which check it."""
    if isinstance(value, list | tuple):
        return [as_blockkit(item, place) for item in value]
    if not isinstance(value, dict):
        return value
    arguments = {name: as_blockkit(inner, name) for name, inner in value.items()}
    kind = value.get("type", "")
    if kind not in {"plain_text", "mrkdwn"}:
        arguments.pop("type", None)
    if kind == "number_input":
        arguments |= {name: _number(inner) for name, inner in arguments.items() if name.endswith("_value")}
    return (_BLOCKKIT[kind] if kind else _BY_PLACE[place])(**arguments)


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
