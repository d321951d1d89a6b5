"""What a slow table, a silent roster, a repeated delivery and a changed client do to people in Teams."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.listeners import teams_hearing
from bot.listeners.teams_forms import WHO_UNKNOWN
from notifiers.delivery import TryLater
from notifiers.message import Button, line
from notifiers.place import Place
from sandbox.teams import Sent, Shown
from tests.bot.teams.conftest import Edge


class Table:
    """Holds what the conversations ask of the table, until it is let go."""

    def __init__(self, edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = asyncio.Event()
        self._edge, self._monkeypatch = edge, monkeypatch

    def hold(self, name: str) -> None:
        real: Callable[..., Any] = getattr(self._edge.conversations, name)

        async def slow(*args: Any, **kwargs: Any) -> Any:
            await self.open.wait()
            return await real(*args, **kwargs)

        self._monkeypatch.setattr(self._edge.conversations, name, slow)


@pytest.fixture
def slow(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setattr(teams_hearing, "_WHO_S", 0.05)
    monkeypatch.setattr(teams_hearing, "_FORM_S", 0.05)
    return Table(edge, monkeypatch)


async def card(edge: Edge) -> Shown:
    """A card in the channel, with a button."""
    await edge.person().say("vpn status", "#vpn")
    await edge.quiet()
    buttons = (Button(label="Extend 1 h", command="vpn extend 1h"),)
    place = Place(scheme="teams", id=edge.sim.world.place("vpn").id)
    await edge.speaker.post(place, line("The VPN is on.", buttons=buttons))
    return edge.person().sees("#vpn")[-1]


async def test_a_press_is_acknowledged_though_the_table_is_slow_and_is_done_once(edge: Edge, slow: Table) -> None:
    shown = await card(edge)
    slow.hold("met")
    async with asyncio.timeout(9):
        ack = await edge.person("ren").press("Extend 1 h", shown)
    assert ack.status == 200
    assert edge.person("ren").toasts() == [teams_hearing.RECEIVED]
    assert len(edge.desk.requests) == 1  # who asks is not known yet, so it is not handed over yet
    slow.open.set()
    await edge.quiet()
    assert [request.text for request in edge.desk.requests] == ["vpn status", "vpn extend 1h"]
    assert await edge.conversations.person(edge.person("ren").id) is not None


async def test_a_form_that_the_table_keeps_waiting_is_sent_all_the_same(edge: Edge, slow: Table) -> None:
    mika, shown = edge.person(), await edge.ask()
    slow.hold("take")
    async with asyncio.timeout(9):
        await mika.submit(shown, {"endpoint": "paris"})
    assert mika.toasts() == [teams_hearing.LATE]
    slow.open.set()
    await edge.quiet()
    assert edge.desk.requests[-1].arguments == {"endpoint": "paris"}
    assert "Sent: /vpn on paris" in mika.dms()[-1].plain


async def test_what_is_wrong_with_a_late_form_is_shown_in_it(edge: Edge, slow: Table) -> None:
    mika, shown = edge.person(), await edge.ask()
    slow.hold("saved")
    await mika.submit(shown, {"endpoint": "paris", "duration": "banana"})
    assert mika.toasts() == [teams_hearing.LATE]
    slow.open.set()
    await edge.quiet()
    assert "That is no duration." in mika.dms()[-1].plain
    assert len(edge.desk.requests) == 1


async def test_a_form_is_kept_while_nobody_can_tell_who_sends_it(edge: Edge) -> None:
    mika, shown = edge.person(), await edge.ask()
    edge.roster._members._known.clear()
    edge.sim.fail("getConversationMember", status=503, times=100)
    await mika.submit(shown, {"endpoint": "paris"})
    assert mika.toasts() == [WHO_UNKNOWN]
    executed = edge.sim.wire.sent[-1].activity
    old_client = {**mika.activity("", "@me"), "replyToId": shown.id, "value": executed["value"]["action"]["data"]}
    await edge.send(old_client)
    await edge.quiet()
    assert WHO_UNKNOWN in mika.dms()[-1].plain
    assert len(edge.desk.requests) == 1

    edge.sim._faults._orders.clear()
    await mika.submit(next(dm for dm in mika.dms() if dm.id == shown.id), {"endpoint": "paris"})
    await edge.quiet()
    assert edge.desk.requests[-1].via == "form"


async def test_a_message_that_is_delivered_again_is_not_heard_again(edge: Edge) -> None:
    await edge.person().say("huh?", "@me")
    sent = edge.sim.wire.sent[-1]
    for _ in range(2):
        ack = await edge.sim.resend(sent)
        assert (ack.status, ack.body) == (200, {})
    await edge.quiet()
    assert len(edge.desk.requests) == 1
    assert edge.heard("command") == 1
    assert edge.heard("ignored") == 2
    await edge.person().say("huh?", "@me")
    await edge.quiet()
    assert len(edge.desk.requests) == 2


async def test_a_guest_is_refused_each_time_and_told_once(edge: Edge) -> None:
    await edge.person("gil").say("vpn on", "#vpn")
    ack = await edge.sim.resend(edge.sim.wire.sent[-1])
    assert ack.status == 403
    await edge.quiet()
    assert len(edge.desk.requests) == 1
    assert edge.heard("refused") == 2


async def test_an_installation_that_is_told_again_welcomes_once(edge: Edge) -> None:
    oda = edge.person("oda")
    await oda.uninstall()
    await edge.quiet()
    before, told = len(oda.dms()), len(edge.sim.wire.sent)
    await oda.install()
    for sent in edge.sim.wire.sent[told:]:
        await edge.sim.wire.send(Sent(sent.body, sent.headers))
    await edge.quiet()
    assert len(oda.dms()) == before + 1


async def test_what_was_refused_for_now_is_heard_when_it_comes_again(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("bot.listeners.teams_requests.from_message", None)
        assert (await edge.person().say("vpn on", "@me")).status == 500
    assert (await edge.sim.resend(edge.sim.wire.sent[-1])).status == 200
    await edge.quiet()
    assert len(edge.desk.requests) == 1


async def test_no_colleague_overwrites_a_card_with_their_form(edge: Edge) -> None:
    """A changed client names the card as the one with its form, and says that it stands in the channel."""
    shown = await card(edge)
    ren, form = edge.person("ren"), await edge.ask("ren")
    await ren.submit(form, {"endpoint": "paris", "duration": "banana"})
    data = edge.sim.wire.sent[-1].activity["value"]["action"]["data"] | {"endpoint": "call 555"}
    there = ren.activity("", "#vpn", mention=False)
    del there["text"]
    invoke = {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"data": data}}}
    for forged in ({"value": data}, invoke, {"value": data | {"endpoint": "paris", "duration": "1h"}}):
        ack = await edge.send({**there, **forged, "id": str(len(str(forged))), "replyToId": shown.id})
        assert ack.status == 200
        await edge.quiet()
    assert edge.person().sees("#vpn")[-1].card == shown.card
    assert edge.desk.requests[-1].arguments == {"endpoint": "paris", "duration": "1h"}
    assert "Sent: /vpn on paris 1h" in ren.dms()[-1].plain  # what was theirs is closed, where it stands


async def test_a_form_that_cannot_say_where_it_stands_is_good_all_the_same(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any) -> None:
        raise TryLater("down")

    monkeypatch.setattr(edge.conversations, "replace", down)
    mika, shown = edge.person(), await edge.ask()
    ack = await mika.submit(shown, {"endpoint": "paris"})
    assert "Sent: /vpn on paris" in json.dumps(ack.body)
    await edge.quiet()
    assert edge.desk.requests[-1].via == "form"


async def test_nobody_is_met_in_a_chat_of_two_people(edge: Edge) -> None:
    """From there come invokes of other apps' kinds, and it calls itself personal."""
    mika = edge.person()
    await mika.say("help", "@me")
    await edge.quiet()
    own = await edge.conversations.person(mika.id)
    chat = "19:1b8e5a52_2c9f6b63@unq.gbl.spaces"
    activity = mika.activity("help", "@me")
    activity["conversation"] = {**activity["conversation"], "id": chat, "conversationType": "personal"}
    foreign = {**activity, "type": "invoke", "name": "composeExtension/query"}
    assert (await edge.send(foreign)).status == 501
    await edge.quiet()
    assert await edge.conversations.at(chat) is None
    assert await edge.conversations.person(mika.id) == own

    await edge.send({**activity, "type": "conversationUpdate"})
    await edge.quiet()
    met, remembered = await edge.conversations.person(mika.id), await edge.conversations.at(chat)
    assert met is not None
    assert own is not None
    assert met.conversation == own.conversation
    assert remembered is not None
    assert (remembered.kind, remembered.user) == ("groupChat", None)


async def test_a_number_longer_than_python_reads_is_text(edge: Edge) -> None:
    long = "&#" + "9" * 5000 + ";"
    assert (await edge.send({**edge.person().activity("", "@me"), "text": long})).status == 200
    await edge.quiet()
    assert edge.desk.requests[-1].text == long


async def test_many_who_are_new_are_acknowledged_in_time(edge: Edge, slow: Table) -> None:
    """Their meetings wait in the table's line; nobody's message waits with them."""
    slow.hold("met")
    names = ("mika", "ren", "oda", "ada", "alex")
    async with asyncio.timeout(9):
        acks = await asyncio.gather(*(edge.person(name).say(f"help {n}", "@me") for name in names for n in range(8)))
    assert {ack.status for ack in acks} == {200}
    slow.open.set()
    await edge.quiet()
    assert len(edge.desk.requests) == 40
