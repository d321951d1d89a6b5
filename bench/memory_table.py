"""A table in memory, for benchmarks of what stands before it: it answers as the real one does, and takes no time."""

import threading
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from boto3.dynamodb.conditions import ConditionBase

from aws_ops.table import Check, Create, Delete, Item, Put, Table, Update, Write

Keys = tuple[str, str]


class MemoryTable(Table):
    """The methods of Table over dictionaries, one call at a time. Only the conditions that Deskside uses are known.

    Items are handed out as they are kept: nobody changes one that was read.
    """

    def __init__(self) -> None:
        self.name = "memory"
        self._items: dict[Keys, Item] = {}
        self._sorted: dict[str, list[str]] = defaultdict(list)  # by pk: its sort keys
        self._index: dict[str, list[tuple[str, Keys]]] = defaultdict(list)  # by g1pk: g1sk and keys
        self._lock = threading.Lock()
        self.calls = 0
        self.written = 0

    def get(self, pk: str, sk: str) -> Item | None:
        with self._lock:
            self.calls += 1
            return self._items.get((pk, sk))

    def put(self, item: Mapping[str, Any]) -> None:
        self.transact(Put(item))

    def put_all(self, items: Iterable[Mapping[str, Any]]) -> None:
        for some in _of(list(items), 25):
            self.transact(*map(Put, some))

    def update(
        self,
        pk: str,
        sk: str,
        *,
        set: Mapping[str, Any] = {},
        add: Mapping[str, int | float] = {},
        remove: Sequence[str] = (),
        when: ConditionBase | None = None,
    ) -> Item | None:
        done = self.transact(Update(pk, sk, set, add, remove, when))
        return self._items.get((pk, sk)) if done else None

    def delete(self, pk: str, sk: str, when: ConditionBase | None = None) -> bool:
        return self.transact(Delete(pk, sk, when))

    def query(self, pk: str, *, prefix: str = "", limit: int | None = None, newest_first: bool = False) -> list[Item]:
        with self._lock:
            self.calls += 1
            keys = self._sorted[pk]
            found = keys[bisect_left(keys, prefix) : bisect_left(keys, f"{prefix}\U0010ffff")] if prefix else keys
            ordered = found[::-1] if newest_first else found[:]
            return [self._items[pk, sk] for sk in ordered[:limit]]

    def query_index(
        self,
        g1pk: str,
        *,
        before: str | None = None,
        since: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Item]:
        with self._lock:
            self.calls += 1
            every = self._index[g1pk]
            start = bisect_left(every, (since, ("", ""))) if since is not None else 0
            end = bisect_left(every, (before, ("", ""))) if before is not None else len(every)
            found = every[start:end]
            ordered = found[::-1] if newest_first else found
            return [self._items[keys] for _, keys in ordered[:limit]]

    def transact(self, *writes: Write) -> bool:
        with self._lock:
            self.calls += 1
            if not all(self._holds(write) for write in writes):
                return False
            for write in writes:
                self._do(write)
            return True

    def _holds(self, write: Write) -> bool:
        if isinstance(write, Create):
            return _keys(write) not in self._items
        return write.when is None or _true(write.when, self._items.get(_keys(write), {}))

    def _do(self, write: Write) -> None:
        self.written += not isinstance(write, Check)
        match write:
            case Put(item) | Create(item):
                self._store(dict(item))
            case Update(pk, sk, put, add, remove):
                item = {"pk": pk, "sk": sk, **self._items.get((pk, sk), {}), **put}
                item |= {name: item.get(name, 0) + number for name, number in add.items()}
                self._store({name: value for name, value in item.items() if name not in remove})
            case Delete(pk, sk):
                self._drop((pk, sk))
            case Check():
                pass

    def _store(self, item: Item) -> None:
        keys = item["pk"], item["sk"]
        before = self._items.get(keys)
        if before is None:
            insort(self._sorted[keys[0]], keys[1])
        if before is None or (before.get("g1pk"), before.get("g1sk")) != (item.get("g1pk"), item.get("g1sk")):
            self._unlist(keys, before)
            if "g1pk" in item:
                insort(self._index[item["g1pk"]], (item["g1sk"], keys))
        self._items[keys] = item

    def _drop(self, keys: Keys) -> None:
        item = self._items.pop(keys, None)
        if item is not None:
            every = self._sorted[keys[0]]
            del every[bisect_left(every, keys[1])]
            self._unlist(keys, item)

    def _unlist(self, keys: Keys, item: Item | None) -> None:
        if item is not None and "g1pk" in item:
            every = self._index[item["g1pk"]]
            del every[bisect_left(every, (item["g1sk"], keys))]


def _of(items: list[Mapping[str, Any]], size: int) -> Iterator[list[Mapping[str, Any]]]:
    return (items[first : first + size] for first in range(0, len(items), size))


def _keys(write: Write) -> Keys:
    if isinstance(write, Put | Create):
        return write.item["pk"], write.item["sk"]
    return write.pk, write.sk


def _true(when: ConditionBase, item: Mapping[str, Any]) -> bool:
    asked = when.get_expression()
    operator, values = asked["operator"], asked["values"]
    if operator in {"AND", "OR"}:
        return (all if operator == "AND" else any)(_true(value, item) for value in values)
    if operator == "NOT":
        return not _true(values[0], item)
    name = values[0].name
    if operator in {"attribute_exists", "attribute_not_exists"}:
        return (name in item) == (operator == "attribute_exists")
    if operator not in _COMPARED:
        raise ValueError(f"no benchmark has asked for {operator} before")
    # DynamoDB takes what is not there to be unequal to everything, and nothing else.
    return _COMPARED[operator](item[name], values[1]) if name in item else operator == "<>"


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda has, value: bool(has == value),
    "<>": lambda has, value: bool(has != value),
    "<": lambda has, value: bool(has < value),
    "<=": lambda has, value: bool(has <= value),
    ">": lambda has, value: bool(has > value),
    ">=": lambda has, value: bool(has >= value),
    "IN": lambda has, values: has in values,
}
