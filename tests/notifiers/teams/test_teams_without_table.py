"""Answers in Teams while the table is away: that has to be said, too."""

import asyncio
from typing import Any

import pytest

from aws_ops.table import Table
from notifiers.delivery import TryLater
from notifiers.message import line
from notifiers.place import Place, Recipient
from notifiers.teams import OPEN_A_CHAT, Teams
from notifiers.teams_api import TeamsApi
from notifiers.teams_conversations import Conversations
from sandbox import teams as simulated
from tests.notifiers.teams.world import MIKA, MIKAS, VPN


@pytest.fixture
def alone(table: Table, api: TeamsApi) -> Teams:
    """Teams without a table."""

    async def broken(*_: Any, **__: Any) -> Any:
        await asyncio.sleep(0)
        raise RuntimeError("ProvisionedThroughputExceededException")

    async def nobody(_: str) -> None:
        return None

    return Teams(api, Conversations(table, broken), nobody)


def asked(tenant: simulated.Teams, *, here: bool) -> Recipient:
    """Mika, who asked in her own chat or in the channel."""
    chat, elsewhere = (tenant.world.direct(MIKA).id, None) if here else (None, VPN.id)
    return Recipient(platform="teams", user=MIKA, chat=chat, reply_to=elsewhere, service_url=tenant.service_url)


async def test_whoever_asks_in_their_own_chat_is_answered_there(tenant: simulated.Teams, alone: Teams) -> None:
    await alone.answer(asked(tenant, here=True), line("I can't do that now"))
    assert [shown.text for shown in tenant.person("mika").dms()] == ["I can't do that now"]
    assert [call.operation for call in tenant.calls if call.operation != "token"] == ["sendToConversation"]


async def test_whoever_asks_in_a_channel_is_answered_in_their_own_chat(tenant: simulated.Teams, alone: Teams) -> None:
    mika = tenant.person("mika")
    await alone.answer(asked(tenant, here=False), line("I can't do that now"))
    assert [shown.text for shown in mika.dms()] == ["I can't do that now"]
    assert mika.sees("#vpn") == []


async def test_without_a_chat_the_channel_says_so(tenant: simulated.Teams, alone: Teams) -> None:
    mika = tenant.person("mika")
    tenant.world.install(mika.id, installed=False)
    await alone.answer(asked(tenant, here=False), line("I can't do that now"))
    assert [shown.text for shown in mika.sees("#vpn")] == [OPEN_A_CHAT]


async def test_where_private_answers_appear_is_known_where_they_were_asked_for(
    tenant: simulated.Teams, alone: Teams
) -> None:
    here = asked(tenant, here=True)
    assert await alone.private_place(here) == Place(scheme="teams", id=str(here.chat))
    with pytest.raises(TryLater):
        await alone.private_place(asked(tenant, here=False))


async def test_whom_a_request_says_nothing_of_is_waited_for(alone: Teams) -> None:
    with pytest.raises(TryLater):
        await alone.answer(Recipient(platform="teams", user=MIKA, reply_to=VPN.id), line("hello"))
    with pytest.raises(TryLater):
        await alone.post(VPN, line("hello"))


async def test_a_roster_that_hangs_leaves_time_for_another_chat(
    api: TeamsApi, conversations: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("notifiers.teams._FIND_S", 0.01)
    with pytest.raises(TryLater, match="in time"):
        await Teams(api, conversations, never).post(MIKAS, line("hello"))
