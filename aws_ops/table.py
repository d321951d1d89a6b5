"""The one DynamoDB table: everything that Deskside knows is an item here.

Keys `pk` and `sk`, one index (`g1pk`, `g1sk`), time to live `expires`; times are whole seconds since 1970. An
expired item may linger for days: whoever minds compares the time itself.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from aws_ops import clock, expressions
from aws_ops.errors import code

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]
T = TypeVar("T")

INDEX = "g1-index"  # DynamoDB wants three characters
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_CONFLICT_TRIES = 8
_BATCH = 25  # items that BatchWriteItem takes
_TOO_MANY: Any = {"Error": {"Code": "ThrottlingException", "Message": "items stay unprocessed"}}


@dataclass(frozen=True)
class Put:
    """Write a whole item, over whatever is there."""

    item: Mapping[str, Any]
    when: ConditionBase | None = None

    def request(self, table: str) -> Item:
        """As TransactWriteItems takes it."""
        item = expressions.to_dynamodb(self.item)
        return {"Put": {"TableName": table, "Item": item, **expressions.condition(self.when)}}


@dataclass(frozen=True)
class Create:
    """Write a whole item where there is none."""

    item: Mapping[str, Any]

    def request(self, table: str) -> Item:
        """As TransactWriteItems takes it."""
        return Put(self.item, when=Attr("pk").not_exists()).request(table)


@dataclass(frozen=True)
class Update:
    """Change attributes of an item, which is made if it is not there (unless `when` forbids that)."""

    pk: str
    sk: str
    set: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int | float] = field(default_factory=dict)
    remove: Sequence[str] = ()
    when: ConditionBase | None = None

    def request(self, table: str) -> Item:
        """As TransactWriteItems takes it."""
        words = expressions.update(self.set, self.add, self.remove, self.when)
        return {"Update": {"TableName": table, "Key": {"pk": self.pk, "sk": self.sk}, **words}}


@dataclass(frozen=True)
class Delete:
    """Remove an item; without `when`, one that is not there is fine."""

    pk: str
    sk: str
    when: ConditionBase | None = None

    def request(self, table: str) -> Item:
        """As TransactWriteItems takes it."""
        only_if = expressions.condition(self.when)
        return {"Delete": {"TableName": table, "Key": {"pk": self.pk, "sk": self.sk}, **only_if}}


@dataclass(frozen=True)
class Check:
    """Write nothing: only insist, in a transaction, that `when` holds for this item."""

    pk: str
    sk: str
    when: ConditionBase

    def request(self, table: str) -> Item:
        """As TransactWriteItems takes it."""
        only_if = expressions.condition(self.when)
        return {"ConditionCheck": {"TableName": table, "Key": {"pk": self.pk, "sk": self.sk}, **only_if}}


Write = Put | Create | Update | Delete | Check


class Table:
    """The table, for any number of threads.

    `client` is `boto3.resource("dynamodb").meta.client`, which takes native types. Floats may be written; numbers come
    back as int where they are whole, else float. Reads by key are consistent, the index is not. Everything raises
    ClientError, but for a condition that does not hold, which is an answer.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self.name = name

    def get(self, pk: str, sk: str) -> Item | None:
        """The item, or None."""
        answer = self._client.get_item(TableName=self.name, Key={"pk": pk, "sk": sk}, ConsistentRead=True)
        return _item(answer["Item"]) if "Item" in answer else None

    def put(self, item: Mapping[str, Any]) -> None:
        """Write a whole item, over whatever is there."""
        self._written(lambda: self._client.put_item(TableName=self.name, Item=expressions.to_dynamodb(item)))

    def put_all(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Write whole items, over whatever is there, 25 a call; of several with one key the last is written.

        This is no transaction: where it raises ClientError some may be written, and it can be repeated.
        """
        by_key = {(item["pk"], item["sk"]): item for item in items}
        left: list[Any] = [{"PutRequest": {"Item": expressions.to_dynamodb(item)}} for item in by_key.values()]
        refused = 0
        while left:
            write = partial(self._client.batch_write_item, RequestItems={self.name: left[:_BATCH]})
            again = cast(Item, self._written(write))["UnprocessedItems"].get(self.name, [])
            left = left[_BATCH:] + again
            refused = refused + 1 if again else 0
            if refused == _CONFLICT_TRIES:
                raise ClientError(_TOO_MANY, "BatchWriteItem")
            if again:
                _pause(refused)

    def create(self, item: Mapping[str, Any]) -> bool:
        """Write an item where there is none; False when there is one.

        A transaction, although it is one item: its token makes a retry after a lost answer the same write, where a
        plain conditional put would find its own item and say False.
        """
        return self.transact(Create(item))

    def update(
        self,
        pk: str,
        sk: str,
        *,
        set: Mapping[str, Any] = _NOTHING,
        add: Mapping[str, int | float] = _NOTHING,
        remove: Sequence[str] = (),
        when: ConditionBase | None = None,
    ) -> Item | None:
        """Change attributes and return the new item; None when `when` does not hold.

        Without `when` an item that is not there is made. `add` counts from 0; after a lost answer it may count twice.
        """
        request = Update(pk, sk, set, add, remove, when).request(self.name)["Update"]
        answer = self._written(lambda: self._client.update_item(**request, ReturnValues="ALL_NEW"))
        return _item(answer["Attributes"]) if answer else None

    def delete(self, pk: str, sk: str, when: ConditionBase | None = None) -> bool:
        """Remove an item; False when `when` does not hold. Without it, one that is not there is fine."""
        request = Delete(pk, sk, when).request(self.name)["Delete"]
        return self._written(lambda: self._client.delete_item(**request)) is not None

    def query(self, pk: str, *, prefix: str = "", limit: int | None = None, newest_first: bool = False) -> list[Item]:
        """The items of one `pk` whose `sk` begins with `prefix`, by `sk`: every page, at most `limit` items."""
        keys = Key("pk").eq(pk) & Key("sk").begins_with(prefix) if prefix else Key("pk").eq(pk)
        return self._pages(keys, limit, {"ScanIndexForward": not newest_first, "ConsistentRead": True})

    def query_index(
        self,
        g1pk: str,
        *,
        before: str | None = None,
        since: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Item]:
        """The items of one `g1pk` with `since` <= `g1sk` < `before`, by `g1sk`; a second or so behind the writes."""
        keys: ConditionBase = Key("g1pk").eq(g1pk)
        if since is not None and before is not None:
            if before <= since:
                return []
            # A key has one condition, and BETWEEN takes its upper end in; "<" is had by leaving that one out below.
            keys &= Key("g1sk").between(since, before)
        elif before is not None:
            keys &= Key("g1sk").lt(before)
        elif since is not None:
            keys &= Key("g1sk").gte(since)
        how = {"ScanIndexForward": not newest_first, "IndexName": INDEX}
        return self._pages(keys, limit, how, keep=lambda item: before is None or item["g1sk"] < before)

    def transact(self, *writes: Write) -> bool:
        """All of the writes (1 to 100, each of another item) or none; False when a condition does not hold."""
        request = [write.request(self.name) for write in writes]
        return self._written(lambda: self._client.transact_write_items(TransactItems=cast(Any, request))) is not None

    def lease(self, pk: str, sk: str, owner: str, seconds: int) -> bool:
        """Hold the item for `seconds` from now, anew or again; False while another owner holds it."""
        now = clock.epoch()
        free = Attr("owner").not_exists() | Attr("owner").eq(owner) | Attr("until").lte(now)
        return self.update(pk, sk, set={"owner": owner, "until": now + seconds}, when=free) is not None

    def release(self, pk: str, sk: str, owner: str) -> bool:
        """Give up a lease; False when it is somebody else's by now."""
        return self.update(pk, sk, remove=("owner", "until"), when=Attr("owner").eq(owner)) is not None

    def ping(self) -> None:
        """Read something. Raises what AWS says when the table cannot be read."""
        self.get("PING", "PING")

    def _pages(
        self, keys: ConditionBase, limit: int | None, how: Item, keep: Callable[[Item], bool] = lambda _: True
    ) -> list[Item]:
        items: list[Item] = []
        request = {"TableName": self.name, **expressions.condition(keys, parameter="KeyConditionExpression"), **how}
        for found in self._raw_pages(request, limit):
            items += (item for item in map(_item, found) if keep(item))
            if limit is not None and len(items) >= limit:
                return items[:limit]
        return items

    def _raw_pages(self, request: Item, limit: int | None) -> Iterator[Sequence[Mapping[str, Any]]]:
        page: Item = {} if limit is None else {"Limit": limit}
        while True:
            answer = self._client.query(**request, **page)
            yield answer["Items"]
            if not answer.get("LastEvaluatedKey"):
                return
            page["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _written(self, write: Callable[[], T]) -> T | None:
        """The answer of `write`; None when its condition does not hold. Waits out other writers' transactions."""
        for attempt in range(1, _CONFLICT_TRIES + 1):
            try:
                return write()
            except ClientError as error:
                if _condition_failed(error):
                    return None
                if attempt == _CONFLICT_TRIES or not _conflict(error):
                    raise
            _pause(attempt)
        raise AssertionError("the last attempt returns or raises")


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - a pause, no secret


def _reasons(error: ClientError) -> set[str]:
    if code(error) != "TransactionCanceledException":
        return {code(error)}
    return {reason.get("Code", "") for reason in cast(Any, error.response).get("CancellationReasons", ())}


def _condition_failed(error: ClientError) -> bool:
    return bool(_reasons(error) & {"ConditionalCheckFailed", "ConditionalCheckFailedException"})


def _conflict(error: ClientError) -> bool:
    return bool(_reasons(error) & {"TransactionConflict", "TransactionConflictException"})


def _item(raw: Mapping[str, Any]) -> Item:
    return cast(Item, expressions.from_dynamodb(raw))


def create_table(client: "DynamoDBClient", name: str) -> None:
    """Make the table and wait until it can be used (the sandbox, tests; elsewhere CloudFormation does it)."""
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in ("pk", "sk", "g1pk", "g1sk")
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": INDEX,
                "KeySchema": [
                    {"AttributeName": "g1pk", "KeyType": "HASH"},
                    {"AttributeName": "g1sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
