"""Listens to the events queue: a fact of a run becomes its card in every place that follows it, and its notes.

A message is deleted when everything that it asks for is written. What cannot be understood is left, and so reaches
the dead-letter queue; what failed comes back by itself. Both are harmless twice: cards go by `seq`, notes by key.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aws_ops.queue import Queue, Received
from bot.logs import correlation
from notifiers.delivery import InThread, backoff

log = logging.getLogger(__name__)

# A stop waits for the end of the poll, so that nothing received is lost; an empty one costs $0.0000004.
WAIT_S = 2
# Without a long poll (tests, whose stops shall be quick) the queue is left alone for a moment.
_PAUSE_S = 0.1


class RunFact(BaseModel):
    """What a workflow announced; nothing else may look like this, and this may look like nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    v: Literal[1]
    kind: Literal["run"]
    run: str = Field(min_length=1)
    seq: int = Field(ge=1)
    fact: str = Field(min_length=1)
    data: dict[str, Any]


class Unknown(Exception):
    """A message that this version does not understand."""


class QueueListener:
    """One reader of the queue. `tell` writes what is to be said about a fact; it may raise Unknown.

    `count` is told what became of each message: told, unknown, failed.
    """

    def __init__(
        self,
        queue: Queue,
        in_thread: InThread,
        tell: Callable[[RunFact], Awaitable[None]],
        count: Callable[[str], None],
        wait_s: int = WAIT_S,
    ) -> None:
        self._queue = queue
        self._in_thread = in_thread
        self._tell = tell
        self._count = count
        self._wait_s = wait_s
        self._stopping = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._handling = False

    async def start(self) -> None:
        """Begin to listen."""
        self._listening = asyncio.create_task(self._listen())

    async def stop(self, seconds: float) -> None:
        """Handle what is in hand and stop; a poll that takes longer than `seconds` is left alone."""
        self._stopping.set()
        if self._listening is None:
            return
        await asyncio.wait([self._listening], timeout=seconds)
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening

    def busy(self) -> bool:
        """Whether a message is being handled."""
        return self._handling

    async def _listen(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                messages = await self._in_thread(self._receive)
            except Exception:
                failures += 1
                log.exception("the queue cannot be read")
                await self._pause(backoff(failures, longest=30.0))
                continue
            failures = 0
            await self._handle_all(messages)
            if not messages and self._wait_s == 0:
                await self._pause(_PAUSE_S)

    def _receive(self) -> list[Received]:
        messages = self._queue.receive(self._wait_s)
        # In the thread already: until the event loop comes round to it, nobody would call this process busy.
        self._handling = bool(messages)
        return messages

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _handle_all(self, messages: list[Received]) -> None:
        try:
            for message in messages:
                self._count(await self._handle(message))
        finally:
            self._handling = False

    async def _handle(self, message: Received) -> str:
        try:
            fact = RunFact.model_validate_json(message.body_text)
            correlation.set(f"{fact.run}/{fact.seq}")
            await self._tell(fact)
            await self._in_thread(self._queue.delete, message.receipt)
        except (ValidationError, Unknown) as error:
            # Only what is wrong, not the text: anybody who may write to the queue could have put anything there.
            what = [fault["type"] for fault in error.errors()] if isinstance(error, ValidationError) else str(error)
            log.error("a queue message is not understood, and left for the dead-letter queue: %s", what)
            return "unknown"
        except Exception:
            log.exception("a queue message could not be handled, it will come again")
            return "failed"
        finally:
            correlation.set("")
        return "told"
