"""What a process has of each chat that is set up: who is there, how to speak, how to hear; and how they are one."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from aws_ops import documents
from aws_ops.desk import Desk
from bot.health import Check
from bot.listeners.handler import Handler
from bot.listeners.server import Handler as Route
from bot.listeners.slack import SlackChat, SlackListener
from bot.listeners.slack_home import Homes, SlackHome
from bot.listeners.teams import TeamsChat, TeamsListener
from bot.metrics import Metrics
from bot.people import SaysGone
from bot.settings import SECRET_PREFIX, Settings, SlackSettings, TeamsSettings
from bot.voice import Chat
from bot.work import Threads, Work
from commands.config_alerts import Alerts
from notifiers.delivery import Speaker
from notifiers.member import Member, Roster
from notifiers.message import Message
from notifiers.person import PersonSpeaker
from notifiers.place import Platform
from notifiers.slack import Slack
from notifiers.slack_api import SlackApi
from notifiers.slack_directory import SlackDirectory
from notifiers.teams import Teams
from notifiers.teams_api import TeamsApi
from notifiers.teams_conversations import Conversations
from notifiers.teams_directory import TeamsDirectory
from notifiers.webhook import Webhooks

Find = Callable[[str], Awaitable[Member | None]]
Report = Callable[[str], Awaitable[None]]


class Listener(Protocol):
    """Hears one chat."""

    async def start(self) -> None:
        """Begin; the chat need not be reachable yet."""
        ...

    async def stop(self) -> None:
        """Hear nothing more."""
        ...


class Side(Protocol):
    """One chat, put together. `listen` comes first of the calls, `open` before anything goes over the wire."""

    roster: Roster
    speaker: Speaker
    voice: Chat

    def listen(self, handler: Handler, homes: Homes, work: Work, metrics: Metrics) -> Listener:
        """Give what is heard to `handler`, and whoever opens a Home to `homes`."""
        ...

    def routes(self) -> Mapping[str, Route]:
        """What is to be routed to it on the public port."""
        ...

    def checks(self) -> Mapping[str, Check]:
        """What has to work for it to be ready."""
        ...

    async def open(self) -> None:
        """Get ready to call the chat."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class SlackSide:
    """Slack."""

    def __init__(self, settings: SlackSettings, find: Find, report: Report) -> None:
        self._settings = settings
        self._api = SlackApi(settings.bot_token, settings.api_url)
        self.roster: Roster = SlackDirectory(self._api)
        self._slack = Slack(self._api, find, report)
        self.publish = self._slack.publish
        self.speaker: Speaker = self._slack
        self.voice: Chat = SlackChat(self._slack)

    def listen(self, handler: Handler, homes: Homes, work: Work, metrics: Metrics) -> Listener:
        home = SlackHome(homes, self._slack.private_place)
        self._listener = SlackListener(self._settings, self._api, handler, work, metrics, home)
        return self._listener

    def routes(self) -> Mapping[str, Route]:
        return {"/slack/events": self._listener.handle} if self._listener.over_http else {}

    def checks(self) -> Mapping[str, Check]:
        checks: dict[str, Check] = {"slack": lambda: self._api.call(self._api.client.auth_test, tries=1)}
        if not self._listener.over_http:
            checks["slack_socket"] = self._listener.connected
        return checks

    async def open(self) -> None:
        await self._api.start()

    async def close(self) -> None:
        await self._api.close()


