"""Replies: said in the thread of a run's card, the newest alone, and left out where there is no thread."""

import pytest

from notifiers import outbox_items as items
from notifiers.delivery import MessageGone, PlaceGone
from notifiers.message import line
from notifiers.place import Place
from tests.notifiers.outbox.world import ADMIN, RUN, VPN, Replicas


async def test_a_reply_is_said_in_the_thread_of_the_runs_card(replicas: Replicas) -> None:
    outbox = replicas.make()
    await outbox.card(VPN, RUN, 1, line("CPU is high"))
    await replicas.quiet()
    await outbox.card(VPN, RUN, 2, line("CPU is high, twice"))
    assert await outbox.reply(VPN, RUN, 2, line("Again"))
    await replicas.quiet()
    assert replicas.wall.heard() == [
        "post: CPU is high",
        "update: CPU is high, twice",
        "reply to CPU is high, twice: Again",
    ]
    assert replicas.counted == ["posted", "updated", "replied"]
    assert replicas.left() == 0


async def test_a_reply_is_said_once_however_often_it_is_told(replicas: Replicas) -> None:
    outbox = replicas.make()
    await outbox.card(VPN, RUN, 1, line("CPU is high"))
    await outbox.reply(VPN, RUN, 2, line("Again"))
    await replicas.quiet()
    for seq in (2, 1):
        assert not await outbox.reply(VPN, RUN, seq, line("Again"))
    items.write_reply(replicas.table, str(VPN), RUN, 3, line("For the third time"))
    items.write_reply(replicas.table, str(VPN), RUN, 3, line("For the third time"))
    await replicas.started()
    await replicas.until(lambda: replicas.left() == 0)
    assert replicas.wall.heard()[1:] == ["reply to CPU is high: Again", "reply to CPU is high: For the third time"]


async def test_of_replies_that_wait_only_the_newest_is_said(replicas: Replicas) -> None:
    place = str(VPN)
    items.write_card(replicas.table, place, RUN, 1, line("CPU is high"))
    for seq in (2, 3, 4):
        items.write_card(replicas.table, place, RUN, seq, line(f"CPU is high, {seq} times"))
        items.write_reply(replicas.table, place, RUN, seq, line(f"Again, {seq} times"))
    await replicas.started()
    await replicas.until(lambda: replicas.left() == 0)
    assert replicas.wall.heard() == ["post: CPU is high, 4 times", "reply to CPU is high, 4 times: Again, 4 times"]


async def test_a_reply_is_left_out_where_the_run_has_no_card(replicas: Replicas) -> None:
    outbox = replicas.make()
    await outbox.reply(VPN, RUN, 1, line("Again"))
    await replicas.quiet()
    assert replicas.wall.heard() == []
    assert replicas.left() == 0


@pytest.mark.parametrize("gone", [None, MessageGone("deleted"), PlaceGone("Teams says something new")])
async def test_without_a_thread_nothing_is_said_and_nobody_is_troubled(
    replicas: Replicas, gone: Exception | None
) -> None:
    def fail(_place: Place, text: str) -> None:
        if gone is not None and text == "Again":
            raise gone

    replicas.wall.before = fail
    if gone is None:
        replicas.wall.threadless.add(VPN.id)
    outbox = replicas.make()
    await outbox.card(VPN, RUN, 1, line("CPU is high"))
    await outbox.reply(VPN, RUN, 2, line("Again"))
    await outbox.post(VPN, "key", line("hello"))
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: CPU is high", "post: hello"]
    assert replicas.wall.heard(ADMIN) == []


async def test_a_reply_is_nothing_that_a_version_without_threads_would_draw(replicas: Replicas) -> None:
    items.write_reply(replicas.table, str(VPN), RUN, 1, line("Again"))
    (item,) = replicas.table.query(f"DELIVERY#{VPN}", prefix="0")
    assert "message" not in item
    assert items.card_to_see(replicas.table, str(VPN), RUN) is None
