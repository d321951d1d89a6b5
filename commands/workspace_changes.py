"""`/workspace start`, `stop`, `reboot`, `restore`, `maintenance` and `terminate`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aws_ops import workspace_items, workspace_runs, workspaces
from aws_ops.workspace_look import Looked
from aws_ops.workspace_ops import OPS
from aws_ops.workspaces_api import Api
from commands import targets, workspace_changes_messages, workspace_orders
from commands import workspace_words as words
from commands.access import Role
from commands.command import Argument, Command, Context, Plan, Refusal, Registry, Reply
from commands.config import Config
from commands.targets import OnTarget, Owned
from commands.workspace_changes_messages import Seen
from commands.workspace_confirmed import confirmed
from notifiers.message import Choice, Form, FormField

GROUP = "WorkSpaces"


class Reasoned(OnTarget):
    """A WorkSpace, and why."""

    reason: str | None = None


class Maintenance(OnTarget):
    """A WorkSpace, and whether it is put into maintenance (`on`) or taken out of it."""

    switch: str | None = None


# ---- what gives nothing away: start, stop, reboot, maintenance


async def complete_some(ctx: Context, args: OnTarget) -> OnTarget | Form:
    """The WorkSpace that is meant; a tag means all that have it."""
    return await targets.complete_some(ctx, args)


def _asking(op: str) -> Callable[[Context, OnTarget], Awaitable[Plan | None]]:
    async def plan(ctx: Context, args: OnTarget) -> Plan | None:
        """What would be changed, where somebody might be thrown out or it is about several."""
        seen = await _see(ctx, op, args)
        if seen.is_one and (not OPS[op].drops or seen.disconnected):
            return None
        return Plan(
            facts={"op": op, "ids": sorted(one.workspace.id for one in seen.found)},
            message=workspace_changes_messages.question(op, seen),
            label=words.verb(op).capitalize(),
        )

    return plan


def _changing(op: str) -> Callable[[Context, OnTarget], Awaitable[Reply]]:
    async def run(ctx: Context, args: OnTarget) -> Reply:
        """Begin what was asked for."""
        ids = ctx.confirmed.get("ids")
        meant = await targets.resolve(ctx, args.target)
        found = tuple(one for one in meant if ids is None or one.workspace.id in ids)
        return await _begin(ctx, op, found)

    return run


async def _begin(ctx: Context, op: str, found: tuple[Owned, ...]) -> Reply:
    order = await workspace_orders.order_of(ctx, op, found)
    return await workspace_orders.begin(ctx, order, workspace_changes_messages.begun(op, found))


async def _see(ctx: Context, op: str, args: OnTarget) -> Seen:
    """What of that AWS would change now. Raises Refusal where it is nothing."""
    meant = await targets.resolve(ctx, args.target)
    if len(meant) == 1:
        workspace_orders.refuse_protected(ctx, meant)
    if len(meant) > workspace_runs.MOST:
        most = workspace_runs.MOST
        raise Refusal(
            f"Those are {len(meant)} WorkSpaces, so nothing was done: {most} at a time are the most, name fewer."
        )
    api = Api.of(ctx.desk, rate=ctx.config.workspaces.rate, people=True)
    if len(meant) == 1:
        await _refuse_another_ones(ctx, api, meant[0])
    now = await ctx.aws(workspaces.describe, api, [one.workspace.id for one in meant])
    reasons = {one.workspace.id: _reason(ctx, op, one, now.get(one.workspace.id)) for one in meant}
    found = tuple(one for one in meant if reasons[one.workspace.id] is None)
    skipped = tuple(reason for reason in reasons.values() if reason is not None)
    if not found:
        first = f"{skipped[0]}, so nothing was done."
        raise Refusal(first if len(meant) == 1 else f"None of these {len(meant)} can be {words.done(op)}: {first}")
    running = [one.workspace.id for one in found if now[one.workspace.id].state != "STOPPED"]
    connections = await ctx.aws(workspaces.connections, api, running) if OPS[op].drops and running else {}
    return Seen(found, now, connections, skipped)


async def _refuse_another_ones(ctx: Context, api: Api, one: Owned) -> None:
    """Raise Refusal where the tag that says whose it is names somebody else by now; a user name never changes."""
    if not ctx.config.identity.directory_user.startswith(targets.TAG):
        return
    tags = await ctx.aws(workspaces.tags, api, one.workspace.id)
    if ctx.config.owner_key(one.workspace.user, tags) != one.owner:
        raise Refusal("Whose desktop this is has just changed, so nothing was done: ask again in a minute.")


def _reason(ctx: Context, op: str, one: Owned, now: workspaces.WorkSpace | None) -> str | None:
    """Why it is left as it is; None: it is not."""
    if now is None:
        return f"AWS has no WorkSpace {one.workspace.id} any more"
    if ctx.config.workspaces.protects(one.tags):
        return f"{words.name(now)} is protected by a tag"
    return words.why_not(op, now)


async def complete_maintenance(ctx: Context, args: Maintenance) -> Maintenance | Form:
    """The one WorkSpace that is meant, and whether it begins or ends."""
    if args.switch is None or args.target is None:
        switch = tuple(Choice(value=value, label=label) for value, label in (("on", "Begin"), ("off", "End")))
        fields = (
            FormField(name="target", label="WorkSpace", initial=args.target, hint="A user, an e-mail, ws-… or a name."),
            FormField(name="switch", label="Maintenance", kind="choice", choices=switch, initial=args.switch),
        )
        return Form(title="Maintenance", command="workspace maintenance", submit="Go on", fields=fields)
    return await targets.complete_one(ctx, args)


async def maintain(ctx: Context, args: Maintenance) -> Reply:
    """Put it into maintenance, or take it out."""
    op = f"maintenance-{args.switch}"
    seen = await _see(ctx, op, args)
    return await _begin(ctx, op, seen.found)


# ---- what takes work away: restore, terminate


async def complete_reasoned(ctx: Context, args: Reasoned) -> Reasoned | Form:
    """The one WorkSpace that is meant."""
    return await targets.complete_one(ctx, args)


async def complete_terminate(ctx: Context, args: Reasoned) -> Reasoned | Form:
    """The same, but nobody's own is deleted because no other was named."""
    if args.target is None:
        field = FormField(name="target", label="WorkSpace", hint="A user, an e-mail, ws-… or a computer's name.")
        return Form(title="Delete a WorkSpace", command=ctx.text, submit="Go on", fields=(field,))
    return await targets.complete_one(ctx, args)


