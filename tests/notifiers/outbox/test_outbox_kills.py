"""Killed at any instruction: whatever was accepted is in one message or in one list, and in no two."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from aws_ops import clock
from aws_ops.conditions import Attr
from aws_ops.table import Table, Write
from notifiers import outbox_items as items
from notifiers import outbox_later as later_items
from notifiers.delivery import TryLater
from notifiers.held import Entry
from notifiers.message import Message, line
from notifiers.outbox_books import LEASE_S, Books, NotOurs, Step
from notifiers.outbox_delivery import Terms
from notifiers.outbox_holding import Overtaken
from notifiers.place import Place
from tests.notifiers.outbox.world import MOTO, VPN, Replicas, entry

Later = Callable[[int], None]

OWNERS = itertools.count(1)
FLOOD = 2


class Killed(BaseException):
    """Nothing that is called after this is called at all."""


class Mortal(Table):
    """The table of a process that dies right after so many writes and sayings."""

    def __init__(self, table: Table, lives: int) -> None:
        super().__init__(table._client, table.name)
        self.lives = lives

    def spend(self) -> None:
        self.lives -= 1
        if self.lives == 0:
            raise Killed

    def transact(self, *writes: Write) -> bool:
        done = super().transact(*writes)
        self.spend()
        return done


@dataclass
class Screen:
    """What can be read in a place: the paragraphs of each message."""

    messages: list[list[str]] = field(default_factory=list)

    def say(self, step: Step) -> str:
        """Say a step as a chat does; the message's id."""
        if step.card is None:
            self.messages.append([])
        number = len(self.messages) - 1 if step.card is None else int(step.card.message_id)
        self.messages[number] = paragraphs(step.delivery.message)
        return str(number)

    def ids(self) -> Counter[str]:
        """How often each alert is to be read."""
        words = " ".join(text for lines in self.messages for text in lines).split()
        return Counter(word for word in words if word.startswith("id-"))


def paragraphs(message: Message) -> list[str]:
    return ["".join(span.text for span in block.spans) for block in message.blocks if block.kind == "text"]


def books_of(table: Table, place: Place, flood: int = FLOOD) -> Books:
    """The books of a process that has just begun, and has looked for what is due."""
    books = Books(table, str(place), f"replica-{next(OWNERS)}", lambda: flood, lambda _: None)
    books.due = {why for due_place, why in later_items.due_places(table) if due_place == str(place)}
    return books


def work(table: Table, place: Place, screen: Screen) -> None:
    """Say what there is to say; killed, this says nothing any more."""
    books = books_of(table, place)
    while step := books.step(0):
        said = screen.say(step)
        if isinstance(table, Mortal):
            table.spend()
        books.said(step, said, "posted")


def accept(table: Table, place: Place, later: Later) -> set[str]:
    """Alerts by day and by night, of which two change again; the words that have to be read."""
    told = Terms(due=clock.epoch() + 60, why="muted")
    for number in range(3):
        text = f"id-night-{number}"
        terms = Terms(Entry(text=text, at=0), told.due, "muted")
        items.write_card(table, str(place), f"night-{number}", 1, line(text), terms)
    later(60)
    for seq, number in ((1, 0), (1, 1), (1, 2), (1, 3), (2, 1), (2, 3)):
        text = f"id-day-{number}"
        items.write_card(table, str(place), f"day-{number}", seq, line(text), Terms(Entry(text=text, at=0)))
    items.write_post(table, str(place), "post", line("id-post"), Terms(Entry(text="id-post", at=0)))
    return {f"id-night-{number}" for number in range(3)} | {f"id-day-{number}" for number in range(4)} | {"id-post"}


@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.faults)])
def test_killed_after_any_write_or_saying_nothing_is_lost_and_one_message_at_most_is_said_again(
    table: Table, later: Later, every: int
) -> None:
    for lives in itertools.count(every, every):
        place = Place(scheme="slack", id=f"C{lives}")
        wanted, screen = accept(table, place, later), Screen()
        try:
            work(Mortal(table, lives), place, screen)
        except Killed:
            later(LEASE_S)
        else:
            break  # it lived to the end
        work(table, place, screen)
        assert set(screen.ids()) == wanted, f"killed after {lives}"
        assert sum(screen.ids().values()) <= len(wanted) + 1, f"killed after {lives}: {screen.messages}"
        assert items.pending(table, str(place)) == []
        assert table.query(f"LATER#{place}") == []
    assert lives > 15
    assert screen.ids() == Counter(wanted)


