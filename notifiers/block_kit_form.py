"""A form as Slack's modal, and what comes back from it."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from notifiers import block_kit_limits as limits
from notifiers.block_kit_blocks import header
from notifiers.block_kit_limits import Json
from notifiers.block_kit_text import plain_line, plain_text
from notifiers.characters import units
from notifiers.message import Choice, Form, FormField
from notifiers.plain_text import one_line

CALLBACK = "form"


def render_form(form: Form, *, private_metadata: str = "") -> Json:
    """The modal view of `form`; a field's name is its `block_id` and its `action_id`.

    Raises ValueError for what cannot be cut: too long `private_metadata`, too many fields, names that are no ids.
    """
    _check(form, private_metadata)
    blocks: list[Json] = [header(form.title)] if units(one_line(form.title)) > limits.VIEW_TITLE else []
    if form.intro:
        blocks.append({"type": "section", "text": plain_text(form.intro, limits.PARAGRAPH)})
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        **({"private_metadata": private_metadata} if private_metadata else {}),
        "title": plain_line(form.title, limits.VIEW_TITLE),
        "submit": plain_line(form.submit, limits.VIEW_TITLE),
        "close": plain_line("Cancel", limits.VIEW_TITLE),
        "blocks": [*blocks, *map(_input, form.fields)],
    }


def read_form(state_values: Mapping[str, Any]) -> dict[str, str]:
    """The fields that were filled in, from a submitted view's `state.values`."""
    answers = {name: _answer(actions) for name, actions in state_values.items()}
    return {name: answer for name, answer in answers.items() if answer}


def form_errors(errors: Mapping[str, str]) -> dict[str, str]:
    """What is wrong by field, as an ack with `response_action: errors` takes it."""
    return {name: plain_line(error, limits.FIELD_ERROR)["text"] for name, error in errors.items()}


def _check(form: Form, private_metadata: str) -> None:
    names = [field.name for field in form.fields]
    if units(private_metadata) > limits.PRIVATE_METADATA:
        raise ValueError(f"private_metadata is longer than {limits.PRIVATE_METADATA:,} characters")
    if len(names) > limits.VIEW_BLOCKS - 2:
        raise ValueError(f"a form has at most {limits.VIEW_BLOCKS - 2} fields, not {len(names)}")
    if len(set(names)) < len(names):
        raise ValueError(f"two fields of a form have the same name: {', '.join(names)}")
    if not all(1 <= units(name) <= limits.IDENTIFIER for name in names):
        raise ValueError(f"a field's name has 1 to {limits.IDENTIFIER} characters")


def _input(field: FormField) -> Json:
    choices = [choice for choice in field.choices if 1 <= units(choice.value) <= limits.OPTION_VALUE]
    block: Json = {
        "type": "input",
        "block_id": field.name,
        "label": plain_line(field.label, limits.INPUT_LABEL),
        "element": {**_element(field, choices), "action_id": field.name},
        "optional": not field.required,
    }
    hint = " ".join(filter(None, (field.hint, _left_out(len(field.choices), len(choices)))))
    return {**block, "hint": plain_text(hint, limits.INPUT_HINT)} if hint.strip() else block


def _left_out(choices: int, usable: int) -> str:
    shown = min(usable, limits.OPTIONS)
    return f"{shown} of {choices} are shown; type the command for another one." if shown < choices else ""


def _element(field: FormField, choices: Sequence[Choice]) -> Json:
    if choices:
        return _select(field, choices)
    match field.kind:
        case "number":
            return _number(field)
        case "duration":
            return {**_text(field), "placeholder": plain_line("For example 30m, 8h or 1d", limits.PLACEHOLDER)}
        case "text" | "choice":
            return _text(field)


def _text(field: FormField) -> Json:
    longest = min(field.max_length or limits.INPUT_TEXT, limits.INPUT_TEXT)
    element: Json = {"type": "plain_text_input", "multiline": field.multiline, "max_length": longest}
    # Half a value is another value.
    fits = field.initial and units(field.initial) <= longest
    return {**element, "initial_value": field.initial} if fits else element


def _number(field: FormField) -> Json:
    element: Json = {"type": "number_input", "is_decimal_allowed": True}
    low, high = field.minimum, field.maximum
    if low is not None and math.isfinite(low):
        element["min_value"] = _digits(low)
    if high is not None and math.isfinite(high):
        element["max_value"] = _digits(high)
    initial = _initial_number(field)
    return element if initial is None else {**element, "initial_value": _digits(initial)}


def _initial_number(field: FormField) -> float | None:
    """The initial value, unless it is none that the field would take: Slack refuses the form for it."""
    try:
        value = float(field.initial or "")
    except ValueError:
        return None
    low = -math.inf if field.minimum is None else field.minimum
    high = math.inf if field.maximum is None else field.maximum
    return value if math.isfinite(value) and low <= value <= high else None


def _digits(value: float) -> str:
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


def _select(field: FormField, choices: Sequence[Choice]) -> Json:
    shown = list(choices[: limits.OPTIONS])
    chosen = next((choice for choice in choices if choice.value == field.initial), None)
    if chosen is not None and chosen not in shown:
        shown[-1] = chosen
    element: Json = {"type": "static_select", "options": [_option(choice) for choice in shown]}
    return {**element, "initial_option": _option(chosen)} if chosen is not None else element


def _option(choice: Choice) -> Json:
    return {"text": plain_line(choice.label, limits.OPTION_LABEL), "value": choice.value}


def _answer(actions: Mapping[str, Any]) -> str:
    for answer in actions.values():
        value = answer.get("value") or (answer.get("selected_option") or {}).get("value")
        if value:
            return str(value).strip()
    return ""
