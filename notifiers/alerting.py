"""From an AWS event to deliveries: the live card of an alert wherever it is subscribed to, and what is said beside it.

Accepted is written: that it occurred, and how the alert stands now. What is told then follows from that alone, so that
whoever comes after a crash tells what is left, and what is told twice is said once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from aws_ops import clock, ids
from aws_ops.table import Table
from notifiers import alert_card, alert_items
from notifiers.alert_items import Accepted
from notifiers.alert_life import Life
from notifiers.alerts.alert import Alert
from notifiers.alerts.kinds import Kind
from notifiers.alerts.read import read
from notifiers.delivery import InThread
from notifiers.outbox import Outbox
from notifiers.place import Place
from notifiers.subscriptions import Route

log = logging.getLogger(__name__)

_TEST: Kind = "test"


class Alerting:
    """Tells alerts. `routes` says where one is heard, `zone` in which time zone the readers of a place are.

    `grace_s` is how many seconds whoever is reminded has to answer, `runbook` gives the link that the configuration has
    for a kind. `count` is told of each Alert that is new, by kind, what came of it: opened, again, unknown, closed,
    corrected, notice, stale; and `unread` of one in an event that no function knows.
    """

    def __init__(
        self,
        table: Table,
        outbox: Outbox,
        in_thread: InThread,
        routes: Callable[[Alert], Awaitable[tuple[Route, ...]]],
        zone: Callable[[Place], Awaitable[str]],
        *,
        grace_s: Callable[[], int] = lambda: 0,
        runbook: Callable[[Kind], str | None] = lambda _: None,
        count: Callable[[Kind, str], None] = lambda _, __: None,
    ) -> None:
        self._table = table
        self._outbox = outbox
        self._in_thread = in_thread
        self._routes = routes
        self._zone = zone
        self._grace_s = grace_s
        self._runbook = runbook
        self._count = count
        # Of one alert one thing after the other, in the order in which it came.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def hear(self, event: object, sent: float) -> None:
        """Write everything that is to be said about an event, which the queue got at `sent` (seconds since 1970).

        Raises what the table raises: then it is to be heard again.
        """
        heard = read(event, sent)
        await asyncio.gather(*(self._hear(alert, known=heard.known) for alert in heard.alerts))

    async def changed(self, fingerprint: str) -> None:
        """Tell how the alert stands, wherever it does: written when this returns."""
        async with self._turn(fingerprint):
            life = await self._in_thread(alert_items.read, self._table, fingerprint)
            if life is not None and life.untold:
                await self._tell(life)

    async def test(self, place: Place, by: str) -> None:
        """Raise an alert in this place alone, as the person `by` asked."""
        alert = alert_card.trial(by, ids.ulid(), clock.now().timestamp())
        await self._in_thread(alert_items.stand, self._table, Life.first(alert), [str(place)])
        await self._hear(alert)

    async def unmuted(self, place: Place) -> None:
        """Tell now what was held back there while it was muted."""
        await self._outbox.release(place, why="muted")

    async def _hear(self, alert: Alert, *, known: bool = True) -> None:
        """Write what is to be said about an alert, of an event that is `known` or not."""
        async with self._turn(alert.fingerprint):
            accepted = await self._accept(alert)
            life, changed = accepted.life, accepted.verdict == "changed"
            if accepted.fresh:
                self._count(alert.kind, life.change if life is not None and changed else accepted.verdict)
                if not known:
                    self._count(alert.kind, "unread")
            if accepted.verdict == "notice" and not accepted.done:
                await self._note(alert)
            if changed and life is not None and life.untold:
                await self._tell(life, alert)

    async def _accept(self, alert: Alert) -> Accepted:
        """Write that it occurred, after the end of the episode before is told."""
        while True:
            accepted = await self._in_thread(alert_items.accept, self._table, alert)
            if accepted.before is None:
                return accepted
            await self._tell(accepted.before)

    async def _note(self, alert: Alert) -> None:
        """Tell what merely happened, wherever it is heard."""
        key = f"alert#{alert.fingerprint}#{alert.state}#{alert.key}"
        routes = await self._routes(alert)

        async def note(route: Route) -> None:
            message = alert_card.notice(alert, await self._zone(route.place), self._runbook(alert.kind))
            entry = alert_card.notice_entry(alert)
            await self._outbox.post(route.place, key, message, entry=entry, due=route.due, why=route.why)

        await asyncio.gather(*map(note, routes))
        await self._in_thread(alert_items.told_at, self._table, alert, [str(route.place) for route in routes])

    async def _tell(self, life: Life, alert: Alert | None = None) -> None:
        """Tell how an alert stands wherever it is heard, or was when this episode was told before.

        `alert` is what made it so, where that was no person.
        """
        routes = {str(route.place): route for route in await self._heard(life)}
        standing = await self._in_thread(alert_items.stand, self._table, life, list(routes))
        if life.opened.kind == _TEST:
            routes = {place: Route(Place.parse(place)) for place in standing}
        await asyncio.gather(
            *(self._tell_at(life, Place.parse(place), routes.get(place), since) for place, since in standing.items())
        )
        if life.change == "reminded" and life.ack is not None:
            await self._ask(life, Place.person(life.ack.by))
        await self._in_thread(alert_items.told, self._table, life, alert, list(routes))

    async def _ask(self, life: Life, person: Place) -> None:
        """Ask whoever is on it whether they are."""
        message = alert_card.question(life, await self._zone(person), self._grace_s())
        await self._outbox.post(person, f"{life.run}/{life.seq}", message)

    async def _heard(self, life: Life) -> tuple[Route, ...]:
        """Where the alert is heard now: whoever hears that it is wrong hears also that it is over."""
        return () if life.opened.kind == _TEST else await self._routes(life.alert if life.is_open else life.opened)

    async def _tell_at(self, life: Life, place: Place, route: Route | None, since: int) -> None:
        """Tell it in a place, where its card stands since the change `since`; without a `route` it is not heard there.

        Then a card that is seen is kept up to date all the same, in silence.
        """
        if route is None and not (place.editable and await self._outbox.shows(place, life.run)):
            return
        zone = await self._zone(place)
        due, why = (route.due, route.why) if route is not None else (None, None)
        message = alert_card.card(life, zone, self._runbook(life.opened.kind))
        entry = alert_card.entry(life, zone)
        await self._outbox.card(place, life.run, life.seq, message, entry=entry, due=due, why=why)
        reply = alert_card.reply(life, zone) if since < life.seq and route is not None and due is None else None
        if reply is not None:
            await self._outbox.reply(place, life.run, life.seq, reply)

    def _turn(self, fingerprint: str) -> asyncio.Lock:
        turn = self._turns.get(fingerprint)
        if turn is None:
            self._turns[fingerprint] = turn = asyncio.Lock()
        return turn
