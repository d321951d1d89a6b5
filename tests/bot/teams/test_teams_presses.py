"""What people press, fill in and install in Teams."""

import asyncio
import json
from typing import Any

import pytest

from bot.listeners import teams_hearing
from bot.listeners.teams_forms import GONE, NOT_YOURS, UNREADABLE
from notifiers.message import Button, File, Message, line
from tests.bot.teams.conftest import Edge


async def test_a_button_is_a_command(edge: Edge) -> None:
    mika = edge.person()
    await mika.say("vpn status", "#vpn")
    await edge.quiet()
    buttons = (Button(label="End mine", command="vpn off tokyo"), Button(label="Off", command="x", confirm="Sure?"))
    await edge.speaker.post(edge.desk.requests[0].place, line("The VPN is on.", buttons=buttons))
    shown = mika.sees("#vpn")[-1]
    ack = await mika.press("End mine", shown)
    assert ack.status == 200
    assert mika.toasts() == [teams_hearing.RECEIVED]
    await edge.quiet()
    request = edge.desk.requests[-1]
    assert (request.text, request.via) == ("vpn off tokyo", "button")
    assert request.place == edge.desk.requests[0].place
    sent = edge.sim.wire.sent[-1]
    await mika.press("End mine", shown)
    await edge.sim.resend(sent)
    await edge.quiet()
    first, second, again = (request.id for request in edge.desk.requests[1:])
    assert first == again != second


async def test_a_press_in_ones_own_chat_is_answered_right_there(edge: Edge) -> None:
    mika = edge.person()
    await mika.say("vpn status", "@me")
    await edge.quiet()
    await edge.speaker.answer(
        edge.desk.requests[0].recipient, line("Off.", buttons=(Button(label="On", command="vpn on"),))
    )
    await mika.press("On", mika.dms()[-1])
    assert mika.toasts() == [teams_hearing.RECEIVED_HERE]


async def test_a_press_need_not_say_what_only_some_clients_say(edge: Edge) -> None:
    """The Agents Playground sends no trigger, nothing of an older protocol, and a team's ids only once."""
    mika = edge.person()
    await mika.say("vpn status", "#vpn")
    await edge.quiet()
    place = edge.desk.requests[0].place
    await edge.speaker.post(place, line("On.", buttons=(Button(label="End mine", command="vpn off"),)))
    await mika.press("End mine", mika.sees("#vpn")[-1])
    invoke = edge.sim.wire.sent[-1].activity
    del invoke["value"]["trigger"], invoke["channelData"]["legacy"]
    del invoke["channelData"]["teamsChannelId"], invoke["channelData"]["teamsTeamId"]
    ack = await edge.send({**invoke, "id": "dd1482e6-6666-4fb3-aaa9-d2b923b790f7"})
    assert ack.body == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.activity.message",
        "value": teams_hearing.RECEIVED,
    }
    await edge.quiet()
    request = edge.desk.requests[-1]
    assert (request.text, request.via, request.place) == ("vpn off", "button", place)
    assert len({request.id for request in edge.desk.requests}) == 3

    shown = await edge.ask()
    await mika.submit(shown, {"endpoint": "paris", "duration": "banana"})
    invoke = edge.sim.wire.sent[-1].activity
    del invoke["value"]["trigger"], invoke["channelData"]["legacy"]
    invoke["value"]["action"]["data"]["duration"] = "1h"
    assert "Sent: /vpn on paris 1h" in json.dumps((await edge.send(invoke)).body)
    await edge.quiet()
    assert edge.desk.requests[-1].arguments == {"endpoint": "paris", "duration": "1h"}


async def test_a_button_that_nobody_knows_says_so(edge: Edge) -> None:
    activity = {**edge.person().activity("", "@me"), "type": "invoke", "name": "adaptiveCard/action"}
    values: list[Any] = [None, {}, {"action": {"data": {}}}, {"action": {"data": {"command": 5}}}, {"action": ["x"]}]
    for value in values:
        ack = await edge.send({**activity, "value": value})
        assert ack.status == 200
        assert ack.body["value"] == teams_hearing.NOT_UNDERSTOOD
    assert edge.desk.requests == []


