"""A chat that commands speak in: the ports by hand, everything behind them on the simulated AWS."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from aws_durable_execution_sdk_python import durable_execution

from aws_ops import audit as records
from aws_ops import clock
from aws_ops.desk import Desk
from aws_ops.table import Item, Table
from aws_ops.vpn_items import claim_key
from commands import COMMANDS
from commands.command import Registry
from commands.config import Config, RoleMembers
from commands.dispatcher import Dispatcher
from commands.request import Person, Request
from notifiers.message import Form, Message
from notifiers.place import Place, Platform, Recipient
from notifiers.plain_text import block_text
from sandbox.aws.client_vpn_state import Pace
from sandbox.aws.clock import A_MONDAY_MORNING, MovedClock
from sandbox.aws.server import SandboxAws
from sandbox.aws.world import PARIS, PARIS_SUBNETS, TABLE, TOKYO, TOKYO_SUBNETS
from tests.in_process import in_process

TEAM = "T0DESKSIDE"
TENANT = "00000000-0000-4000-8000-00000000de5c"
VPN = Place(scheme="slack", id="C0VPN00001")
ELSEWHERE = Place(scheme="slack", id="C0HELP0001")
NOT_A_MEMBER = Place(scheme="slack", id="C0OPS00001")
SEEING = Place(scheme="slack", id="C0SEE00001")  # its readers may see whose a WorkSpace is
IDS = {"mika": "U0MIKA0001", "ren": "U0REN00001", "oda": "U0ODA00001", "ada": "U0ADA00001", "alex": "U0ALEX0001"}

ONE_ENDPOINT = f"""
roles:
  operator: {{slack_users: [{IDS["oda"]}], emails: [oda@example.com]}}
  approver: {{slack_users: [{IDS["ada"]}]}}
  admin: {{slack_users: [{IDS["alex"]}], slack_usergroups: [S0ADMINS01]}}
admin_place: slack:C0ADMIN001
identity: {{slack_team: {TEAM}, domains: [example.com]}}
workspaces: {{calls_per_second: 1000, burst: 1000, places: ["{SEEING}"]}}
vpn:
  endpoints:
    tokyo:
      id: {TOKYO}
      subnets: [{", ".join(TOKYO_SUBNETS)}]
      association_usd_hour: 0.15
      connection_usd_hour: 0.05
"""
TWO_ENDPOINTS = f"""{ONE_ENDPOINT}
    paris: {{id: {PARIS}, subnets: [{PARIS_SUBNETS[0]}], association_usd_hour: 0.10, connection_usd_hour: 0.05}}
"""


class Said:
    """A voice: what was said, asked and posted."""

    def __init__(self) -> None:
        self.private: list[tuple[str, Message]] = []
        self.forms: list[tuple[str, Form]] = []
        self.posts: dict[tuple[str, str], Message] = {}
        self.private_places: dict[str, Place] = {}  # of whoever has a chat of their own with the app
        self.noted: list[tuple[str, Platform]] = []
        self.away = False

    async def answer(self, to: Recipient, message: Message) -> None:
        if self.away:
            raise ConnectionError("the chat is away")
        self.private.append((to.user, message))

    async def ask(self, request: Request, form: Form) -> None:
        self.forms.append((request.user, form))

    def how_to_type(self, platform: Platform) -> str | None:
        return None

    async def can_post(self, place: Place) -> bool:
        return place != NOT_A_MEMBER

    async def is_in(self, request: Request, place: Place) -> bool:
        return place.scheme == request.platform and place != SEEING

    async def private_place(self, request: Request) -> Place:
        return self.private_places.get(request.user, request.place)

    async def heard(self, key: str, platform: Platform) -> None:
        self.noted.append((key, platform))

    async def post(self, place: Place, key: str, message: Message) -> None:
        self.posts.setdefault((str(place), key), message)


class Raised:
    """The alerts: which were drawn anew, where one was tried, and where nothing is held back any more."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.tried: list[tuple[Place, str]] = []
        self.released: list[Place] = []

    async def changed(self, fingerprint: str) -> None:
        self.drawn.append(fingerprint)

    async def test(self, place: Place, by: str) -> None:
        self.tried.append((place, by))

    async def unmuted(self, place: Place) -> None:
        self.released.append(place)


class Known:
    """A directory: who is who; `left` are those whom only a fresh look misses, `teams` the organisations that are ours.

    `other_ids` are further ids of theirs.
    """

    def __init__(self) -> None:
        self.people = {
            user: Person(platform="slack", user=user, key=f"{name}@example.com", name=name, timezone="Asia/Tokyo")
            for name, user in IDS.items()
        }
        self.in_groups: dict[str, set[str]] = {}
        self.left: set[str] = set()
        self.teams: set[str | None] = {TEAM, TENANT}
        self.other_ids: dict[str, str] = {}

    async def asker(self, request: Request, *, fresh: bool = False) -> Person:
        if request.team not in self.teams:
            why = "You are here from another place."
            return Person(platform=request.platform, user=request.user, key=None, name=request.user, stranger=why)
        return await self.person(request.platform, request.user, fresh=fresh)

    async def person(self, platform: Platform, user: str, *, fresh: bool = False) -> Person:
        user = self.other_ids.get(user, user)
        nobody = Person(platform=platform, user=user, key=None, name=user, stranger="Full members only.")
        return nobody if fresh and user in self.left else self.people.get(user, nobody)

    async def groups(self, platform: Platform, user: str, *, fresh: bool = False) -> frozenset[str]:
        return frozenset(group for group, users in self.in_groups.items() if user in users)

    async def known(self, key: str) -> Person | None:
        return next((person for person in self.people.values() if person.key == key), None)

    async def members(self, role: RoleMembers) -> tuple[Person, ...]:
        users, groups = role.of("slack")
        users = users.union(*(self.in_groups.get(group, set()) for group in groups))
        return tuple(person for user, person in sorted(self.people.items()) if user in users)


