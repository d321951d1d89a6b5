"""Delivery to Slack, against the simulated one on the wire."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from notifiers.delivery import MessageGone, PlaceGone, Refused, TryLater
from notifiers.message import Code, File, Form, FormField, Message, Text, line
from notifiers.place import Place, Recipient
from notifiers.slack import FormOrigin, Slack
from notifiers.slack_api import SlackApi, SlackRefused
from notifiers.slack_directory import SlackDirectory
from sandbox.slack import server
from sandbox.slack.people import BOT_USER

VPN = Place(scheme="slack", id="C0VPN00001")
OPS = Place(scheme="slack", id="C0OPS00001")
MIKA = "U0MIKA0001"


@pytest.fixture
async def workspace() -> AsyncIterator[server.Slack]:
    workspace = server.Slack()
    await workspace.start()
    yield workspace
    await workspace.stop()


@pytest.fixture
async def api(workspace: server.Slack) -> AsyncIterator[SlackApi]:
    api = SlackApi(SecretStr(workspace.bot_token), workspace.url)
    await api.start()
    yield api
    await api.close()


@pytest.fixture
def slack(api: SlackApi) -> Slack:
    return Slack(api, SlackDirectory(api).by_email)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited before trying again; nobody really waits."""
    slept: list[float] = []
    real = asyncio.sleep

    async def nap(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    monkeypatch.setattr("notifiers.delivery.asyncio.sleep", nap)
    return slept


def response_url(workspace: server.Slack, user: str = MIKA, channel: str = VPN.id) -> str:
    return f"{workspace.base}/respond/{workspace.world.tickets.response(user, channel)}"


def to_mika(reply_to: str | None = None) -> Recipient:
    return Recipient(platform="slack", user=MIKA, reply_to=reply_to)


def methods(workspace: server.Slack) -> list[str]:
    return [call.method for call in workspace.calls]


async def test_a_message_is_posted_and_changed(workspace: server.Slack, slack: Slack) -> None:
    ts = await slack.post(VPN, line("associating"))
    await slack.update(VPN, ts, line("ready"))
    (shown,) = workspace.person("mika").sees()
    assert (shown.ts, shown.text, shown.edited) == (ts, "ready", True)
    assert not workspace.calls[0].args["unfurl_links"]


async def test_a_reply_stands_in_the_thread_of_its_message(workspace: server.Slack, slack: Slack) -> None:
    for place, seen in ((VPN, workspace.person("mika").sees), (Place.person("mika@example.com"), None)):
        root = await slack.post(place, line("CPU is high"))
        said = await slack.reply(place, root, line("Again"))
        shown = seen() if seen else workspace.person("mika").dms()
        assert [(one.ts, one.text, one.thread_ts) for one in shown] == [
            (root, "CPU is high", None),
            (said, "Again", root),
        ]


async def test_a_reply_to_a_message_that_is_gone_is_told(workspace: server.Slack, slack: Slack) -> None:
    with pytest.raises(MessageGone):
        await slack.reply(VPN, "1700000000.000100", line("Again"))


async def test_a_channel_without_threads_has_no_replies(workspace: server.Slack, slack: Slack) -> None:
    root = await slack.post(VPN, line("CPU is high"))
    workspace.fail("chat.postMessage", error="restricted_action_non_threadable_channel")
    assert await slack.reply(VPN, root, line("Again")) is None


async def test_a_person_is_found_by_key_and_written_to_directly(workspace: server.Slack, slack: Slack) -> None:
    place = Place.person("mika@example.com")
    ts = await slack.post(place, line("one"))
    await slack.update(place, ts, line("two"))
    assert [shown.text for shown in workspace.person("mika").dms()] == ["two"]
    assert methods(workspace).count("users.lookupByEmail") == 1
    assert methods(workspace).count("conversations.open") == 1


@pytest.mark.parametrize("key", ["nobody@example.com", "dee@example.com"])
async def test_a_person_who_is_not_there_is_a_place_that_is_gone(slack: Slack, key: str) -> None:
    with pytest.raises(PlaceGone):
        await slack.post(Place.person(key), line("hello"))


@pytest.mark.parametrize("place", [OPS, Place(scheme="slack", id="C0UNKNOWN1"), Place(scheme="mailto", id="a@b.c")])
async def test_where_the_app_cannot_write_is_gone(slack: Slack, place: Place) -> None:
    with pytest.raises(PlaceGone):
        await slack.post(place, line("hello"))


async def test_a_deleted_message_is_told(workspace: server.Slack, slack: Slack) -> None:
    ts = await slack.post(VPN, line("hello"))
    said = workspace.world.find(VPN.id, ts)
    assert said is not None
    workspace.world.remove(said)
    with pytest.raises(MessageGone):
        await slack.update(VPN, ts, line("hello again"))


async def test_a_private_answer_is_seen_by_that_person_alone(workspace: server.Slack, slack: Slack) -> None:
    await slack.answer(to_mika(response_url(workspace)), line("your claims"))
    assert [(shown.text, shown.ephemeral) for shown in workspace.person("mika").sees()] == [("your claims", True)]
    assert workspace.person("ren").sees() == []


async def test_a_private_answer_never_replaces_another(workspace: server.Slack, slack: Slack) -> None:
    to = to_mika(response_url(workspace))
    await slack.answer(to, line("one"))
    await slack.answer(to, line("two"))
    assert [shown.text for shown in workspace.person("mika").sees()] == ["one", "two"]


async def test_a_private_answer_works_where_the_app_is_no_member(workspace: server.Slack, slack: Slack) -> None:
    oda = workspace.person("oda")
    to = Recipient(platform="slack", user=oda.id, reply_to=response_url(workspace, oda.id, OPS.id))
    await slack.answer(to, line("only you"))
    assert [shown.text for shown in oda.sees("#ops")] == ["only you"]


async def test_the_sixth_answer_goes_to_the_direct_messages(workspace: server.Slack, slack: Slack) -> None:
    to = to_mika(response_url(workspace))
    for number in range(6):
        await slack.answer(to, line(f"answer {number}"))
    mika = workspace.person("mika")
    assert len(mika.sees()) == 5
    assert [shown.text for shown in mika.dms()] == ["answer 5"]


async def test_without_a_response_url_an_answer_is_a_direct_message(workspace: server.Slack, slack: Slack) -> None:
    await slack.answer(to_mika(), line("hello"))
    assert [shown.text for shown in workspace.person("mika").dms()] == ["hello"]


async def test_a_file_is_private_too(workspace: server.Slack, slack: Slack) -> None:
    message = Message(title="", summary="your profile", files=(File(name="tokyo.ovpn", content="client\nproto udp\n"),))
    await slack.answer(to_mika(response_url(workspace)), message)
    mika = workspace.person("mika")
    assert [shown.text for shown in mika.sees()] == ["your profile"]
    (file,) = [file for shown in mika.dms() for file in shown.files.items()]
    assert "tokyo.ovpn" in str(file)
    assert workspace.person("ren").sees() == []


async def test_files_come_before_the_message_so_that_trying_again_repeats_neither(
    workspace: server.Slack, slack: Slack
) -> None:
    message = Message(title="", summary="report", files=(File(name="a.csv", content="a,b\n"),))
    workspace.fail("files.completeUploadExternal", status=503)
    with pytest.raises(TryLater):
        await slack.post(VPN, message)
    assert "chat.postMessage" not in methods(workspace)
    await slack.post(VPN, message)
    assert methods(workspace).count("chat.postMessage") == 1


@pytest.mark.parametrize("error", ["missing_scope", "no_permission", "access_denied", "file_uploads_disabled"])
async def test_a_file_that_may_not_be_shared_does_not_hold_up_its_message(
    workspace: server.Slack, api: SlackApi, error: str
) -> None:
    told: list[str] = []

    async def report(what: str) -> None:
        told.append(what)

    slack = Slack(api, SlackDirectory(api).by_email, report)
    workspace.fail("files.getUploadURLExternal", error, times=2)
    message = Message(title="", summary="report", files=(File(name="a.csv", content="a,b\n"),))
    await slack.post(VPN, message)
    (shown,) = workspace.person("mika").sees()
    assert "report" in shown.plain
    assert f"Not sent: a.csv (Slack says {error})." in shown.plain
    assert error in told[0]

    await slack.answer(to_mika(response_url(workspace)), message)
    private = [shown.plain for shown in workspace.person("mika").sees() if shown.ephemeral]
    assert "report" in private[0]
    assert "Not sent: a.csv" in private[1]
    assert workspace.person("mika").dms() == []


async def test_what_does_not_fit_goes_along_as_a_file(workspace: server.Slack, slack: Slack) -> None:
    long = Message(title="Long", summary="long", blocks=tuple(Code(text="x" * 2900) for _ in range(20)))
    await slack.answer(to_mika(response_url(workspace)), long)
    assert any(shown.files for shown in workspace.person("mika").dms())


@pytest.mark.parametrize("error", ["invalid_arguments", "invalid_blocks", "msg_blocks_too_long", "msg_too_long"])
async def test_what_slack_finds_malformed_goes_out_as_plain_text(
    workspace: server.Slack, slack: Slack, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    workspace.fail("chat.postMessage", error)
    message = Message(title="VPN", summary="VPN tokyo", blocks=(Text.of("is <on> & ready"),))
    ts = await slack.post(VPN, message)
    workspace.fail("chat.update", error)
    await slack.update(VPN, ts, message)
    (shown,) = workspace.person("mika").sees()
    assert shown.blocks == ()
    assert "is &lt;on&gt; &amp; ready" in workspace.world.said[VPN.id][0].text
    assert any(error in record.getMessage() for record in caplog.records if record.levelno == logging.ERROR)


async def test_a_malformed_private_answer_goes_out_as_plain_text(workspace: server.Slack, slack: Slack) -> None:
    workspace.fail("respond", "invalid_blocks", status=400)
    await slack.answer(to_mika(response_url(workspace)), line("hello"))
    assert len(workspace.person("mika").sees()) == 1


async def test_the_outbox_is_told_how_long_slack_wants_to_be_left_alone(workspace: server.Slack, slack: Slack) -> None:
    workspace.fail("chat.postMessage", status=429, retry_after=17)
    with pytest.raises(TryLater) as caught:
        await slack.post(VPN, line("hello"))
    assert caught.value.seconds == 17.0
    assert methods(workspace) == ["chat.postMessage"]


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"status": 0}, {"error": "internal_error"}])
async def test_an_outage_is_something_to_try_again_later(
    workspace: server.Slack, slack: Slack, fault: dict[str, object]
) -> None:
    workspace.fail("chat.postMessage", **fault)  # type: ignore[arg-type]
    with pytest.raises(TryLater):
        await slack.post(VPN, line("hello"))


