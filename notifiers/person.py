"""Direct messages to a person, in the chat in which they were last heard."""

import logging
from collections import OrderedDict
from collections.abc import Mapping

from aws_ops import clock
from aws_ops.table import Table
from notifiers.delivery import LONGEST_WAIT_S, InThread, MessageGone, PlaceGone, Speaker, TryLater
from notifiers.message import Message
from notifiers.place import Place, Platform

log = logging.getLogger(__name__)

_SORT_KEY = "LAST"
# How often the table is told again where a person talks: another replica may have heard them elsewhere meanwhile.
_TOLD_S = 60
_MOST = 10_000
_SEPARATOR = "/"


class PersonSpeaker:
    """Says things in `person:` places. `speakers` has every chat that is set up; the first is the usual one.

    Where a person was last heard is in the table (`CONV#<key>`/`LAST`), for all replicas. The id of a message is the
    platform, a slash and the platform's own id, so that a change of chat does not lose it. A chat that took a message
    and whose answer was lost counts as out: such a message may stand in both.
    """

    def __init__(self, speakers: Mapping[Platform, Speaker], table: Table, in_thread: InThread) -> None:
        self._speakers = speakers
        self._table = table
        self._in_thread = in_thread
        self._told: OrderedDict[str, tuple[Platform, int]] = OrderedDict()

    async def heard(self, key: str, platform: Platform) -> None:
        """Remember where the person `key` talks now; a failure is logged, for nobody waits for this."""
        platform_then, at = self._told.get(key, (None, 0))
        if len(self._speakers) < 2 or (platform_then == platform and 0 <= clock.epoch() - at < _TOLD_S):
            return
        try:
            await self._in_thread(self._table.put, {"pk": _pk(key), "sk": _SORT_KEY, "platform": platform})
        except Exception:
            log.exception("it could not be noted in which chat somebody is")
            return
        self._told[key] = (platform, clock.epoch())
        self._told.move_to_end(key)
        while len(self._told) > _MOST:
            self._told.popitem(last=False)

    async def post(self, place: Place, message: Message) -> str:
        """Say it in the first chat that has the person, or in another one that has them while that one is out.

        Raises TryLater where a chat that may have them is out, PlaceGone where none has them, and what a chat raises.
        """
        failure: Exception = PlaceGone("no chat that is set up knows this person")
        for platform in await self._order(place.id):
            try:
                said = await self._speakers[platform].post(place, message)
            except PlaceGone as gone:
                # Whom this chat does not have, another one may have that is out for now.
                failure = failure if isinstance(failure, TryLater) else gone
            except TryLater as later:
                if later.seconds is not None and later.seconds <= LONGEST_WAIT_S:
                    raise  # no outage: the chat asks for a moment
                failure = failure if isinstance(failure, TryLater) else later
            else:
                return f"{platform}{_SEPARATOR}{said}"
        raise failure

    async def update(self, place: Place, message_id: str, message: Message) -> None:
        """Change it in the chat where it was said.

        Raises MessageGone where that is not set up any more or does not have them any more: another chat may, so that
        it is posted anew there.
        """
        platform, own = self._where(message_id)
        try:
            await self._speakers[platform].update(place, own, message)
        except PlaceGone as gone:
            raise MessageGone(str(gone)) from gone

    async def reply(self, place: Place, message_id: str, message: Message) -> str | None:
        """Say it in the message's thread, in the chat where that stands. Raises MessageGone as `update`."""
        platform, own = self._where(message_id)
        try:
            said = await self._speakers[platform].reply(place, own, message)
        except PlaceGone as gone:
            raise MessageGone(str(gone)) from gone
        return None if said is None else f"{platform}{_SEPARATOR}{said}"

    def _where(self, message_id: str) -> tuple[Platform, str]:
        """The chat that a message was said in, and the message's id there."""
        for platform in self._speakers:
            own = message_id.removeprefix(f"{platform}{_SEPARATOR}")
            if own != message_id:
                return platform, own
        raise MessageGone("the chat that this was said in is not set up any more")

    async def _order(self, key: str) -> list[Platform]:
        if len(self._speakers) < 2:
            return list(self._speakers)
        try:
            item = await self._in_thread(self._table.get, _pk(key), _SORT_KEY)
        except Exception as error:
            raise TryLater("it cannot be read in which chat they are") from error
        last = (item or {}).get("platform")
        return sorted(self._speakers, key=lambda platform: platform != last)


def _pk(key: str) -> str:
    return f"CONV#{key}"
