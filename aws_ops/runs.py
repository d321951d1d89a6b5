"""Runs of every kind: where one is, what its executions are called, how one is started, and which there are.

`RUN#<run>`/`META` of each has at least {run, kind, phase, started, requester, generation, input} and, where it is no
VPN's, {what, function, tick_s}. `input` is what the run was told once and for all, as JSON. It is found by `g1pk`
`OPEN#RUN`, or `CLOSED#RUN` when it is over, and `g1sk` the time.
"""

import json
from dataclasses import dataclass
from typing import Any, Self

from aws_ops import clock, ids
from aws_ops.desk import Desk
from aws_ops.table import Item

OPEN, CLOSED = "OPEN#RUN", "CLOSED#RUN"
KEPT_S = 90 * 86_400
"""How long a run's items are kept after its end."""
_WEEK_S = 7 * 86_400


@dataclass(frozen=True)
class RunRow:
    """A run of any kind, for a list; `by` is who asked for it (None: nobody, a sweep found it)."""

    id: str
    kind: str
    what: str  # what it is about: an endpoint's name, or what is done to which WorkSpaces
    phase: str
    started: int
    by: str | None
    over: bool

    @classmethod
    def of(cls, meta: Item) -> Self:
        """As its item has it."""
        what = meta["what"] if "what" in meta else meta["endpoint"]
        return cls(
            meta["run"], meta["kind"], what, meta["phase"], meta["started"], meta["requester"], over=is_over(meta)
        )


def run_key(run: str) -> tuple[str, str]:
    """Where a run's state is."""
    return f"RUN#{run}", "META"


def keyed(key: tuple[str, str], **attributes: Any) -> Item:
    """An item of these attributes at a key."""
    return {"pk": key[0], "sk": key[1], **attributes}


def is_over(meta: Item) -> bool:
    """Whether the run has ended, however it did."""
    return bool(meta["g1pk"] == CLOSED)


def opened(run: str, now: int) -> Item:
    """The attributes by which an open run is found."""
    return {"g1pk": OPEN, "g1sk": f"{ids.at(now)}#{run}"}


def closed(run: str, now: int) -> Item:
    """The attributes of a run that is over since `now`."""
    return {"g1pk": CLOSED, "g1sk": f"{ids.at(now)}#{run}", "expires": now + KEPT_S}


def execution(run: str, generation: int) -> str:
    """The name of a run's execution: the run's own, then `-2`, `-3` … for those that take over."""
    return run if generation == 1 else f"{run}-{generation}"


def payload(meta: Item) -> str:
    """The input of the run's current execution, the same text every time."""
    return json.dumps({**json.loads(meta["input"]), "generation": meta["generation"]}, sort_keys=True)


def start(desk: Desk, meta: Item) -> None:
    """Start the run's current execution; one that was started already is left as it is. Raises ClientError."""
    desk.functions.start(meta.get("function", "vpn"), execution(meta["run"], meta["generation"]), payload(meta))


def runs(desk: Desk) -> list[RunRow]:
    """The open runs, then those that ended in the last 7 days, each the newest first. Raises ClientError."""
    still = desk.table.query_index(OPEN, newest_first=True)
    ended = desk.table.query_index(CLOSED, since=ids.at(clock.epoch() - _WEEK_S), newest_first=True)
    return [RunRow.of(row) for row in (*still, *ended)]
