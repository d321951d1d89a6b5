"""Floods: ten new messages a minute, and what comes beyond is one list that is kept up to date."""

from collections.abc import Callable

import pytest

from notifiers import adaptive_card, block_kit, held
from notifiers import outbox_cards as cards
from notifiers import outbox_items as items
from notifiers.delivery import Refused
from notifiers.held import LINES, Entry, Why, draw, fitting
from notifiers.message import line
from notifiers.outbox import Outbox
from notifiers.outbox_delivery import Terms
from notifiers.place import Place
from tests.notifiers.outbox.world import ADMIN, HOOK, OPS, VPN, Replicas, entry


async def alerts(outbox: Outbox, *numbers: int, place: Place = VPN, seq: int = 1) -> None:
    """Accept an alert's card for each number."""
    for number in numbers:
        await outbox.card(place, f"alert-{number}", seq, line(f"alert {number}"), entry=entry(number))


async def test_beyond_ten_in_a_minute_what_comes_is_listed(replicas: Replicas, later: Callable[[int], None]) -> None:
    outbox = replicas.make()
    await alerts(outbox, *range(14))
    await replicas.quiet()
    heard = replicas.wall.heard()
    assert heard[:10] == [f"post: alert {number}" for number in range(10)]
    assert "held back in a list" in heard[10]
    assert heard[-1] == "update: 4 more held back in a list, because many came within a minute"
    assert [said.partition(":")[0] for said in heard[10:]] == ["post", *["update"] * (len(heard) - 11)]
    assert sorted(replicas.wall.everything()) == sorted(
        [f"alert {number}" for number in range(10)] + [f"⚠️ alert {number}" for number in range(10, 14)]
    )
    assert replicas.counted.count("listed") == 4
    assert replicas.left() == 0


async def test_after_a_minute_alerts_come_as_themselves_again(replicas: Replicas, later: Callable[[int], None]) -> None:
    outbox = replicas.make(flood=2)
    await alerts(outbox, 1, 2, 3)
    await replicas.quiet()
    later(60)
    await alerts(outbox, 4)
    await replicas.quiet()
    assert replicas.wall.heard()[-1] == "post: alert 4"


async def test_another_replica_knows_of_the_flood(replicas: Replicas, later: Callable[[int], None]) -> None:
    one, two = replicas.make(flood=2), replicas.make(flood=2)
    await alerts(one, 1, 2)
    await replicas.quiet()
    await alerts(two, 3)
    await replicas.quiet()
    assert "⚠️ alert 3" in replicas.wall.everything()


async def test_places_are_flooded_one_by_one_and_what_has_no_entry_is_always_said(
    replicas: Replicas, later: Callable[[int], None]
) -> None:
    outbox = replicas.make(flood=1)
    await alerts(outbox, 1)
    await alerts(outbox, 2, place=OPS)
    for number in range(3):
        await outbox.post(VPN, f"{number}", line(f"note {number}"))
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: alert 1", "post: note 0", "post: note 1", "post: note 2"]
    assert replicas.wall.heard(OPS) == ["post: alert 2"]


async def test_what_becomes_of_a_listed_alert_is_seen_in_its_line(
    replicas: Replicas, later: Callable[[int], None]
) -> None:
    outbox = replicas.make(flood=1)
    await alerts(outbox, 1, 2, 3)
    await replicas.quiet()
    await outbox.reply(VPN, "alert-2", 2, line("Again"))
    closed = Entry(text="alert 2, over after 5 m", severity="ok", at=0)
    await outbox.card(VPN, "alert-2", 2, line("alert 2 is over"), entry=closed)
    await replicas.quiet()
    assert not await outbox.card(VPN, "alert-2", 1, line("alert 2"), entry=entry(2))
    assert replicas.wall.everything() == ["alert 1", "✅ alert 2, over after 5 m", "⚠️ alert 3"]
    assert not any("alert 2" in said for said in replicas.wall.heard())
    later(3600)  # and also when nothing floods any more
    await outbox.card(VPN, "alert-3", 2, line("alert 3 is over"))
    await replicas.quiet()
    assert replicas.wall.everything() == ["alert 1", "✅ alert 2, over after 5 m", "• alert 3 is over"]
    assert replicas.left() == 0


