"""The whole of Deskside in one process: simulated AWS and Slack on the wire, bots, and a clock that tests move."""

import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import boto3

from aws_ops import clock, published
from aws_ops.queue import Queue
from aws_ops.table import Table
from bot.app import App, Tuning
from bot.settings import Settings
from sandbox.aws.client_vpn_state import Pace, Subnet
from sandbox.aws.clock import MovedClock
from sandbox.aws.faults import Fault
from sandbox.aws.server import SandboxAws
from sandbox.aws.world import REGION, TOKYO_SUBNETS, TOKYO_VPC
from sandbox.slack.people import APP_NAME
from sandbox.slack.server import Slack
from tests.scenarios.chat import Human

MINUTE = 60
CONFIG = (Path(__file__).parent / "config.yaml").read_text(encoding="utf-8")
IMPATIENT = Tuning(pace=0, look_s=0.5, queue_wait_s=0, config_s=3600, settle_s=0.05, leavers_s=86_400, drain_s=5)
PACE = Pace(associate_s=15 * MINUTE, disassociate_s=30)


class World:
    """What a scenario acts in. Everything that people do returns when all that follows from it has happened."""

    def __init__(self, aws: SandboxAws, slack: Slack, moved: MovedClock, config: Path) -> None:
        self.aws = aws
        self.slack = slack
        self._clock = moved
        self._config = config
        self.bots: list[App] = []
        self.leftovers = 0  # messages that stay in the queue because nobody can understand them

    # ---- time

    def now(self) -> int:
        """Epoch seconds of the moved clock."""
        return clock.epoch()

    async def pass_time(self, seconds: float) -> None:
        """Live through the next `seconds`, wake by wake."""
        loop = asyncio.get_running_loop()
        self._clock.settle = lambda: asyncio.run_coroutine_threadsafe(self._calm(), loop).result(60)
        await asyncio.to_thread(self._clock.advance, seconds)

    async def quiet(self) -> None:
        """Wait until nothing is in work any more."""
        await self.pass_time(0)

    async def _calm(self) -> None:
        async with asyncio.timeout(50):
            while self._busy():
                await asyncio.sleep(0.002)

    def _busy(self) -> bool:
        talking = not self.slack.idle() or any(bot.busy() for bot in self.bots)
        return talking or self.aws.lambdas.busy() or (bool(self.bots) and self.aws.waiting_messages() > self.leftovers)

    # ---- the bot

    async def start_bot(self) -> App:
        """One more replica; Slack sends its requests to the newest."""
        settings = Settings.parse(self.environment())
        bot = App.build(settings, tuning=IMPATIENT)
        await bot.start()
        self.bots.append(bot)
        self.slack.bot_url = address(bot)
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
        return self.aws.environment() | {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.url,
            "DESKSIDE_CONFIG": str(self._config),
            "DESKSIDE_TICK": "60",
            "PORT": "0",
            "ADMIN_PORT": "0",
        }

    async def begin_again(self) -> None:
        """A fresh world, as at the start."""
        await self.stop_bots()
        await self.slack.stop()
        await asyncio.to_thread(self.aws.reset)
        self.slack = Slack()
        await self.slack.start()
        await self.start_bot()

    # ---- people and what they see

    def person(self, name: str) -> Human:
        """Somebody by their short name."""
        return Human(self.slack, self.slack.person(name), self.quiet)

    def cards(self, place: str = "vpn") -> list[str]:
        """Everything that the app posted in a place for all to see, as text, oldest first."""
        channel = self.slack.world.channel(place).id
        seen = Human(self.slack, self.slack.person("alex"), self.quiet).reads(channel)
        return [shown.text for shown in seen if not shown.private and shown.raw.author == APP_NAME]

    def card(self, place: str = "vpn") -> str:
        """The newest thing that the app posted in a place."""
        return self.cards(place)[-1]

    def token_of(self, somebody: Human) -> str:
        """The confirmation token on the newest button that this person sees."""
        for seen in reversed(somebody.reads("vpn")):
            for button in seen.raw.buttons.values():
                if found := re.search(r"confirm (\S+)", button.value):
                    return found.group(1)
        raise AssertionError("no confirmation is asked for")

    async def together(self, *deeds: Coroutine[Any, Any, None]) -> None:
        """What several people do at the same moment."""
        await asyncio.gather(*deeds)
        await self.quiet()

    async def resend_last_request(self, to: App) -> None:
        """Slack sends its last request again, byte by byte, to another bot."""
        await self.slack.resend(self.slack.wire.sent[-1], to=address(to))
        await self.quiet()

    def edits(self, place: str) -> int:
        """How often the app has edited something in a place."""
        channel = self.slack.world.channel(place).id
        return sum(call.method == "chat.update" and call.args["channel"] == channel for call in self.slack.calls)

    # ---- the queue

    def take_messages(self) -> list[str]:
        """Take everything out of the queue, as text."""
        taken: list[str] = []
        while found := self.queue.receive(0):
            for received in found:
                taken.append(received.body_text)
                self.queue.delete(received.receipt)
        return taken

    def put_messages(self, messages: Iterable[str]) -> None:
        """Put raw messages into the queue."""
        sqs: Any = self._client("sqs")
        for message in messages:
            sqs.send_message(QueueUrl=self.aws.environment()["DESKSIDE_QUEUE_URL"], MessageBody=message or " ")

    @property
    def queue(self) -> Queue:
        return Queue(self._client("sqs"), self.aws.environment()["DESKSIDE_QUEUE_URL"])

    def _client(self, service: str) -> Any:
        env = self.aws.environment()
        return boto3.client(  # type: ignore[call-overload]  # the name is a parameter
            service, endpoint_url=env["AWS_ENDPOINT_URL"], region_name=env["AWS_REGION"]
        )

    def highest_seq(self, messages: Iterable[str]) -> int:
        return max(int(json.loads(message)["seq"]) for message in messages)

    # ---- AWS

    def association_takes(self, seconds: float) -> None:
        self.aws.pace.associate_s = seconds

    def disassociation_takes(self, seconds: float) -> None:
        self.aws.pace.disassociate_s = seconds

    def routes_survive(self) -> None:
        self.aws.pace.routes_survive = True

    def connects(self, name: str, endpoint: str) -> str:
        """Somebody's VPN client connects; the id of the connection."""
        return self.aws.connect(endpoint, name)

    def disconnects(self, connection: str, endpoint: str = "tokyo") -> None:
        self.aws.disconnect(endpoint, connection)

    def associated_subnets(self, endpoint: str = "tokyo") -> list[str]:
        """The subnets that are associated now."""
        found = self.aws.vpn.named(endpoint)
        now = self.aws.vpn.now()
        return sorted(one.subnet.id for one in found.associations if one.state(now) == "associated")

    def associated(self, endpoint: str = "tokyo") -> int:
        return len(self.associated_subnets(endpoint))

    def somebody_associates_a_subnet_of_theirs(self) -> str:
        """A subnet that is not in our configuration gets associated in the console; its id."""
        theirs = Subnet("subnet-0a1b2c3d4e5f6000c", TOKYO_VPC.id, f"{REGION}c", "10.0.3.0/24")
        self.aws.vpn.subnets[theirs.id] = theirs
        self.aws.associate("tokyo", theirs.id)
        return theirs.id

    def added_routes(self, endpoint: str = "tokyo") -> list[tuple[str, str, str]]:
        """Routes that somebody added: destination, subnet, description."""
        routes = self.aws.vpn.named(endpoint).routes
        return sorted((one.cidr, one.subnet, one.description) for one in routes if one.origin == "add-route")

    def security_groups(self, endpoint: str = "tokyo") -> tuple[str, ...]:
        return self.aws.vpn.named(endpoint).groups

    def fails(self, service: str, operation: str, error: str, times: int = 1) -> None:
        """Let the next calls of an operation fail."""
        self.aws.fault(Fault(service, operation, error, times=times))

    def each_operation_is_throttled_once(self) -> None:
        for service, error in THROTTLING.items():
            self.aws.fault(Fault(service, "*", error, times=1, per_operation=True))

    async def sweep(self) -> None:
        """The scheduled sweep runs once."""
        await asyncio.to_thread(self.aws.lambdas.call, "deskside-sweep")
        await self.quiet()

    # ---- the table, which is the truth

    @property
    def table(self) -> Table:
        """The one table."""
        env = self.aws.environment()
        dynamodb = boto3.resource("dynamodb", endpoint_url=env["AWS_ENDPOINT_URL"], region_name=env["AWS_REGION"])
        return Table(dynamodb.meta.client, env["DESKSIDE_TABLE"])

    def claims(self, name: str, endpoint: str = "tokyo") -> bool:
        """Whether somebody has a live claim."""
        return self.until(name, endpoint) > self.now()

    def until(self, name: str, endpoint: str = "tokyo") -> int:
        """When somebody's claim ends; 0 without one."""
        item = self.table.get(f"CLAIM#{endpoint}", f"{name}@example.com")
        return int(item["until"]) if item else 0

    def shown_seq(self, place: str) -> int:
        """The number of the fact that the live card in a place shows."""
        run = self.run_id()
        item = self.table.get(f"CARD#{run}", f"slack:{self.slack.world.channel(place).id}")
        assert item is not None
        return int(item["seq"])

    def run_id(self) -> str:
        """The newest run."""
        return max(str(execution["DurableExecutionName"]) for execution in self.aws.lambdas.executions())

    def audit(self, name: str) -> list[dict[str, Any]]:
        """What the audit has of somebody, newest first."""
        return [dict(item) for item in self.table.query_index(f"WHO#{name}@example.com")]

    def lock(self, endpoint: str = "tokyo") -> dict[str, Any] | None:
        """The lock of an endpoint while a run holds it."""
        found = self.table.query(f"LOCK#vpn#{endpoint}")
        return dict(found[0]) if found else None


def address(bot: App) -> str:
    """Where Slack reaches a bot."""
    return f"http://127.0.0.1:{bot.port}/slack/events"


THROTTLING = {
    "EC2": "RequestLimitExceeded",
    "STS": "Throttling",
    "DynamoDB": "ThrottlingException",
    "SQS": "ThrottlingException",
    "Lambda": "TooManyRequestsException",
}


@asynccontextmanager
async def a_world(aws: SandboxAws, moved: MovedClock) -> AsyncIterator[World]:
    """A fresh world with one bot."""
    clock.set_source(moved.now)
    slack = Slack()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(CONFIG.replace("TOKYO_SUBNETS", f"[{', '.join(TOKYO_SUBNETS)}]"), encoding="utf-8")
        world = World(aws, slack, moved, config)
        await world.begin_again()
        try:
            yield world
        finally:
            await world.stop_bots()
            await world.slack.stop()
            clock.set_source(None)
