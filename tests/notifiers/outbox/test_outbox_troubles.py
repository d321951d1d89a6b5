"""What cannot be said: waited for, given up and told to the admins, and never in the way of the rest."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from aws_ops import clock
from notifiers import outbox_items as items
from notifiers.delivery import PlaceGone, Refused, TryLater
from notifiers.held import Entry
from notifiers.message import line
from notifiers.outbox_delivery import Terms
from notifiers.outbox_worker import Worker
from notifiers.place import Place
from tests.notifiers.outbox.world import ADMIN, HOUR, MOTO, VPN, Replicas, entry


async def test_patience_is_as_long_as_the_platform_asks(replicas: Replicas, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    answers = [TryLater("slowly", 17.0), TryLater("no answer"), None]

    def refuse(_place: Place, _text: str) -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    async def wait(_self: Worker, seconds: float) -> None:
        waited.append(seconds)

    replicas.wall.before = refuse
    monkeypatch.setattr(Worker, "_wait", wait)
    outbox = replicas.make()
    await outbox.post(VPN, "key", line("hello"))
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: hello"]
    assert waited[0] == 17.0
    assert 0.5 <= waited[1] <= 2.0
    assert replicas.counted == ["retried", "retried", "posted"]


async def test_a_place_that_takes_nothing_for_ten_minutes_is_told_to_the_admins_once(
    replicas: Replicas, later: Callable[[int], None]
) -> None:
    tries = count(1)

    def refuse(place: Place, _text: str) -> None:
        if place == VPN and next(tries) < 30:
            later(60)
            raise TryLater("Slack says missing_scope", 0.001)

    replicas.wall.before = refuse
    outbox = replicas.make()
    await outbox.post(VPN, "key", line("hello"))
    await replicas.until(lambda: replicas.wall.heard() == ["post: hello"])
    await replicas.quiet()
    told = "slack:C0VPN has taken nothing for 10 minutes (Slack says missing_scope): it is tried again"
    assert replicas.wall.heard(ADMIN) == [f"post: {told}. It was: hello"]


async def test_a_place_that_is_gone_is_told_to_the_admins_once_a_day(
    replicas: Replicas, later: Callable[[int], None]
) -> None:
    def gone(place: Place, _text: str) -> None:
        if place == VPN:
            raise PlaceGone("is_archived")

    replicas.wall.before = gone
    outbox = replicas.make()
    for number in range(3):
        await outbox.post(VPN, f"{number}", line(f"message {number}"))
    await replicas.quiet()
    assert replicas.left() == 0
    assert replicas.wall.heard(ADMIN) == [
        "post: slack:C0VPN cannot be written to (is_archived), and what waited there is dropped. It was: message 0",
    ]
    later(24 * HOUR)
    await outbox.post(VPN, "again", line("the next day"))
    await replicas.quiet()
    assert len(replicas.wall.heard(ADMIN)) == 2


async def test_of_a_place_that_is_gone_the_admins_are_told_then_the_bot_and_then_all_is_dropped(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(place: Place, _text: str) -> None:
        if place == VPN:
            raise PlaceGone("is_archived")

    failing = [ConnectionError("the table is away")]

    async def stumble(place: Place, why: str) -> None:
        assert replicas.left() == 3
        with MOTO:
            assert items.pending(replicas.table, str(ADMIN)) or replicas.wall.heard(ADMIN)
        if failing:
            raise failing.pop()
        replicas.gone.append((str(place), why))

    monkeypatch.setattr(replicas, "note_gone", stumble)
    replicas.wall.before = gone
    for number in range(3):
        items.write_post(replicas.table, str(VPN), f"{number}", line(f"message {number}"))
    due = Terms(due=clock.epoch() + HOUR, why="muted")
    items.write_post(replicas.table, str(VPN), "later", line("not yet"), due)
    await replicas.started()
    await replicas.until(lambda: replicas.counted.count("gone") == 4 and replicas.wall.heard(ADMIN))
    assert replicas.gone == [(str(VPN), "is_archived")]
    assert replicas.left() == 0
    with MOTO:
        assert replicas.table.query(f"LATER#{VPN}") == []
    assert replicas.wall.heard(ADMIN) == [
        "post: slack:C0VPN cannot be written to (is_archived), and what waited there is dropped. It was: message 0"
    ]


async def test_an_admin_place_that_is_gone_is_no_loop(replicas: Replicas) -> None:
    def gone(_place: Place, _text: str) -> None:
        raise PlaceGone("is_archived")

    replicas.wall.before = gone
    outbox = replicas.make()
    await outbox.post(ADMIN, "key", line("hello"))
    await replicas.quiet()
    assert replicas.left(ADMIN) == 0


@pytest.mark.parametrize("error", [Refused("restricted"), ValueError("a mistake of ours")])
async def test_what_is_refused_does_not_hold_up_the_rest(replicas: Replicas, error: Exception) -> None:
    def refuse(_place: Place, text: str) -> None:
        if text == "bad":
            raise error

    replicas.wall.before = refuse
    outbox = replicas.make()
    await outbox.post(VPN, "1", line("bad"))
    await outbox.post(VPN, "2", line("good"))
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: good"]
    assert "It was: bad" in replicas.wall.heard(ADMIN)[0]


async def test_a_scheme_that_nobody_speaks_is_a_place_that_is_gone(replicas: Replicas) -> None:
    outbox = replicas.make()
    await outbox.post(Place(scheme="teams", id="19:abc"), "1", line("hello"))
    await replicas.quiet()
    assert "no chat that is set up here takes teams places" in replicas.wall.heard(ADMIN)[0]
    assert replicas.gone == []  # the place may well be there


async def test_after_a_day_it_is_given_up_and_told(replicas: Replicas, later: Callable[[int], None]) -> None:
    items.write_post(replicas.table, str(VPN), "old", line("yesterday's news"))
    later(24 * HOUR)
    items.write_post(replicas.table, str(VPN), "new", line("today's news"))
    await replicas.started()
    await replicas.until(lambda: replicas.wall.heard() == ["post: today's news"])
    await replicas.until(lambda: replicas.wall.heard(ADMIN))
    assert "It was: yesterday's news" in replicas.wall.heard(ADMIN)[0]
    assert replicas.counted.count("expired") == 1


async def test_a_day_has_not_passed_a_second_before(replicas: Replicas, later: Callable[[int], None]) -> None:
    items.write_post(replicas.table, str(VPN), "old", line("news"))
    later(24 * HOUR - 1)
    await replicas.started()
    await replicas.until(lambda: replicas.wall.heard() == ["post: news"])


async def test_places_that_a_newer_version_knows_are_in_nobodys_way(replicas: Replicas) -> None:
    items.write_post(replicas.table, "pigeon:loft", "1", line("coo"))
    items.write_post(replicas.table, str(VPN), "2", line("known"))
    await replicas.started()
    await replicas.until(lambda: replicas.wall.heard() == ["post: known"] and replicas.left() == 0)
    with MOTO:
        assert items.places(replicas.table) == {"pigeon:loft"}


async def test_a_list_of_a_newer_version_is_left_as_it_is(
    replicas: Replicas, later: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    outbox = replicas.make(flood=0)
    await outbox.card(VPN, "alert-1", 1, line("alert 1"), entry=entry(1))
    await replicas.quiet()
    (item,) = replicas.table.query(f"HELD#{VPN}")
    replicas.table.update(item["pk"], item["sk"], set={"entries": '[["alert-1", {"unheard": "of"}]]'})
    for run, seq in (("alert-1", 2), ("alert-2", 1)):
        await outbox.card(VPN, run, seq, line(f"{run}, {seq}"), entry=Entry(text=f"{run}, {seq}", at=0))
    await replicas.quiet()
    assert replicas.wall.everything() == ["⚠️ alert 1", "• alert-1, 2", "• alert-2, 1"]
    assert "a list cannot be read" in caplog.text


async def test_what_a_newer_version_wrote_is_left_to_it(replicas: Replicas) -> None:
    items.write_post(replicas.table, str(VPN), "1", line("new"))
    (delivery,) = items.pending(replicas.table, str(VPN))
    replicas.table.update(f"DELIVERY#{VPN}", delivery.sk, set={"message": '{"unheard": "of"}'})
    items.write_post(replicas.table, str(VPN), "2", line("known"))
    await replicas.started()
    await replicas.until(lambda: replicas.wall.heard() == ["post: known"])
    # Not `quiet`: what is left has the place looked at again and again, on a busy machine without a pause.
    await replicas.until(lambda: replicas.counted)
    with MOTO:
        (left,) = replicas.table.query(f"DELIVERY#{VPN}", prefix="0")
    assert left["sk"] == delivery.sk


@pytest.mark.parametrize("change", [{"set": {"message": '{"unheard": "a secret"}'}}, {"remove": ("at",)}])
async def test_what_nobody_could_read_for_a_day_is_told_once_and_dropped(
    replicas: Replicas, later: Callable[[int], None], caplog: pytest.LogCaptureFixture, change: dict[str, Any]
) -> None:
    for number in range(2):
        items.write_post(replicas.table, str(VPN), f"key-{number}", line("a secret of somebody's"))
    for delivery in items.pending(replicas.table, str(VPN)):
        replicas.table.update(f"DELIVERY#{VPN}", delivery.sk, **change)
    later(24 * HOUR - 1)
    for _ in range(3):
        assert items.pending(replicas.table, str(VPN)) == []
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == ["a delivery cannot be read"] * 2
    assert "secret" not in caplog.text

    later(1)
    await replicas.started()
    await replicas.until(lambda: replicas.counted.count("expired") == 2 and replicas.wall.heard(ADMIN))
    assert replicas.wall.heard(ADMIN) == [
        "post: slack:C0VPN has a message that could not be read for 24 hours: what waited there is dropped."
        " It was: key-0"
    ]
    with MOTO:
        assert replicas.table.query(f"DELIVERY#{VPN}", prefix="0") == []
