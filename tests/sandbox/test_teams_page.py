"""The page's Teams: what it tells of somebody's screen, and what it does in their name."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.page.words import Words
from sandbox.teams.people import BOT, CHANNELS, OBJECT_IDS
from sandbox.teams.world import CARD, FILE_CONSENT, FILE_INFO, Json, Said, Upload
from tests.sandbox.page_world import Browser, PageWorld, page_world

VPN, OPS = CHANNELS["vpn"], CHANNELS["ops"]
MIKA = OBJECT_IDS["mika"]


@pytest.fixture
async def page() -> AsyncIterator[PageWorld]:
    async with page_world() as page:
        yield page


@pytest.fixture
def browser(page: PageWorld) -> Browser:
    return page.browser


def card(*body: Json) -> Json:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body)}


def text(words: str) -> Json:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words}]}


def buttons(*actions: Json) -> Json:
    return {"type": "ActionSet", "actions": list(actions)}


OFF = {"type": "Action.Execute", "title": "Off", "verb": "command", "data": {"command": "vpn off"}}
EXTEND = {"type": "Action.Execute", "title": "Extend", "verb": "form", "data": {"form": "n"}}
LENGTH = {"type": "Input.Text", "id": "for", "label": "For", "isRequired": True, "errorMessage": "Please fill this in."}


def says(page: PageWorld, place: str, content: Json | None = None, **fields: Any) -> Said:
    """The app posts a message."""
    attachments = fields.pop("attachments", ())
    if content is not None:
        attachments = ({"contentType": CARD, "content": content},)
    world = page.teams.world
    return world.post(Said(world.new_id(), place, BOT, world.now(), attachments=attachments, **fields))


def direct(page: PageWorld, user: str = MIKA) -> str:
    return page.teams.world.direct(user).id


async def test_a_screen_shows_what_its_person_may_see(page: PageWorld, browser: Browser) -> None:
    says(page, VPN, card(text("before")), summary="before")
    says(page, OPS, card(text("secret")))
    screen = browser.follow("mika")
    kind, told = await anext(screen)
    teams = told["teams"]
    assert (kind, told["me"], teams["me"]) == ("snapshot", "mika", MIKA)
    names = [(place["team"], place["name"]) for place in teams["places"]]
    assert ("Desk", "vpn") in names
    assert (None, "") in names
    assert "ops" not in [name for _, name in names]
    assert [message["summary"] for message in teams["messages"][VPN]] == ["before"]
    said = says(page, VPN, card(text("now")), summary="now")
    kind, told = await anext(screen)
    assert (kind, told["author"], told["app"], told["card"]) == ("teams-message", "Deskside", True, card(text("now")))
    says(page, direct(page, OBJECT_IDS["ren"]), card(text("for Ren alone")))
    page.teams.world.remove(said)
    assert (await anext(screen))[0] == "teams-gone"


async def test_a_reply_tells_what_it_stands_under(page: PageWorld, browser: Browser) -> None:
    root = says(page, VPN, text="root")
    page.teams.world.edit(root, thread=root.id)
    screen = browser.follow("mika")
    assert (await anext(screen))[1]["teams"]["messages"][VPN][-1]["thread"] is None
    says(page, VPN, text="reply", thread=root.id)
    assert (await anext(screen))[1]["thread"] == root.id


async def test_a_channel_is_archived_and_its_team_loses_the_app(page: PageWorld, browser: Browser) -> None:
    screen = browser.follow("mika")
    await anext(screen)
    me = {"as": "mika", "place": VPN}
    assert await browser.post("teams/place", **me, action="archive") == (200, {"error": ""})
    kind, places = await anext(screen)
    assert (kind, [place["name"] for place in places if place["archived"]]) == ("teams-places", ["vpn"])
    await browser.post("teams/place", **me, action="remove")
    assert not any(place["app"] for place in (await anext(screen))[1] if place["team"])
    assert [one["type"] for one in page.asked.activities] == ["installationUpdate", "conversationUpdate"]
    assert (await browser.post("teams/place", **me, action="explode"))[0] == 404
    assert (await browser.post("teams/place", **me | {"place": direct(page)}, action="archive"))[0] == 404


async def test_both_chats_come_over_one_stream(page: PageWorld, browser: Browser) -> None:
    screen = browser.follow("U0MIKA0001")
    await anext(screen)
    await page.slack.person("ren").say("in Slack", "#vpn")
    await browser.post("teams/say", **{"as": "ren"}, place=VPN, text="in Teams")
    assert [(await anext(screen))[0] for _ in range(2)] == ["slack-message", "teams-message"]


async def test_the_app_is_mentioned_where_it_is_not_alone_with_somebody(page: PageWorld, browser: Browser) -> None:
    assert await browser.post("teams/say", **{"as": "mika"}, place=VPN, text="vpn on <b>") == (200, {"error": ""})
    assert page.asked.activities[-1]["text"] == "<at>Deskside</at>&nbsp;vpn on &lt;b&gt;"
    screen = browser.follow("mika")
    _, told = await anext(screen)
    parts = told["teams"]["messages"][VPN][-1]["parts"]
    assert parts == [{"text": "@Deskside", "mention": True}, {"text": " "}, {"text": "vpn on <b>"}]
    await browser.post("teams/say", **{"as": "mika"}, place=direct(page), text="vpn off")
    assert page.asked.activities[-1]["text"] == "vpn off"
    _, told = await anext(screen)
    assert told["parts"] == [{"text": "vpn off"}]
    status, told = await browser.post("teams/say", **{"as": "mika"}, place=OPS, text="hello")
    assert (status, told["error"]) == (400, f"mika is not in {OPS}")
    assert (await browser.post("teams/say", **{"as": "mika"}, place=VPN, text=" "))[0] == 400
    heard = len(page.asked.activities)
    await browser.post("teams/say", **{"as": "oda"}, place=OPS, text="only us")
    assert len(page.asked.activities) == heard


async def test_a_dead_bot_is_said(page: PageWorld, browser: Browser) -> None:
    page.teams.bot_url = "http://127.0.0.1:9/api/messages"
    answer = await browser.post("teams/say", **{"as": "mika"}, place=VPN, text="vpn on")
    assert answer == (200, {"error": "failed"})


async def test_a_pressed_button_is_answered_with_a_notice(page: PageWorld, browser: Browser) -> None:
    asking = {"type": "Action.ShowCard", "title": "Off", "card": card(text("Really?"), buttons(OFF))}
    said = says(page, VPN, card(text("on"), buttons(asking)))
    page.asked.answer = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Received."}
    screen = browser.follow("mika")
    await anext(screen)
    where = {"as": "mika", "place": VPN, "id": said.id, "values": {}}
    assert await browser.post("teams/press", **where, title="Off", data=OFF["data"]) == (200, {"error": ""})
    assert page.asked.activities[-1]["value"]["action"]["data"] == {"command": "vpn off"}
    assert await anext(screen) == ("teams-toast", {"text": "Received."})
    gone = await browser.post("teams/press", **where, title="Off", data={"command": "vpn off --all"})
    assert gone == (404, {"error": "That button is gone."})
    assert (await browser.post("teams/press", **where | {"id": "1"}, title="Off", data={}))[0] == 404


async def test_a_form_is_answered_with_a_card_for_that_person(page: PageWorld, browser: Browser) -> None:
    said = says(page, VPN, card(LENGTH, buttons(EXTEND)))
    page.asked.answer = {"statusCode": 200, "type": CARD, "value": card(text("Sent"))}
    press = {"as": "mika", "place": VPN, "id": said.id, "title": "Extend", "data": EXTEND["data"]}
    assert await browser.post("teams/press", **press, values={"for": ""}) == (200, {"error": "Please fill this in."})
    assert page.asked.activities == []
    mika, ren = browser.follow("mika"), browser.follow("ren")
    await anext(mika)
    await anext(ren)
    assert await browser.post("teams/press", **press, values={"for": "2h"}) == (200, {"error": ""})
    assert page.asked.activities[-1]["value"]["action"]["data"] == {"form": "n", "for": "2h"}
    assert (await anext(mika))[1]["card"] == card(text("Sent"))
    assert (await anext(ren))[1]["card"] == card(LENGTH, buttons(EXTEND))


def offer(name: str) -> tuple[Json]:
    content = {
        "description": "Yours",
        "sizeInBytes": 7,
        "acceptContext": {"file": "n"},
        "declineContext": {"file": "n"},
    }
    return ({"contentType": FILE_CONSENT, "name": name, "content": content},)


async def test_a_file_is_offered_and_let_in(page: PageWorld, browser: Browser) -> None:
    chat = direct(page)
    said = says(page, chat, attachments=offer("tokyo.ovpn"))
    screen = browser.follow("mika")
    _, told = await anext(screen)
    waiting = {"name": "tokyo.ovpn", "about": "Yours", "size": 7, "settled": ""}
    assert told["teams"]["messages"][chat][-1]["offers"] == [waiting]
    answer = {"as": "mika", "place": chat, "id": said.id, "accept": True}
    assert await browser.post("teams/file", **answer) == (200, {"error": ""})
    assert (await anext(screen))[1]["offers"] == [{**waiting, "settled": "accepted"}]
    assert page.asked.activities[-1]["value"]["action"] == "accept"
    assert (await browser.post("teams/file", **answer))[0] == 400
    declined = says(page, chat, attachments=offer("again.ovpn"))
    await browser.post("teams/file", **answer | {"id": declined.id, "accept": False})
    assert page.asked.activities[-1]["value"]["action"] == "decline"


async def test_a_file_that_was_let_in_can_be_had(page: PageWorld, browser: Browser) -> None:
    world = page.teams.world
    world.uploads["f1"] = Upload("f1", "tokyo.ovpn", MIKA, 6, b"client", complete=True)
    world.uploads["f2"] = Upload("f2", "half.ovpn", MIKA, 6, b"cli")
    info = {"contentType": FILE_INFO, "name": "tokyo.ovpn", "content": {"uniqueId": "f1", "fileType": "ovpn"}}
    says(page, direct(page), attachments=(info,))
    _, told = await anext(browser.follow("mika"))
    (file,) = told["teams"]["messages"][direct(page)][-1]["files"]
    assert (file["name"], file["size"], file["preview"]) == ("tokyo.ovpn", 6, "client")
    async with browser.session.get(f"{browser.base}{file['url']}") as response:
        assert await response.read() == b"client"
        assert response.headers["Content-Disposition"] == 'attachment; filename="tokyo.ovpn"'
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    async with browser.session.get(f"{browser.base}/page/teams/files/f2") as response:
        assert response.status == 404


async def test_new_conversations_appear(page: PageWorld, browser: Browser) -> None:
    screen = browser.follow("sol")
    _, told = await anext(screen)
    assert [place["name"] for place in told["teams"]["places"]] == ["vpn"]
    page.teams.world.direct(OBJECT_IDS["sol"])
    kind, places = await anext(screen)
    assert (kind, [place["direct"] for place in places]) == ("teams-places", [False, True])


async def test_the_words_are_the_same_in_both_chats(browser: Browser) -> None:
    words = (await browser.get("/page/world"))["words"]
    assert Words("/vpn off", "[--all]", "The VPN").told() in words
