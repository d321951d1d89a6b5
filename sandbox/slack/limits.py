"""What Slack refuses in blocks and views, with the messages it gives.

https://docs.slack.dev/reference/block-kit and https://docs.slack.dev/reference/views
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.slack.elements import ELEMENTS, Faults, rich_text_elements, text_object

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 40_000
BLOCKS_TEXT = 13_200
INPUT_ELEMENTS = frozenset(ELEMENTS) - {"button", "overflow", "image", "mrkdwn", "plain_text"}


def _header(block: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(block, "text")
    text_object(block.get("text"), faults.at("text"), 150, kinds=("plain_text",))


def _section(block: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(block, "text", "fields", "accessory", "expand")
    if "text" not in block and "fields" not in block:
        faults.add("must define either `text` or `fields`")
    if "text" in block:
        text_object(block["text"], faults.at("text"), 3000)
    if "fields" in block:
        for field, at in faults.each(block["fields"], "fields", 1, 10):
            text_object(field, at, 2000)
    if "accessory" in block:
        _element(block["accessory"], faults.at("accessory"), frozenset(ELEMENTS) - {"mrkdwn", "plain_text"})


def _context(block: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(block, "elements")
    for element, at in faults.each(block.get("elements"), "elements", 1, 10):
        _element(element, at, {"mrkdwn", "plain_text", "image"})


def _actions(block: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(block, "elements")
    seen: set[str] = set()
    for element, at in faults.each(block.get("elements"), "elements", 1, 25):
        _element(element, at, frozenset(ELEMENTS) - {"image", "plain_text_input", "number_input"})
        action = element.get("action_id") if isinstance(element, Mapping) else None
        if action in seen:
            at.add(f"`action_id` {action!r} already exists")
        seen.add(action or "")


def _image(block: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(block, "image_url", "alt_text", "title", "slack_file")
    faults.text(block, "image_url", 3000)
    faults.text(block, "alt_text", 2000)
    if "title" in block:
        text_object(block["title"], faults.at("title"), 2000, kinds=("plain_text",))


def _divider(block: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(block)


def _rich_text(block: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(block, "elements")
    rich_text_elements(block, faults)


def _input(block: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(block, "label", "element", "hint", "optional", "dispatch_action")
    text_object(block.get("label"), faults.at("label"), 2000, kinds=("plain_text",))
    if "hint" in block:
        text_object(block["hint"], faults.at("hint"), 2000, kinds=("plain_text",))
    _element(block.get("element"), faults.at("element"), INPUT_ELEMENTS)


BLOCKS: dict[str, Callable[[Mapping[str, Any], Faults], None]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "divider": _divider,
    "rich_text": _rich_text,
    "input": _input,
}


def _element(element: Any, faults: Faults, allowed: Iterable[str]) -> None:
    kind = str(element.get("type")) if isinstance(element, Mapping) else ""
    if kind not in allowed:
        faults.add(f"unsupported type: {kind}")
        return
    ELEMENTS[kind](element, faults)


def check_blocks(blocks: Any, *, limit: int = MESSAGE_BLOCKS, root: str = "/blocks") -> list[str]:
    """What is wrong with a list of blocks, as in `errors` of Slack's answer; empty when nothing is."""
    faults = Faults(root, [])
    if not isinstance(blocks, list):
        return [f"must be a list [json-pointer:{root}]"]
    if len(blocks) > limit:
        return [f"no more than {limit} items allowed [json-pointer:{root}]"]
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        at = faults.at(str(index))
        kind = block.get("type") if isinstance(block, Mapping) else None
        if kind not in BLOCKS:
            at.add(f"unsupported type: {kind}")
            continue
        if "block_id" in block:
            at.text(block, "block_id", 255)
            if block["block_id"] in seen:
                at.add(f"`block_id` {block['block_id']!r} already exists")
            seen.add(block["block_id"])
        BLOCKS[kind](block, at)
    return faults.found


def text_length(node: Any) -> int:
    """Characters of all text in blocks: what `msg_blocks_too_long` counts."""
    if isinstance(node, Mapping):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(text_length(value) for value in node.values())
    if isinstance(node, list | tuple):
        return sum(text_length(item) for item in node)
    return 0


def check_message(text: str, blocks: Any) -> tuple[str, list[str]]:
    """(Slack's error or "", details) for the text and blocks of a message."""
    if not text and not blocks:
        return "no_text", []
    if len(text) > MESSAGE_TEXT:
        return "msg_too_long", []
    errors = check_blocks(blocks) if blocks else []
    if errors:
        return "invalid_blocks", errors
    if blocks and text_length(blocks) > BLOCKS_TEXT:
        return "msg_blocks_too_long", []
    return "", []


def check_view(view: Any) -> list[str]:
    """What is wrong with a modal; empty when nothing is."""
    if not isinstance(view, Mapping):
        return ["must be an object [json-pointer:/view]"]
    faults = Faults("/view", [])
    allowed = ("title", "submit", "close", "blocks", "private_metadata", "callback_id", "clear_on_close")
    faults.keys(view, *allowed, "notify_on_close", "external_id", "submit_disabled")
    for part in ("title", "submit", "close"):
        if part in view or part == "title":
            text_object(view.get(part), faults.at(part), 24, kinds=("plain_text",))
    blocks = view.get("blocks")
    if isinstance(blocks, list) and "submit" not in view and any(block.get("type") == "input" for block in blocks):
        faults.at("submit").add("`submit` is required when an input block is within blocks")
    return _view(view, "modal", faults)


def check_home(view: Any) -> list[str]:
    """What is wrong with the view of a Home tab; empty when nothing is."""
    if not isinstance(view, Mapping):
        return ["must be an object [json-pointer:/view]"]
    faults = Faults("/view", [])
    faults.keys(view, "blocks", "private_metadata", "callback_id", "external_id")
    return _view(view, "home", faults)


def _view(view: Mapping[str, Any], kind: str, faults: Faults) -> list[str]:
    """What is wrong with what all views have."""
    if view.get("type") != kind:
        faults.add(f"unsupported type: {view.get('type')}")
    for part, limit in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(str(view.get(part, ""))) > limit:
            faults.at(part).add(f"must be less than {limit + 1} characters")
    return faults.found + check_blocks(view.get("blocks"), limit=VIEW_BLOCKS, root="/view/blocks")
