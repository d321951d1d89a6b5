"""`/vpn` in the language of chat."""

import pytest

from aws_ops import clock, vpn_runs
from aws_ops.runs import run_key
from notifiers.place import Place, Platform
from sandbox.aws.world import TOKYO, TOKYO_SUBNETS
from tests.commands.conftest import ELSEWHERE, NOT_A_MEMBER, TWO_ENDPOINTS, VPN, Chat, text_of

HOUR = 3600


def followers(chat: Chat) -> list[str]:
    run = (chat.claim("mika") or {})["run"]
    return sorted(item["sk"] for item in chat.desk.table.query(run_key(run)[0], prefix="PLACE#"))


def connected(chat: Chat, *names: str) -> None:
    """The network is on and these are connected, whatever the run thinks of it."""
    chat.aws.associate("tokyo", TOKYO_SUBNETS[0])
    chat.later(10)
    for name in names:
        chat.aws.connect("tokyo", name)


async def test_on_says_until_when_how_long_it_takes_what_it_costs_and_where_to_look(chat: Chat) -> None:
    await chat.says("mika", "vpn on")

    assert (chat.claim("mika") or {})["until"] == clock.epoch() + 4 * HOUR
    answer = chat.answer("mika")
    assert "is being switched on for you, until 22:00 JST; this usually takes 10 to 30 minutes." in answer
    assert "$0.30 an hour while it is on" in answer
    assert "The live card is where you asked for it." in answer
    assert "[Get profile]" in answer
    assert followers(chat) == [f"PLACE#{VPN}"]


async def test_on_takes_a_time_and_says_when_it_is_too_long(chat: Chat) -> None:
    await chat.says("mika", "vpn on tokyo for 90 minutes")
    assert (chat.claim("mika") or {})["until"] == clock.epoch() + 90 * 60
    assert "until 19:30 JST;" in chat.answer("mika")

    await chat.says("mika", "vpn on for 1h")
    assert "The VPN tokyo is being switched on for you, until 19:30 JST;" in chat.answer("mika"), "it keeps its end"

    await chat.says("ren", "vpn on for 20h")
    assert (chat.claim("ren") or {})["until"] == clock.epoch() + 8 * HOUR
    assert "until Tue 9 Jan 02:00 JST (8 h after your claim began, the longest that it can be)" in chat.answer("ren")
    assert "is being switched on already, now for you too" in chat.answer("ren")


async def test_the_card_goes_to_direct_messages_where_the_app_is_no_member(chat: Chat) -> None:
    await chat.says("mika", "vpn on", NOT_A_MEMBER)

    assert followers(chat) == ["PLACE#person:mika@example.com"]
    assert "The live card is in your own chat with me, because I am not a member of this place." in chat.answer("mika")


