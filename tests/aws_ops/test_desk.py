"""The desk, starting functions, the environment of a Lambda, ids and announcements."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from aws_ops import brake, clock, ids
from aws_ops.announce import announce
from aws_ops.desk import Desk
from aws_ops.functions import Functions
from aws_ops.lambdas import env
from aws_ops.session import Sessions
from aws_ops.table import Table
from tests.aws_ops.conftest import REGION

Later = Callable[[int], None]


def test_a_function_is_started_by_name_and_not_waited_for(sessions: Sessions) -> None:
    client = sessions.client("lambda")
    sent: list[Any] = []

    def answer(model: Any, params: dict[str, Any], **_: object) -> object:
        sent.append((model.name, params["url_path"], params["query_string"], params["headers"], params["body"]))
        return type("Answer", (), {"status_code": 202})(), {"StatusCode": 202, "ResponseMetadata": {}}

    client.meta.events.register("before-call.lambda.Invoke", answer)
    Functions(client, "deskside-").start("vpn", "vpn-1", '{"run":"vpn-1"}')
    ((name, path, query, headers, body),) = sent
    assert (name, path, query) == ("Invoke", "/2015-03-31/functions/deskside-vpn/invocations", {"Qualifier": "live"})
    assert headers["X-Amz-Invocation-Type"] == "Event"
    assert headers["X-Amz-Durable-Execution-Name"] == "vpn-1"
    assert body == b'{"run":"vpn-1"}'


def test_a_lambdas_desk_is_made_once_for_an_environment(desk: Desk, aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws)
    monkeypatch.setenv("DESKSIDE_TABLE", desk.table.name)
    monkeypatch.setenv("DESKSIDE_QUEUE_URL", desk.queue.url)
    monkeypatch.setenv("DESKSIDE_PREFIX", "deskside-")
    mine = env.desk()
    assert env.desk() is mine
    mine.table.ping()
    mine.queue.ping()
    assert mine.functions.prefix == "deskside-"
    monkeypatch.setenv("DESKSIDE_PREFIX", "other-")
    assert env.desk().functions.prefix == "other-"
    monkeypatch.delenv("DESKSIDE_TABLE")
    with pytest.raises(LookupError, match="DESKSIDE_TABLE is not set"):
        env.desk()


def test_ids_sort_by_time(later: Later) -> None:
    first = ids.ulid()
    assert re.fullmatch(r"[0-9a-z]{26}", first)
    later(1)
    assert ids.ulid() > first
    assert ids.at(999_999_999) < ids.at(1_000_000_000) == "1000000000"


def test_the_brake_is_pulled_once_and_released(desk: Desk, later: Later) -> None:
    assert brake.is_pulled(desk) is None
    assert brake.release(desk) is None
    assert brake.pull(desk, "alex@example.com", "audit")
    later(60)
    assert not brake.pull(desk, "ada@example.com", "me too")
    standing = brake.is_pulled(desk)
    assert standing is not None
    assert (standing["by"], standing["reason"], standing["since"]) == ("alex@example.com", "audit", clock.epoch() - 60)
    assert brake.release(desk) == standing
    assert brake.is_pulled(desk) is None


def test_a_release_whose_answer_is_lost_is_the_same_write_again(desk: Desk, sessions: Sessions) -> None:
    """DynamoDB knows it by its token; moto knows no tokens, so that the first one does not arrive here."""
    tokens: list[str] = []

    def lost(request: Any, **_: object) -> None:
        tokens.append(json.loads(request.body)["ClientRequestToken"])
        if len(tokens) == 1:
            raise ConnectionClosedError(endpoint_url=request.url)

    assert brake.pull(desk, "alex@example.com", "audit")
    client = sessions.client("dynamodb")
    client.meta.events.register("before-send.dynamodb.TransactWriteItems", lost)
    released = brake.release(replace(desk, table=Table(client, desk.table.name)))
    assert released is not None
    assert released["by"] == "alex@example.com"
    assert len(tokens) == 2
    assert len(set(tokens)) == 1


def said(desk: Desk) -> list[dict[str, Any]]:
    return [json.loads(message.body_text) for message in desk.queue.receive(wait_seconds=0)]


def test_facts_are_numbered_in_their_run(desk: Desk) -> None:
    for run in ("vpn-1", "vpn-2"):
        desk.table.put({"pk": f"RUN#{run}", "sk": "META", "phase": "ready"})
    assert announce(desk, "vpn-1", "VpnStarted", {"endpoint": "tokyo", "subnets": ("subnet-1",)}) == 1
    assert announce(desk, "vpn-1", "VpnClosed", {"cost_usd": 0.15}) == 2
    assert announce(desk, "vpn-2", "VpnStarted", {}) == 1
    first, second, _ = sorted(said(desk), key=lambda body: (body["run"], body["seq"]))
    assert first == {
        "v": 1,
        "kind": "run",
        "run": "vpn-1",
        "seq": 1,
        "fact": "VpnStarted",
        "data": {"endpoint": "tokyo", "subnets": ["subnet-1"]},
    }
    assert (second["seq"], second["data"]) == (2, {"cost_usd": 0.15})
    meta = desk.table.get("RUN#vpn-1", "META")
    assert meta is not None
    assert (meta["phase"], meta["seq"]) == ("ready", 2)


def test_a_fact_read_late_belongs_to_its_number(desk: Desk) -> None:
    desk.table.put({"pk": "RUN#vpn-1", "sk": "META"})

    def state() -> dict[str, Any]:
        meta = desk.table.get("RUN#vpn-1", "META")
        assert meta is not None
        return {"seq_then": meta["seq"]}

    announce(desk, "vpn-1", "VpnClaimed", state)
    assert said(desk)[0]["data"] == {"seq_then": 1}


def test_a_run_that_is_not_there_says_nothing(desk: Desk) -> None:
    with pytest.raises(LookupError, match="vpn-9"):
        announce(desk, "vpn-9", "VpnStarted", {})
    assert said(desk) == []
    assert desk.table.get("RUN#vpn-9", "META") is None
