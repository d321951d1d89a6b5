"""Sends one step of the outbox by the speaker of its place's scheme."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, TypeVar

from notifiers.delivery import MessageGone, PlaceGone, Refused, Speaker, TryLater
from notifiers.message import Button, Message
from notifiers.outbox_books import Step
from notifiers.place import Place

log = logging.getLogger(__name__)

T = TypeVar("T")
Outcome = Literal["posted", "updated", "replied", "coalesced"]


class NoSpeaker(PlaceGone):
    """No chat that is set up here takes places like this: they may be there all the same."""


class Sender:
    """Sends what is to be said next in a place. The caller holds the lease of the place."""

    def __init__(self, speakers: Mapping[str, Speaker], knows: Callable[[str], bool]) -> None:
        self._speakers = speakers
        self._knows = knows

    async def send(self, step: Step) -> tuple[Outcome, str | None]:
        """Say it; what became of it, and the id of the message. Raises TryLater, PlaceGone or Refused."""
        delivery = step.delivery
        place = Place.parse(delivery.place)
        speaker = self._speakers.get(place.scheme)
        if speaker is None:
            raise NoSpeaker(f"no chat that is set up here takes {place.scheme} places")
        message = self._with_known_buttons(delivery.message)
        if step.card is None:
            return "posted", await _called(speaker.post(place, message))
        if delivery.reply:
            said = await _replied(speaker, place, step.card.message_id, message)
            return ("coalesced", None) if said is None else ("replied", said)
        if await _updated(speaker, place, step.card.message_id, message):
            return "updated", step.card.message_id
        return "posted", await _called(speaker.post(place, message))

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


async def _updated(speaker: Speaker, place: Place, message_id: str, message: Message) -> bool:
    """Whether the message is changed; False when somebody has deleted it."""
    try:
        await _called(speaker.update(place, message_id, message))
    except MessageGone:
        return False
    return True


async def _replied(speaker: Speaker, place: Place, message_id: str, message: Message) -> str | None:
    """The reply's id; None where there is no thread for it. Of the place itself the next message will tell."""
    try:
        return await _called(speaker.reply(place, message_id, message))
    except (MessageGone, PlaceGone) as gone:
        log.info("a reply is left out: %s", gone, extra={"place": str(place)})
        return None


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
