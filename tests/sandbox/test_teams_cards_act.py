"""Buttons, forms and files of the simulated Teams: what a press sends, and what its answer changes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.teams import Shown, Teams, answers, wire
from sandbox.teams.people import CHANNELS
from tests.sandbox.teams_app import CARD, GO, TOAST, App, card, hearing, running, text

FORM = [
    {
        "type": "Input.Text",
        "id": "for",
        "label": "How long",
        "value": "2h",
        "isRequired": True,
        "errorMessage": "Such as 8h",
    },
    {
        "type": "Input.ChoiceSet",
        "id": "endpoint",
        "label": "Endpoint",
        "isRequired": True,
        "choices": [{"title": "Tokyo", "value": "tokyo"}, {"title": "Paris", "value": "paris"}],
    },
    {"type": "Input.Number", "id": "count", "label": "How many", "max": 5, "errorMessage": "At most 5"},
]
SEND = {"type": "Action.Execute", "title": "Switch on", "verb": "form", "data": {"form": "n0nce"}}


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with running() as teams:
        yield teams


@pytest.fixture
async def app(teams: Teams) -> AsyncIterator[App]:
    async with hearing(teams) as app:
        yield app


async def test_a_button_is_pressed_and_answered_with_a_toast(teams: Teams, app: App) -> None:
    id_ = await app.show(CHANNELS["vpn"], card(text("VPN is on"), actions=[GO]))
    app.answer = {"statusCode": 200, "type": TOAST, "value": "Received"}
    oda = teams.person("oda")
    (seen,) = oda.sees("#vpn")
    assert (seen.text, seen.plain) == ("a card", "VPN is on\n[End mine]")
    ack = await oda.press("End mine", seen)
    assert (ack.status, ack.error) == (200, "")
    (heard,) = app.heard
    assert (heard["type"], heard["name"], heard["replyToId"]) == ("invoke", "adaptiveCard/action", id_)
    assert heard["value"] == {"action": GO, "trigger": "manual"}
    assert heard["conversation"]["id"] == f"{CHANNELS['vpn']};messageid={id_}"
    assert heard["from"]["aadObjectId"] == oda.id
    assert oda.toasts() == ["Received"]
    assert teams.person("mika").toasts() == []
    with pytest.raises(LookupError, match="no button 'Explode' among End mine"):
        await oda.press("Explode", seen)


async def test_a_card_in_the_answer_replaces_it_for_the_one_who_pressed(teams: Teams, app: App) -> None:
    id_ = await app.show(CHANNELS["vpn"], card(text("open"), actions=[GO]))
    app.answer = {"statusCode": 200, "type": CARD, "value": card(text("yours"))}
    mika, oda = teams.person("mika"), teams.person("oda")
    await mika.press("End mine", mika.sees("#vpn")[0])
    assert [(shown.plain, shown.own_view) for shown in mika.sees("#vpn")] == [("yours", True)]
    assert [(shown.plain, shown.own_view) for shown in oda.sees("#vpn")] == [("open\n[End mine]", False)]
    await app.edit(CHANNELS["vpn"], id_, card(text("closed")))
    assert [shown.plain for shown in mika.sees("#vpn")] == [shown.plain for shown in oda.sees("#vpn")] == ["closed"]


def refreshing(*accounts: str) -> dict[str, Any]:
    action = {"type": "Action.Execute", "verb": "refresh", "data": {"refresh": "run-1"}}
    return {"action": action, "userIds": list(accounts)}


async def test_a_card_is_asked_for_by_those_whom_it_names(teams: Teams, app: App) -> None:
    app.answer = {"statusCode": 200, "type": CARD, "value": card(text("yours"))}
    mika, oda = teams.person("mika"), teams.person("oda")
    accounts = {name: teams.world.person(name).account_id for name in ("mika", "oda", "gil")}
    named = refreshing(accounts["mika"], "29:nobody")
    id_ = await app.show(CHANNELS["vpn"], card(text("open")) | {"refresh": named})
    await teams.until(lambda: mika.sees("#vpn")[0].own_view)
    (heard,) = app.heard
    assert heard["value"] == {"action": named["action"], "trigger": "automatic"}
    assert heard["from"]["aadObjectId"] == mika.id
    assert [shown.plain for shown in oda.sees("#vpn")] == ["open"]

    await app.edit(CHANNELS["vpn"], id_, card(text("open still")) | {"refresh": named})
    await teams.until(lambda: len(app.heard) == 2 and teams.idle())
    assert mika.sees("#vpn")[0].plain == "yours"

    crowd = refreshing(accounts["mika"], *("29:x",) * 60)
    await app.edit(CHANNELS["vpn"], id_, card(text("too many")) | {"refresh": crowd})
    await app.edit(CHANNELS["vpn"], id_, card(text("closed")))
    await teams.until(teams.idle)
    assert len(app.heard) == 2
    assert mika.sees("#vpn")[0].plain == "closed"
    with pytest.raises(LookupError, match="not drawn anew"):
        await mika.refresh(mika.sees("#vpn")[0])


async def test_a_card_that_cannot_be_had_anew_stays_and_nobody_is_told(teams: Teams, app: App) -> None:
    app.answer = {"statusCode": 500, "type": answers.ERROR, "value": {"code": "x", "message": "Not now"}}
    mika = teams.person("mika")
    mikas = refreshing(teams.world.person("mika").account_id)
    await app.show(CHANNELS["vpn"], card(text("open")) | {"refresh": mikas})
    await teams.until(lambda: app.heard and teams.idle())
    assert [(shown.plain, shown.own_view) for shown in mika.sees("#vpn")] == [("open", False)]
    assert mika.toasts() == []


@pytest.mark.parametrize(
    ("answer", "toast", "error"),
    [
        ({"statusCode": 400, "type": answers.ERROR, "value": {"code": "x", "message": "Not now"}}, "Not now", ""),
        ("{}", answers.WRONG, "invalid_response"),
        ({}, answers.WRONG, "invalid_response"),
        ({"statusCode": "200", "type": TOAST, "value": "x"}, answers.WRONG, "invalid_response"),
        ({"statusCode": 200, "type": TOAST, "value": {}}, answers.WRONG, "invalid_response"),
        ({"statusCode": 200, "type": CARD, "value": {"type": "AdaptiveCard"}}, answers.WRONG, "invalid_response"),
    ],
)
async def test_what_is_no_answer_is_told_to_the_person(
    teams: Teams, app: App, answer: Any, toast: str, error: str
) -> None:
    await app.show(CHANNELS["vpn"], card(text("VPN is on"), actions=[GO]))
    app.answer = answer
    mika = teams.person("mika")
    ack = await mika.press("End mine", mika.sees("#vpn")[0])
    assert (ack.error, mika.toasts()) == (error, [toast])
    assert mika.sees("#vpn")[0].plain == "VPN is on\n[End mine]"


async def test_an_app_that_fails_dies_or_sleeps_is_told_to_the_person(
    teams: Teams, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    await app.show(CHANNELS["vpn"], card(text("VPN is on"), actions=[GO]))
    mika = teams.person("mika")
    (seen,) = mika.sees("#vpn")
    app.status = 500
    assert (await mika.press("End mine", seen)).error == "failed"
    assert (await mika.press("End mine", seen, to="http://127.0.0.1:9/api/messages")).error == "failed"

    async def sleeps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    monkeypatch.setattr(wire, "INVOKE_SECONDS", 0.05)
    silent = await asyncio.start_server(sleeps, "127.0.0.1", 0)
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        assert (await mika.press("End mine", seen, to=f"http://127.0.0.1:{port}/")).error == "timeout"
    assert mika.toasts() == [answers.UNREACHABLE] * 3
    assert teams.idle()


async def test_a_press_may_come_too_late(teams: Teams, app: App) -> None:
    id_ = await app.show(CHANNELS["vpn"], card(text("VPN is on"), actions=[GO]))
    mika = teams.person("mika")
    (seen,) = mika.sees("#vpn")
    await app.edit(CHANNELS["vpn"], id_, card(text("VPN is off")))
    app.answer = {"statusCode": 200, "type": TOAST, "value": "Too late"}
    await mika.press("End mine", seen)
    assert (app.heard[0]["value"]["action"]["verb"], mika.toasts()) == ("command", ["Too late"])
    assert mika.sees("#vpn")[0].plain == "VPN is off"


async def test_a_question_is_answered_before_the_press(teams: Teams, app: App) -> None:
    ask = {"type": "AdaptiveCard", "body": [text("End it for everybody?")], "actions": [GO]}
    show = {"type": "Action.ShowCard", "title": "End mine", "card": ask}
    submit = {"type": "Action.Submit", "title": "Old", "data": {"command": "vpn status"}}
    link = {"type": "Action.OpenUrl", "title": "Docs", "url": "https://docs.example"}
    id_ = await app.show(CHANNELS["vpn"], card(text("VPN is on"), actions=[show, submit, link]))
    mika = teams.person("mika")
    (seen,) = mika.sees("#vpn")
    assert "everybody" not in seen.plain
    assert list(seen.buttons) == ["End mine", "Old", "Docs"]
    assert seen.buttons["End mine"].asks == "End it for everybody?"
    app.answer = {"statusCode": 200, "type": TOAST, "value": "ok"}
    await mika.press("End mine", seen)
    await mika.press("Old", seen)
    await mika.press("Docs", seen)
    pressed, submitted = app.heard
    assert pressed["value"]["action"]["data"] == {"command": "vpn off tokyo"}
    assert (submitted["type"], submitted["value"], submitted["replyToId"]) == (
        "message",
        {"command": "vpn status"},
        id_,
    )
    assert "text" not in submitted


async def test_a_form_is_filled_checked_and_sent(teams: Teams, app: App) -> None:
    mika = teams.person("mika")
    chat = teams.world.direct(mika.id).id
    await app.show(chat, card(text("VPN on"), *FORM, actions=[SEND]))
    (form,) = mika.dms()
    assert form.plain.splitlines() == [
        "VPN on",
        "How long",
        "2h",
        "Endpoint",
        "Tokyo  Paris",
        "How many",
        "[Switch on]",
    ]
    assert list(form.inputs) == ["for", "endpoint", "count"]
    ack = await mika.submit(form, {"for": "", "count": "6"})
    assert ack.errors == {"for": "Such as 8h", "endpoint": "This field has an invalid value.", "count": "At most 5"}
    assert app.heard == []
    wrong = card(text("VPN on"), text("Not that long."), *FORM, actions=[SEND])
    app.answer = {"statusCode": 200, "type": CARD, "value": wrong}
    await mika.submit(form, {"How long": "9h", "Endpoint": "Tokyo"})
    assert app.heard[0]["value"]["action"] == SEND | {"data": {"form": "n0nce", "for": "9h", "endpoint": "tokyo"}}
    (form,) = mika.dms()
    assert "Not that long." in form.plain
    app.answer = {"statusCode": 200, "type": CARD, "value": card(text("Sent"))}
    await mika.submit(form, {"for": "8h", "endpoint": "paris", "count": "2"})
    assert app.heard[1]["value"]["action"]["data"] == {
        "form": "n0nce",
        "for": "8h",
        "endpoint": "paris",
        "count": "2",
    }
    (form,) = mika.dms()
    assert form.plain == "Sent"
    with pytest.raises(LookupError, match="the message has no form"):
        await mika.submit(form, {})


def consent(name: str = "full-text.txt", size: int = 11) -> dict[str, Any]:
    content = {
        "description": "All of it",
        "sizeInBytes": size,
        "acceptContext": {"file": "n0nce"},
        "declineContext": {"file": "n0nce", "no": True},
    }
    return {"contentType": "application/vnd.microsoft.teams.card.file.consent", "name": name, "content": content}


async def offer(app: App, teams: Teams, name: str) -> Shown:
    await app.say(teams.world.direct(teams.person(name).id).id, consent())
    return teams.person(name).dms()[-1]


async def test_a_file_is_accepted_put_and_shown(teams: Teams, app: App) -> None:
    mika = teams.person("mika")
    offered = await offer(app, teams, "mika")
    assert (offered.offers, offered.plain) == (("full-text.txt",), "full-text.txt [Allow] [Decline]")
    assert (await mika.accept(offered)).status == 200
    (heard,) = app.heard
    assert (heard["type"], heard["name"], heard["replyToId"]) == ("invoke", "fileConsent/invoke", offered.id)
    value = heard["value"]
    assert (value["type"], value["action"], value["context"]) == ("fileUpload", "accept", {"file": "n0nce"})
    info = value["uploadInfo"]
    assert (info["name"], info["fileType"]) == ("full-text.txt", "txt")

    async def put(content: bytes, content_range: str) -> int:
        headers = {"Content-Range": content_range}
        async with app.session.put(info["uploadUrl"], data=content, headers=headers) as response:
            return response.status

    assert await put(b"hello world", "") == 400
    assert await put(b"world", "bytes 6-10/11") == 416
    assert await put(b"hello ", "bytes 0-5/11") == 202
    assert await put(b"world", "bytes 6-10/11") == 201
    assert await put(b"again", "bytes 0-4/5") == 404
    there = {
        "contentType": "application/vnd.microsoft.teams.card.file.info",
        "contentUrl": info["contentUrl"],
        "name": info["name"],
        "content": {"uniqueId": info["uniqueId"], "fileType": info["fileType"]},
    }
    await app.say(offered.conversation, there)
    assert [dict(shown.files) for shown in mika.dms()] == [{}, {"full-text.txt": "hello world"}]
    async with app.session.get(info["contentUrl"]) as response:
        assert await response.read() == b"hello world"
    with pytest.raises(LookupError, match="that file was already accepted"):
        await mika.accept(offered)
    assert mika.dms()[0].offers == ()


async def test_a_file_is_declined(teams: Teams, app: App) -> None:
    mika = teams.person("mika")
    await mika.decline(await offer(app, teams, "mika"))
    value = app.heard[0]["value"]
    assert (value["action"], value["context"]) == ("decline", {"file": "n0nce", "no": True})
    assert "uploadInfo" not in value
    assert teams.world.uploads == {}
