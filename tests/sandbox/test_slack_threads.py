"""Threads, archived channels and incoming webhooks of the simulated Slack."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from sandbox.slack.people import BOT_USER
from sandbox.slack.rates import BURST, Rates

VPN, MIKA = "C0VPN00001", "U0MIKA0001"


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    slack = Slack()
    await slack.start()
    yield slack
    await slack.stop()


@pytest.fixture
def web(slack: Slack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.url)


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def hook(url: str, **how: Any) -> tuple[int, str]:
    """Post to a webhook: status and text of the answer."""
    async with aiohttp.ClientSession() as session, session.post(url, **how) as response:
        return response.status, await response.text()


async def test_a_reply_to_a_reply_stands_under_the_same_root(slack: Slack, web: AsyncWebClient) -> None:
    root = (await web.chat_postMessage(channel=VPN, text="root"))["message"]
    assert "thread_ts" not in root
    first = (await web.chat_postMessage(channel=VPN, text="one", thread_ts=root["ts"]))["message"]
    assert (first["thread_ts"], first["parent_user_id"]) == (root["ts"], BOT_USER)
    second = await slack.person("mika").say("two", "#vpn", thread=first["ts"])
    assert second.thread_ts == root["ts"]
    changed = (await web.chat_update(channel=VPN, ts=root["ts"], text="root again"))["message"]
    assert (changed["thread_ts"], changed["reply_count"], changed["reply_users"]) == (root["ts"], 2, [BOT_USER, MIKA])
    assert changed["latest_reply"] == second.ts
    assert [shown.thread_ts for shown in slack.person("ren").sees("#vpn")] == [None, root["ts"], root["ts"]]


async def test_a_deleted_root_leaves_a_stone_above_its_replies(slack: Slack, web: AsyncWebClient) -> None:
    root = (await web.chat_postMessage(channel=VPN, text="root"))["ts"]
    await web.chat_postMessage(channel=VPN, text="reply", thread_ts=root)
    await web.chat_delete(channel=VPN, ts=root)
    assert [shown.plain for shown in slack.person("mika").sees("#vpn")] == ["This message was deleted.", "reply"]
    assert await refused(web.chat_update(channel=VPN, ts=root, text="again")) == "message_not_found"
    assert (await web.chat_postMessage(channel=VPN, text="another", thread_ts=root))["ok"]


async def test_nobody_answers_what_only_one_person_sees(web: AsyncWebClient) -> None:
    ts = (await web.chat_postEphemeral(channel=VPN, user=MIKA, text="psst"))["message_ts"]
    assert await refused(web.chat_postMessage(channel=VPN, text="x", thread_ts=ts)) == "thread_not_found"


async def test_nothing_is_written_in_an_archived_channel(slack: Slack, web: AsyncWebClient) -> None:
    ts = (await web.chat_postMessage(channel=VPN, text="before"))["ts"]
    slack.archive("#vpn")
    assert await refused(web.chat_postMessage(channel=VPN, text="x")) == "is_archived"
    assert await refused(web.chat_update(channel=VPN, ts=ts, text="x")) == "is_inactive"
    assert (await web.conversations_info(channel=VPN))["channel"]["is_archived"]
    with pytest.raises(LookupError, match="archived"):
        await slack.person("mika").say("x", "#vpn")
    slack.archive("#vpn", archived=False)
    assert (await web.chat_update(channel=VPN, ts=ts, text="after"))["ok"]


async def test_an_app_that_is_removed_cannot_write(slack: Slack, web: AsyncWebClient) -> None:
    slack.remove_app("#vpn")
    slack.remove_app("#deskside-admin")
    assert await refused(web.chat_postMessage(channel=VPN, text="x")) == "not_in_channel"
    assert await refused(web.chat_postMessage(channel="C0ADMIN001", text="x")) == "channel_not_found"
    slack.remove_app("#vpn", removed=False)
    assert (await web.chat_postMessage(channel=VPN, text="x"))["ok"]


async def test_a_webhook_posts_into_its_channel(slack: Slack, web: AsyncWebClient) -> None:
    url = slack.webhook("#vpn")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*disk* full"}}]
    assert await hook(url, json={"text": "disk full", "blocks": blocks}) == (200, "ok")
    assert await hook(url, data={"payload": '{"text": "by form"}'}) == (200, "ok")
    seen = slack.person("mika").sees("#vpn")
    assert [(shown.author, shown.plain) for shown in seen] == [
        ("incoming-webhook", "*disk* full"),
        ("incoming-webhook", "by form"),
    ]
    # What a webhook said is not the app's.
    assert await refused(web.chat_update(channel=VPN, ts=seen[0].ts, text="x")) == "cant_update_message"
    assert [call.method for call in slack.calls[:2]] == ["webhook", "webhook"]


async def test_what_a_webhook_refuses(slack: Slack) -> None:
    url = slack.webhook("#vpn")
    assert await hook(url, data=b"{", headers={"Content-Type": "application/json"}) == (400, "invalid_payload")
    assert await hook(url, data={"payload": "[]"}) == (400, "invalid_payload")
    assert await hook(url, json={}) == (400, "no_text")
    assert await hook(url, json={"text": "x", "blocks": [{"type": "nothing"}]}) == (400, "invalid_blocks")
    assert await hook(f"{url}x", json={"text": "x"}) == (404, "no_service")
    slack.archive("#vpn")
    assert await hook(url, json={"text": "x"}) == (410, "channel_is_archived")
    slack.archive("#vpn", archived=False)
    slack.remove_webhook(url)
    assert await hook(url, json={"text": "x"}) == (404, "no_service")
    assert slack.person("mika").sees("#vpn") == []
    assert slack.calls[-1].error == "no_service"


def test_a_channel_has_a_message_a_second_and_short_bursts() -> None:
    now = 100.0
    rates = Rates(clock=lambda: now)
    assert [rates.wait("a") for _ in range(BURST)] == [0] * BURST
    assert (rates.wait("a"), rates.wait("b")) == (1, 0)
    waits = []
    for number in range(20):
        now = 100.5 + number / 2
        waits.append(rates.wait("a"))
    assert waits.count(0) == 10, "each second one, in ten seconds"
    now = 200.0
    assert [rates.wait("a") for _ in range(BURST + 1)] == [0] * BURST + [1]


async def test_who_speaks_too_often_is_told_to_wait_when_that_was_asked_for(slack: Slack, web: AsyncWebClient) -> None:
    slack.limits = True
    for _ in range(BURST):
        await web.chat_postMessage(channel=VPN, text="x")
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=VPN, text="x")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "1")
    assert (await web.chat_postMessage(channel="C0ITHELP01", text="x"))["ok"]
    url = slack.webhook("#vpn")
    answers = [(await hook(url, json={"text": "x"}))[0] for _ in range(BURST + 1)]
    assert answers == [200] * BURST + [429]
    assert (slack.calls[-1].method, slack.calls[-1].error) == ("webhook", "ratelimited")
    assert len(slack.person("mika").sees("#vpn")) == 2 * BURST
