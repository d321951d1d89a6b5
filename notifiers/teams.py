"""Delivers to Teams: posts, updates, private answers in people's own chats, files and forms.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from notifiers import adaptive_card
from notifiers.delivery import MessageGone, PlaceGone, Refused, TryLater
from notifiers.message import Form, Message, line
from notifiers.place import Place, Recipient
from notifiers.teams_activity import rich_or_plain, with_card, with_remark
from notifiers.teams_api import Json, TeamsApi
from notifiers.teams_audience import Audiences, Find
from notifiers.teams_conversations import Acquaintance, Conversation, Conversations
from notifiers.teams_files import Report, TeamsFiles

log = logging.getLogger(__name__)

Sent = TypeVar("Sent")

OPEN_A_CHAT = "Open a chat with me, then ask again: I have an answer for you."

_FORM_S = 24 * 3600
# One call of the roster is answered in this time, or nobody is waited for: nothing is said yet.
_FIND_S = 9.0


class TeamsForm(BaseModel):
    """What a form remembers of the request that opened it: the content of `FORM#<nonce>`."""

    model_config = ConfigDict(frozen=True)

    command: str
    place: Place  # where it was asked for
    asker: str  # the object id of the only one who may answer
    form: Form
    conversation: str | None = None  # where its card stands, and the card's id; None until it was sent
    activity: str | None = None


async def _no_report(_: str) -> None:
    """For whoever has nobody to tell."""


class Teams:
    """Says things in Teams. `find` gives the account of a person's key; it may raise TryLater.

    The connector has no idempotency key: a message whose answer was lost is said again. `report` is told, in a
    sentence for administrators, what Teams does not let the app do.
    """

    def __init__(self, api: TeamsApi, conversations: Conversations, find: Find, report: Report = _no_report) -> None:
        self._api = api
        self._conversations = conversations
        self._find = find
        self._audiences = Audiences(conversations, find)
        self._files = TeamsFiles(api, conversations, self._tell, report)

    async def post(self, place: Place, message: Message) -> str:
        """Say it in a place or to a person; the activity's id. Tries once: trying again is the outbox's business."""
        if place.scheme == "person":
            return await self._in_direct(await self._user(place.id), lambda at: self._post(at, message, tries=1))
        return await self._post(await self._conversation(place), message, tries=1)

    async def update(self, place: Place, message_id: str, message: Message) -> None:
        """Change the message whose activity id is `message_id`. Tries once. Files stay as they are."""
        if place.scheme != "person":
            return await self._update(await self._conversation(place), message_id, message)
        at = await self._direct(await self._user(place.id))
        try:
            await self._update(at, message_id, message)
        except PlaceGone as gone:
            # It is posted anew then, and that opens their chat again or finds that it cannot.
            await self._conversations.forget(at.id)
            raise MessageGone("the chat that it was in is gone") from gone

    async def reply(self, place: Place, message_id: str, message: Message) -> str | None:
        """Say it in the thread of a channel's message; None elsewhere, for chats have no threads. Tries once."""
        if place.scheme == "person":
            return None
        at = await self._conversation(place)
        if at.kind != "channel":
            return None
        # https://learn.microsoft.com/microsoftteams/platform/resources/bot-v3/bot-conversations/bots-conv-channel
        thread = at.model_copy(update={"id": f"{at.id};messageid={message_id}"})
        return await self._post(thread, message, tries=1)

    async def answer(self, to: Recipient, message: Message) -> None:
        """Say it to that person alone, in their own chat with the app.

        Where there is none and they asked elsewhere, one line there says so, without content. Raises PlaceGone
        where there is none and nowhere else, TryLater and Refused. Where `to` says how they are reached, this needs
        no table: that the table is away has to be said, too.
        """

        async def say(at: Conversation) -> str:
            return await self._post(at, message, tries=3)

        try:
            await self._in_direct(to.user, say, _heard(to))
        except PlaceGone as gone:
            await self._ask_for_a_chat(to, gone)

    async def ask(self, request_place: Place, to: Recipient, form: Form) -> None:
        """Open a form: a card in their own chat, which only they can send, for 24 hours. Raises as `answer`."""

        async def say(at: Conversation) -> str:
            origin = TeamsForm(command=form.command, place=request_place, asker=to.user, form=form)
            nonce = await self._conversations.save("form", origin.model_dump(mode="json"), _FORM_S)
            sent = await self._api.send(at, with_card(form.title, adaptive_card.render_form(form, nonce=nonce)))
            # Which card it is, is not believed of whoever sends it: they could name any card of the app's.
            shown = origin.model_copy(update={"conversation": at.id, "activity": sent})
            try:
                await self._conversations.replace("form", nonce, shown.model_dump(mode="json"))
            except TryLater as error:
                # It can be sent all the same, and is then closed only on the device that it was sent from.
                log.warning("where a form stands is not remembered: %s", error)
            return sent

        try:
            await self._in_direct(to.user, say)
        except PlaceGone as gone:
            await self._ask_for_a_chat(to, gone)

    async def form(self, nonce: str) -> TeamsForm | None:
        """What that form remembers; None when it is unknown, too old or sent already."""
        try:
            return TeamsForm.model_validate(await self._conversations.saved("form", nonce))
        except ValidationError:
            return None

    async def can_post(self, place: Place) -> bool:
        """Whether the app is in that place, or that is its own chat with somebody."""
        if place.scheme != "teams":
            return place.scheme == "person"
        try:
            # Not remembered: whoever just added the app wants the card there now.
            return await self._api.present(await self._conversation(place))
        except (PlaceGone, Refused):
            return False

    async def has_member(self, place: Place, user: str) -> bool:
        """Whether somebody, by their object id, is in that channel or chat. Raises TryLater."""
        if place.scheme != "teams":
            return False
        try:
            return await self._api.member(await self._conversation(place), user) is not None
        except (PlaceGone, Refused):
            return False

    async def private_place(self, to: Recipient) -> Place | None:
        """Their own chat with the app, where private answers appear; None when they have none."""
        if to.chat is not None:
            return Place(scheme="teams", id=to.chat)
        try:
            at = await self._direct(to.user)
        except (PlaceGone, Refused):
            return None
        return Place(scheme="teams", id=at.id)

    async def accept_file(self, nonce: str, upload: Mapping[str, Any], by: str | None = None) -> None:
        """Deliver a file whose offer was accepted. `upload`: the invoke's uploadInfo; `by`: who answered."""
        await self._files.accept(nonce, upload, by)

    async def decline_file(self, nonce: str, by: str | None = None) -> None:
        """Forget a file whose offer was declined."""
        await self._files.decline(nonce, by)

    async def card_for(self, user: str, conversation_id: str, run: str) -> Json | None:
        """The card of a run as that person (an object id) sees it there; None where it has none. Raises TryLater."""
        message = await self._conversations.card(conversation_id, run)
        return (await self._audiences.drawn_for(message, user)).card if message is not None else None

    async def _post(self, at: Conversation, message: Message, *, tries: int) -> str:
        rendered = await self._audiences.drawn(message, at)
        files = rendered.files
        # Files first: one that fails for now must not make the message appear twice.
        if missing := await self._files.offer(at, files, tries=tries):
            message = with_remark(message, missing)
            rendered = await self._audiences.drawn(message, at)

        async def send(activity: Json) -> str:
            return await self._api.send(at, activity, tries=tries)

        said = await rich_or_plain(message, rendered, send)
        self._files.said(at, files)
        return said

    async def _update(self, at: Conversation, message_id: str, message: Message) -> None:
        async def send(activity: Json) -> None:
            await self._api.update(at, message_id, activity, tries=1)

        await rich_or_plain(message, await self._audiences.drawn(message, at), send)

    async def _tell(self, at: Conversation, text: str) -> None:
        await self._post(at, line(text), tries=3)

    async def _conversation(self, place: Place) -> Conversation:
        if place.scheme != "teams":
            raise PlaceGone(f"{place.scheme} is not Teams' to deliver")
        at = await self._conversations.at(place.id)
        if at is not None:
            return at
        # A channel of which nothing was heard yet, such as a new admin place: Teams itself knows whether we are in it.
        usual = await self._conversations.usual()
        if usual is None:
            raise PlaceGone("nothing has been heard from Teams yet")
        return Conversation(id=place.id, service_url=usual, kind="channel")

    async def _user(self, key: str) -> str:
        try:
            async with asyncio.timeout(_FIND_S):
                member = await self._find(key)
        except TimeoutError as late:
            raise TryLater("Teams does not say in time who that is") from late
        if member is None:
            raise PlaceGone("nobody that Deskside has met in Teams has that address")
        return member.user

    async def _direct(self, user: str) -> Conversation:
        """Somebody's own chat with the app, opened if it is not known."""
        person = await self._person(user)
        return _own_chat(person) or await self._open(person)

    async def _in_direct(
        self, user: str, say: Callable[[Conversation], Awaitable[Sent]], heard: Acquaintance | None = None
    ) -> Sent:
        """Say something in somebody's own chat; a known one that is gone is forgotten and opened anew, once.

        `heard` is what their request itself tells of them.
        """
        person = heard if heard is not None and heard.conversation else await self._person(user, heard)
        if at := _own_chat(person):
            try:
                return await say(at)
            except PlaceGone as gone:
                log.info("a chat is opened anew: %s", gone)
                await self._conversations.forget(at.id)
        return await say(await self._open(person))

    async def _person(self, user: str, heard: Acquaintance | None = None) -> Acquaintance:
        try:
            person = await self._conversations.person(user) or heard
        except TryLater as error:
            if heard is None:
                raise
            log.warning("somebody is answered by what they asked with alone: %s", error)
            person = heard
        if person is None:
            raise PlaceGone("Deskside has not met them in Teams")
        return person

    async def _open(self, person: Acquaintance) -> Conversation:
        opened = await self._api.open_direct(person.service_url, person.user, tries=2)
        at = Conversation(id=opened, service_url=person.service_url, user=person.user)
        try:
            await self._conversations.met(at, person, anew=True)
        except TryLater as error:
            # Opening it again gives the same chat, and what is to be said there may be that the table is away.
            log.warning("a chat is not remembered: %s", error)
        return at

    async def _ask_for_a_chat(self, to: Recipient, gone: PlaceGone) -> None:
        if to.reply_to is None:
            raise gone
        log.info("there is no chat for an answer: %s", gone)
        try:
            if to.service_url is not None:
                at = Conversation(id=to.reply_to, service_url=to.service_url, kind="channel")
            else:
                at = await self._conversation(Place(scheme="teams", id=to.reply_to))
            await self._post(at, line(OPEN_A_CHAT), tries=3)
        except (PlaceGone, Refused, TryLater) as error:
            log.warning("an answer cannot be given: %s", error)


def _heard(to: Recipient) -> Acquaintance | None:
    if to.service_url is None:
        return None
    return Acquaintance(user=to.user, service_url=to.service_url, conversation=to.chat)


def _own_chat(person: Acquaintance) -> Conversation | None:
    if person.conversation is None:
        return None
    return Conversation(id=person.conversation, service_url=person.service_url, user=person.user)
