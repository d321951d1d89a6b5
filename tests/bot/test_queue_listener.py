"""The queue listener: a message is deleted when everything is written, left when it is not understood."""

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from aws_ops.queue import Received
from bot.listeners.queue import QueueListener, RunFact, Unknown

FACT: dict[str, Any] = {"v": 1, "kind": "run", "run": "vpn-1", "seq": 3, "fact": "VpnAssociated", "data": {"a": 1}}


class Line:
    """A queue in memory, of which each message is received once."""

    def __init__(self, bodies: Sequence[str]) -> None:
        self.waiting = [
            Received(body, f"receipt-{number}", id=f"id-{number}", sent=0, receives=1)
            for number, body in enumerate(bodies)
        ]
        self.deleted: list[str] = []
        self.fails = 0

    def receive(self, wait_seconds: int, limit: int = 10) -> list[Received]:
        if self.fails:
            self.fails -= 1
            raise ConnectionError("the queue is away")
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return taken

    def delete(self, receipt: str) -> None:
        self.deleted.append(receipt)


async def run(line: Line, tell: Callable[[RunFact], Awaitable[None]], messages: int) -> list[str]:
    """Listen until that many messages are handled; what became of each."""
    counted: list[str] = []
    listener = QueueListener(line, asyncio.to_thread, tell, counted.append, wait_s=0)  # type: ignore[arg-type]
    await listener.start()
    async with asyncio.timeout(10):
        while len(counted) < messages:
            await asyncio.sleep(0.002)
    await listener.stop(5)
    assert not listener.busy()
    return counted


async def nothing(_: RunFact) -> None:
    """Tell nothing."""


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
        json.dumps({"v": 1, "kind": "aws", "event": FACT}),
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
    assert await run(line, nothing, 1) == ["unknown"]
    assert line.deleted == []
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
    listener = QueueListener(line, asyncio.to_thread, tell, lambda _: None, wait_s=0)  # type: ignore[arg-type]
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
    await QueueListener(Line([]), asyncio.to_thread, nothing, lambda _: None).stop(1)  # type: ignore[arg-type]


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
    listener = QueueListener(line, asyncio.to_thread, nothing, lambda _: None)  # type: ignore[arg-type]
    await listener.start()
    await asyncio.to_thread(polled.wait, 10)
    stopping = asyncio.create_task(listener.stop(5))
    await asyncio.sleep(0.01)
    answer.set()
    await stopping
    assert waits == [2]
    assert line.deleted == ["receipt-0"]
