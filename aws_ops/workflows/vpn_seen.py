"""What a look at AWS adds to what a VPN run remembers of its associations and connections."""

from collections.abc import Iterable, Sequence

from aws_ops.client_vpn import Association, Connection
from aws_ops.desk import Desk
from aws_ops.runs import KEPT_S, keyed, run_key
from aws_ops.table import Item

UNSEEN_S = 300
"""After how long an association that AWS promised and does not list is taken for failed: its lists lag behind."""
# All of these are in one item of the table, which holds 400 KB. A connection beyond them is written at each look.
NAMES_KEPT, IDS_KEPT = 100, 500
_ENDED = ("disassociating", "disassociated", "association-failed")


def associations(meta: Item, ours: Iterable[Association], now: int) -> dict[str, Item]:
    """The run's associations by id: since when and until when each was associated, to the look, and which failed."""
    records = {id_: dict(record) for id_, record in meta.get("associations", {}).items()}
    listed = set()
    for found in ours:
        listed.add(found.id)
        # One that is over when it is first seen is from before this run, and no failure of it.
        known = found.id in records
        record = records.setdefault(found.id, record_of(found.subnet, meta["round"], now))
        if found.status == "associated":
            record["since"], record["until"] = record["since"] or now, None
        elif found.status in _ENDED:
            record["until"] = record["until"] or now
            record["failed"] = record["failed"] or (known and found.status == "association-failed")
    for id_, record in records.items():
        if id_ not in listed and record["until"] is None:
            _unlisted(record, now)
    return records


def record_of(subnet: str, round_: int, now: int) -> Item:
    """An association of which nothing is known but that it was asked for, or seen."""
    return {"subnet": subnet, "round": round_, "asked": now, "since": None, "until": None, "failed": False}


def _unlisted(record: Item, now: int) -> None:
    if record["since"] is not None:
        record["until"] = now
    elif now - record["asked"] > UNSEEN_S:
        record["until"], record["failed"] = now, True


def connections(meta: Item, found: Sequence[Connection] | None, now: int) -> Item:
    """What changes in the run's state; `found` None: unreadable."""
    if found is None:
        return {"connections": None, "connected": [], "idle_since": None}
    active = [connection for connection in found if connection.active]
    return {
        "connections": len(active),
        "connected": sorted({connection.name for connection in active})[:NAMES_KEPT],
        "active": sorted(connection.id for connection in active)[:IDS_KEPT],
        "looked": now,
        "idle_since": _idle_since(meta, found, now),
    }


def _idle_since(meta: Item, found: Sequence[Connection], now: int) -> int | None:
    """The clock runs only while it is usable, and begins anew with whatever was not a look without connections."""
    if meta["phase"] != "ready" or any(connection.active for connection in found):
        return None
    ends = [connection.until for connection in found if connection.until is not None and connection.until <= now]
    return max([meta.get("idle_since") or now, *ends])


def store_connections(desk: Desk, meta: Item, found: Sequence[Connection], now: int) -> None:
    """Write the connections that began or ended since the last look, also those that did both. Raises ClientError."""
    known, looked = set(meta.get("active", [])), int(meta.get("looked") or meta["started"])
    ended = {connection.id: connection.until for connection in found if not connection.active}
    for id_ in known - {connection.id for connection in found if connection.active}:
        desk.table.update(*_key(meta, id_), set={"until": ended.get(id_) or now})
    for connection in found:
        new = connection.active or (connection.until or 0) >= looked
        if new and connection.id not in known:
            _store(desk, meta, connection, now)


def _store(desk: Desk, meta: Item, connection: Connection, now: int) -> None:
    until = None if connection.active else connection.until
    since = connection.since if connection.since is not None else until or now
    span = {"since": max(since, meta["started"]), "until": until}
    desk.table.put(keyed(_key(meta, connection.id), name=connection.name, expires=now + KEPT_S, **span))


def _key(meta: Item, connection_id: str) -> tuple[str, str]:
    return run_key(meta["run"])[0], f"CONN#{connection_id}"
