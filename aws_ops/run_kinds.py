"""What is done to a run of whatever kind by whoever does not know its kind: approvals, and the sweep."""

import logging

from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import (
    errors,
    upgrade_closing,
    upgrade_items,
    upgrade_snapshot,
    workspace_closing,
    workspace_items,
    workspace_snapshot,
)
from aws_ops.desk import Desk
from aws_ops.runs import run_key
from aws_ops.table import Item, Write
from aws_ops.workspace_closing import Unapproved

log = logging.getLogger(__name__)


def unapproved(meta: Item, phase: str, fact: Unapproved, now: int) -> list[Write]:
    """The writes that end a run that waits for its approval, on the condition that it still does."""
    if meta["kind"] == upgrade_items.KIND:
        return upgrade_closing.unapproved(meta, phase, fact, now)
    return workspace_closing.unapproved(meta, phase, fact, now)


def pay(desk: Desk, meta: Item) -> None:
    """Announce what a run owes. Raises ClientError, BotoCoreError."""
    if meta["kind"] == upgrade_items.KIND:
        upgrade_snapshot.pay(desk, meta["run"], meta)
    elif meta["kind"] == workspace_items.KIND:
        workspace_snapshot.pay(desk, meta["run"], meta)


def pay_if_possible(desk: Desk, run: str) -> None:
    """The same after a wish: it is written, and said later by whoever looks next, so to fail here would be untrue."""
    try:
        meta = desk.table.get(*run_key(run))
        if meta is not None:
            pay(desk, meta)
    except (ClientError, BotoCoreError) as error:
        log.warning("run %s could not say something: %s", run, errors.say(error))
