"""`/upgrade retry` and `rollback`: the failed ones again, and those that were upgraded back to the old image."""

from collections.abc import Callable

from aws_ops import upgrade_runs
from aws_ops.runs import RunRow
from aws_ops.upgrade_items import Machine
from aws_ops.upgrade_runs import UpgradeSeen
from commands import upgrade_meant, upgrade_messages, upgrade_orders
from commands.access import Role
from commands.command import Command, Context, Plan, Refusal, Registry, Reply
from commands.upgrade_meant import RUN, OnRun, resource
from notifiers.message import Form, line

GROUP = "Upgrades"
_CHANGED = frozenset({"done", "failed", "stopped"})


async def complete_retry(ctx: Context, args: OnRun) -> OnRun | Form:
    """The one that is meant: open, or over with something that failed."""
    none = "No upgrade of the last 7 days has left anything to take again."
    return await upgrade_meant.complete(ctx, args, _retriable, "Retry", none)


async def complete_rollback(ctx: Context, args: OnRun) -> OnRun | Form:
    """The one that is meant: over, and it has changed something."""
    none = "No upgrade ended in the last 7 days, so there is nothing to roll back."
    return await upgrade_meant.complete(ctx, args, _changed, "Roll back", none)


def _retriable(row: RunRow) -> bool:
    return row.phase in {"running", "gate", "failed", "stopped"}


def _changed(row: RunRow) -> bool:
    return row.over and row.phase in _CHANGED


async def plan_retry(ctx: Context, args: OnRun) -> Plan | None:
    """Those that failed, as a run of their own; nothing to confirm while the run is on. Raises Refusal."""
    found = await upgrade_meant.seen(ctx, args)
    if not found.over:
        return None
    _refuse_unchanged(found)
    ids = await _ids(ctx, found, lambda machine: machine.phase in {"failed", "timed out"})
    if not ids:
        raise Refusal("Every desktop of it is done or was left alone, so there is nothing to take again.")
    made = await upgrade_orders.planned_again(ctx, found, found.order.op, ids)
    return upgrade_orders.as_plan(made, ctx.person.timezone)


async def plan_rollback(ctx: Context, args: OnRun) -> Plan:
    """Those that AWS was asked to rebuild, with the image of before. Raises Refusal."""
    found = await upgrade_meant.seen(ctx, args)
    if not found.over:
        raise Refusal(
            f"It is not over: type /upgrade stop {found.run} first, then roll back what has been upgraded until then."
        )
    _refuse_unchanged(found)
    if found.order.op == "rollback":
        raise Refusal("That was a rollback itself: type /upgrade start to upgrade again.")
    if found.order.image == found.order.old_image:
        before = f": roll back {found.order.of} instead" if found.order.of else ""
        raise Refusal(f"Its bundle had this image before it already, so there is nothing to roll back to{before}.")
    # One that failed and waited for another turn when it ended was rebuilt before.
    ids = await _ids(ctx, found, lambda machine: (machine.requested or machine.accepted) is not None)
    if not ids:
        raise Refusal("It has rebuilt no desktop, so there is nothing to roll back.")
    made = await upgrade_orders.planned_again(ctx, found, "rollback", ids)
    return upgrade_orders.as_plan(made, ctx.person.timezone)


async def retry(ctx: Context, args: OnRun) -> Reply:
    """Take what failed again: in its run while that is on, else in another one."""
    if ctx.seen is not None:
        return await upgrade_orders.begin(ctx, ctx.seen)
    wished = await ctx.aws(upgrade_runs.retry, ctx.desk, args.run or "", ctx.key)
    if wished is None:
        raise upgrade_meant.no_run(args)
    if wished.outcome != "taken":
        raise Refusal(upgrade_messages.not_done(wished, "being taken again"))
    return line("What has failed so far is taken again in its turn, and its card shows how.", "ok")


async def rollback(ctx: Context, args: OnRun) -> Reply:
    """Ask for what was confirmed."""
    return await upgrade_orders.begin(ctx, ctx.seen)


def _refuse_unchanged(found: UpgradeSeen) -> None:
    if found.phase not in _CHANGED:
        raise Refusal("It has changed nothing: type /upgrade start to ask for it anew.")


async def _ids(ctx: Context, found: UpgradeSeen, fits: Callable[[Machine], bool]) -> tuple[str, ...]:
    machines = await ctx.aws(upgrade_runs.machines, ctx.desk, found.run)
    if not machines:
        raise Refusal("Which desktops it was about is not kept any more: name them with /upgrade start --ids.")
    return tuple(machine.id for machine in machines if fits(machine))


COMMANDS: Registry = (
    Command(
        words="upgrade retry",
        summary="Take the desktops that failed again",
        group=GROUP,
        role=Role.OPERATOR,
        into=OnRun,
        run=retry,
        arguments=(RUN,),
        changes=True,
        complete=complete_retry,
        confirm=plan_retry,
        resource=resource,
    ),
    Command(
        words="upgrade rollback",
        summary="Give the bundle its old image back, and rebuild what was upgraded",
        group=GROUP,
        role=Role.OPERATOR,
        into=OnRun,
        run=rollback,
        arguments=(RUN,),
        changes=True,
        complete=complete_rollback,
        confirm=plan_rollback,
        resource=resource,
    ),
)
