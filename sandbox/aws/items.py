"""Lets moto answer DynamoDB's item operations without walking each item through its serialiser.

What its handlers give is in the shape of the wire already, attribute by attribute; to look every one of them up in the
service's model again costs more than everything else that an answer takes.
"""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler

_JSON = "application/x-amz-json-1.0"
ITEM_OPERATIONS = frozenset(
    {"BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"}
)


def serialise_items_as_they_are() -> None:
    """From now on, in this process; said twice it is said once."""
    DynamoHandler.serialized = _serialized  # type: ignore[method-assign, assignment]  # that is the point


_by_the_model = DynamoHandler.serialized


def _serialized(handler: DynamoHandler, answer: ActionResult) -> Any:
    result = answer.result
    if handler._get_action() not in ITEM_OPERATIONS or not isinstance(result, dict):
        return _by_the_model(handler, answer)
    try:
        body = json.dumps({name: value for name, value in result.items() if value is not None})
    except TypeError:  # an object of moto's own, or bytes: its serialiser knows what to do
        return _by_the_model(handler, answer)
    return 200, {"Content-Type": _JSON, **handler.response_headers}, body
