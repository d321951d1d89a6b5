"""The Home in Slack: who has opened it, and what is pressed in it."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Protocol

from aws_ops import clock
from bot.listeners import slack_requests
from bot.listeners.slack_requests import Body, HomeOpened
from commands.request import Request
from notifiers.place import Place

log = logging.getLogger(__name__)

# Slack sends an event again at once, after 1 and after 5 minutes: https://docs.slack.dev/apis/events-api
_AGAIN_S = 600
_MOST = 10_000


class Homes(Protocol):
    """Draws Homes."""

    def opened(self, who: HomeOpened) -> None:
        """Somebody has opened theirs: begin to draw it, and keep it fresh. Never raises."""
        ...


class SlackHome:
    """What Slack says of Homes. `direct` gives the place of somebody's direct messages, by their id."""

    def __init__(self, homes: Homes, direct: Callable[[str], Awaitable[Place]]) -> None:
        self._homes = homes
        self._direct = direct
        self._heard: OrderedDict[str, int] = OrderedDict()

    def opened(self, body: Body) -> bool:
        """Hear an event; False where it was heard before. Raises Ignored, or LookupError and the like."""
        who = slack_requests.home_opened(body)
        now = clock.epoch()
        before = self._heard.pop(who.event, None)
        self._heard[who.event] = now
        while len(self._heard) > _MOST:
            self._heard.popitem(last=False)
        if before is not None and 0 <= now - before < _AGAIN_S:
            return False
        self._homes.opened(who)
        return True

    async def request(self, body: Body, user: str) -> Request:
        """A button of a Home: it was asked in the person's direct messages, and is answered there.

        Raises TryLater, PlaceGone, Refused, Ignored and KeyError.
        """
        return slack_requests.from_button(body, home=(await self._direct(user)).id)
