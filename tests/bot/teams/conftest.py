"""A bot's Teams side over the simulated Teams, with everything real but the commands."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

import boto3
import pytest
from moto import mock_aws
from pydantic import SecretStr

from aws_ops.table import Table, create_table
from bot.listeners.server import Server, public_app
from bot.listeners.teams import TeamsChat, TeamsListener
from bot.metrics import Metrics
from bot.settings import TeamsSettings
from bot.work import Work
from commands.request import Request
from notifiers.member import Member
from notifiers.message import Choice, Form, FormField
from notifiers.teams import Teams as TeamsSpeaker
from notifiers.teams_api import TeamsApi
from notifiers.teams_conversations import Conversations
from notifiers.teams_directory import TeamsDirectory
from sandbox.teams import Ack, Sent, Shown, Teams, TeamsPerson

P = ParamSpec("P")
T = TypeVar("T")
Json = dict[str, Any]


FORM = Form(
    title="Switch a VPN on",
    command="vpn on",
    submit="Switch on",
    fields=(
        FormField(
            name="endpoint",
            label="Endpoint",
            kind="choice",
            choices=(Choice(value="tokyo", label="tokyo"), Choice(value="paris", label="paris")),
        ),
        FormField(name="duration", label="For how long", kind="duration", required=False),
    ),
)


async def in_thread(func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.to_thread(func, *args, **kwargs)


class Desk:
    """Takes requests, and does nothing but answer."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.gate = asyncio.Event()
        self.gate.set()

    def check_form(self, command: str, values: Mapping[str, str]) -> dict[str, str]:
        return {"duration": "That is no duration."} if values.get("duration") == "banana" else {}

    async def handle(self, request: Request) -> None:
        await self.gate.wait()
        self.requests.append(request)


class Edge:
    """A bot's Teams side over a simulated Teams, with everything real but the commands."""

    def __init__(self, teams: Teams, table: Table, auth: str = "required") -> None:
        self.sim = teams
        self.desk = Desk()
        self.work, self.metrics = Work(), Metrics()
        given = teams.environment()
        settings = TeamsSettings(
            app_id=teams.app_id,
            app_password=SecretStr(teams.app_password),
            tenant_id=teams.tenant_id,
            auth=auth,
            openid_metadata_url=given["TEAMS_OPENID_METADATA_URL"],
            token_issuer=given["TEAMS_TOKEN_ISSUER"],
            login_url=given["TEAMS_LOGIN_URL"],
        )
        self.api = TeamsApi(settings.app_id, settings.app_password, settings.tenant_id, login_url=settings.login_url)
        self.conversations = Conversations(table, in_thread)
        self.speaker = TeamsSpeaker(self.api, self.conversations, self._find)
        self.roster = TeamsDirectory(self.api, self.conversations, settings.tenant_id)
        self.listener = TeamsListener(
            settings, self.api, self.speaker, self.conversations, self.roster, self.desk, self.work, self.metrics
        )
        self.server = Server(public_app({"/api/messages": self.listener.handle}), "127.0.0.1", 0)

    @staticmethod
    async def _find(key: str) -> Member | None:
        return None

    async def start(self) -> None:
        await self.api.start()
        await self.server.start()
        await self.listener.start()
        self.sim.bot_url = f"http://127.0.0.1:{self.server.port}/api/messages"

    async def stop(self) -> None:
        await self.listener.stop()
        await self.server.stop()
        await self.work.drain(5)
        await self.api.close()

    async def quiet(self) -> None:
        async with asyncio.timeout(20):
            while self.work.count or not self.sim.idle():
                await asyncio.sleep(0.005)

    def person(self, name: str = "mika") -> TeamsPerson:
        return self.sim.person(name)

    def heard(self, kind: str) -> float:
        labels = {"platform": "teams", "kind": kind}
        return self.metrics.registry.get_sample_value("deskside_heard_total", labels) or 0.0

    async def send(self, activity: Json, **headers: str | None) -> Ack:
        """Send an activity; a header that is None is left out."""
        usual: dict[str, str | None] = {**self.sim.wire.headers(), **headers}
        given = {name: value for name, value in usual.items() if value is not None}
        return await self.sim.wire.send(Sent(json.dumps(activity).encode(), given))

    async def forged(self, **changes: Any) -> Ack:
        """Mika's good message with a token that is not."""
        token = self.sim.token(**changes)
        return await self.send(self.person().activity("vpn on", "@me"), Authorization=f"Bearer {token}")

    async def ask(self, name: str = "mika") -> Shown:
        """Ask somebody to fill the form, and what they see."""
        person = self.person(name)
        await person.say("vpn on", "@me")
        await self.quiet()
        request = self.desk.requests[-1]
        await TeamsChat(self.speaker).ask(request, FORM)
        return person.dms()[-1]


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    with mock_aws():
        client = boto3.resource("dynamodb", region_name="eu-central-1").meta.client
        create_table(client, "deskside")
        yield Table(client, "deskside")


@pytest.fixture
async def sim() -> AsyncIterator[Teams]:
    teams = Teams()
    await teams.start()
    yield teams
    await teams.stop()


@asynccontextmanager
async def running(sim: Teams, table: Table, auth: str = "required") -> AsyncIterator[Edge]:
    edge = Edge(sim, table, auth)
    await edge.start()
    try:
        yield edge
    finally:
        await edge.stop()


@pytest.fixture
async def edge(sim: Teams, table: Table) -> AsyncIterator[Edge]:
    async with running(sim, table) as edge:
        yield edge
