"""The outbox: whatever happens, a place hears everything, in order, once, and never an older card after a newer one."""

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any, ParamSpec, TypeVar

import boto3
import pytest
from moto import mock_aws

from aws_ops import clock
from aws_ops.table import Table, create_table
from notifiers import outbox_items as items
from notifiers.delivery import MessageGone, PlaceGone, Refused, TryLater
from notifiers.message import Button, File, Message, line
from notifiers.outbox import Outbox
from notifiers.outbox_items import Card
from notifiers.place import Place

P = ParamSpec("P")
T = TypeVar("T")

VPN = Place(scheme="slack", id="C0VPN")
OPS = Place(scheme="slack", id="C0OPS")
ADMIN = Place(scheme="slack", id="C0ADMIN")
RUN = "vpn-1"
HOUR = 3600

_numbers = count(1)


@dataclass
class Wall:
    """Where everything that is said can be read. `before` is called with each thing before it is said."""

    said: dict[str, list[str]] = field(default_factory=dict)  # by place: "post: text", "update 1: text"
    shown: dict[str, str] = field(default_factory=dict)  # by message id
    buttons: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    before: Callable[[Place, str], object] = lambda _place, _text: None

    async def post(self, place: Place, message: Message) -> str:
        await self._say(place, message, f"post: {message.summary}")
        message_id = str(next(_numbers))
        self.shown[message_id] = message.summary
        self.buttons[message.summary] = tuple(button.command for button in message.buttons)
        return message_id

    async def update(self, place: Place, message_id: str, message: Message) -> None:
        await self._say(place, message, f"update: {message.summary}")
        if message_id not in self.shown:
            raise MessageGone
        self.shown[message_id] = message.summary

    async def _say(self, place: Place, message: Message, what: str) -> None:
        answer = self.before(place, message.summary)
        if asyncio.iscoroutine(answer):
            await answer
        self.said.setdefault(str(place), []).append(what)

    def heard(self, place: Place = VPN) -> list[str]:
        return self.said.get(str(place), [])


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
        yield


@pytest.fixture
def table(aws: None) -> Table:
    client = boto3.resource("dynamodb", region_name="eu-west-1").meta.client
    name = f"deskside-{next(_numbers)}"
    create_table(client, name)
    return Table(client, name)


@pytest.fixture
def later() -> Callable[[int], None]:
    """Stands the clock; called, it moves that many seconds on."""
    moment = [datetime(2026, 10, 20, 8, 0, tzinfo=UTC)]
    clock.set_source(lambda: moment[0])

    def move(seconds: int) -> None:
        moment[0] += timedelta(seconds=seconds)

    return move


_moto = threading.Lock()


