"""What people do in the simulated Slack, heard by an app built with Slack's own libraries."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack

VIEW: dict[str, Any] = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "VPN"},
    "submit": {"type": "plain_text", "text": "Switch on"},
    "blocks": [
        {
            "type": "input",
            "block_id": "for",
            "label": {"type": "plain_text", "text": "How long"},
            "element": {"type": "plain_text_input", "action_id": "v", "initial_value": "2h", "max_length": 10},
        },
        {
            "type": "input",
            "block_id": "endpoint",
            "label": {"type": "plain_text", "text": "Endpoint"},
            "element": {
                "type": "static_select",
                "action_id": "v",
                "options": [
                    {"text": {"type": "plain_text", "text": name.title()}, "value": name} for name in ("tokyo", "paris")
                ],
            },
        },
        {
            "type": "input",
            "block_id": "count",
            "optional": True,
            "label": {"type": "plain_text", "text": "How many"},
            "element": {"type": "number_input", "action_id": "v", "is_decimal_allowed": False, "max_value": "5"},
        },
    ],
}
BUTTONS = {
    "type": "actions",
    "block_id": "do",
    "elements": [
        {
            "type": "button",
            "text": {"type": "plain_text", "text": "End mine"},
            "action_id": "b:0",
            "value": "vpn off tokyo",
            "style": "danger",
        }
    ],
}


class Heard:
    """An app that remembers what it heard."""

    def __init__(self, slack: Slack) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.contexts: list[AsyncBoltContext] = []
        self.ack: dict[str, Any] = {}
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.url)

        async def known() -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=None, team_id=slack.team_id, bot_token=slack.bot_token)

        self.app = AsyncApp(signing_secret=slack.signing_secret, process_before_response=True, authorize=known)
        self.app.middleware(self._hear)

    async def _hear(self, body: dict[str, Any], context: AsyncBoltContext) -> Any:
        self.bodies.append(body)
        self.contexts.append(context)
        return await context.ack(**self.ack)

    async def handle(self, request: web.Request) -> web.Response:
        return await to_aiohttp_response(await self.app.async_dispatch(await to_bolt_request(request)))


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    slack = Slack()
    await slack.start()
    yield slack
    await slack.stop()


@pytest.fixture
async def app(slack: Slack) -> AsyncIterator[Heard]:
    heard = Heard(slack)
    server = web.Application()
    server.router.add_post("/slack/events", heard.handle)
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield heard
    await runner.cleanup()


async def post(url: str, **body: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("over_socket", [False, True])
async def test_a_home_is_opened_and_pressed(slack: Slack, app: Heard, over_socket: bool) -> None:
    socket = AsyncSocketModeHandler(app.app, slack.app_token, web_client=app.client) if over_socket else None
    if socket is not None:
        await socket.connect_async()  # type: ignore[no-untyped-call]
        await slack.until(lambda: slack.wire.sockets == 1)
    mika = slack.person("mika")
    assert (await mika.open_home()).status == 200
    (told,) = app.bodies
    assert (told["type"], told["event"]["type"], told["event"]["tab"]) == ("event_callback", "app_home_opened", "home")
    assert told["event"]["channel"] == slack.world.direct(mika.id).id
    blocks = [BUTTONS]
    await app.client.views_publish(user_id=mika.id, view={"type": "home", "blocks": blocks})
    assert (await mika.press_home("End mine")).status == 200
    pressed = app.bodies[-1]
    assert pressed["container"]["type"] == "view"
    assert pressed["actions"][0]["value"] == "vpn off tokyo"
    assert not {"channel", "response_url", "message"} & pressed.keys()
    with pytest.raises(LookupError):
        await mika.press_home("On")
    if socket is not None:
        await socket.close_async()  # type: ignore[no-untyped-call]


async def test_a_command_arrives_signed_and_escaped(slack: Slack, app: Heard) -> None:
    ack = await slack.person("mika").command("/vpn on <b> & @oda #vpn https://x.example/a mika@example.com", "#vpn")
    assert (ack.status, ack.error) == (200, "")
    (body,) = app.bodies
    assert {key: body[key] for key in ("command", "team_id", "channel_name", "user_id", "user_name")} == {
        "command": "/vpn",
        "team_id": "T0DESKSIDE",
        "channel_name": "vpn",
        "user_id": "U0MIKA0001",
        "user_name": "mika",
    }
    assert body["text"] == (
        "on &lt;b&gt; &amp; <@U0ODA00001|oda> <#C0VPN00001|vpn> <https://x.example/a> "
        "<mailto:mika@example.com|mika@example.com>"
    )
    assert body["response_url"].startswith(slack.base)


async def test_a_wrong_signature_is_refused_by_the_app(slack: Slack, app: Heard) -> None:
    slack.wire._secret = "another"
    ack = await slack.person("mika").command("/vpn on", "#vpn")
    assert ack.status == 401
    (told,) = slack.person("mika").sees("#vpn")
    assert told.author == "Slackbot"
    assert "dispatch_failed" in told.plain


async def test_a_dead_app_is_told_to_the_person(slack: Slack) -> None:
    slack.bot_url = "http://127.0.0.1:9/slack/events"
    assert (await slack.person("mika").command("/vpn on", "#vpn")).error == "dispatch_failed"


async def test_what_was_sent_can_be_sent_again(slack: Slack, app: Heard) -> None:
    await slack.person("mika").command("/vpn status", "#vpn")
    await slack.resend(slack.wire.sent[0])
    first, second = app.bodies
    assert first == second


async def test_the_response_url_answers_one_person_five_times(slack: Slack, app: Heard) -> None:
    await slack.person("mika").command("/vpn status", "#vpn")
    url = app.bodies[0]["response_url"]
    for number in range(5):
        assert await post(url, text=f"answer {number}") == (200, "ok")
    status, text = await post(url, text="one too many")
    assert (status, json.loads(text)["error"]) == (404, "used_url")
    assert [message.plain for message in slack.person("mika").sees("#vpn")] == [f"answer {n}" for n in range(5)]
    assert slack.person("oda").sees("#vpn") == []
    assert [call.method for call in slack.calls] == ["respond"] * 6


async def test_the_response_url_expires(slack: Slack, app: Heard) -> None:
    await slack.person("mika").command("/vpn status", "#vpn")
    now = slack.now()
    slack.world.tickets._now = lambda: now + 1801
    status, text = await post(app.bodies[0]["response_url"], text="late")
    assert (status, json.loads(text)["error"]) == (404, "expired_url")


async def test_a_button_is_pressed(slack: Slack, app: Heard) -> None:
    await app.client.chat_postMessage(channel="C0VPN00001", text="card", blocks=[BUTTONS])
    (card,) = slack.person("oda").sees("#vpn")
    await slack.person("oda").press("End mine", card)
    (body,) = app.bodies
    assert body["type"] == "block_actions"
    assert body["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": "C0VPN00001",
        "is_ephemeral": False,
    }
    (action,) = body["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("b:0", "do", "vpn off tokyo")
    assert body["message"]["ts"] == card.ts
    assert body["user"]["team_id"] == "T0DESKSIDE"
    assert app.contexts[0].actor_user_id == "U0ODA00001"
    with pytest.raises(LookupError, match="no button 'Explode' among End mine"):
        await slack.person("oda").press("Explode", card)


async def test_a_private_answer_is_replaced_through_its_button(slack: Slack, app: Heard) -> None:
    await app.client.chat_postEphemeral(channel="C0VPN00001", user="U0MIKA0001", text="sure?", blocks=[BUTTONS])
    mika = slack.person("mika")
    await mika.press("End mine", mika.sees("#vpn")[0])
    (body,) = app.bodies
    assert body["container"]["is_ephemeral"]
    assert "message" not in body
    await post(body["response_url"], text="done", replace_original=True)
    assert [message.plain for message in mika.sees("#vpn")] == ["done"]
    await post(body["response_url"], delete_original=True)
    assert mika.sees("#vpn") == []


async def test_somebody_of_another_organisation_has_their_own_team(slack: Slack, app: Heard) -> None:
    await app.client.chat_postMessage(channel="C0VPN00001", text="card", blocks=[BUTTONS])
    sol = slack.person("sol")
    await sol.press("End mine", sol.sees("#vpn")[0])
    await sol.command("/vpn on", "#vpn")
    pressed, typed = app.bodies
    assert pressed["user"]["team_id"] == typed["team_id"] == "T0PARTNER1"


async def test_a_form_is_filled_checked_and_sent(slack: Slack, app: Heard) -> None:
    mika = slack.person("mika")
    await mika.command("/vpn on", "#vpn")
    opened = await app.client.views_open(trigger_id=app.bodies[0]["trigger_id"], view=VIEW)
    assert mika.modal() == opened["view"]
    ack = await mika.submit(None, {"count": "6"})
    assert ack.errors == {
        "endpoint": "Please complete this required field.",
        "count": "Please enter a number of at most 5.",
    }
    assert len(app.bodies) == 1
    app.ack = {"response_action": "errors", "errors": {"for": "Not that long."}}
    ack = await mika.submit(mika.modal(), {"for": "9h", "Endpoint": "Tokyo"})
    assert ack.errors == {"for": "Not that long."}
    assert mika.form_errors() == {"for": "Not that long."}
    app.ack = {}
    await mika.submit(None, {"for": "8h", "endpoint": "tokyo"})
    assert mika.modal() is None
    values = app.bodies[-1]["view"]["state"]["values"]
    assert values["for"]["v"] == {"type": "plain_text_input", "value": "8h"}
    assert values["endpoint"]["v"]["selected_option"]["value"] == "tokyo"
    assert values["count"]["v"]["value"] is None
    assert app.bodies[-1]["team"]["id"] == "T0DESKSIDE"


async def test_a_form_can_be_updated_and_followed_by_another(slack: Slack, app: Heard) -> None:
    mika = slack.person("mika")
    await mika.command("/vpn on", "#vpn")
    view = (await app.client.views_open(trigger_id=app.bodies[0]["trigger_id"], view=VIEW))["view"]
    await app.client.views_update(view_id=view["id"], view=VIEW | {"private_metadata": "two"}, hash=view["hash"])
    app.ack = {"response_action": "push", "view": VIEW | {"private_metadata": "three"}}
    assert (mika.modal() or {})["private_metadata"] == "two"
    await mika.submit(None, {"endpoint": "paris"})
    assert (mika.modal() or {})["private_metadata"] == "three"
    app.ack = {"response_action": "clear"}
    await mika.submit(None, {"endpoint": "paris"})
    assert mika.modal() is None


async def test_a_trigger_id_opens_one_form_within_three_seconds(slack: Slack, app: Heard) -> None:
    async def error(trigger_id: str, view: dict[str, Any] = VIEW) -> str:
        try:
            answer = await app.client.views_open(trigger_id=trigger_id, view=view)
        except SlackApiError as refused:
            return str(refused.response["error"])
        return "" if answer["ok"] else "?"

    mika = slack.person("mika")
    await mika.command("/vpn on", "#vpn")
    await mika.command("/vpn on", "#vpn")
    first, second = (body["trigger_id"] for body in app.bodies)
    assert await error("1.2.3") == "invalid_trigger_id"
    assert await error(first, VIEW | {"title": {"type": "plain_text", "text": "x" * 25}}) == "invalid_arguments"
    assert await error(first) == ""
    assert await error(first) == "exchanged_trigger_id"
    now = slack.now()
    slack.world.tickets._now = lambda: now + 4
    assert await error(second) == "expired_trigger_id"


@pytest.fixture
async def socket(slack: Slack) -> AsyncIterator[Heard]:
    heard = Heard(slack)
    handler = AsyncSocketModeHandler(heard.app, slack.app_token, web_client=heard.client)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.until(lambda: slack.wire.sockets)
    yield heard
    await handler.close_async()  # type: ignore[no-untyped-call]


async def test_socket_mode_carries_requests_and_answers(slack: Slack, socket: Heard) -> None:
    socket.ack = {"text": "heard you"}
    ack = await slack.person("mika").command("/vpn status", "#vpn")
    assert ack.error == ""
    assert socket.bodies[0]["command"] == "/vpn"
    assert [message.plain for message in slack.person("mika").sees("#vpn")] == ["heard you"]
    assert slack.idle()


async def test_socket_mode_survives_a_refresh(slack: Slack, socket: Heard) -> None:
    await slack.wire.disconnect()
    await slack.until(lambda: slack.wire.sockets)
    assert (await slack.person("mika").command("/vpn status", "#vpn")).error == ""
    assert len(socket.bodies) == 1
