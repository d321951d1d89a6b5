"""Calls about items that are handed over in this process are answered as over the wire, and counted as there."""

from collections.abc import Iterator
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from aws_ops.session import Sessions
from aws_ops.table import create_table
from sandbox.aws.faults import Fault
from tests.in_process import connect, disconnect
from tests.sandbox.conftest import Account

TABLE = "handed-over"
ITEM = {"pk": "A", "sk": "1", "n": 1, "deep": {"list": [1, {"set": {"x", "y"}}], "nothing": None, "yes": True}}
AT = {"pk": "A", "sk": "1"}
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("put_item", {"Item": ITEM, "ReturnValues": "ALL_OLD"}),
    ("put_item", {"Item": ITEM, "ConditionExpression": Attr("pk").not_exists()}),
    ("put_item", {"Item": {"pk": "", "sk": "1"}}),
    ("get_item", {"Key": AT, "ConsistentRead": True}),
    ("get_item", {"Key": {"pk": "B", "sk": "1"}}),
    ("query", {"KeyConditionExpression": Key("pk").eq("A"), "Limit": 1}),
    (
        "update_item",
        {
            "Key": AT,
            "UpdateExpression": "SET n = n + :one",
            "ExpressionAttributeValues": {":one": 1},
            "ReturnValues": "ALL_NEW",
        },
    ),
    (
        "update_item",
        {
            "Key": AT,
            "UpdateExpression": "SET n = :one",
            "ExpressionAttributeValues": {":one": 1},
            "ConditionExpression": Attr("n").gt(99),
        },
    ),
    ("update_item", {"Key": AT, "UpdateExpression": "SET n = missing + :no"}),
    ("delete_item", {"Key": AT, "ReturnValues": "ALL_OLD"}),
)


def transaction(*items: dict[str, Any]) -> dict[str, Any]:
    """Items that are all created, or none."""
    new = {"TableName": TABLE, "ConditionExpression": "attribute_not_exists(pk)"}
    return {"TransactItems": [{"Put": {**new, "Item": item}} for item in items]}


def answered(client: Any, call: str, how: dict[str, Any]) -> Any:
    """What a call gives, an error too; without what is about this one call."""
    try:
        given = getattr(client, call)(**how)
    except ClientError as error:
        given = {**error.response, "class": type(error).__name__}
    status = given.pop("ResponseMetadata")["HTTPStatusCode"]
    return status, given


def everything(aws: Account, client: Any) -> list[Any]:
    """What becomes of each call, on a fresh table."""
    create_table(aws.client("dynamodb"), TABLE)
    told = [answered(client, call, {"TableName": TABLE, **how}) for call, how in CALLS]
    told += [
        answered(client, "transact_write_items", transaction(*items)) for items in ([ITEM], [{**ITEM, "sk": "2"}, ITEM])
    ]
    told.append(answered(client, "get_item", {"TableName": "elsewhere", "Key": AT}))
    return told


@pytest.fixture
def near(aws: Account) -> Iterator[Any]:
    connect(aws.sandbox)
    yield Sessions("us-east-1", aws.sandbox.url).client("dynamodb")
    disconnect(aws.sandbox)


def test_every_answer_is_the_one_on_the_wire(aws: Account, near: Any) -> None:
    handed_over = everything(aws, near)
    counted = aws.sandbox.calls()
    aws.sandbox.reset()
    disconnect(aws.sandbox)

    assert handed_over == everything(aws, near)
    assert counted == aws.sandbox.calls()
    assert {status for status, _ in handed_over} == {200, 400}


def test_a_fault_is_met_and_tried_again_as_on_the_wire(aws: Account, near: Any) -> None:
    create_table(aws.client("dynamodb"), TABLE)
    aws.sandbox.fault(Fault("DynamoDB", "PutItem", "ThrottlingException"))

    near.put_item(TableName=TABLE, Item=ITEM)

    told = aws.sandbox.calls()
    assert told["DynamoDB.PutItem"] == 1
    assert told["throttled"] == {"DynamoDB.PutItem": 1}