class Threads:
    """The threads of one replica; a killed one calls nothing any more.

    One call at a time: moto, in this process, checks a condition and writes in two steps, and others come in between.
    """

    def __init__(self) -> None:
        self.killed = False

    async def __call__(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        def locked() -> T:
            with _moto:
                if self.killed:
                    raise ConnectionError("killed")
                return func(*args, **kwargs)

        return await asyncio.to_thread(locked)

    def kill(self) -> None:
        with _moto:
            self.killed = True


class Replicas:
    """Any number of outboxes on one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.wall = Wall()
        self.outboxes: list[Outbox] = []
        self.threads: dict[Outbox, Threads] = {}
        self.counted: list[str] = []

    def make(self, wall: Wall | None = None, pace: float = 0.0, look_s: float = 0.02) -> Outbox:
        """One that is not started: it sends what is given to it, and does not look for more."""
        threads = Threads()
        outbox = Outbox(
            self.table,
            {"slack": wall or self.wall, "person": wall or self.wall},
            threads,
            lambda command: command.startswith("vpn "),
            lambda: ADMIN,
            pace=pace,
            look_s=look_s,
            count=self.counted.append,
        )
        self.outboxes.append(outbox)
        self.threads[outbox] = threads
        return outbox

    async def started(self) -> Outbox:
        outbox = self.make()
        await outbox.start()
        return outbox

    async def kill(self, outbox: Outbox) -> None:
        """No farewell: whatever it was doing ends here, and its leases stay."""
        await asyncio.to_thread(self.threads[outbox].kill)
        self.outboxes.remove(outbox)
        await outbox.stop(0)

    async def quiet(self) -> None:
        """Wait until nobody says anything."""
        async with asyncio.timeout(10):
            while any(outbox.busy() for outbox in self.outboxes):
                await asyncio.sleep(0.002)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)

    def left(self, place: Place = VPN) -> int:
        """How many deliveries are still in the table."""
        return len(items.pending(self.table, str(place)))


@pytest.fixture
async def replicas(table: Table) -> AsyncIterator[Replicas]:
    made = Replicas(table)
    yield made
    for outbox in made.outboxes:
        await outbox.stop(1)


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


async def test_a_card_is_posted_once_and_then_changed(replicas: Replicas) -> None:
    outbox = replicas.make()
    for seq in (1, 2, 3):
        assert await outbox.card(VPN, RUN, seq, line(f"fact {seq}"))
        await replicas.quiet()
    assert replicas.wall.heard() == ["post: fact 1", "update: fact 2", "update: fact 3"]
    assert list(replicas.wall.shown.values()) == ["fact 3"]
    card = items.read_card(replicas.table, str(VPN), RUN)
    assert card is not None
    assert card.seq == 3


async def test_older_and_equal_facts_are_never_shown_after_newer_ones(replicas: Replicas) -> None:
    outbox = replicas.make()
    assert await outbox.card(VPN, RUN, 7, line("fact 7"))
    await replicas.quiet()
    for seq in (3, 7):
        assert not await outbox.card(VPN, RUN, seq, line(f"old fact {seq}"))
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: fact 7"]


async def test_of_what_waits_only_the_newest_card_is_drawn(replicas: Replicas) -> None:
    for seq in (4, 2, 5, 1, 3):
        items.write_card(replicas.table, str(VPN), RUN, seq, line(f"fact {seq}"))
    items.write_card(replicas.table, str(VPN), "vpn-2", 1, line("another run"))
    await replicas.started()
    await replicas.until(lambda: len(replicas.wall.heard()) == 2)
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: fact 5", "post: another run"]
    assert replicas.counted.count("coalesced") == 4
    assert replicas.left() == 0


async def test_a_card_comes_before_the_note_about_it(replicas: Replicas) -> None:
    items.write_card(replicas.table, str(VPN), RUN, 1, line("associating"))
    items.write_post(replicas.table, str(VPN), "ready", line("It is ready"))
    items.write_card(replicas.table, str(VPN), RUN, 2, line("ready"))
    await replicas.started()
    await replicas.until(lambda: len(replicas.wall.heard()) == 2)
    assert replicas.wall.heard() == ["post: ready", "post: It is ready"]


async def test_a_card_that_somebody_deleted_is_posted_anew(replicas: Replicas) -> None:
    outbox = replicas.make()
    await outbox.card(VPN, RUN, 1, line("fact 1"))
    await replicas.quiet()
    replicas.wall.shown.clear()
    await outbox.card(VPN, RUN, 2, line("fact 2"))
    await replicas.quiet()
    await outbox.card(VPN, RUN, 3, line("fact 3"))
    await replicas.quiet()
    assert replicas.wall.heard() == ["post: fact 1", "update: fact 2", "post: fact 2", "update: fact 3"]


async def test_what_a_dead_replica_left_is_found(replicas: Replicas) -> None:
    items.write_post(replicas.table, str(VPN), "key", line("from the dead"))
    await replicas.started()
    await replicas.until(lambda: replicas.wall.heard() == ["post: from the dead"])


async def test_a_dead_replicas_lease_ends(replicas: Replicas, later: Callable[[int], None]) -> None:
    assert replicas.table.lease(*items.lease_key(str(VPN)), "the dead", 15)
    outbox = await replicas.started()
    await outbox.post(VPN, "key", line("hello"))
    await asyncio.sleep(0.1)
    await replicas.quiet()
    assert replicas.wall.heard() == []
    later(15)
    await replicas.until(lambda: replicas.wall.heard() == ["post: hello"])


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


async def test_patience_is_as_long_as_the_platform_asks(replicas: Replicas, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    answers = [TryLater("slowly", 17.0), TryLater("no answer"), None]

    def refuse(_place: Place, _text: str) -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    async def wait(_self: Outbox, _place: str, seconds: float) -> None:
        waited.append(seconds)

    replicas.wall.before = refuse
    monkeypatch.setattr(Outbox, "_wait", wait)
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


async def test_while_one_waits_no_other_replica_asks(replicas: Replicas) -> None:
    asked: list[str] = []

    def refuse(_place: Place, text: str) -> None:
        asked.append(text)
        raise TryLater("slowly", 30.0)

    replicas.wall.before = refuse
    one, _two = await replicas.started(), await replicas.started()
    await one.post(VPN, "key", line("hello"))
    await asyncio.sleep(0.15)
    assert asked == ["hello"]
    assert not one.busy()


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
        "post: slack:C0VPN cannot be written to (is_archived). It was: message 0",
    ]
    later(24 * HOUR)
    await outbox.post(VPN, "again", line("the next day"))
    await replicas.quiet()
    assert len(replicas.wall.heard(ADMIN)) == 2


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


async def test_killed_after_saying_it_a_card_is_the_same_message_again(replicas: Replicas) -> None:
    """The worst moment: said, and not yet forgotten."""
    outbox = replicas.make()
    await outbox.card(VPN, RUN, 1, line("fact 1"))
    await replicas.quiet()
    items.write_card(replicas.table, str(VPN), RUN, 2, line("fact 2"))
    card = items.read_card(replicas.table, str(VPN), RUN)
    assert card is not None
    assert items.record_card(replicas.table, str(VPN), RUN, Card(card.message_id, 2, line("fact 2")))
    await replicas.started()
    await replicas.until(lambda: replicas.left() == 0)
    assert replicas.wall.heard() == ["post: fact 1"]


async def test_one_who_was_too_slow_has_the_newer_card_drawn_again(replicas: Replicas) -> None:
    def overtaken(_place: Place, text: str) -> None:
        if text == "fact 2":  # while this is on its way, a replica with the next lease draws fact 3
            card = items.read_card(replicas.table, str(VPN), RUN)
            assert card is not None
            items.record_card(replicas.table, str(VPN), RUN, Card(card.message_id, 3, line("fact 3")))

    replicas.wall.before = overtaken
    outbox = replicas.make()
    await outbox.card(VPN, RUN, 1, line("fact 1"))
    await replicas.quiet()
    await outbox.card(VPN, RUN, 2, line("fact 2"))
    await replicas.quiet()
    assert list(replicas.wall.shown.values()) == ["fact 3"]
    assert replicas.left() == 0


async def test_a_stop_says_what_can_be_said(replicas: Replicas) -> None:
    outbox = replicas.make()
    for number in range(4):
        await outbox.post(VPN, f"{number}", line(f"{number}"))
    await outbox.stop(5)
    assert len(replicas.wall.heard()) == 4
    assert replicas.table.lease(*items.lease_key(str(VPN)), "the next", 15)


async def test_a_stop_leaves_the_rest_to_the_next(replicas: Replicas) -> None:
    never = asyncio.Event()

    async def stall(_place: Place, _text: str) -> None:
        await never.wait()

    replicas.wall.before = stall
    outbox = replicas.make()
    await outbox.post(VPN, "1", line("hello"))
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
    real = items.forget

    def forget(*args: object) -> None:
        if broken.pop() if broken else False:
            raise ConnectionError("the table is away")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(items, "forget", forget)
    outbox = await replicas.started()
    await outbox.card(VPN, RUN, 1, line("fact 1"))
    await replicas.until(lambda: replicas.left() == 0)
    assert replicas.wall.heard() == ["post: fact 1"]


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


async def test_files_fit_into_the_table_and_say_where_they_are_cut(replicas: Replicas) -> None:
    message = Message(title="", summary="a file", files=(File(name="a.txt", content="ü" * 500_000),))
    assert items.write_post(replicas.table, str(VPN), "key", message)
    (delivery,) = items.pending(replicas.table, str(VPN))
    content = delivery.message.files[0].content
    assert content.endswith("… cut here: the file is too long to be sent\n")
    assert len(content.encode()) < 250_000


async def test_what_a_newer_version_wrote_is_left_to_it(replicas: Replicas) -> None:
    items.write_post(replicas.table, str(VPN), "1", line("new"))
    (delivery,) = items.pending(replicas.table, str(VPN))
    replicas.table.update(f"DELIVERY#{VPN}", delivery.sk, set={"message": '{"unheard": "of"}'})
    items.write_post(replicas.table, str(VPN), "2", line("known"))
    await replicas.started()
    await replicas.until(lambda: replicas.wall.heard() == ["post: known"])
    await replicas.quiet()
    assert len(replicas.table.query(f"DELIVERY#{VPN}", prefix="0")) == 1


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
            later(15)
    await replicas.started()
    await replicas.until(lambda: replicas.left() == 0)
    await replicas.quiet()

    said = [text.partition(": ")[2] for text in replicas.wall.heard()]
    notes = [text for text in said if text.startswith("note")]
    assert set(notes) == {f"note {number}" for number in range(1, 20, 2)}
    assert len(notes) <= 10 + deaths
    card = items.read_card(replicas.table, str(VPN), RUN)
    assert card is not None
    assert card.seq == 18
    assert replicas.wall.shown[card.message_id] == "card 18"
    assert sum(text.startswith("post: card") for text in replicas.wall.heard()) <= 1 + deaths
