"""The Home in Slack: drawn when it is opened, fresh afterwards, and in nobody's way."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.home import concerned
from bot.listeners.queue import RunFact
from notifiers.message import Message, Text
from sandbox.slack.client import SlackPerson
from tests.bot.conftest import IMPATIENT, House


def published(house: House) -> list[dict[str, Any]]:
    """What the bots had drawn, oldest first."""
    return [call.args for call in house.slack.calls if call.method == "views.publish" and not call.error]


def text(person: SlackPerson) -> str:
    home = person.home()
    assert home is not None
    return home.plain


async def opened(house: House, name: str = "mika") -> SlackPerson:
    person = house.slack.person(name)
    ack = await person.open_home()
    assert (ack.status, ack.body) == (200, "")
    await house.quiet()
    return person


async def test_whoever_opens_it_sees_what_is_theirs(house: House) -> None:
    app = await house.start()
    mika = await opened(house)
    assert "Your desk" in text(mika)
    assert "VPN" in text(mika)
    assert house.slack.person("ren").home() is None
    assert house.heard(app, "home") == 1


async def test_it_says_the_same_as_the_command(house: House) -> None:
    await house.start()
    mika = await opened(house)
    await mika.command("/deskside home")
    await house.quiet()
    assert house.answers("mika")[-1] == text(mika)


async def test_its_messages_are_no_home(house: House) -> None:
    app = await house.start()
    await house.slack.person("mika").open_home(tab="messages")
    await house.quiet()
    assert published(house) == []
    assert house.heard(app, "ignored") == 1


async def test_an_event_that_comes_again_is_heard_once(house: House) -> None:
    app = await house.start()
    await opened(house)
    for _ in range(3):
        assert (await house.slack.resend(house.slack.wire.sent[-1])).status == 200
    await house.quiet()
    assert len(published(house)) == 1
    assert (house.heard(app, "home"), house.heard(app, "ignored")) == (1, 3)


@pytest.mark.parametrize("broken", [{}, {"type": "app_home_opened", "tab": "home"}, {"type": "message"}])
async def test_other_events_are_acknowledged_and_no_more(house: House, broken: Any) -> None:
    await house.start()
    ack = await house.slack.wire.event({"type": "event_callback", "event_id": "Ev1", "event": broken})
    assert (ack.status, ack.body) == (200, "")
    await house.quiet()
    assert published(house) == []


async def test_a_button_in_it_is_a_command_in_ones_direct_messages(house: House) -> None:
    app = await house.start()
    mika = await opened(house)
    await mika.press_home("Switch VPN on")
    await house.quiet()
    said = "\n".join(shown.plain for shown in mika.dms())
    assert "VPN" in said
    assert house.heard(app, "button") == 1
    assert "Extend VPN" in text(mika), "and it is drawn anew"


async def test_ones_own_commands_draw_it_anew(house: House) -> None:
    await house.start()
    mika = await opened(house)
    before = len(published(house))
    await mika.command("/vpn on")
    await house.quiet()
    assert len(published(house)) > before
    assert "yours until" in text(mika)
    others = len(published(house))
    await house.slack.person("ren").command("/vpn status")
    await house.quiet()
    assert len(published(house)) == others, "who has not opened it has none"


async def test_another_bot_draws_it_too(house: House) -> None:
    first = await house.start()
    mika = await opened(house)
    await house.start()
    await first.stop()
    house.apps.remove(first)
    await mika.command("/vpn on")
    await house.quiet()
    assert "yours until" in text(mika)


async def test_a_fact_draws_it_for_those_whom_it_concerns(house: House) -> None:
    app = await house.start()
    await opened(house)
    await opened(house, "ren")
    before = len(published(house))
    app.homes.changed(concerned(fact(claims=[{"person": "mika@example.com"}])))
    await house.quiet()
    (one,) = published(house)[before:]
    assert one["user_id"] == house.slack.person("mika").id


async def test_many_changes_at_once_are_drawn_once_more(house: House) -> None:
    app = await house.start()
    await opened(house)
    before = len(published(house))
    for _ in range(50):
        app.homes.changed(["mika@example.com"])
    await asyncio.sleep(0)  # the first drawing has begun
    for _ in range(50):
        app.homes.changed(["mika@example.com"])
    await house.quiet()
    assert len(published(house)) - before == 2


async def test_whoever_looks_for_a_change_does_not_wait_and_a_stop_does_not_either(house: House) -> None:
    app = await house.start(tuning=replace(IMPATIENT, home_s=3600))
    mika = house.slack.person("mika")
    await mika.open_home()
    await house.slack.until(lambda: len(published(house)) == 1)
    app.homes.changed(["mika@example.com"])
    await mika.command("/vpn on")
    await house.slack.until(lambda: "yours until" in text(mika), 20)
    before = len(published(house))
    app.homes.changed(["mika@example.com"])
    async with asyncio.timeout(20):
        await app.stop()
    house.apps.remove(app)
    assert len(published(house)) >= before


async def test_after_a_day_it_is_drawn_no_more(house: House) -> None:
    app = await house.start()
    await opened(house)
    app.desk.table.update("HOME#mika@example.com", "SLACK", set={"expires": 1})
    before = len(published(house))
    app.homes.changed(["mika@example.com"])
    await house.quiet()
    assert len(published(house)) == before


async def test_a_stranger_is_told_so(house: House) -> None:
    await house.start()
    guest = await opened(house, "gil")
    assert "guest account" in text(guest)
    assert "Your desk" not in text(guest)


async def test_what_cannot_be_drawn_is_logged_and_stops_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await house.start()
    house.slack.fail("views.publish", "internal_error", times=9)
    mika = await opened(house)
    assert mika.home() is None
    assert "a Home cannot be shown" in caplog.text
    await mika.command("/deskside whoami")
    await house.quiet()
    assert "mika@example.com" in house.answers("mika")[-1]


async def test_what_slack_finds_fault_with_is_drawn_as_text(house: House) -> None:
    app = await house.start()
    house.slack.fail("views.publish", "invalid_arguments")
    await app._chats.publish(house.slack.person("mika").id, Message(title="T", summary="S", blocks=(Text.of("x"),)))
    (drawn,) = published(house)
    assert [block["type"] for block in drawn["view"]["blocks"]] == ["section"]
    assert text(house.slack.person("mika")) == "T\n\nx"


def fact(**data: Any) -> RunFact:
    return RunFact(v=1, kind="run", run="workspace-1", seq=1, fact="Something", data=data)


def test_whom_a_fact_concerns() -> None:
    approval = {"approvers": ["ada@example.com", "alex@example.com"]}
    assert concerned(fact(requester="oda@example.com", owner="mika@example.com", approval=approval)) == {
        *("oda@example.com", "mika@example.com", "ada@example.com", "alex@example.com")
    }
    assert concerned(
        fact(owner=None, approval=None, claims=[{"person": "ren@example.com"}], person="x@example.com")
    ) == {*("ren@example.com", "x@example.com")}
    assert concerned(fact()) == frozenset()
