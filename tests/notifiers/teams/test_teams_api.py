"""The Bot Connector's client: what it asks for and reads, and that the library sends over our connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from notifiers.delivery import PlaceGone, TryLater
from notifiers.teams_api import TeamsApi
from notifiers.teams_conversations import Conversation
from sandbox import teams as simulated
from sandbox.teams.people import CHANNELS, OBJECT_IDS
from tests.notifiers.teams.world import HELLO, asked, serving, started, vpn


class Turnstile:
    """Stands before a server and counts who comes in."""

    def __init__(self) -> None:
        self.connections = 0
        self.base = ""

    @asynccontextmanager
    async def before(self, base: str) -> AsyncIterator["Turnstile"]:
        host, port = str(urlsplit(base).hostname), int(urlsplit(base).port or 0)

        async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.close()

        async def enter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            there, back = await asyncio.open_connection(host, port)
            await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)

        server = await asyncio.start_server(enter, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield self
        server.close()


async def test_many_calls_are_one_connection_and_none_of_requests(
    tenant: simulated.Teams, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails when a new version of the library goes past our sender, or opens connections of its own."""

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("the library sends with requests")

    monkeypatch.setattr("requests.Session.send", never)
    tenant.limits = False
    async with Turnstile().before(tenant.base) as turnstile, started(tenant, login=f"{turnstile.base}/login") as api:
        at = vpn(tenant, f"{turnstile.base}/teams/")
        said = [await api.send(at, HELLO) for _ in range(10)]
        await api.update(at, said[0], HELLO)
        await api.member(at, OBJECT_IDS["mika"])
        await api.members(at.service_url, at.id)
        await api.open_direct(at.service_url, OBJECT_IDS["mika"])
        connector = await api.connector_factory().create(at.service_url, "https://api.botframework.com")
        await connector.conversations.reply_to_activity(at.id, said[0], HELLO)
        assert turnstile.connections == 1
    assert len(tenant.calls) == 16  # and one of them for the token


async def test_a_client_is_made_once(tenant: simulated.Teams, api: TeamsApi) -> None:
    factory = api.connector_factory()
    one, other = await factory.create(tenant.service_url, ""), await factory.create(tenant.service_url, "")
    assert one is other


UNREADABLE: list[dict[str, Any]] = [
    {"text": "<html>all is well</html>", "content_type": "text/html"},
    {"text": "[]", "content_type": "application/json"},
    {"text": "", "content_type": "application/json"},
    {"body": b"\xff\xfe", "content_type": "application/json"},
    {"status": 302, "headers": {"Location": "/elsewhere"}},
    {"status": 404, "text": "no such page"},
]
NO_IDS: list[dict[str, Any]] = [
    {"text": "{}", "content_type": "application/json"},
    {"text": '{"id": {"a": 1}}', "content_type": "application/json"},
]


@asynccontextmanager
async def behind(answer: dict[str, Any]) -> AsyncIterator[tuple[TeamsApi, Conversation]]:
    """An api whose every question has this answer."""

    async def take(request: web.Request) -> web.Response:
        assert request.path != "/elsewhere"
        return web.Response(**answer)

    async with serving(take) as base:
        api = TeamsApi("app", SecretStr(""), "tenant", login_url=base, authenticated=False)
        await api.start()
        yield api, Conversation(id="a:1", service_url=base)
        await api.close()


@pytest.mark.parametrize("answer", [*UNREADABLE, *NO_IDS])
async def test_an_answer_that_is_none_of_the_connectors_is_tried_again_later(answer: dict[str, Any]) -> None:
    async with behind(answer) as (api, at):
        with pytest.raises(TryLater):
            await api.send(at, HELLO, tries=1)


@pytest.mark.parametrize("answer", UNREADABLE)
async def test_such_an_answer_does_not_mean_that_nobody_is_there(answer: dict[str, Any], naps: list[float]) -> None:
    async with behind(answer) as (api, at):
        for question in (api.member(at, "somebody"), api.members(at.service_url, at.id), api.present(at)):
            with pytest.raises(TryLater):
                await question


async def test_a_chat_is_opened_only_where_the_app_is_installed(tenant: simulated.Teams, api: TeamsApi) -> None:
    mika = OBJECT_IDS["mika"]
    assert await api.open_direct(tenant.service_url, mika) == tenant.world.direct(mika).id
    tenant.world.install(mika, installed=False)
    for user in (mika, OBJECT_IDS["sol"], OBJECT_IDS["dee"]):
        with pytest.raises(PlaceGone):
            await api.open_direct(tenant.service_url, user)


async def test_every_page_of_a_roster_is_read(tenant: simulated.Teams, api: TeamsApi) -> None:
    tenant.page_size = 2
    members = await api.members(tenant.service_url, CHANNELS["vpn"])
    assert len(members) == 7
    assert len({member["aadObjectId"] for member in members}) == 7
    assert asked(tenant, "getConversationPagedMembers") == 4


async def test_a_roster_without_end_is_read_for_a_while(
    tenant: simulated.Teams, api: TeamsApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("notifiers.teams_api._PAGES", 2)
    tenant.page_size = 1
    assert len(await api.members(tenant.service_url, CHANNELS["vpn"])) == 2
    assert "more members" in caplog.text


async def test_letters_that_mean_something_in_an_address_are_only_letters(
    tenant: simulated.Teams, api: TeamsApi
) -> None:
    for id_ in ("19:a/b?c#d%2f@thread.v2", "../x", "a b+c"):
        with pytest.raises(PlaceGone):
            await api.send(Conversation(id=id_, service_url=tenant.service_url), HELLO)
        assert tenant.calls[-1].args["conversation"] == id_


async def test_what_is_sent_arrives_as_it_was(tenant: simulated.Teams, api: TeamsApi) -> None:
    nasty = '語 \u2028 \\u0041 "\\" \U0001f600 <at>x</at>'
    data = {"none": None, "zero": 0, "false": False, "list": [1, {"a": "b"}], "text": nasty}
    execute = {"type": "Action.Execute", "title": "x", "verb": "command", "data": data}
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "ActionSet", "actions": [execute]}]}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    await api.send(vpn(tenant), {"type": "message", "summary": nasty, "attachments": [attachment]})
    body = tenant.calls[-1].args["body"]
    assert body["summary"] == nasty
    assert body["attachments"][0]["content"]["body"][0]["actions"][0]["data"] == data


async def test_a_closed_pool_says_so(tenant: simulated.Teams) -> None:
    api = TeamsApi("app", SecretStr(""), "tenant")
    with pytest.raises(RuntimeError, match="start"):
        _ = api.session
    await api.close()
    await api.start()
    session = api.session
    await api.close()
    assert isinstance(session, aiohttp.ClientSession)
    assert session.closed
