"""Several replicas of the outbox: one speaks in a place at a time, and what one leaves another says."""

import asyncio
import random
from collections.abc import Callable

import pytest

from notifiers import outbox_cards as cards
from notifiers import outbox_items as items
from notifiers.delivery import TryLater
from notifiers.message import line
from notifiers.outbox_books import LEASE_S, SEND_S, Books, Step
from notifiers.place import Place
from notifiers.slack_api import TIMEOUT_S as SLACK_S
from notifiers.teams_api import TIMEOUT_S as TEAMS_S
from tests.notifiers.outbox.world import OPS, RUN, VPN, Replicas, Wall


async def test_what_a_dead_replica_left_is_found(replicas: Replicas) -> None:
    items.write_post(replicas.table, str(VPN), "key", line("from the dead"))
    await replicas.started()
    await replicas.until(lambda: replicas.wall.heard() == ["post: from the dead"])


async def test_a_dead_replicas_lease_ends(replicas: Replicas, later: Callable[[int], None]) -> None:
    assert replicas.table.lease(*items.lease_key(str(VPN)), "the dead", LEASE_S)
    outbox = await replicas.started()
    await outbox.post(VPN, "key", line("hello"))
    await asyncio.sleep(0.1)
    await replicas.quiet()
    assert replicas.wall.heard() == []
    later(LEASE_S)
    await replicas.until(lambda: replicas.wall.heard() == ["post: hello"])


def test_two_calls_of_a_chat_fit_into_a_sending_and_a_sending_into_a_lease() -> None:
    """What is cut off after it was said is said again, and a file with its message is two calls."""
    assert 2 * max(SLACK_S, TEAMS_S) + 3 < SEND_S < LEASE_S - 3


async def test_after_sending_the_lease_is_given_up_at_once(replicas: Replicas, later: Callable[[int], None]) -> None:
    one, two = replicas.make(), replicas.make()
    await one.post(VPN, "1", line("one"))
    await replicas.quiet()
    await two.post(VPN, "2", line("two"))
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: one", "post: two"]


async def test_two_replicas_never_speak_in_one_place_at_once(replicas: Replicas) -> None:
    speaking: dict[str, int] = {}

    async def slowly(place: Place, text: str) -> None:
        speaking[str(place)] = speaking.get(str(place), 0) + 1
        assert speaking[str(place)] == 1
        await asyncio.sleep(0.003)
        speaking[str(place)] -= 1

    replicas.wall.before = slowly
    outboxes = [await replicas.started() for _ in range(3)]
    for number in range(15):
        await outboxes[number % 3].post((VPN, OPS)[number % 2], f"{number}", line(f"{number}"))
    await replicas.until(lambda: len(replicas.wall.heard()) + len(replicas.wall.heard(OPS)) == 15)
    assert [int(said.split()[-1]) for said in replicas.wall.heard()] == list(range(0, 15, 2))
    assert "refused" not in replicas.counted


async def test_while_one_waits_no_other_replica_asks(replicas: Replicas) -> None:
    asked: list[str] = []

    def refuse(_place: Place, text: str) -> None:
        asked.append(text)
        raise TryLater("slowly", 30.0)

    replicas.wall.before = refuse
    one = await replicas.started()
    await one.post(VPN, "key", line("hello"))
    await replicas.until(lambda: asked)
    await replicas.until(lambda: not one.busy())
    await replicas.started()  # only now: either of two could have come first
    await asyncio.sleep(0.15)  # it looks a few times meanwhile
    assert asked == ["hello"]
    assert not one.busy()


async def test_a_stop_says_what_can_be_said(replicas: Replicas) -> None:
    outbox = replicas.make()
    for number in range(4):
        await outbox.post(VPN, f"{number}", line(f"{number}"))
    await outbox.stop(5)
    assert len(replicas.wall.heard()) == 4
    assert replicas.table.lease(*items.lease_key(str(VPN)), "the next", 15)


async def test_a_stop_leaves_the_rest_to_the_next(replicas: Replicas) -> None:
    speaking, never = asyncio.Event(), asyncio.Event()

    async def stall(_place: Place, _text: str) -> None:
        speaking.set()
        await never.wait()

    replicas.wall.before = stall
    outbox = replicas.make()
    await outbox.post(VPN, "1", line("hello"))
    await asyncio.wait_for(speaking.wait(), 30)
    await outbox.stop(0.05)
    assert replicas.left() == 1
    assert not outbox.busy()
    next_wall = Wall()
    await replicas.make(next_wall).start()
    await replicas.until(lambda: next_wall.heard() == ["post: hello"])


async def test_the_table_failing_for_a_moment_loses_nothing(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [True]
    real = Books._write

    def write(books: Books, step: Step, message_id: str | None) -> None:
        if broken.pop() if broken else False:
            raise ConnectionError("the table is away")
        real(books, step, message_id)

    monkeypatch.setattr(Books, "_write", write)
    outbox = await replicas.started()
    await outbox.card(VPN, RUN, 1, line("fact 1"))
    await replicas.until(lambda: replicas.left() == 0)
    assert replicas.wall.heard() == ["post: fact 1"]


@pytest.mark.parametrize("seed", range(3))
async def test_however_replicas_die_everything_is_said_and_the_newest_card_stands(
    replicas: Replicas, later: Callable[[int], None], seed: int
) -> None:
    chance = random.Random(seed)

    async def stumble(_place: Place, _text: str) -> None:
        await asyncio.sleep(chance.uniform(0, 0.004))
        if chance.random() < 0.1:
            raise TryLater("no answer", 0.001)

    replicas.wall.before = stumble
    deaths = 4
    for number in range(20):
        outbox = chance.choice(replicas.outboxes) if len(replicas.outboxes) > 1 else await replicas.started()
        if number % 2:
            await outbox.post(VPN, f"note-{number}", line(f"note {number}"))
        else:
            await outbox.card(VPN, RUN, number, line(f"card {number}"))
        if number % 5 == 4:
            await replicas.kill(chance.choice(replicas.outboxes))
            later(LEASE_S)
    await replicas.started()
    await replicas.until(lambda: replicas.left() == 0)
    await replicas.quiet()

    said = [text.partition(": ")[2] for text in replicas.wall.heard()]
    notes = [text for text in said if text.startswith("note")]
    assert set(notes) == {f"note {number}" for number in range(1, 20, 2)}
    assert len(notes) <= 10 + deaths
    card = cards.read_card(replicas.table, str(VPN), RUN)
    assert card is not None
    assert card.seq == 18
    assert replicas.wall.shown[card.message_id] == "card 18"
    assert sum(text.startswith("post: card") for text in replicas.wall.heard()) <= 1 + deaths