def test_a_lease_that_was_lost_meanwhile_moves_nothing(table: Table, later: Later) -> None:
    place, screen = Place(scheme="slack", id="C0LOST"), Screen()
    wanted = accept(table, place, later)
    slow = books_of(table, place)
    step = slow.step(0)
    assert step is not None
    table.update(*items.lease_key(str(place)), set={"owner": "another", "until": clock.epoch() + LEASE_S})
    slow.said(step, screen.say(step), "posted")  # it was said in time
    with pytest.raises(NotOurs):
        slow.step(0)
    table.update(*items.lease_key(str(place)), remove=("owner", "until"), when=Attr("owner").eq("another"))
    work(table, place, screen)
    assert screen.ids() == Counter(wanted)


def test_whoever_was_asleep_while_another_listed_it_all_lists_nothing_again(
    table: Table, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, screen = Place(scheme="slack", id="C0ASLEEP"), Screen()
    wanted = accept(table, place, later)
    asleep = books_of(table, place, flood=0)
    real = table.transact
    slept: list[bool] = []

    def transact(*writes: Write) -> bool:
        if not slept:  # as it is about to move the first ones into its list
            slept.append(True)
            later(LEASE_S)
            work(table, place, screen)
            later(LEASE_S)
        return real(*writes)

    step = asleep.step(0)
    assert step is not None
    asleep.said(step, screen.say(step), "posted")
    monkeypatch.setattr(table, "transact", transact)
    while step := asleep.step(0):
        asleep.said(step, screen.say(step), "posted")
    assert slept
    assert screen.ids() == Counter(wanted)


def test_what_cannot_be_moved_again_and_again_is_left_for_the_next_look(
    table: Table, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(scheme="slack", id="C0STUCK")
    accept(table, place, later)
    monkeypatch.setattr(table, "transact", lambda *_: False)
    with pytest.raises(Overtaken):
        books_of(table, place, flood=0).step(0)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(4))
async def test_however_replicas_die_in_a_flood_every_alert_is_in_one_message_or_one_list(
    replicas: Replicas, later: Later, seed: int
) -> None:
    chance = random.Random(seed)

    async def stumble(_place: Place, _text: str) -> None:
        await asyncio.sleep(chance.uniform(0, 0.004))
        if chance.random() < 0.1:
            raise TryLater("no answer", 0.001)

    replicas.wall.before = stumble
    deaths, accepted = 5, 60
    for number in range(accepted):
        while len(replicas.outboxes) < 2:
            await replicas.started(flood=3)
        outbox = chance.choice(replicas.outboxes)
        text = line(f"alert {number}")
        due = clock.epoch() + 20 if number % 7 == 0 else None
        await outbox.card(VPN, f"alert-{number}", 1, text, entry=entry(number), due=due, why="muted")
        if number % 3 == 0:
            closed = Entry(text=f"alert {number}", severity="ok", at=0)
            await outbox.card(VPN, f"alert-{number}", 2, line(f"alert {number}"), entry=closed, due=due, why="muted")
        if number % (accepted // deaths) == 5:
            await asyncio.sleep(chance.uniform(0, 0.05))
            await replicas.kill(chance.choice(replicas.outboxes))
            later(LEASE_S)
    await replicas.started(flood=3)
    later(60)
    await replicas.until(lambda: replicas.left() == 0 and not waiting_at(replicas))
    await replicas.quiet()

    read = Counter(text.rpartition("alert ")[2] for text in replicas.wall.everything() if "alert " in text)
    assert set(read) == {f"{number}" for number in range(accepted)}
    assert sum(read.values()) <= accepted + deaths


def waiting_at(replicas: Replicas) -> bool:
    """Whether something is not due yet."""
    with MOTO:
        return bool(replicas.table.query(f"LATER#{VPN}"))
