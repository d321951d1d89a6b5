"""`/alerts mute` and `unmute`: what would have been hidden, and quiet that nobody ends by mistake."""

from typing import Any

import pytest

from aws_ops import clock
from notifiers import alert_items
from notifiers import subscription_items as items
from notifiers.alerts.alert import Alert
from notifiers.place import Place
from sandbox.aws import workspaces_seed as seed
from tests.commands.conftest import IDS, ONE_ENDPOINT, SEEING, VPN, Chat

MIKAS = Place.person("mika@example.com")
HOUR = 3600


def told(chat: Chat, name: str, place: Place = VPN, **fields: Any) -> Alert:
    """An alert that the place where you asked was told of now."""
    usual: dict[str, Any] = {
        "kind": "cpu",
        "about": name,
        "state": "open",
        "at": clock.now().timestamp(),
        "key": name,
        "severity": "warning",
        "title": f"CPU of {name} is high",
        "summary": "It is high.",
        "resources": (seed.MIKAS,),
    }
    alert = Alert(**{**usual, **fields})
    alert_items.accept(chat.desk.table, alert)
    alert_items.told_at(chat.desk.table, alert, [str(place)])
    return alert


def muted(chat: Chat, place: Place = VPN) -> list[tuple[str, int]]:
    """By whom, and for how many seconds from now."""
    return [(one.by.split("@")[0], one.until - clock.epoch()) for one in items.mutes_at(chat.desk.table, str(place))]


async def test_it_is_shown_before_what_it_would_have_hidden_today(chat: Chat) -> None:
    told(chat, "yesterday", at=clock.now().timestamp() - 20 * HOUR)
    told(chat, "elsewhere", SEEING)
    told(chat, "disk", kind="disk")
    told(chat, "one")
    told(chat, "two", severity="critical")

    await chat.says("oda", "alerts mute 2h cpu")

    answer = chat.answer("oda")
    assert "Mute cpu in the place where you asked for 2 h, until 20:00 JST?" in answer
    assert "Today it would have hidden 2 of the 3 alerts that came there, 1 critical one among them:" in answer
    assert "CPU of one is high" in answer
    assert "CPU of two is high" in answer
    assert not any(f"CPU of {name}" in answer for name in ("disk", "yesterday", "elsewhere"))
    assert muted(chat) == [], "not before it is confirmed"

    await chat.presses("oda", "Mute for 2 h")

    assert "Muted in the place where you asked until 20:00 JST: cpu. Then it is told as one list." in chat.answer("oda")
    assert muted(chat) == [("oda", 2 * HOUR)]


async def test_it_is_said_when_nothing_would_have_been_hidden(chat: Chat) -> None:
    await chat.says("oda", "alerts mute 2h")
    assert "Today nothing has come there, so there is nothing to show it by." in chat.answer("oda")
    told(chat, "one")

    await chat.says("oda", "alerts mute 2h disk")

    assert "Today it would not have hidden the only alert that came there." in chat.answer("oda")


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("--tag Env=Prod", 2),
        ("--tag Env=Test", 0),
        ("--resource ws-*", 3),
        ("warning", 2),
        ("info", 0),
        ("--alert {one}", 1),
        ("idle", 0),
        ("all", 3),
    ],
)
async def test_what_is_hidden_is_what_was_meant(chat: Chat, said: str, hidden: int) -> None:
    one = told(chat, "one")
    told(chat, "two", severity="critical")
    told(chat, "gone", resources=("ws-0a1b2c3d9",))

    await chat.says("oda", f"alerts mute 2h {said.format(one=one.fingerprint)}")

    assert f"would have hidden {hidden or 'none'} of the 3 alerts" in chat.answer("oda")


async def test_what_comes_before_it_is_confirmed_makes_no_other_plan_of_it(chat: Chat) -> None:
    await chat.says("oda", "alerts mute 2h")
    told(chat, "one")
    chat.later(60)

    await chat.presses("oda", "Mute for 2 h")

    assert muted(chat) == [("oda", 2 * HOUR)]


async def test_several_mute_and_nobody_ends_anothers_by_mistake(chat: Chat) -> None:
    chat.use(ONE_ENDPOINT.replace(f"[{IDS['oda']}]", f"[{IDS['oda']}, {IDS['ren']}]"))
    for name, words in (("oda", "alerts mute 2h cpu"), ("ren", "alerts mute 30m cpu"), ("oda", "alerts mute 5m cpu")):
        await chat.says(name, words)
        await chat.presses(name, chat.answers(name)[-1].buttons[0].label)
    assert muted(chat) == [("ren", HOUR // 2), ("oda", 2 * HOUR)]
    assert "Muted in the place where you asked until 20:00 JST already, which is longer: cpu." in chat.answer("oda")

    await chat.says("ren", "alerts unmute")
    assert [choice.label.split(" (")[0] for choice in chat.form.fields[0].choices] == [
        *("All of them", "cpu, by you", "cpu, by oda"),
    ]
    await chat.submits("ren", which=chat.form.fields[0].choices[1].value)
    assert "1 other mute goes on, until 20:00 JST" in chat.answer("ren")
    assert chat.alerts.released == []

    await chat.says("ren", "alerts unmute")
    assert (
        "No more muted in the place where you asked: cpu (muted by oda). What was held back is told now."
        in chat.answer("ren")
    )
    assert chat.alerts.released == [VPN]
    assert muted(chat) == []


async def test_nothing_is_muted(chat: Chat) -> None:
    for words in ("alerts unmute", "alerts unmute 3f9a21"):
        await chat.says("oda", words)

    assert [message.summary for message in chat.answers("oda")] == [
        "Nothing is muted in the place where you asked, so there was nothing to end.",
        "Nothing of “3f9a21” is muted in the place where you asked, so there was nothing to end.",
    ]


async def test_staff_mute_their_own_chat_and_no_channel(chat: Chat) -> None:
    await chat.says("mika", "alerts mute 2h")
    assert "Only an operator may do /alerts mute" in chat.answer("mika")
    await chat.says("mika", "alerts mute 2h --place me")
    await chat.presses("mika", "Mute for 2 h")

    assert muted(chat, MIKAS) == [("mika", 2 * HOUR)]
    await chat.says("mika", "alerts list")
    assert "Muted: " in chat.answer("mika")
    await chat.presses("mika", f"Unmute {items.mutes_at(chat.desk.table, str(MIKAS))[0].id}")
    assert muted(chat, MIKAS) == []


async def test_a_form_asks_for_how_long(chat: Chat) -> None:
    await chat.says("oda", "alerts mute --tag Env=Prod")
    assert [(field.name, field.initial) for field in chat.form.fields] == [("duration", "2h"), ("kinds", "all")]

    await chat.submits("oda", duration="1h", kinds="alarms")
    await chat.presses("oda", "Mute for 1 h")

    assert "Muted in the place where you asked until 19:00 JST: alarms tagged Env=Prod." in chat.answer("oda")


async def test_nobody_mutes_for_ever(chat: Chat) -> None:
    await chat.says("oda", "alerts mute 8d")

    assert "8 d is too long: at most 7 d. Type /alerts mute 2h instead." in chat.answer("oda")
