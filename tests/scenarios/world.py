"""The whole of Deskside in one process: a simulated AWS, chats on the wire, bots, and a clock that tests move."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aws_ops import clock, published
from bot.app import App, Tuning, read_config
from bot.settings import Settings
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from tests.chats import SIDES, Human, Side, Thread
from tests.desks import desk_of
from tests.scenarios.config import config_text
from tests.scenarios.events import Events

MINUTE = 60
ON = 4 * MINUTE
"""By when a VPN that was asked for is on, and everybody was told."""
REBUILT = 7 * MINUTE
"""By when a rebuild that was begun is over, and told."""
IMPATIENT = Tuning(
    pace=0, look_s=0.5, queue_wait_s=0, config_s=3600, settle_s=0.05, leavers_s=86_400, home_s=0, drain_s=5
)
# A handful of looks each, as everything takes some of them: a scenario lives through every one.
PACE = Pace(
    associate_s=3 * MINUTE,
    disassociate_s=30,
    workspace_hidden_s=30,
    workspace_create_s=2 * MINUTE,
    workspace_start_s=1.5 * MINUTE,
    workspace_stop_s=1.5 * MINUTE,
    workspace_reboot_s=2 * MINUTE,
    workspace_rebuild_s=4 * MINUTE,
    workspace_restore_s=4 * MINUTE,
    workspace_update_s=2 * MINUTE,
    workspace_terminate_s=2 * MINUTE,
    workspaces_per_s=1000,  # the clock stands still while people act
    workspaces_burst=1000,
)


class World(Events):
    """What a scenario acts in. Everything that people do returns when all that follows from it has happened.

    `platforms` are the chats that are set up; where a scenario names none, it means the first.
    """

    def __init__(self, aws: SandboxAws, platforms: Sequence[str], moved: MovedClock, config: Path) -> None:
        super().__init__(aws)
        self.platforms = tuple(platforms)
        self._sides: dict[str, Side] = {}
        self._clock = moved
        self._config = config
        self.bots: list[App] = []
        self.leftovers = 0  # messages that stay in the queue because nobody can understand them

    # ---- time

    async def watch(self) -> None:
        """Every bot looks after alerts, dead letters and what is due, which they do every few seconds."""
        for bot in self.bots:
            await bot.watch()
            await bot.outbox.look()
        await self.quiet()

    async def pass_time(self, seconds: float) -> None:
        """Live through the next `seconds`, wake by wake."""
        loop = asyncio.get_running_loop()
        self._clock.settle = lambda: asyncio.run_coroutine_threadsafe(self._calm(), loop).result(60)
        await asyncio.to_thread(self._clock.advance, seconds)

    async def quiet(self) -> None:
        """Wait until nothing is in work any more."""
        await self.pass_time(0)

    async def _calm(self) -> None:
        pause = 0.002
        async with asyncio.timeout(50):
            while self._busy():
                await asyncio.sleep(pause)
                pause = min(1.5 * pause, 0.01)  # to look more often takes time from whoever is busy

    def _busy(self) -> bool:
        talking = any(not side.idle() for side in self._sides.values()) or any(bot.busy() for bot in self.bots)
        return talking or self.aws.lambdas.busy() or (bool(self.bots) and self.aws.waiting_messages() > self.leftovers)

    # ---- the bot

    async def start_bot(self) -> App:
        """One more replica; the chats send their requests to the newest."""
        settings = Settings.parse(self.environment())
        desk = desk_of(settings)
        bot = App(settings, desk, read_config(settings, desk), tuning=IMPATIENT)
        await bot.start()
        self.bots.append(bot)
        for side in self._sides.values():
            side.point_at(bot.port)
        await self._published()
        return bot

    async def _published(self) -> None:
        """Wait for what a bot writes for the sweep beside its start: a sweep before it finds no endpoint."""
        table = self.table
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(published.endpoints, table):
                await asyncio.sleep(0.005)

    async def stop_bots(self) -> None:
        """All replicas end in order."""
        while self.bots:
            await self.bots.pop().stop()

    def environment(self) -> dict[str, str]:
        """What a bot is started with."""
        environment = self.aws.environment() | {
            "DESKSIDE_CONFIG": str(self._config),
            "DESKSIDE_TICK": "60",
            "PORT": "0",
            "ADMIN_PORT": "0",
        }
        for side in self._sides.values():
            environment |= side.environment()
        return environment

    async def configures(
        self, *, workspaces: str = "", approvals: str = "", alerts: str = "", also_approver: str = "", loses: str = ""
    ) -> None:
        """An admin changes these lines of the configuration file.

        `also_approver` gets that role too, `loses` every role but staff.
        """
        text = self._config.read_text(encoding="utf-8")
        if workspaces:
            text = re.sub(r"^workspaces: \{", f"workspaces: {{{workspaces}, ", text, flags=re.MULTILINE)
        if approvals:
            text += f"approvals: {{{approvals}}}\n"
        if alerts:
            text += f"alerts: {{{alerts}}}\n"
        if also_approver:
            for platform, side in self._sides.items():
                user = side.human(also_approver, self.quiet).id
                text = re.sub(rf"(approver: .*{platform}_users: \[)", rf"\g<1>{user}, ", text)
        if loses:
            for side in self._sides.values():
                text = text.replace(side.human(loses, self.quiet).id, "")
        self._config.write_text(text, encoding="utf-8")
        for bot in self.bots:
            await bot.configuration.look()
        await self.quiet()

    def stops_telling(self) -> None:
        """The queue cannot be read: what the workflows say is not told."""
        self.fails("SQS", "ReceiveMessage", "AccessDenied", times=1000)
        self.leftovers = 1000

    async def tells_again(self) -> None:
        """The queue can be read again, and everything is told."""
        self.aws.clear_faults()
        self.leftovers = 0
        await self.quiet()

    async def begin_again(self) -> None:
        """A fresh world, as at the start."""
        await self.stop()
        await asyncio.to_thread(self.aws.reset)
        self._sides = {platform: SIDES[platform]() for platform in self.platforms}
        for side in self._sides.values():
            await side.start()
        self._config.write_text(config_text(self.side().place("deskside-admin")), encoding="utf-8")
        await self.start_bot()
        for side in self._sides.values():
            await side.introduce()
        await self.quiet()

    async def stop(self) -> None:
        """Everything ends."""
        await self.stop_bots()
        for side in self._sides.values():
            await side.stop()
        self._sides = {}

    # ---- people and what they see

    def side(self, platform: str = "") -> Side:
        """A chat; by itself the first."""
        return self._sides[platform or self.platforms[0]]

    @property
    def platform(self) -> str:
        """The chat that is meant where none is named."""
        return self.platforms[0]

    def person(self, name: str, platform: str = "") -> Human:
        """Somebody by their short name."""
        return self.side(platform).human(name, self.quiet)

    def cards(self, place: str = "vpn", platform: str = "") -> list[str]:
        """Everything that the app posted in a place for all to see, but for replies, as text, oldest first."""
        return self.side(platform).posted(place)

    def card(self, place: str = "vpn", platform: str = "") -> str:
        """The newest thing that the app posted in a place."""
        return self.cards(place, platform)[-1]

    def threads(self, place: str = "vpn", platform: str = "") -> list[Thread]:
        """The same, each with what was replied under it."""
        return self.side(platform).threads(place)

    def webhook_posts(self, place: str = "vpn", platform: str = "") -> list[str]:
        """Everything that came into a place over incoming webhooks, as text, oldest first."""
        return self.side(platform).webhook_posts(place)

    def token_of(self, somebody: Human) -> str:
        """The confirmation token on the newest button that this person sees."""
        for seen in reversed([*somebody.reads("vpn"), *somebody.dms()]):
            for command in seen.buttons.values():
                if found := re.search(r"confirm (\S+)", command):
                    return found.group(1)
        raise AssertionError("no confirmation is asked for")

    async def together(self, *deeds: Coroutine[Any, Any, None]) -> None:
        """What several people do at the same moment."""
        await asyncio.gather(*deeds)
        await self.quiet()

    async def resend_last_request(self, to: App) -> None:
        """The chat sends its last request again, byte by byte, to another bot."""
        await self.side().resend_last(self.address(to))
        await self.quiet()

    def address(self, bot: App) -> str:
        """Where a bot hears the chat."""
        return self.side().address(bot.port)

    def edits(self, place: str) -> int:
        """How often the app has edited something in a place."""
        return self.side().edits(place)

    # ---- what both know

    async def sweep(self) -> None:
        """The scheduled sweep runs once."""
        await asyncio.to_thread(self.aws.lambdas.call, "deskside-sweep")
        await self.quiet()

    def shown_seq(self, place: str) -> int:
        """The number of the fact that the live card in a place shows."""
        run = self.run_id()
        item = self.table.get(f"CARD#{run}", self.side().place(place))
        assert item is not None
        return int(item["seq"])


@asynccontextmanager
async def a_world(aws: SandboxAws, moved: MovedClock, platforms: Sequence[str]) -> AsyncIterator[World]:
    """A fresh world with one bot."""
    clock.set_source(moved.now)
    with tempfile.TemporaryDirectory() as folder:
        world = World(aws, platforms, moved, Path(folder) / "config.yaml")
        try:
            await world.begin_again()
            yield world
        finally:
            await world.stop()
            clock.set_source(None)
