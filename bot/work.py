"""What the process has in hand: tasks that a stop waits for, and the one bounded pool of threads."""

import asyncio
import contextvars
import functools
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MOST_THREADS = 20


class Work:
    """Tasks begun and not awaited by anybody else."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` in a task of its own; it handles its own errors."""
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the event loop keeps only weak references
        task.add_done_callback(self._tasks.discard)

    @property
    def count(self) -> int:
        """How many are not done."""
        return len(self._tasks)

    async def drain(self, seconds: float) -> int:
        """Wait for all of it, at most `seconds`; what is not done then is cancelled, and counted in the answer."""
        if not self._tasks:
            return 0
        _, late = await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)


class Threads:
    """The pool in which the blocking functions of `aws_ops` run; the log's correlation id goes with them."""

    def __init__(self, most: int = MOST_THREADS) -> None:
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="deskside")

    async def __call__(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's answer; its exceptions are raised."""
        context = contextvars.copy_context()
        call = functools.partial(context.run, functools.partial(func, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Take no more; what runs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
