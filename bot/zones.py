"""In which time zone the readers of a place are told the time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from notifiers.place import Place
from notifiers.recent import Recent

log = logging.getLogger(__name__)

# A chat that does not answer must not hold up the queue: whatever is not known by then is told in the usual zone.
ZONES_S = 1.0
_REMEMBER_S = 30


class Zones:
    """`timezone` gives a person's zone by key, where it is known; `usual` is everybody else's."""

    def __init__(self, timezone: Callable[[str], Awaitable[str | None]], usual: Callable[[], str]) -> None:
        self._timezone = timezone
        self._usual = usual
        # Also that a zone is unknown, or could not be had: the next message does not wait for it again.
        self._known: Recent[str, str | None] = Recent(_REMEMBER_S)

    async def of(self, place: Place, until: float | None = None) -> str:
        """The zone to tell the time in there, looked up until the event loop's time `until` at most."""
        if place.scheme != "person":
            return self._usual()
        end = asyncio.get_running_loop().time() + ZONES_S if until is None else until

        async def ask() -> str | None:
            try:
                async with asyncio.timeout_at(end):
                    return await self._timezone(place.id)
            except TimeoutError:
                log.warning("a time zone cannot be looked up in time: the configuration's is used")
                return None

        return await self._known.get(place.id, ask) or self._usual()
