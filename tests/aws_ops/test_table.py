"""The table, over a real wire."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from aws_ops.session import Sessions
from aws_ops.table import INDEX, Check, Create, Delete, Put, Table, Update
from tests.aws_ops.conftest import Calls

Later = Callable[[int], None]


def test_an_item_comes_back_as_it_was_written(table: Table) -> None:
    item = {
        "pk": "RUN#vpn-1",
        "sk": "META",
        "cost": 0.15,
        "seq": 3,
        "paused": False,
        "closed": None,
        "claims": [{"person": "mika@example.com", "share": 0.5}, {"person": "ren@example.com", "share": 2}],
        "names": {"mika", "ren"},
        "rates": {"association": 0.1},
    }
    table.put(item)
    assert table.get("RUN#vpn-1", "META") == item


def test_numbers_are_int_where_whole_and_never_decimal(table: Table) -> None:
    table.put({"pk": "a", "sk": "b", "whole": 2.0, "broken": 0.1, "deep": {"list": [1.0, 1.5]}, "set": {1, 2}})
    item = table.get("a", "b")
    assert item is not None
    assert item["whole"] == 2
    assert [type(item["whole"]), type(item["broken"]), type(item["deep"]["list"][1])] == [int, float, float]
    assert not any(isinstance(number, Decimal) for number in [*item["deep"]["list"], *item["set"]])


def test_tuples_are_lists(table: Table) -> None:
    table.put({"pk": "a", "sk": "b", "subnets": ("subnet-1", "subnet-2")})
    item = table.get("a", "b")
    assert item is not None
    assert item["subnets"] == ["subnet-1", "subnet-2"]


def test_what_is_not_there_is_none(table: Table) -> None:
    assert table.get("nobody", "here") is None
    assert table.query("nobody") == []


def test_create_writes_once(table: Table) -> None:
    assert table.create({"pk": "LOCK#vpn#tokyo", "sk": "LOCK", "run": "vpn-1"})
    assert not table.create({"pk": "LOCK#vpn#tokyo", "sk": "LOCK", "run": "vpn-2"})
    assert table.get("LOCK#vpn#tokyo", "LOCK") == {"pk": "LOCK#vpn#tokyo", "sk": "LOCK", "run": "vpn-1"}


def test_many_items_are_written_in_batches_of_25(table: Table, sessions: Sessions) -> None:
    calls = Calls(sessions.client("dynamodb"))
    many = [{"pk": "RUN#1", "sk": f"ITEM#{n:05}", "rate": 0.5} for n in range(60)]
    Table(sessions.client("dynamodb"), table.name).put_all([*many, many[7] | {"rate": 0.75}])
    assert table.query("RUN#1") == [item | {"rate": 0.75 if at == 7 else 0.5} for at, item in enumerate(many)]
    assert calls["BatchWriteItem"] == 3
    table.put_all(())


def test_what_a_batch_leaves_unprocessed_is_written_again(table: Table, sessions: Sessions) -> None:
    client = sessions.client("dynamodb")
    asked: list[int] = []

    def unprocessed(parsed: dict[str, Any], **_: object) -> None:
        asked.append(len(asked))
        if len(asked) <= 2:
            item = {"pk": {"S": "RUN#1"}, "sk": {"S": "ITEM#00001"}, "n": {"N": "2"}}
            parsed["UnprocessedItems"] = {table.name: [{"PutRequest": {"Item": item}}]}

    client.meta.events.register_first("after-call.dynamodb.BatchWriteItem", unprocessed)
    Table(client, table.name).put_all([{"pk": "RUN#1", "sk": "ITEM#00001", "n": 1}])
    assert len(asked) == 3
    assert table.query("RUN#1") == [{"pk": "RUN#1", "sk": "ITEM#00001", "n": 2}]


def test_a_batch_that_is_never_processed_is_an_error(
    table: Table, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    client = sessions.client("dynamodb")

    def unprocessed(parsed: dict[str, Any], **_: object) -> None:
        item = {"pk": {"S": "a"}, "sk": {"S": "b"}}
        parsed["UnprocessedItems"] = {table.name: [{"PutRequest": {"Item": item}}]}

    client.meta.events.register_first("after-call.dynamodb.BatchWriteItem", unprocessed)
    with pytest.raises(ClientError, match="ThrottlingException"):
        Table(client, table.name).put_all([{"pk": "a", "sk": "b"}])


def test_one_of_many_threads_creates(table: Table) -> None:
    start = threading.Barrier(8)

    def attempt(number: int) -> bool:
        start.wait()
        return table.create({"pk": "LOCK", "sk": "LOCK", "run": number})

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8))) == [False] * 7 + [True]


def test_update_takes_reserved_words_and_dots_as_names(table: Table) -> None:
    table.put({"pk": "a", "sk": "b", "name": "old", "ttl": 1})
    changed = table.update("a", "b", set={"status": "ready", "size.max": 0.5}, add={"count": 1}, remove=("name", "ttl"))
    assert changed == {"pk": "a", "sk": "b", "status": "ready", "size.max": 0.5, "count": 1}


def test_update_makes_an_item_unless_forbidden(table: Table) -> None:
    assert table.update("a", "b", add={"seq": 1}) == {"pk": "a", "sk": "b", "seq": 1}
    assert table.update("a", "c", add={"seq": 1}, when=Attr("pk").exists()) is None
    assert table.get("a", "c") is None


def test_update_says_none_when_its_condition_does_not_hold(table: Table) -> None:
    table.put({"pk": "a", "sk": "b", "state": "open", "rate": 0.5})
    open_and_dear = Attr("state").eq("open") & Attr("rate").gt(0.25)
    assert table.update("a", "b", set={"state": "granted"}, when=open_and_dear) is not None
    assert table.update("a", "b", set={"state": "refused"}, when=open_and_dear) is None
    item = table.get("a", "b")
    assert item is not None
    assert item["state"] == "granted"


def test_an_update_that_changes_nothing_is_a_mistake(table: Table) -> None:
    with pytest.raises(ValueError, match="changes nothing"):
        table.update("a", "b", when=Attr("n").eq(1))


def test_delete(table: Table) -> None:
    table.put({"pk": "a", "sk": "b", "wishes": 2})
    assert not table.delete("a", "b", when=Attr("wishes").eq(1))
    assert table.delete("a", "b", when=Attr("wishes").eq(2))
    assert table.get("a", "b") is None
    assert table.delete("a", "b")


def test_conditions_of_many_threads_do_not_mix(table: Table) -> None:
    """boto3's own client builds all its conditions with one shared builder."""

    def climb(number: int) -> int:
        for step in range(15):
            when = Attr("step").not_exists() if step == 0 else Attr("step").eq(step - 1) & Attr("who").eq(number)
            assert table.update(f"t{number}", "x", set={"step": step, "who": number}, when=when) is not None
        return number

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(climb, range(8))) == list(range(8))


