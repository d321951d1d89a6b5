"""The app's own token: one at a time, renewed, and never anywhere but with Teams."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from notifiers.delivery import PlaceGone, TryLater
from notifiers.teams_api import NotAllowed, TeamsApi, TeamsRefused
from notifiers.teams_conversations import Conversation
from sandbox import teams as simulated
from tests.notifiers.teams.world import HELLO, asked, serving, started, vpn


async def test_the_token_is_asked_for_by_one_at_a_time(tenant: simulated.Teams, api: TeamsApi) -> None:
    tokens = await asyncio.gather(*(api.token() for _ in range(20)))
    assert len(set(tokens)) == 1
    assert asked(tenant, "token") == 1


async def test_one_who_hangs_up_does_not_take_the_token_from_the_others(tenant: simulated.Teams, api: TeamsApi) -> None:
    first, second = asyncio.create_task(api.token()), asyncio.create_task(api.token())
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert asked(tenant, "token") == 1


async def test_the_token_is_renewed_before_its_end(
    tenant: simulated.Teams, api: TeamsApi, later: Callable[[int], None]
) -> None:
    first = await api.token()
    later(3290)
    assert await api.token() == first
    later(20)
    assert await api.token() != first


async def test_a_token_that_is_not_taken_is_asked_for_anew(tenant: simulated.Teams, api: TeamsApi) -> None:
    await api.token()
    tenant.app_tokens.revoke()
    await api.send(vpn(tenant), HELLO, tries=1)
    assert asked(tenant, "token") == 2


async def test_a_connector_that_takes_no_token_is_something_that_an_admin_mends(
    tenant: simulated.Teams, api: TeamsApi
) -> None:
    tenant.fail("sendToConversation", status=401, times=9)
    with pytest.raises(NotAllowed) as caught:
        await api.send(vpn(tenant), HELLO)
    assert caught.value.seconds == 30.0
    assert asked(tenant, "sendToConversation") == 2


@pytest.mark.parametrize(
    ("changes", "word"), [({"password": "wrong"}, "AADSTS7000215"), ({"app_id": "nobody"}, "unauthorized_client")]
)
async def test_a_wrong_id_or_secret_is_something_that_an_admin_mends(
    tenant: simulated.Teams, changes: dict[str, str], word: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with started(tenant, **changes) as api:
        with pytest.raises(NotAllowed, match=word):
            await api.send(vpn(tenant), HELLO)
    assert "wrong" not in caplog.text


@pytest.mark.parametrize("status", [429, 500, 503, 0])
async def test_a_login_server_in_trouble_is_waited_for(
    tenant: simulated.Teams, api: TeamsApi, naps: list[float], status: int
) -> None:
    tenant.fail("token", status=status)
    await api.send(vpn(tenant), HELLO)
    assert len(naps) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "<html>"},
        {"text": "[]"},
        {"text": "{}"},
        {"text": '{"access_token": 7}'},
        {"status": 302, "headers": {"Location": "/elsewhere"}},
    ],
)
async def test_what_is_no_token_is_waited_for(answer: dict[str, Any]) -> None:
    async def login(_: web.Request) -> web.Response:
        return web.Response(**answer)

    async with serving(login) as base:
        api = TeamsApi("app", SecretStr("secret"), "tenant", login_url=base)
        await api.start()
        with pytest.raises(TryLater):
            await api.token()
        await api.close()


async def test_without_authentication_no_token_is_asked_for_or_sent() -> None:
    headers: list[Any] = []

    async def take(request: web.Request) -> web.Response:
        headers.append(request.headers)
        return web.json_response({"id": "1"})

    async with serving(take) as base:
        api = TeamsApi("app", SecretStr(""), "tenant", login_url=base, authenticated=False)
        await api.start()
        assert await api.send(Conversation(id="a:1", service_url=base), HELLO) == "1"
        await api.close()
    (only,) = headers
    assert "Authorization" not in only


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://evil.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://x@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net:port/",
        "http://smba.trafficmanager.net/",
        "ftp://smba.trafficmanager.net/",
        "//smba.trafficmanager.net/",
        "",
    ],
)
async def test_the_token_goes_nowhere_but_to_teams(
    tenant: simulated.Teams, api: TeamsApi, refused: list[str], url: str
) -> None:
    at = vpn(tenant, url or " ")
    for call in (api.send(at, HELLO), api.update(at, "1", HELLO), api.member(at, "x"), api.open_direct(url, "x")):
        with pytest.raises(PlaceGone):
            await call
    assert await api.members(url, "x") == []
    assert not await api.present(at)
    assert tenant.calls == []
    assert refused == []


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/emea/3f1c2b60-7d0e-4a55-9c1b-0d35c51de001/",
        "https://SMBA.trafficmanager.net:443/teams",
        "https://smba.onyx.prod.teams.trafficmanager.net/",
        "https://smba.infra.gcc.teams.microsoft.com/teams",
    ],
)
async def test_teams_own_addresses_are_reached(api: TeamsApi, url: str) -> None:
    assert await api.connector_factory().create(url, "")


async def test_loopback_is_only_reached_where_the_login_is_there_too(tenant: simulated.Teams) -> None:
    api = TeamsApi("app", SecretStr(""), "tenant")
    await api.start()
    with pytest.raises(PlaceGone):
        await api.send(vpn(tenant), HELLO)
    with pytest.raises(TeamsRefused):
        await api.upload(f"{tenant.base}/upload/x", b"x")
    await api.close()
