"""`/rebuild`: what it would do, whom it needs, and beginning it."""

from typing import Any

from aws_ops import upgrade_look, workspace_items, workspace_look, workspace_runs
from aws_ops.workspace_look import Looked
from aws_ops.workspace_runs import Order
from commands import rebuild_answer, rebuild_messages, targets, workspace_orders
from commands.access import Role
from commands.command import Argument, Command, Context, Plan, Refusal, Registry, Reply
from commands.rebuild_messages import Others
from commands.rebuild_obstacles import obstacle
from commands.targets import OnTarget, Owned
from commands.workspace_confirmed import confirmed
from notifiers.delivery import TryLater
from notifiers.message import Form

OP = "rebuild"


class Rebuild(OnTarget):
    """A WorkSpace, and why it is to be rebuilt."""

    reason: str | None = None


async def complete(ctx: Context, args: Rebuild) -> Rebuild | Form:
    """The one WorkSpace that is meant."""
    return await targets.complete_one(ctx, args)


async def plan(ctx: Context, args: Rebuild) -> Plan:
    """What it would do now. Raises Refusal where something is in the way, or can't be seen."""
    looked = await _look(ctx, args)
    found = _owned(ctx, args, looked)
    workspace_orders.refuse_protected(ctx, (found,), looked)
    hindered = obstacle(looked, operator=ctx.may(Role.OPERATOR))
    if hindered is not None:
        raise Refusal(hindered)
    upgrade = await ctx.aws(upgrade_look.standing, ctx.desk, looked.workspace.bundle)
    order = await workspace_orders.order_of(
        ctx, OP, (found,), looked=looked, reason=args.reason, upgrade=upgrade is not None
    )
    standing = await ctx.aws(workspace_runs.standing, ctx.desk, order)
    if standing:
        raise workspace_orders.busy(standing)
    others = await _others(ctx, order)
    return Plan(
        facts=_facts(order),
        message=rebuild_messages.plan(
            looked, others, args.reason, ctx.person.timezone, mine=found.mine, upgrade=upgrade
        ),
        label=rebuild_messages.label(others),
    )


async def _look(ctx: Context, args: Rebuild) -> Looked:
    target, rate = args.target or "", ctx.config.workspaces.rate
    looked = await ctx.aws(workspace_look.look, ctx.desk, target, rate=rate, people=True)
    if looked is None:
        raise Refusal(f"AWS has no WorkSpace {target} any more, so there is nothing to rebuild.")
    return looked


def _owned(ctx: Context, args: Rebuild, looked: Looked) -> Owned:
    """It as it is now. Raises Refusal where it has become somebody else's within the last minute."""
    owner = ctx.config.owner_key(looked.workspace.user, looked.tags)
    if looked.tags is not None and (owner or "") != args.owner:
        raise Refusal("Whose desktop this is has just changed, so nothing was done: ask again in a minute.")
    return Owned(looked.workspace, looked.tags or {}, args.owner or None, mine=args.mine)


def _facts(order: Order) -> dict[str, Any]:
    """The whole order, but for who is connected: whoever closes their session before they confirm does well."""
    said = workspace_items.words(order)
    return {**said, "plan": {name: value for name, value in order.plan.items() if name != "connected"}}


async def _others(ctx: Context, order: Order) -> Others:
    approval = order.approval
    return Others(
        owner=await _name(ctx, order),
        ask_s=order.ask_s,
        silence=order.silence,
        evening=f"{ctx.config.workspaces.evening:%H:%M}",
        patience_s=order.patience_s,
        approvers=approval.approvers if approval else (),
        quorum=approval.quorum if approval else 1,
        deadline_s=approval.deadline_s if approval else 0,
    )


async def _name(ctx: Context, order: Order) -> str | None:
    """What to call whoever's it is; None where it is the person's own, or nobody's."""
    if order.owner is None or order.owner_consents:
        return None
    try:
        known = await ctx.directory.known(order.owner)
    except TryLater:
        known = None
    return known.name if known is not None else order.owner


async def rebuild(ctx: Context, args: Rebuild) -> Reply:
    """Begin what was confirmed."""
    order = await confirmed(ctx)
    sentence = rebuild_messages.begun(order, await _others(ctx, order), ctx.person.timezone)
    return await workspace_orders.begin(ctx, order, sentence)


REBUILD = Command(
    words="rebuild",
    summary="Make a desktop anew from its image, with the files of its last snapshot",
    group=rebuild_answer.GROUP,
    role=Role.STAFF,
    into=Rebuild,
    run=rebuild,
    arguments=(
        Argument("target", "text", "[me|@person|ws-…]", "me", role=Role.OPERATOR, shown_to_others="[me]"),
        Argument("reason", "rest", "[reason]", "it no longer starts"),
    ),
    examples=("/rebuild me", "/rebuild @mika it no longer starts"),
    changes=True,
    needs=targets.role_on_target,
    complete=complete,
    confirm=plan,
    resource=targets.resource,
)
COMMANDS: Registry = (REBUILD, *rebuild_answer.COMMANDS)
