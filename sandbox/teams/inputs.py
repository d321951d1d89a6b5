"""The inputs of a card: how they read, and what the client refuses to send."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.teams.world import Json


@dataclass(frozen=True)
class Input:
    """A field of a card. `choices` are value to title; `value` is what it shows at first."""

    id: str
    label: str
    kind: str
    required: bool = False
    value: str = ""
    error_message: str = ""
    placeholder: str = ""
    choices: Mapping[str, str] | None = None
    least: float | None = None
    most: float | None = None
    max_length: int | None = None
    regex: str = ""
    multiple: bool = False

    def lines(self) -> list[str]:
        """What is readable of it: the label, its content, the choices."""
        titles = list((self.choices or {}).values())
        content = (self.choices or {}).get(self.value, self.value) or self.placeholder
        return [line for line in (self.label, content, "  ".join(titles)) if line]


def read_input(element: Json) -> Input:
    """An input element."""
    kind = str(element["type"]).removeprefix("Input.")
    choices = None
    if kind == "ChoiceSet":
        choices = {str(choice["value"]): str(choice["title"]) for choice in element.get("choices", [])}
    if kind == "Toggle":
        choices = {str(element.get("valueOn", "true")): str(element.get("title", ""))}
    numeric = kind == "Number"
    return Input(
        id=str(element.get("id", "")),
        label=str(element.get("label", "")),
        kind=kind,
        required=bool(element.get("isRequired")),
        value=_text(element.get("value")),
        error_message=str(element.get("errorMessage", "")),
        placeholder=str(element.get("placeholder", "")),
        choices=choices,
        least=element.get("min") if numeric else None,
        most=element.get("max") if numeric else None,
        max_length=element.get("maxLength"),
        regex=str(element.get("regex", "")),
        multiple=bool(element.get("isMultiSelect")),
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def entered(inputs: tuple[Input, ...], given: Mapping[str, str]) -> dict[str, str]:
    """Input id to text, empty ones left out, as the client sends them.

    `given` goes by id or label, choices by value or title; inputs that are not named keep what they show. Raises
    LookupError for a name, or a choice, that the card does not have.
    """
    left = dict(given)
    values: dict[str, str] = {}
    for one in inputs:
        text = next((left.pop(name) for name in (one.id, one.label) if name in left), None)
        text = one.value if text is None else _chosen(one, text)
        if text:
            values[one.id] = text
    if left:
        raise LookupError(f"the card has no input {', '.join(left)}")
    return values


def _chosen(one: Input, text: str) -> str:
    if one.kind != "ChoiceSet" or not text or one.multiple:
        return text
    for value, title in (one.choices or {}).items():
        if text in (value, title):
            return value
    raise LookupError(f"{one.label or one.id} offers {', '.join((one.choices or {}).values())}, not {text!r}")


def client_errors(inputs: tuple[Input, ...], values: Mapping[str, str]) -> dict[str, str]:
    """What the client says beside the inputs, by id, instead of sending; empty when the card may be sent."""
    faults = {one.id: _fault(one, values.get(one.id, "")) for one in inputs}
    return {id_: fault for id_, fault in faults.items() if fault}


def _fault(one: Input, text: str) -> str:
    message = one.error_message or "This field has an invalid value."
    if not text:
        return message if one.required else ""
    if one.kind == "Number" and not _in_range(one, text):
        return message
    if one.regex and not re.search(one.regex, text):
        return message
    if one.kind == "Text" and one.max_length is not None and len(text) > one.max_length:
        return message
    return ""


def _in_range(one: Input, text: str) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    least = float("-inf") if one.least is None else one.least
    most = float("inf") if one.most is None else one.most
    return least <= number <= most
