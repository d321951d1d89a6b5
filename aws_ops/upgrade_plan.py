"""An upgrade's plan: which machines in which wave, which not and why, what is in the way, how long. Pure."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aws_ops import upgrade_preflight, upgrade_request
from aws_ops.upgrade_items import Machine, Window, open_between
from aws_ops.upgrade_look import Seen
from aws_ops.upgrade_request import CANARY_TAG, Request
from aws_ops.workspace_plan import protects
from aws_ops.workspaces import BATCH, WorkSpace

Kind = Literal["missing", "excluded", "protected", "bundle", "state", "key", "image"]
PASSING = frozenset(
    {"PENDING", "IMPAIRED", "REBOOTING", "STARTING", "REBUILDING", "RESTORING", "UPDATING", "MAINTENANCE", "STOPPING"}
)
"""States that end by themselves, so that a machine's turn can be waited for."""
READY = frozenset({"AVAILABLE", "STOPPED", "ERROR", "UNHEALTHY"})
REBUILD_S = 25 * 60
"""What a rebuild is taken to last, with the time until that is seen."""

_HEALTHY = frozenset({"AVAILABLE", "STOPPED"})
_NO = frozenset({"", "0", "false", "no"})
_LOOKS = 8  # at a machine that is rebuilt, each at 25 at once
_WRITES = 7  # of a machine's item
_TICK_OPERATIONS = 2
_DAY_S = 86_400
_LONGEST_S = 366 * _DAY_S


@dataclass(frozen=True)
class Excluded:
    """A machine that was asked for and is left out; `why` is a sentence without its subject and full stop."""

    id: str
    user: str
    computer: str | None
    kind: Kind
    why: str


@dataclass(frozen=True)
class UpgradePlan:
    """What an upgrade would do now.

    `machines` are in the order of their waves, whose sizes are `waves`. `faults`: why it cannot be begun, `remarks`:
    what is worth knowing, a sentence each. `people`: how many persons it is about; `unowned`: how many machines have
    nobody who could be told. `calls` of WorkSpaces in all, `duration_s` until the last machine is done if none has to
    be waited for, and `usd` for durable operations and writes to the table: AWS asks nothing for rebuilds.
    `digest`: what was planned, see `digest`. `names` are those of bundle and images by id.
    """

    machines: tuple[Machine, ...]
    waves: tuple[int, ...]
    excluded: tuple[Excluded, ...]
    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    people: int
    unowned: int
    calls: int
    duration_s: int
    usd: float
    digest: str
    old_image: str
    names: Mapping[str, str]

    def counts(self) -> dict[Kind, int]:
        """How many are left out, by kind."""
        return dict(Counter(one.kind for one in self.excluded))

    def shown(self) -> dict[str, Any]:
        """What cards show of it, as JSON takes it."""
        return {
            "total": len(self.machines),
            "waves": list(self.waves),
            "excluded": self.counts(),
            "remarks": list(self.remarks),
            "people": self.people,
            "unowned": self.unowned,
            "calls": self.calls,
            "duration_s": self.duration_s,
            "usd": self.usd,
        }