class Chat:
    """People who say, press, fill in and read things."""

    def __init__(self, desk: Desk, aws: SandboxAws, moved: MovedClock) -> None:
        self.desk, self.aws, self._moved = desk, aws, moved
        self.config = Config.parse(ONE_ENDPOINT)
        self.said, self.known, self.alerts = Said(), Known(), Raised()
        self.dispatcher = self.dispatcher_of(COMMANDS)
        self._ids = count(1)

    def dispatcher_of(self, registry: Registry) -> Dispatcher:
        """Whoever hears these commands here."""
        return Dispatcher(
            registry,
            self.said,
            self.known,
            lambda: self.config,
            self.desk,
            asyncio.to_thread,
            alerts=self.alerts,
            tick_s=30,
        )

    def use(self, config: str) -> None:
        self.config = Config.parse(config)

    def later(self, seconds: int) -> None:
        self._moved.advance(seconds)

    async def says(self, name: str, text: str, place: Place = VPN, **more: Any) -> None:
        await self.dispatcher.handle(self.request(name, text, place, **more))

    def request(self, name: str, text: str, place: Place = VPN, **more: Any) -> Request:
        user, number = IDS.get(name, name), next(self._ids)
        words: dict[str, Any] = {
            "id": f"trigger-{number}",
            "correlation": f"c0ffee{number:02}",
            "platform": "slack",
            "user": user,
            "place": place,
            "text": text,
            "recipient": Recipient(platform="slack", user=user, reply_to="https://hooks.example.com/1"),
            "trigger": f"trigger-{number}",
            "team": TEAM,
        }
        return Request.model_validate(words | more)

    @property
    def form(self) -> Form:
        """The last form that was shown."""
        return self.said.forms[-1][1]

    async def submits(self, name: str, **fields: str) -> None:
        """Fill in the last form."""
        await self.says(name, self.form.command, arguments=fields, via="form")

    async def presses(self, name: str, label: str, place: Place = VPN) -> None:
        """Press the newest button with this label, whoever was shown it."""
        for _, message in reversed(self.said.private):
            for button in message.buttons:
                if button.label == label and button.command:
                    await self.says(name, button.command, place, via="button")
                    return
        raise AssertionError(f"nobody was shown a button {label!r}")

    def answers(self, name: str) -> list[Message]:
        """What was said to this person alone."""
        return [message for user, message in self.said.private if user == IDS.get(name, name)]

    def answer(self, name: str) -> str:
        """The text of the last of these."""
        return text_of(self.answers(name)[-1])

    def claim(self, name: str, endpoint: str = "tokyo") -> Item | None:
        """A person's claim as it is written."""
        return self.desk.table.get(*claim_key(endpoint, f"{name}@example.com"))

    def audited(self, name: str) -> list[tuple[str, str]]:
        """What the audit has of a person, oldest first: command and outcome."""
        person = f"{name}@example.com" if name in IDS else name
        found = records.by_person(self.desk.table, person, 0)
        return [(one.entry.command, one.entry.outcome) for one in reversed(found)]


def text_of(message: Message) -> str:
    """Everything readable in a message."""
    buttons = " ".join(f"[{button.label}]" for button in message.buttons)
    return "\n".join((message.title, message.summary, *map(block_text, message.blocks), buttons))


@durable_execution
def nothing_follows(event: Any, context: Any) -> None:
    """A workflow that ends at once."""


class Standing(MovedClock):
    """A clock that every test finds at the same moment: Monday 8 January 2035, 18:00 JST."""

    def stand(self) -> None:
        self._now = A_MONDAY_MORNING


@pytest.fixture(scope="package")
def moved() -> Standing:
    return Standing()


@pytest.fixture(scope="package")
def aws(moved: Standing) -> Iterator[SandboxAws]:
    with in_process(SandboxAws(clock=moved, pace=Pace(workspaces_per_s=1000, workspaces_burst=1000))) as started:
        yield started


@pytest.fixture(scope="package")
def connected_desk(aws: SandboxAws) -> Desk:
    """One for all tests: it only holds clients."""
    env = aws.environment()
    return Desk.connect(
        region=env["AWS_REGION"],
        endpoint_url=env["AWS_ENDPOINT_URL"],
        table=env["DESKSIDE_TABLE"],
        queue_url=env["DESKSIDE_QUEUE_URL"],
        prefix=env["DESKSIDE_PREFIX"],
    )


@pytest.fixture
def desk(connected_desk: Desk, aws: SandboxAws, moved: Standing) -> Desk:
    """A desk in a fresh world."""
    moved.stand()
    aws.reset()
    # What commands write is looked at here, not what follows from it.
    aws.lambdas.register("deskside-vpn", nothing_follows)
    aws.lambdas.register("deskside-workspace", nothing_follows)
    aws.lambdas.register("deskside-upgrade", nothing_follows)
    clock.set_source(moved.now)
    # A desk of its own remembers no other test's fleet.
    return replace(connected_desk, table=Table(connected_desk.sessions.client("dynamodb"), TABLE))


@pytest.fixture
def chat(desk: Desk, aws: SandboxAws, moved: Standing) -> Chat:
    return Chat(desk, aws, moved)
