"""What is not to be said yet: muted, outside of a place's hours, or gathered with others; then said as one list."""

from collections.abc import Callable

import pytest

from aws_ops import clock
from notifiers import outbox_items as items
from notifiers import outbox_later as later_items
from notifiers.held import Entry, Why
from notifiers.message import line
from notifiers.outbox import Outbox
from notifiers.outbox_delivery import Terms
from tests.notifiers.outbox.world import ADMIN, HOOK, HOUR, MOTO, VPN, Replicas, entry

Later = Callable[[int], None]


def waiting(replicas: Replicas) -> int:
    """How much is not due yet."""
    with MOTO:
        return len(replicas.table.query(f"LATER#{VPN}"))


async def alert(outbox: Outbox, number: int, seq: int = 1, *, due: int | None, why: Why = "muted") -> bool:
    """Accept an alert's card that is due in so many seconds."""
    text = f"alert {number}" if seq == 1 else f"alert {number}, {seq}"
    told = Entry(text=text, severity="warning", at=0)
    then = None if due is None else clock.epoch() + due
    return await outbox.card(VPN, f"alert-{number}", seq, line(text), entry=told, due=then, why=why)


@pytest.mark.parametrize("why", ["muted", "hours"])
async def test_until_it_is_due_nothing_is_said_and_then_one_list(replicas: Replicas, later: Later, why: Why) -> None:
    outbox = await replicas.started()
    await alert(outbox, 1, due=HOUR, why=why)
    await alert(outbox, 2, due=HOUR, why=why)
    await outbox.post(VPN, "key", line("said now"))
    later(HOUR - 1)
    await replicas.until(replicas.wall.heard)
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: said now"]
    later(1)
    await replicas.until(lambda: len(replicas.wall.everything()) == 3 and replicas.left() == 0)
    assert replicas.wall.everything() == ["said now", "⚠️ alert 1", "⚠️ alert 2"]
    words = {"muted": "While this was muted", "hours": "Outside the hours of this place"}[why]
    assert replicas.wall.heard()[1:] == [f"post: {words}: 2 alerts", f"update: {words}: 2 alerts"]


async def test_one_notice_is_said_as_itself_and_several_as_one_list(replicas: Replicas, later: Later) -> None:
    outbox = await replicas.started()

    async def notice(number: int) -> None:
        text = line(f"notice {number}")
        told = Entry(text=f"notice {number}", at=0)
        await outbox.post(VPN, f"{number}", text, entry=told, due=clock.epoch() + 60, why="notices")

    await notice(1)
    later(60)
    await replicas.until(lambda: replicas.wall.heard() == ["post: notice 1"])
    await notice(2)
    later(59)
    await notice(3)  # and is not waited for alone
    later(1)
    await replicas.until(lambda: replicas.wall.everything() == ["notice 1", "• notice 2", "• notice 3"])
    assert replicas.wall.heard()[1:] == ["post: 2 notices", "update: 2 notices"]


async def test_of_a_run_that_changes_meanwhile_only_the_newest_is_told(replicas: Replicas, later: Later) -> None:
    outbox = await replicas.started()
    for seq in (1, 3, 2):
        assert await alert(outbox, 1, seq, due=HOUR) == (seq != 2)
    assert not await alert(outbox, 1, 3, due=HOUR)
    await outbox.reply(VPN, "alert-1", 3, line("Again"))
    later(HOUR)
    await replicas.until(lambda: replicas.wall.everything() == ["⚠️ alert 1, 3"])
    assert not any("Again" in said for said in replicas.wall.heard())


async def test_a_card_that_stands_is_changed_although_the_place_is_muted(replicas: Replicas, later: Later) -> None:
    outbox = await replicas.started()
    await alert(outbox, 1, due=None)
    await replicas.until(replicas.wall.heard)
    await alert(outbox, 1, 2, due=HOUR)
    await replicas.until(lambda: len(replicas.wall.heard()) == 2)
    assert replicas.wall.heard() == ["post: alert 1", "update: alert 1, 2"]


async def test_a_card_that_just_comes_is_not_left_as_it_was_by_a_mute(replicas: Replicas, later: Later) -> None:
    outbox = replicas.make()
    items.write_card(replicas.table, str(VPN), "alert-1", 1, line("alert 1"))
    await alert(outbox, 1, 2, due=HOUR)
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: alert 1, 2"]


