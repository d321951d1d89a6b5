"""Forms that come back from Teams: whose they are, whether they are spent, what is wrong with them.

A form is a card with inputs. It is its asker's alone and is taken once, by whichever replica it reaches first.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from bot.listeners import teams_requests
from bot.listeners.handler import Handler
from bot.listeners.teams_requests import Body, Sender
from commands.request import Request
from notifiers.adaptive_card import closed, read_form, render_form
from notifiers.delivery import MessageGone, PlaceGone, Refused, TryLater
from notifiers.teams import Teams, TeamsForm
from notifiers.teams_activity import CARD
from notifiers.teams_api import Json, TeamsApi
from notifiers.teams_conversations import Conversation, Conversations

log = logging.getLogger(__name__)

MESSAGE = "application/vnd.microsoft.activity.message"

GONE = "This form was sent already, or is too old. Type the command again to get a new one."
SPENT = "This form was sent already."
UNREADABLE = "This form can't be read right now. Try again in a minute."
WHO_UNKNOWN = "I can't check who you are right now, so nothing was sent. Try again in a minute."
NOT_YOURS = "This form is somebody else's. Type the command yourself."
_LONGEST_SENT = 200


@dataclass(frozen=True)
class Answer:
    """What a press is answered with: a `card` in the place of the one pressed, else the `sentence` beside it.

    `kind` is what the metrics call it. `form` is the one that was sent, where it is the sender's own: only then it is
    drawn anew for everybody.
    """

    kind: str
    sentence: str
    card: Json | None = None
    request: Request | None = None
    form: TeamsForm | None = None

    @property
    def body(self) -> Json:
        """As the body of an invoke's answer."""
        if self.card is None:
            return {"statusCode": 200, "type": MESSAGE, "value": self.sentence}
        return {"statusCode": 200, "type": CARD, "value": self.card}


def where(who: Sender) -> Conversation:
    """The conversation that somebody is in, as it is kept."""
    return Conversation(id=who.conversation, service_url=who.service_url, kind=who.kind, team=who.team)


class Forms:
    """The forms that are open."""

    def __init__(self, api: TeamsApi, teams: Teams, conversations: Conversations, handler: Handler) -> None:
        self._api = api
        self._teams = teams
        self._conversations = conversations
        self._handler = handler

    async def answer(self, nonce: str, data: Body, who: Sender, *, sure: bool) -> Answer:
        """What a submitted form is answered with; with a `request` where it is good, and then nobody else has it.

        `sure`: the roster could be asked about them. Else the form stays, for nothing would be done.
        """
        try:
            return await self._take(nonce, data, who, sure=sure)
        except Exception as error:  # noqa: BLE001 - whatever the table fails with
            # No trace, which could quote what was filled in.
            log.error("a form cannot be read: %s", type(error).__name__)
            return Answer("unknown", UNREADABLE)

    async def redraw(self, answer: Answer, who: Sender) -> None:
        """Show the answer where the form is: the one to an invoke is seen on one device only.

        That is where it was put, whatever the one who sent it says: a changed client names any card of ours.
        """
        form = answer.form
        if form is None or form.conversation is None or form.activity is None or answer.card is None:
            return
        at = Conversation(id=form.conversation, service_url=who.service_url, user=who.user)
        card = {"contentType": CARD, "content": answer.card}
        activity = {"type": "message", "summary": answer.sentence, "attachments": [card]}
        try:
            await self._api.update(at, form.activity, activity)
        except (TryLater, PlaceGone, MessageGone, Refused) as error:
            log.warning("a form stays as it was: %s", type(error).__name__)

    async def _take(self, nonce: str, data: Body, who: Sender, *, sure: bool) -> Answer:
        form = await self._teams.form(nonce)
        if form is None:
            return Answer("ignored", GONE, closed(GONE))
        if form.asker != who.user:
            return Answer("ignored", NOT_YOURS)
        values = {name: teams_requests.clean(value) for name, value in read_form(data).items()}
        errors = self._handler.check_form(form.command, values)
        if errors:
            card = render_form(form.form, nonce=nonce, values=values, errors=errors)
            sentence = " ".join((f"{form.form.title}:", *errors.values()))
            return Answer("form_errors", sentence, card, form=form)
        if not sure:
            return Answer("unknown", WHO_UNKNOWN)
        if not await self._conversations.take("form", nonce):
            return Answer("ignored", SPENT, closed(SPENT))
        request = teams_requests.from_form(who, nonce, form.command, form.place, values)
        sentence = _sent(form.command, values)
        return Answer("form", sentence, closed(sentence), request, form)


def _sent(command: str, values: Mapping[str, str]) -> str:
    whole = " ".join((command, *values.values()))
    return f"Sent: /{whole if len(whole) <= _LONGEST_SENT else whole[: _LONGEST_SENT - 1] + '…'}"
