"""What an upgrade is about, as facts: what was agreed to, how far it is, and how it ended."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from notifiers.message import Block, Chart, Fact, Facts, Text, bold
from notifiers.stories.upgrade_words import (
    UNTOUCHED,
    Snapshot,
    count,
    named,
    now,
    results,
    short,
    took,
    waits,
    wave,
)
from notifiers.stories.workspace_facts import approval
from notifiers.times import say_duration, say_time, say_usd

LEFT_OUT = {
    "bundle": "of another bundle",
    "state": "in a state that AWS rebuilds none in",
    "protected": "protected by a tag",
    "excluded": "left out as asked for",
    "image": "rebuilt with this image already",
    "key": "of a KMS key that cannot be used",
    "missing": "not there",
}
LOST = "Programs installed by hand, and all else on the system volumes."
KEPT = {
    "fresh": "Work on the user volumes stays: each desktop waits for a snapshot newer than its last connection.",
    "next": "Work saved on the user volumes since the snapshot that each desktop waits for.",
}
NO_WAY_BACK = "The bundle can have its old image again. What a rebuild has taken away does not come back."
_WAVES_SHOWN = 6


def agreed(data: Snapshot, timezone: str) -> Facts:
    """What whoever decides has to know."""
    return Facts(items=(*_about(data), *planned(data["plan"]), *approval(data, timezone)))


def planned(plan: Snapshot) -> Iterator[Fact]:
    """What the plan says: how it goes, whom it concerns, how long it takes, what is lost. Of an order's `plan`."""
    yield Fact(label="Desktops", value=sizes(plan["total"], plan["waves"]))
    if out := left_out(plan["excluded"]):
        yield Fact(label="Left out", value=out)
    unowned = f"; of {plan['unowned']} nobody can be told" if plan["unowned"] else ""
    yield Fact(label="People", value=f"{count(plan['people'], 'person')}{unowned}".replace("persons", "people"))
    yield Fact(label="When", value=_when(plan))
    yield Fact(label="Takes", value=f"about {say_duration(plan['duration_s'])}, if no desktop has to be waited for")
    yield Fact(label="Stops", value=_stops(plan))
    yield Fact(label="Costs", value=f"about {plan['calls']:,} calls of WorkSpaces, and {say_usd(plan['usd'])} of AWS")
    yield Fact(label="Lost", value=f"{LOST}\n{KEPT[plan['snapshot']]}")
    yield Fact(label="Can be undone", value=NO_WAY_BACK)


def progress(data: Snapshot, timezone: str) -> tuple[Block, ...]:
    """How far it is: waves, states, pace, what failed last, and how the night went."""
    facts = [Fact(label="Image", value=images(data))]
    if len(data["waves"]) > 1:
        size = data["waves"][min(data["wave"], len(data["waves"]) - 1)]
        said = wave(data, data["wave"])
        facts.append(Fact(label="Wave", value=f"{said[:1].upper()}{said[1:]}, {count(size, 'desktop')}"))
    facts += [Fact(label="Now", value=now(data))] if now(data) else []
    facts += [Fact(label="They wait", value=waits(data))] if waits(data) else []
    facts.append(Fact(label="So far", value=results(data)))
    facts += _pace(data, timezone)
    facts.append(Fact(label="Asked by", value=short(data["requester"])))
    return (Facts(items=tuple(facts)), *failed(data), *chart(data, timezone))


def outcome(data: Snapshot, timezone: str) -> tuple[Block, ...]:
    """How a run that is over ended, and who had a part in it."""
    facts = [*_about(data), *approval(data, timezone)]
    if data["phase"] not in UNTOUCHED:
        facts.append(Fact(label="Result", value=_result(data)))
        facts += [Fact(label="Took", value=lasted)] if (lasted := took(data)) else []
        facts += [Fact(label="Report", value=report(data))] if data["report"] else []
    if data["finished"]:
        facts.append(Fact(label="Over since", value=say_time(data["finished"], timezone)))
    return (Facts(items=tuple(facts)), *failed(data), *chart(data, timezone))