async def test_what_was_said_meanwhile_is_not_listed_besides(replicas: Replicas, later: Later) -> None:
    outbox = await replicas.started()
    await alert(outbox, 1, due=HOUR)
    await alert(outbox, 1, 2, due=None)
    await replicas.until(lambda: replicas.wall.heard() == ["post: alert 1, 2"])
    later(HOUR)
    await replicas.until(lambda: waiting(replicas) == 0)
    await replicas.until(lambda: replicas.left() == 0)
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: alert 1, 2"]


async def test_what_has_no_entry_is_said_as_itself_when_it_is_due(replicas: Replicas, later: Later) -> None:
    outbox = await replicas.started()
    await outbox.post(VPN, "key", line("hello"), due=clock.epoch() + HOUR, why="muted")
    later(HOUR)
    await replicas.until(lambda: replicas.wall.heard() == ["post: hello"])


async def test_a_mute_that_ends_early_is_over_at_once(replicas: Replicas, later: Later) -> None:
    outbox = replicas.make()  # and this is not for a look to find
    await alert(outbox, 1, due=HOUR)
    await alert(outbox, 2, due=2 * HOUR)
    await alert(outbox, 3, due=HOUR, why="hours")
    assert await outbox.release(VPN, "muted", until=clock.epoch() + HOUR) == 1
    await replicas.quiet()
    assert replicas.wall.everything() == ["⚠️ alert 1"]
    assert await outbox.release(VPN, "muted") == 1
    await replicas.quiet()
    assert replicas.wall.everything() == ["⚠️ alert 1", "⚠️ alert 2"]
    assert await outbox.release(VPN, "muted") == 0


async def test_where_nothing_can_be_changed_a_muted_card_stays_as_it_is(replicas: Replicas, later: Later) -> None:
    outbox = await replicas.started()
    await outbox.card(HOOK, "alert-1", 1, line("alert 1"), entry=entry(1))
    await replicas.until(lambda: replicas.wall.heard(HOOK) == ["post: alert 1"])
    due = clock.epoch() + HOUR
    await outbox.card(HOOK, "alert-1", 2, line("alert 1 is over"), entry=entry(1), due=due, why="muted")
    later(HOUR)
    await replicas.until(lambda: replicas.wall.heard(HOOK)[1:] == ["post: While this was muted: 1 alert"])


async def test_a_day_is_counted_from_when_it_was_due(replicas: Replicas, later: Later) -> None:
    outbox = replicas.make()
    for number, day in ((1, 1), (2, 2)):
        then = clock.epoch() + day * 24 * HOUR
        await outbox.post(VPN, f"{number}", line(f"message {number}"), due=then, why="muted")
    later(2 * 24 * HOUR)  # and all this while no bot ran
    await replicas.started()
    await replicas.until(lambda: replicas.wall.heard() == ["post: message 2"])
    await replicas.until(lambda: replicas.wall.heard(ADMIN))
    assert "for 24 hours: what waited there is dropped. It was: message 1" in replicas.wall.heard(ADMIN)[0]


async def test_what_a_newer_version_holds_back_for_its_own_reasons_is_left_to_it(
    replicas: Replicas, later: Later
) -> None:
    outbox = await replicas.started()
    await alert(outbox, 1, due=HOUR)
    with MOTO:
        (item,) = replicas.table.query(f"LATER#{VPN}")
        unheard = {**item, "sk": "siesta#alert-2", "why": "siesta", "g1sk": item["g1sk"].replace("muted", "siesta")}
        replicas.table.put(unheard)
    later(HOUR)
    await replicas.until(lambda: replicas.wall.everything() == ["⚠️ alert 1"])
    await replicas.quiet()
    with MOTO:
        assert [left["sk"] for left in replicas.table.query(f"LATER#{VPN}")] == ["siesta#alert-2"]
        assert later_items.due_places(replicas.table) == set()


def test_a_list_that_waits_for_one_place_does_not_hide_the_others(replicas: Replicas, later: Later) -> None:
    table = replicas.table
    for number in range(3):
        for place in (VPN, HOOK):
            terms = Terms(entry(number), clock.epoch() + 60, "muted")
            items.write_post(table, str(place), f"{number}", line("x"), terms)
    assert later_items.due_places(table) == set()
    later(60)
    assert later_items.due_places(table) == {(str(VPN), "muted"), (str(HOOK), "muted")}
