"""Lets moto's DynamoDB copy tables and find items in them without walking through everything that they hold."""

import inspect
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

_SETS = frozenset({"SS", "NS", "BS"})

_update = DynamoDBBackend.update_item
_put_item = Table.put_item
_delete_item = Table.delete_item
_query = Table.query
_INDEX_NAME = list(inspect.signature(Table.query).parameters).index("index_name") - 2  # behind the table and hash key


def _copied_value(value: Any, memo: Any = None) -> Any:
    """A value that is none of several is never changed in place, so it may stand in two items."""
    if value.type == "M":
        inside: Any = {name: _copied_value(one) for name, one in value.value.items()}
    elif value.type == "L":
        inside = [_copied_value(one) for one in value.value]
    elif value.type in _SETS:
        inside = list(value.value)
    else:
        return value
    copied = DynamoType.__new__(DynamoType)
    copied.type, copied.value = value.type, inside
    return copied


def _copied_item(item: Any, memo: Any = None) -> Any:
    copied: Any = object.__new__(Item)
    copied.hash_key, copied.range_key = item.hash_key, item.range_key  # keys are no lists
    attributes = LimitedSizeDict.__new__(LimitedSizeDict)  # what was measured when it was written is not measured again
    dict.update(attributes, {name: _copied_value(value) for name, value in item.attrs.items()})
    attributes.__dict__.update(item.attrs.__dict__)
    copied.attrs = attributes
    return copied


def _copied_table(table: Any, memo: Any) -> Any:
    """Before each write of a transaction moto copies the table, to go back to where it fails.

    What is in it stands in both: whatever writes an item puts another one there, and copies the few beside it
    (`_apart`).
    """
    copied = object.__new__(type(table))
    copied.__dict__.update(table.__dict__)
    copied.items = table.items.copy()
    return copied


def _apart(table: Any, key: Any) -> None:
    """From here on the items of this hash key are this table's, and not those of a copy of it."""
    found = table.items.get(key)
    if isinstance(found, dict):
        table.items[key] = found.copy()


def _put(table: Any, item_attrs: Any, *rest: Any, **named: Any) -> Any:
    if table.hash_key_attr in item_attrs:
        _apart(table, DynamoType(item_attrs[table.hash_key_attr]))
    return _put_item(table, item_attrs, *rest, **named)


def _deleted(table: Any, hash_key: Any, range_key: Any) -> Any:
    _apart(table, hash_key)
    return _delete_item(table, hash_key, range_key)


def _updated(backend: Any, table_name: str, key: Any, *rest: Any, **named: Any) -> Any:
    """`DynamoDBBackend.update_item`, which changes the item in place, on a copy of it."""
    table = backend.get_table(table_name)
    if set(key) == {table.hash_key_attr, table.range_key_attr}:
        hashed, at = DynamoType(key[table.hash_key_attr]), DynamoType(key[table.range_key_attr])
        if at in table.items.get(hashed, {}):
            _apart(table, hashed)
            table.items[hashed][at] = _copied_item(table.items[hashed][at])
    elif table.range_key_attr is None and set(key) == {table.hash_key_attr}:
        alone = DynamoType(key[table.hash_key_attr])
        if alone in table.items:
            table.items[alone] = _copied_item(table.items[alone])
    return _update(backend, table_name, key, *rest, **named)


# -- finding


def _queried(table: Any, hash_key: Any, *rest: Any, **named: Any) -> Any:
    """`Table.query`, which sorts the whole table, on those items that may be meant."""
    meant = object.__new__(type(table))
    meant.__dict__.update(table.__dict__)
    index_name = named.get("index_name", rest[_INDEX_NAME] if len(rest) > _INDEX_NAME else None)
    if index_name is None:
        meant.items = {hash_key: table.items[hash_key]} if hash_key in table.items else {}
    elif table.range_key_attr is not None and named.get("hash_key_conditions"):
        meant.items = _with_attributes(table.items, named["hash_key_conditions"])
    return _query(meant, hash_key, *rest, **named)


def _with_attributes(items: Any, wanted: Any) -> Any:
    """Those items that have the attributes: the index's key, which is mostly one."""
    (first, value), *more = wanted
    found: Any = {}
    for key, ranged in items.items():
        for at, item in ranged.items():
            has = item.attrs.get(first)
            if has is not None and has.value == value.value and all(item.attrs.get(name) == one for name, one in more):
                found.setdefault(key, {})[at] = item
    return found


def _hashed(value: Any) -> int:
    return hash((value.type, value.value if value.type == "S" else value.cast_value))


def _equals(value: Any, other: Any) -> bool:
    if value.type == "S":
        return bool(other.type == "S" and value.value == other.value)
    return bool(value.type == other.type and value.cast_value == other.cast_value)


QUICK = (
    (DynamoType, "__deepcopy__", _copied_value),
    (DynamoType, "__hash__", _hashed),
    (DynamoType, "__eq__", _equals),
    (Item, "__deepcopy__", _copied_item),
    (Table, "__deepcopy__", _copied_table),
    (Table, "put_item", _put),
    (Table, "delete_item", _deleted),
    (Table, "query", _queried),
    (DynamoDBBackend, "update_item", _updated),
)
"""What is exchanged: whose, its name, and what stands there then."""
