"""The queue listener: a message is deleted when everything is written, left when it is not understood."""

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from aws_ops.queue import Received
from bot.listeners.queue import WAIT_S, QueueListener, RunFact, Unknown

FACT: dict[str, Any] = {"v": 1, "kind": "run", "run": "vpn-1", "seq": 3, "fact": "VpnAssociated", "data": {"a": 1}}


class Line:
    """A queue in memory, of which each message is received once."""

    def __init__(self, bodies: Sequence[str]) -> None:
        self.waiting = [
            Received(body, f"receipt-{number}", id=f"id-{number}", sent=0, receives=1)
            for number, body in enumerate(bodies)
        ]
        self.deleted: list[str] = []
        self.kept: dict[str, str] = {}  # in the bucket
        self.why: dict[str, str] = {}  # what failed, failed
        self.fails = 0
        self.table_is_away = False

    def receive(self, wait_seconds: int, limit: int = 10) -> list[Received]:
        if self.fails:
            self.fails -= 1
            raise ConnectionError("the queue is away")
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return taken

    def note(self, message_id: str, why: str) -> None:
        if self.table_is_away:
            raise ConnectionError("the table is away")
        self.why[message_id] = why

    def delete(self, receipt: str) -> None:
        self.deleted.append(receipt)


Tell = Callable[[RunFact], Awaitable[None]]
Hear = Callable[[object, float], Awaitable[None]]


async def nothing(_: RunFact) -> None:
    """Tell nothing."""


async def deaf(_: object, __: float) -> None:
    """Hear nothing."""


def a_listener(
    line: Line,
    tell: Tell = nothing,
    hear: Hear = deaf,
    count: Callable[[str], None] = lambda _: None,
    wait_s: int = 0,
) -> QueueListener:
    return QueueListener(
        line,  # type: ignore[arg-type]
        asyncio.to_thread,
        tell,
        count,
        hear=hear,
        fetch=line.kept.__getitem__,
        note=line.note,
        wait_s=wait_s,
    )


async def run(line: Line, tell: Tell = nothing, messages: int = 1, hear: Hear = deaf) -> list[str]:
    """Listen until that many messages are handled; what became of each."""
    counted: list[str] = []
    listener = a_listener(line, tell, hear, counted.append)
    await listener.start()
    async with asyncio.timeout(10):
        while len(counted) < messages:
            await asyncio.sleep(0.002)
    await listener.stop(5)
    assert not listener.busy()
    return counted


async def test_a_fact_is_told_and_then_deleted() -> None:
    told: list[RunFact] = []
    line = Line([json.dumps(FACT)])

    async def tell(fact: RunFact) -> None:
        assert line.deleted == []
        told.append(fact)

    assert await run(line, tell, 1) == ["told"]
    assert line.deleted == ["receipt-0"]
    assert (told[0].run, told[0].seq, told[0].fact, told[0].data) == ("vpn-1", 3, "VpnAssociated", {"a": 1})


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "{}",
        json.dumps({**FACT, "v": 2}),
        json.dumps({**FACT, "kind": "aws"}),
        json.dumps({"v": 1, "kind": "aws"}),
        json.dumps({"v": 2, "kind": "aws", "event": {}}),
        json.dumps({"v": 1, "kind": "aws", "event": {}, "stored": "events/2026-11-28/a.json"}),
        json.dumps({"v": 1, "kind": "aws", "event": {}, "run": "vpn-1"}),
        json.dumps({**FACT, "event": {}}),
        "[" * 100_000,
        json.dumps({**FACT, "seq": "3"}),
        json.dumps({**FACT, "seq": 0}),
        json.dumps({**FACT, "run": ""}),
        json.dumps({**FACT, "more": 1}),
        json.dumps({name: value for name, value in FACT.items() if name != "data"}),
    ],
)
async def test_what_is_not_understood_is_left_for_the_dead_letter_queue(
    body: str, caplog: pytest.LogCaptureFixture
) -> None:
    line = Line([body])
    assert await run(line) == ["unknown"]
    assert line.deleted == []
    assert line.why["id-0"].startswith("it is no")
    assert any(record.levelno == logging.ERROR for record in caplog.records)


async def test_a_run_without_a_story_is_left_too() -> None:
    async def tell(_: RunFact) -> None:
        raise Unknown("a run of a kind that has no story")

    line = Line([json.dumps(FACT)])
    assert await run(line, tell, 1) == ["unknown"]
    assert line.deleted == []


