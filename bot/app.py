"""The composition root: the only file that knows everybody. One App is one replica; a process may hold several."""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aws_ops import clock, dead_letter_items, documents, published, stored_events, upgrade_report, workspace_snapshot
from aws_ops.desk import Desk
from bot import alert_watch, leavers
from bot.alert_watch import AlertWatch
from bot.alerts import disable, make_alerting
from bot.chats import Chats
from bot.configuration import Configuration
from bot.health import Check, Readiness
from bot.home import AfterRequests, Homes, concerned
from bot.listeners.queue import WAIT_S, QueueListener, RunFact
from bot.listeners.server import Server, admin_app, public_app
from bot.metrics import Metrics
from bot.people import People
from bot.settings import Settings
from bot.telling import Teller
from bot.voice import ChatVoice
from bot.work import Threads, Work
from commands import COMMANDS
from commands.config import Config
from commands.dispatcher import Dispatcher
from commands.home import home_of
from notifiers.member import Member
from notifiers.message import Message, line
from notifiers.outbox import Outbox
from notifiers.place import Place, Platform
from notifiers.stories import STORIES

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tuning:
    """How often and how long, in seconds; tests have less patience than people."""

    pace: float = 1.0  # between two messages in one place
    look_s: float = 3.0  # between two looks for deliveries of other replicas
    queue_wait_s: int = WAIT_S  # a long poll; a stop waits for its end
    config_s: float = 60.0
    settle_s: float = 1.0  # a changed file must still read the same then
    leavers_s: float = leavers.EVERY_S
    watch_s: float = alert_watch.EVERY_S
    home_s: float = 5.0  # between two drawings of somebody's Home
    drain_s: float = 12.0  # at a stop, for requests; and then half as long for deliveries


USUAL = Tuning()


def connect(settings: Settings) -> Desk:
    """The AWS of these settings; nothing is called yet."""
    return Desk.connect(
        region=settings.region,
        endpoint_url=settings.endpoint_url,
        table=settings.table,
        queue_url=settings.queue_url,
        prefix=settings.prefix,
    )


def read_config(settings: Settings, desk: Desk) -> str:
    """The text of the configuration file. Raises OSError, ValueError, or what AWS says."""
    if documents.is_address(settings.config):
        return documents.read(desk.sessions, settings.config)
    return Path(settings.config).read_text(encoding="utf-8")


