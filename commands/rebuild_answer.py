"""`/rebuild answer` and `/workspace cancel`: the word of whoever's desktop it is, and ending what has not begun."""

from datetime import datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from pydantic import Field

from aws_ops import clock, runs, workspace_runs
from aws_ops.runs import RunRow
from aws_ops.workflows.workspace_facts import Choice
from aws_ops.workspace_items import BEFORE
from aws_ops.workspace_runs import Answered
from commands import run_words
from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Refusal, Registry, Reply
from commands.config import Config
from commands.request import Person
from commands.tokens import echo
from notifiers.message import Choice as Option
from notifiers.message import Form, FormField, Message, line
from notifiers.times import say_time

GROUP = "WorkSpaces"
SOON_S = 15 * 60
CHOICES: tuple[Choice, ...] = get_args(Choice)
_LABELS = {"now": "Now", "soon": "In 15 minutes", "tonight": "Tonight", "no": "Not me"}
_ASKED = frozenset({"asking", "waiting"})


class Answer(Arguments):
    """What somebody says to a run that would change their desktop."""

    run: str | None = None
    choice: Choice | None = None


class Cancel(Arguments):
    """A run; `mine`: whether the person asked for it or it is about their desktop, None before that was looked up."""

    run: str | None = None
    mine: bool | None = Field(default=None, exclude=True)


# ---- the answer


async def questions_for(ctx: Context) -> tuple[RunRow, ...]:
    """The open runs that wait for the person's word, because the desktop is theirs and somebody else asked.

    Raises ClientError.
    """
    found = []
    for row in await ctx.aws(runs.runs, ctx.desk):
        if row.kind == "workspace" and not row.over and row.phase in _ASKED and row.by != ctx.key:
            seen = await ctx.aws(workspace_runs.read, ctx.desk, row.id)
            if seen is not None and seen.owner == ctx.key and seen.answer_until is not None and not seen.over:
                found.append(row)
    return tuple(found)


async def complete_answer(ctx: Context, args: Answer) -> Answer | Form:
    """A form for what was left out."""
    if args.run is not None and args.choice is not None:
        return args.model_copy(update={"run": args.run.lower()})
    fields = []
    if args.run is None:
        questions = await questions_for(ctx)
        if not questions:
            raise Refusal("Nobody waits for an answer of yours, so there is nothing to say.")
        choices = tuple(Option(value=run.id, label=run_words.option(run, ctx.person.timezone)) for run in questions)
        fields.append(FormField(name="run", label="What", kind="choice", choices=choices))
    when = tuple(Option(value=choice, label=_LABELS[choice]) for choice in CHOICES)
    fields.append(FormField(name="choice", label="When", kind="choice", choices=when, initial=args.choice))
    said = " ".join(filter(None, ("rebuild answer", args.run)))
    return Form(title="May it be changed?", command=said, submit="Answer", fields=tuple(fields))


async def answer(ctx: Context, args: Answer) -> Reply:
    """Say when, or that it shall not be."""
    choice = args.choice or "no"
    begin_at = begins(choice, clock.epoch(), ctx.config.workspaces.evening, ctx.person.timezone)
    answered = await ctx.aws(workspace_runs.answer, ctx.desk, args.run or "", ctx.key, choice, begin_at)
    if answered is None:
        # Also where it is about somebody else's desktop: which runs there are is not everybody's business.
        raise Refusal(f"You were asked nothing under {echo(args.run or '')}, so nothing was changed.")
    if answered.state == "late":
        raise Refusal(_late(answered))
    return _thanks(choice, begin_at, ctx.person.timezone)


def _late(answered: Answered) -> str:
    match answered.phase:
        case "acting" | "following":
            return (
                "It has begun already and cannot be stopped, so your answer changes nothing: you hear when it is done."
            )
        case "declined":
            return "You said no to it already, and it is over: your desktop is left as it is."
        case "unanswered":
            return "Nobody answered in time, so it is over already: your desktop is left as it is."
        case _:
            return "It is over already, so your answer changes nothing."


def begins(choice: Choice, now: int, evening: time, tz: str) -> int | None:
    """When what was chosen for later begins, in epoch seconds; None for now and no. Past evening it is tomorrow's."""
    match choice:
        case "soon":
            return now + SOON_S
        case "tonight":
            zone = _zone(tz)
            here = datetime.fromtimestamp(now, zone)
            tonight = datetime.combine(here.date(), evening, zone)
            if tonight <= here:
                tonight = datetime.combine(here.date() + timedelta(days=1), evening, zone)
            return int(tonight.timestamp())
        case _:
            return None


