"""The tokens of the simulated Teams, checked as an app checks them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import jwt
import pytest

from sandbox.teams import Teams


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    teams = Teams()
    await teams.start()
    yield teams
    await teams.stop()


async def fetch(url: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.json()


async def published(teams: Teams) -> jwt.PyJWKSet:
    metadata = await fetch(teams.environment()["TEAMS_OPENID_METADATA_URL"])
    assert metadata["issuer"] == "https://api.botframework.com"
    assert metadata["id_token_signing_alg_values_supported"] == ["RS256"]
    keys = await fetch(metadata["jwks_uri"])
    assert all(key["endorsements"] == ["msteams"] for key in keys["keys"])
    return jwt.PyJWKSet.from_dict(keys)


async def read(teams: Teams, token: str) -> Any:
    """The claims of a token that is in order. Raises KeyError, jwt.PyJWTError."""
    keys = await published(teams)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    issuer = teams.environment()["TEAMS_TOKEN_ISSUER"]
    return jwt.decode(token, key, algorithms=["RS256"], audience=teams.app_id, issuer=issuer)


async def test_a_token_is_signed_with_a_published_key(teams: Teams) -> None:
    claims = await read(teams, teams.token())
    assert claims["serviceurl"] == teams.service_url
    assert claims["exp"] - claims["nbf"] == 3900


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"aud": "another"}, jwt.InvalidAudienceError),
        ({"iss": "https://sts.windows.net/x"}, jwt.InvalidIssuerError),
        ({"exp": 1_000_000}, jwt.ExpiredSignatureError),
        ({"nbf": 9_000_000_000}, jwt.ImmatureSignatureError),
        ({"aud": None}, jwt.MissingRequiredClaimError),
        ({"key": "attacker"}, jwt.InvalidSignatureError),
        ({"alg": "none"}, jwt.InvalidAlgorithmError),
        ({"alg": "HS256"}, jwt.InvalidAlgorithmError),
        ({"kid": "unknown"}, KeyError),
        ({"kid": ""}, KeyError),
    ],
)
async def test_a_forged_token_is_recognised(teams: Teams, changes: dict[str, Any], wrong: type[Exception]) -> None:
    with pytest.raises(wrong):
        await read(teams, teams.token(**changes))


async def test_the_confused_token_would_pass_where_the_algorithm_is_not_pinned(teams: Teams) -> None:
    token = teams.token(alg="HS256")
    header, claims, signature = token.split(".")
    assert jwt.get_unverified_header(token)["kid"] == teams.keys.kid
    assert jwt.PyJWT().decode(token, options={"verify_signature": False})["aud"] == teams.app_id
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    assert hmac.verify(f"{header}.{claims}".encode(), teams.keys.public_pem, jwt.utils.base64url_decode(signature))


async def test_keys_rotate(teams: Teams) -> None:
    before = teams.token()
    teams.keys.rotate()
    assert (await read(teams, teams.token()))["aud"] == teams.app_id
    with pytest.raises(KeyError):
        await read(teams, before)


async def test_keys_can_be_out_of_reach(teams: Teams) -> None:
    url = teams.environment()["TEAMS_OPENID_METADATA_URL"]
    teams.fail("metadata", status=503)
    teams.fail("keys", status=0, times=2)  # a client tries once more when a connection that was kept is gone
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            assert response.status == 503
        async with session.get(url) as response:
            keys = (await response.json())["jwks_uri"]
        with pytest.raises(aiohttp.ClientError):
            await session.get(keys)
        async with session.get(keys) as response:
            assert response.status == 200
    assert [call.operation for call in teams.calls] == ["metadata", "metadata", "keys", "keys", "keys"]


async def test_waiting_ends_when_something_changes(teams: Teams) -> None:
    async def later() -> None:
        await fetch(teams.environment()["TEAMS_OPENID_METADATA_URL"])

    task = asyncio.create_task(later())
    await teams.until(lambda: teams.calls)
    await task
    with pytest.raises(TimeoutError):
        await teams.until(lambda: False, seconds=0.01)
