"""People who are mentioned before they ever wrote: Deskside meets them by the roster of where it was said."""

import logging

import pytest

from notifiers.teams_directory import TeamsDirectory
from sandbox.teams.people import OBJECT_IDS, TENANT
from tests.bot.teams.conftest import Edge


def looks(edge: Edge) -> list[str]:
    """Whom Teams was asked for."""
    calls = [call for call in edge.sim.calls if call.operation == "getConversationMember"]
    return [str(call.args["member"]) for call in calls]


def account(edge: Edge, name: str) -> str:
    return edge.sim.world.people[OBJECT_IDS[name]].account_id


async def test_a_colleague_is_met_before_the_command_asks_who_they_are(edge: Edge) -> None:
    directory = TeamsDirectory(edge.api, edge.conversations, TENANT)
    assert await directory.member(account(edge, "mika")) is None

    await edge.person("alex").say("audit @mika and @mika", "#vpn")
    await edge.quiet()

    assert edge.desk.requests[-1].text == "audit @{0} and @{0}".format(account(edge, "mika"))
    assert looks(edge) == [OBJECT_IDS["alex"], account(edge, "mika")]
    mika = await TeamsDirectory(edge.api, edge.conversations, TENANT).member(account(edge, "mika"))
    assert mika is not None
    assert (mika.user, mika.email) == (OBJECT_IDS["mika"], "mika@example.com")
    known = await edge.conversations.by_key("mika@example.com")
    assert known is not None
    assert known.conversation is None, "they have no chat of their own with the app by that"


async def test_nobody_is_looked_up_who_is_known(edge: Edge) -> None:
    for name in ("ren", "oda"):
        await edge.person(name).say("help", "#vpn")
        await edge.quiet()
    before = len(looks(edge))
    await edge.person("oda").say("audit @ren @oda", "#vpn")
    await edge.quiet()
    assert len(looks(edge)) == before
    assert len(edge.desk.requests) == 3


async def test_no_more_than_five_are_looked_up(edge: Edge) -> None:
    text = " ".join(["audit", *(f"@29:1nobody{number}" for number in range(9)), "@29:../x", "me@29:1x", "@everybody"])
    await edge.person("ren").say(text, "#vpn")
    await edge.quiet()
    asked = [one for one in looks(edge) if one.startswith("29:")]
    assert sorted(asked) == [f"29:1nobody{number}" for number in range(5)]
    assert edge.desk.requests[-1].text == text


async def test_in_ones_own_chat_there_is_nobody_to_look_for(edge: Edge) -> None:
    await edge.person("oda").say("audit @ada", "@me")
    await edge.quiet()
    assert account(edge, "ada") not in looks(edge)
    assert await edge.conversations.person(account(edge, "ada")) is None


async def test_the_command_is_done_though_they_cannot_be_met(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    await edge.person("oda").say("help", "#vpn")
    await edge.quiet()
    edge.sim.fail("getConversationMember", status=403)
    with caplog.at_level(logging.WARNING):
        await edge.person("oda").say("audit @ada", "#vpn")
        await edge.quiet()
    assert edge.desk.requests[-1].text == f"audit @{account(edge, 'ada')}"
    assert "somebody mentioned is not met" in caplog.text

    await edge.person("oda").say("audit @ada", "#vpn")
    await edge.quiet()
    assert await edge.conversations.person(account(edge, "ada")) is not None


async def test_a_stranger_who_is_mentioned_has_no_key(edge: Edge) -> None:
    await edge.person("oda").say("audit @sol @gil", "#vpn")
    await edge.quiet()
    for address in ("sol@partner.example", "gil@example.com"):
        assert await edge.conversations.by_key(address) is None
