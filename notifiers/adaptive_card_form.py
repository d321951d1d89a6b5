"""A form as a card with inputs, and what comes back from it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from notifiers import adaptive_card_limits as limits
from notifiers.adaptive_card_buttons import COMMAND, action_set, execute
from notifiers.adaptive_card_limits import Json, weight
from notifiers.adaptive_card_page import headline, page
from notifiers.adaptive_card_text import line, rich, run, small, visible
from notifiers.characters import cut, units
from notifiers.message import Choice, Form, FormField

FORM = "form"
# What stands beside the inputs in an action's data: ours, and Teams' own.
_RESERVED = {FORM, COMMAND, "msteams"}
_NOTHING: Mapping[str, str] = {}


def render_form(
    form: Form, *, nonce: str, values: Mapping[str, str] = _NOTHING, errors: Mapping[str, str] = _NOTHING
) -> Json:
    """The card of `form`; a field's name is its input's id. `values` are what was typed, `errors` what is wrong.

    Raises ValueError for what cannot be cut: too many fields, names that are no ids, more than a card can carry.
    """
    _check(form)
    for limit in (limits.INPUT_TEXT, 1_000, 300, 100):
        card = _card(form, nonce, values, errors, limit)
        if weight(card) <= limits.CARD:
            return card
    raise ValueError(f"a form is too large for a card: {form.title[:80]!r}")


def closed(sentence: str) -> Json:
    """A card of one sentence: a form that is done."""
    text = cut(visible(sentence), limits.PARAGRAPH)
    return page([rich(run(text, isSubtle=True))], text)


def read_form(data: Mapping[str, Any]) -> dict[str, str]:
    """The fields that were filled in, from the data of the form's action."""
    answers = {name: _answer(value) for name, value in data.items() if name not in _RESERVED}
    return {name: answer for name, answer in answers.items() if answer}


def _answer(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float() if math.isfinite(value):
            return _digits(value)
        case int() | str():
            return str(value).strip()
        case _:
            return ""


def _check(form: Form) -> None:
    names = [field.name for field in form.fields]
    if len(names) > limits.FIELDS:
        raise ValueError(f"a form has at most {limits.FIELDS} fields, not {len(names)}")
    if len(set(names)) < len(names):
        raise ValueError(f"two fields of a form have the same name: {', '.join(names)}")
    if not all(1 <= units(name) <= limits.IDENTIFIER for name in names):
        raise ValueError(f"a field's name has 1 to {limits.IDENTIFIER} characters")
    if taken := _RESERVED & set(names):
        raise ValueError(f"a field cannot have the name of something else in the answer: {', '.join(taken)}")


def _card(form: Form, nonce: str, values: Mapping[str, str], errors: Mapping[str, str], limit: int) -> Json:
    names = {field.name for field in form.fields}
    body = [headline(line(form.title, limits.TITLE))]
    if form.intro:
        body.append(rich(run(cut(visible(form.intro), limit))))
    body += [_error(error, limit) for name, error in errors.items() if name not in names]
    room = limit * 6 // len(form.fields)
    for field in form.fields:
        body += _field(field, values.get(field.name, field.initial), errors.get(field.name), limit, room)
    submit = execute(line(form.submit, limits.BUTTON_LABEL), FORM, {FORM: nonce}, "positive")
    return page([*body, action_set([submit])], f"{form.title}: type /{form.command}")


def _field(field: FormField, value: str | None, error: str | None, limit: int, room: int) -> list[Json]:
    """An input, and beside it what it is for and what is wrong; `room` is for the choices' `weight`."""
    choices = _choices(field, value, room)
    hint = " ".join(filter(None, (field.hint, _left_out(len(field.choices), len(choices)))))
    said = [_error(error, limit)] if error is not None else []
    hints = [small(cut(visible(hint), min(limit, limits.INPUT_HINT)), spacing="None")] if hint.strip() else []
    return [_input(field, choices, value, limit), *said, *hints]


def _error(error: str, limit: int) -> Json:
    return rich(run(line(error, min(limit, limits.FIELD_ERROR)), color="Attention", weight="Bolder"), spacing="Small")


def _left_out(choices: int, shown: int) -> str:
    return f"{shown} of {choices} are shown; type the command for another one." if shown < choices else ""


def _choices(field: FormField, value: str | None, room: int) -> list[Choice]:
    usable = [choice for choice in field.choices if 1 <= units(choice.value) <= limits.CHOICE]
    shown = list[Choice]()
    for choice in usable[: limits.CHOICES]:
        room -= weight(_option(choice))
        if room < 0 and shown:
            break
        shown.append(choice)
    chosen = next((choice for choice in usable if choice.value == value), None)
    if chosen is not None and chosen not in shown:
        shown[-1] = chosen
    return shown


def _option(choice: Choice) -> Json:
    return {"title": line(choice.label, limits.CHOICE_LABEL), "value": choice.value}


def _input(field: FormField, choices: Sequence[Choice], value: str | None, limit: int) -> Json:
    element: Json = {"type": "Input.Text", "id": field.name, "label": line(field.label, min(limit, limits.INPUT_LABEL))}
    if field.required:
        element["isRequired"] = True
    if choices:
        element |= _select(choices, value)
    elif field.kind == "number":
        element |= _number(field, value)
    else:
        element |= _text(field, value, limit)
    return element


def _text(field: FormField, value: str | None, limit: int) -> Json:
    longest = min(field.max_length or limits.INPUT_TEXT, limits.INPUT_TEXT)
    element: Json = {"maxLength": longest, "errorMessage": "Please fill this in."}
    if field.multiline:
        element["isMultiline"] = True
    if field.kind == "duration":
        element["placeholder"] = "For example 30m, 8h or 1d"
    # Half a value is another value.
    fits = value and units(value) <= longest and weight(value) <= 6 * limit
    return {**element, "value": value} if fits else element


def _number(field: FormField, value: str | None) -> Json:
    element: Json = {"type": "Input.Number"}
    low, high = field.minimum, field.maximum
    if low is not None and math.isfinite(low):
        element["min"] = _plain(low)
    if high is not None and math.isfinite(high):
        element["max"] = _plain(high)
    bounds = [f" {word} {element[name]}" for word, name in (("from", "min"), ("to", "max")) if name in element]
    element["errorMessage"] = f"Please type a number{''.join(bounds)}."
    typed = _as_number(value)
    return element if typed is None else {**element, "value": _plain(typed)}


def _as_number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _digits(value: float) -> str:
    return str(_plain(value))


def _select(choices: Sequence[Choice], value: str | None) -> Json:
    element: Json = {
        "type": "Input.ChoiceSet",
        "style": "compact",
        "choices": list(map(_option, choices)),
        "errorMessage": "Please choose one.",
    }
    return {**element, "value": value} if any(choice.value == value for choice in choices) else element