class App:
    """The bot: `start` it in an event loop, and `stop` it.

    `text` is the configuration to begin with; `fixed`: the file is not looked at later. Raises ConfigFaults.
    """

    def __init__(
        self, settings: Settings, desk: Desk, text: str, *, fixed: bool = False, tuning: Tuning = USUAL
    ) -> None:
        self.settings = settings
        self.desk = desk
        self.metrics = Metrics()
        self._tuning = tuning
        self._threads = Threads()
        self._work = Work()
        self._loops: list[asyncio.Task[None]] = []
        self.configuration = Configuration(
            text,
            read=lambda: self._read_config(text if fixed else None),
            say=self._say,
            publish=self._publish,
            good=lambda good: self.metrics.config_good.set(int(good)),
            every_s=tuning.config_s,
            platforms=settings.platforms,
            settle_s=tuning.settle_s,
        )
        self._wire()

    @classmethod
    def build(cls, settings: Settings, config_text: str | None = None, tuning: Tuning = USUAL) -> "App":
        """An App of settings whose secrets are resolved. With `config_text` the file is not read, now or later.

        Raises ConfigFaults, and what `read_config` raises.
        """
        desk = connect(settings)
        text = read_config(settings, desk) if config_text is None else config_text
        return cls(settings, desk, text, fixed=config_text is not None, tuning=tuning)

    @property
    def config(self) -> Config:
        """The configuration in use."""
        return self.configuration.current

    @property
    def port(self) -> int:
        """The public port."""
        return self._public.port

    @property
    def admin_port(self) -> int:
        """The port of `/readyz` and `/metrics`."""
        return self._admin.port

    def busy(self) -> bool:
        """Whether a request, a delivery or a queue message is being worked on."""
        return self._work.count > 0 or self.outbox.busy() or self._queue.busy()

    async def start(self) -> None:
        """Listen to everything. The chats and AWS need not be reachable yet. Raises OSError where a port is taken."""
        await self._chats.open()
        await self._admin.start()
        await self._public.start()
        await self.outbox.start()
        await self._queue.start()
        await self._chats.start()
        self._loops = [asyncio.create_task(self.configuration.keep())]
        self._loops.append(asyncio.create_task(self._alert_watch.keep(self._tuning.watch_s)))
        self._loops.append(asyncio.create_task(leavers.sweep(self.sweep_leavers, self._tuning.leavers_s)))
        log.info("started", extra={"port": self.port, "admin_port": self.admin_port})

    async def stop(self) -> None:
        """Hear nothing new, finish what is in hand, let go of everything."""
        self._readiness.draining = True
        self.homes.stop()
        await self._chats.stop()
        await self._public.stop()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        late, _ = await asyncio.gather(self._work.drain(self._tuning.drain_s), self._queue.stop(self._tuning.drain_s))
        if late:
            log.error("%d requests could not be finished in time", late)
        await self._alert_watch.let_go()
        await self.outbox.stop(self._tuning.drain_s / 2)
        await self._admin.stop()
        await self._chats.close()
        self._threads.close()
        log.info("stopped")

    async def sweep_leavers(self) -> int:
        """End the claims of people who have left, what they asked for and subscribed to; how many claims.

        Replicas that do it at once do no harm.
        """
        await leavers.end_requests(self.desk, self.people.has_left, self.people.is_operator, self._threads)
        await leavers.end_subscriptions(self.desk.table, self.people.has_left, self._threads)
        ended = await leavers.end_claims(
            self.desk, self.config, self.settings.tick_s, self.people.has_left, self._threads
        )
        self.metrics.claims_of_leavers.inc(ended)
        return ended

    async def watch(self) -> None:
        """Look after alerts and dead letters once."""
        await self._alert_watch.look()

    def _wire(self) -> None:
        self._chats = Chats(
            self.settings, self.desk, self._threads, self._find, self._report, lambda: self.config.alerts
        )
        self.people = People(self._chats.rosters, lambda: self.config, self._chats.gone)
        self.outbox = self._make_outbox()
        self.alerting = make_alerting(
            self.desk, self.outbox, self._threads, self.people, lambda: self.config, self.metrics
        )
        self._alert_watch = AlertWatch(
            self.desk,
            self.settings.bucket,
            self._threads,
            self.alerting,
            lambda key, message, entry: self.outbox.post(self.config.admin_place, key, message, entry=entry),
            lambda: self.config.alerts,
        )
        self.dispatcher = Dispatcher(
            COMMANDS,
            ChatVoice(self._chats.voices, self.outbox, self._chats.person.heard),
            self.people,
            lambda: self.config,
            self.desk,
            self._threads,
            alerts=self.alerting,
            tick_s=self.settings.tick_s,
        )
        self.homes = self._make_homes()
        self._chats.listen(AfterRequests(self.dispatcher, self.homes), self.homes, self._work, self.metrics)
        self._queue = self._make_queue_listener()
        self._readiness = Readiness(self._checks())
        self._public = Server(public_app(self._chats.routes()), self.settings.host, self.settings.port)
        admin = admin_app(self._readiness, self.metrics)
        self._admin = Server(admin, self.settings.admin_host, self.settings.admin_port)

    def _make_outbox(self) -> Outbox:
        return Outbox(
            self.desk.table,
            self._chats.speakers,
            self._threads,
            knows=self._knows,
            admin_place=lambda: self.config.admin_place,
            pace=self._tuning.pace,
            look_s=self._tuning.look_s,
            flood=lambda: self.config.alerts.flood,
            gone=partial(disable, self.desk, self._threads),
            count=lambda outcome: self.metrics.deliveries.labels(outcome).inc(),
        )

    def _make_homes(self) -> Homes:
        return Homes(
            self.desk.table,
            self._threads,
            self._work,
            context=self.dispatcher.context_of,
            draw=home_of,
            publish=self._chats.publish,
            person=self.people.person,
            pace=self._tuning.home_s,
        )

    def _make_queue_listener(self) -> QueueListener:
        teller = Teller(
            STORIES,
            self.desk.table,
            self.outbox,
            lambda: self.config,
            self.people.timezone,
            self._threads,
            targets=lambda run: workspace_snapshot.every_target(self.desk, run),
            files=lambda run: upgrade_report.attached(self.desk, run),
        )

        async def tell(fact: RunFact) -> None:
            await teller.tell(fact)
            self.homes.changed(concerned(fact))

        return QueueListener(
            self.desk.queue,
            self._threads,
            tell,
            count=lambda outcome: self.metrics.queue_messages.labels(outcome).inc(),
            hear=self.alerting.hear,
            fetch=partial(stored_events.read, self.desk.sessions, self.settings.bucket),
            note=partial(dead_letter_items.note, self.desk.table),
            wait_s=self._tuning.queue_wait_s,
        )

    def _checks(self) -> dict[str, Check]:
        return {
            "table": lambda: self._threads(self.desk.table.ping),
            "queue": lambda: self._threads(self.desk.queue.ping),
            **self._chats.checks(),
        }

    async def _find(self, platform: Platform, key: str) -> Member | None:
        return await self.people.find(platform, key)

    async def _read_config(self, fixed: str | None) -> str:
        return await self._threads(read_config, self.settings, self.desk) if fixed is None else fixed

    async def _say(self, place: Place, key: str, message: Message) -> None:
        await self.outbox.post(place, key, message)

    async def _report(self, what: str) -> None:
        """Tell the administrators something about Deskside itself, once a day."""
        key = f"report#{what}#{clock.now():%Y-%m-%d}"
        try:
            await self.outbox.post(self.config.admin_place, key, line(what, "warning"))
        except Exception:
            log.exception("the administrators could not be told")

    def _knows(self, command: str) -> bool:
        return self.dispatcher.knows(command)

    async def _publish(self, config: Config) -> None:
        endpoints = [config.vpn_endpoint(name, self.settings.tick_s) for name in config.vpn.endpoints]
        await self._threads(published.publish, self.desk.table, endpoints)
