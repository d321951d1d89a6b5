"""Any number of outboxes on one table, and the wall where everything that they say can be read."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import ParamSpec, TypeVar

from aws_ops.table import Table
from notifiers import outbox_items as items
from notifiers.delivery import MessageGone
from notifiers.held import Entry
from notifiers.message import Message, Text
from notifiers.outbox import Outbox
from notifiers.place import Place

P = ParamSpec("P")
T = TypeVar("T")

VPN = Place(scheme="slack", id="C0VPN")
HOOK = Place(scheme="webhook", id="deskside/webhook/noc")
OPS = Place(scheme="slack", id="C0OPS")
ADMIN = Place(scheme="slack", id="C0ADMIN")
RUN = "vpn-1"
HOUR = 3600

NUMBERS = count(1)


def entry(number: int, at: float = 0.0) -> Entry:
    """What stands for `alert <number>` in a list."""
    return Entry(text=f"alert {number}", severity="warning", at=at)


@dataclass
class Wall:
    """Where everything that is said can be read. `before` is called with each thing before it is said."""

    said: dict[str, list[str]] = field(default_factory=dict)  # by place: "post: text", "update 1: text"
    shown: dict[str, str] = field(default_factory=dict)  # by message id
    lines: dict[str, list[str]] = field(default_factory=dict)  # by message id: what its paragraphs say
    buttons: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    before: Callable[[Place, str], object] = lambda _place, _text: None
    threadless: set[str] = field(default_factory=set)  # ids of places

    async def post(self, place: Place, message: Message) -> str:
        await self._say(place, message, f"post: {message.summary}")
        message_id = str(next(NUMBERS))
        self._show(message_id, message)
        self.buttons[message.summary] = tuple(button.command for button in message.buttons)
        return message_id

    async def update(self, place: Place, message_id: str, message: Message) -> None:
        await self._say(place, message, f"update: {message.summary}")
        if message_id not in self.shown:
            raise MessageGone
        self._show(message_id, message)

    def _show(self, message_id: str, message: Message) -> None:
        self.shown[message_id] = message.summary
        self.lines[message_id] = [
            "".join(span.text for span in block.spans) for block in message.blocks if isinstance(block, Text)
        ]

    async def reply(self, place: Place, message_id: str, message: Message) -> str | None:
        if place.id in self.threadless:
            return None
        await self._say(place, message, f"reply to {self.shown.get(message_id)}: {message.summary}")
        if message_id not in self.shown:
            raise MessageGone
        return str(next(NUMBERS))

    async def _say(self, place: Place, message: Message, what: str) -> None:
        answer = self.before(place, message.summary)
        if asyncio.iscoroutine(answer):
            await answer
        self.said.setdefault(str(place), []).append(what)

    def heard(self, place: Place = VPN) -> list[str]:
        return self.said.get(str(place), [])

    def everything(self) -> list[str]:
        """Every paragraph that can be read now."""
        return [text for lines in self.lines.values() for text in lines]


MOTO = threading.Lock()
"""Held by whoever reads or writes the table beside outboxes that are at work."""


class Threads:
    """The threads of one replica; a killed one calls nothing any more.

    One call at a time: moto, in this process, checks a condition and writes in two steps, and others come in between.
    """

    def __init__(self) -> None:
        self.killed = False

    async def __call__(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        def locked() -> T:
            with MOTO:
                if self.killed:
                    raise ConnectionError("killed")
                return func(*args, **kwargs)

        return await asyncio.to_thread(locked)

    def kill(self) -> None:
        with MOTO:
            self.killed = True


class Replicas:
    """Any number of outboxes on one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.wall = Wall()
        self.outboxes: list[Outbox] = []
        self.threads: dict[Outbox, Threads] = {}
        self.counted: list[str] = []
        self.gone: list[tuple[str, str]] = []

    def make(self, wall: Wall | None = None, pace: float = 0.0, look_s: float = 0.02, flood: int = 10) -> Outbox:
        """One that is not started: it sends what is given to it, and does not look for more."""
        threads = Threads()
        outbox = Outbox(
            self.table,
            dict.fromkeys(("slack", "person", "webhook"), wall or self.wall),
            threads,
            lambda command: command.startswith(("vpn ", "alerts ")),
            lambda: ADMIN,
            pace=pace,
            look_s=look_s,
            flood=lambda: flood,
            gone=self.note_gone,
            count=self.counted.append,
        )
        self.outboxes.append(outbox)
        self.threads[outbox] = threads
        return outbox

    async def note_gone(self, place: Place, why: str) -> None:
        self.gone.append((str(place), why))

    async def started(self, flood: int = 10) -> Outbox:
        outbox = self.make(flood=flood)
        await outbox.start()
        return outbox

    async def kill(self, outbox: Outbox) -> None:
        """No farewell: whatever it was doing ends here, and its leases stay."""
        await asyncio.to_thread(self.threads[outbox].kill)
        self.outboxes.remove(outbox)
        await outbox.stop(0)

    async def quiet(self) -> None:
        """Wait until nobody says anything."""
        async with asyncio.timeout(30):
            while any(outbox.busy() for outbox in self.outboxes):
                await asyncio.sleep(0.002)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                await asyncio.sleep(0.005)

    def left(self, place: Place = VPN) -> int:
        """How many deliveries are still in the table."""
        with MOTO:  # outboxes that are started write beside this
            return len(items.pending(self.table, str(place)))