def test_query_by_prefix_in_both_directions(table: Table) -> None:
    for sk in ("META", "PLACE#slack:C1", "PLACE#slack:C2", "CONN#1"):
        table.put({"pk": "RUN#1", "sk": sk})
    table.put({"pk": "RUN#2", "sk": "PLACE#slack:C9"})
    assert [item["sk"] for item in table.query("RUN#1", prefix="PLACE#")] == ["PLACE#slack:C1", "PLACE#slack:C2"]
    assert [item["sk"] for item in table.query("RUN#1", newest_first=True)] == [
        "PLACE#slack:C2",
        "PLACE#slack:C1",
        "META",
        "CONN#1",
    ]
    assert [item["sk"] for item in table.query("RUN#1", limit=2)] == ["CONN#1", "META"]


def test_query_reads_every_page(table: Table, sessions: Sessions) -> None:
    """A page is at most 1 MB."""
    for number in range(8):
        table.put({"pk": "big", "sk": f"{number}", "text": "x" * 300_000})
    calls = Calls(sessions.client("dynamodb"))
    table = Table(sessions.client("dynamodb"), table.name)
    assert [item["sk"] for item in table.query("big")] == [str(number) for number in range(8)]
    assert calls["Query"] > 1
    assert [item["sk"] for item in table.query("big", limit=6)] == [str(number) for number in range(6)]


def test_query_index_between_times(table: Table) -> None:
    for number, time in enumerate(("0000000100", "0000000200", "0000000200#b", "0000000300")):
        table.put({"pk": f"APPROVAL#{number}", "sk": "META", "g1pk": "OPEN#APPROVAL", "g1sk": time})
    table.put({"pk": "other", "sk": "META", "g1pk": "OPEN#ALERT", "g1sk": "0000000100"})

    def found(**how: str | bool | int) -> list[str]:
        return [item["g1sk"] for item in table.query_index("OPEN#APPROVAL", **how)]  # type: ignore[arg-type]

    assert found() == ["0000000100", "0000000200", "0000000200#b", "0000000300"]
    assert found(before="0000000200") == ["0000000100"]
    assert found(since="0000000200") == ["0000000200", "0000000200#b", "0000000300"]
    assert found(since="0000000100", before="0000000300") == ["0000000100", "0000000200", "0000000200#b"]
    assert found(since="0000000300", before="0000000100") == []
    assert found(newest_first=True, limit=2) == ["0000000300", "0000000200#b"]
    assert found(since="0000000100", before="0000000300", newest_first=True, limit=1) == ["0000000200#b"]


