"""The shared token bucket of an API family: who may call AWS now, over all our processes.

`BUCKET#<name>`/`BUCKET` {tokens, at, mark}: so many tokens at the time `at` (seconds since 1970, with a fraction).
`mark` is new with every write and the condition of the next one: of two that read the same tokens one takes them, the
other one looks again. Below 0 are tokens that people took ahead of time, and wait for in turn.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from boto3.dynamodb.conditions import Attr

from aws_ops import clock
from aws_ops.errors import Busy
from aws_ops.table import Item, Table

__all__ = ["MOST", "Bucket", "Busy", "Rate"]

MOST = 20
"""How many tokens one `reserve` takes."""

_PEOPLE_KEEP = 0.2
_SHORTEST_S, _LONGEST_S = 0.02, 0.5
# Clocks of two machines differ by less: one that was further ahead was set wrong, and is not waited for.
_SKEW_S = 2.0
_RACES = 12
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Rate:
    """What AWS allows: `per_s` calls a second on the long run, `burst` at once."""

    per_s: float = 2.0
    burst: int = 5


@dataclass(frozen=True)
class _Level:
    """What is in the bucket at a time; `mark` None: nobody ever wrote it."""

    tokens: float
    at: float
    mark: str | None


class Bucket:
    """One API family's tokens, for any number of threads and processes; raises ClientError as the table does.

    People come first. A fifth of the burst is theirs alone: other callers leave it there, so that a person's call waits
    for none of theirs, and while it is used up everything that comes in is people's. Where the burst is 1 there is
    nothing to keep. `sleep` waits that many seconds.
    """

    def __init__(self, table: Table, name: str, rate: Rate, *, sleep: Callable[[float], None] = clock.sleep) -> None:
        self._table = table
        self._key = (f"BUCKET#{name}", "BUCKET")
        self._rate = rate
        self._kept = min(rate.burst * _PEOPLE_KEEP, rate.burst - 1.0)
        self._sleep = sleep

    def take(self, *, people: bool, wait_s: float = 8.0) -> None:
        """Take a token, waiting up to `wait_s` seconds until there is one. Raises Busy when there is none by then.

        People take the token that will be there in time, and so are served in the order in which they came; others look
        again and again whether more is there than people keep.
        """
        waited = 0.0
        while True:
            left_s = wait_s - waited
            taken, due_s = self._try(1, keep=0.0 if people else self._kept, ahead_s=left_s if people else 0.0)
            if taken:
                if due_s > 0:
                    self._sleep(due_s)
                return
            if left_s <= 0 or (people and due_s > left_s):
                raise Busy(max(due_s, _SHORTEST_S))
            pause = min(max(due_s, _SHORTEST_S), _LONGEST_S) * random.uniform(1, 1.25)  # noqa: S311 - a pause
            self._sleep(pause)
            waited += pause

    def reserve(self, wanted: int) -> int:
        """Take up to `wanted` tokens (20 at most) for a fleet, without waiting; how many there were."""
        return self._try(min(wanted, MOST), keep=self._kept)[0]

    def give_back(self, unused: int) -> None:
        """Return tokens that `reserve` took and nobody used."""
        if unused > 0:
            # No mark is asked for: it adds to whatever is there. What no longer fits runs over when it is looked at.
            change = {"mark": uuid4().hex}
            self._table.update(*self._key, set=change, add={"tokens": unused}, when=Attr("mark").exists())

    def _try(self, wanted: int, *, keep: float, ahead_s: float = 0.0) -> tuple[int, float]:
        """How many tokens could be had, up to `wanted`, of those above `keep` and of the next `ahead_s` seconds'.

        With it, in how many seconds the last of them is there; if none could be had, the first.
        """
        mark, taken, due_s = uuid4().hex, 0, 0.0
        for _ in range(_RACES):
            item = self._table.get(*self._key)
            if item is not None and item["mark"] == mark:
                # It was written, the answer was lost, and the SDK's second try met its own mark.
                return taken, due_s
            level = self._level(item)
            spare = level.tokens - keep
            taken = min(wanted, int(spare + ahead_s * self._rate.per_s + _ROUNDING))
            due_s = max(0.0, max(taken, 1) - spare) / self._rate.per_s
            if taken < 1:
                return 0, due_s
            if self._write(level, taken, mark):
                return taken, due_s
        return 0, 0.0  # everybody else was quicker

    def _level(self, item: Item | None) -> _Level:
        now = clock.now().timestamp()
        if item is None:
            return _Level(self._rate.burst, now, None)
        at, tokens = float(item["at"]), float(item["tokens"])
        if at - now > _SKEW_S:
            at = now
        # A clock that is behind the last writer's adds nothing, and turns none back: time would be counted twice.
        refilled = tokens + max(0.0, now - at) * self._rate.per_s
        return _Level(min(refilled, self._rate.burst), max(at, now), item["mark"])

    def _write(self, level: _Level, taken: int, mark: str) -> bool:
        unchanged = Attr("mark").not_exists() if level.mark is None else Attr("mark").eq(level.mark)
        left = {"tokens": level.tokens - taken, "at": level.at, "mark": mark}
        return self._table.update(*self._key, set=left, when=unchanged) is not None
