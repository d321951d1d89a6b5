"""Failures by chance: drawn from a seed, before a call has done anything, and never longer than was said."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from sandbox.faults import KINDS, Chance
from sandbox.slack import Slack
from sandbox.teams import Teams
from tests.sandbox.teams_app import CARD, card, text

DISK = {"type": "message", "attachments": [{"contentType": CARD, "content": card(text("The disk is full"))}]}


@asynccontextmanager
async def chat(kind: type[Slack] | type[Teams]) -> AsyncIterator[Slack | Teams]:
    """A chat without limits."""
    found = kind(limits=False)
    await found.start()
    try:
        yield found
    finally:
        await found.stop()


async def posted(server: Slack | Teams, times: int) -> list[str]:
    """Post over a webhook that many times; what became of each: an HTTP status, or `cut`."""
    url, body = server.webhook("vpn"), {"text": "x"} if isinstance(server, Slack) else DISK
    answers = []
    async with aiohttp.ClientSession() as session:
        for _ in range(times):
            try:
                async with session.post(url, json=body) as response:
                    answers.append(str(response.status))
            except aiohttp.ClientError:
                answers.append("cut")
    return answers


def seen(server: Slack | Teams) -> int:
    return len(server.person("mika").sees("#vpn"))


def test_a_seed_draws_the_same_again() -> None:
    def drawn(seed: int, **how: Any) -> list[str]:
        chance = Chance(0.3, seed=seed, **how)
        return [str(chance.draw("post")) for _ in range(300)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 60 < sum(one != "None" for one in drawn(1)) < 120
    assert len(set(drawn(1))) == len(KINDS) + 1
    assert set(drawn(1, only=("update",))) == {"None"}
    with pytest.raises(ValueError, match="no call fails with flood"):
        Chance(0.5, ("flood",))


@pytest.mark.parametrize("kind", [Slack, Teams])
async def test_what_fails_by_chance_has_done_nothing(kind: type[Slack] | type[Teams]) -> None:
    async with chat(kind) as server:
        server.fail_at_random(0.5, seed=3, hang_s=0.001)
        answers = await posted(server, 40)
        good = sum(answer in {"200", "202"} for answer in answers)
        assert {"429", "500", "cut"} < set(answers)
        assert seen(server) == good
        assert len(server.calls) == len(answers)
        server.recover()
        assert set(await posted(server, 3)) <= {"200", "202"}


@pytest.mark.parametrize("kind", [Slack, Teams])
async def test_or_it_is_done_and_only_the_answer_is_lost(kind: type[Slack] | type[Teams]) -> None:
    async with chat(kind) as server:
        server.fail_at_random(1, ("reset", "503"), after=True, only=("webhook",))
        assert set(await posted(server, 6)) == {"cut", "503"}
        assert seen(server) == 6


@pytest.mark.parametrize("kind", [Slack, Teams])
async def test_a_chat_that_hangs_stops_all_the_same(kind: type[Slack] | type[Teams]) -> None:
    async with chat(kind) as server:
        server.fail_at_random(1, ("hang",), hang_s=60)
        waiting = asyncio.create_task(posted(server, 1))
        await server.until(lambda: not server.idle())
        began = time.monotonic()
        await server.stop()
        assert await waiting == ["cut"]
        assert time.monotonic() - began < 10
