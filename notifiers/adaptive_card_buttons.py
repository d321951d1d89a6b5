"""A message's buttons as a card's actions."""

from collections.abc import Sequence
from typing import Any

from notifiers import adaptive_card_limits as limits
from notifiers.adaptive_card_limits import Json, weight
from notifiers.adaptive_card_text import line, rich, run, visible
from notifiers.characters import cut, units
from notifiers.message import Button

COMMAND = "command"
_STYLES = {"default": None, "primary": "positive", "danger": "destructive"}


def actions(buttons: Sequence[Button]) -> tuple[tuple[Json, ...], int]:
    """The set of actions, if any, and how many buttons it leaves out.

    Raises ValueError for a command that no button can carry: commands are made of ids, and half of one is another one.
    """
    drawn: list[Json] = []
    for index, button in enumerate(buttons[: limits.BUTTONS]):
        action = _button(button) | ({"mode": "secondary"} if index >= limits.PRIMARY else {})
        if weight([*drawn, action]) > limits.ALL_BUTTONS:
            break
        drawn.append(action)
    return ((action_set(drawn),) if drawn else ()), len(buttons) - len(drawn)


def action_set(drawn: Sequence[Json]) -> Json:
    """Buttons in a row, or below each other where that is too narrow."""
    return {"type": "ActionSet", "actions": list(drawn), "spacing": "Medium"}


def execute(title: str, verb: str, data: dict[str, Any], style: str | None = None) -> Json:
    """A button that is answered at once; where the client knows none, one that sends the same as a message."""
    common: Json = {"title": title, "data": data} | ({"style": style} if style else {})
    return {"type": "Action.Execute", "verb": verb, **common, "fallback": {"type": "Action.Submit", **common}}


def _button(button: Button) -> Json:
    if button.confirm is None:
        return _action(button)
    title, style = line(button.label, limits.BUTTON_LABEL), _STYLES[button.style]
    question = rich(run(cut(visible(button.confirm), limits.QUESTION)))
    card: Json = {"type": "AdaptiveCard", "body": [question], "actions": [_action(button)]}
    return {"type": "Action.ShowCard", "title": title, "card": card} | ({"style": style} if style else {})


def _action(button: Button) -> Json:
    title, style = line(button.label, limits.BUTTON_LABEL), _STYLES[button.style]
    if button.link is not None:
        action: Json = {"type": "Action.OpenUrl", "title": title, "url": button.link}
        return action | ({"style": style} if style else {})
    command = button.command or ""
    if not 1 <= units(command) <= limits.COMMAND:
        raise ValueError(f"a button's command has 1 to {limits.COMMAND:,} characters: {command[:80]!r}")
    return execute(title, COMMAND, {COMMAND: command}, style)
