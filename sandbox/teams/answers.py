"""What the client does with the app's answer to a pressed Action.Execute.

https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model (response format)
"""

from dataclasses import replace
from typing import Any

from sandbox.teams.cards import card_faults
from sandbox.teams.wire import Ack
from sandbox.teams.world import CARD, Said, World

TOAST = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
UNREACHABLE = "Unable to reach app. Please try again."
WRONG = "Something went wrong. Please try again."


def apply_answer(world: World, user: str, said: Said, ack: Ack) -> Ack:
    """Show the answer to the one who pressed: a card in place of the message's, or a notice."""
    if ack.error:
        world.toast(user, UNREACHABLE)
        return ack
    answer = ack.body
    if not isinstance(answer, dict) or not isinstance(answer.get("statusCode"), int):
        return _invalid(world, user, ack)
    kind, value = answer.get("type"), answer.get("value")
    if kind == TOAST and isinstance(value, str):
        world.toast(user, value)
        return ack
    if kind == CARD and not card_faults(value):
        _view(world, user, said, value)
        return ack
    if kind == ERROR and isinstance(value, dict):
        world.toast(user, str(value.get("message") or WRONG))
        return ack
    return _invalid(world, user, ack)


def apply_refresh(world: World, user: str, said: Said, ack: Ack) -> Ack:
    """Show the answer to a card's refresh, unless the card has changed meanwhile. Nobody is told of one that fails."""
    answer = ack.body if not ack.error and isinstance(ack.body, dict) else {}
    current = world.find(said.conversation, said.id)
    if answer.get("type") == CARD and current is not None and current.attachments == said.attachments:
        faults = card_faults(answer.get("value"))
        if faults:
            return replace(ack, error="invalid_response")
        _view(world, user, current, answer["value"])
    return ack


def _view(world: World, user: str, said: Said, card: Any) -> None:
    """The message may have been edited or deleted while the app thought."""
    current = world.find(said.conversation, said.id)
    if current:
        world.edit(current, views={**current.views, user: card})


def _invalid(world: World, user: str, ack: Ack) -> Ack:
    world.toast(user, WRONG)
    return replace(ack, error="invalid_response")