def test_a_transaction_is_all_or_nothing(table: Table) -> None:
    table.put({"pk": "a", "sk": "gone"})
    assert table.transact(
        Create({"pk": "a", "sk": "1", "rate": 0.5}),
        Put({"pk": "a", "sk": "2"}),
        Update("a", "3", set={"status": "new"}, add={"count": 2}),
        Delete("a", "gone"),
        Check("a", "4", Attr("pk").not_exists()),
    )
    assert [item["sk"] for item in table.query("a")] == ["1", "2", "3"]
    assert not table.transact(Update("a", "3", add={"count": 1}), Create({"pk": "a", "sk": "1"}))
    assert not table.transact(Put({"pk": "a", "sk": "9"}), Check("a", "1", Attr("rate").gt(0.75)))
    assert table.get("a", "3") == {"pk": "a", "sk": "3", "status": "new", "count": 2}
    assert table.get("a", "9") is None


def test_other_errors_of_a_transaction_are_raised(table: Table) -> None:
    with pytest.raises(ClientError, match="multiple operations on one item"):
        table.transact(Put({"pk": "a", "sk": "1"}), Put({"pk": "a", "sk": "1"}))


def test_another_error_than_a_condition_is_raised(aws: str, lasting: Sessions) -> None:
    nowhere = Table(lasting.client("dynamodb"), "nowhere")
    for attempt in (
        nowhere.ping,
        lambda: nowhere.create({"pk": "a", "sk": "b"}),
        lambda: nowhere.update("a", "b", add={"n": 1}),
    ):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            attempt()


def test_anothers_transaction_is_waited_out(table: Table, sessions: Sessions) -> None:
    """DynamoDB cancels, rather than queues, writes that meet on an item."""
    answers = iter(["TransactionConflict", "TransactionConflict"])

    def conflict(**_: object) -> Any:
        reason = next(answers, None)
        if reason is None:
            return None
        error = {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}
        body = {"Error": error, "CancellationReasons": [{"Code": "None"}, {"Code": reason}]}
        return type("Answer", (), {"status_code": 400, "headers": {}, "content": b""})(), {
            **body,
            "ResponseMetadata": {},
        }

    sessions.client("dynamodb").meta.events.register("before-call.dynamodb.TransactWriteItems", conflict)
    assert Table(sessions.client("dynamodb"), table.name).create({"pk": "a", "sk": "b"})
    assert next(answers, None) is None
    assert table.get("a", "b") is not None


def test_a_lease_is_held_by_one_until_it_ends(table: Table, later: Later) -> None:
    assert table.lease("DELIVERY#slack:C1", "LEASE", "bot-1", 15)
    assert not table.lease("DELIVERY#slack:C1", "LEASE", "bot-2", 15)
    later(10)
    assert table.lease("DELIVERY#slack:C1", "LEASE", "bot-1", 15)
    later(14)
    assert not table.lease("DELIVERY#slack:C1", "LEASE", "bot-2", 15)
    later(1)
    assert table.lease("DELIVERY#slack:C1", "LEASE", "bot-2", 15)
    assert not table.release("DELIVERY#slack:C1", "LEASE", "bot-1")
    assert table.release("DELIVERY#slack:C1", "LEASE", "bot-2")
    assert table.lease("DELIVERY#slack:C1", "LEASE", "bot-1", 15)


def test_ping(table: Table) -> None:
    table.ping()


def test_expired_items_are_removed_by_their_time_to_live(table: Table, lasting: Sessions) -> None:
    answer = lasting.client("dynamodb").describe_time_to_live(TableName=table.name)
    assert answer["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}


def test_the_document_names_the_index_that_is_asked() -> None:
    """Whoever makes the table by hand reads it there, and in the policy."""
    text = (Path(__file__).parents[2] / "docs" / "aws.md").read_text()
    assert f"one index `{INDEX}`" in text
    assert set(re.findall(r"/index/([\w-]+)", text)) == {INDEX}