def images(data: Snapshot) -> str:
    """Which image it gets, and which one it had."""
    image, old = data["image"], data["old_image"]
    return f"{named(image)}, {'as before' if image == old else f'instead of {named(old)}'}"


def failed(data: Snapshot) -> tuple[Block, ...]:
    """The last that failed, a line each."""
    last = data["failures"]
    if not last:
        return ()
    spans = [part for one in last for part in ("\n", bold(one["user"]), f" ({one['id']}): {one['error']}")]
    return (Text.of("Failed last:", *spans),)


def chart(data: Snapshot, timezone: str) -> tuple[Block, ...]:
    """How many were done in each part of the time so far."""
    series = data["series"]
    if len(series) < 2 or not series[-1] or data["began"] is None:
        return ()
    each = tuple(float(after - before) for before, after in pairwise((0, *series)))
    since, part = say_time(data["began"], timezone), say_duration(data["series_s"])
    return (Chart(title=f"Done in each {part} since {since}", values=each),)


def report(data: Snapshot) -> str:
    """Where the report is kept, or why it is not."""
    written = data["report"]
    if written is None:
        return "In the chats alone"
    if written["key"] is None:
        return f"Not in S3: {(written['error'] or 'AWS gave no reason').rstrip('. ')}"
    return f"s3://{written['bucket']}/{written['key']}"


def sizes(total: int, waves: list[int]) -> str:
    """How many, and in which waves: "200, in 4 waves of 5 (the canary), 25, 100 and 70"."""
    if len(waves) < 2:
        return f"{total:,}, all at once"
    first, *rest = [f"{size:,}" for size in waves[:_WAVES_SHOWN]]
    more = f" and {len(waves) - _WAVES_SHOWN} more" if len(waves) > _WAVES_SHOWN else ""
    shown = ", ".join((f"{first} (the canary)", *rest))
    return f"{total:,}, in {len(waves)} waves of {shown if more else _and(shown)}{more}"


def left_out(excluded: Mapping[str, int]) -> str:
    """How many are left out, and why."""
    there = sorted(((n, kind) for kind, n in excluded.items() if n), key=lambda each: (-each[0], each[1]))
    if not there:
        return ""
    return f"{sum(excluded.values()):,}: " + ", ".join(f"{n:,} {LEFT_OUT[kind]}" for n, kind in there)


def _and(listed: str) -> str:
    before, _, last = listed.rpartition(", ")
    return f"{before} and {last}"


def _about(data: Snapshot) -> Iterator[Fact]:
    yield Fact(label="Bundle", value=", ".join(dict.fromkeys((named(data["bundle"]), data["bundle"]["id"]))))
    yield Fact(label="Image", value=images(data))
    yield Fact(label="Asked by", value=short(data["requester"]))
    yield Fact(label="Why", value=data["reason"] or "no reason given")
    if data["of"]:
        yield Fact(label="After", value=f"run {data['of']}")


def _when(plan: Snapshot) -> str:
    at_once = f"at most {plan['concurrent']:,} at once" if plan["concurrent"] else "as many at once as AWS takes calls"
    when = f"{plan['window']}, " if plan["window"] else ""
    told = f"; owners are told {say_duration(plan['notice_s'])} before" if plan["notice_s"] else ""
    return f"{when}{at_once}, each only while nobody is connected{told}"


def _stops(plan: Snapshot) -> str:
    canary = plan["canary_failures"]
    first = f"when more than {canary} of the canary fail" if canary else "when one of the canary fails"
    gate = "; after the canary an approver has to say that it goes on" if plan["gate"] else ""
    return f"{first}, or more than {plan['failures']:.0%} of all{gate}"


def _pace(data: Snapshot, timezone: str) -> Iterator[Fact]:
    if data["rate_per_h"] is None:
        return
    until = f"; at this pace all are done at {say_time(data['eta'], timezone)}" if data["eta"] else ""
    yield Fact(label="Pace", value=f"{data['rate_per_h']:,.0f} an hour{until}")


def _result(data: Snapshot) -> str:
    untouched = now(data)
    return f"{results(data)}; not touched: {data['counts']['waiting']:,}" if untouched else results(data)
