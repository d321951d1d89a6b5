"""Forms in Teams: a card in the asker's own chat, and what is remembered of it."""

from typing import Any

import pytest

from notifiers.delivery import PlaceGone
from notifiers.message import Form, FormField
from notifiers.teams import OPEN_A_CHAT, Teams
from notifiers.teams_conversations import Conversations
from sandbox import teams as simulated
from tests.notifiers.teams.world import MIKA, VPN, Desk, to

FORM = Form(title="Switch on", command="vpn on", fields=(FormField(name="endpoint", label="Endpoint"),))


async def test_a_form_is_a_card_in_ones_own_chat(desk: Desk, teams: Teams, conversations: Conversations) -> None:
    mika = await desk.meets("mika", "#vpn")
    await teams.ask(VPN, to(reply_to=VPN.id), FORM)
    (shown,) = mika.dms()
    assert list(shown.inputs) == ["endpoint"]
    nonce = _nonce(shown.card)
    origin = await teams.form(nonce)
    assert origin is not None
    assert (origin.command, origin.place, origin.asker, origin.form) == ("vpn on", VPN, MIKA, FORM)
    assert (origin.conversation, origin.activity) == (shown.conversation, shown.id)

    assert await conversations.take("form", nonce)
    assert await teams.form(nonce) is None
    assert await teams.form("0" * 32) is None


async def test_a_form_without_a_chat_is_one_line_in_the_channel(
    desk: Desk, tenant: simulated.Teams, teams: Teams
) -> None:
    mika = await desk.meets("mika", "#vpn")
    tenant.world.install(mika.id, installed=False)
    await teams.ask(VPN, to(reply_to=VPN.id), FORM)
    assert [shown.text for shown in mika.sees("#vpn")] == [OPEN_A_CHAT]
    with pytest.raises(PlaceGone):
        await teams.ask(VPN, to(), FORM)


def _nonce(card: Any) -> str:
    (actions,) = [element for element in card["body"] if element["type"] == "ActionSet"]
    return str(actions["actions"][0]["data"]["form"])
