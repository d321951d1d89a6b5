"""Whose token is believed, and what becomes of requests while Microsoft's keys cannot be had."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.listeners import teams_tokens
from bot.listeners.teams_tokens import BadToken, NoKeys, TokenCheck
from sandbox.teams import Teams

HOUR = 3600


class Gate:
    """A token check over a simulated Teams, with clocks that a test moves."""

    def __init__(self, teams: Teams, session: aiohttp.ClientSession) -> None:
        self.teams = teams
        self.later = self.elapsed = 0.0
        environment = teams.environment()
        self.check = TokenCheck(
            teams.app_id,
            None,
            environment["TEAMS_OPENID_METADATA_URL"],
            lambda: session,
            epoch=lambda: time.time() + self.later,
            elapsed=lambda: self.elapsed,
        )

    async def lets_in(self, token: str | None) -> bool:
        """Whether a request with this token is believed. Raises NoKeys."""
        return await self.believes(None if token is None else f"Bearer {token}")

    async def believes(self, header: str | None) -> bool:
        try:
            (await self.check.check(header)).check(self.teams.service_url)
        except BadToken:
            return False
        return True

    def asked(self) -> int:
        """How often the keys were asked for."""
        return len([call for call in self.teams.calls if call.operation == "metadata"])


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    teams = Teams()
    await teams.start()
    async with aiohttp.ClientSession() as session:
        gate = Gate(teams, session)
        yield gate
        await gate.check.close()
    await teams.stop()


async def test_teams_own_token_is_believed(gate: Gate) -> None:
    assert await gate.lets_in(gate.teams.token())
    assert await gate.believes(f"bearer {gate.teams.token()}")


def within(seconds: int) -> int:
    """A moment, told when it is needed: between the collection of tests and their run lie minutes."""
    return int(time.time()) + seconds


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "HS512"},
        {"alg": "RS512"},
        {"alg": "PS256"},
        {"key": "somebody else's"},
        {"kid": "another"},
        {"kid": ""},
        {"aud": "00000000-0000-0000-0000-000000000000"},
        {"aud": None},
        {"aud": ""},
        {"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"},  # the Emulator's
        {"iss": "https://login.microsoftonline.com/f8cdef31-a31e-4b4a-93e4-5f571e91255a/v2.0"},  # a skill's
        {"iss": None},
        {"exp": timedelta(seconds=-301)},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": []},
        {"nbf": timedelta(seconds=400)},
        {"nbf": "yesterday"},
        {"serviceurl": "https://elsewhere.example/"},
        {"serviceurl": None},
        {"serviceurl": {}},
    ],
    ids=str,
)
async def test_any_other_token_is_not(gate: Gate, changes: dict[str, Any]) -> None:
    claims = {
        name: within(int(value.total_seconds())) if isinstance(value, timedelta) else value
        for name, value in changes.items()
    }
    assert not await gate.lets_in(gate.teams.token(**claims))
    assert await gate.lets_in(gate.teams.token())


async def test_a_list_of_audiences_is_not_ours(gate: Gate) -> None:
    assert not await gate.lets_in(gate.teams.token(aud=[gate.teams.app_id]))


async def test_clocks_may_differ_by_five_minutes(gate: Gate) -> None:
    assert await gate.lets_in(gate.teams.token(exp=within(-240)))
    assert await gate.lets_in(gate.teams.token(nbf=within(240)))
    token = gate.teams.token()
    gate.later = HOUR + 301
    assert not await gate.lets_in(token)


def pieces(*parts: object) -> str:
    encoded = [json.dumps(part).encode() if not isinstance(part, bytes) else part for part in parts]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in encoded)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic bWlrYTpwdw==",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer a b",
        "Bearer \u00e9.\u00e9.\u00e9",
        "Bearer \udcff.a.b",
        "Bearer " + pieces([], {}, b"x"),
        "Bearer " + pieces({"alg": "RS256", "kid": 5}, {}, b"x"),
        "Bearer " + pieces({"alg": ["RS256"], "kid": "a"}, {}, b"x"),
        "Bearer " + pieces({"alg": "RS256", "kid": "desk-key-0", "crit": ["b64"], "b64": False}, {}, b"x"),
        "Bearer " + pieces({"alg": "RS256", "kid": "desk-key-0"}, {}, b"x"),
        "Bearer " + pieces(b"[" * 5000, {}, b"x"),
        "Bearer " + "." * 5000,
    ],
    ids=lambda header: str(header)[:40].encode("ascii", "replace").decode(),
)
async def test_what_is_no_token_is_refused(gate: Gate, header: str | None) -> None:
    assert not await gate.believes(header)


async def test_a_changed_token_is_refused(gate: Gate) -> None:
    head, _, signature = gate.teams.token().split(".")
    claims = jwt.decode(gate.teams.token(), options={"verify_signature": False})
    forged = pieces({**claims, "exp": claims["exp"] + 1})
    assert not await gate.lets_in(f"{head}.{forged}.{signature}")


async def test_keys_are_asked_for_once_however_many_wait(gate: Gate) -> None:
    token = gate.teams.token()
    assert all(await asyncio.gather(*(gate.lets_in(token) for _ in range(50))))
    assert gate.asked() == 1


async def test_one_who_hangs_up_takes_the_keys_from_nobody(gate: Gate) -> None:
    first = asyncio.create_task(gate.lets_in(gate.teams.token()))
    second = asyncio.create_task(gate.lets_in(gate.teams.token()))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert gate.asked() == 1


async def test_a_new_key_is_looked_for_every_few_seconds_at_most(gate: Gate) -> None:
    """What is signed with a key of this minute must not be lost, and whoever makes keys up must not make us ask."""
    assert await gate.lets_in(gate.teams.token())
    gate.teams.keys.rotate()
    assert not await gate.lets_in(gate.teams.token())  # just asked
    assert gate.asked() == 1
    gate.elapsed += 5
    assert await gate.lets_in(gate.teams.token())
    for number in range(20):
        assert not await gate.lets_in(gate.teams.token(kid=f"made-up-{number}"))
    assert gate.asked() == 2


async def test_a_key_that_is_no_longer_published_is_not_believed(gate: Gate) -> None:
    old = gate.teams.token()
    assert await gate.lets_in(old)
    gate.teams.keys.rotate()
    gate.elapsed += 60
    assert await gate.lets_in(gate.teams.token())
    assert not await gate.lets_in(old)


async def test_while_there_are_no_keys_nobody_is_believed_and_then_everybody_again(gate: Gate) -> None:
    gate.teams.fail("metadata", status=500, times=2)
    gate.teams.fail("keys", status=503)
    for _ in range(3):
        with pytest.raises(NoKeys):
            await gate.lets_in(gate.teams.token())
        gate.elapsed += 5
    assert await gate.lets_in(gate.teams.token())


async def test_while_there_are_no_keys_nobody_can_make_us_ask_for_each_request(gate: Gate) -> None:
    gate.teams.fail("metadata", times=1000)
    for _ in range(2):
        for number in range(30):
            with pytest.raises(NoKeys):
                await gate.lets_in(gate.teams.token(kid=f"made-up-{number}"))
        gate.elapsed += 5
    assert gate.asked() == 2


async def test_an_outage_that_hangs_has_its_pause_after_the_answer(gate: Gate) -> None:
    gate.teams.fail("metadata")
    asking = asyncio.create_task(gate.check.ready())
    await asyncio.sleep(0)
    gate.elapsed += 6
    with pytest.raises(NoKeys):
        await asking
    with pytest.raises(NoKeys):
        await gate.check.ready()
    assert gate.asked() == 1


async def test_keys_of_half_a_day_still_serve_while_fresher_ones_are_asked_for(gate: Gate) -> None:
    assert await gate.lets_in(gate.teams.token())
    gate.elapsed = 13 * HOUR
    assert await gate.lets_in(gate.teams.token())
    await gate.teams.until(lambda: gate.asked() == 2)


async def test_an_outage_does_not_matter_until_keys_are_a_day_old(gate: Gate) -> None:
    assert await gate.lets_in(gate.teams.token())
    gate.teams.fail("metadata", times=1000)
    gate.elapsed = 23 * HOUR
    assert await gate.lets_in(gate.teams.token())
    gate.elapsed = 24 * HOUR
    with pytest.raises(NoKeys):
        await gate.lets_in(gate.teams.token())


async def test_an_unknown_key_during_an_outage_is_nobodys_fault(gate: Gate) -> None:
    assert await gate.lets_in(gate.teams.token())
    gate.teams.keys.rotate()
    gate.teams.fail("metadata")
    gate.elapsed += 60
    for _ in range(2):  # the second does not ask again
        with pytest.raises(NoKeys):
            await gate.lets_in(gate.teams.token())
    assert gate.asked() == 2
    gate.elapsed += 60
    assert await gate.lets_in(gate.teams.token())


class Documents:
    """A server of keys as they should not be."""

    def __init__(self) -> None:
        self.metadata: Any = None
        self.keys: Any = {"keys": []}
        self.hangs = False
        self.base = ""
        self.elapsed = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        if self.hangs:
            await asyncio.sleep(3600)
        return web.json_response(self.metadata if request.path == "/metadata" else self.keys)

    def check(self, session: aiohttp.ClientSession, app_id: str) -> TokenCheck:
        self.metadata = self.metadata or {"jwks_uri": f"{self.base}/keys"}
        return TokenCheck(app_id, None, f"{self.base}/metadata", lambda: session, elapsed=lambda: self.elapsed)


@pytest.fixture
async def documents() -> AsyncIterator[Documents]:
    documents = Documents()
    app = web.Application()
    app.router.add_get("/{document}", documents.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    documents.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield documents
    await runner.cleanup()


PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLISHED = {**RSAAlgorithm.to_jwk(PRIVATE.public_key(), as_dict=True), "kid": "k", "use": "sig"}


def token() -> str:
    claims = {"iss": teams_tokens.ISSUER, "aud": "app", "exp": within(HOUR), "serviceurl": "https://desk.example/"}
    return jwt.encode(claims, PRIVATE, "RS256", {"kid": "k"})


@pytest.mark.parametrize(
    ("key", "believed"),
    [
        ({}, True),
        ({"endorsements": ["skype", "msteams"]}, True),
        ({"endorsements": ["webchat", "directline"]}, False),
        ({"endorsements": []}, False),
        ({"endorsements": 5}, False),
        ({"use": "enc"}, False),
        ({"kty": "oct", "k": "c2VjcmV0"}, False),
        ({"n": "!"}, False),
    ],
    ids=str,
)
async def test_a_key_must_speak_for_teams(documents: Documents, key: dict[str, Any], believed: bool) -> None:
    other = {**PUBLISHED, "kid": "other"}
    documents.keys = {"keys": [5, {}, other, {**PUBLISHED, **key}]}
    async with aiohttp.ClientSession() as session:
        check = documents.check(session, "app")
        if believed:
            (await check.check(f"Bearer {token()}")).check("https://desk.example/")
        else:
            with pytest.raises(BadToken):
                await check.check(f"Bearer {token()}")


@pytest.mark.parametrize(
    ("metadata", "keys"),
    [
        ([], {}),
        ({"nothing": 1}, {}),
        ({"jwks_uri": 5}, {}),
        ({"jwks_uri": "file:///etc/hostname"}, {}),
        (None, []),
        (None, {"keys": []}),
        (None, {"keys": 5}),
        (None, {"keys": [PUBLISHED | {"kty": "EC"}]}),
    ],
)
async def test_documents_that_are_none_are_an_outage(documents: Documents, metadata: Any, keys: Any) -> None:
    documents.metadata, documents.keys = metadata, keys
    async with aiohttp.ClientSession() as session:
        check = documents.check(session, "app")
        if metadata is not None:
            documents.metadata = metadata
        with pytest.raises(NoKeys):
            await check.check(f"Bearer {token()}")
        documents.metadata, documents.keys = {"jwks_uri": f"{documents.base}/keys"}, {"keys": [PUBLISHED]}
        documents.elapsed += 5
        await check.check(f"Bearer {token()}")


async def test_keys_are_not_waited_for_for_long(documents: Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams_tokens, "FETCH_S", 0.05)
    documents.hangs = True
    async with aiohttp.ClientSession() as session:
        check = documents.check(session, "app")
        async with asyncio.timeout(10):
            with pytest.raises(NoKeys):
                await check.ready()


async def test_keys_over_a_safe_connection_come_over_one(documents: Documents) -> None:
    """Who answers for the metadata cannot send the bot to keys that anybody on the way can change."""
    async with aiohttp.ClientSession() as session:
        check = TokenCheck("app", None, None, lambda: session)
        with pytest.raises(ValueError, match="no safe address"):
            check._jwks_url({"jwks_uri": "http://login.botframework.com/v1/.well-known/keys"})