async def test_what_fails_comes_again_and_stops_nobody_else() -> None:
    async def tell(fact: RunFact) -> None:
        if fact.seq == 1:
            raise ConnectionError("the table is away")

    line = Line([json.dumps({**FACT, "seq": seq}) for seq in (1, 2)])
    assert await run(line, tell, 2) == ["failed", "told"]
    assert line.deleted == ["receipt-1"]


def aws(event: object) -> str:
    return json.dumps({"v": 1, "kind": "aws", "event": event})


async def test_what_aws_sends_is_heard_as_it_is_and_never_is_a_fact() -> None:
    events: list[object] = [{"detail": "\ud800"}, None, "plain", FACT, json.loads(aws(FACT))]
    heard: list[object] = []

    async def hear(event: object, sent: float) -> None:
        assert sent == 0
        heard.append(event)

    async def tell(_: RunFact) -> None:
        raise AssertionError("nothing that AWS sends is a fact")

    line = Line([aws(event) for event in events])
    assert await run(line, tell, len(events), hear) == ["told"] * len(events)
    assert heard == events
    assert len(line.deleted) == len(events)


async def test_a_large_event_is_fetched_from_the_bucket() -> None:
    heard: list[object] = []

    async def hear(event: object, _: float) -> None:
        heard.append(event)

    stored = [json.dumps({"v": 1, "kind": "aws", "stored": key}) for key in ("good", "fact", "again")]
    line = Line(stored)
    line.kept = {"good": aws({"large": True}), "fact": json.dumps(FACT), "again": stored[0]}
    assert sorted(await run(line, messages=3, hear=hear)) == ["told", "unknown", "unknown"]
    assert heard == [{"large": True}]
    assert line.why["id-1"] == line.why["id-2"] == "what is kept in the bucket is no event"


async def test_events_wait_for_no_other_and_facts_come_in_order() -> None:
    order: list[str] = []
    gate = asyncio.Event()

    async def hear(event: object, _: float) -> None:
        if event == "first":
            await gate.wait()
        order.append(str(event))
        gate.set()

    async def tell(fact: RunFact) -> None:
        await asyncio.sleep(0)
        order.append(str(fact.seq))

    facts = [json.dumps({**FACT, "seq": seq}) for seq in (1, 2)]
    line = Line([aws("first"), facts[0], aws("second"), facts[1]])
    assert await run(line, tell, 4, hear) == ["told"] * 4
    assert order.index("second") < order.index("first")
    assert order.index("1") < order.index("2")


async def test_why_a_message_failed_is_remembered_if_possible() -> None:
    async def hear(_: object, __: float) -> None:
        raise ConnectionError("the table is away")

    line = Line([aws({})])
    line.table_is_away = True
    assert await run(line, hear=hear) == ["failed"]
    line = Line([aws({})])
    assert await run(line, hear=hear) == ["failed"]
    assert line.why == {"id-0": "Something went wrong"}


async def test_a_queue_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.listeners.queue.backoff", lambda *_, **__: 0.001)
    line = Line([json.dumps(FACT)])
    line.fails = 3
    assert await run(line, nothing, 1) == ["told"]


async def test_it_is_busy_while_it_tells() -> None:
    gate = asyncio.Event()

    async def tell(_: RunFact) -> None:
        await gate.wait()

    line = Line([json.dumps(FACT)])
    listener = a_listener(line, tell)
    await listener.start()
    async with asyncio.timeout(10):
        while not listener.busy():
            await asyncio.sleep(0.002)
    stopping = asyncio.create_task(listener.stop(5))
    await asyncio.sleep(0.01)
    assert not stopping.done()
    gate.set()
    await stopping
    assert line.deleted == ["receipt-0"]


async def test_a_stop_before_the_start_is_fine() -> None:
    await a_listener(Line([])).stop(1)


async def test_a_stop_waits_two_seconds_for_the_poll_at_most_and_loses_nothing() -> None:
    waits: list[int] = []
    polled, answer = threading.Event(), threading.Event()
    line = Line([json.dumps(FACT)])

    def receive(wait_seconds: int, limit: int = 10) -> list[Received]:
        waits.append(wait_seconds)
        polled.set()
        answer.wait(10)
        return Line.receive(line, wait_seconds, limit)

    line.receive = receive  # type: ignore[method-assign]
    listener = a_listener(line, wait_s=WAIT_S)
    await listener.start()
    await asyncio.to_thread(polled.wait, 10)
    stopping = asyncio.create_task(listener.stop(5))
    await asyncio.sleep(0.01)
    answer.set()
    await stopping
    assert waits == [2]
    assert line.deleted == ["receipt-0"]
