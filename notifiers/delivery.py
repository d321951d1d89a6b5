"""What a chat can do for the outbox, and the ways in which saying something can fail."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import ParamSpec, Protocol, TypeVar

from notifiers.message import Message
from notifiers.place import Place

P = ParamSpec("P")
T = TypeVar("T")

# For so long a place is left alone by whoever holds its lease, and nobody else asks: more is not waited for at once.
LONGEST_PATIENCE_S = 900.0
# Whoever waits for a form or a private answer has given up after this.
LONGEST_WAIT_S = 5.0


class TryLater(Exception):
    """It may work later: a rate limit, an outage, no answer. `seconds`: how long to wait, if the platform says so."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds if seconds is None else min(seconds, LONGEST_PATIENCE_S)


class PlaceGone(Exception):
    """Nothing can be said in this place any more: it is archived, the app was removed, the person has left."""


class MessageGone(Exception):
    """The message to be changed is not there any more, or can no longer be changed."""


class Refused(Exception):
    """The platform refuses this and would refuse it again."""


class Speaker(Protocol):
    """Says things in the places of one platform. Every method may raise TryLater, PlaceGone and Refused."""

    async def post(self, place: Place, message: Message) -> str:
        """Say it; the id of the message, for `update`."""
        ...

    async def update(self, place: Place, message_id: str, message: Message) -> None:
        """Change what a message of ours says. Raises MessageGone besides."""
        ...

    async def reply(self, place: Place, message_id: str, message: Message) -> str | None:
        """Say it in the thread of a message of ours; its id, None where there are no threads. Raises MessageGone."""
        ...


class InThread(Protocol):
    """Runs a blocking function of `aws_ops` in the one bounded pool of threads."""

    def __call__(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """The function's answer; its exceptions are raised."""
        ...


def backoff(attempt: int, *, first: float = 1.0, longest: float = 60.0) -> float:
    """Seconds to wait before the next try, doubling from `first`, with jitter; `attempt` counts from 1."""
    return min(longest, first * 2.0 ** min(attempt - 1, 30)) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


async def patiently(once: Callable[[], Awaitable[T]], tries: int) -> T:
    """What `once` gives, with at most `tries` attempts and short waits in between. Raises what the last one raised."""
    for attempt in range(1, tries + 1):
        try:
            return await once()
        except TryLater as later:
            wait = later.seconds if later.seconds is not None else backoff(attempt, first=0.4)
            if attempt == tries or wait > LONGEST_WAIT_S:
                raise
        await asyncio.sleep(wait)
    raise AssertionError("the last attempt returns or raises")