async def test_an_old_clients_button_is_a_command_too(edge: Edge) -> None:
    activity = {**edge.person().activity("", "#vpn", mention=False), "value": {"command": "vpn off tokyo"}}
    assert (await edge.send(activity)).body == {}
    await edge.quiet()
    (request,) = edge.desk.requests
    assert (request.text, request.via) == ("vpn off tokyo", "button")


async def test_a_forms_faults_are_beside_its_fields(edge: Edge) -> None:
    mika, shown = edge.person(), await edge.ask()
    await mika.submit(shown, {"endpoint": "paris", "duration": "banana"})
    await edge.quiet()
    assert edge.heard("form_errors") == 1
    assert len(edge.desk.requests) == 1
    again = mika.dms()[-1]
    assert "That is no duration." in again.plain
    assert again.inputs["duration"].value == "banana"
    assert again.inputs["endpoint"].value == "paris"

    await mika.submit(again, {"endpoint": "paris", "duration": "1h"})
    await edge.quiet()
    request = edge.desk.requests[-1]
    assert (request.text, request.via) == ("vpn on", "form")
    assert request.arguments == {"endpoint": "paris", "duration": "1h"}
    assert edge.heard("form") == 1


async def test_a_form_that_was_sent_is_closed_on_every_device(edge: Edge) -> None:
    mika, shown = edge.person(), await edge.ask()
    await mika.submit(shown, {"endpoint": "paris"})
    await edge.quiet()
    said = edge.sim.world.find(shown.conversation, shown.id)
    assert said is not None
    for card in (mika.dms()[-1].card, said.attachments[0]["content"]):
        assert "Sent: /vpn on paris" in json.dumps(card)
        assert "Input." not in json.dumps(card)


async def test_a_form_that_is_sent_twice_is_one_request(edge: Edge) -> None:
    mika, shown = edge.person(), await edge.ask()
    await asyncio.gather(*(mika.submit(shown, {"endpoint": "paris"}) for _ in range(3)))
    await edge.sim.resend(edge.sim.wire.sent[-1])
    await edge.quiet()
    assert [request.via for request in edge.desk.requests] == ["typed", "form"]
    assert edge.heard("ignored") == 3


