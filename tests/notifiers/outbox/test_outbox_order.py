"""The outbox in peace: a place hears everything, once, in order, at its pace, and of a card only the newest."""

import asyncio
import time
from itertools import pairwise
from typing import Any

import pytest

from aws_ops.table import Table
from notifiers import outbox_items as items
from notifiers.message import Button, File, Message, line
from notifiers.place import Place
from tests.notifiers.outbox.world import ADMIN, OPS, VPN, Replicas


async def test_what_is_posted_is_said_in_order_and_forgotten(replicas: Replicas) -> None:
    outbox = replicas.make()
    for number in range(5):
        assert await outbox.post(VPN, f"key-{number}", line(f"message {number}"))
    await replicas.quiet()
    assert replicas.wall.heard() == [f"post: message {number}" for number in range(5)]
    assert replicas.left() == 0
    assert replicas.counted == ["posted"] * 5


async def test_one_key_is_said_once_in_a_place(replicas: Replicas) -> None:
    one, two = replicas.make(), replicas.make()
    accepted = await asyncio.gather(*(outbox.post(VPN, "ready", line("It is ready")) for outbox in (one, two, one)))
    await replicas.quiet()
    assert sorted(accepted) == [False, False, True]
    assert await one.post(OPS, "ready", line("It is ready"))
    await replicas.quiet()
    assert replicas.wall.heard() == replicas.wall.heard(OPS) == ["post: It is ready"]


async def test_places_do_not_wait_for_each_other(replicas: Replicas) -> None:
    stuck = asyncio.Event()

    async def stall(place: Place, _text: str) -> None:
        if place == VPN:
            await stuck.wait()

    replicas.wall.before = stall
    outbox = replicas.make()
    await outbox.post(VPN, "1", line("stuck"))
    await outbox.post(OPS, "2", line("free"))
    await replicas.until(lambda: replicas.wall.heard(OPS))
    assert replicas.wall.heard() == []
    stuck.set()
    await replicas.quiet()


async def test_a_place_has_its_pace(replicas: Replicas) -> None:
    said_at: list[float] = []
    replicas.wall.before = lambda _place, _text: said_at.append(time.monotonic())
    outbox = replicas.make(pace=0.05)
    for number in range(3):
        await outbox.post(VPN, f"{number}", line("x"))
    await replicas.quiet()
    assert len(said_at) == 3
    assert all(later - earlier >= 0.05 for earlier, later in pairwise(said_at))


async def test_buttons_without_a_command_of_ours_are_left_out(replicas: Replicas) -> None:
    buttons = (
        Button(label="Off", command="vpn off tokyo"),
        Button(label="Old", command="gone command"),
        Button(label="Docs", link="https://example.com"),
    )
    outbox = replicas.make()
    await outbox.post(VPN, "key", line("hello", buttons=buttons))
    await replicas.quiet()
    assert replicas.wall.buttons["hello"] == ("vpn off tokyo", None)


async def test_files_fit_into_the_table_and_say_where_they_are_cut(replicas: Replicas) -> None:
    message = Message(title="", summary="a file", files=(File(name="a.txt", content="ü" * 500_000),))
    assert items.write_post(replicas.table, str(VPN), "key", message)
    (delivery,) = items.pending(replicas.table, str(VPN))
    content = delivery.message.files[0].content
    assert content.endswith("… cut here: the file is too long to be sent\n")
    assert len(content.encode()) < 250_000


async def test_a_long_backlog_in_one_place_is_not_read_to_find_the_others(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "_PLACES_PAGE", 3)
    for number in range(10):
        items.write_post(table, str(VPN), f"{number}", line("backlog"))
    for place in (OPS, ADMIN):
        items.write_post(table, str(place), "key", line("hello"))
    read: list[int] = []
    real = table.query_index

    def query_index(*args: Any, **how: Any) -> list[Any]:
        found = real(*args, **how)
        read.append(len(found))
        return found

    monkeypatch.setattr(table, "query_index", query_index)
    assert items.places(table) == {str(VPN), str(OPS), str(ADMIN)}
    assert sum(read) < 10


async def test_the_pace_is_kept_by_the_next_replica_too(replicas: Replicas) -> None:
    said_at: list[float] = []
    replicas.wall.before = lambda _place, _text: said_at.append(time.monotonic())
    for number in range(2):
        outbox = replicas.make(pace=0.1)
        await outbox.post(VPN, f"{number}", line("x"))
        await replicas.quiet()
    assert said_at[1] - said_at[0] >= 0.1