async def test_an_answer_waits_a_little_for_slack(workspace: server.Slack, slack: Slack, naps: list[float]) -> None:
    workspace.fail("respond", status=503)
    workspace.fail("respond", status=429, retry_after=2)
    await slack.answer(to_mika(response_url(workspace)), line("hello"))
    assert len(workspace.person("mika").sees()) == 1
    assert 0.2 <= naps[0] <= 0.4
    assert naps[1] == 2.0


async def test_nobody_waits_for_long_with_an_answer(workspace: server.Slack, slack: Slack, naps: list[float]) -> None:
    workspace.fail("respond", status=429, retry_after=60)
    await slack.answer(to_mika(response_url(workspace)), line("hello"))
    assert naps == []
    assert [shown.text for shown in workspace.person("mika").dms()] == ["hello"]


@pytest.mark.parametrize("status", [503, 0])
async def test_an_answer_that_cannot_be_given_in_place_is_a_direct_message(
    workspace: server.Slack, slack: Slack, naps: list[float], status: int
) -> None:
    workspace.fail("respond", status=status, times=3)
    await slack.answer(to_mika(response_url(workspace)), line("hello"))
    assert len(naps) == 2
    assert [shown.text for shown in workspace.person("mika").dms()] == ["hello"]


async def test_nobody_tries_for_ever(workspace: server.Slack, slack: Slack, naps: list[float]) -> None:
    workspace.fail("conversations.info", status=500, times=10)
    with pytest.raises(TryLater):
        await slack.can_post(VPN)
    assert len(naps) == 2