def plan(seen: Seen, request: Request, owners: Mapping[str, str | None], now: int) -> UpgradePlan:
    """The plan for what was seen; `owners` are the keys of whoever uses a machine, by id."""
    left_out = {one.id: why for one in seen.workspaces if (why := _left_out(one, seen, request)) is not None}
    found = [one for one in seen.workspaces if one.id not in left_out]
    waves = upgrade_request.sizes(len(found), request.canary, request.waves)
    meant = _in_turn(found, waves, seen)
    turns = [wave for wave, size in enumerate(waves) for _ in range(size)]
    machines = tuple(
        _machine(number, one, wave, owners.get(one.id), seen)
        for number, (one, wave) in enumerate(zip(meant, turns, strict=True))
    )
    excluded = (*(_absent(id_) for id_ in seen.missing), *left_out.values())
    whose = [
        machine.owner or f"{one.directory}/{one.user.lower()}" for machine, one in zip(machines, meant, strict=True)
    ]
    lasts = duration_s(request, waves, now)
    return UpgradePlan(
        machines=machines,
        waves=waves,
        excluded=excluded,
        faults=upgrade_preflight.faults(seen, request, _why_none(excluded) if not machines else None),
        remarks=upgrade_preflight.remarks(seen, request, machines),
        people=len(set(whose)),
        unowned=sum(machine.owner is None for machine in machines),
        calls=calls(request, waves),
        duration_s=lasts,
        usd=usd(request, waves, lasts),
        digest=digest(seen, request, {machine.id: machine.wave for machine in machines}),
        old_image=(seen.bundle.image if seen.bundle else None) or "",
        names=_names(seen),
    )


def digest(seen: Seen, request: Request, waves: Mapping[str, int]) -> str:
    """What must not change between asking and doing, as 32 hex digits.

    That is the bundle, the image that it has and the one that it gets, and of every machine (its wave by id) whose it
    is, its bundle, its wave, and that it is still meant: there, not protected and not left out. States may change.
    """
    known = {one.id: one for one in seen.workspaces}
    rows = [[id_, wave, *_identity(known.get(id_), seen, request)] for id_, wave in sorted(waves.items())]
    has = seen.bundle.image if seen.bundle else None
    return hashlib.sha256(json.dumps([request.bundle, has, request.image, rows]).encode()).hexdigest()[:32]


def calls(request: Request, waves: tuple[int, ...]) -> int:
    """About how many calls of WorkSpaces it takes in all, the plan's own included.

    Of each machine its snapshots and the rebuild; who is connected, and how far a rebuild is, of several at once.
    """
    total = sum(waves)
    shared = sum(size * _LOOKS / min(BATCH, _at_once(request, size)) for size in waves)
    return math.ceil(6 + 2 * total + shared + 3 * total / BATCH)


def duration_s(request: Request, waves: tuple[int, ...], now: int) -> int:
    """Seconds from `now` until the last machine is done, if none has to wait for its snapshot or for somebody.

    A wave takes as long as its rebuilds one behind the other, or as its calls take at the rate that AWS allows.
    """
    works = 0
    for size in waves:
        by_slots = math.ceil(size / _at_once(request, size)) * REBUILD_S
        by_calls = math.ceil(calls(request, (size,)) / request.rate.per_s) + REBUILD_S
        works += max(by_slots, by_calls) + request.notice_s
    return _elapsed(request.window, now, works)


def usd(request: Request, waves: tuple[int, ...], lasts_s: int) -> float:
    """What durable operations and writes to the table cost for so long, to a cent at least."""
    operations = (len(waves) * 4 + lasts_s / max(1, request.tick_s)) * _TICK_OPERATIONS
    cost = operations * request.operation_usd + sum(waves) * _WRITES * request.write_usd
    return max(0.01, round(cost, 2)) if waves else 0.0


def _left_out(one: WorkSpace, seen: Seen, request: Request) -> Excluded | None:
    """Why this machine is left out; None: it is not."""
    found = _kind(one, seen, request)
    return None if found is None else Excluded(one.id, one.user, one.computer, *found)


def _kind(one: WorkSpace, seen: Seen, request: Request) -> tuple[Kind, str] | None:
    tags = seen.tags_of(one.id)
    if request.leaves_out(one.id, tags):
        return "excluded", "is left out, as it was asked for"
    if request.protect is not None and protects(request.protect, tags):
        return "protected", f"is protected by the tag {request.protect}"
    if one.bundle != request.bundle:
        return "bundle", f"is of another bundle ({one.bundle or 'AWS does not say which'})"
    if one.state not in READY and one.state not in PASSING:
        return "state", f"is {one.state}"
    if one.key is not None and not seen.keys.get(one.key):
        disabled = one.key in seen.keys and seen.keys[one.key] is False
        return (
            "key",
            f"has volumes of the KMS key {one.key}, which {'is not enabled' if disabled else 'cannot be read'}",
        )
    if _has_image(one, seen, request):
        return "image", "was rebuilt since its bundle has this image"
    return None


