"""What owners of machines are told before a rebuild, and what they answer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from aws_ops import managed_nodes
from aws_ops.runs import keyed, run_key
from aws_ops.table import Item
from aws_ops.upgrade_items import Machine, asked_key, rows_expire
from aws_ops.workflows.upgrade_look import Look


def notify(look: Look, machines: Sequence[Machine]) -> None:
    """Tell owners that their machine is rebuilt after the notice. Raises as `Look.settle` does."""
    if not machines:
        return
    now, run = look.now, look.run
    expires = rows_expire(look.meta["started"])
    run.desk.table.put_all(keyed(asked_key(run.id, one.id), n=one.n, expires=expires) for one in machines)
    on_screens = _on_screens(look, machines)
    for one in machines:
        look.keep(
            replace(
                one,
                why="owner",
                notice_at=now,
                notified=one.owner is not None or one.computer in on_screens,
                not_before=None,
                next_look=now + look.order.notice_s,
            )
        )
    look.settle()
    # A death before this would leave it unsaid, and the notes of the next fact say it all the same.
    if any(one.owner is not None for one in machines):
        run.tell("UpgradeOwnerAsked")


def _on_screens(look: Look, machines: Sequence[Machine]) -> frozenset[str]:
    """The computers on whose screens it is said too; after a death here it is said there twice."""
    order = look.order
    if not order.ssm:
        return frozenset()
    computers = {one.computer: one.ip for one in machines if one.computer is not None}
    minutes = order.notice_s // 60
    return managed_nodes.warn(look.run.desk, computers, minutes, actor=order.requester, role=order.role)


def listen(look: Look) -> None:
    """Take what owners have answered. Raises ClientError for the table."""
    told = {one.id: one for one in look.of("waiting") if one.notice_at is not None}
    if not told:
        return
    for item in look.run.desk.table.query(run_key(look.run.id)[0], prefix="ANSWER#"):
        machine = told.get(item["sk"].removeprefix("ANSWER#"))
        if machine is not None and item["version"] > machine.answers:
            look.keep(_answered(machine, item))


def _answered(machine: Machine, item: Item) -> Machine:
    choice: Literal["now", "soon", "tonight", "later"] = item["choice"]
    return replace(
        machine,
        why="owner",
        choice=choice,
        answered=item["at"],
        answers=item["version"],
        not_before=item["not_before"],
        deferred=item["deferred"],
        next_look=item["not_before"] or item["at"],
    )