async def test_a_wrong_token_is_something_that_an_admin_mends(workspace: server.Slack) -> None:
    api = SlackApi(SecretStr("xoxb-wrong"), workspace.url)
    await api.start()
    with pytest.raises(TryLater, match="invalid_auth"):
        await Slack(api, SlackDirectory(api).by_email).post(VPN, line("hello"))
    await api.close()


async def test_what_nobody_has_heard_of_is_refused(workspace: server.Slack, slack: Slack) -> None:
    workspace.fail("chat.postMessage", "as_you_were")
    with pytest.raises(SlackRefused, match="as_you_were"):
        await slack.post(VPN, line("hello"))


@pytest.mark.parametrize(
    ("place", "may"),
    [
        (VPN, True),
        (OPS, False),
        (Place(scheme="slack", id="C0UNKNOWN1"), False),
        (Place.person("mika@example.com"), True),
        (Place(scheme="teams", id="19:x"), False),
    ],
)
async def test_where_the_app_may_post(slack: Slack, place: Place, may: bool) -> None:
    assert await slack.can_post(place) is may


async def test_in_its_own_direct_messages_the_app_may_post(workspace: server.Slack, slack: Slack) -> None:
    channel = workspace.world.direct(MIKA)
    assert await slack.can_post(Place(scheme="slack", id=channel.id))


