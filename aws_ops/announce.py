"""What workflows say: facts, numbered in each run, for whoever tells its story."""

from collections.abc import Callable, Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr

from aws_ops.desk import Desk


def announce(desk: Desk, run: str, fact: str, data: Mapping[str, Any] | Callable[[], Mapping[str, Any]]) -> int:
    """Queue a fact ("VpnAssociated") of a run and return its `seq`, which only grows.

    `data` goes as JSON: ids and numbers, no wording. As a function it is read after the number is taken, so that the
    highest number always carries the newest state, whoever else announces meanwhile. A number may be skipped, and a
    step that runs twice says its fact again under a new one. Raises LookupError when there is no such run.
    """
    meta = desk.table.update(f"RUN#{run}", "META", add={"seq": 1}, when=Attr("pk").exists())
    if meta is None:
        raise LookupError(f"there is no run {run}")
    seq = int(meta["seq"])
    body = data() if callable(data) else data
    desk.queue.send({"v": 1, "kind": "run", "run": run, "seq": seq, "fact": fact, "data": body})
    return seq
