"""The brake: one item that every workflow and every changing command reads before it changes AWS."""

from boto3.dynamodb.conditions import Attr

from aws_ops import clock
from aws_ops.desk import Desk
from aws_ops.table import Delete, Item

KEY = "BRAKE"
"""Both of its keys in the table, where nothing is while it is not pulled."""


def pull(desk: Desk, by: str, reason: str) -> bool:
    """Stop every change. False when it was pulled already: who did it first, and why, stays."""
    return desk.table.create({"pk": KEY, "sk": KEY, "by": by, "reason": reason, "since": clock.epoch()})


def release(desk: Desk) -> Item | None:
    """Let changes go on; the brake that was (`by`, `reason`, `since`), or None when it was not pulled.

    Nobody needs to be the one who pulled it, and the audit says who did what. A transaction, although it is one item:
    its token makes a retry after a lost answer the same write, where a plain delete would find nothing and say None.
    """
    standing = is_pulled(desk)
    if standing is None or not desk.table.transact(Delete(KEY, KEY, when=Attr("since").eq(standing["since"]))):
        return None
    return standing


def is_pulled(desk: Desk) -> Item | None:
    """The brake if it is pulled: `by` (a person's key), `reason`, `since`."""
    return desk.table.get(KEY, KEY)
