"""What Teams sends, read as Requests."""

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.listeners import teams_requests
from bot.listeners.teams_requests import Ignored, NotOurs, Sender, Unreadable
from notifiers.place import Place

TENANT = "3f1c2b60-7d0e-4a55-9c1b-0d35c51de001"
MIKA = "1b8e5a52-3c0d-4b0e-9f54-a0f1c0de0001"
US = {"id": "28:app", "name": "Deskside"}
CHANNEL = "19:vpn@thread.tacv2"
CHAT = "a:1chat"


def activity(**changes: Any) -> dict[str, Any]:
    """Mika's message in their own chat."""
    usual = {
        "type": "message",
        "id": "1700000000001",
        "channelId": "msteams",
        "serviceUrl": "https://smba.example/emea/",
        "localTimezone": "Asia/Tokyo",
        "from": {"id": "29:1mika", "name": "Mika Lind", "aadObjectId": MIKA.upper()},
        "conversation": {"id": CHAT, "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "recipient": US,
        "text": "/vpn on tokyo",
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def in_channel(**changes: Any) -> dict[str, Any]:
    conversation = {"id": f"{CHANNEL};messageid=17", "conversationType": "channel", "tenantId": TENANT, "isGroup": True}
    data = {"tenant": {"id": TENANT}, "team": {"id": "19:desk@thread.tacv2"}, "channel": {"id": CHANNEL}}
    usual = {"text": "<at>Deskside</at> vpn on", "entities": [mention()]}
    return activity(conversation=conversation, channelData=data, **(usual | changes))


def mention(id: str = "28:app", text: str = "<at>Deskside</at>", **more: Any) -> dict[str, Any]:
    return {"type": "mention", "text": text, "mentioned": {"id": id, "name": "Deskside", **more}}


def who(heard: dict[str, Any]) -> Sender:
    return teams_requests.sender(heard, TENANT)


def typed(**changes: Any) -> str:
    heard = activity(**changes)
    return teams_requests.from_message(heard, who(heard)).text


def test_a_message_in_ones_own_chat() -> None:
    heard = activity()
    request = teams_requests.from_message(heard, who(heard))
    assert request.id == f"teams:{CHAT}:1700000000001"
    assert (request.user, request.team) == (MIKA, TENANT)
    assert request.text == "vpn on tokyo"
    assert request.via == "typed"
    assert str(request.place) == f"teams:{CHAT}"
    assert (request.recipient.user, request.recipient.reply_to) == (MIKA, None)
    assert (request.recipient.chat, request.recipient.service_url) == (CHAT, "https://smba.example/emea/")
    assert request.trigger is None


def test_a_mention_in_a_channels_thread() -> None:
    heard = in_channel()
    request = teams_requests.from_message(heard, who(heard))
    assert request.text == "vpn on"
    assert str(request.place) == f"teams:{CHANNEL}"
    assert (request.recipient.reply_to, request.recipient.chat) == (CHANNEL, None)
    assert request.recipient.service_url == "https://smba.example/emea/"
    assert who(heard).team == "19:desk@thread.tacv2"


def test_talk_among_people_is_not_listened_to() -> None:
    for entities in (None, [], [mention("29:1ren", "<at>Deskside</at>")], [mention(text="<at>Gone</at>")]):
        heard = in_channel(entities=entities)
        with pytest.raises(Ignored):
            teams_requests.from_message(heard, who(heard))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("vpn on tokyo", "vpn on tokyo"),
        ("/vpn on tokyo", "vpn on tokyo"),
        ("  / vpn&nbsp;on\u00a0tokyo \n", "vpn on tokyo"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("&lt;at&gt;Deskside&lt;/at&gt; vpn", "<at>Deskside</at> vpn"),
        ("vpn \ud83d off", "vpn ? off"),
        ("/", "deskside help"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),  # Python reads no number that long
    ],
    ids=lambda value: value[:20],
)
def test_text_is_read_as_it_was_typed(sent: str, read: str) -> None:
    assert typed(text=sent) == read


@given(st.text())
def test_what_teams_escapes_comes_back_as_it_was(text: str) -> None:
    assert typed(text="x" + html.escape(text, quote=False)) == ("x" + text).replace("\u00a0", " ").strip()


@pytest.mark.parametrize("text", [None, "", "   ", "&nbsp;", 5, ["vpn on"], {"vpn": "on"}])
def test_a_picture_or_nothing_at_all_is_ignored(text: Any) -> None:
    with pytest.raises(Ignored):
        typed(text=text)


def test_a_mention_of_us_alone_asks_for_help() -> None:
    heard = in_channel(text="<at>Deskside</at>&nbsp;")
    assert teams_requests.from_message(heard, who(heard)).text == "deskside help"


def test_others_who_are_mentioned_are_named_by_their_ids() -> None:
    """Two of them have the same name, and one has ours."""
    entities = [
        mention(),
        mention("29:1ada", "<at>Ada</at>"),
        mention("29:1other", "<at>Ada</at>", aadObjectId=MIKA.upper()),
        mention("29:1clone", "<at>Deskside</at>"),
    ]
    text = "<at>Deskside</at> vpn off <at>Ada</at> <at>Ada</at> <at>Deskside</at>"
    heard = in_channel(text=text, entities=entities)
    request = teams_requests.from_message(heard, who(heard))
    assert request.text == f"vpn off @29:1ada @{MIKA} @29:1clone"


def test_a_name_with_characters_of_html_is_one_too() -> None:
    entities = [mention(), mention("29:1ada", "<at>A &amp; B</at>")]
    heard = in_channel(text="<at>Deskside</at> audit <at>A &amp; B</at> &amp; x", entities=entities)
    assert teams_requests.from_message(heard, who(heard)).text == "audit @29:1ada & x"


@pytest.mark.parametrize(
    "changes",
    [
        {"channelId": "webchat"},
        {"channelId": "emulator"},
        {"channelId": "directline"},
        {"channelId": None},
        {"channelId": ["msteams"]},
        {"channelData": {"tenant": {"id": "8a20e4d7-52c3-4f0b-8e16-9a27ae4e2002"}}},
        {"channelData": {"tenant": {"id": ""}}},
        {"channelData": {"tenant": {"id": [TENANT]}}},
        {"conversation": {"id": CHAT, "tenantId": "8a20e4d7-52c3-4f0b-8e16-9a27ae4e2002"}},
        {"channelData": None, "conversation": {"id": CHAT, "conversationType": "personal"}},
        {"channelData": {"tenant": TENANT}, "conversation": {"id": CHAT}},
        {"from": None},
        {"from": [MIKA]},
        {"from": {"id": "29:1mika"}},
        {"from": {"id": "29:1mika", "aadObjectId": None}},
        {"from": {"id": "29:1mika", "aadObjectId": ""}},
        {"from": {"id": "29:1mika", "aadObjectId": "mika"}},
        {"from": {"id": "29:1mika", "aadObjectId": MIKA.replace("1", "\u0661")}},
        {"from": {"id": "29:1mika", "aadObjectId": f"{{{MIKA[:-2]}}}"}},
        {"from": {"id": "28:other", "aadObjectId": MIKA}},
        {"from": {"id": "29:1mika", "aadObjectId": MIKA, "role": "Bot"}},
        {"from": {"id": "29:1mika", "aadObjectId": MIKA, "role": "skill"}},
        {"from": {"id": "29:1gil", "aadObjectId": MIKA, "userPrincipalName": "gil_home.example#ext#@x.example"}},
        {"from": {"id": "29:1gil", "aadObjectId": MIKA, "userRole": "guest"}},
    ],
    ids=str,
)
def test_whoever_is_none_of_ours_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(NotOurs):
        who(activity(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"channelData": None},
        {"channelData": {"tenant": {"id": TENANT.upper()}}},
        {"conversation": {"id": CHAT, "conversationType": "personal"}},
    ],
    ids=str,
)
def test_one_tenant_that_is_ours_will_do(changes: dict[str, Any]) -> None:
    assert who(activity(**changes)).user == MIKA