def _has_image(one: WorkSpace, seen: Seen, request: Request) -> bool:
    """Whether it was rebuilt from this image; whoever names it by its id means it all the same."""
    bundle, at = seen.bundle, seen.rebuilt.get(one.id)
    if one.id in request.ids or one.state not in _HEALTHY or at is None or bundle is None or bundle.updated is None:
        return False
    return bundle.image == request.image and at > bundle.updated


def _absent(id: str) -> Excluded:
    return Excluded(id, "", None, "missing", "is not there")


def _in_turn(found: Iterable[WorkSpace], waves: tuple[int, ...], seen: Seen) -> list[WorkSpace]:
    """The canary's first, then all others by their ids: whoever connects meanwhile changes no plan of thousands."""
    canary = sorted(found, key=lambda one: _turn(one, seen))
    size = waves[0] if waves else 0
    return canary[:size] + sorted(canary[size:], key=lambda one: one.id)


def _turn(one: WorkSpace, seen: Seen) -> tuple[bool, bool, bool, int, str]:
    """The earlier, the smaller: those chosen for the canary, those that work, those not used for the most days.

    Where it is not known when it was used, it may be in use.
    """
    chosen = seen.tags_of(one.id).get(CANARY_TAG, "").lower() not in _NO
    return (
        not chosen,
        one.state not in _HEALTHY,
        one.id not in seen.last,
        (seen.last.get(one.id) or 0) // _DAY_S,
        one.id,
    )


def _machine(number: int, one: WorkSpace, wave: int, owner: str | None, seen: Seen) -> Machine:
    return Machine(
        n=number,
        id=one.id,
        user=one.user,
        computer=one.computer,
        owner=owner,
        wave=wave,
        state=one.state,
        mode=one.running_mode,
        ip=one.ip,
        last_connected=seen.last.get(one.id),
    )


def _identity(one: WorkSpace | None, seen: Seen, request: Request) -> tuple[str | bool, ...]:
    if one is None:
        return ()
    tags = seen.tags_of(one.id)
    protected = request.protect is not None and protects(request.protect, tags)
    pair = request.tag_pair
    meant = pair is None or (pair[0] in tags and pair[1] in {None, tags[pair[0]]})
    return one.directory, one.user, one.bundle, meant and not protected and not request.leaves_out(one.id, tags)


def _names(seen: Seen) -> dict[str, str]:
    named: Iterable[Any] = (seen.bundle, seen.image, seen.old_image)
    return {one.id: one.name for one in named if one is not None and one.name}


def _why_none(excluded: Iterable[Excluded]) -> str:
    """What became of all that were meant: "3 are of another bundle, 1 is protected"."""
    many = Counter(one.kind for one in excluded)
    said = {
        "missing": "not there",
        "excluded": "left out as asked for",
        "protected": "protected",
        "bundle": "of another bundle",
        "state": "in a state that AWS rebuilds none in",
        "key": "of a KMS key that cannot be used",
        "image": "rebuilt with this image already",
    }
    return ", ".join(f"{count} {'is' if count == 1 else 'are'} {said[kind]}" for kind, count in many.items())


def _at_once(request: Request, size: int) -> int:
    return max(1, min(request.max_concurrent or size, size))


def _elapsed(window: Window | None, now: int, works: int) -> int:
    """Until the window was open for so long, at most a year."""
    if window is None:
        return works
    low, high = works, works + _DAY_S
    while open_between(window, now, now + high) < works and high < _LONGEST_S:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        if open_between(window, now, now + middle) < works:
            low = middle + 1
        else:
            high = middle
    return low