def _zone(tz: str) -> ZoneInfo:
    try:
        return ZoneInfo(tz)
    except (KeyError, ValueError, OSError):
        # As in notifiers.times: what the person reads and what is done must be the same time.
        return ZoneInfo("UTC")


def _thanks(choice: Choice, begin_at: int | None, tz: str) -> Message:
    if choice == "no":
        return line("Your desktop is left as it is, and whoever asked is told so.", "ok")
    if begin_at is None:
        return line("It begins now: save your work at once. You are told when it is done.", "ok")
    when = f"It begins at {say_time(begin_at, tz)}: save your work and close what is open by then."
    return line(f"{when} You can change your answer until it begins, and are told when it is done.", "ok")


# ---- cancelling


async def complete_cancel(ctx: Context, args: Cancel) -> Cancel | Form:
    """Whether the run is one's own; a form with those that one may cancel, where none is named."""
    if args.run is not None:
        run = args.run.lower()
        seen = await ctx.aws(workspace_runs.read, ctx.desk, run)
        return Cancel(run=run, mine=seen is not None and ctx.key in {seen.requester, seen.owner})
    still = await _cancellable(ctx)
    if not still:
        raise Refusal("Nothing of yours waits to be done, so there is nothing to cancel.")
    choices = tuple(Option(value=run.id, label=run_words.option(run, ctx.person.timezone)) for run in still[:100])
    field = FormField(name="run", label="What", kind="choice", choices=choices)
    return Form(title="Cancel", command="workspace cancel", submit="Cancel it", fields=(field,))


async def _cancellable(ctx: Context) -> tuple[RunRow, ...]:
    rows = [row for row in await ctx.aws(runs.runs, ctx.desk) if row.kind == "workspace" and not row.over]
    waits = [row for row in rows if row.phase in BEFORE]
    if ctx.may(Role.OPERATOR):
        return tuple(waits)
    mine = [row for row in waits if row.by == ctx.key]
    return (*mine, *await questions_for(ctx))


async def cancel(ctx: Context, args: Cancel) -> Reply:
    """End what AWS has not been asked for yet."""
    return await end(ctx, args.run or "")


async def end(ctx: Context, run: str) -> Message:
    """End a run of WorkSpaces, whoever may. Raises Refusal where it is over, or AWS is at it."""
    if await ctx.aws(workspace_runs.cancel, ctx.desk, run, ctx.key):
        return line("It is cancelled: nothing is done, and its card says so.", "ok")
    seen = await ctx.aws(workspace_runs.read, ctx.desk, run)
    if seen is None:
        raise Refusal(
            f"There is nothing under {echo(run)} to cancel: type /workspace cancel to choose from what there is."
        )
    if seen.over:
        raise Refusal("That is over already, so there was nothing to cancel: its card shows how it ended.")
    raise Refusal("AWS is at it already and cannot be stopped: its card shows how it goes on.")


def _role_to_cancel(args: Cancel, _: Person) -> Role:
    return Role.OPERATOR if args.mine is False else Role.STAFF


def _resource(args: Answer | Cancel) -> str | None:
    return args.run


def _choices(_: Config) -> tuple[str, ...]:
    return CHOICES


ANSWER = Command(
    words="rebuild answer",
    summary="Say when your desktop may be changed, where somebody else asked for it",
    group=GROUP,
    role=Role.STAFF,
    into=Answer,
    run=answer,
    arguments=(
        Argument("run", "text", "[run]", "workspace-01jd2…"),
        Argument("choice", "choice", "[now|soon|tonight|no]", "tonight", choices=_choices),
    ),
    changes=True,
    braked=False,
    complete=complete_answer,
    resource=_resource,
)
CANCEL = Command(
    words="workspace cancel",
    summary="Cancel what has not begun yet: yours, or about your desktop",
    group=GROUP,
    role=Role.STAFF,
    into=Cancel,
    run=cancel,
    arguments=(Argument("run", "text", "[run]", "workspace-01jd2…"),),
    changes=True,
    braked=False,
    needs=_role_to_cancel,
    complete=complete_cancel,
    resource=_resource,
)
COMMANDS: Registry = (ANSWER, CANCEL)
