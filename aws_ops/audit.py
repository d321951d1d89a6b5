"""Who asked for what, and what came of it: items that are written once and never changed.

`AUDIT#yyyy-mm-dd`/ulid is the entry (index `WHO#person`/time); `WHAT#resource`/time only points to it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from aws_ops import clock, ids
from aws_ops.table import Create, Item, Table

SEEN_SECONDS = 2 * 24 * 3600  # no platform repeats a request after that
_MOST = 100


@dataclass(frozen=True)
class AuditEntry:
    """One thing that was asked, or what came of it.

    An outcome is an entry of its own, of the same `request`.
    """

    request: str  # the platform's own id of the request
    person: str  # their key; of somebody without one, the platform and its id: slack:U123
    command: str  # as it was understood, or as typed where it was not
    outcome: str = "accepted"
    resources: tuple[str, ...] = ()  # what it is about: "vpn:tokyo", "ws-0123"
    place: str = ""
    correlation: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Audited:
    """An entry as it was written, `at` seconds since 1970."""

    id: str
    at: int
    entry: AuditEntry


def accept(table: Table, entry: AuditEntry) -> bool:
    """Write the entry on condition that its request is new; False: it is a duplicate, and nothing was written."""
    now = clock.epoch()
    seen = {"pk": f"SEEN#{entry.request}", "sk": "SEEN", "at": now, "expires": now + SEEN_SECONDS}
    return table.transact(Create(seen), *_writes(entry, now))


def record(table: Table, entry: AuditEntry) -> None:
    """Write an entry whatever else its request has: what came of it, or what was refused."""
    if not table.transact(*_writes(entry, clock.epoch())):
        raise RuntimeError("an audit entry has this new name already")


def _writes(entry: AuditEntry, now: int) -> list[Create]:
    name = ids.ulid()
    day = datetime.fromtimestamp(now, UTC).date().isoformat()
    time = f"{ids.at(now)}#{name}"
    key = {"pk": f"AUDIT#{day}", "sk": name}
    item = {**key, **asdict(entry), "at": now, "g1pk": f"WHO#{entry.person}", "g1sk": time}
    pointers = ({"pk": f"WHAT#{resource}", "sk": time, "entry": key} for resource in dict.fromkeys(entry.resources))
    return [Create(item), *map(Create, pointers)]


def by_person(table: Table, person: str, since: int, limit: int = _MOST) -> list[Audited]:
    """What a person asked for since then (epoch seconds), newest first, at most `limit`; a second or so behind."""
    return _read(table.query_index(f"WHO#{person}", since=ids.at(since), newest_first=True, limit=limit))


def by_resource(table: Table, resource: str, since: int, limit: int = _MOST) -> list[Audited]:
    """What was asked about a resource since then (epoch seconds), newest first, at most `limit`."""
    pointers = table.query(f"WHAT#{resource}", newest_first=True, limit=limit)
    recent = [pointer["entry"] for pointer in pointers if pointer["sk"] >= ids.at(since)]
    entries = (table.get(key["pk"], key["sk"]) for key in recent)
    return _read(entry for entry in entries if entry)


def _read(items: Iterable[Item]) -> list[Audited]:
    return [
        Audited(
            id=item["sk"],
            at=item["at"],
            entry=AuditEntry(
                request=item["request"],
                person=item["person"],
                command=item["command"],
                outcome=item["outcome"],
                resources=tuple(item["resources"]),
                place=item["place"],
                correlation=item["correlation"],
                detail=item["detail"],
            ),
        )
        for item in items
    ]
