"""`/upgrade answer`: the word of whoever's desktop is about to be rebuilt."""

from typing import get_args

from aws_ops import clock, upgrade_runs
from aws_ops.upgrade_items import Machine
from aws_ops.upgrade_runs import Answered
from aws_ops.workflows.upgrade_facts import Choice
from commands import rebuild_answer
from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Refusal, Registry, Reply
from commands.config import Config
from commands.tokens import echo
from notifiers.message import Choice as Option
from notifiers.message import Form, FormField, Message, line
from notifiers.times import say_time

GROUP = "Upgrades"
CHOICES: tuple[Choice, ...] = get_args(Choice)
_LABELS = {"now": "Now", "soon": "In 15 minutes", "tonight": "Tonight", "later": "In 24 hours"}


class Answer(Arguments):
    """What somebody says about a desktop of theirs; `desktop` is an id."""

    run: str | None = None
    desktop: str | None = None
    choice: Choice | None = None


async def questions_for(ctx: Context) -> tuple[tuple[str, Machine], ...]:
    """The desktops of the person that wait for their word, each with its run. Raises ClientError."""
    found = []
    for row in await ctx.aws(upgrade_runs.listed, ctx.desk):
        if not row.over and row.phase in {"running", "gate"}:
            machines = await ctx.aws(upgrade_runs.machines, ctx.desk, row.id)
            found += [(row.id, one) for one in machines if _asked(one, ctx.key)]
    return tuple(found)


def _asked(one: Machine, key: str) -> bool:
    return one.owner == key and one.phase == "waiting" and one.notice_at is not None


async def complete(ctx: Context, args: Answer) -> Answer | Form:
    """A form for what was left out."""
    if args.run is not None and args.desktop is not None and args.choice is not None:
        return args.model_copy(update={"run": args.run.lower(), "desktop": args.desktop.lower()})
    run, desktop = args.run, args.desktop
    fields = []
    if run is None or desktop is None:
        questions = await questions_for(ctx)
        if not questions:
            raise Refusal("No upgrade waits for an answer of yours, so there is nothing to say.")
        run = questions[0][0]
        choices = tuple(Option(value=one.id, label=one.computer or one.id) for of, one in questions if of == run)
        fields.append(FormField(name="desktop", label="Desktop", kind="choice", choices=choices))
    when = tuple(Option(value=choice, label=_LABELS[choice]) for choice in CHOICES)
    fields.append(FormField(name="choice", label="When", kind="choice", choices=when, initial=args.choice))
    said = " ".join(filter(None, ("upgrade answer", run, desktop)))
    return Form(title="When does it suit you?", command=said, submit="Answer", fields=tuple(fields))


async def answer(ctx: Context, args: Answer) -> Reply:
    """Say when one's desktop may be rebuilt."""
    choice = args.choice or "later"
    tz = ctx.person.timezone
    tonight = rebuild_answer.begins("tonight", clock.epoch(), ctx.config.workspaces.evening, tz)
    answered = await ctx.aws(
        upgrade_runs.answer,
        ctx.desk,
        args.run or "",
        args.desktop or "",
        ctx.key,
        choice,
        tonight if choice == "tonight" else None,
    )
    if answered is None:
        # Also where it is somebody else's: which desktops a run is about is not everybody's business.
        raise Refusal(f"You were asked nothing about {echo(args.desktop or '')}, so nothing was changed.")
    if answered.state == "late":
        raise Refusal("It is being rebuilt already, or is left alone by now, so your answer changes nothing.")
    if answered.state == "enough":
        raise Refusal(_enough(answered, tz))
    return _thanks(answered, tz)


def _enough(answered: Answered, tz: str) -> str:
    stands = f": it begins at {say_time(answered.not_before, tz)}" if answered.not_before else ""
    return f"You have put it off as often as it may be, so nothing was changed{stands}."


def _thanks(answered: Answered, tz: str) -> Message:
    if answered.not_before is None:
        return line("It begins as soon as nobody is connected: save your work, and disconnect.", "ok")
    times = "once more" if answered.left == 1 else f"{answered.left} times more"
    left = f"You can put it off {times}." if answered.left else "You cannot put it off again."
    return line(f"It does not begin before {say_time(answered.not_before, tz)}. {left}", "ok")


def _choices(_: Config) -> tuple[str, ...]:
    return CHOICES


def _resource(args: Answer) -> str | None:
    return args.run


COMMANDS: Registry = (
    Command(
        words="upgrade answer",
        summary="Say when your desktop may get its new image",
        group=GROUP,
        role=Role.STAFF,
        into=Answer,
        run=answer,
        arguments=(
            Argument("run", "text", "[run]", "upgrade-01jd2…"),
            Argument("desktop", "text", "[ws-…]", "ws-0a1b2c3d4"),
            Argument("choice", "choice", "[now|soon|tonight|later]", "tonight", choices=_choices),
        ),
        changes=True,
        braked=False,
        complete=complete,
        resource=_resource,
    ),
)
