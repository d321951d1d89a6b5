"""`/deskside`: help, who one is, what is running, and the brake."""

import logging

from aws_ops import brake, clock, vpn_runs
from aws_ops import runs as known
from aws_ops.runs import RunRow, run_key
from commands import vpn
from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Nothing, Plan, Refusal, Registry, Reply, Unclear
from commands.help import help_for
from commands.tokens import echo
from notifiers.message import Button, Choice, Fact, Facts, Form, FormField, Message, Table, Text, code, line
from notifiers.times import say_duration, say_time

log = logging.getLogger(__name__)

GROUP = "Deskside"
_MOST_ROWS = 50
_STATES = {"associating": "switching on", "ready": "on", "cutting": "switching off", "closed": "off"}
_NO_REASON = "no reason given"


class About(Arguments):
    """A family of commands; None: all."""

    about: str | None = None


class Run(Arguments):
    """A run by its id."""

    run: str | None = None


class Because(Arguments):
    """Why, in the person's own words."""

    reason: str | None = None


async def complete_help(ctx: Context, args: About) -> About:
    """The family that is meant by what was said: `vpn` for "/vpn on", and for "on"."""
    if args.about is None:
        return args
    word = args.about.lower().removeprefix("/").split(" ")[0]
    said = [command.words.split(" ") for command in ctx.registry]
    family = next((words[0] for words in said if word == words[0]), None)
    family = family or next((words[0] for words in said if word in words), None)
    if family is None:
        raise Unclear(f"There is no help about {echo(args.about)}.", "/deskside help")
    return About(about=family)


async def show_help(ctx: Context, args: About) -> Reply:
    """The commands that one may run."""
    return help_for(ctx.registry, ctx.roles, args.about, ctx.voice.how_to_type(ctx.request.platform))


async def whoami(ctx: Context, _: Nothing) -> Reply:
    """Who Deskside takes the person for."""
    roles = ", ".join(role.value for role in Role if role in ctx.roles)
    facts = (
        Fact(label="You are", value=ctx.key),
        Fact(label="Roles", value=roles),
        Fact(label="Your id here", value=f"{ctx.person.platform}:{ctx.person.user}"),
        Fact(label="Time zone", value=f"{ctx.person.timezone}, {say_time(clock.epoch(), ctx.person.timezone)}"),
    )
    summary = f"You are {ctx.key}: {roles}."
    how = Text.of("Another role? An admin adds your id to it in the configuration.", quiet=True)
    return Message(title="Who you are", summary=summary, blocks=(Facts(items=facts), how))


async def runs(ctx: Context, _: Nothing) -> Reply:
    """What is running, and what ran in the last week."""
    found = await ctx.aws(known.runs, ctx.desk)
    if not found:
        return line("Nothing is running, and nothing ran in the last 7 days.")
    tz = ctx.person.timezone
    rows = tuple((run.what, _state(run), say_time(run.started, tz), _asker(run), run.id) for run in found)
    still = [run for run in found if not run.over]
    blocks = [Table(columns=("What", "State", "Since", "Asked for by", "Run"), rows=rows[:_MOST_ROWS])]
    return Message(
        title="Runs",
        summary=f"{len(still)} running, {len(found) - len(still)} ended in the last 7 days.",
        blocks=tuple(blocks),
        buttons=tuple(
            Button(label=f"Switch {run.what} off", command=f"deskside cancel {run.id}", style="danger")
            for run in [run for run in still if run.kind == "vpn"][:5]
        ),
    )


async def complete_cancel(ctx: Context, args: Run) -> Run | Form:
    """A form with what is running, where no run is named."""
    if args.run is not None:
        return args.model_copy(update={"run": args.run.lower()})
    still = [run for run in await ctx.aws(known.runs, ctx.desk) if run.kind == "vpn" and not run.over]
    if not still:
        raise Refusal("Nothing is running, so there is nothing to cancel.")
    choices = tuple(Choice(value=run.id, label=_label(run, ctx.person.timezone)) for run in still[:100])
    field = FormField(name="run", label="Run", kind="choice", choices=choices)
    return Form(title="Cancel a run", command="deskside cancel", submit="End the run", fields=(field,))


async def plan_cancel(ctx: Context, args: Run) -> Plan:
    """What the run is. Raises Refusal where it is over, or none."""
    row = await _open_run(ctx, args)
    affected = await _affected(ctx, row)
    question = f"Switch {row.what} off for everybody?"
    since = say_duration(clock.epoch() - row.started)
    facts = Facts.of(State=_state(row), Running_for=since, Asked_for_by=_asker(row))
    who = affected.message.blocks if affected else (Text.of("Whoever uses it is cut off."),)
    return Plan(
        facts={"run": row.id, **(affected.facts if affected else {})},
        message=Message(title=question, summary=question, severity="warning", blocks=(facts, *who, _small(row))),
        label="Cancel the run",
    )


