"""Bots in this process, on the simulated AWS and the simulated Slack, by the wall clock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import aiohttp
import pytest

from bot.app import App, Tuning
from bot.settings import Settings
from sandbox.aws.server import SandboxAws
from sandbox.aws.world import PARIS, PARIS_SUBNETS, TOKYO, TOKYO_SUBNETS
from sandbox.slack.server import Slack
from tests.desks import desk_of

CONFIG = f"""
roles:
  operator: {{slack_usergroups: [S0OPERATOR]}}
  admin: {{slack_users: [U0ALEX0001]}}
admin_place: slack:C0ADMIN001
identity: {{slack_team: T0DESKSIDE, domains: [example.com]}}
aws: {{role: "arn:aws:iam::123456789012:role/deskside-acts"}}
vpn:
  endpoints:
    tokyo:
      id: {TOKYO}
      subnets: [{", ".join(TOKYO_SUBNETS)}]
      association_usd_hour: 0.15
      connection_usd_hour: 0.05
"""
TWO_ENDPOINTS = f"""{CONFIG}
    paris: {{id: {PARIS}, subnets: [{PARIS_SUBNETS[0]}], association_usd_hour: 0.10, connection_usd_hour: 0.05}}
"""
IMPATIENT = Tuning(
    pace=0, look_s=0.2, queue_wait_s=0, config_s=3600, settle_s=0.05, leavers_s=3600, home_s=0, drain_s=5
)


class House:
    """A simulated AWS and Slack, and the bots that a test starts."""

    def __init__(self, aws: SandboxAws, slack: Slack) -> None:
        self.aws = aws
        self.slack = slack
        self.apps: list[App] = []
        self.config = CONFIG

    def environment(self, **changes: str) -> dict[str, str]:
        usual = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.url,
            "DESKSIDE_CONFIG": "config.yaml",
            "PORT": "0",
            "ADMIN_PORT": "0",
        }
        return {name: value for name, value in {**self.aws.environment(), **usual, **changes}.items() if value}

    def build(self, tuning: Tuning = IMPATIENT, **changes: str) -> App:
        """A bot that is not started; a change to "" leaves a setting out."""
        settings = Settings.parse(self.environment(**changes))
        app = App(settings, desk_of(settings), self.config, fixed=True, tuning=tuning)
        self.apps.append(app)
        return app

    async def start(self, tuning: Tuning = IMPATIENT, **changes: str) -> App:
        """A bot; Slack sends to the newest."""
        app = self.build(tuning, **changes)
        await app.start()
        self.slack.bot_url = self.url(app)
        return app

    @staticmethod
    def url(app: App) -> str:
        return f"http://127.0.0.1:{app.port}/slack/events"

    async def quiet(self) -> None:
        """Wait until the bots have nothing in hand."""
        async with asyncio.timeout(20):
            calm = 0
            while calm < 3:
                calm = 0 if any(app.busy() for app in self.apps) or not self.slack.idle() else calm + 1
                await asyncio.sleep(0.005)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.01)

    async def get(self, port: int, path: str) -> tuple[int, str]:
        url = f"http://127.0.0.1:{port}{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.text()

    def answers(self, name: str, channel: str = "#vpn") -> list[str]:
        """What was said to this person alone."""
        return [shown.plain for shown in self.slack.person(name).sees(channel) if shown.ephemeral]

    def heard(self, app: App, kind: str) -> float:
        """How often this bot counted that it heard something."""
        value = app.metrics.registry.get_sample_value("deskside_heard_total", {"platform": "slack", "kind": kind})
        return value or 0.0


@pytest.fixture(scope="package")
def simulated_aws() -> Iterator[SandboxAws]:
    with SandboxAws() as aws:
        yield aws


@pytest.fixture
async def house(simulated_aws: SandboxAws) -> AsyncIterator[House]:
    await asyncio.to_thread(simulated_aws.reset)
    slack = Slack()
    await slack.start()
    house = House(simulated_aws, slack)
    yield house
    for app in house.apps:
        await app.stop()
    await slack.stop()
