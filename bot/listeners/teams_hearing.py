"""What each thing that Teams sends means: it is begun in a task, and an invoke is answered at once.

A form is the exception: what is wrong with it can only be shown beside its fields by the answer itself.
https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/universal-action-model
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.listeners import teams_requests
from bot.listeners.handler import Handler
from bot.listeners.teams_forms import Answer, Forms, where
from bot.listeners.teams_heard import Heard
from bot.listeners.teams_mentions import meet_mentioned
from bot.listeners.teams_refresh import refreshed, run_to_refresh
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

T = TypeVar("T")

RECEIVED = "Received: the answer comes in your chat with Deskside."
RECEIVED_HERE = "Received: the answer comes right here."
LATE = "This takes longer than usual. You see right here what becomes of it."
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

# Whoever is not met and looked up in this time is let in: the Dispatcher asks again, and answers that it cannot tell.
_WHO_S = 3.0
_FORM_S = 4.0  # for the table to tell what a form is: Teams waits 10 s for an invoke's whole answer
_INVOKES = ("adaptiveCard/action", "fileConsent/invoke")


@dataclass(frozen=True)
class Admitted:
    """Somebody let in. `sure`: the roster could be asked about them; `met`: they are being remembered, or are."""

    sure: bool
    met: asyncio.Task[bool]


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
        self._heard = Heard()

    async def hear(self, activity: Body, who: Sender) -> Json | None:
        """Begin what is asked for; an invoke's answer, None for an invoke that we do not know.

        Raises Unreadable, and NotOurs for guests and for other organisations' people.
        """
        try:
            match activity.get("type"):
                case "invoke":
                    return await self._hear_invoke(activity, who)
                case "message":
                    await self._hear_message(activity, who)
                case "installationUpdate" | "conversationUpdate":
                    self._once(activity, who)
                    self._begin("met", self._change(activity, who))
                case str():
                    raise Ignored
                case _:
                    raise Unreadable("no type")
        except Ignored:
            self._count("ignored")
        return None

    def _once(self, activity: Body, who: Sender) -> None:
        """Raises Ignored for what was heard already."""
        if self._heard.again(activity, who):
            raise Ignored

    async def _admit(self, activity: Body, who: Sender) -> Admitted:
        """Meet them, and turn away whom the roster knows as somebody else's. Raises NotOurs."""
        met = self._task(self._meet(who))
        sure, member = await self._look_up(who, met)
        if member is not None and who.tenant not in member.organisations:
            raise NotOurs("somebody from another organisation")
        if member is not None and member.lacking:
            # Told why, in private: the Dispatcher knows the words. Whoever hears NotOurs counts it.
            if activity.get("type") == "message" and not self._heard.again(activity, who):
                self._work.begin(self._do(teams_requests.from_message(activity, who), met))
            raise NotOurs("no full member")
        return Admitted(sure, met)

    async def _look_up(self, who: Sender, met: asyncio.Task[bool]) -> tuple[bool, Member | None]:
        """Whether it can be told in time who that is, and who it is."""
        if self._anybody:
            return True, None
        try:
            async with asyncio.timeout(_WHO_S):
                remembered = await asyncio.shield(met)  # first: who somebody is, is asked where they were met
                member = await self._roster.member(who.user)
                if member is not None and member.timezone is None and who.timezone:
                    # Remembered from before they did anything that tells where they are.
                    member = await self._roster.member(who.user, fresh=True)
        except (TryLater, TimeoutError) as error:
            log.warning("somebody cannot be looked up: %s", str(error) or "no answer in time")
            return False, None
        return remembered or member is not None, member

    async def _hear_message(self, activity: Body, who: Sender) -> None:
        admitted = await self._admit(activity, who)
        data = teams_requests.pressed(activity)
        if not data or activity.get("text"):
            request = teams_requests.from_message(activity, who)
            self._once(activity, who)
            self._begin("command", self._do_typed(request, who, admitted.met))
            return
        self._once(activity, who)
        # A client that knows no Action.Execute sent the fallback, an Action.Submit, which has no answer of its own.
        answer = await self._hear_action(activity, who, data, admitted)
        if answer.kind not in ("button", "late"):
            self._work.begin(self._show(answer, who))

    async def _hear_invoke(self, activity: Body, who: Sender) -> Json | None:
        name = activity.get("name")
        if name not in _INVOKES:
            self._count("unknown")  # and nobody is met: who knows what it calls somebody's own chat
            return None
        admitted = await self._admit(activity, who)
        if name == "fileConsent/invoke":
            self._begin("file", self._put_file(activity, who))
            return {}
        if run := run_to_refresh(activity):
            self._count("refresh")
            return await refreshed(self._teams, run, who)
        answer = await self._hear_action(activity, who, teams_requests.pressed(activity), admitted)
        if answer.request is not None:
            self._work.begin(self._forms.redraw(answer, who))
        return answer.body

    async def _hear_action(self, activity: Body, who: Sender, data: Body, admitted: Admitted) -> Answer:
        if nonce := teams_requests.nonce_in(data, "form"):
            return await self._hear_form(nonce, data, who, admitted)
        if command := teams_requests.command_in(data):
            self._begin("button", self._do(teams_requests.from_button(activity, who, command), admitted.met))
            return Answer("button", RECEIVED_HERE if who.kind == "personal" else RECEIVED)
        self._count("unknown")
        return Answer("unknown", NOT_UNDERSTOOD)

    async def _hear_form(self, nonce: str, data: Body, who: Sender, admitted: Admitted) -> Answer:
        """The answer, or where the table is slow that it is late: then it is shown when it is there."""
        answering = self._task(self._take_form(nonce, data, who, admitted))
        try:
            async with asyncio.timeout(_FORM_S):
                return await asyncio.shield(answering)
        except TimeoutError:
            self._work.begin(self._show_late(answering, who))
            return Answer("late", LATE)

    async def _take_form(self, nonce: str, data: Body, who: Sender, admitted: Admitted) -> Answer:
        answer = await self._forms.answer(nonce, data, who, sure=admitted.sure)
        self._count(answer.kind)
        if answer.request is not None:
            self._work.begin(self._do(answer.request, admitted.met))
        return answer

    async def _show(self, answer: Answer, who: Sender) -> None:
        """Show an answer that no invoke takes along: in the form, or in their own chat."""
        if answer.form is not None and answer.form.activity is not None:
            await self._forms.redraw(answer, who)
        else:
            await self._say(line(answer.sentence), who)

    async def _show_late(self, answering: asyncio.Task[Answer], who: Sender) -> None:
        await self._show(await answering, who)

    def _task(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Something to wait for that goes on, as work in hand, when whoever waited has gone."""
        task = asyncio.create_task(work)
        self._work.begin(_outlast(task))
        return task

    def _begin(self, kind: str, work: Coroutine[Any, Any, None]) -> None:
        self._count(kind)
        self._work.begin(work)

    async def _do_typed(self, request: Request, who: Sender, met: asyncio.Task[bool]) -> None:
        correlation.set(request.correlation)
        await asyncio.wait({met})
        await meet_mentioned(self._roster, request, who)
        await self._do(request, met)

    async def _do(self, request: Request, met: asyncio.Task[bool]) -> None:
        """Hand it over, when whoever asks is remembered: the Dispatcher asks at once who that is."""
        correlation.set(request.correlation)
        await asyncio.wait({met})
        with self._metrics.in_hand.track_inprogress(), self._metrics.request_seconds.labels("teams").time():
            try:
                await self._handler.handle(request)
            except Exception:
                log.exception("a request was not handled")

    async def _meet(self, who: Sender, *, anew: bool = False) -> bool:
        """Whether they are remembered now; never raises."""
        person = Acquaintance(
            user=who.user, service_url=who.service_url, name=who.name, timezone=who.timezone, account=who.account
        )
        try:
            await self._conversations.met(where(who), person, anew=anew)
        except Exception as error:  # noqa: BLE001 - whatever the table fails with: the request says more of it
            log.warning("a conversation is not remembered: %s", type(error).__name__)
            return False
        return True

    async def _change(self, activity: Body, who: Sender) -> None:
        change = teams_requests.change(activity)
        if change == "removed":
            await self._forget(who)
            return
        await self._meet(who, anew=change == "installed")
        if change == "installed":
            # Fresh: that nobody knew them may be remembered. And their key is learned, so they can be written to by it.
            await self._look_anew(who)
        if change == "installed" and who.kind == "personal":
            await self._say(WELCOME, who)

    async def _look_anew(self, who: Sender) -> None:
        try:
            async with asyncio.timeout(_WHO_S):
                await self._roster.member(who.user, fresh=True)
        except (TryLater, TimeoutError) as error:
            log.warning("somebody new cannot be looked up: %s", str(error) or "no answer in time")

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


async def _outlast(task: asyncio.Task[Any]) -> None:
    await task
