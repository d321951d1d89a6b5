"""The checks of what stands inside blocks: text objects, elements, confirmations, rich text."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Faults:
    """A collector that knows where in the payload it stands."""

    pointer: str
    found: list[str]

    def at(self, part: str) -> "Faults":
        """The same collector, further in."""
        return Faults(f"{self.pointer}/{part}", self.found)

    def add(self, what: str) -> None:
        """Note a fault here, in Slack's wording."""
        self.found.append(f"{what} [json-pointer:{self.pointer}]")

    def keys(self, node: Mapping[str, Any], *allowed: str) -> None:
        """Refuse properties that Slack does not know."""
        for key in sorted(set(node) - {"type", "block_id", *allowed}):
            self.add(f"invalid additional property: {key}")

    def text(self, node: Mapping[str, Any], key: str, limit: int, *, optional: bool = False) -> None:
        """`node[key]` is a string of 1 to `limit` characters."""
        if key not in node:
            if not optional:
                self.add(f"missing required field: {key}")
            return
        value = node[key]
        if not isinstance(value, str) or not value:
            self.at(key).add("must be more than 0 characters")
        elif len(value) > limit:
            self.at(key).add(f"must be less than {limit + 1} characters")

    def each(self, items: Any, part: str, least: int, most: int) -> Iterator[tuple[Any, "Faults"]]:
        """The items of a list that must have `least` to `most` of them."""
        if not isinstance(items, list):
            self.add(f"missing required field: {part}")
            return
        if not least <= len(items) <= most:
            limit = f"no more than {most}" if len(items) > most else f"no fewer than {least}"
            self.at(part).add(f"{limit} items allowed")
        for index, item in enumerate(items):
            yield item, self.at(part).at(str(index))


def text_object(node: Any, faults: Faults, limit: int, *, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> None:
    """Check a text object of at most `limit` characters."""
    if not isinstance(node, Mapping) or node.get("type") not in kinds:
        faults.add(f"must be a text object of type {' or '.join(kinds)}")
        return
    faults.keys(node, "text", *(("emoji",) if node["type"] == "plain_text" else ("verbatim",)))
    faults.text(node, "text", limit)


def _confirm(node: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(node, "title", "text", "confirm", "deny", "style")
    text_object(node.get("title"), faults.at("title"), 100, kinds=("plain_text",))
    text_object(node.get("text"), faults.at("text"), 300)
    for part in ("confirm", "deny"):
        text_object(node.get(part), faults.at(part), 30, kinds=("plain_text",))


def _common(element: Mapping[str, Any], faults: Faults) -> None:
    faults.text(element, "action_id", 255, optional=True)
    if "confirm" in element:
        _confirm(element["confirm"], faults.at("confirm"))
    if "placeholder" in element:
        text_object(element["placeholder"], faults.at("placeholder"), 150, kinds=("plain_text",))


def _button(element: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(element, "text", "action_id", "url", "value", "style", "confirm", "accessibility_label")
    _common(element, faults)
    text_object(element.get("text"), faults.at("text"), 75, kinds=("plain_text",))
    faults.text(element, "value", 2000, optional=True)
    faults.text(element, "url", 3000, optional=True)
    faults.text(element, "accessibility_label", 75, optional=True)
    if element.get("style", "primary") not in ("primary", "danger"):
        faults.at("style").add("must be one of primary, danger")


def _options(element: Mapping[str, Any], faults: Faults, most: int = 100) -> None:
    for option, at in faults.each(element.get("options"), "options", 1, most):
        at.keys(option, "text", "value", "description", "url")
        text_object(option.get("text"), at.at("text"), 75)
        at.text(option, "value", 150)


def _select(element: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(element, "action_id", "options", "initial_option", "placeholder", "confirm", "focus_on_load")
    _common(element, faults)
    _options(element, faults)
    initial = element.get("initial_option")
    if initial is not None and initial not in element.get("options", []):
        faults.at("initial_option").add("must match one of the options")


def _overflow(element: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(element, "action_id", "options", "confirm")
    _common(element, faults)
    _options(element, faults, most=5)


def _text_input(element: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(
        element, "action_id", "initial_value", "multiline", "min_length", "max_length", "placeholder", "focus_on_load"
    )
    _common(element, faults)
    for part in ("min_length", "max_length"):
        if not 0 <= int(element.get(part, 1)) <= 3000:
            faults.at(part).add("must be between 0 and 3000")
    if len(element.get("initial_value", "")) > int(element.get("max_length", 3000)):
        faults.at("initial_value").add("must not be longer than max_length")


def _number_input(element: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(
        element,
        *("action_id", "is_decimal_allowed", "initial_value", "min_value", "max_value", "placeholder", "focus_on_load"),
    )
    _common(element, faults)
    if not isinstance(element.get("is_decimal_allowed"), bool):
        faults.add("missing required field: is_decimal_allowed")
    for part in ("initial_value", "min_value", "max_value"):
        if part in element and not isinstance(element[part], str):
            faults.at(part).add("must be a string")


def _image(element: Mapping[str, Any], faults: Faults) -> None:
    faults.keys(element, "image_url", "alt_text", "slack_file")
    faults.text(element, "image_url", 3000)
    faults.text(element, "alt_text", 2000)


def _text(element: Mapping[str, Any], faults: Faults) -> None:
    text_object(element, faults, 3000)


ELEMENTS: dict[str, Callable[[Mapping[str, Any], Faults], None]] = {
    "button": _button,
    "static_select": _select,
    "overflow": _overflow,
    "plain_text_input": _text_input,
    "number_input": _number_input,
    "image": _image,
    "mrkdwn": _text,
    "plain_text": _text,
}

_RICH_PARENTS = {"rich_text_section", "rich_text_preformatted", "rich_text_quote", "rich_text_list"}
_RICH_LEAVES = {"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "date", "color"}


def rich_text_elements(node: Mapping[str, Any], faults: Faults) -> None:
    """Check the tree under a rich text block."""
    for element, at in faults.each(node.get("elements"), "elements", 0, 1000):
        kind = element.get("type") if isinstance(element, Mapping) else None
        if kind in _RICH_PARENTS:
            rich_text_elements(element, at)
        elif kind not in _RICH_LEAVES or node.get("type") == "rich_text":
            at.add(f"unsupported type: {kind}")
        elif kind == "text":
            at.text(element, "text", 13_200)
        elif kind == "link":
            at.text(element, "url", 3000)
