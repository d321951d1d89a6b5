"""From what somebody asked of a fleet to an order with its plan, and beginning it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from aws_ops import clock, upgrade_look, upgrade_plan, upgrade_request, upgrade_runs
from aws_ops.upgrade_items import Report, UpgradeOrder, Window, words
from aws_ops.upgrade_plan import UpgradePlan
from aws_ops.upgrade_request import Request
from aws_ops.upgrade_runs import UpgradeSeen
from commands import upgrade_messages, upgrade_values, workspace_orders
from commands.command import Context, Plan, Refusal
from commands.upgrade_forms import Start
from notifiers.hours import Hours, parse_hours
from notifiers.message import Button, Message, line

_TICKS = 2


@dataclass(frozen=True)
class Planned:
    """An order, and the plan that it is for."""

    order: UpgradeOrder
    plan: UpgradePlan


async def planned(ctx: Context, args: Start) -> Planned:
    """What was asked for, looked at now. Raises Refusal where something is in the way."""
    request = request_of(ctx, args)
    plan = await _plan(ctx, request)
    usual = ctx.config.upgrade
    bucket = args.bucket or usual.report.bucket
    order = UpgradeOrder(
        op="upgrade",
        bundle=request.bundle,
        image=request.image,
        old_image=plan.old_image,
        waves=plan.waves,
        canary_failures=usual.canary_failures,
        gate="canary" if (usual.gate if args.gate is None else args.gate) else "none",
        window=request.window,
        max_concurrent=request.max_concurrent,
        notice_s=request.notice_s,
        defers=int(args.defers) if args.defers is not None else usual.defers,
        snapshot="next" if (args.snapshot or usual.snapshot) == "next" else "fresh",
        wait_s=args.timeout or usual.timeout,
        failure_rate=upgrade_values.share(args.failures or usual.failures),
        ssm=usual.ssm if args.ssm is None else args.ssm,
        housekeeping=usual.housekeeping if args.housekeeping is None else args.housekeeping,
        report=Report(bucket, args.prefix or usual.report.prefix, request.kms) if bucket else None,
        requester=ctx.key,
        approval=await workspace_orders.demanded(ctx),
        digest=plan.digest,
        rate=request.rate,
        role=ctx.config.aws.role,
        tick_s=request.tick_s,
        protect=request.protect,
        reason=args.reason,
        of=None,
        request=upgrade_request.words(request),
        plan={},
        names=plan.names,
    )
    return Planned(replace(order, plan=shown(order, plan)), plan)


async def planned_again(
    ctx: Context, found: UpgradeSeen, op: Literal["upgrade", "rollback"], ids: tuple[str, ...]
) -> Planned:
    """These machines of a run before, in its way; a rollback with the image that there was before it.

    Raises Refusal as `planned` does.
    """
    before = found.order
    image = before.old_image if op == "rollback" != before.op else before.image
    told = upgrade_request.request_of(before.request)
    request = replace(told, image=image, tag=None, ids=ids, exclude=(), protect=ctx.config.workspaces.protect)
    plan = await _plan(ctx, request)
    order = replace(
        before,
        op=op,
        image=image,
        old_image=plan.old_image,
        waves=plan.waves,
        requester=ctx.key,
        approval=await workspace_orders.demanded(ctx),
        digest=plan.digest,
        rate=request.rate,
        role=ctx.config.aws.role,
        protect=request.protect,
        # Why it was upgraded is not why that is taken back.
        reason=before.reason if op == before.op else None,
        of=found.run,
        request=upgrade_request.words(request),
        names={**before.names, **plan.names},
    )
    return Planned(replace(order, plan=shown(order, plan)), plan)


def request_of(ctx: Context, args: Start) -> Request:
    """What was chosen, with what the configuration says of the rest."""
    usual = ctx.config.upgrade
    window = args.window or usual.window
    return Request(
        bundle=args.bundle or "",
        image=args.image or "",
        tag=args.tag,
        ids=args.ids,
        exclude=args.exclude,
        canary=args.canary or usual.canary,
        waves=tuple(args.waves.split(",")) if args.waves else usual.waves,
        window=_window(window, ctx.config.timezone) if window else None,
        max_concurrent=int(args.concurrent) if args.concurrent is not None else usual.concurrent,
        notice_s=upgrade_values.notice_s(args.notice or usual.notice),
        protect=ctx.config.workspaces.protect,
        kms=args.kms or usual.report.kms,
        rate=ctx.config.workspaces.rate,
        # Never slower beside the other workflows' looks than the configuration has it beside their usual ones.
        tick_s=min(usual.poll, _TICKS * ctx.tick_s),
    )


def as_plan(made: Planned, tz: str) -> Plan:
    """What is asked before: the same again is the same order, whatever states have changed."""
    said = {name: value for name, value in words(made.order).items() if name != "plan"}
    return Plan(
        facts=said, message=upgrade_messages.plan(made.order, made.plan, tz), label="Ask for approval", seen=made
    )


async def begin(ctx: Context, made: Planned) -> Message:
    """Begin it; the answer is who has the next word, and where it can be followed. Raises Refusal."""
    order, plan = made.order, made.plan
    looking_on = await workspace_orders.followers(ctx, order.approval)
    try:
        begun = await ctx.aws(upgrade_runs.begin, ctx.desk, order, plan.machines, plan.excluded, looking_on)
    except ValueError as error:
        raise Refusal(f"Nothing was done: {error}.") from None
    if begun.run is None:
        by = begun.standing.by if begun.standing else "somebody"
        which = f" /upgrade status {begun.standing.run} shows how it is." if begun.standing else ""
        raise Refusal(f"The bundle is in an upgrade that {by} asked for just now, so nothing was done.{which}")
    sentence = upgrade_messages.begun(order, clock.epoch(), ctx.person.timezone)
    cancel = Button(label="Cancel", command=f"upgrade stop {begun.run}")
    return line(f"{sentence} {workspace_orders.where(ctx, looking_on)}", "progress", (cancel,))


def shown(order: UpgradeOrder, plan: UpgradePlan) -> Mapping[str, Any]:
    """What a card shows of an order and its plan."""
    window = None if order.window is None else _said(order.window)
    return {
        **plan.shown(),
        "window": window,
        "notice_s": order.notice_s,
        "concurrent": order.max_concurrent,
        "failures": order.failure_rate,
        "canary_failures": order.canary_failures,
        "gate": order.gate == "canary",
        "snapshot": order.snapshot,
        "wait_s": order.wait_s,
    }


async def _plan(ctx: Context, request: Request) -> UpgradePlan:
    seen = await ctx.aws(upgrade_look.look, ctx.desk, request)
    owners = {one.id: ctx.config.owner_key(one.user, seen.tags_of(one.id)) for one in seen.workspaces}
    plan = upgrade_plan.plan(seen, request, owners, clock.epoch())
    if plan.faults:
        raise Refusal(" ".join(plan.faults))
    if len(plan.machines) > upgrade_runs.MOST:
        raise Refusal(
            f"Those are {len(plan.machines):,} WorkSpaces, so nothing was done: {upgrade_runs.MOST:,} at a time are "
            "the most, choose fewer with --tag."
        )
    return plan


def _window(text: str, zone: str) -> Window:
    hours = parse_hours(text, zone)
    return Window(days=hours.days, start=hours.begin, end=hours.end, zone=hours.zone or zone)


def _said(window: Window) -> str:
    return Hours(begin=window.start, end=window.end, days=window.days, zone=window.zone).typed()
