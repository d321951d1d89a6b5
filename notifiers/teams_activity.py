"""A message as the Bot Connector takes it: an Adaptive Card, or plain text where Teams finds fault with that."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from notifiers import adaptive_card
from notifiers.adaptive_card import TeamsMessage
from notifiers.message import Message, Text
from notifiers.teams_api import Json, TeamsRefused

log = logging.getLogger(__name__)

Sent = TypeVar("Sent")

CARD = "application/vnd.microsoft.card.adaptive"

_FAULTY = frozenset({400, 413, 422})


def with_card(summary: str, card: Json) -> Json:
    """The activity that is a card; `summary` is what notifications show."""
    return {"type": "message", "summary": summary, "attachments": [{"contentType": CARD, "content": card}]}


def with_remark(message: Message, remark: str) -> Message:
    """The message, and first what is missing from it: at its end that might itself not fit."""
    blocks = message.blocks or (Text.of(message.summary),)
    return message.model_copy(update={"blocks": (Text.of(remark), *blocks)})


async def rich_or_plain(message: Message, rendered: TeamsMessage, send: Callable[[Json], Awaitable[Sent]]) -> Sent:
    """Send `message` as a card; as plain text if Teams finds fault with that."""
    try:
        return await send(with_card(rendered.summary, rendered.card))
    except TeamsRefused as refused:
        if refused.status not in _FAULTY:
            raise
        log.error("Teams finds fault with a card (%s): it goes out as plain text", refused.code)
    return await send({"type": "message", "textFormat": "plain", "text": adaptive_card.plain(message)})
