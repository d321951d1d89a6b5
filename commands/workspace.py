"""`/workspace`: a WorkSpace as it is now, and what may be done to it."""

from aws_ops import workspace_look
from aws_ops.workspace_look import Looked
from commands import targets, workspace_changes, workspace_create, workspace_list, workspace_messages
from commands.access import Role
from commands.command import Argument, Command, Context, Refusal, Registry, Reply
from commands.targets import OnTarget
from notifiers.message import Form

GROUP = "WorkSpaces"
TARGET = Argument("target", "text", "[me|@person|ws-…]", "me", role=Role.OPERATOR, shown_to_others="[me]")


async def complete(ctx: Context, args: OnTarget) -> OnTarget | Form:
    """The one WorkSpace that is meant."""
    return await targets.complete_one(ctx, args)


async def show(ctx: Context, args: OnTarget) -> Reply:
    """Everything about one."""
    (one,) = await targets.resolve(ctx, args.target)
    looked: Looked | None = await ctx.aws(
        workspace_look.look,
        ctx.desk,
        one.workspace.id,
        rate=ctx.config.workspaces.rate,
        people=True,
        trends=True,
    )
    if looked is None:
        raise Refusal(f"AWS has no WorkSpace {one.workspace.id} any more, so there is nothing to show.")
    if not ctx.may(Role.OPERATOR) and looked.tags is not None and _owner(ctx, looked) != ctx.key:
        # It has become somebody else's within the last minute: then it is as if it had never been theirs.
        raise await targets.not_theirs(ctx)
    protected = looked.tags is not None and ctx.config.workspaces.protects(looked.tags)
    tz = ctx.person.timezone
    return workspace_messages.shown(one, looked, tz, operator=ctx.may(Role.OPERATOR), protected=protected)


def _owner(ctx: Context, looked: Looked) -> str | None:
    return ctx.config.owner_key(looked.workspace.user, looked.tags)


SHOW = Command(
    words="workspace",
    summary="How a WorkSpace is: state, connection, snapshots, load, and what may be done",
    group=GROUP,
    role=Role.STAFF,
    into=OnTarget,
    run=show,
    arguments=(TARGET,),
    examples=("/workspace",),
    needs=targets.role_on_target,
    complete=complete,
    resource=targets.resource,
)
COMMANDS: Registry = (SHOW, *workspace_list.COMMANDS, *workspace_changes.COMMANDS, *workspace_create.COMMANDS)