@pytest.mark.parametrize("id", [None, "", 5, ["a"], "a b", "x" * 401, "\u00e9"])
def test_a_conversation_has_an_id(id: Any) -> None:
    with pytest.raises(Unreadable):
        who(activity(conversation={"id": id, "tenantId": TENANT}))


@pytest.mark.parametrize("url", [None, 5, "", "smba", "ftp://x/", "https://", "http://[", "https://x/" + "y" * 400])
def test_an_activity_has_a_service_url(url: Any) -> None:
    with pytest.raises(Unreadable):
        teams_requests.service_url(activity(serviceUrl=url))


@pytest.mark.parametrize(
    ("conversation", "kind"),
    [
        ({"conversationType": "personal"}, "personal"),
        ({"conversationType": "channel"}, "channel"),
        ({"conversationType": "groupChat"}, "groupChat"),
        ({"conversationType": "from the future"}, "groupChat"),
        ({"conversationType": ["personal"]}, "groupChat"),
        ({"isGroup": True}, "groupChat"),
        ({"id": CHANNEL}, "groupChat"),
        ({"id": CHANNEL, "conversationType": "personal"}, "groupChat"),
        ({"id": "19:1b8e5a52_2c9f6b63@unq.gbl.spaces", "conversationType": "personal"}, "groupChat"),  # of two people
        ({}, "personal"),
    ],
    ids=str,
)
def test_what_is_not_ones_own_chat_for_certain_is_none(conversation: dict[str, Any], kind: str) -> None:
    sender = who(activity(conversation={"id": CHAT, "tenantId": TENANT, **conversation}))
    assert sender.kind == kind
    assert (sender.recipient.reply_to is None) == (kind == "personal")


