"""What alerts need of the rest of the bot: whose a resource is, what a subscriber may see, zones, runbooks."""

import logging
from collections.abc import Callable, Collection, Mapping

from aws_ops import resources
from aws_ops.desk import Desk
from aws_ops.resources import Resource
from bot.metrics import Metrics
from bot.people import People
from bot.work import Threads
from bot.zones import Zones
from commands.config import Config
from notifiers import subscription_items
from notifiers.alert_routes import Routes
from notifiers.alerting import Alerting
from notifiers.alerts.kinds import Kind
from notifiers.outbox import Outbox
from notifiers.place import Place
from notifiers.recent import Recent
from notifiers.subscriptions import About

log = logging.getLogger(__name__)

_REMEMBER_S = 60


def make_alerting(
    desk: Desk, outbox: Outbox, threads: Threads, people: People, config: Callable[[], Config], metrics: Metrics
) -> Alerting:
    """Whoever tells alerts."""

    def runbook(kind: Kind) -> str | None:
        return config().alerts.runbooks.get(kind)

    routes = Routes(
        desk.table,
        Resources(desk, threads, config).about,
        people.is_operator,
        batch_s=lambda: config().alerts.batch,
    )
    return Alerting(
        desk.table,
        outbox,
        threads,
        routes,
        Zones(people.timezone, lambda: config().timezone).of,
        grace_s=lambda: config().alerts.grace,
        runbook=runbook,
        count=lambda kind, what: metrics.alerts.labels(kind, what).inc(),
    )


async def disable(desk: Desk, threads: Threads, place: Place, why: str) -> None:
    """Let a place that is gone hear no more alerts."""
    if ended := await threads(subscription_items.disable, desk.table, str(place), why):
        log.warning("%d subscriptions are disabled: %s", ended, why, extra={"place": str(place)})


class Resources:
    """What is known of resources, a minute old at most."""

    def __init__(self, desk: Desk, threads: Threads, config: Callable[[], Config]) -> None:
        self._desk = desk
        self._threads = threads
        self._config = config
        self._known: Recent[frozenset[str], Mapping[str, Resource]] = Recent(_REMEMBER_S, most=1_000)

    async def about(self, ids: Collection[str]) -> Mapping[str, About]:
        """The tags and the owner of each; what nobody can tell is left out. Raises what AWS says."""
        config = self._config()

        async def ask() -> Mapping[str, Resource]:
            return await self._threads(resources.about, self._desk, ids, config.workspaces.rate)

        found = await self._known.get(frozenset(ids), ask)
        return {one: About(found[one].tags, _owner(config, found[one])) for one in found}


def _owner(config: Config, resource: Resource) -> str | None:
    return None if resource.user is None else config.owner_key(resource.user, resource.tags)