class TeamsSide:
    """Teams."""

    def __init__(self, settings: TeamsSettings, desk: Desk, threads: Threads, find: Find, report: Report) -> None:
        self._settings = settings
        self._api = TeamsApi(
            settings.app_id,
            settings.app_password,
            settings.tenant_id,
            login_url=settings.login_url,
            authenticated=settings.auth != "off",
        )
        self._conversations = Conversations(desk.table, threads)
        self.directory = TeamsDirectory(self._api, self._conversations, settings.tenant_id)
        self.roster: Roster = self.directory
        self._teams = Teams(self._api, self._conversations, find, report)
        self.speaker: Speaker = self._teams
        self.voice: Chat = TeamsChat(self._teams)

    def listen(self, handler: Handler, homes: Homes, work: Work, metrics: Metrics) -> Listener:
        self._listener = TeamsListener(
            self._settings, self._api, self._teams, self._conversations, self.directory, handler, work, metrics
        )
        return self._listener

    def routes(self) -> Mapping[str, Route]:
        return {"/api/messages": self._listener.handle}

    def checks(self) -> Mapping[str, Check]:
        return {"teams": self._listener.ready}

    async def open(self) -> None:
        await self._api.start()

    async def close(self) -> None:
        await self._api.close()


class Chats:
    """All chats that are set up, and webhooks. `find` gives somebody's account on a platform by their key.

    `alerts` tells at which hosts webhooks may be.
    """

    def __init__(
        self,
        settings: Settings,
        desk: Desk,
        threads: Threads,
        find: Callable[[Platform, str], Awaitable[Member | None]],
        report: Report,
        alerts: Callable[[], Alerts],
    ) -> None:
        self._sides: dict[Platform, Side] = {}
        self.gone: dict[Platform, SaysGone] = {}
        if settings.slack is not None:
            self._sides["slack"] = SlackSide(settings.slack, lambda key: find("slack", key), report)
        if settings.teams is not None:
            teams = TeamsSide(settings.teams, desk, threads, lambda key: find("teams", key), report)
            self._sides["teams"] = teams
            self.gone["teams"] = teams.directory.says_gone
        self.person = PersonSpeaker(
            {platform: side.speaker for platform, side in self._sides.items()}, desk.table, threads
        )
        self._webhooks = Webhooks(
            lambda name: threads(documents.read, desk.sessions, f"{SECRET_PREFIX}{name}"),
            lambda host: alerts().takes_host(host),
            local=settings.on_loopback,
        )
        self._listeners: list[Listener] = []

    @property
    def rosters(self) -> Mapping[Platform, Roster]:
        """Who is where."""
        return {platform: side.roster for platform, side in self._sides.items()}

    @property
    def voices(self) -> Mapping[Platform, Chat]:
        """What each chat does at once."""
        return {platform: side.voice for platform, side in self._sides.items()}

    @property
    def speakers(self) -> Mapping[str, Speaker]:
        """Who says things, by the scheme of a place."""
        sides: dict[str, Speaker] = {platform: side.speaker for platform, side in self._sides.items()}
        return {**sides, "person": self.person, "webhook": self._webhooks}

    def listen(self, handler: Handler, homes: Homes, work: Work, metrics: Metrics) -> None:
        """Give everything that is heard to `handler` and `homes`; nothing is heard before `start`."""
        self._listeners = [side.listen(handler, homes, work, metrics) for side in self._sides.values()]

    async def publish(self, user: str, home: Message) -> None:
        """Show a Home to somebody in Slack, the one chat that has Homes."""
        if isinstance(slack := self._sides.get("slack"), SlackSide):
            await slack.publish(user, home)

    def routes(self) -> dict[str, Route]:
        """What is to be routed to the chats on the public port."""
        return {path: route for side in self._sides.values() for path, route in side.routes().items()}

    def checks(self) -> dict[str, Check]:
        """What has to work for the chats to be ready."""
        return {name: check for side in self._sides.values() for name, check in side.checks().items()}

    async def open(self) -> None:
        """Get ready to speak."""
        await self._webhooks.start()
        for side in self._sides.values():
            await side.open()

    async def start(self) -> None:
        """Begin to hear."""
        for listener in self._listeners:
            await listener.start()

    async def stop(self) -> None:
        """Hear nothing more; what has been heard can still be answered."""
        for listener in self._listeners:
            await listener.stop()

    async def close(self) -> None:
        """Let go of everything."""
        await self._webhooks.close()
        for side in self._sides.values():
            await side.close()