async def test_a_form_is_its_askers_alone(edge: Edge) -> None:
    await edge.ask()
    mikas = edge.sim.wire.sent
    await edge.person().submit(edge.person().dms()[-1], {"endpoint": "paris", "duration": "banana"})
    data = mikas[-1].activity["value"]
    invoke = {**edge.person("ren").activity("", "@me"), "type": "invoke", "name": "adaptiveCard/action", "value": data}
    ack = await edge.send(invoke)
    assert ack.body == {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": NOT_YOURS}
    data["action"]["data"]["form"] = "0" * 32
    ack = await edge.send(invoke)
    assert GONE in json.dumps(ack.body)
    await edge.quiet()
    assert len(edge.desk.requests) == 1


async def test_a_form_waits_for_the_table(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    mika, shown = edge.person(), await edge.ask()

    async def down(*_: Any) -> None:
        raise OSError("down")

    with monkeypatch.context() as patch:
        patch.setattr(edge.conversations, "saved", down)
        await mika.submit(shown, {"endpoint": "paris"})
    assert mika.toasts() == [UNREADABLE]
    await mika.submit(mika.dms()[-1], {"endpoint": "paris"})
    await edge.quiet()
    assert edge.desk.requests[-1].via == "form"


async def test_an_old_clients_form_is_answered_in_its_place(edge: Edge) -> None:
    mika, shown = edge.person(), await edge.ask()
    await mika.submit(shown, {"endpoint": "paris", "duration": "banana"})
    executed = edge.sim.wire.sent[-1].activity
    submitted = {**mika.activity("", "@me"), "replyToId": shown.id, "value": executed["value"]["action"]["data"]}
    assert (await edge.send(submitted)).body == {}
    await edge.quiet()
    said = edge.sim.world.find(shown.conversation, shown.id)
    assert said is not None
    assert "That is no duration." in json.dumps(said.attachments)
    submitted["value"]["duration"] = "1h"
    await edge.send({**submitted, "id": "2"})
    await edge.quiet()
    assert edge.desk.requests[-1].arguments == {"endpoint": "paris", "duration": "1h"}
    await edge.send({**submitted, "id": "3"})
    await edge.quiet()
    assert GONE in mika.dms()[-1].plain


async def test_a_file_comes_when_it_is_wanted(edge: Edge) -> None:
    mika = edge.person()
    await mika.say("vpn profile", "@me")
    await edge.quiet()
    message = Message(title="", summary="Your profile", files=(File(name="tokyo.ovpn", content="client"),))
    await edge.speaker.answer(edge.desk.requests[0].recipient, message)
    offered = next(shown for shown in mika.dms() if shown.offers)
    assert (await mika.accept(offered)).body == {}
    await edge.quiet()
    assert any(shown.files.get("tokyo.ovpn") == "client" for shown in mika.dms())
    assert edge.heard("file") == 1


async def test_a_file_that_is_not_wanted_does_not(edge: Edge) -> None:
    mika = edge.person()
    await mika.say("vpn profile", "@me")
    await edge.quiet()
    message = Message(title="", summary="Your profile", files=(File(name="tokyo.ovpn", content="client"),))
    await edge.speaker.answer(edge.desk.requests[0].recipient, message)
    await mika.decline(next(shown for shown in mika.dms() if shown.offers))
    await edge.quiet()
    assert not any(shown.files for shown in mika.dms())


async def test_who_installs_the_app_is_welcomed_once_and_remembered(edge: Edge) -> None:
    oda = edge.person("oda")
    await oda.uninstall()
    await edge.quiet()
    before = len(oda.dms())
    await oda.install()
    await edge.quiet()
    (welcome,) = oda.dms()[before:]
    assert "Deskside" in welcome.plain
    assert "help" in welcome.plain
    chat = edge.sim.world.direct(oda.id).id
    assert await edge.conversations.at(chat) is not None
    await oda.press("Help", welcome)
    await edge.quiet()
    assert edge.desk.requests[-1].text == "deskside help"

    await oda.uninstall()
    await edge.quiet()
    assert await edge.conversations.at(chat) is None
    assert edge.heard("met") >= 4


async def test_who_installs_the_app_again_is_known_at_once(edge: Edge) -> None:
    ada = edge.person("ada")
    await ada.uninstall()
    await edge.quiet()
    assert await edge.roster.member(ada.id, fresh=True) is None
    assert await edge.roster.member(ada.id) is None  # remembered, for minutes
    await ada.install()
    await edge.quiet()
    member = await edge.roster.member(ada.id)
    assert member is not None
    assert member.email == "ada@example.com"


async def test_a_welcome_that_cannot_be_said_harms_nothing(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    oda = edge.person("oda")
    edge.sim.fail("*", status=403, code="MessageWritesBlocked", times=100)
    await oda.install()
    await edge.quiet()
    assert await edge.conversations.person(oda.id) is not None
    assert "somebody is not answered: PlaceGone" in caplog.text


async def test_in_a_team_nobody_is_welcomed(edge: Edge) -> None:
    channel = edge.person().activity("", "#vpn", mention=False)
    before = len(edge.person().sees("#vpn"))
    await edge.send({**channel, "type": "installationUpdate", "action": "add"})
    await edge.quiet()
    assert len(edge.person().sees("#vpn")) == before
    assert await edge.conversations.at(edge.sim.world.place("vpn").id) is not None
