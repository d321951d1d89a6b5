"""Remembered answers: not for too long, never of failures, one question for many who ask."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from aws_ops import clock
from notifiers.recent import Recent


class Oracle:
    """Answers with how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(self) -> int:
        self.asked += 1
        answer = self.asked
        await self.gate.wait()
        if self.fails:
            raise ConnectionError
        return answer


@pytest.fixture
def later() -> Callable[[int], None]:
    moment = [datetime(2026, 10, 20, 8, 0, tzinfo=UTC)]
    clock.set_source(lambda: moment[0])

    def move(seconds: int) -> None:
        moment[0] += timedelta(seconds=seconds)

    return move


@pytest.fixture
async def oracle() -> Oracle:
    return Oracle()


async def test_an_answer_is_remembered_for_its_time(oracle: Oracle, later: Callable[[int], None]) -> None:
    recent: Recent[str, int] = Recent(300)
    assert [await recent.get("a", oracle.ask) for _ in range(3)] == [1, 1, 1]
    later(299)
    assert await recent.get("a", oracle.ask) == 1
    later(1)
    assert await recent.get("a", oracle.ask) == 2


async def test_a_fresh_answer_is_asked_for_and_then_remembered(oracle: Oracle) -> None:
    recent: Recent[str, int] = Recent(300)
    assert await recent.get("a", oracle.ask) == 1
    assert await recent.get("a", oracle.ask, fresh=True) == 2
    assert await recent.get("a", oracle.ask) == 2


async def test_a_failure_is_not_remembered(oracle: Oracle) -> None:
    recent: Recent[str, int] = Recent(300)
    oracle.fails = True
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await recent.get("a", oracle.ask)
    oracle.fails = False
    assert await recent.get("a", oracle.ask) == 3


async def test_a_failure_does_not_take_the_answer_before_away(oracle: Oracle) -> None:
    recent: Recent[str, int] = Recent(300)
    await recent.get("a", oracle.ask)
    oracle.fails = True
    with pytest.raises(ConnectionError):
        await recent.get("a", oracle.ask, fresh=True)
    assert await recent.get("a", oracle.ask) == 1


async def test_many_at_once_share_one_question(oracle: Oracle) -> None:
    recent: Recent[str, int] = Recent(300)
    oracle.gate.clear()
    asking = [asyncio.create_task(recent.get("a", oracle.ask)) for _ in range(50)]
    await asyncio.sleep(0)
    oracle.gate.set()
    assert await asyncio.gather(*asking) == [1] * 50


async def test_a_fresh_question_does_not_share_an_older_one(oracle: Oracle) -> None:
    recent: Recent[str, int] = Recent(300)
    oracle.gate.clear()
    first = asyncio.create_task(recent.get("a", oracle.ask))
    await asyncio.sleep(0)
    second = asyncio.create_task(recent.get("a", oracle.ask, fresh=True))
    await asyncio.sleep(0)
    oracle.gate.set()
    assert (await first, await second) == (1, 2)


async def test_one_who_hangs_up_does_not_take_the_answer_from_the_others(oracle: Oracle) -> None:
    recent: Recent[str, int] = Recent(300)
    oracle.gate.clear()
    first = asyncio.create_task(recent.get("a", oracle.ask))
    second = asyncio.create_task(recent.get("a", oracle.ask))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    oracle.gate.set()
    assert await second == 1
    assert await recent.get("a", oracle.ask) == 1


async def test_after_everybody_hung_up_the_answer_still_ages(oracle: Oracle, later: Callable[[int], None]) -> None:
    recent: Recent[str, int] = Recent(300)
    oracle.gate.clear()
    asking = asyncio.create_task(recent.get("a", oracle.ask))
    await asyncio.sleep(0)
    asking.cancel()
    oracle.gate.set()
    await asyncio.sleep(0.01)
    later(301)
    assert await recent.get("a", oracle.ask) == 2


async def test_it_forgets_the_oldest_when_it_is_full(oracle: Oracle) -> None:
    recent: Recent[int, int] = Recent(300, most=2)
    for key in (1, 2, 3):
        await recent.get(key, oracle.ask)
    assert await recent.get(3, oracle.ask) == 3
    assert await recent.get(1, oracle.ask) == 4
