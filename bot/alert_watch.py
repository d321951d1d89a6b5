"""Looks after alerts every few seconds: what time makes of them, what a crash left untold, and dead letters.

It also writes the heartbeat, which every replica does; of the rest one replica does all, that which holds the lease
`WATCH`/`LEASE`.
"""

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable
from functools import partial

from aws_ops import clock, dead_letter_items, errors, heartbeat
from aws_ops.dead_letter_items import DeadLetter
from aws_ops.desk import Desk
from aws_ops.queue import Queue, Received
from commands.config_alerts import Alerts
from notifiers import alert_items, alert_life
from notifiers.alert_life import Life
from notifiers.alerting import Alerting
from notifiers.alerts.read import read
from notifiers.characters import cut
from notifiers.delivery import InThread
from notifiers.held import Entry
from notifiers.message import Button, Message, Text, bold, code

log = logging.getLogger(__name__)

EVERY_S = 20.0
_LEASE_S = 45
_REASON = 120  # characters of one in a list, whose lines end with what to type
_LEASE = ("WATCH", "LEASE")
_TITLES = 3


class AlertWatch:
    """The watch of one process. `alerts` is the configuration of now.

    `say` posts in the admin place, once by key, and in a list where there are too many.
    """

    def __init__(
        self,
        desk: Desk,
        bucket: str | None,
        in_thread: InThread,
        alerting: Alerting,
        say: Callable[[str, Message, Entry], Awaitable[object]],
        alerts: Callable[[], Alerts],
    ) -> None:
        self._desk = desk
        self._bucket = bucket
        self._in_thread = in_thread
        self._alerting = alerting
        self._say = say
        self._alerts = alerts
        self._owner = uuid.uuid4().hex
        self._held = False
        self._dead: Queue | None = None

    async def keep(self, every_s: float) -> None:
        """Look every `every_s` seconds until cancelled; what fails is tried again the next time."""
        # Apart from each other: a bot that has much to tell is alive.
        await asyncio.gather(*(_again_and_again(look, every_s) for look in (self._be_alive, self._look_after)))

    async def let_go(self) -> None:
        """Leave it to another replica, at once."""
        if not self._held:
            return
        self._held = False
        try:
            await self._in_thread(self._desk.table.release, *_LEASE, self._owner)
        except Exception as error:
            log.warning("the lease of the watch ends by itself: %s", errors.say(error), exc_info=error)

    async def look(self) -> None:
        """Look once; never raises."""
        await self._be_alive()
        await self._look_after()

    async def _be_alive(self) -> None:
        await _try(self._beat)

    async def _look_after(self) -> None:
        for look in (self._age, self._alerting.end_mutes, self._bury):
            await _try(partial(self._in_turn, look))

    async def _in_turn(self, look: Callable[[], Awaitable[None]]) -> None:
        if await self._in_thread(self._holds):
            await look()

    def _holds(self) -> bool:
        self._held = self._desk.table.lease(*_LEASE, self._owner, _LEASE_S)
        return self._held

    async def _beat(self) -> None:
        await self._in_thread(heartbeat.beat, self._desk.table)

    async def _age(self) -> None:
        """Let alerts grow old, and tell what was not told to the end."""
        for life in await self._in_thread(alert_items.found, self._desk.table):
            try:
                if self._older(life) is not None:
                    await self._in_thread(alert_items.change, self._desk.table, life.fingerprint, self._older)
                elif not life.untold:
                    continue
                await self._alerting.changed(life.fingerprint)
            except Exception:
                log.exception("an alert cannot be looked after", extra={"alert": life.fingerprint})

    def _older(self, life: Life) -> Life | None:
        alerts = self._alerts()
        return alert_life.grow_old(life, clock.epoch(), alerts.acknowledged, alerts.grace)

    async def _bury(self) -> None:
        """Tell the administrators of dead letters, and keep them where they can be sent again."""
        if self._dead is None:
            self._dead = await self._in_thread(self._desk.queue.dead_letters)
        if self._dead is None:
            return
        for letter in await self._in_thread(self._dead.receive, 0):
            try:
                await self._bury_one(self._dead, letter)
            except Exception as error:
                log.warning("a dead letter cannot be kept: %s", errors.say(error), exc_info=error)

    async def _bury_one(self, queue: Queue, letter: Received) -> None:
        dead = await self._in_thread(dead_letter_items.keep, self._desk, self._bucket, letter)
        await self._say(f"dead#{dead.id}", _announcement(dead), _entry(dead))
        await self._in_thread(queue.delete, letter.receipt)


async def _again_and_again(look: Callable[[], Awaitable[None]], every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        await look()


async def _try(look: Callable[[], Awaitable[None]]) -> None:
    try:
        await look()
    except Exception as error:
        log.warning("a look after alerts failed: %s", errors.say(error), exc_info=error)


def _announcement(dead: DeadLetter) -> Message:
    summary = f"A message could not be handled, and nobody has heard what it says: {dead.why}."
    says = _says(dead)
    return Message(
        title="A dead letter",
        summary=summary,
        severity="warning",
        blocks=(
            Text.of(summary),
            *((Text.of(bold("It says: "), says),) if says else ()),
            Text.of("Once the reason is gone, send it again: what was told already is not told twice."),
            Text.of("Message ", code(dead.id), quiet=True),
        ),
        buttons=(Button(label="Send again", command=f"deskside resend {dead.id}", style="primary"),),
    )


def _entry(dead: DeadLetter) -> Entry:
    why = cut(dead.why, _REASON)
    return Entry(text=f"A dead letter: {why}; deskside resend {dead.id}", severity="warning", at=dead.at)


def _says(dead: DeadLetter) -> str:
    """What a reader makes of it, in a few words; "" of what is no event of AWS, or lies in the bucket."""
    try:
        event = json.loads(dead.body)["event"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""
    return "; ".join(alert.title for alert in read(event, dead.at).alerts[:_TITLES])
