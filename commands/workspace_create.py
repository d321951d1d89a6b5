"""`/workspace create`: a new WorkSpace for somebody."""

from dataclasses import dataclass

from aws_ops import bundles, workspaces
from aws_ops.bundles import Bundle
from aws_ops.workspaces import Directory, NewWorkSpace
from aws_ops.workspaces_api import Api
from commands import targets, workspace_orders
from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Refusal, Registry, Reply, Unclear
from commands.config import Config
from commands.tokens import echo
from notifiers.message import Choice, Form, FormField

GROUP = "WorkSpaces"
_MODES = {
    "auto-stop": "Stops by itself, paid by the hour",
    "always-on": "Always on, paid by the month",
    "manual": "Started and stopped by hand",
}
_AUTO_STOP_MIN = 60
_MOST_CHOICES = 100


class Create(Arguments):
    """A user of the directory (or a person), a bundle and a directory by id or name, and the running mode."""

    user: str | None = None
    bundle: str | None = None
    directory: str | None = None
    mode: str | None = None


@dataclass(frozen=True)
class _There:
    """What one can be made from."""

    bundles: tuple[Bundle, ...]
    directories: tuple[Directory, ...]


async def complete(ctx: Context, args: Create) -> Create | Form:
    """Everything by its id; a form for what was left out. Raises Unclear and Refusal."""
    there = await _there(ctx)
    user = await _user(ctx, args.user) if args.user is not None else None
    bundle = _bundle(args.bundle, there) if args.bundle is not None else None
    directory = _directory(args.directory, there)
    if user is None or bundle is None or directory is None or args.mode is None:
        return _form(ctx, args, there)
    await _refuse_second(ctx, user, directory)
    return Create(user=user, bundle=bundle.id, directory=directory.id, mode=args.mode)


async def create(ctx: Context, args: Create) -> Reply:
    """Order it."""
    mode = args.mode or "auto-stop"
    new = NewWorkSpace(
        directory=args.directory or "",
        user=args.user or "",
        bundle=args.bundle or "",
        running_mode=mode.upper().replace("-", "_"),
        auto_stop_min=_AUTO_STOP_MIN if mode == "auto-stop" else None,
    )
    order = await workspace_orders.order_to_create(ctx, new, ctx.config.owner_key(new.user, {}))
    asked = f"An approver is asked whether you may create a desktop for {new.user}."
    made = f"A desktop for {new.user} is being created, which takes about {order.does.expected_min} minutes."
    return await workspace_orders.begin(ctx, order, made if order.approval is None else asked)


async def _there(ctx: Context) -> _There:
    api = _api(ctx)
    own = await ctx.aws(bundles.bundles, api)
    directories = await ctx.aws(workspaces.directories, api)
    if not own or not directories:
        missing = "bundle of its own" if not own else "directory that is registered for WorkSpaces"
        raise Refusal(f"This account has no {missing}, so nothing can be created: ask an admin to set one up in AWS.")
    return _There(own, directories)


async def _user(ctx: Context, said: str) -> str:
    """The user name in the directory: what was said, or that of the person who was."""
    if said.startswith("@"):
        said = await targets.mentioned(ctx, said)
    if "@" not in said:
        return said
    user = ctx.config.directory_user_of(said.lower())
    if user is None:
        raise Unclear(f"I can't tell the user name of {said} in the directory.", "/workspace create aiko.tanaka")
    return user


def _bundle(said: str, there: _There) -> Bundle:
    named = [one for one in there.bundles if said.lower() in {one.id.lower(), one.name.lower()}]
    if len(named) != 1:
        what = f"There is no bundle {echo(said)}" if not named else f"Several bundles are called {echo(said)}"
        raise Unclear(f"{what} among the account's own.", "/workspace create")
    return named[0]


def _directory(said: str | None, there: _There) -> Directory | None:
    """The one that is meant, or the only one."""
    if said is None:
        return there.directories[0] if len(there.directories) == 1 else None
    for one in there.directories:
        if said.lower() in {one.id.lower(), one.name.lower(), one.alias.lower()}:
            return one
    raise Unclear(f"There is no directory {echo(said)}.", "/workspace create")


async def _refuse_second(ctx: Context, user: str, directory: Directory) -> None:
    # Fresh: AWS refuses a second one, and would do so only after the approval.
    there = await ctx.aws(workspaces.of_user, _api(ctx), directory.id, user)
    if there:
        raise Refusal(
            f"{user} has a WorkSpace in {directory.name or directory.id} already, {there[0].id} ({there[0].state}), "
            f"and AWS allows one: see it with /workspace {there[0].id}."
        )


def _form(ctx: Context, args: Create, there: _There) -> Form:
    own = tuple(Choice(value=one.id, label=_label(one)) for one in there.bundles[:_MOST_CHOICES])
    places = tuple(Choice(value=one.id, label=_place(one)) for one in there.directories[:_MOST_CHOICES])
    modes = tuple(Choice(value=value, label=label) for value, label in _MODES.items())
    hint = "The user name in the directory, or the person's e-mail address."
    fields = (
        FormField(name="user", label="User", initial=args.user, hint=hint, max_length=200),
        FormField(name="bundle", label="Bundle", kind="choice", choices=own, initial=_known(args.bundle, own)),
        FormField(
            name="directory", label="Directory", kind="choice", choices=places, initial=_known(args.directory, places)
        ),
        FormField(name="mode", label="Running mode", kind="choice", choices=modes, initial=args.mode or "auto-stop"),
    )
    return Form(title="Create a WorkSpace", command="workspace create", submit="Create", fields=fields)


def _known(value: str | None, choices: tuple[Choice, ...]) -> str | None:
    return value if value in {choice.value for choice in choices} else choices[0].value


def _label(bundle: Bundle) -> str:
    return f"{bundle.name or bundle.id}, {bundle.compute}"


def _place(directory: Directory) -> str:
    return f"{directory.name or directory.id}"


def _api(ctx: Context) -> Api:
    return Api.of(ctx.desk, rate=ctx.config.workspaces.rate, people=True)


def _modes(_: Config) -> tuple[str, ...]:
    return tuple(_MODES)


def _resource(args: Create) -> str | None:
    return f"workspace of {args.user}" if args.user else None


COMMANDS: Registry = (
    Command(
        words="workspace create",
        summary="Create a WorkSpace for somebody",
        group=GROUP,
        role=Role.OPERATOR,
        into=Create,
        run=create,
        arguments=(
            Argument("user", "text", "[user]", "aiko.tanaka"),
            Argument("bundle", "text", "[bundle]", "wsb-0a1b2c3d4"),
            Argument("directory", "text", "[directory]", "d-9067a1b2c3"),
            Argument("mode", "choice", "[auto-stop|always-on|manual]", "auto-stop", choices=_modes),
        ),
        examples=("/workspace create aiko.tanaka",),
        changes=True,
        complete=complete,
        resource=_resource,
    ),
)
