"""Answers that are remembered for a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from aws_ops import clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A bounded memory of answers at most `seconds` old. Failures are not remembered.

    Many who ask for the same thing at once share one question; a `fresh` one is always asked anew.
    """

    def __init__(self, seconds: int, most: int = 10_000) -> None:
        self._seconds = seconds
        self._most = most
        self._known: OrderedDict[K, tuple[int, V]] = OrderedDict()
        self._asking: dict[K, asyncio.Future[V]] = {}

    async def get(self, key: K, ask: Callable[[], Awaitable[V]], *, fresh: bool = False) -> V:
        """What `ask` answers for `key`, now or lately. Raises what `ask` raises."""
        if not fresh:
            known = self._known.get(key)
            if known is not None and 0 <= clock.epoch() - known[0] < self._seconds:
                return known[1]
            if key in self._asking:
                return await asyncio.shield(self._asking[key])
        question = asyncio.ensure_future(self._ask(key, ask))
        self._asking[key] = question
        question.add_done_callback(lambda done: self._answered(key, done))
        # One who hangs up must not take the answer from the others who wait for it.
        return await asyncio.shield(question)

    def _answered(self, key: K, question: asyncio.Future[V]) -> None:
        if self._asking.get(key) is question:
            del self._asking[key]
        if not question.cancelled():
            question.exception()  # whoever asked may have gone: asyncio shall not call it unheard

    async def _ask(self, key: K, ask: Callable[[], Awaitable[V]]) -> V:
        at = clock.epoch()
        value = await ask()
        self._known[key] = (at, value)
        self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return value
