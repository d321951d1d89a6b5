"""Subscriptions and mutes in the table.

`SUB#<place>`/<id> is a Subscription (g1pk `SUB`, g1sk `<place>#<id>`), `MUTE#<place>`/<id> a Mute (g1pk `MUTE`, g1sk
`<until>#<place>#<id>`). An id is made of what it says, so that the same thing said twice is one item. What an older or
newer version wrote and nobody can read is logged and left out.
"""

import functools
import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any, Literal, ParamSpec, TypeVar

from pydantic import BaseModel, ValidationError

from aws_ops import clock, ids
from aws_ops.conditions import Attr
from aws_ops.runs import keyed
from aws_ops.table import Item, Table
from notifiers.hours import Hours
from notifiers.subscriptions import Disabled, Filter, Level, Mute, Subscription

log = logging.getLogger(__name__)

_SUB = "SUB"
_MUTE = "MUTE"
_KEPT_S = 24 * 3600

M = TypeVar("M", bound=BaseModel)
P = ParamSpec("P")
T = TypeVar("T")

# What was made of an item lately: all of them are read for every alert, and seldom one of them has changed.
_MOST_MADE = 10_000
_made: dict[tuple[str, str], tuple[Item, BaseModel]] = {}
Scope = Literal["own", "all"]
Outcome = Literal["new", "again", "changed"]


class _Changes:
    """How often this process has changed what is subscribed or muted."""

    def __init__(self) -> None:
        self.count = 0


_changes = _Changes()


def last_change() -> int:
    """A number that is another one after each change which this process makes."""
    return _changes.count


