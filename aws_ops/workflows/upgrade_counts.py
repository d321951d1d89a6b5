"""What is counted of an upgrade's machines for its card. Pure; each takes the machines once."""

from collections import Counter
from collections.abc import Collection

from aws_ops.table import Item
from aws_ops.upgrade_items import Machine, UpgradeOrder, opens
from aws_ops.upgrade_snapshot import NO_WAITS, SERIES_S
from aws_ops.upgrade_snapshot import counted as no_counts
from aws_ops.workflows.upgrade_facts import AskedShown, Choice, Counts, FailureShown, Waits

MOST_POINTS = 72
"""Of the chart: 12 hours in steps of ten minutes, then in longer ones."""
_FAILURES, _ASKED = 5, 50
_HOUR = 3600
_EARLY_S = 600  # before that a rate says nothing
_ALL: tuple[Choice, ...] = ("now", "soon", "tonight", "later")


def counted(order: UpgradeOrder, meta: Item, machines: Collection[Machine], now: int) -> Item:
    """What the run keeps of it; None is gone."""
    began: int | None = meta.get("began")
    held = any(name in meta for name in ("paused", "stop", "ending")) or meta["phase"] != "running"
    opened = opens(order.window, now)
    rate = per_hour(machines, began, now)
    step, points = series(machines, began, now)
    return {
        "counts": counts(machines),
        "waits": waits(machines, meta.get("wave", 0)),
        "failures": failures(machines),
        "asked": asked(order, machines),
        "series": points,
        "series_s": step,
        "rate_per_h": rate,
        "eta": None if held or opened > now else eta(machines, rate, now),
        "window_opens": opened if opened > now and meta["phase"] in {"preparing", "running"} else None,
    }


def counts(machines: Collection[Machine]) -> Counts:
    """How many are in which phase."""
    found = Counter(machine.phase for machine in machines)
    return {
        **no_counts(found["waiting"]),
        "asked": found["asked"],
        "rebuilding": found["rebuilding"],
        "done": found["done"],
        "failed": found["failed"],
        "skipped": found["skipped"],
        "timed_out": found["timed out"],
    }


def waits(machines: Collection[Machine], wave: int) -> Waits:
    """What those of this wave that wait are waiting for."""
    waiting = (one for one in machines if one.phase == "waiting" and one.wave == wave)
    found = Counter(machine.why for machine in waiting)
    return {
        **NO_WAITS,
        "connected": found["connected"],
        "snapshot": found["snapshot"],
        "unknown": found["unknown"],
        "owner": found["owner"],
        "state": found["state"],
        "busy": found["busy"],
    }


def failures(machines: Collection[Machine]) -> list[FailureShown]:
    """The newest, at most 5."""
    failed = [machine for machine in machines if machine.phase == "failed"]
    failed.sort(key=lambda machine: (machine.finished or 0, machine.n), reverse=True)
    return [{"id": one.id, "user": one.user, "error": one.error or ""} for one in failed[:_FAILURES]]


def asked(order: UpgradeOrder, machines: Collection[Machine]) -> list[AskedShown]:
    """The machines whose owners may say when, the newest told first, at most 50."""
    told = [one for one in machines if one.phase == "waiting" and one.why == "owner" and not _answered(one)]
    told.sort(key=lambda one: (-(one.notice_at or 0), one.n))
    return [_asked(order, one, one.owner, one.notice_at) for one in told if one.owner and one.notice_at][:_ASKED]


def _asked(order: UpgradeOrder, machine: Machine, owner: str, at: int) -> AskedShown:
    return {
        "id": machine.id,
        "computer": machine.computer,
        "owner": owner,
        "at": at,
        "until": at + order.notice_s,
        "choices": list(_ALL if machine.deferred < order.defers else _ALL[:1]),
    }


def _answered(machine: Machine) -> bool:
    return machine.answered is not None and machine.answered >= (machine.notice_at or 0)


def series(machines: Collection[Machine], began: int | None, now: int) -> tuple[int, list[int]]:
    """How many were done after each step since it began, and how many seconds a step has."""
    if began is None or now <= began:
        return SERIES_S, []
    step = SERIES_S
    while (now - began) // step > MOST_POINTS:
        step *= 2
    done = Counter((one.finished - began) // step for one in machines if one.phase == "done" and one.finished)
    points, total = [], 0
    for number in range((now - began) // step):
        total += done[number]
        points.append(total)
    return step, points


def per_hour(machines: Collection[Machine], began: int | None, now: int) -> float | None:
    """How many were done in the last hour, or since it began; None: too early to tell."""
    if began is None or now - began < _EARLY_S:
        return None
    span = min(_HOUR, now - began)
    lately = sum(one.phase == "done" and (one.finished or 0) > now - span for one in machines)
    return round(lately * _HOUR / span, 1)


def eta(machines: Collection[Machine], rate: float | None, now: int) -> int | None:
    """When all would be over at this rate, to five minutes; None: that cannot be told."""
    left = sum(not machine.over for machine in machines)
    if not rate or not left:
        return None
    at = now + int(left / rate * _HOUR)
    return at - at % 300 + 300
