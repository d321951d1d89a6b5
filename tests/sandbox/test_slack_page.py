"""The page's own endpoints: what they tell, what they do in Slack, and whom they refuse."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.page.screen import KEPT
from sandbox.page.server import STATIC
from sandbox.page.words import Words, alternatives, of_manifest, read_words
from sandbox.slack import Slack
from sandbox.teams.people import OBJECT_IDS
from tests.sandbox.page_world import MANIFEST, Asked, Browser, PageWorld, page_world


@pytest.fixture
async def page() -> AsyncIterator[PageWorld]:
    async with page_world() as page:
        yield page


@pytest.fixture
def slack(page: PageWorld) -> Slack:
    return page.slack


@pytest.fixture
def asked(page: PageWorld) -> Asked:
    return page.asked


@pytest.fixture
def browser(page: PageWorld) -> Browser:
    return page.browser


@pytest.fixture
def bot(slack: Slack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.url)


def test_usage_hints_are_cut_at_the_outer_bars() -> None:
    assert alternatives("on [a|b] | off <x|y> | status") == ["on [a|b]", "off <x|y>", "status"]
    assert alternatives("") == []


def test_words_come_from_the_manifest(tmp_path: Path) -> None:
    assert of_manifest(MANIFEST) == [
        Words("/vpn", "", "The VPN"),
        Words("/vpn on", "[tokyo|paris] [for 2h]", "The VPN"),
        Words("/vpn off", "[--all]", "The VPN"),
        Words("/vpn status", "", "The VPN"),
        Words("/audit", "[me|person] [since 7d]", "Who did what"),
    ]
    assert read_words(tmp_path / "manifest.yml") == []


async def test_the_page_loads_nothing_from_elsewhere(browser: Browser) -> None:
    async with browser.session.get(browser.base) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "Deskside" in await response.text()
    for file in STATIC.rglob("*"):
        if file.suffix in {".js", ".css", ".html"}:
            text = file.read_text(encoding="utf-8")
            assert "innerHTML" not in text, file
            assert "https://" not in text, file
            assert "http://" not in text.replace("http://www.w3.org/2000/svg", ""), file


async def test_it_tells_whom_one_can_become_and_what_to_type(browser: Browser) -> None:
    world = await browser.get("/page/world")
    roles = {person["name"]: person["role"] for person in world["people"]}
    assert roles == {
        "mika": "staff",
        "ren": "staff",
        "oda": "operator",
        "ada": "approver",
        "alex": "admin",
        "gil": "guest",
        "sol": "partner",
    }
    assert world["people"][0]["ids"] == {"slack": "U0MIKA0001", "teams": OBJECT_IDS["mika"]}
    assert {"words": "/vpn off", "hint": "[--all]", "about": "The VPN"} in world["words"]


async def test_a_screen_shows_what_its_person_may_see(browser: Browser, bot: AsyncWebClient) -> None:
    await bot.chat_postMessage(channel="C0VPN00001", text="before")
    screen = browser.follow("U0MIKA0001")
    kind, told = await anext(screen)
    assert kind == "snapshot"
    assert told["bot"]["state"] == "up"
    assert told["me"] == "mika"
    assert [place["name"] for place in told["slack"]["places"]] == ["vpn", "it-help", ""]
    assert [message["text"] for message in told["slack"]["messages"]["C0VPN00001"]] == ["before"]
    await bot.chat_postEphemeral(channel="C0VPN00001", user="U0ODA00001", text="for Oda alone")
    sent = await bot.chat_postMessage(channel="C0VPN00001", text="for all")
    kind, told = await anext(screen)
    assert (kind, told["text"], told["app"], told["ephemeral"]) == ("slack-message", "for all", True, False)
    await bot.chat_delete(channel="C0VPN00001", ts=sent["ts"])
    assert (await anext(screen))[0] == "slack-gone"


async def test_a_reply_tells_what_it_stands_under(browser: Browser, slack: Slack, bot: AsyncWebClient) -> None:
    root = (await bot.chat_postMessage(channel="C0VPN00001", text="root"))["ts"]
    for number in range(KEPT):
        await bot.chat_postMessage(channel="C0VPN00001", text=str(number), thread_ts=root)
    screen = browser.follow("mika")
    messages = (await anext(screen))[1]["slack"]["messages"]["C0VPN00001"]
    assert [message["thread"] for message in messages] == [None, *[root] * KEPT], "a thread keeps its root"


async def test_a_channel_is_archived_and_loses_the_app(browser: Browser, slack: Slack) -> None:
    screen = browser.follow("mika")
    await anext(screen)
    me = {"as": "mika", "place": "C0VPN00001"}
    assert await browser.post("slack/place", **me, action="archive") == (200, {"error": ""})
    kind, places = await anext(screen)
    assert (kind, [place["archived"] for place in places]) == ("slack-places", [True, False, False])
    await browser.post("slack/place", **me, action="remove")
    assert [place["app"] for place in (await anext(screen))[1]] == [False, True, True]
    assert "archived" in (await browser.post("slack/say", **me, text="hello"))[1]["error"]
    await browser.post("slack/place", **me, action="restore")
    await browser.post("slack/place", **me, action="add")
    assert (slack.world.channels["C0VPN00001"].archived, (await anext(screen))[0]) == (False, "slack-places")
    assert (await browser.post("slack/place", **me, action="explode"))[0] == 404
    assert (await browser.post("slack/place", **me | {"place": "C0OPS00001"}, action="archive"))[0] == 404


async def test_commands_and_messages_are_sent(browser: Browser, slack: Slack, asked: Asked) -> None:
    me = {"as": "U0MIKA0001", "place": "C0VPN00001"}
    assert await browser.post("slack/say", **me, text="/vpn on tokyo") == (200, {"error": ""})
    assert asked.commands == ["on tokyo"]
    assert await browser.post("slack/say", **me, text="good morning") == (200, {"error": ""})
    assert slack.person("ren").sees("#vpn")[-1].plain == "good morning"
    status, told = await browser.post("slack/say", **me, text="/nope")
    assert (status, "/nope is not a command here" in told["error"]) == (200, True)
    status, told = await browser.post("slack/say", **me | {"place": "C0OPS00001"}, text="hello")
    assert (status, told["error"]) == (400, "mika is not in C0OPS00001")


async def test_a_dead_bot_is_said(browser: Browser, slack: Slack) -> None:
    slack.bot_url = "http://127.0.0.1:9/slack/events"
    answer = await browser.post("slack/say", **{"as": "U0MIKA0001"}, place="C0VPN00001", text="/vpn on")
    assert answer == (200, {"error": "dispatch_failed"})


async def test_buttons_are_pressed(browser: Browser, bot: AsyncWebClient, asked: Asked) -> None:
    label = {"type": "plain_text", "text": "Go"}
    go = {"type": "button", "text": label, "action_id": "b:0", "value": "vpn off tokyo"}
    blocks = [{"type": "actions", "block_id": "do", "elements": [go]}]
    ts = (await bot.chat_postMessage(channel="C0VPN00001", text="card", blocks=blocks))["ts"]
    where = {"as": "U0MIKA0001", "place": "C0VPN00001", "id": ts, "block": "do"}
    assert (await browser.post("slack/press", **where, action="b:0"))[0] == 200
    assert asked.payloads[0]["actions"][0]["value"] == "vpn off tokyo"
    assert await browser.post("slack/press", **where, action="b:9") == (404, {"error": "That button is gone."})
    assert (await browser.post("slack/press", **where | {"id": "1.0"}, action="b:0"))[0] == 404


async def test_forms_are_filled_and_dismissed(
    browser: Browser, slack: Slack, bot: AsyncWebClient, asked: Asked
) -> None:
    title = {"type": "plain_text", "text": "Form"}
    field = {"type": "input", "block_id": "for", "label": title, "element": {"type": "plain_text_input"}}
    view = {"type": "modal", "title": title, "submit": title, "blocks": [field]}
    screen = browser.follow("U0MIKA0001")
    await anext(screen)
    for _ in range(2):
        await bot.views_open(trigger_id=slack.world.tickets.trigger("U0MIKA0001"), view=view)
        kind, told = await anext(screen)
        assert (kind, told["view"]["title"]["text"]) == ("slack-modal", "Form")
        _, told = await browser.post("slack/submit", **{"as": "U0MIKA0001"}, values={"for": ""})
        assert told["errors"] == {"for": "Please complete this required field."}
        assert (await anext(screen))[1]["errors"] == told["errors"]
        await browser.post("slack/submit", **{"as": "U0MIKA0001"}, values={"for": "2h"})
        assert (await anext(screen))[1]["errors"] == {}
        assert await anext(screen) == ("slack-modal", None)
    assert len(asked.payloads) == 2
    assert (await browser.post("slack/dismiss", **{"as": "U0MIKA0001"}))[0] == 400


async def test_the_simulated_aws_is_reached_through_the_page(browser: Browser, asked: Asked) -> None:
    assert await browser.get("/page/aws") == {
        "state": {"path": "/_sandbox/state"},
        "calls": {"path": "/_sandbox/calls"},
    }
    await browser.post("aws/tokyo/connect", common_name="mika")
    assert asked.aws[-1] == ("POST", "/_sandbox/vpn/tokyo/connect", {"common_name": "mika"})
    assert (await browser.post("aws/tokyo/explode"))[0] == 404
    await browser.post("aws/workspaces/ws-0a1b2c3d1/connect")
    assert asked.aws[-1] == ("POST", "/_sandbox/workspaces/ws-0a1b2c3d1/connect", {})
    assert (await browser.post("aws/workspaces/ws-0a1b2c3d1/state"))[0] == 404
    assert await browser.get("/page/aws/happenings") == {"path": "/_sandbox/happenings"}
    await browser.post("aws/happenings/cpu")
    assert asked.aws[-1] == ("POST", "/_sandbox/happenings/cpu", {})
    await browser.post("aws/faults", service="EC2", error="InternalError")
    assert asked.aws[-1] == ("POST", "/_sandbox/faults", {"service": "EC2", "error": "InternalError"})
    await browser.session.delete(f"{browser.base}/page/aws/faults")
    assert [method for method, *_ in asked.aws][-1:] == ["DELETE"]
    await browser.post("bot/kill")
    assert asked.killed == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "rebound.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
async def test_other_sites_may_not_ask(browser: Browser, asked: Asked, headers: dict[str, str], status: int) -> None:
    body = json.dumps({"as": "U0MIKA0001", "place": "C0VPN00001", "text": "/vpn on"})
    sent = {"Content-Type": "application/json", **headers}
    async with browser.session.post(f"{browser.base}/page/slack/say", data=body, headers=sent) as response:
        assert response.status == status
    assert asked.commands == []


async def test_a_page_that_goes_away_is_forgotten(browser: Browser, slack: Slack) -> None:
    listeners = len(slack.world.listeners)
    screen = browser.follow("U0MIKA0001")
    await anext(screen)
    assert len(slack.world.listeners) == listeners + 1
    await screen.aclose()  # type: ignore[attr-defined]
    async with asyncio.timeout(20):
        while len(slack.world.listeners) > listeners:
            await browser.post("slack/say", **{"as": "U0REN00001"}, place="C0VPN00001", text="anybody there?")


async def test_a_home_is_opened_drawn_and_pressed(
    slack: Slack, asked: Asked, browser: Browser, bot: AsyncWebClient
) -> None:
    mika = slack.person("mika")
    assert (await browser.post("slack/home", **{"as": "mika"}))[0] == 200
    event = asked.events[-1]["event"]
    assert (event["type"], event["user"], event["tab"]) == ("app_home_opened", mika.id, "home")
    assert event["channel"] == slack.world.direct(mika.id).id
    button = {"type": "button", "action_id": "b:0", "value": "vpn on", "text": {"type": "plain_text", "text": "On"}}
    blocks = [{"type": "actions", "block_id": "do", "elements": [button]}]
    await bot.views_publish(user_id=mika.id, view={"type": "home", "blocks": blocks})
    told = browser.follow("mika")
    assert (await anext(told))[1]["slack"]["home"]["blocks"] == blocks
    await bot.views_publish(user_id=slack.person("ren").id, view={"type": "home", "blocks": []})
    await bot.views_publish(user_id=mika.id, view={"type": "home", "blocks": []})
    kind, home = await anext(told)
    assert (kind, home["blocks"]) == ("slack-home", [])
    await told.aclose()  # type: ignore[attr-defined]
    await bot.views_publish(user_id=mika.id, view={"type": "home", "blocks": blocks})
    press = {"block": "do", "action": "b:0"}
    assert (await browser.post("slack/home/press", **press, **{"as": "mika"}))[0] == 200
    assert asked.payloads[-1]["actions"][0]["value"] == "vpn on"
    assert (await browser.post("slack/home/press", **press, **{"as": "ren"}))[0] == 404