async def test_the_card_goes_to_direct_messages_where_the_chat_does_not_say_who_sees_it(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> bool:
        raise ConnectionError("the chat is away")

    monkeypatch.setattr(chat.said, "can_post", fails)

    await chat.says("mika", "vpn on")

    assert followers(chat) == ["PLACE#person:mika@example.com"]
    assert "The live card is in your own chat with me." in chat.answer("mika")


@pytest.mark.parametrize(("platform", "own"), [("slack", "D0MIKA0001"), ("teams", "a:1mika")])
async def test_ones_own_chat_with_the_app_has_one_card_whatever_it_is_called(
    chat: Chat, platform: Platform, own: str
) -> None:
    await chat.says("mika", "vpn on", NOT_A_MEMBER)
    await chat.says("mika", "vpn on", Place(scheme=platform, id=own))

    assert followers(chat) == ["PLACE#person:mika@example.com"]
    assert "The live card is in your own chat with me." in chat.answer("mika")


@pytest.mark.parametrize(
    ("phase", "words"),
    [("ready", "is on, and yours until"), ("cutting", "is just being switched off, and then on again for you until")],
)
async def test_on_says_what_the_run_is_doing(chat: Chat, phase: str, words: str) -> None:
    await chat.says("ren", "vpn on")
    chat.desk.table.update(*run_key((chat.claim("ren") or {})["run"]), set={"phase": phase})

    await chat.says("mika", "vpn on")

    assert words in chat.answer("mika")


async def test_with_several_endpoints_a_form_asks_which_and_for_how_long(chat: Chat) -> None:
    chat.use(TWO_ENDPOINTS)

    await chat.says("mika", "vpn on")
    assert [field.name for field in chat.form.fields] == ["endpoint", "duration"]
    assert [choice.value for choice in chat.form.fields[0].choices] == ["tokyo", "paris"]
    assert chat.form.fields[1].initial == "4h"
    assert not chat.answers("mika")
    await chat.submits("mika", endpoint="paris", duration="1h30m")

    assert (chat.claim("mika", "paris") or {})["until"] == clock.epoch() + 90 * 60


async def test_a_form_keeps_what_was_said(chat: Chat) -> None:
    chat.use(TWO_ENDPOINTS)

    await chat.says("mika", "vpn on for 2h")
    assert [field.name for field in chat.form.fields] == ["endpoint"]
    await chat.submits("mika", endpoint="paris")

    assert (chat.claim("mika", "paris") or {})["until"] == clock.epoch() + 2 * HOUR


async def test_extend_asks_for_how_long_and_says_until_when(chat: Chat) -> None:
    await chat.says("mika", "vpn on for 1h")

    await chat.says("mika", "vpn extend")
    assert [field.name for field in chat.form.fields] == ["duration"]
    await chat.submits("mika", duration="30m")

    assert (chat.claim("mika") or {})["until"] == clock.epoch() + 90 * 60
    assert "The VPN tokyo is now yours until 19:30 JST." in chat.answer("mika")


async def test_extend_stops_at_the_longest_and_says_so(chat: Chat) -> None:
    await chat.says("mika", "vpn on for 1h")

    await chat.says("mika", "vpn extend 1d")

    assert (chat.claim("mika") or {})["until"] == clock.epoch() + 8 * HOUR
    assert "which is the longest that it can be: 8 h after your claim began." in chat.answer("mika")


@pytest.mark.parametrize("words", ["vpn extend 1h", "vpn extend", "vpn extend 1h tokyo", "vpn off", "vpn off tokyo"])
async def test_without_a_claim_there_is_nothing_to_change(chat: Chat, words: str) -> None:
    await chat.says("ren", "vpn on")

    await chat.says("mika", words)

    assert "You have no claim on" in chat.answer("mika")
    assert "type /vpn on to make one." in chat.answer("mika")
    assert chat.claim("ren")
    assert not chat.said.forms


async def test_a_claim_that_is_over_is_none(chat: Chat) -> None:
    await chat.says("mika", "vpn on for 1h")
    chat.later(HOUR)

    await chat.says("mika", "vpn extend 1h")

    assert "You have no claim on any VPN" in chat.answer("mika")


async def test_off_means_the_endpoint_that_i_claim(chat: Chat) -> None:
    chat.use(TWO_ENDPOINTS)
    await chat.says("mika", "vpn on paris")

    await chat.says("mika", "vpn off")

    assert chat.claim("mika", "paris") is None
    answer = chat.answer("mika")
    assert "Your claim on the VPN paris is over. Nobody else has a claim, so it is switched off now" in answer
    assert "no connections are open" in answer


async def test_off_where_nobody_can_tell_who_is_connected_says_when_it_goes_off(chat: Chat) -> None:
    await chat.says("mika", "vpn on")
    chat.desk.table.update(*run_key((chat.claim("mika") or {})["run"]), set={"connections": None})

    await chat.says("mika", "vpn off")

    assert "so it is switched off as soon as AWS says who is connected." in chat.answer("mika")


async def test_off_with_claims_on_several_asks_which(chat: Chat) -> None:
    chat.use(TWO_ENDPOINTS)
    await chat.says("mika", "vpn on paris")
    await chat.says("mika", "vpn on tokyo")

    await chat.says("mika", "vpn off")
    await chat.submits("mika", endpoint="tokyo")

    assert chat.claim("mika", "tokyo") is None
    assert chat.claim("mika", "paris")


async def test_off_says_how_many_stay_and_names_them_to_operators_only(chat: Chat) -> None:
    for name in ("mika", "ren", "oda"):
        await chat.says(name, "vpn on")
    connected(chat, "zoe", "yan")
    chat.desk.table.update(*run_key((chat.claim("mika") or {})["run"]), set={"connections": 2})

    await chat.says("mika", "vpn off")
    assert "It stays on for 2 other claims; 2 connections are open." in chat.answer("mika")

    await chat.says("oda", "vpn off")
    assert "It stays on for 1 other claim; 2 connections are open (yan, zoe)." in chat.answer("oda")


async def test_a_claim_that_is_over_is_said_to_be_also_where_nobody_can_tell_who_is_connected(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ConnectionError("the table is away")

    await chat.says("oda", "vpn on")
    chat.desk.table.update(*run_key((chat.claim("oda") or {})["run"]), set={"connections": 1})
    monkeypatch.setattr(vpn_runs, "status", fails)

    await chat.says("oda", "vpn off")

    assert "Your claim on the VPN tokyo is over." in chat.answer("oda")
    assert chat.audited("oda")[-1] == ("vpn off tokyo", "done")


async def test_off_for_all_shows_who_is_cut_off_and_needs_a_confirmation(chat: Chat) -> None:
    await chat.says("mika", "vpn on")
    connected(chat, "zoe")

    await chat.says("oda", "vpn off —all")

    question = chat.answer("oda")
    assert "Switch the VPN tokyo off for everybody?" in question
    assert "zoe" in question
    assert "mika@example.com" in question
    assert "Nothing happens unless you confirm within 5 minutes." in question
    await chat.says("mika", "vpn extend 1h")
    assert "yours until" in chat.answer("mika"), "nothing has ended yet"

    await chat.presses("oda", "Switch off for everybody")
    assert "is being switched off for everybody: the claims of mika@example.com are over." in chat.answer("oda")
    await chat.says("mika", "vpn status")
    assert "Claims: none" in chat.answer("mika")


async def test_off_for_all_with_nobody_connected_says_so_once(chat: Chat) -> None:
    await chat.says("mika", "vpn on")

    await chat.says("oda", "vpn off --all")

    assert "Nobody is connected; every claim ends." in chat.answer("oda")
    assert "Everybody below" not in chat.answer("oda")


async def test_off_for_all_of_what_is_off_says_so(chat: Chat) -> None:
    await chat.says("oda", "vpn off --all")

    assert "The VPN tokyo is off already, so there was nothing to end." in chat.answer("oda")


async def test_off_for_all_where_nobody_can_tell_who_is_connected_says_so(chat: Chat) -> None:
    await chat.says("mika", "vpn on")
    chat.aws.fault("EC2", "DescribeClientVpnConnections", error="InternalError", times=100)

    await chat.says("oda", "vpn off --all")

    assert "Who is connected cannot be read just now." in chat.answer("oda")


async def test_status_counts_for_staff_and_names_for_operators(chat: Chat) -> None:
    await chat.says("ren", "vpn on")
    await chat.says("mika", "vpn on")
    connected(chat, "zoe")

    await chat.says("mika", "vpn status")
    mine = chat.answer("mika")
    assert "1 connection is open" in mine
    assert "Claims: 2, yours until 22:00 JST" in mine
    assert "zoe" not in mine
    assert "ren" not in mine
    assert "[Extend] [End mine] [Get profile]" in mine

    await chat.says("oda", "vpn status")
    theirs = chat.answer("oda")
    assert "zoe" in theirs
    assert "ren@example.com" in theirs
    assert "[Switch on for me]" in theirs


async def test_status_of_what_is_off(chat: Chat) -> None:
    await chat.says("mika", "vpn status")

    answer = chat.answer("mika")
    assert "The VPN tokyo is off; no connections are open." in answer
    assert f"{TOKYO_SUBNETS[0]}: disassociated" in answer
    assert "Always on would have cost: $53.10 this calendar month so far" in answer, (
        "7 days and 9 hours, 2 subnets, $0.15 each"
    )
    assert "Cost so far" not in answer


async def test_status_while_paused_promises_and_offers_nothing(chat: Chat) -> None:
    await chat.says("ren", "vpn on")
    await chat.says("alex", "deskside pause")
    await chat.says("mika", "vpn status")

    answer = chat.answer("mika")
    assert "Deskside is paused" in answer
    assert "Goes off" not in answer
    assert "[Switch on for me]" not in answer
    assert "[Get profile]" in answer


async def test_status_of_what_somebody_switched_on_in_the_console(chat: Chat) -> None:
    connected(chat)

    await chat.says("mika", "vpn status")

    assert "is on, though not by Deskside" in chat.answer("mika")


async def test_status_says_what_cannot_be_read(chat: Chat) -> None:
    chat.aws.fault("EC2", error="InternalError", times=1000)

    await chat.says("mika", "vpn status")

    answer = chat.answer("mika")
    assert "AWS does not tell just now" in answer
    assert "Who is connected cannot be read just now" in answer
    assert "Something does not work: AWS refused" in answer


async def test_status_of_several_is_a_row_each(chat: Chat) -> None:
    chat.use(TWO_ENDPOINTS)
    await chat.says("mika", "vpn on paris")

    await chat.says("mika", "vpn status")

    answer = chat.answer("mika")
    assert "On: paris." in answer
    assert "[About tokyo] [About paris]" in answer
    await chat.presses("mika", "About tokyo")
    assert TOKYO_SUBNETS[0] in chat.answer("mika")


async def test_the_profile_goes_to_direct_messages_once(chat: Chat) -> None:
    request = chat.request("mika", "vpn profile")

    await chat.dispatcher.handle(request)
    await chat.dispatcher.handle(request)

    ((place, _), message) = next(iter(chat.said.posts.items()))
    assert len(chat.said.posts) == 1
    assert place == "person:mika@example.com"
    assert message.files[0].name == "tokyo.ovpn"
    assert f"remote {TOKYO}.prod.clientvpn." in message.files[0].content
    assert text_of(chat.answers("mika")[0]).startswith(
        "\nThe profile of the VPN tokyo is on its way to your own chat with me."
    )


async def test_vpn_alone_shows_the_words_and_the_state(chat: Chat) -> None:
    for words in ("vpn", "vpn help"):
        await chat.says("mika", words)

        answer = chat.answer("mika")
        assert answer.split("\n").count("VPN") == 1
        assert "/vpn on [endpoint] [for 2h]" in answer
        assert "--all" not in answer
        assert "/deskside" not in answer
        assert "The VPN tokyo is off" in answer

    await chat.says("oda", "vpn")
    assert "/vpn off [endpoint] [--all]" in chat.answer("oda")


async def test_the_words_come_also_when_the_state_cannot_be_read(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    chat.use(chat_config_without_endpoints())
    await chat.says("mika", "vpn")
    assert "/vpn on" in chat.answer("mika")
    assert "No VPN is configured here yet" in chat.answer("mika")

    chat.use(TWO_ENDPOINTS)
    chat.aws.fault("DynamoDB", "GetItem", error="InternalServerError", times=1000)
    await chat.says("mika", "vpn help")
    assert "/vpn on" in chat.answer("mika")
    assert "How the VPN is cannot be read just now." in chat.answer("mika")
    assert "the state of the VPN cannot be read" in caplog.text


def chat_config_without_endpoints() -> str:
    return TWO_ENDPOINTS[: TWO_ENDPOINTS.index("vpn:")]


@pytest.mark.parametrize("words", ["vpn on", "vpn profile", "vpn status", "vpn off --all"])
async def test_without_any_endpoint_one_sentence_says_whom_to_ask(chat: Chat, words: str) -> None:
    chat.use(chat_config_without_endpoints())

    await chat.says("oda", words)

    assert "No VPN is configured here yet: ask an admin to add one under vpn.endpoints." in chat.answer("oda")


async def test_buttons_of_a_status_are_commands(chat: Chat) -> None:
    await chat.says("mika", "vpn status")

    await chat.presses("mika", "Switch on for me", ELSEWHERE)

    assert chat.claim("mika")
    assert followers(chat) == [f"PLACE#{ELSEWHERE}"]
