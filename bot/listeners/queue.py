"""Listens to the events queue, in which two kinds of messages are: facts of runs, and what AWS sends.

A fact becomes its run's card in every place that follows the run, and its notes; an event of AWS becomes alerts. A
message is deleted when everything that it asks for is written. What cannot be understood is left, and so reaches the
dead-letter queue; what failed comes back by itself. All of it is harmless twice.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from aws_ops import errors
from aws_ops.queue import Queue, Received
from aws_ops.stored_events import NotStored
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


class AwsEvent(BaseModel):
    """What `forward_event` was given: `event` itself, or where in the bucket the message with it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    v: Literal[1]
    kind: Literal["aws"]
    event: Any = None
    stored: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if len(self.model_fields_set & {"event", "stored"}) != 1:
            raise ValueError("an event is in the message, or in the bucket")
        return self


_MESSAGE: TypeAdapter[RunFact | AwsEvent] = TypeAdapter(Annotated[RunFact | AwsEvent, Field(discriminator="kind")])


class Unknown(Exception):
    """A message that this version does not understand."""


Said = RunFact | AwsEvent | Unknown


def understood(body_text: str) -> RunFact | AwsEvent:
    """What a message says. Raises Unknown, with what is wrong and none of its words."""
    try:
        # As Python reads it: pydantic would refuse halves of characters, which AWS may send.
        return _MESSAGE.validate_python(json.loads(body_text))
    except ValidationError as error:
        raise Unknown(f"it is no message of ours: {', '.join(fault['type'] for fault in error.errors())}") from None
    except (ValueError, RecursionError):
        raise Unknown("it is not JSON") from None


class QueueListener:
    """One reader of the queue.

    `tell` writes what is to be said about a fact, `hear` about an event of AWS and when it was sent (seconds since
    1970); both may raise Unknown. `fetch` reads a message that is kept in the bucket. `count` is told what became of
    each message: told, unknown, failed; `note` why it is not told.
    """

    def __init__(
        self,
        queue: Queue,
        in_thread: InThread,
        tell: Callable[[RunFact], Awaitable[None]],
        count: Callable[[str], None],
        *,
        hear: Callable[[object, float], Awaitable[None]],
        fetch: Callable[[str], str],
        note: Callable[[str, str], None],
        wait_s: int = WAIT_S,
    ) -> None:
        self._queue = queue
        self._in_thread = in_thread
        self._tell = tell
        self._hear = hear
        self._fetch = fetch
        self._note = note
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
        """Handle events of AWS all at once, because their order says nothing, and facts one after the other."""
        read = [(message, _read(message)) for message in messages]
        try:
            events = [self._handle(*each) for each in read if isinstance(each[1], AwsEvent)]
            await asyncio.gather(
                self._one_by_one([each for each in read if not isinstance(each[1], AwsEvent)]), *events
            )
        finally:
            self._handling = False

    async def _one_by_one(self, read: Sequence[tuple[Received, Said]]) -> None:
        for message, said in read:
            await self._handle(message, said)

    async def _handle(self, message: Received, said: Said) -> None:
        try:
            await self._do(message, said)
            await self._in_thread(self._queue.delete, message.receipt)
        except (Unknown, NotStored) as error:
            # Only what is wrong, not the text: anybody who may write to the queue could have put anything there.
            log.error("a queue message is not understood, and left for the dead-letter queue: %s", error)
            await self._fail(message, "unknown", str(error))
        except Exception as error:
            log.exception("a queue message could not be handled, it will come again")
            await self._fail(message, "failed", errors.say_to_operator(error))
        else:
            self._count("told")
        finally:
            correlation.set("")

    async def _do(self, message: Received, said: Said) -> None:
        match said:
            case RunFact():
                correlation.set(f"{said.run}/{said.seq}")
                await self._tell(said)
            case AwsEvent():
                correlation.set(message.id)
                await self._hear(await self._event(said), message.sent)
            case Unknown():
                raise said

    async def _event(self, said: AwsEvent) -> object:
        if said.stored is None:
            return said.event
        kept = understood(await self._in_thread(self._fetch, said.stored))
        if not isinstance(kept, AwsEvent) or kept.stored is not None:
            raise Unknown("what is kept in the bucket is no event")
        return kept.event

    async def _fail(self, message: Received, what: str, why: str) -> None:
        """Count it, and remember why: whoever finds it among the dead letters wants to know."""
        self._count(what)
        try:
            await self._in_thread(self._note, message.id, why)
        except Exception:
            log.exception("it could not be noted why a queue message was not handled")


def _read(message: Received) -> Said:
    try:
        return understood(message.body_text)
    except Unknown as unknown:
        return unknown
