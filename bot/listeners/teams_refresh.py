"""Cards that a client asks for anew, because they may have buttons for its reader alone.

https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model (refresh, and the format of responses)
"""

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

from bot.listeners.teams_requests import Body, Sender
from notifiers.adaptive_card import REFRESH
from notifiers.teams import Teams
from notifiers.teams_activity import CARD
from notifiers.teams_api import Json

log = logging.getLogger(__name__)

_RUN = re.compile(r"[a-z]{1,20}-[0-9a-z-]{1,60}")
_LOOK_S = 6.0  # Teams waits 10 s for an invoke's whole answer
_ERROR = "application/vnd.microsoft.error"


def run_to_refresh(activity: Body) -> str | None:
    """The run whose card is asked for; None for an action that is something else."""
    action = _map(_map(activity.get("value")).get("action"))
    run = _map(action.get("data")).get(REFRESH)
    if action.get("verb") != REFRESH or not isinstance(run, str) or not _RUN.fullmatch(run):
        return None
    return run


async def refreshed(teams: Teams, run: str, who: Sender) -> Json:
    """The invoke's answer: the card of that run in the sender's conversation, as they may see it.

    Of what was sent only the run is believed; without an answer the card stays as it stands for everybody.
    """
    try:
        async with asyncio.timeout(_LOOK_S):
            card = await teams.card_for(who.user, who.conversation, run)
    except Exception as error:  # noqa: BLE001 - whatever the table or the roster fails with: nothing is lost by it
        log.warning("a card is not drawn anew: %s", type(error).__name__)
        return _error(500, "Unavailable", "This card cannot be drawn anew right now.")
    if card is None:
        return _error(400, "NotFound", "There is no such card here.")
    return {"statusCode": 200, "type": CARD, "value": card}


def _error(status: int, code: str, message: str) -> Json:
    return {"statusCode": status, "type": _ERROR, "value": {"code": code, "message": message}}


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
