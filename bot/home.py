"""Keeps the Homes in Slack fresh of whoever has opened theirs in the last 24 hours.

`HOME#<key>` / `SLACK`: somebody whose Home is drawn, until they have not opened it for a day.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from aws_ops import clock
from aws_ops.table import Item, Table
from bot.listeners.handler import Handler
from bot.listeners.queue import RunFact
from bot.listeners.slack_requests import HomeOpened, new_correlation
from bot.work import Work
from commands.command import Context, Refusal
from commands.request import Person, Request
from notifiers.delivery import InThread
from notifiers.message import Message, line
from notifiers.place import Place, Platform, Recipient

log = logging.getLogger(__name__)

_KEPT_S = 24 * 3600
_AT_ONCE = 2  # to draw one asks AWS, and people's own commands shall not wait for that
_SORT_KEY = "SLACK"


class Homes:
    """The Homes of one process; the others learn from the table whose there are.

    `context` gives what a command works with (it raises Refusal for strangers), `draw` makes a Home of it, `publish`
    shows it to a Slack user; `person` says who has an account. After one drawing the next of the same person waits
    `pace` seconds: many changes at once are drawn once more.
    """

    def __init__(
        self,
        table: Table,
        in_thread: InThread,
        work: Work,
        *,
        context: Callable[[Request], Awaitable[Context]],
        draw: Callable[[Context], Awaitable[Message]],
        publish: Callable[[str, Message], Awaitable[None]],
        person: Callable[[Platform, str], Awaitable[Person]],
        pace: float,
    ) -> None:
        self._table = table
        self._in_thread = in_thread
        self._work = work
        self._context = context
        self._draw = draw
        self._publish = publish
        self._person = person
        self._pace = pace
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._pauses: dict[str, asyncio.Event] = {}  # of whose Homes are being drawn; set: go on at once
        self._again: set[str] = set()
        self._stopping = False

    def stop(self) -> None:
        """Wait for nothing more: what is being drawn is drawn, and whoever comes next draws what changes then."""
        self._stopping = True
        for pause in self._pauses.values():
            pause.set()

    def opened(self, who: HomeOpened) -> None:
        """Somebody has opened theirs: draw it, and from now on for a day after each change."""
        self._work.begin(self._open(who))

    def changed(self, keys: Iterable[str], *, at_once: bool = False) -> None:
        """Something that concerns these people is another one now; `at_once`: and they are looking for it."""
        for key in keys:
            pause = self._pauses.get(key)
            if pause is None:
                self._pauses[key] = asyncio.Event()
                self._work.begin(self._keep(key, self._pauses[key]))
                continue
            self._again.add(key)
            if at_once:
                pause.set()

    async def after(self, request: Request) -> None:
        """Whoever made this request was answered; never raises."""
        try:
            key = (await self._person(request.platform, request.user)).key
        except Exception:
            log.exception("it cannot be told whose Home is to be drawn")
            return
        if key is not None:
            self.changed((key,), at_once=True)

    async def _open(self, who: HomeOpened) -> None:
        item = {"user": who.user, "channel": who.channel, "team": who.team, "expires": clock.epoch() + _KEPT_S}
        try:
            context = await self._context(_request(item))
            await self._in_thread(self._table.put, {"pk": _pk(context.key), "sk": _SORT_KEY, **item})
        except Refusal as refusal:
            await self._show(who.user, line(str(refusal), "warning"))
        except Exception:
            log.exception("a Home cannot be opened")
        else:
            self.changed((context.key,), at_once=True)

    async def _keep(self, key: str, pause: asyncio.Event) -> None:
        """Draw it until nothing has changed meanwhile."""
        try:
            while True:
                self._again.discard(key)
                pause.clear()
                if not await self._redraw(key) and key not in self._again:
                    return
                if not self._stopping:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(self._pace):
                            await pause.wait()
                if key not in self._again:
                    return
        finally:
            del self._pauses[key]

    async def _redraw(self, key: str) -> bool:
        """Whether they have a Home; what goes wrong with it is logged, for it is drawn again after the next change."""
        try:
            item = await self._in_thread(self._table.get, _pk(key), _SORT_KEY)
            if item is None or item["expires"] <= clock.epoch():
                return False
            async with self._at_once:
                await self._show(item["user"], await self._drawn(item))
        except Exception:
            log.exception("a Home cannot be drawn")
        return True

    async def _drawn(self, item: Item) -> Message:
        try:
            return await self._draw(await self._context(_request(item)))
        except Refusal as refusal:  # they were somebody of ours when they opened it
            return line(str(refusal), "warning")

    async def _show(self, user: str, home: Message) -> None:
        try:
            await self._publish(user, home)
        except Exception:
            log.exception("a Home cannot be shown")


class AfterRequests:
    """A handler that lets the asker's Home be drawn after each request."""

    def __init__(self, handler: Handler, homes: Homes) -> None:
        self._handler = handler
        self._homes = homes

    def check_form(self, command: str, values: Mapping[str, str]) -> dict[str, str]:
        return self._handler.check_form(command, values)

    async def handle(self, request: Request) -> None:
        await self._handler.handle(request)
        await self._homes.after(request)


def concerned(fact: RunFact) -> frozenset[str]:
    """The keys of those in whose Homes something is another one after this fact."""
    data: Mapping[str, Any] = fact.data
    approval = data.get("approval") or {}
    found = [data.get("requester"), data.get("owner"), data.get("person")]
    found += [*approval.get("approvers", ()), *data.get("ended", ()), *data.get("returned", ())]
    found += [claim["person"] for claim in data.get("claims", ())]
    return frozenset(key for key in found if isinstance(key, str) and key)


def _request(item: Item) -> Request:
    """As if they had asked for it in their direct messages."""
    return Request(
        id=f"home:{item['user']}",
        correlation=new_correlation(),
        platform="slack",
        user=item["user"],
        place=Place(scheme="slack", id=item["channel"]),
        text="deskside home",
        recipient=Recipient(platform="slack", user=item["user"]),
        team=item["team"],
    )


def _pk(key: str) -> str:
    return f"HOME#{key}"
