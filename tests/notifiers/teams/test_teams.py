"""Delivery to Teams, against the simulated one on the wire."""

import logging

import pytest

from notifiers.delivery import MessageGone, PlaceGone, TryLater
from notifiers.message import Button, Code, Message, Text, line
from notifiers.place import Place
from notifiers.teams import OPEN_A_CHAT, Teams
from notifiers.teams_api import TeamsApi, TeamsRefused
from notifiers.teams_conversations import Conversations
from sandbox import teams as simulated
from sandbox.teams.people import TEAMS
from tests.notifiers.teams.world import MIKAS, OPS, VPN, Desk, to


async def test_a_message_is_posted_and_changed(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    mika = await desk.meets("mika", "#vpn")
    message = Message(title="VPN tokyo", summary="associating", buttons=(Button(label="Off", command="vpn off tokyo"),))
    said = await teams.post(VPN, message)
    await teams.update(VPN, said, line("ready"))
    (shown,) = mika.sees()
    assert (shown.id, shown.text, shown.edited) == (said, "ready", True)
    assert tenant.calls[-2].args["body"]["summary"] == "associating"
    assert "text" not in tenant.calls[-2].args["body"]


async def test_a_reply_stands_in_the_thread_of_its_message(desk: Desk, teams: Teams) -> None:
    mika = await desk.meets("mika", "#vpn")
    root = await teams.post(VPN, line("CPU is high"))
    said = await teams.reply(VPN, root, line("Again"))
    shown = [(one.id, one.text, one.thread) for one in mika.sees()]
    assert shown == [(root, "CPU is high", root), (said, "Again", root)]


async def test_a_chat_of_a_person_has_no_threads(desk: Desk, teams: Teams) -> None:
    mika = await desk.meets("mika")
    root = await teams.post(MIKAS, line("CPU is high"))
    assert await teams.reply(MIKAS, root, line("Again")) is None
    assert [one.text for one in mika.dms()] == ["CPU is high"]


async def test_a_reply_to_a_message_that_is_gone_is_told(desk: Desk, teams: Teams) -> None:
    await desk.meets("mika", "#vpn")
    with pytest.raises(MessageGone):
        await teams.reply(VPN, "1700000000000", line("Again"))


async def test_a_person_is_found_by_key_and_written_to_directly(desk: Desk, teams: Teams) -> None:
    mika = await desk.meets("mika")
    said = await teams.post(MIKAS, line("one"))
    await teams.update(MIKAS, said, line("two"))
    assert [shown.text for shown in mika.dms()] == ["two"]
    assert desk.asked("createConversation") == 0


async def test_somebody_met_elsewhere_gets_a_chat_of_their_own(desk: Desk, teams: Teams) -> None:
    mika = await desk.meets("mika", "#vpn")
    for word in ("one", "two"):
        await teams.post(MIKAS, line(word))
    assert [shown.text for shown in mika.dms()] == ["one", "two"]
    assert mika.sees("#vpn") == []
    assert desk.asked("createConversation") == 1


async def test_somebody_never_met_is_a_place_that_is_gone(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    with pytest.raises(PlaceGone):
        await teams.post(Place.person("ren@example.com"), line("hello"))
    assert tenant.calls == []


async def test_whoever_has_left_is_a_place_that_is_gone(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    mika = await desk.meets("mika", "#vpn", known=False)
    tenant.world.leave(mika.id)
    with pytest.raises(PlaceGone):
        await teams.post(MIKAS, line("hello"))


@pytest.mark.parametrize(
    "place", [OPS, Place(scheme="teams", id="19:unknown@thread.tacv2"), Place(scheme="mailto", id="a@b.c")]
)
async def test_where_the_app_cannot_write_is_gone(
    desk: Desk, teams: Teams, conversations: Conversations, place: Place
) -> None:
    await conversations.met(desk.where("#ops"), None)
    with pytest.raises(PlaceGone):
        await teams.post(place, line("hello"))


async def test_a_deleted_message_is_told(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    await desk.meets("mika", "#vpn")
    said = await teams.post(VPN, line("hello"))
    shown = tenant.world.find(VPN.id, said)
    assert shown is not None
    tenant.world.remove(shown)
    for gone in (said, "1700000000000"):
        with pytest.raises(MessageGone):
            await teams.update(VPN, gone, line("hello again"))


async def test_a_private_answer_comes_in_ones_own_chat(desk: Desk, teams: Teams) -> None:
    mika = await desk.meets("mika", "#vpn")
    await teams.answer(to(reply_to=VPN.id), line("your claims"))
    assert [shown.text for shown in mika.dms()] == ["your claims"]
    assert mika.sees("#vpn") == []


async def test_without_a_chat_the_channel_says_so_and_nothing_else(
    desk: Desk, tenant: simulated.Teams, teams: Teams
) -> None:
    mika = await desk.meets("mika", "#vpn")
    tenant.world.install(mika.id, installed=False)
    await teams.answer(to(reply_to=VPN.id), line("a very private sentence"))
    (shown,) = tenant.person("ren").sees()
    assert (shown.text, shown.mentions) == (OPEN_A_CHAT, ())
    assert mika.dms() == []


async def test_nothing_is_raised_where_even_that_cannot_be_said(
    desk: Desk, tenant: simulated.Teams, teams: Teams, naps: list[float]
) -> None:
    mika = await desk.meets("mika", "#vpn")
    tenant.world.install(mika.id, installed=False)
    tenant.fail("sendToConversation", status=503, times=3)
    await teams.answer(to(reply_to=VPN.id), line("hello"))
    await teams.answer(to(reply_to="19:elsewhere@thread.v2"), line("hello"))
    assert mika.sees("#vpn") == []


async def test_whoever_blocked_the_app_and_asked_nowhere_else_is_gone(
    desk: Desk, tenant: simulated.Teams, teams: Teams
) -> None:
    mika = await desk.meets("mika")
    mika.block()
    with pytest.raises(PlaceGone):
        await teams.answer(to(), line("hello"))
    mika.block(blocked=False)
    await teams.answer(to(), line("here again"))
    assert [shown.text for shown in mika.dms()] == ["here again"]


async def test_a_chat_that_is_gone_is_opened_anew_once(
    desk: Desk, tenant: simulated.Teams, teams: Teams, conversations: Conversations
) -> None:
    mika = await desk.meets("mika")
    tenant.fail("sendToConversation", status=404, code="ConversationNotFound")
    await teams.post(MIKAS, line("hello"))
    assert [shown.text for shown in mika.dms()] == ["hello"]
    assert desk.asked("createConversation") == 1

    tenant.fail("sendToConversation", status=404, code="ConversationNotFound", times=2)
    with pytest.raises(PlaceGone):
        await teams.post(MIKAS, line("hello"))
    assert desk.asked("createConversation") == 2


async def test_a_card_in_a_chat_that_is_gone_is_posted_anew(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    mika = await desk.meets("mika")
    said = await teams.post(MIKAS, line("one"))
    tenant.fail("updateActivity", status=403, code="BotNotInConversationRoster")
    with pytest.raises(MessageGone):
        await teams.update(MIKAS, said, line("two"))
    await teams.post(MIKAS, line("two"))
    assert [shown.text for shown in mika.dms()] == ["one", "two"]


async def test_what_teams_finds_faulty_goes_out_as_plain_text(
    desk: Desk, tenant: simulated.Teams, teams: Teams, caplog: pytest.LogCaptureFixture
) -> None:
    mika = await desk.meets("mika", "#vpn")
    message = Message(title="VPN", summary="VPN tokyo", blocks=(Text.of("is <on> & *ready*"),))
    tenant.fail("sendToConversation", status=400, code="BadSyntax")
    said = await teams.post(VPN, message)
    (shown,) = mika.sees()
    assert shown.card is None
    assert "is <on> & *ready*" in shown.plain

    tenant.fail("updateActivity", status=413, code="MessageSizeTooBig")
    await teams.update(VPN, said, message)
    assert any("BadSyntax" in record.getMessage() for record in caplog.records if record.levelno == logging.ERROR)


async def test_what_is_refused_for_another_reason_is_not_said_twice(
    desk: Desk, tenant: simulated.Teams, teams: Teams
) -> None:
    await desk.meets("mika", "#vpn")
    tenant.fail("sendToConversation", status=409, code="AsYouWere")
    with pytest.raises(TeamsRefused, match="AsYouWere"):
        await teams.post(VPN, line("hello"))
    assert desk.asked("sendToConversation") == 1


async def test_the_outbox_is_told_how_long_teams_wants_to_be_left_alone(
    desk: Desk, tenant: simulated.Teams, teams: Teams
) -> None:
    await desk.meets("mika", "#vpn")
    tenant.fail("sendToConversation", status=429, retry_after=17)
    with pytest.raises(TryLater) as caught:
        await teams.post(VPN, line("hello"))
    assert caught.value.seconds == 17.0
    assert desk.asked("sendToConversation") == 1


@pytest.mark.parametrize("status", [412, 500, 502, 503, 504, 0])
async def test_an_outage_is_something_to_try_again_later(
    desk: Desk, tenant: simulated.Teams, teams: Teams, status: int
) -> None:
    await desk.meets("mika", "#vpn")
    said = await teams.post(VPN, line("hello"))
    tenant.fail("*", status=status)
    with pytest.raises(TryLater):
        await teams.post(VPN, line("hello"))
    # A PUT whose connection is cut is sent once more by aiohttp itself.
    tenant.fail("*", status=status, times=1 if status else 2)
    with pytest.raises(TryLater):
        await teams.update(VPN, said, line("hello"))


async def test_an_answer_waits_a_little_for_teams(
    desk: Desk, tenant: simulated.Teams, teams: Teams, naps: list[float]
) -> None:
    mika = await desk.meets("mika")
    tenant.fail("sendToConversation", status=412)
    tenant.fail("sendToConversation", status=429, retry_after=2)
    await teams.answer(to(), line("hello"))
    assert [shown.text for shown in mika.dms()] == ["hello"]
    assert 0.2 <= naps[0] <= 0.4
    assert naps[1] == 2.0


async def test_nobody_waits_for_long_with_an_answer(
    desk: Desk, tenant: simulated.Teams, teams: Teams, naps: list[float]
) -> None:
    await desk.meets("mika")
    tenant.fail("sendToConversation", status=429, retry_after=60)
    with pytest.raises(TryLater):
        await teams.answer(to(), line("hello"))
    tenant.fail("sendToConversation", status=500, times=3)
    with pytest.raises(TryLater):
        await teams.answer(to(), line("hello"))
    assert len(naps) == 2


async def test_where_the_app_may_post(
    desk: Desk, tenant: simulated.Teams, teams: Teams, conversations: Conversations
) -> None:
    mika = await desk.meets("mika")
    for place in ("#vpn", "#ops", "night-shift"):
        await conversations.met(desk.where(place), None)
    assert await teams.can_post(VPN)
    assert await teams.can_post(Place(scheme="teams", id=desk.where("night-shift").id))
    assert await teams.can_post(Place(scheme="teams", id=tenant.world.direct(mika.id).id))
    assert await teams.can_post(MIKAS)
    assert not await teams.can_post(OPS)
    assert not await teams.can_post(Place(scheme="teams", id=TEAMS["Ops"]))
    assert not await teams.can_post(Place(scheme="slack", id="C1"))


async def test_who_is_in_a_place(
    desk: Desk, tenant: simulated.Teams, teams: Teams, conversations: Conversations
) -> None:
    mika, ren = await desk.meets("mika"), await desk.meets("ren")
    await conversations.met(desk.where("night-shift"), None)
    chat = Place(scheme="teams", id=desk.where("night-shift").id)
    members = tenant.world.conversations[chat.id].members
    assert [await teams.has_member(chat, one.id) for one in (mika, ren)] == [one.id in members for one in (mika, ren)]
    assert not await teams.has_member(OPS, mika.id)
    assert not await teams.has_member(MIKAS, mika.id)


async def test_where_a_private_answer_appears(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    ren = await desk.meets("ren", "#vpn")
    assert await teams.private_place(to("ren")) == Place(scheme="teams", id=tenant.world.direct(ren.id).id)
    assert await teams.private_place(to("oda")) is None
    mika = await desk.meets("mika", "#vpn")
    tenant.world.install(mika.id, installed=False)
    assert await teams.private_place(to()) is None


async def test_nothing_said_by_a_stranger_can_mention_anybody(desk: Desk, teams: Teams) -> None:
    mika = await desk.meets("mika", "#vpn")
    await teams.post(VPN, line("<at>Ren</at> [here](https://evil.example) **bold** @everyone"))
    (shown,) = mika.sees()
    assert shown.mentions == ()
    assert shown.links == ()
    assert "[here](https://evil.example) **bold**" in shown.plain


async def test_other_scripts_do_not_make_a_message_too_big(desk: Desk, tenant: simulated.Teams, teams: Teams) -> None:
    mika = await desk.meets("mika", "#vpn")
    await teams.post(VPN, Message(title="長い", summary="長い", blocks=tuple(Code(text="語" * 900) for _ in range(20))))
    (shown,) = mika.sees()
    assert shown.card is not None
    assert "語語語" in shown.plain
    assert desk.asked("sendToConversation") == 1


async def test_no_body_token_or_secret_is_logged(
    desk: Desk, tenant: simulated.Teams, teams: Teams, api: TeamsApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await desk.meets("mika", "#vpn")
    await teams.post(VPN, line("a very private sentence"))
    tenant.fail("sendToConversation", status=400)
    await teams.post(VPN, line("a very private sentence"))
    for secret in ("a very private sentence", tenant.app_password, await api.token()):
        assert secret not in caplog.text
