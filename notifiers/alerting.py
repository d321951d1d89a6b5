"""From an AWS event to deliveries: the live card of an alert wherever it is subscribed to, and what is said beside it.

Accepted is written: that it occurred, and how the alert stands now. What is told then follows from that alone, so that
whoever comes after a crash tells what is left, and what is told twice is said once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Protocol
from weakref import WeakValueDictionary

from aws_ops import clock, ids
from aws_ops.table import Table
from notifiers import alert_card, alert_items, subscription_items
from notifiers.alert_items import Accepted
from notifiers.alert_life import Life
from notifiers.alert_routes import Wishes
from notifiers.alerts.alert import Alert
from notifiers.alerts.kinds import Kind
from notifiers.alerts.read import read
from notifiers.delivery import InThread
from notifiers.held import Entry
from notifiers.message import Message
from notifiers.outbox import Outbox
from notifiers.place import Place
from notifiers.subscriptions import Route

log = logging.getLogger(__name__)

_TEST: Kind = "test"


class Router(Protocol):
    """Says where an alert is heard."""

    def look(self) -> Wishes:
        """What everybody wants now; it blocks. Raises what the table raises."""
        ...

    async def of(self, alert: Alert, wishes: Wishes) -> tuple[Route, ...]:
        """Where it is heard, and when; never raises."""
        ...


@dataclass(frozen=True)
class _Told:
    """What is to be known before something is told; `standing` is where the card stands, since which change."""

    wishes: Wishes
    standing: Mapping[str, int]


@dataclass(frozen=True)
class _Drawn:
    """How an alert stands, for the readers of one zone."""

    card: Message
    entry: Entry
    reply: Message | None


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
        routes: Router,
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
        await _every(self._hear(alert, known=heard.known) for alert in heard.alerts)

    async def changed(self, fingerprint: str) -> None:
        """Tell how the alert stands, wherever it does: written when this returns."""
        async with self._turn(fingerprint):
            life, known = await self._in_thread(self._read, fingerprint)
            if life is not None and known is not None:
                await self._tell(life, known)

    async def test(self, place: Place, by: str) -> None:
        """Raise an alert in this place alone, as the person `by` asked."""
        alert = alert_card.trial(by, ids.ulid(), clock.now().timestamp())
        await self._in_thread(alert_items.stand, self._table, Life.first(alert), [str(place)])
        await self._hear(alert)

    async def unmuted(self, place: Place) -> None:
        """Tell now what was held back there while it was muted."""
        await self._outbox.release(place, why="muted")

    async def end_mutes(self) -> None:
        """Tell what is held back where nothing is muted any more: whoever unmuted it died over that, or it came late.

        Raises what the table raises.
        """
        for place in await self._outbox.held("muted"):
            if not await self._in_thread(subscription_items.mutes_at, self._table, str(place)):
                await self.unmuted(place)

    async def _hear(self, alert: Alert, *, known: bool = True) -> None:
        """Write what is to be said about an alert, of an event that is `known` or not."""
        async with self._turn(alert.fingerprint):
            accepted, told = await self._in_thread(self._accept, alert)
            while accepted.before is not None and told is not None:
                await self._tell(accepted.before, told)
                accepted, told = await self._in_thread(self._accept, alert)
            if accepted.fresh:
                changed = accepted.life.change if accepted.life and accepted.verdict == "changed" else None
                self._count(alert.kind, changed or accepted.verdict)
                if not known:
                    self._count(alert.kind, "unread")
            if told is None:
                return
            if accepted.verdict == "notice":
                await self._note(alert, told)
            elif accepted.life is not None:
                await self._tell(accepted.life, told, alert)

    def _accept(self, alert: Alert) -> tuple[Accepted, _Told | None]:
        """Write that it occurred; and what to know for telling it, None where there is nothing to be told any more."""
        accepted = alert_items.accept(self._table, alert)
        if accepted.before is not None:
            return accepted, self._known(accepted.before)
        if accepted.verdict == "notice" and not accepted.done:
            return accepted, _Told(self._routes.look(), {})
        if accepted.verdict == "changed" and accepted.life is not None and accepted.life.untold:
            return accepted, self._known(accepted.life, fresh=accepted.fresh)
        return accepted, None

    def _read(self, fingerprint: str) -> tuple[Life | None, _Told | None]:
        life = alert_items.read(self._table, fingerprint)
        return life, self._known(life) if life is not None and life.untold else None

    def _known(self, life: Life, *, fresh: bool = False) -> _Told:
        # The card of an episode that begins just now stands nowhere yet.
        nowhere = fresh and life.change == "opened" and life.opened.kind != _TEST
        return _Told(self._routes.look(), {} if nowhere else alert_items.standing(self._table, life))

    async def _note(self, alert: Alert, known: _Told) -> None:
        """Tell what merely happened, wherever it is heard."""
        key = f"alert#{alert.fingerprint}#{alert.state}#{alert.key}"
        routes = await self._routes.of(alert, known.wishes)

        async def note(route: Route) -> None:
            zone = await self._zone(route.place)
            message = alert_card.notice(alert, zone, self._runbook(alert.kind))
            entry = alert_card.notice_entry(alert, zone)
            await self._outbox.post(route.place, key, message, entry=entry, due=route.due, why=route.why)

        await _every(map(note, routes))
        await self._in_thread(alert_items.told_at, self._table, alert, [str(route.place) for route in routes])

    async def _tell(self, life: Life, known: _Told, alert: Alert | None = None) -> None:
        """Tell how an alert stands wherever it is heard, or was when this episode was told before.

        `alert` is what made it so, where that was no person.
        """
        routes = await self._heard(life, known)
        new = [place for place in routes if place not in known.standing]
        standing = {**known.standing, **dict.fromkeys(new, life.seq)}
        draw = cache(partial(self._draw, life))  # most places are in one zone
        await _every(
            self._tell_at(life, Place.parse(place), routes.get(place), standing[place], draw) for place in standing
        )
        if life.change == "reminded" and life.ack is not None:
            await self._ask(life, Place.person(life.ack.by))
        await self._in_thread(self._done, life, new, alert, list(routes))

    async def _heard(self, life: Life, known: _Told) -> dict[str, Route]:
        """Where it is heard: whoever hears that it is wrong hears also that it is over, however bad it had become."""
        if life.opened.kind == _TEST:
            return {place: Route(Place.parse(place)) for place in known.standing}
        heard = await self._routes.of(life.alert if life.is_open else life.opened, known.wishes)
        routes = {str(route.place): route for route in heard}
        if not life.is_open and known.standing.keys() - routes.keys():
            worst = life.opened.model_copy(update={"severity": "critical"})
            for route in await self._routes.of(worst, known.wishes):
                if (place := str(route.place)) in known.standing:
                    routes.setdefault(place, route)
        return routes

    def _done(self, life: Life, new: list[str], alert: Alert | None, places: list[str]) -> None:
        """Note that a change is told everywhere, after where its card has come to stand."""
        alert_items.stand(self._table, life, new)
        alert_items.told(self._table, life)
        if alert is not None:
            alert_items.told_at(self._table, alert, places)

    async def _ask(self, life: Life, person: Place) -> None:
        """Ask whoever is on it whether they are."""
        message = alert_card.question(life, await self._zone(person), self._grace_s())
        await self._outbox.post(person, f"{life.run}/{life.seq}", message)

    async def _tell_at(
        self, life: Life, place: Place, route: Route | None, since: int, draw: Callable[[str], _Drawn]
    ) -> None:
        """Tell it in a place, where its card stands since the change `since`; without a `route` it is not heard there.

        Then a card that is seen, or waits, is kept up to date all the same, in silence.
        """
        drawn = draw(await self._zone(place))
        if route is None:
            await self._outbox.renew(place, life.run, life.seq, drawn.card, drawn.entry)
            return
        await self._outbox.card(place, life.run, life.seq, drawn.card, entry=drawn.entry, due=route.due, why=route.why)
        if drawn.reply is not None and since < life.seq and route.due is None:
            await self._outbox.reply(place, life.run, life.seq, drawn.reply)

    def _draw(self, life: Life, zone: str) -> _Drawn:
        card = alert_card.card(life, zone, self._runbook(life.opened.kind))
        return _Drawn(card, alert_card.entry(life, zone), alert_card.reply(life, zone))

    def _turn(self, fingerprint: str) -> asyncio.Lock:
        turn = self._turns.get(fingerprint)
        if turn is None:
            self._turns[fingerprint] = turn = asyncio.Lock()
        return turn


async def _every(deeds: Iterable[Awaitable[None]]) -> None:
    """Do all of them at once; one needs no tasks."""
    every = list(deeds)
    if len(every) == 1:
        await every[0]
    else:
        await asyncio.gather(*every)
