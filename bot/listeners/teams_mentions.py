"""Whoever is mentioned in a message is met, so that a command can be about them: Teams has no other directory.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
"""

import asyncio
import logging
import re

from bot.listeners.teams_forms import where
from bot.listeners.teams_requests import Sender
from commands.request import Request
from notifiers.teams_conversations import Conversation
from notifiers.teams_directory import TeamsDirectory

log = logging.getLogger(__name__)

_PERSON = re.compile(r"(?<!\S)@(29:[\w-]{1,300}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?!\S)", re.ASCII)
_MOST = 5  # in one message; whoever comes after them stays unknown
_PATIENCE_S = 3.0


async def meet_mentioned(directory: TeamsDirectory, request: Request, who: Sender) -> None:
    """Get to know those of the mentioned whom Deskside never met, by the roster of where it was said; never raises."""
    if who.kind == "personal":
        return  # nobody else is in there
    mentioned = list(dict.fromkeys(_PERSON.findall(request.text)))[:_MOST]
    await asyncio.gather(*(_meet(directory, user, where(who)) for user in mentioned))


async def _meet(directory: TeamsDirectory, user: str, at: Conversation) -> None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await directory.meet(user, at)
    except Exception as error:  # noqa: BLE001 - Teams or the table: the command says that it knows them not
        log.warning("somebody mentioned is not met: %s", type(error).__name__)