async def test_where_the_app_was_removed_it_may_not_post(workspace: server.Slack, slack: Slack) -> None:
    workspace.world.channels[VPN.id].members.discard(BOT_USER)
    assert not await slack.can_post(VPN)


async def test_who_is_in_a_channel(workspace: server.Slack, slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifiers.slack._MEMBERS_PAGE", 1)
    assert await slack.has_member(VPN, max(workspace.world.channels[VPN.id].members)), "on the last page"
    assert not await slack.has_member(VPN, "U0NOBODY01")
    assert not await slack.has_member(Place(scheme="slack", id="C0UNKNOWN1"), MIKA)
    assert not await slack.has_member(Place.person("mika@example.com"), MIKA)


FORM = Form(title="Switch on", command="vpn on", fields=(FormField(name="endpoint", label="Endpoint"),))


async def test_a_form_opens_and_remembers_where_it_came_from(workspace: server.Slack, slack: Slack) -> None:
    origin = FormOrigin(command="vpn on", place=VPN, reply_to="https://hooks.slack.com/1")
    await slack.ask(workspace.world.tickets.trigger(MIKA), FORM, origin)
    view = workspace.person("mika").modal()
    assert view is not None
    assert FormOrigin.read(view["private_metadata"]) == origin


async def test_a_form_that_comes_too_late_is_refused(workspace: server.Slack, slack: Slack) -> None:
    trigger = workspace.world.tickets.trigger(MIKA)
    origin = FormOrigin(command="vpn on", place=VPN)
    await slack.ask(trigger, FORM, origin)
    with pytest.raises(Refused, match="exchanged_trigger_id"):
        await slack.ask(trigger, FORM, origin)


async def test_every_call_goes_through_one_pool(workspace: server.Slack, api: SlackApi, slack: Slack) -> None:
    pool = api.client.session
    assert pool is not None
    await asyncio.gather(*(slack.can_post(Place(scheme="slack", id=f"C{number}")) for number in range(5)))
    await slack.answer(to_mika(response_url(workspace)), line("hello"))
    assert api.client.session is pool
    await api.close()
    assert pool.closed


async def test_slack_libraries_never_log_a_body(
    workspace: server.Slack, slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await slack.post(VPN, line("a very private sentence"))
    assert "a very private sentence" not in caplog.text
    assert workspace.bot_token not in caplog.text


async def test_nothing_said_by_a_stranger_can_mention_anybody(workspace: server.Slack, slack: Slack) -> None:
    await slack.post(VPN, line("<!channel> <@U0MIKA0001> https://evil.example"))
    (shown,) = workspace.person("ren").sees()
    assert shown.mentions == ()


async def test_the_token_tells_whose_it_is(workspace: server.Slack, api: SlackApi) -> None:
    identity = await api.identity()
    assert identity.team == workspace.team_id
    assert identity.teams == {workspace.team_id}
