"""`/approvals`, `/approve` and `/refuse`: what waits for a decision, and deciding it."""

from aws_ops import approvals
from aws_ops.approvals import ENDING, Approval
from aws_ops.workflows.workspace_facts import Verdict
from commands import approvals_messages
from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Nothing, Refusal, Registry, Reply, Unclear
from commands.run_words import to_desktops
from commands.tokens import echo
from commands.values import LONGEST_REST
from notifiers.message import Choice, Form, FormField
from notifiers.times import say_time

GROUP = "Approvals"


class Decision(Arguments):
    """A run that waits for an approval, and why it is decided like this."""

    run: str | None = None
    reason: str | None = None


async def show(ctx: Context, _: Nothing) -> Reply:
    """What one may decide, and what one asked for."""
    asked = await ctx.aws(approvals.of_requester, ctx.desk, ctx.key)
    return approvals_messages.listed(await waiting_for(ctx), asked, ctx.key, ctx.person.timezone)


async def waiting_for(ctx: Context) -> tuple[Approval, ...]:
    """What the person may decide: nothing where they are no approver. Raises ClientError."""
    if not ctx.may(Role.APPROVER):
        return ()
    waiting = await ctx.aws(approvals.waiting, ctx.desk)
    return tuple(one for one in waiting if _undecided(one, ctx.key))


def _undecided(approval: Approval, key: str) -> bool:
    return key != approval.requester and key not in {one.person for one in approval.decisions}


async def complete_approve(ctx: Context, args: Decision) -> Decision | Form:
    """The run that is meant, by the end of its id; a form where it is left out or several end like this."""
    found = await _meant(ctx, args, "approve")
    return found if isinstance(found, Form) else args.model_copy(update={"run": found.run})


async def complete_refuse(ctx: Context, args: Decision) -> Decision | Form:
    """The same, and a form for the reason where there is none."""
    found = await _meant(ctx, args, "refuse")
    if isinstance(found, Form):
        return found
    if args.reason is None and found.state == "open" and _undecided(found, ctx.key):
        intro = f"{found.requester} asks to {to_desktops(found.what)}, and is told the reason."
        return Form(
            title="Refuse", command=f"refuse {found.run}", submit="Refuse", intro=intro, fields=(_reason(None),)
        )
    return args.model_copy(update={"run": found.run})


async def _meant(ctx: Context, args: Decision, word: str) -> Approval | Form:
    """The approval, or the form that asks which. Raises Unclear, Refusal."""
    if args.run is None:
        among = await waiting_for(ctx)
        if not among:
            raise Refusal("No approval waits for you, so there is nothing to decide: type /approvals to see your own.")
        return _which(ctx, args, among, word)
    typed = args.run.lower()
    if len(typed) < ENDING:
        raise Unclear(f"{echo(typed)} is too short to tell an approval by.", "/approvals")
    found = await ctx.aws(approvals.matching, ctx.desk, typed)
    if len(found) > 1:
        return _which(ctx, args, found, word)
    if not found:
        raise Refusal(f"No open approval has an id that ends with {echo(typed)}: type /approvals to see them.")
    return found[0]


def _which(ctx: Context, args: Decision, among: tuple[Approval, ...], word: str) -> Form:
    choices = tuple(Choice(value=one.run, label=_label(one, ctx.person.timezone)) for one in among[:100])
    field = FormField(name="run", label="Which", kind="choice", choices=choices)
    title = word.capitalize()
    reason = _reason(args.reason, required=word == "refuse")
    return Form(title=title, command=word, submit=title, fields=(field, reason))


def _label(approval: Approval, tz: str) -> str:
    # An option of a form holds little: the part before the @ says who.
    asker = approval.requester.partition("@")[0]
    return f"{approval.what}, asked for by {asker}, until {say_time(approval.deadline, tz)}"


def _reason(said: str | None, *, required: bool = True) -> FormField:
    return FormField(
        name="reason", label="Reason", required=required, initial=said, multiline=True, max_length=LONGEST_REST
    )


async def approve(ctx: Context, args: Decision) -> Reply:
    """Agree to what somebody else asked for."""
    return await _decide(ctx, args, "granted")


async def refuse(ctx: Context, args: Decision) -> Reply:
    """End what somebody else asked for."""
    return await _decide(ctx, args, "refused")


async def _decide(ctx: Context, args: Decision, verdict: Verdict) -> Reply:
    """Decide, and say what came of it. Raises Refusal where that is not what was wanted."""
    tz = ctx.person.timezone
    still = {person.key for person in await ctx.directory.members(ctx.config.roles.approver) if person.key is not None}
    decided = await ctx.aws(approvals.decide, ctx.desk, args.run or "", ctx.key, verdict, args.reason, still)
    approval = decided.approval
    match decided.outcome:
        case "granted":
            return approvals_messages.granted(approval)
        case "refused":
            return approvals_messages.refused(approval)
        case "counted":
            return approvals_messages.counted(approval, tz)
        case "not posted":
            raise Refusal(approvals_messages.not_posted())
        case "own":
            raise Refusal(approvals_messages.own(approval))
        case "late":
            raise Refusal(approvals_messages.late(approval, tz))
        case "twice":
            raise Refusal(approvals_messages.twice(approval, ctx.key, tz))
        case "over":
            raise Refusal(approvals_messages.over(approval, tz))


def _resource(args: Decision) -> str | None:
    return args.run


_RUN = Argument("run", "text", "[id]", "7f3ab")
_WHY = Argument("reason", "rest", "[reason]", "as discussed with Ren")
COMMANDS: Registry = (
    Command(
        words="approvals",
        summary="What waits for your approval, and what you asked for",
        group=GROUP,
        role=Role.STAFF,
        into=Nothing,
        run=show,
        examples=("/approvals",),
    ),
    Command(
        words="approve",
        summary="Agree to what somebody else asked for",
        group=GROUP,
        role=Role.APPROVER,
        into=Decision,
        run=approve,
        arguments=(_RUN, _WHY),
        examples=("/approve 7f3ab",),
        changes=True,
        complete=complete_approve,
        resource=_resource,
    ),
    Command(
        words="refuse",
        summary="Say no to what somebody else asked for, and why",
        group=GROUP,
        role=Role.APPROVER,
        into=Decision,
        run=refuse,
        arguments=(_RUN, _WHY),
        examples=("/refuse 7f3ab wait until the release is out",),
        changes=True,
        braked=False,
        complete=complete_refuse,
        resource=_resource,
    ),
)
