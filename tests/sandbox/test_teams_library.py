"""The simulated Teams, as the Bot Framework's own library for Python finds it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from botbuilder.schema import Activity, ChannelAccount, ConversationParameters, ErrorResponseException
from botframework.connector import ConnectorClient
from botframework.connector.auth import JwtTokenExtractor
from botframework.connector.auth.verify_options import VerifyOptions
from msrest.authentication import BasicTokenAuthentication

from sandbox.teams import Teams
from sandbox.teams.people import CHANNELS, OBJECT_IDS
from sandbox.teams.tokens import SCOPE

VPN, MIKA = CHANNELS["vpn"], OBJECT_IDS["mika"]


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    teams = Teams()
    await teams.start()
    yield teams
    await teams.stop()


def identity(teams: Teams, token: str) -> Any:
    """The claims identity of a token; the library blocks while it fetches the keys."""
    options = VerifyOptions(
        issuer=["https://api.botframework.com"], audience=None, clock_tolerance=300, ignore_expiration=False
    )
    extractor = JwtTokenExtractor(options, teams.environment()["TEAMS_OPENID_METADATA_URL"], ["RS256"])
    return asyncio.run(extractor.get_identity_from_auth_header(f"Bearer {token}", "msteams", ["msteams"]))


async def test_the_library_trusts_the_token(teams: Teams) -> None:
    found = await asyncio.to_thread(identity, teams, teams.token())
    assert found.is_authenticated
    assert found.claims["aud"] == teams.app_id
    with pytest.raises((PermissionError, jwt.PyJWTError)):
        await asyncio.to_thread(identity, teams, teams.token(key="attacker"))


def converse(teams: Teams, token: str) -> dict[str, Any]:
    """Every operation once."""
    client = ConnectorClient(BasicTokenAuthentication({"access_token": token}), teams.service_url)
    conversations = client.conversations
    with pytest.raises(ErrorResponseException) as refused:
        conversations.send_to_conversation(CHANNELS["ops"], Activity(type="message", text="hi"))
    sent = conversations.send_to_conversation(VPN, Activity(type="message", text="hi"))
    replied = conversations.reply_to_activity(VPN, sent.id, Activity(type="message", text="reply"))
    updated = conversations.update_activity(VPN, sent.id, Activity(type="message", text="edited"))
    conversations.delete_activity(VPN, replied.id)
    wanted = ConversationParameters(
        is_group=False,
        bot=ChannelAccount(id=f"28:{teams.app_id}"),
        members=[ChannelAccount(id=MIKA)],
        tenant_id=teams.tenant_id,
    )
    return {
        "refused": refused.value.error.error.code,
        "ids": {sent.id, updated.id},
        "chat": conversations.create_conversation(wanted).id,
        "members": [member.name for member in conversations.get_conversation_paged_members(VPN).members],
    }


async def test_the_library_speaks_with_the_connector(teams: Teams) -> None:
    form = {"grant_type": "client_credentials", "client_id": teams.app_id, "client_secret": teams.app_password}
    token = teams.app_tokens.issue(teams.tenant_id, form | {"scope": SCOPE})["access_token"]
    done = await asyncio.to_thread(converse, teams, token)
    (seen,) = teams.person("mika").sees("#vpn")
    assert (seen.plain, done["ids"]) == ("edited", {seen.id})
    assert done["refused"] == "BotNotInConversationRoster"
    assert done["chat"] == teams.world.direct(MIKA).id
    assert done["members"][:2] == ["Mika Lind", "Ren Sato"]
