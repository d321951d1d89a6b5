"""`/upgrade pause`, `resume`, `stop`, `continue` and `keep`: what people wish of one that is there."""

from aws_ops import upgrade_runs
from aws_ops.upgrade_runs import UpgradeSeen, Wished
from commands import upgrade_meant, upgrade_messages
from commands.access import Role
from commands.command import Command, Context, Plan, Refusal, Registry, Reply
from commands.upgrade_meant import RUN, OnRun, resource, still
from notifiers.message import Button, Facts, Form, Message, Text, line

GROUP = "Upgrades"
_NONE = "No upgrade is open, so nothing was changed."


async def complete(ctx: Context, args: OnRun) -> OnRun | Form:
    """The open one that is meant."""
    return await upgrade_meant.complete(ctx, args, still, "Which upgrade?", _NONE)


async def complete_gate(ctx: Context, args: OnRun) -> OnRun | Form:
    """The one that waits for its go-on."""
    none = "No upgrade waits for a go-on, so there is nothing to say."
    return await upgrade_meant.complete(ctx, args, lambda row: row.phase == "gate" and not row.over, "Go on", none)


async def pause(ctx: Context, args: OnRun) -> Reply:
    """Let nothing more begin."""
    _taken(args, await ctx.aws(upgrade_runs.pause, ctx.desk, args.run or "", ctx.key), "paused")
    resume = Button(label="Resume", command=f"upgrade resume {args.run}", style="primary")
    return line(
        "It is paused: what AWS is rebuilding is followed to its end, and nothing else begins.", "ok", (resume,)
    )


async def resume(ctx: Context, args: OnRun) -> Reply:
    """Let it go on."""
    _taken(args, await ctx.aws(upgrade_runs.resume, ctx.desk, args.run or ""), "going on")
    return line("It goes on.", "ok")


async def plan_stop(ctx: Context, args: OnRun) -> Plan | None:
    """What stopping it would leave; nothing to confirm where it has changed nothing yet."""
    found = await upgrade_meant.seen(ctx, args)
    if found.phase == "approval" or found.over or found.stopped:
        return None
    facts = Facts.of(Done=f"{found.done:,} of {found.order.total:,}", Failed=f"{found.failed:,}")
    kind = "rollback" if found.order.op == "rollback" else "upgrade"
    question = f"Stop this: {upgrade_messages.what(found.order)}?"
    sentences = (
        f"What AWS is rebuilding is followed to its end; the others are left as they are. A stopped {kind} does not go "
        "on: what is left needs another one.",
        _image_after(found),
    )
    return Plan(
        facts={"run": found.run, "canary": found.wave == 0},
        message=Message(
            title=question,
            summary=question,
            severity="warning",
            blocks=(facts, *(Text.of(sentence) for sentence in sentences)),
        ),
        label=f"Stop the {kind}",
    )


def _image_after(found: UpgradeSeen) -> str:
    order = found.order
    old, new = upgrade_messages.name(order, order.old_image), upgrade_messages.name(order, order.image)
    unproven = found.wave == 0 and found.phase != "gate"
    if unproven and order.op == "upgrade" and order.image != order.old_image:
        return (
            f"Its canary is not known to be healthy yet, so the bundle gets its old image back at once, {old}, unless "
            f"an approver types /upgrade keep {found.run} before."
        )
    return f"The bundle keeps the image {new}: whatever is rebuilt from then on gets it."


async def stop(ctx: Context, args: OnRun) -> Reply:
    """Let nothing more begin, and it end."""
    wished = _taken(args, await ctx.aws(upgrade_runs.stop, ctx.desk, args.run or "", ctx.key), "stopping")
    if wished.phase == "cancelled":
        return line("It is cancelled: nothing is changed, and its card says so.", "ok")
    return line("It stops: what AWS is rebuilding is followed to its end, and its card shows how.", "ok")


async def go_on(ctx: Context, args: OnRun) -> Reply:
    """Say that the waves after the canary may begin."""
    _taken(args, await ctx.aws(upgrade_runs.go_on, ctx.desk, args.run or "", ctx.key), "going on")
    return line("You said that it goes on: the next wave begins, and its card shows how.", "ok")


async def keep(ctx: Context, args: OnRun) -> Reply:
    """Let the bundle keep its new image."""
    _taken(args, await ctx.aws(upgrade_runs.keep_image, ctx.desk, args.run or "", ctx.key), "to keep its image")
    return line("The bundle keeps its new image, whatever becomes of the canary.", "ok")


def _taken(args: OnRun, wished: Wished | None, done: str) -> Wished:
    """The wish, where it came to something. Raises Refusal."""
    if wished is None:
        raise upgrade_meant.no_run(args)
    if wished.outcome != "taken":
        raise Refusal(upgrade_messages.not_done(wished, done))
    return wished


COMMANDS: Registry = (
    Command(
        words="upgrade pause",
        summary="Let no further desktop begin",
        group=GROUP,
        role=Role.OPERATOR,
        into=OnRun,
        run=pause,
        arguments=(RUN,),
        changes=True,
        braked=False,
        complete=complete,
        resource=resource,
    ),
    Command(
        words="upgrade resume",
        summary="Let a paused upgrade go on",
        group=GROUP,
        role=Role.OPERATOR,
        into=OnRun,
        run=resume,
        arguments=(RUN,),
        changes=True,
        complete=complete,
        resource=resource,
    ),
    Command(
        words="upgrade stop",
        summary="End an upgrade; what AWS is rebuilding is followed",
        group=GROUP,
        role=Role.OPERATOR,
        into=OnRun,
        run=stop,
        arguments=(RUN,),
        changes=True,
        braked=False,
        complete=complete,
        confirm=plan_stop,
        resource=resource,
    ),
    Command(
        words="upgrade continue",
        summary="Say that an upgrade goes on after its canary",
        group=GROUP,
        role=Role.APPROVER,
        into=OnRun,
        run=go_on,
        arguments=(RUN,),
        changes=True,
        complete=complete_gate,
        resource=resource,
    ),
    Command(
        words="upgrade keep",
        summary="Let the bundle keep its new image, whatever becomes of the canary",
        group=GROUP,
        role=Role.APPROVER,
        into=OnRun,
        run=keep,
        arguments=(RUN,),
        changes=True,
        complete=complete,
        resource=resource,
    ),
)
