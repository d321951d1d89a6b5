"""What each thing that Teams sends means: it is begun in a task, and an invoke is answered at once.

A form is the exception: what is wrong with it can only be shown beside its fields by the answer itself.
https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/universal-action-model
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from bot.listeners import teams_requests
from bot.listeners.handler import Handler
from bot.listeners.teams_forms import Answer, Forms, where
from bot.listeners.teams_mentions import meet_mentioned
from bot.listeners.teams_requests import Body, Ignored, NotOurs, Sender, Unreadable
from bot.logs import correlation
from bot.metrics import Metrics
from bot.work import Work
from commands.request import Request
from notifiers.delivery import TryLater
from notifiers.member import Member
from notifiers.message import Button, Message, Text, code, line
from notifiers.teams import Teams
from notifiers.teams_api import Json, TeamsApi
from notifiers.teams_conversations import Acquaintance, Conversations
from notifiers.teams_directory import TeamsDirectory

log = logging.getLogger(__name__)

RECEIVED = "Received: the answer comes in your chat with Deskside."
RECEIVED_HERE = "Received: the answer comes right here."
NOT_UNDERSTOOD = "Deskside does not know this button any more. Type help to see what you can do."
WELCOME = Message(
    title="Hello, this is Deskside",
    summary="Hello, this is Deskside: desk-side support in this chat. Type help to see what you can do.",
    blocks=(
        Text.of("I switch the VPN on and off and look after what you use on AWS, and I tell you what happens there."),
        Text.of("Type ", code("help"), " to see what you can do."),
    ),
    buttons=(Button(label="Help", command="deskside help", style="primary"),),
)

# Whoever cannot be looked up in this time is let in: the Dispatcher asks again, and answers that it cannot tell.
_WHO_S = 3.0


class Hearing:
    """Everything after the question who sent it. `anybody`: the Emulator's people are let in, whom no roster knows."""

    def __init__(
        self,
        api: TeamsApi,
        teams: Teams,
        conversations: Conversations,
        roster: TeamsDirectory,
        handler: Handler,
        work: Work,
        metrics: Metrics,
        *,
        anybody: bool = False,
    ) -> None:
        self._teams = teams
        self._roster = roster
        self._anybody = anybody
        self._conversations = conversations
        self._handler = handler
        self._work = work
        self._metrics = metrics
        self._forms = Forms(api, teams, conversations, handler)

    async def hear(self, activity: Body, who: Sender) -> Json | None:
        """Begin what is asked for; an invoke's answer, None for an invoke that we do not know.

        Raises Unreadable, and NotOurs for guests and for other organisations' people.
        """
        try:
            match activity.get("type"):
                case "invoke":
                    await self._admit(activity, who)
                    return await self._hear_invoke(activity, who)
                case "message":
                    await self._admit(activity, who)
                    await self._hear_message(activity, who)
                case "installationUpdate" | "conversationUpdate":
                    self._begin("met", self._change(activity, who))
                case str():
                    raise Ignored
                case _:
                    raise Unreadable("no type")
        except Ignored:
            self._count("ignored")
        return None

    async def _admit(self, activity: Body, who: Sender) -> None:
        """Meet them, and turn away whom the roster knows as somebody else's. Raises NotOurs."""
        await self._meet(who)  # first: who somebody is, is asked where they were met
        member = None if self._anybody else await self._member(who)
        if member is None:
            return
        if who.tenant not in member.organisations:
            raise NotOurs("somebody from another organisation")
        if member.lacking:
            # Told why, in private: the Dispatcher knows the words. Whoever hears NotOurs counts it.
            if activity.get("type") == "message":
                self._work.begin(self._do(teams_requests.from_message(activity, who)))
            raise NotOurs("no full member")

    async def _member(self, who: Sender, *, fresh: bool = False) -> Member | None:
        try:
            async with asyncio.timeout(_WHO_S):
                return await self._roster.member(who.user, fresh=fresh)
        except (TryLater, TimeoutError) as error:
            log.warning("somebody cannot be looked up: %s", str(error) or "no answer in time")
            return None

    async def _hear_message(self, activity: Body, who: Sender) -> None:
        data = teams_requests.pressed(activity)
        if not data or activity.get("text"):
            self._begin("command", self._do_typed(teams_requests.from_message(activity, who), who))
            return
        # A client that knows no Action.Execute sent the fallback, an Action.Submit, which has no answer of its own.
        answer = await self._hear_action(activity, who, data)
        if answer.theirs:
            self._work.begin(self._forms.redraw(answer, teams_requests.answered(activity), who))
        elif answer.kind != "button":
            self._work.begin(self._say(line(answer.sentence), who))

    async def _hear_invoke(self, activity: Body, who: Sender) -> Json | None:
        match activity.get("name"):
            case "adaptiveCard/action":
                answer = await self._hear_action(activity, who, teams_requests.pressed(activity))
                if answer.request is not None:
                    self._work.begin(self._forms.redraw(answer, teams_requests.answered(activity), who))
                return answer.body
            case "fileConsent/invoke":
                self._begin("file", self._put_file(activity, who))
                return {}
            case _:
                self._count("unknown")
                return None

    async def _hear_action(self, activity: Body, who: Sender, data: Body) -> Answer:
        if nonce := teams_requests.nonce_in(data, "form"):
            return await self._hear_form(nonce, data, who)
        if command := teams_requests.command_in(data):
            self._begin("button", self._do(teams_requests.from_button(activity, who, command)))
            return Answer("button", RECEIVED_HERE if who.kind == "personal" else RECEIVED)
        self._count("unknown")
        return Answer("unknown", NOT_UNDERSTOOD)

    async def _hear_form(self, nonce: str, data: Body, who: Sender) -> Answer:
        answer = await self._forms.answer(nonce, data, who)
        self._count(answer.kind)
        if answer.request is not None:
            self._work.begin(self._do(answer.request))
        return answer

    def _begin(self, kind: str, work: Coroutine[Any, Any, None]) -> None:
        self._count(kind)
        self._work.begin(work)

    async def _do_typed(self, request: Request, who: Sender) -> None:
        correlation.set(request.correlation)
        await meet_mentioned(self._roster, request, who)
        await self._do(request)

    async def _do(self, request: Request) -> None:
        correlation.set(request.correlation)
        with self._metrics.in_hand.track_inprogress(), self._metrics.request_seconds.labels("teams").time():
            try:
                await self._handler.handle(request)
            except Exception:
                log.exception("a request was not handled")

    async def _meet(self, who: Sender, *, anew: bool = False) -> None:
        person = Acquaintance(
            user=who.user, service_url=who.service_url, name=who.name, timezone=who.timezone, account=who.account
        )
        try:
            await self._conversations.met(where(who), person, anew=anew)
        except Exception as error:  # noqa: BLE001 - whatever the table fails with: the request says more of it
            log.warning("a conversation is not remembered: %s", type(error).__name__)

    async def _change(self, activity: Body, who: Sender) -> None:
        change = teams_requests.change(activity)
        if change == "removed":
            await self._forget(who)
            return
        await self._meet(who, anew=change == "installed")
        if change == "installed":
            # Fresh: that nobody knew them may be remembered. And their key is learned, so they can be written to by it.
            await self._member(who, fresh=True)
        if change == "installed" and who.kind == "personal":
            await self._say(WELCOME, who)

    async def _forget(self, who: Sender) -> None:
        try:
            await self._conversations.forget(who.conversation)
        except Exception as error:  # noqa: BLE001 - whatever the table fails with
            log.warning("a conversation is not forgotten: %s", type(error).__name__)

    async def _put_file(self, activity: Body, who: Sender) -> None:
        nonce, upload = teams_requests.consent(activity)
        if nonce is None:
            return
        try:
            if upload is None:
                await self._teams.decline_file(nonce, who.user)
            else:
                await self._teams.accept_file(nonce, upload, who.user)
        except Exception as error:  # noqa: BLE001 - whatever the upload fails with; a trace could quote its address
            log.warning("a file is not delivered: %s", type(error).__name__)

    async def _say(self, message: Message, who: Sender) -> None:
        try:
            await self._teams.answer(who.recipient, message)
        except Exception as error:  # noqa: BLE001 - Teams or the table: there is nobody else to tell
            log.warning("somebody is not answered: %s", type(error).__name__)

    def _count(self, kind: str) -> None:
        self._metrics.heard.labels("teams", kind).inc()
