"""A page that sums an upgrade up, in plain text. Pure."""

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from aws_ops.sparkline import sparkline
from aws_ops.upgrade_items import Machine
from aws_ops.upgrade_plan import Excluded
from aws_ops.workflows.upgrade_facts import Named, UpgradeSnapshot

_SHOWN = 20
_STOPS = {
    "person": "stopped by {by}",
    "canary": "stopped, because its canary was not healthy",
    "rate": "stopped, because too many failed",
    "image": "stopped, because the image is not in the bundle any more",
}


def summary(shown: UpgradeSnapshot, machines: Sequence[Machine], excluded: Sequence[Excluded], now: int) -> str:
    """What was to be done, how it went, when, what failed and what was left out. Times are in UTC."""
    sections = (
        (f"Upgrade of WorkSpaces: {shown['run']}",),
        _asked(shown),
        _went(shown, machines, now),
        _series(shown),
        _waves(shown, machines),
        _failed(machines),
        _left_out(excluded),
    )
    return "\n\n".join("\n".join(lines) for lines in map(tuple, sections) if lines) + "\n"


def _asked(shown: UpgradeSnapshot) -> Iterator[str]:
    does = "Rolled back" if shown["op"] == "rollback" else "Upgraded"
    yield f"{does}: bundle {_named(shown['bundle'])}, to image {_named(shown['image'])}"
    yield f"Image before: {_named(shown['old_image'])}"
    yield f"Asked for by: {_line(shown['requester'])}, {_time(shown['started'])}"
    approval = shown["approval"]
    granted = [one["person"] for one in approval["decisions"] if one["verdict"] == "granted"] if approval else []
    if granted:
        yield f"Approved by: {_line(', '.join(granted))}"
    if shown["reason"]:
        yield f"Reason: {_line(shown['reason'])}"
    if shown["of"]:
        yield f"Follows: {shown['of']}"


def _went(shown: UpgradeSnapshot, machines: Sequence[Machine], now: int) -> Iterator[str]:
    stop = shown["stop"]
    how = _STOPS[stop["why"]].format(by=_line(stop["by"] or "somebody")) if stop else shown["phase"]
    yield f"Result: {how}"
    phases = Counter(machine.phase for machine in machines)
    yield f"WorkSpaces: {len(machines):,} ({', '.join(f'{count:,} {phase}' for phase, count in phases.items())})"
    if shown["began"] is not None:
        end = shown["finished"] or now
        yield f"Began: {_time(shown['began'])}; ended: {_time(end)}, after {_duration(end - shown['began'])}"
    lasted = [
        one.finished - one.requested for one in machines if one.phase == "done" and one.finished and one.requested
    ]
    if lasted:
        middle = int(statistics.median(lasted))
        yield f"A rebuild took: {_duration(middle)} in the middle, {_duration(max(lasted))} at most"
    if shown["bundle_restored"] is not None:
        yield f"The bundle has its image from before again since {_time(shown['bundle_restored'])}"
    elif shown["bundle_updated"] is not None:
        yield f"The bundle has the image since {_time(shown['bundle_updated'])}"
    yield f"Calls of WorkSpaces: {shown['calls']:,}"


def _series(shown: UpgradeSnapshot) -> Iterator[str]:
    series = shown["series"]
    if series:
        each = [after - before for before, after in zip([0, *series[:-1]], series, strict=True)]
        yield f"Done, every {_duration(shown['series_s'])}: {sparkline(each)} (at most {max(each):,})"


def _waves(shown: UpgradeSnapshot, machines: Sequence[Machine]) -> Iterator[str]:
    if len(shown["waves"]) < 2:
        return
    yield "Waves:"
    for number, size in enumerate(shown["waves"][:_SHOWN]):
        phases = Counter(machine.phase for machine in machines if machine.wave == number)
        said = ", ".join(f"{count:,} {phase}" for phase, count in phases.items())
        yield f"  {number + 1}{' (canary)' if number == 0 else ''}: {size:,}{f' ({said})' if said else ''}"
    if len(shown["waves"]) > _SHOWN:
        yield f"  and {len(shown['waves']) - _SHOWN} more"


def _failed(machines: Iterable[Machine]) -> Iterator[str]:
    failed = [one for one in machines if one.phase in {"failed", "timed out"}]
    if not failed:
        return
    yield "Not done:"
    for one in failed[:_SHOWN]:
        yield f"  {one.id} {_line(one.user)}: {one.phase}{f', {_line(one.error)}' if one.error else ''}"
    if len(failed) > _SHOWN:
        yield f"  and {len(failed) - _SHOWN:,} more, which are in the table"


def _left_out(excluded: Sequence[Excluded]) -> Iterator[str]:
    if not excluded:
        return
    yield f"Left out: {len(excluded):,}"
    for one in excluded[:_SHOWN]:
        yield f"  {one.id}{f' {_line(one.user)}' if one.user else ''} {_line(one.why)}"
    if len(excluded) > _SHOWN:
        yield f"  and {len(excluded) - _SHOWN:,} more, which are in the table"


def _named(named: Named) -> str:
    return f"{_line(named['name'])} ({named['id']})" if named["name"] else named["id"]


def _line(text: str) -> str:
    return " ".join(text.split())


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _duration(seconds: int) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