def _planning(op: str) -> Callable[[Context, Reasoned], Awaitable[Plan]]:
    async def plan(ctx: Context, args: Reasoned) -> Plan:
        """What would be lost. Raises Refusal where it cannot be done."""
        one, looked = await workspace_orders.look_at(ctx, args)
        workspace_orders.refuse_protected(ctx, (one,), looked)
        _refuse_impossible(op, looked)
        order = await workspace_orders.order_of(ctx, op, (one,), looked=looked, reason=args.reason)
        standing = await ctx.aws(workspace_runs.standing, ctx.desk, order)
        if standing:
            raise workspace_orders.busy(standing)
        return Plan(
            facts=_facts(workspace_items.words(order)),
            message=workspace_changes_messages.plan(op, order, one, looked, ctx.person.timezone),
            label=workspace_changes_messages.label(order),
        )

    return plan


def _facts(order: dict[str, Any]) -> dict[str, Any]:
    """The whole order, but for who is connected: whoever closes their session before they confirm does well."""
    return {**order, "plan": {name: value for name, value in order["plan"].items() if name != "connected"}}


def _refuse_impossible(op: str, looked: Looked) -> None:
    reason = words.why_not(op, looked.workspace)
    if reason is not None:
        raise Refusal(f"{reason}, so nothing was done.")
    if op != "restore":
        return
    name = words.name(looked.workspace)
    if looked.snapshots is None:
        raise Refusal(f"AWS does not tell just now whether {name} has a snapshot to restore: try again in a minute.")
    if looked.snapshots.restore is None:
        raise Refusal(f"AWS has no snapshot to restore {name} from yet; it takes one every 12 hours: ask again later.")


async def change(ctx: Context, args: Reasoned) -> Reply:
    """Begin what was confirmed."""
    order = await confirmed(ctx)
    found = await targets.resolve(ctx, args.target)
    return await workspace_orders.begin(ctx, order, workspace_changes_messages.ordered(order, found))


def _switches(_: Config) -> tuple[str, ...]:
    return ("on", "off")


_OWN = Argument("target", "text", "[me|@person|ws-…]", "me", role=Role.OPERATOR, shown_to_others="[me]")
_SOME = replace(_OWN, shown="[me|@person|ws-…|tag:Env=Prod]")
_ANY = Argument("target", "text", "[@person|ws-…]", "aiko.tanaka")
_WHY = Argument("reason", "rest", "[reason]", "it was set up wrongly")


def _simple(op: str, summary: str) -> Command[OnTarget]:
    return Command(
        words=f"workspace {op}",
        summary=summary,
        group=GROUP,
        role=Role.STAFF,
        into=OnTarget,
        run=_changing(op),
        arguments=(_SOME,),
        examples=(f"/workspace {op}",),
        changes=True,
        needs=targets.role_on_target,
        complete=complete_some,
        confirm=_asking(op),
        resource=targets.resource,
    )


COMMANDS: Registry = (
    _simple("start", "Start a stopped WorkSpace"),
    _simple("stop", "Stop a WorkSpace; what is open on it is closed"),
    _simple("reboot", "Restart a WorkSpace"),
    Command(
        words="workspace restore",
        summary="Put both volumes of a WorkSpace back to the last snapshot",
        group=GROUP,
        role=Role.STAFF,
        into=Reasoned,
        run=change,
        arguments=(_OWN, _WHY),
        examples=("/workspace restore me",),
        changes=True,
        needs=targets.role_on_target,
        complete=complete_reasoned,
        confirm=_planning("restore"),
        resource=targets.resource,
    ),
    Command(
        words="workspace maintenance",
        summary="Put a WorkSpace into maintenance, or take it out",
        group=GROUP,
        role=Role.OPERATOR,
        into=Maintenance,
        run=maintain,
        arguments=(Argument("switch", "choice", "on|off", "on", choices=_switches), _ANY),
        examples=("/workspace maintenance on aiko.tanaka",),
        changes=True,
        complete=complete_maintenance,
        resource=targets.resource,
    ),
    Command(
        words="workspace terminate",
        summary="Delete a WorkSpace with everything on it",
        group=GROUP,
        role=Role.OPERATOR,
        into=Reasoned,
        run=change,
        arguments=(_ANY, _WHY),
        examples=("/workspace terminate aiko.tanaka left the company",),
        changes=True,
        complete=complete_terminate,
        confirm=_planning("terminate"),
        resource=targets.resource,
    ),
)
