"""The simulated Web API, called by Slack's own client."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack

VPN, OPS, MIKA, GONE = "C0VPN00001", "C0OPS00001", "U0MIKA0001", "U0GONE0001"


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    slack = Slack()
    await slack.start()
    yield slack
    await slack.stop()


@pytest.fixture
def web(slack: Slack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.url)


def section(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(**more: Any) -> dict[str, Any]:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": "Go"},
        "action_id": "b:0",
        "value": "vpn on",
        **more,
    }


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_it_knows_its_app_and_refuses_another_token(slack: Slack, web: AsyncWebClient) -> None:
    assert (await web.auth_test())["team_id"] == slack.team_id
    assert await refused(AsyncWebClient("xoxb-wrong", base_url=slack.url).auth_test()) == "invalid_auth"
    assert await refused(AsyncWebClient(base_url=slack.url).api_call("auth.test")) == "not_authed"
    assert await refused(web.api_call("chat.shout")) == "unknown_method"


async def test_people_are_members_guests_strangers_and_bots(web: AsyncWebClient) -> None:
    async def user(id_: str) -> dict[str, Any]:
        return dict((await web.users_info(user=id_))["user"])

    assert (await user(MIKA))["profile"]["email"] == "mika@example.com"
    assert (await user("U0REN00001"))["tz"] == "Asia/Tokyo"
    assert (await user("U0GUEST001"))["is_restricted"]
    assert (await user("U0ROBOT001"))["is_bot"]
    assert (await user(GONE))["deleted"]
    stranger = await user("U0STRANGE1")
    assert stranger["is_stranger"]
    assert stranger["team_id"] != (await user(MIKA))["team_id"]
    assert "email" not in stranger["profile"]
    assert await refused(web.users_info(user="U0NOBODY")) == "user_not_found"


async def test_people_are_found_by_email_and_by_group(web: AsyncWebClient) -> None:
    assert (await web.users_lookupByEmail(email="Mika@example.com"))["user"]["id"] == MIKA
    assert await refused(web.users_lookupByEmail(email="dee@example.com")) == "users_not_found"
    assert (await web.usergroups_users_list(usergroup="S0OPERATOR"))["users"] == ["U0ODA00001"]
    assert await refused(web.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"


async def test_messages_are_posted_edited_and_deleted(slack: Slack, web: AsyncWebClient) -> None:
    sent = await web.chat_postMessage(channel=VPN, text="hello", blocks=[section("*hi* <https://x.example|there>")])
    (message,) = slack.person("mika").sees("#vpn")
    assert (message.author, message.plain, message.edited) == ("Deskside", "*hi* there", False)
    await web.chat_update(channel=VPN, ts=sent["ts"], text="bye")
    (message,) = slack.person("mika").sees("#vpn")
    assert (message.ts, message.plain, message.edited) == (sent["ts"], "bye", True)
    await web.chat_delete(channel=VPN, ts=sent["ts"])
    assert slack.person("mika").sees("#vpn") == []
    assert await refused(web.chat_update(channel=VPN, ts=sent["ts"], text="again")) == "message_not_found"


async def test_only_its_own_messages_can_be_edited(slack: Slack, web: AsyncWebClient) -> None:
    theirs = await slack.person("mika").say("mine", "#vpn")
    assert await refused(web.chat_update(channel=VPN, ts=theirs.ts, text="yours")) == "cant_update_message"


async def test_it_writes_only_where_the_app_is_a_member(slack: Slack, web: AsyncWebClient) -> None:
    assert await refused(web.chat_postMessage(channel=OPS, text="x")) == "channel_not_found"
    assert await refused(web.conversations_info(channel=OPS)) == "channel_not_found"
    slack.world.channels[VPN].members.discard("U0DESKBOT1")
    assert await refused(web.chat_postMessage(channel=VPN, text="x")) == "not_in_channel"
    assert (await web.conversations_info(channel=VPN))["channel"]["is_member"] is False


async def test_members_come_in_pages(slack: Slack, web: AsyncWebClient) -> None:
    found: list[str] = []
    async for page in await web.conversations_members(channel=VPN, limit=3):
        found += page["members"]
    assert set(found) == slack.world.members(VPN)


async def test_threads_need_their_root(web: AsyncWebClient) -> None:
    root = (await web.chat_postMessage(channel=VPN, text="root"))["ts"]
    assert (await web.chat_postMessage(channel=VPN, text="x", thread_ts=root))["message"]["thread_ts"] == root
    assert await refused(web.chat_postMessage(channel=VPN, text="x", thread_ts="1.000001")) == "thread_not_found"


async def test_an_ephemeral_message_is_seen_by_one_person(slack: Slack, web: AsyncWebClient) -> None:
    ts = (await web.chat_postEphemeral(channel=VPN, user=MIKA, text="psst"))["message_ts"]
    (message,) = slack.person("mika").sees("#vpn")
    assert message.ephemeral
    assert slack.person("oda").sees("#vpn") == []
    assert await refused(web.chat_update(channel=VPN, ts=ts, text="x")) == "message_not_found"
    it_help = "C0ITHELP01"
    assert await refused(web.chat_postEphemeral(channel=it_help, user=GONE, text="x")) == "user_not_in_channel"


async def test_direct_messages(slack: Slack, web: AsyncWebClient) -> None:
    channel = (await web.conversations_open(users=[MIKA]))["channel"]["id"]
    await web.chat_postMessage(channel=channel, text="to you")
    await web.chat_postMessage(channel=MIKA, text="to you again")
    assert [message.text for message in slack.person("mika").dms()] == ["to you", "to you again"]
    assert (await web.conversations_info(channel=channel))["channel"]["is_im"]
    assert await refused(web.conversations_open(users=[GONE])) == "user_disabled"
    assert await refused(web.conversations_open(users=["U0ROBOT001"])) == "cannot_dm_bot"
    assert await refused(web.conversations_open(users=["U0NOBODY"])) == "user_not_found"


async def test_a_file_goes_to_a_conversation(slack: Slack, web: AsyncWebClient) -> None:
    channel = (await web.conversations_open(users=[MIKA]))["channel"]["id"]
    await web.files_upload_v2(channel=channel, filename="tokyo.ovpn", content="client\n", initial_comment="Here it is")
    (message,) = slack.person("mika").dms()
    assert message.text == "Here it is"
    assert message.files == {"tokyo.ovpn": "client\n"}
    (file,) = slack.world.files.values()
    async with aiohttp.ClientSession() as session, session.get(f"{slack.base}/files/{file.id}/{file.name}") as response:
        assert await response.text() == "client\n"
        assert "attachment" in response.headers["Content-Disposition"]


BAD_BLOCKS = {
    "51 blocks": [{"type": "divider"}] * 51,
    "unknown type": [{"type": "data_table"}],
    "empty section": [{"type": "section"}],
    "long section": [section("x" * 3001)],
    "empty text": [section("")],
    "long header": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
    "mrkdwn header": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "11 fields": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}],
    "long field": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}],
    "no elements": [{"type": "actions", "elements": []}],
    "26 elements": [{"type": "actions", "elements": [button(action_id=f"b:{n}") for n in range(26)]}],
    "same action id": [{"type": "actions", "elements": [button(), button()]}],
    "long label": [{"type": "actions", "elements": [button(text={"type": "plain_text", "text": "x" * 76})]}],
    "long value": [{"type": "actions", "elements": [button(value="x" * 2001)]}],
    "bad style": [{"type": "actions", "elements": [button(style="default")]}],
    "same block id": [section(block_id="one"), section(block_id="one")],
    "11 in context": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
    "no alt": [{"type": "image", "image_url": "https://x.example/a.png"}],
    "unknown property": [section(colour="red")],
    "empty rich text": [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]}
    ],
}


@pytest.mark.parametrize("name", BAD_BLOCKS)
async def test_blocks_that_slack_refuses(name: str, slack: Slack, web: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=VPN, text="x", blocks=BAD_BLOCKS[name])
    assert caught.value.response["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks" in caught.value.response["errors"][0]
    assert slack.calls[-1].error == "invalid_blocks"
    assert slack.person("mika").sees("#vpn") == []


async def test_lengths_of_whole_messages(web: AsyncWebClient) -> None:
    assert await refused(web.chat_postMessage(channel=VPN, text="x" * 40_001)) == "msg_too_long"
    assert await refused(web.api_call("chat.postMessage", json={"channel": VPN})) == "no_text"
    long = [section("x" * 2_900) for _ in range(5)]
    assert await refused(web.chat_postMessage(channel=VPN, text="x", blocks=long)) == "msg_blocks_too_long"


async def test_a_home_is_drawn_for_one_person(slack: Slack, web: AsyncWebClient) -> None:
    await web.views_publish(user_id=MIKA, view={"type": "home", "blocks": [section("your desk")]})
    first = slack.world.homes[MIKA]
    await web.views_publish(user_id=MIKA, view={"type": "home", "blocks": [section("anew")]}, hash=first["hash"])
    home = slack.person("mika").home()
    assert home is not None
    assert home.plain == "anew"
    assert slack.world.homes[MIKA]["id"] == first["id"]
    assert slack.person("ren").home() is None
    late = web.views_publish(user_id=MIKA, view={"type": "home", "blocks": [section()]}, hash=first["hash"])
    assert await refused(late) == "hash_conflict"
    assert await refused(web.views_publish(user_id=GONE, view={"type": "home", "blocks": []})) == "user_not_found"


@pytest.mark.parametrize(
    ("view", "error"),
    [
        ({"type": "modal", "blocks": []}, "invalid_arguments"),
        ({"type": "home", "title": {"type": "plain_text", "text": "x"}, "blocks": []}, "invalid_arguments"),
        ({"type": "home", "blocks": [section()] * 101}, "invalid_arguments"),
        ({"type": "home", "blocks": [{"type": "card"}]}, "invalid_arguments"),
        ({"type": "home", "blocks": [section("x" * 3000)] * 90}, "view_too_large"),
    ],
)
async def test_a_home_that_slack_refuses(view: dict[str, Any], error: str, web: AsyncWebClient) -> None:
    assert await refused(web.views_publish(user_id=MIKA, view=view)) == error


async def test_faults_are_injected(slack: Slack, web: AsyncWebClient) -> None:
    slack.fail("chat.postMessage", "internal_error")
    assert await refused(web.chat_postMessage(channel=VPN, text="x")) == "internal_error"
    slack.fail("chat.postMessage", status=429, retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=VPN, text="x")
    assert caught.value.response.headers["Retry-After"] == "7"
    slack.fail("chat.postMessage", status=0, after=True)
    body = {"channel": VPN, "text": "arrived"}
    with pytest.raises(aiohttp.ClientError):
        async with aiohttp.ClientSession() as session:
            await session.post(
                f"{slack.url}chat.postMessage", json=body, headers={"Authorization": f"Bearer {slack.bot_token}"}
            )
    assert [message.text for message in slack.person("mika").sees("#vpn")] == ["arrived"]
    assert slack.idle()
