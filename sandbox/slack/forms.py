"""What a Slack client does with the fields of a form: fills them, and refuses to send what cannot be right."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.world import Json


def input_blocks(view: Mapping[str, Any]) -> list[Json]:
    """The input blocks of a view, in order."""
    return [block for block in view["blocks"] if block["type"] == "input"]


def state_values(view: Mapping[str, Any], given: Mapping[str, str]) -> Json:
    """`view.state.values` for what a person entered.

    `given` goes by block id, action id or label; fields that are not named keep their initial value. Raises LookupError
    for a name that the form does not have.
    """
    left = dict(given)
    values: Json = {}
    for block in input_blocks(view):
        element = block["element"]
        names = (block["block_id"], element.get("action_id", ""), block["label"]["text"])
        entered = next((left.pop(name) for name in names if name in left), None)
        values[block["block_id"]] = {element.get("action_id", "value"): _value(element, entered)}
    if left:
        raise LookupError(f"the form has no field {', '.join(left)}")
    return values


def _value(element: Mapping[str, Any], entered: str | None) -> Json:
    kind = element["type"]
    if kind == "static_select":
        chosen = element.get("initial_option")
        if entered is not None:
            matches = [option for option in element["options"] if entered in (option["value"], option["text"]["text"])]
            chosen = matches[0] if matches else None
        return {"type": kind, "selected_option": chosen}
    text = element.get("initial_value") if entered is None else entered
    return {"type": kind, "value": text or None}


def client_errors(view: Mapping[str, Any], values: Json) -> dict[str, str]:
    """What the client itself says beside the fields, by block id; empty when the form may be sent."""
    errors = {}
    for block in input_blocks(view):
        (state,) = values[block["block_id"]].values()
        option = state.get("selected_option")
        text = option["value"] if option else state.get("value")
        fault = _fault(block, text)
        if fault:
            errors[block["block_id"]] = fault
    return errors


def _fault(block: Mapping[str, Any], text: str | None) -> str:
    element = block["element"]
    if not text:
        return "" if block.get("optional") else "Please complete this required field."
    if element["type"] == "plain_text_input":
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if not least <= len(text) <= most:
            return f"Please enter {least} to {most} characters."
    if element["type"] == "number_input":
        return _number_fault(element, text)
    return ""


def _number_fault(element: Mapping[str, Any], text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and number != int(number):
        return "Please enter a whole number."
    if number < float(element.get("min_value", "-inf")):
        return f"Please enter a number of at least {element['min_value']}."
    if number > float(element.get("max_value", "inf")):
        return f"Please enter a number of at most {element['max_value']}."
    return ""