def test_the_emulator_has_neither_tenant_nor_object_id() -> None:
    heard = activity(
        channelId="emulator",
        channelData=None,
        conversation={"id": "c1|livechat"},
        **{"from": {"id": "User-1", "name": "User"}},
    )
    sender = teams_requests.sender(heard, TENANT, anybody=True)
    assert (sender.user, sender.kind) == ("user-1", "personal")
    for changes in ({"from": {"id": "User-1", "aadObjectId": "x"}}, {"channelData": {"tenant": {"id": "other"}}}):
        with pytest.raises(NotOurs):
            teams_requests.sender({**heard, **changes}, TENANT, anybody=True)


@pytest.mark.parametrize(
    ("changes", "zone"),
    [
        ({}, "Asia/Tokyo"),
        ({"localTimezone": None}, None),
        ({"localTimezone": None, "entities": [{"type": "clientInfo", "timezone": "Europe/Berlin"}]}, "Europe/Berlin"),
        ({"localTimezone": "../../etc/passwd"}, None),
        ({"localTimezone": 9}, None),
    ],
    ids=str,
)
def test_where_somebody_is_tells_their_time_zone(changes: dict[str, Any], zone: str | None) -> None:
    assert who(activity(**changes)).timezone == zone


def invoke(**changes: Any) -> dict[str, Any]:
    action = {"type": "Action.Execute", "verb": "command", "data": {"command": "vpn off tokyo"}}
    value = {"action": action, "trigger": "manual"}
    return activity(type="invoke", name="adaptiveCard/action", id="f:1", value=value, text=None, **changes)


def test_a_button_is_a_command() -> None:
    heard = invoke()
    command = teams_requests.command_in(teams_requests.pressed(heard))
    assert command == "vpn off tokyo"
    request = teams_requests.from_button(heard, who(heard), command)
    assert (request.text, request.via) == ("vpn off tokyo", "button")


def test_the_same_press_is_one_request_and_another_is_another() -> None:
    def id_of(heard: dict[str, Any]) -> str:
        return teams_requests.from_button(heard, who(heard), "vpn off").id

    assert id_of(invoke()) == id_of(invoke())
    assert id_of(invoke()) != id_of({**invoke(), "id": "f:2"})
    nameless = {name: value for name, value in invoke().items() if name != "id"}
    assert id_of(nameless) == id_of(dict(reversed(nameless.items())))
    assert id_of(nameless) != id_of({**nameless, "timestamp": "2026-01-01T00:00:00Z"})


