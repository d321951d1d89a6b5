"""Which upgrade somebody means: the only one there is, or by its id or the last characters of that."""

from collections.abc import Callable
from typing import TypeVar

from aws_ops import upgrade_runs
from aws_ops.approvals import ENDING
from aws_ops.runs import RunRow
from aws_ops.upgrade_runs import UpgradeSeen
from commands import run_words
from commands.command import Argument, Arguments, Context, Refusal, Unclear
from commands.tokens import echo
from notifiers.message import Choice, Form, FormField

RUN = Argument("run", "text", "[run]", "7f3ab")
_MOST_CHOICES = 100


class OnRun(Arguments):
    """An upgrade: as it was said, after `complete` its id."""

    run: str | None = None


A = TypeVar("A", bound=OnRun)


async def complete(ctx: Context, args: A, fits: Callable[[RunRow], bool], title: str, none: str) -> A | Form:
    """With the id of the one that is meant; a form where it may be several. Raises Refusal with `none`, and Unclear."""
    rows = await ctx.aws(upgrade_runs.listed, ctx.desk)
    if args.run is None:
        return _filled(ctx, args, [row for row in rows if fits(row)], title, none)
    typed = args.run.lower()
    if len(typed) < ENDING:
        raise Unclear(f"{echo(typed)} is too short to tell an upgrade by.", "/upgrade list")
    found = [row for row in rows if row.id.endswith(typed)]
    if found and typed != found[0].id:
        return _filled(ctx, args, found, title, none)
    # By its key: the list of runs is behind what was written, and has none that ended long ago.
    return args.model_copy(update={"run": typed})


async def seen(ctx: Context, args: OnRun) -> UpgradeSeen:
    """The upgrade that `complete` found. Raises Refusal where there is none."""
    found = await ctx.aws(upgrade_runs.read, ctx.desk, args.run or "")
    if found is None:
        raise no_run(args)
    return found


def no_run(args: OnRun) -> Refusal:
    """There is none by that id."""
    return Refusal(f"There is no upgrade {echo(args.run or '')}: type /upgrade list to see them.")


def resource(args: OnRun) -> str | None:
    """What the audit files it under."""
    return args.run


def still(row: RunRow) -> bool:
    """Whether it is not over."""
    return not row.over


def _filled(ctx: Context, args: A, found: list[RunRow], title: str, none: str) -> A | Form:
    if not found:
        raise Refusal(none)
    if len(found) == 1:
        return args.model_copy(update={"run": found[0].id})
    choices = tuple(Choice(value=row.id, label=_option(row, ctx)) for row in found[:_MOST_CHOICES])
    said = ctx.text.removesuffix(f" {args.run}") if args.run else ctx.text
    field = FormField(name="run", label="Which", kind="choice", choices=choices)
    return Form(title=title, command=said, submit="Go on", fields=(field,))


def _option(row: RunRow, ctx: Context) -> str:
    return run_words.option(row, ctx.person.timezone)