def _changing(func: Callable[P, T]) -> Callable[P, T]:
    """A function that changes what is subscribed or muted, also where it fails halfway."""

    @functools.wraps(func)
    def change(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return func(*args, **kwargs)
        finally:
            _changes.count += 1

    return change


def subscription(
    place: str, what: Filter, *, severity: Level, hours: Hours | None, by: str, scope: Scope
) -> Subscription:
    """A new one, not written yet."""
    named = _id(place, what, severity, hours.typed() if hours else None)
    return Subscription(
        **what.model_dump(include=set(Filter.model_fields)),
        id=named,
        place=place,
        severity=severity,
        hours=hours,
        by=by,
        at=clock.epoch(),
        scope=scope,
    )


def mute(place: str, what: Filter, *, severity: Level, alert: str | None, until: int, by: str) -> Mute:
    """A new one, not written yet. Each person has their own, so that nobody's ends with another's."""
    return Mute(
        **what.model_dump(include=set(Filter.model_fields)),
        id=_id(place, what, severity, alert, by),
        place=place,
        severity=severity,
        alert=alert,
        until=until,
        by=by,
        at=clock.epoch(),
    )


@_changing
def write(table: Table, wanted: Subscription) -> Outcome:
    """Subscribe; what was disabled in that place hears again, for somebody says that the place is there.

    `again`: it was there, and nothing is changed; `changed`: it was there and hears again, or more of it or less.
    Raises ClientError.
    """
    woken = _enable(table, wanted.place)
    index = {"g1pk": _SUB, "g1sk": f"{wanted.place}#{wanted.id}"}
    key = _key(_SUB, wanted.place, wanted.id)
    if table.create(keyed(key, **index, **wanted.model_dump(mode="json"))):
        return "new"
    other = Attr("pk").exists() & Attr("scope").ne(wanted.scope)
    widened = table.update(*key, set={"scope": wanted.scope}, when=other)
    return "changed" if wanted.id in woken or widened else "again"


@_changing
def remove(table: Table, place: str, named: str) -> bool:
    """Unsubscribe; False where it is not there. Raises ClientError."""
    return table.delete(*_key(_SUB, place, named), when=Attr("pk").exists())


def at_place(table: Table, place: str) -> tuple[Subscription, ...]:
    """What a place has subscribed to, the disabled ones too, the oldest first. Raises ClientError."""
    found = _read(Subscription, table.query(f"{_SUB}#{place}"))
    return tuple(sorted(found, key=lambda one: (one.at, one.id)))


def everywhere(table: Table) -> tuple[Subscription, ...]:
    """Every subscription, by place; a second or so behind the writes. Raises ClientError."""
    return _read(Subscription, table.query_index(_SUB))


@_changing
def disable(table: Table, place: str, why: str) -> int:
    """Let a place that is gone hear nothing until somebody subscribes there again; how many that were.

    Raises ClientError.
    """
    disabled = Disabled(why=why, at=clock.epoch()).model_dump()
    still = Attr("pk").exists() & Attr("disabled").eq(None)
    found = (one for one in at_place(table, place) if one.disabled is None)
    done = [table.update(*_key(_SUB, place, one.id), set={"disabled": disabled}, when=still) for one in found]
    return sum(item is not None for item in done)


@_changing
def forget(table: Table, place: str) -> int:
    """Remove all that a place has subscribed to and muted, as of a person who has left; how many subscriptions.

    Raises ClientError.
    """
    gone = sum(remove(table, place, one.id) for one in at_place(table, place))
    for item in table.query(f"{_MUTE}#{place}"):
        table.delete(item["pk"], item["sk"])
    return gone


@_changing
def write_mute(table: Table, wanted: Mute) -> int:
    """Mute; until when (epoch seconds) the same person has this muted now, for one that lasts longer stays.

    Raises ClientError.
    """
    sort = f"{ids.at(wanted.until)}#{wanted.place}#{wanted.id}"
    fields = {**wanted.model_dump(mode="json"), "g1pk": _MUTE, "g1sk": sort, "expires": wanted.until + _KEPT_S}
    shorter = Attr("pk").not_exists() | Attr("until").lt(wanted.until)
    pk, sk = _key(_MUTE, wanted.place, wanted.id)
    if table.update(pk, sk, set=fields, when=shorter) is not None:
        return wanted.until
    there = table.get(pk, sk)
    return there["until"] if there else wanted.until


@_changing
def end_mute(table: Table, place: str, named: str) -> bool:
    """End a mute; False where it is not there. Raises ClientError."""
    return table.delete(*_key(_MUTE, place, named), when=Attr("pk").exists())


def mutes_at(table: Table, place: str) -> tuple[Mute, ...]:
    """What a place has muted now, the first to end first. Raises ClientError."""
    now = clock.epoch()
    found = (one for one in _read(Mute, table.query(f"{_MUTE}#{place}")) if one.until > now)
    return tuple(sorted(found, key=lambda one: (one.until, one.id)))


def mutes(table: Table) -> tuple[Mute, ...]:
    """Whatever is muted anywhere now; a second or so behind the writes. Raises ClientError."""
    return _read(Mute, table.query_index(_MUTE, since=ids.at(clock.epoch() + 1)))


def _enable(table: Table, place: str) -> frozenset[str]:
    """Let those of a place that are disabled hear again; their ids."""
    asleep = frozenset(one.id for one in at_place(table, place) if one.disabled is not None)
    for named in asleep:
        table.update(*_key(_SUB, place, named), set={"disabled": None}, when=Attr("pk").exists())
    return asleep


def _id(place: str, what: Filter, *more: str | None) -> str:
    """Six hex digits, as people type them; the order of kinds, and one said twice, make no other."""
    said = [place, sorted(set(what.kinds)), what.tag, what.resource, *more]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:6]


def _key(what: str, place: str, named: str) -> tuple[str, str]:
    return f"{what}#{place}", named


def _read(into: type[M], items: Iterable[Item]) -> tuple[M, ...]:
    return tuple(one for item in items if (one := _one(into, item)) is not None)


def _one(into: type[M], item: Item) -> M | None:
    key = item["pk"], item["sk"]
    known = _made.get(key)
    if known is not None and known[0] == item and isinstance(known[1], into):
        return known[1]
    fields: dict[str, Any] = {name: item[name] for name in into.model_fields if name in item}
    try:
        one = into.model_validate(fields)
    except ValidationError:
        log.exception("an item cannot be read: %s %s", *key)
        return None
    if len(_made) >= _MOST_MADE:
        _made.clear()
    _made[key] = item, one
    return one
