"""Sends one delivery of the outbox, and keeps the books of cards."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, TypeVar

from aws_ops.table import Table
from notifiers import outbox_items as items
from notifiers.delivery import InThread, MessageGone, PlaceGone, Refused, Speaker, TryLater
from notifiers.message import Button, Message
from notifiers.outbox_items import Card, Delivery
from notifiers.place import Place

log = logging.getLogger(__name__)

T = TypeVar("T")
Outcome = Literal["posted", "updated", "coalesced"]


class Sender:
    """Sends deliveries by the speaker of their place's scheme. The caller holds the lease of the place."""

    def __init__(
        self, table: Table, speakers: Mapping[str, Speaker], in_thread: InThread, knows: Callable[[str], bool]
    ) -> None:
        self._table = table
        self._speakers = speakers
        self._in_thread = in_thread
        self._knows = knows

    async def send(self, delivery: Delivery) -> Outcome:
        """Say it, and what became of it. Raises TryLater, PlaceGone or Refused."""
        place = Place.parse(delivery.place)
        speaker = self._speakers.get(place.scheme)
        if speaker is None:
            raise PlaceGone(f"no chat that is set up here takes {place.scheme} places")
        message = self._with_known_buttons(delivery.message)
        if delivery.run is None:
            await _called(speaker.post(place, message))
            return "posted"
        return await self._draw(speaker, place, delivery.run, delivery, message)

    async def _draw(self, speaker: Speaker, place: Place, run: str, delivery: Delivery, message: Message) -> Outcome:
        outcome: Outcome
        shown = await self._in_thread(items.read_card, self._table, delivery.place, run)
        if shown is not None and (shown.seq > delivery.seq or (shown.seq == delivery.seq and not delivery.again)):
            return "coalesced"
        if shown is not None and shown.message == delivery.message and not delivery.again:
            # Nothing of it is to be seen, and an edit takes away what the chat itself has written below it.
            message_id, outcome = shown.message_id, "coalesced"
        else:
            message_id, outcome = await self._say(speaker, place, shown, message)
        card = Card(message_id, delivery.seq, delivery.message)
        if not await self._in_thread(items.record_card, self._table, delivery.place, run, card):
            await self._redraw(delivery.place, run)
        return outcome

    async def _say(self, speaker: Speaker, place: Place, shown: Card | None, message: Message) -> tuple[str, Outcome]:
        """The id of the message that shows the card now, and whether it is a new one."""
        message_id = None if shown is None else await self._updated(speaker, place, shown.message_id, message)
        if message_id is not None:
            return message_id, "updated"
        return await _called(speaker.post(place, message)), "posted"

    async def _updated(self, speaker: Speaker, place: Place, message_id: str, message: Message) -> str | None:
        """The id of the message, changed; None when somebody has deleted it."""
        try:
            await _called(speaker.update(place, message_id, message))
        except MessageGone:
            return None
        return message_id

    async def _redraw(self, place: str, run: str) -> None:
        """We were too slow, and wrote an older picture over another replica's newer one: let that be drawn again."""
        log.warning("a card was overtaken and is drawn again", extra={"place": place, "run": run})
        newer = await self._in_thread(items.read_card, self._table, place, run)
        if newer is not None:
            await self._in_thread(items.write_again, self._table, place, run, newer)

    def _with_known_buttons(self, message: Message) -> Message:
        buttons, audience = self._known(message.buttons), message.audience
        theirs = self._known(audience.buttons) if audience else ()
        if len(buttons) + len(theirs) == len(message.every_button):
            return message
        log.error("a message has buttons whose commands do not exist: they are left out")
        known = audience.model_copy(update={"buttons": theirs}) if audience and theirs else None
        return message.model_copy(update={"buttons": buttons, "audience": known})

    def _known(self, buttons: tuple[Button, ...]) -> tuple[Button, ...]:
        return tuple(button for button in buttons if button.command is None or self._knows(button.command))


async def _called(call: Awaitable[T]) -> T:
    """What a speaker gives. A mistake in it (and not the platform's answer) is Refused, and its trace is logged."""
    try:
        return await call
    except (TryLater, PlaceGone, MessageGone, Refused):
        raise
    except OSError as error:
        raise TryLater(f"no connection: {type(error).__name__}") from error
    except Exception as error:
        log.exception("a message cannot be sent")
        raise Refused(f"{type(error).__name__} while sending it") from error
