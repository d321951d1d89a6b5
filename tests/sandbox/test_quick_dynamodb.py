"""The quickened DynamoDB answers as moto's own: nothing that is copied or kept shows in another item or request."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from aws_ops.table import create_table
from tests.sandbox.conftest import Account


@pytest.fixture
def client(aws: Account) -> Any:
    made = aws.client("dynamodb")
    create_table(made, "quick")
    made.put_item(
        TableName="quick",
        Item={
            "pk": {"S": "A"},
            "sk": {"S": "1"},
            "map": {"M": {"deep": {"L": [{"N": "1"}, {"M": {"set": {"SS": ["x"]}}}]}}},
            "set": {"SS": ["x", "y"]},
            "n": {"N": "1"},
        },
    )
    return made


def update(client: Any, expression: str, names: dict[str, str] | None = None, **values: Any) -> dict[str, Any]:
    how: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
    if values:
        how["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    answer: dict[str, Any] = client.update_item(
        TableName="quick",
        Key={"pk": {"S": "A"}, "sk": {"S": "1"}},
        UpdateExpression=expression,
        ReturnValues="ALL_NEW",
        **how,
    )
    return answer["Attributes"]  # type: ignore[no-any-return]


def stored(client: Any) -> Any:
    return client.get_item(TableName="quick", Key={"pk": {"S": "A"}, "sk": {"S": "1"}}).get("Item")


def test_the_same_expression_twice_takes_the_values_of_each(client: Any) -> None:
    for number in ("5", "7"):
        assert update(client, "SET n = n + :by, again = :by", by={"N": number})["again"] == {"N": number}
    assert stored(client)["n"] == {"N": "13"}


def test_the_same_expression_means_the_attribute_that_its_names_say(client: Any) -> None:
    update(client, "SET #a = :v", {"#a": "one"}, v={"S": "first"})
    after = update(client, "SET #a = :v", {"#a": "two"}, v={"S": "second"})
    assert (after["one"], after["two"]) == ({"S": "first"}, {"S": "second"})


def test_paths_sets_and_removals_change_what_they_name(client: Any) -> None:
    update(client, "SET #m.deep[1].#s = :v REMOVE n", {"#m": "map", "#s": "set"}, v={"SS": ["z"]})
    after = update(client, "ADD #s :more SET k = if_not_exists(k, :k)", {"#s": "set"}, more={"SS": ["z"]}, k={"S": "k"})
    assert after["map"]["M"]["deep"]["L"][1] == {"M": {"set": {"SS": ["z"]}}}
    assert sorted(after["set"]["SS"]) == ["x", "y", "z"]
    assert "n" not in after
    after = update(
        client, "DELETE #s :gone SET k = if_not_exists(k, :k)", {"#s": "set"}, gone={"SS": ["x"]}, k={"S": "l"}
    )
    assert sorted(after["set"]["SS"]) == ["y", "z"]
    assert after["k"] == {"S": "k"}


def test_a_transaction_that_fails_leaves_everything_as_it_was(client: Any) -> None:
    before = stored(client)
    key = {"pk": {"S": "A"}, "sk": {"S": "1"}}
    change = {"TableName": "quick", "Key": key, "ExpressionAttributeNames": {"#m": "map", "#s": "set"}}
    words = "SET #m.deep[0] = :v ADD #s :more"
    values = {":v": {"N": "9"}, ":more": {"SS": ["z"]}}
    refused = {
        "TableName": "quick",
        "Item": {"pk": {"S": "B"}, "sk": {"S": "1"}},
        "ConditionExpression": "attribute_exists(pk)",
    }
    with pytest.raises(ClientError, match="TransactionCanceled"):
        client.transact_write_items(
            TransactItems=[
                {"Update": {**change, "UpdateExpression": words, "ExpressionAttributeValues": values}},
                {"Put": {"TableName": "quick", "Item": {"pk": {"S": "C"}, "sk": {"S": "1"}}}},
                {"Put": refused},
            ]
        )
    assert stored(client) == before
    assert client.scan(TableName="quick")["Count"] == 1


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("SET n = :v, n = :v", {"v": {"N": "1"}}),  # overlapping
        ("SET n = :v SET k = :v", {"v": {"N": "1"}}),  # a clause twice
        ("SET pk = :v", {"v": {"S": "B"}}),  # a key
        ("SET n = missing", {}),
        ("SET nothing.at.all = :v", {"v": {"N": "1"}}),
        ("SET n = :other", {"v": {"N": "1"}}),
        ("SET", {}),
        ("SET g1pk = :v", {"v": {"N": "1"}}),  # the type of an index's key
    ],
)
def test_an_update_that_dynamodb_refuses_is_refused_each_time(client: Any, words: str, values: dict[str, Any]) -> None:
    before = stored(client)
    for _ in range(2):
        with pytest.raises(ClientError, match="ValidationException"):
            update(client, words, **values)
    assert stored(client) == before


def test_an_item_may_not_outgrow_its_limit_however_it_grows(client: Any) -> None:
    for _ in range(10):
        update(client, "SET part = :v", v={"S": "x" * 100_000})  # replaced, not added
    update(client, "SET part1 = :v", v={"S": "x" * 100_000})
    update(client, "SET part2 = :v", v={"M": {"in": {"S": "x" * 100_000}}})
    with pytest.raises(ClientError, match="size"):
        update(client, "SET part3 = :v", v={"S": "x" * 110_000})


def test_bytes_come_back_as_they_were(client: Any) -> None:
    update(client, "SET content = :v", v={"B": b"\x00\xff"})
    assert stored(client)["content"] == {"B": b"\x00\xff"}


def test_a_transaction_that_fails_leaves_every_item_as_it_was(client: Any) -> None:
    beside = {"pk": {"S": "A"}, "sk": {"S": "2"}, "n": {"N": "5"}}
    client.put_item(TableName="quick", Item=beside)
    changes: list[Any] = [
        {"Put": {"TableName": "quick", "Item": {**beside, "n": {"N": "6"}}}},
        {"Delete": {"TableName": "quick", "Key": {"pk": {"S": "A"}, "sk": {"S": "1"}}}},
        {
            "Update": {
                "TableName": "quick",
                "Key": {"pk": {"S": "B"}, "sk": {"S": "1"}},
                "UpdateExpression": "SET n = :n",
                "ConditionExpression": "attribute_exists(pk)",
                "ExpressionAttributeValues": {":n": {"N": "1"}},
            }
        },
    ]
    before = client.scan(TableName="quick")["Items"]

    with pytest.raises(ClientError):
        client.transact_write_items(TransactItems=changes)

    assert client.scan(TableName="quick")["Items"] == before


def test_a_query_finds_what_has_the_key_and_the_index_what_has_its_keys(client: Any) -> None:
    for pk, sk, of in (("A", "3", "x"), ("A", "2", "y"), ("B", "1", "x"), ("C", "1", None)):
        item = {"pk": {"S": pk}, "sk": {"S": sk}}
        client.put_item(
            TableName="quick", Item=item if of is None else {**item, "g1pk": {"S": of}, "g1sk": {"S": f"{sk}{pk}"}}
        )

    def found(**how: Any) -> list[str]:
        answer = client.query(TableName="quick", ExpressionAttributeValues={":is": {"S": how.pop("of")}}, **how)
        return [item["pk"]["S"] + item["sk"]["S"] for item in answer["Items"]]

    assert found(of="A", KeyConditionExpression="pk = :is") == ["A1", "A2", "A3"]
    assert found(of="none", KeyConditionExpression="pk = :is") == []
    assert found(of="x", KeyConditionExpression="g1pk = :is", IndexName="g1-index") == ["B1", "A3"]
