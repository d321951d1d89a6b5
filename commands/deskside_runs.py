"""`/deskside runs` and `/deskside cancel`: what is running, of whatever kind, and ending it."""

from aws_ops import clock, runs, vpn_runs
from aws_ops.runs import RunRow, is_over, run_key
from commands import rebuild_answer, run_words, upgrade_wishes, vpn
from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Nothing, Plan, Refusal, Registry, Reply
from commands.tokens import echo
from commands.upgrade_meant import OnRun
from notifiers.message import Block, Button, Choice, Facts, Form, FormField, Message, Table, Text, code, line
from notifiers.times import say_duration, say_time

GROUP = "Deskside"
_MOST_ROWS = 50
_BUTTONS = 5


class Run(Arguments):
    """A run by its id."""

    run: str | None = None


async def show(ctx: Context, _: Nothing) -> Reply:
    """What is running, and what ran in the last week."""
    found = await ctx.aws(runs.runs, ctx.desk)
    if not found:
        return line("Nothing is running, and nothing ran in the last 7 days.")
    tz = ctx.person.timezone
    rows = tuple(
        (run.what, run_words.state(run), say_time(run.started, tz), run_words.asker(run), run.id) for run in found
    )
    still = [run for run in found if not run.over]
    blocks: list[Block] = [Table(columns=("What", "State", "Since", "Asked for by", "Run"), rows=rows[:_MOST_ROWS])]
    if len(rows) > _MOST_ROWS:
        blocks.append(Text.of(f"And {len(rows) - _MOST_ROWS} more.", quiet=True))
    return Message(
        title="Runs",
        summary=f"{len(still)} running, {len(found) - len(still)} ended in the last 7 days.",
        blocks=tuple(blocks),
        buttons=tuple(
            Button(label=run_words.end(run), command=f"deskside cancel {run.id}", style="danger")
            for run in still[:_BUTTONS]
        ),
    )


async def complete_cancel(ctx: Context, args: Run) -> Run | Form:
    """A form with what is running, where no run is named."""
    if args.run is not None:
        return args.model_copy(update={"run": args.run.lower()})
    still = [run for run in await ctx.aws(runs.runs, ctx.desk) if not run.over]
    if not still:
        raise Refusal("Nothing is running, so there is nothing to cancel.")
    choices = tuple(Choice(value=run.id, label=run_words.option(run, ctx.person.timezone)) for run in still[:100])
    field = FormField(name="run", label="Run", kind="choice", choices=choices)
    return Form(title="Cancel a run", command="deskside cancel", submit="End the run", fields=(field,))


async def plan_cancel(ctx: Context, args: Run) -> Plan:
    """What the run is. Raises Refusal where it is over, or none."""
    row = await _open_run(ctx, args)
    affected = await _affected(ctx, row)
    since = say_duration(clock.epoch() - row.started)
    facts = Facts.of(State=run_words.state(row), Running_for=since, Asked_for_by=run_words.asker(row))
    question, what_then = _question(row)
    who = affected.message.blocks if affected else (Text.of(what_then),)
    return Plan(
        facts={"run": row.id, "kind": row.kind, **(affected.facts if affected else {})},
        message=Message(title=question, summary=question, severity="warning", blocks=(facts, *who, _small(row))),
        label="Cancel the run",
    )


def _question(row: RunRow) -> tuple[str, str]:
    """What is asked before it ends, and what comes of that."""
    if row.kind == "vpn":
        return f"Switch {row.what} off for everybody?", "Whoever uses it is cut off."
    if row.kind == "upgrade":
        return (
            f"Stop this: {run_words.what(row)}?",
            "What AWS is rebuilding is followed; the others are left as they are.",
        )
    return (
        f"Cancel this: {run_words.what(row)}?",
        "It ends if AWS has not been asked yet. What AWS has begun cannot be stopped, and goes on to its end.",
    )


async def cancel(ctx: Context, args: Run) -> Reply:
    """Wish that a run end."""
    run = ctx.confirmed["run"]
    if ctx.confirmed["kind"] == "upgrade":
        return await upgrade_wishes.stop(ctx, OnRun(run=run))
    if ctx.confirmed["kind"] != "vpn":
        return await rebuild_answer.end(ctx, run)
    if not await ctx.aws(vpn_runs.cancel, ctx.desk, run, ctx.key):
        raise _no_run(args)
    return line(f"The run {run} is being cancelled; its card shows how that goes.", "ok")


def _no_run(args: Run) -> Refusal:
    return Refusal(f"There is no run {echo(args.run or '')} to cancel: type /deskside runs to see them.")


async def _affected(ctx: Context, row: RunRow) -> Plan | None:
    """Who would be cut off with a run; None where it is no VPN's, or of an endpoint that is configured no more."""
    if row.kind != "vpn":
        return None
    for name in ctx.config.vpn.endpoints:
        plan = await vpn.plan_for_all(ctx, ctx.vpn_endpoint(name))
        if plan is not None and plan.facts["run"] == row.id:
            return plan
    return None


async def _open_run(ctx: Context, args: Run) -> RunRow:
    # By its key: the list of runs is behind what was written, and may lack a run that is there.
    meta = await ctx.aws(ctx.desk.table.get, *run_key(args.run or ""))
    if meta is None or is_over(meta):
        raise _no_run(args)
    return RunRow.of(meta)


def _small(run: RunRow) -> Text:
    return Text.of("Run ", code(run.id), quiet=True)


def _resource(args: Run) -> str | None:
    return args.run


COMMANDS: Registry = (
    Command(
        words="deskside runs",
        summary="What is running, and what ran in the last 7 days",
        group=GROUP,
        role=Role.OPERATOR,
        into=Nothing,
        run=show,
    ),
    Command(
        words="deskside cancel",
        summary="End a run, whoever asked for it",
        group=GROUP,
        role=Role.OPERATOR,
        into=Run,
        run=cancel,
        arguments=(Argument("run", "text", "[run]", "vpn-01jd2…"),),
        changes=True,
        complete=complete_cancel,
        confirm=plan_cancel,
        resource=_resource,
    ),
)