async def cancel(ctx: Context, args: Run) -> Reply:
    """Wish that a run end."""
    if not await ctx.aws(vpn_runs.cancel, ctx.desk, ctx.confirmed["run"], ctx.key):
        raise _no_run(args)
    return line(f"The run {args.run} is being cancelled; its card shows how that goes.", "ok")


async def pause(ctx: Context, args: Because) -> Reply:
    """Pull the brake, and tell the admin place."""
    reason = args.reason or _NO_REASON
    if not await ctx.aws(brake.pull, ctx.desk, ctx.key, reason):
        standing = await ctx.aws(brake.is_pulled, ctx.desk) or {}
        raise Refusal(f"Deskside is paused already, by {standing.get('by', 'somebody')}: nothing more was changed.")
    told = f"Deskside is paused by {ctx.key} ({reason}): nothing is changed on AWS until an admin resumes it."
    resume = (Button(label="Resume", command="deskside resume"),)
    await _tell_admins(ctx, line(told, "warning", resume))
    return line(told, "warning", resume)


async def release(ctx: Context, _: Nothing) -> Reply:
    """Release the brake, and tell the admin place."""
    was = await ctx.aws(brake.release, ctx.desk)
    if was is None:
        raise Refusal("Deskside is not paused, so there is nothing to resume.")
    told = f"Deskside goes on: {ctx.key} resumed it after {say_duration(clock.epoch() - was['since'])}."
    await _tell_admins(ctx, line(told, "ok"))
    return line(told, "ok")


async def _tell_admins(ctx: Context, message: Message) -> None:
    # The brake is pulled or released by now: to fail here would be untrue.
    try:
        await ctx.voice.post(ctx.config.admin_place, f"brake-{ctx.request.id}", message)
    except Exception:
        log.exception("the admin place was not told", extra={"correlation": ctx.request.correlation})


async def _affected(ctx: Context, row: RunRow) -> Plan | None:
    """Who would be cut off with a run; None for one of an endpoint that is configured no more."""
    for name in ctx.config.vpn.endpoints:
        plan = await vpn.plan_for_all(ctx, ctx.vpn_endpoint(name))
        if plan is not None and plan.facts["run"] == row.id:
            return plan
    return None


async def _open_run(ctx: Context, args: Run) -> RunRow:
    # By its key: the list of runs is behind what was written, and may lack a run that is there.
    meta = await ctx.aws(ctx.desk.table.get, *run_key(args.run or ""))
    if meta is None or meta["kind"] != "vpn" or known.is_over(meta):
        raise _no_run(args)
    return RunRow.of(meta)


def _state(run: RunRow) -> str:
    return _STATES.get(run.phase, run.phase)


def _asker(run: RunRow) -> str:
    return run.by or "somebody in the console"


def _label(run: RunRow, tz: str) -> str:
    # An option of a form holds little: the part before the @ says who.
    asker = _asker(run).partition("@")[0]
    return f"{run.what}, {_state(run)} since {say_time(run.started, tz)}, asked for by {asker}"


def _small(run: RunRow) -> Text:
    return Text.of("Run ", code(run.id), quiet=True)


def _no_run(args: Run) -> Refusal:
    return Refusal(f"There is no run {echo(args.run or '')} to cancel: type /deskside runs to see them.")


def _run_resource(args: Run) -> str | None:
    return args.run


COMMANDS: Registry = (
    Command(
        words="deskside help",
        summary="What you can type",
        group=GROUP,
        role=Role.STAFF,
        into=About,
        run=show_help,
        arguments=(Argument("about", "rest", "[word]", "vpn"),),
        examples=("/deskside help", "/deskside help vpn"),
        aliases=("deskside", "help"),
        complete=complete_help,
    ),
    Command(
        words="deskside whoami",
        summary="Who Deskside takes you for, and your roles",
        group=GROUP,
        role=Role.STAFF,
        into=Nothing,
        run=whoami,
    ),
    Command(
        words="deskside runs",
        summary="What is running, and what ran in the last 7 days",
        group=GROUP,
        role=Role.OPERATOR,
        into=Nothing,
        run=runs,
    ),
    Command(
        words="deskside cancel",
        summary="End a run for everybody",
        group=GROUP,
        role=Role.OPERATOR,
        into=Run,
        run=cancel,
        arguments=(Argument("run", "text", "[run]", "vpn-01jd2…"),),
        changes=True,
        complete=complete_cancel,
        confirm=plan_cancel,
        resource=_run_resource,
    ),
    Command(
        words="deskside pause",
        summary="Stop every change to AWS, at once",
        group=GROUP,
        role=Role.ADMIN,
        into=Because,
        run=pause,
        arguments=(Argument("reason", "rest", "[reason]", "network maintenance"),),
        examples=("/deskside pause network maintenance",),
        changes=True,
        braked=False,
    ),
    Command(
        words="deskside resume",
        summary="Let changes go on",
        group=GROUP,
        role=Role.ADMIN,
        into=Nothing,
        run=release,
        changes=True,
        braked=False,
    ),
)