async def test_a_list_that_is_full_is_followed_by_another(
    replicas: Replicas, later: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "LINES", 3)
    for number in range(5):
        items.write_post(replicas.table, str(VPN), f"{number}", line(f"alert {number}"), Terms(entry(number)))
    await replicas.started(flood=0)
    await replicas.until(lambda: replicas.left() == 0)
    await replicas.quiet()
    assert [len(lines) for lines in replicas.wall.lines.values()] == [3, 2]
    assert sorted(replicas.wall.everything()) == sorted(f"⚠️ alert {number}" for number in range(5))
    # Each list is whole before the next is begun.
    assert [said.partition(":")[0] for said in replicas.wall.heard()] == ["post", "update", "post", "update"]


async def test_a_list_that_has_scrolled_away_is_not_continued(replicas: Replicas, later: Callable[[int], None]) -> None:
    outbox = replicas.make(flood=0)
    await alerts(outbox, 1)
    await replicas.quiet()
    later(599)
    await alerts(outbox, 2)
    await replicas.quiet()
    later(1)
    await alerts(outbox, 3)
    await replicas.quiet()
    assert list(replicas.wall.lines.values()) == [["⚠️ alert 1", "⚠️ alert 2"], ["⚠️ alert 3"]]


async def test_only_the_newest_of_a_run_is_listed(replicas: Replicas, later: Callable[[int], None]) -> None:
    for seq in (1, 3, 2):
        terms = Terms(Entry(text=f"alert, {seq}", at=0))
        items.write_card(replicas.table, str(VPN), "alert-1", seq, line(f"alert, {seq}"), terms)
    await replicas.started(flood=0)
    await replicas.until(lambda: replicas.left() == 0)
    await replicas.quiet()
    assert replicas.wall.everything() == ["• alert, 3"]
    card = cards.read_card(replicas.table, str(VPN), "alert-1")
    assert card is not None
    assert (card.seq, card.listed is not None) == (3, True)


async def test_where_a_list_is_refused_alerts_are_said_one_by_one(
    replicas: Replicas, later: Callable[[int], None]
) -> None:
    def refuse(place: Place, text: str) -> None:
        if place == VPN and "held back" in text:
            raise Refused("no lists here")

    replicas.wall.before = refuse
    outbox = replicas.make(flood=1)
    await alerts(outbox, 1, 2, 3)
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: alert 1", "post: alert 2", "post: alert 3"]
    assert "refuses a message (no lists here)" in replicas.wall.heard(ADMIN)[0]


async def test_where_nothing_can_be_changed_a_list_is_gathered_and_said_once(
    replicas: Replicas, later: Callable[[int], None]
) -> None:
    outbox = await replicas.started(flood=1)
    await alerts(outbox, 1, 2, 3, place=HOOK)
    await replicas.until(lambda: replicas.left(HOOK) == 0)
    await replicas.quiet()
    assert replicas.wall.heard(HOOK) == ["post: alert 1"]
    later(15)
    await replicas.until(lambda: len(replicas.wall.heard(HOOK)) == 2)
    assert replicas.wall.everything() == ["alert 1", "⚠️ alert 2", "⚠️ alert 3"]
    later(60)
    closed = Entry(text="alert 2 is over", severity="ok", at=0)
    await outbox.card(HOOK, "alert-2", 2, line("alert 2 is over"), entry=closed)
    await replicas.until(lambda: replicas.wall.heard(HOOK)[-1] == "post: alert 2 is over")


@pytest.mark.parametrize("text", ["x" * 500, "<&>" * 100, "😀" * 200, 'say "\\" ' * 50, "ü" * 200])
def test_a_full_list_is_shown_whole_in_every_chat(text: str) -> None:
    many = [Entry(text=f"{number} {text}", severity="critical", at=0) for number in range(LINES)]
    fit = fitting((), many)
    assert fit >= 8
    message = draw("flood", {f"{number}": one for number, one in enumerate(many[:fit])})
    assert block_kit.render(message).files == ()
    assert adaptive_card.render(message).files == ()


@pytest.mark.parametrize(
    ("why", "title"),
    [
        ("muted", "While this was muted: 2 alerts"),
        ("hours", "Outside the hours of this place: 2 alerts"),
        ("notices", "2 notices"),
        ("flood", "2 more held back, because many came at once"),
    ],
)
def test_a_list_says_why(why: Why, title: str) -> None:
    message = draw(why, {"a": entry(1), "b": entry(2)})
    assert (message.title, message.severity) == (title, "warning")
    assert draw(why, {}, expected=2).title == title