def test_an_old_clients_press_is_a_message_with_a_value() -> None:
    heard = activity(text=None, value={"command": "vpn off tokyo"})
    assert teams_requests.command_in(teams_requests.pressed(heard)) == "vpn off tokyo"


@pytest.mark.parametrize("nonce", [None, 5, "", "x" * 32, "A" * 32, "a" * 31, ["a" * 32], "a" * 32 + "\n"])
def test_a_form_that_cannot_be_ours_is_none(nonce: Any) -> None:
    assert teams_requests.nonce_in({"form": nonce}, "form") is None


def test_a_form_is_one_request_however_often_it_is_sent() -> None:
    sender = who(activity())
    there = Place(scheme="teams", id=CHANNEL)
    first, again = (teams_requests.from_form(sender, "a" * 32, "vpn on", there, {"endpoint": "tokyo"}) for _ in "ab")
    assert first.id == again.id == "form:" + "a" * 32
    assert (first.text, first.arguments, first.via) == ("vpn on", {"endpoint": "tokyo"}, "form")
    assert (first.place, first.recipient.reply_to) == (there, CHANNEL)
    assert first.correlation != again.correlation
    assert teams_requests.from_form(sender, "a" * 32, "vpn on", sender.place, {}).recipient.reply_to is None


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ({"type": "installationUpdate", "action": "add"}, "installed"),
        ({"type": "installationUpdate", "action": "add-upgrade"}, "met"),
        ({"type": "installationUpdate", "action": "remove"}, "removed"),
        ({"type": "installationUpdate", "action": "remove-upgrade"}, "met"),
        ({"type": "conversationUpdate", "membersAdded": [US]}, "met"),
        ({"type": "conversationUpdate", "membersRemoved": [{"id": "29:1ren"}]}, "met"),
        ({"type": "conversationUpdate", "membersRemoved": [{"id": "29:1ren"}, US]}, "removed"),
        ({"type": "conversationUpdate", "membersRemoved": [{}], "recipient": {}}, "met"),
    ],
    ids=str,
)
def test_installing_and_uninstalling(said: dict[str, Any], change: str) -> None:
    assert teams_requests.change(activity(**said)) == change


def test_a_file_that_is_wanted_and_one_that_is_not() -> None:
    upload = {"uploadUrl": "https://example.sharepoint.com/x"}
    value = {"action": "accept", "context": {"file": "b" * 32}, "uploadInfo": upload}
    assert teams_requests.consent(activity(value=value)) == ("b" * 32, upload)
    assert teams_requests.consent(activity(value={**value, "action": "decline"})) == ("b" * 32, None)
    assert teams_requests.consent(activity(value=[])) == (None, None)


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from([MIKA, TENANT])
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
PARTS = [*activity(), "entities", "value", "name", "action", "membersRemoved", "membersAdded", "replyToId"]
INNER = ["id", "tenant", "tenantId", "aadObjectId", "role", "type", "text", "mentioned", "action", "data", "form"]
SHAPES = st.dictionaries(
    st.sampled_from(PARTS), ANYTHING | st.dictionaries(st.sampled_from(INNER), ANYTHING, max_size=5), max_size=5
)


@given(SHAPES)
def test_nothing_that_is_sent_breaks_the_reading(shape: dict[str, Any]) -> None:
    for heard in ({**activity(), **shape}, {**in_channel(), **shape}):
        try:
            sender = teams_requests.sender(heard, TENANT)
            teams_requests.from_message(heard, sender)
        except (NotOurs, Unreadable, Ignored):
            continue
        finally:
            data = teams_requests.pressed(heard)
            teams_requests.nonce_in(data, "form")
            teams_requests.command_in(data)
            teams_requests.consent(heard)
            teams_requests.change(heard)
            teams_requests.activity_id(heard)
