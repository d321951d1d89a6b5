"""How tests let Deskside meet people and places in the simulated Teams."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

from aiohttp import web
from pydantic import SecretStr

from notifiers.place import Place, Recipient
from notifiers.teams_api import TeamsApi
from notifiers.teams_conversations import Acquaintance, Conversation, Conversations
from notifiers.teams_directory import TeamsDirectory
from sandbox.teams import Teams, TeamsPerson
from sandbox.teams.people import CHANNELS, OBJECT_IDS

P = ParamSpec("P")
T = TypeVar("T")

VPN = Place(scheme="teams", id=CHANNELS["vpn"])
OPS = Place(scheme="teams", id=CHANNELS["ops"])
HELLO = {"type": "message", "text": "hello", "textFormat": "plain"}
MIKA = OBJECT_IDS["mika"]
MIKAS = Place.person("mika@example.com")


# moto in one's own process lets the writes of two threads come in between each other, which DynamoDB does not.
_one_at_a_time = threading.Lock()


async def in_thread(func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    def alone() -> T:
        with _one_at_a_time:
            return func(*args, **kwargs)

    return await asyncio.to_thread(alone)


def to(name: str = "mika", reply_to: str | None = None) -> Recipient:
    return Recipient(platform="teams", user=OBJECT_IDS[name], reply_to=reply_to)


class Desk:
    """What the listener does when Deskside hears somebody somewhere."""

    def __init__(self, tenant: Teams, conversations: Conversations, directory: TeamsDirectory) -> None:
        self._tenant = tenant
        self._conversations = conversations
        self._directory = directory

    def where(self, place: str, *, service_url: str | None = None) -> Conversation:
        """A conversation of the world, by `#name` or id, as activities speak of it."""
        found = self._tenant.world.place(place)
        url = service_url or self._tenant.service_url
        return Conversation(id=found.id, service_url=url, kind=found.kind, team=found.team)

    async def meets(self, name: str, place: str = "@me", *, known: bool = True) -> TeamsPerson:
        """Hear `name` at a place (`@me`: their own chat); `known`: and look up who that is."""
        person = self._tenant.person(name)
        record = self._tenant.world.people[person.id]
        at = self.where(record.chat_id if place == "@me" else place)
        met = Acquaintance(
            user=person.id,
            service_url=at.service_url,
            name=record.real_name,
            timezone=record.tz,
            account=record.account_id,
        )
        await self._conversations.met(at, met)
        if known:
            await self._directory.member(person.id)
        return person

    def asked(self, operation: str) -> int:
        """How often the app called that."""
        return sum(call.operation == operation for call in self._tenant.calls)


def vpn(tenant: Teams, service_url: str = "") -> Conversation:
    return Conversation(id=CHANNELS["vpn"], service_url=service_url or tenant.service_url, kind="channel")


def asked(tenant: Teams, operation: str) -> int:
    return sum(call.operation == operation for call in tenant.calls)


@asynccontextmanager
async def started(tenant: Teams, **changes: Any) -> AsyncIterator[TeamsApi]:
    """An api for `tenant`, with other arguments."""
    settings = {"app_id": tenant.app_id, "password": tenant.app_password, "login": f"{tenant.base}/login"} | changes
    api = TeamsApi(
        settings["app_id"],
        SecretStr(settings["password"]),
        tenant.tenant_id,
        login_url=settings["login"],
        authenticated=settings.get("authenticated", True),
    )
    await api.start()
    try:
        yield api
    finally:
        await api.close()


@asynccontextmanager
async def serving(handle: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """A server that answers everything alike; its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
