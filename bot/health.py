"""Whether this process can do its work now."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from pydantic import BaseModel, ConfigDict

REMEMBER_S = 10.0
CHECK_S = 5.0

Check = Callable[[], Awaitable[object]]


class Report(BaseModel):
    """`checks`: by name, `ok` or what is wrong."""

    model_config = ConfigDict(frozen=True)

    ready: bool
    checks: dict[str, str]


class Readiness:
    """Asks everything that the process depends on, at most once in ten seconds."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._asking = asyncio.Lock()
        self._known: tuple[float, Report] | None = None
        self.draining = False

    async def report(self) -> Report:
        """How things are, or were less than ten seconds ago."""
        if self.draining:
            return Report(ready=False, checks={"process": "stopping"})
        async with self._asking:
            if self._known is None or time.monotonic() - self._known[0] >= REMEMBER_S:
                self._known = (time.monotonic(), await self._ask())
            return self._known[1]

    async def _ask(self) -> Report:
        answers = await asyncio.gather(*(_outcome(check) for check in self._checks.values()))
        checks = dict(zip(self._checks, answers, strict=True))
        return Report(ready=all(answer == "ok" for answer in answers), checks=checks)


async def _outcome(check: Check) -> str:
    try:
        await asyncio.wait_for(check(), CHECK_S)
    except TimeoutError:
        return f"no answer in {CHECK_S:g} s"
    except Exception as error:  # noqa: BLE001 - it is the answer
        return f"{type(error).__name__}: {error}"
    return "ok"
