"""`/alerts open`, `show`, `acknowledge` and `close`: alerts themselves, and what one does about them.

Whoever is no operator is shown what is theirs alone. What is not there is refused to them in the same words as what is
somebody else's.
"""

from collections.abc import Collection

from pydantic import Field

from commands.access import Role
from commands.alerts_places import about
from commands.alerts_words import count, who
from commands.command import Arguments, Context, Nothing, Refusal, Reply
from commands.request import Person
from commands.tokens import echo
from notifiers import alert_card, alert_items
from notifiers.alert_life import Life
from notifiers.message import Block, Button, Choice, Form, FormField, Message, Text, code, line
from notifiers.plain_text import mark
from notifiers.subscriptions import is_of, level
from notifiers.times import say_duration, say_time

_ROWS = 25
_BUTTONS = 5
_MOST_CHOICES = 100
_SHORTEST = 4  # characters of a fingerprint that one types at least


class OnAlert(Arguments):
    """An alert by its fingerprint, or the beginning of one that is open.

    `mine`: whether staff may know of it and do something about it; None before `complete`.
    """

    alert: str | None = None
    mine: bool | None = Field(default=None, exclude=True)


def role_on_alert(args: OnAlert, _: Person) -> Role:
    """Staff for what is theirs, operator for anything else; before it is known whose it is, staff.

    For an operator it is always the latter: whether they are one still is asked before they change anything.
    """
    return Role.STAFF if args.mine is None or args.mine else Role.OPERATOR


async def open_for(ctx: Context) -> tuple[Life, ...]:
    """What is open and the person may see, the oldest first. Raises ClientError and Busy."""
    return await _visible(ctx, await ctx.aws(alert_items.open_alerts, ctx.desk.table))


async def _visible(ctx: Context, lives: Collection[Life]) -> tuple[Life, ...]:
    """Those that the person may see."""
    if ctx.may(Role.OPERATOR) or not lives:
        return tuple(lives)
    known = await about(ctx, {one for life in lives for one in life.alert.resources})
    return tuple(life for life in lives if is_of(ctx.key, life.alert, known))


async def complete_alert(ctx: Context, args: OnAlert) -> OnAlert | Form:
    """With the whole fingerprint, and whether it is theirs; a form where none is named."""
    if args.alert is None:
        return await _which(ctx)
    life = await _meant(ctx, args.alert.lower())
    if life is None:
        if ctx.may(Role.OPERATOR):
            raise Refusal(
                f"There is no alert {echo(args.alert)}, so nothing was done: type /alerts open to see those there are."
            )
        return args.model_copy(update={"mine": False})
    # Whoever tries whether alerts are heard may also try what is done about one.
    mine = life.opened.kind == "test" or (not ctx.may(Role.OPERATOR) and bool(await _visible(ctx, (life,))))
    return args.model_copy(update={"alert": life.fingerprint, "mine": mine})


async def _meant(ctx: Context, typed: str) -> Life | None:
    """The alert of this fingerprint, else the only open one whose begins so."""
    life = await ctx.aws(alert_items.read, ctx.desk.table, typed)
    if life is not None or len(typed) < _SHORTEST:
        return life
    there = await ctx.aws(alert_items.open_alerts, ctx.desk.table)
    found = [one for one in there if one.fingerprint.startswith(typed)]
    return found[0] if len(found) == 1 else None


async def _which(ctx: Context) -> Form:
    there = await open_for(ctx)
    if not there:
        raise Refusal(_nothing(ctx))
    choices = tuple(Choice(value=one.fingerprint, label=_label(ctx, one)) for one in there[-_MOST_CHOICES:])
    field = FormField(name="alert", label="Alert", kind="choice", choices=choices)
    return Form(title="Which alert?", command=ctx.text, submit="Go on", fields=(field,))


def _label(ctx: Context, life: Life) -> str:
    return f"{life.opened.title}, since {say_time(int(life.since), ctx.person.timezone)}"


def _nothing(ctx: Context) -> str:
    return "No alert is open." if ctx.may(Role.OPERATOR) else "No alert about anything of yours is open."


async def show_open(ctx: Context, _: Nothing) -> Reply:
    """What is open: the worst first, then the oldest."""
    there = await open_for(ctx)
    if not there:
        return line(_nothing(ctx), "ok")
    worst = sorted(there, key=lambda one: (-level(one.alert.severity), one.since))
    summary = _summary(worst)
    blocks: list[Block] = [Text.of(summary), *(_line(ctx, one) for one in worst[:_ROWS])]
    if len(worst) > _ROWS:
        blocks.append(Text.of(f"And {len(worst) - _ROWS} more.", quiet=True))
    buttons = (Button(label=f"Show {one.fingerprint}", command=f"alerts show {one.fingerprint}") for one in worst)
    return Message(
        title="Open alerts",
        summary=summary,
        severity=worst[0].alert.severity,
        blocks=tuple(blocks),
        buttons=tuple(buttons)[:_BUTTONS],
    )


def _summary(there: Collection[Life]) -> str:
    nobodys = sum(one.ack is None for one in there)
    if len(there) == 1:
        return f"1 alert open, and {'nobody' if nobodys else 'somebody'} is on it."
    return f"{count(len(there), 'alert')} open, {nobodys or 'none'} of them with nobody on it."


def _line(ctx: Context, life: Life) -> Text:
    """An alert in one line: how bad, what, since when, who is on it, and its id."""
    words = [life.opened.title, f"since {say_time(int(life.since), ctx.person.timezone)}"]
    if life.ack is not None:
        words.append("you are on it" if life.ack.by == ctx.key else f"{who(life.ack.by, ctx.key)} is on it")
    return Text.of(f"{mark(life.alert.severity)} {', '.join(words)}  ", code(life.fingerprint))


async def show(ctx: Context, args: OnAlert) -> Reply:
    """The card, as it stands."""
    life = await _life(ctx, args)
    return alert_card.card(life, ctx.person.timezone, ctx.config.alerts.runbooks.get(life.opened.kind))


async def acknowledge(ctx: Context, args: OnAlert) -> Reply:
    """Be on it; what AWS never calls over is over with that."""
    before = await _life(ctx, args)
    after = await ctx.aws(alert_items.acknowledge, ctx.desk.table, before.fingerprint, ctx.key)
    if after is None:
        raise _over(ctx, before)
    await ctx.alerts.changed(before.fingerprint)
    if not after.is_open:
        return line(f"Noted as dealt with: {before.opened.title}.", "ok", (_shown(before),))
    instead = f" instead of {who(before.ack.by, ctx.key)}" if before.ack and before.ack.by != ctx.key else ""
    patience = say_duration(ctx.config.alerts.acknowledged)
    return line(
        f"You are on it{instead}: {before.opened.title}. If it is still open in {patience}, I ask you again.",
        "ok",
        (_shown(before),),
    )


async def close(ctx: Context, args: OnAlert) -> Reply:
    """Say that it is over; if AWS raises it once more, it is a new one."""
    before = await _life(ctx, args)
    if await ctx.aws(alert_items.close, ctx.desk.table, before.fingerprint, ctx.key) is None:
        raise _over(ctx, before)
    await ctx.alerts.changed(before.fingerprint)
    unheard = (
        " AWS has not said so: if it raises it again, you hear of it as of a new one." if before.opened.lasting else ""
    )
    return line(f"Closed: {before.opened.title}.{unheard}", "ok", (_shown(before),))


def _shown(life: Life) -> Button:
    return Button(label="Show it", command=f"alerts show {life.fingerprint}")


async def _life(ctx: Context, args: OnAlert) -> Life:
    life = await ctx.aws(alert_items.read, ctx.desk.table, args.alert or "")
    if life is None:
        raise Refusal("That alert is not known any more, so nothing was done.")
    return life


def _over(ctx: Context, life: Life) -> Refusal:
    by = f" ({who(life.closed_by, ctx.key)} closed it)" if life.closed_by else ""
    when = f" since {say_time(int(life.closed_at), ctx.person.timezone)}" if life.closed_at else ""
    return Refusal(f"It is over already{when}{by}, so nothing was done: {life.opened.title}.")


def resource(args: OnAlert) -> str | None:
    """What the audit files it under."""
    return f"alert:{args.alert}" if args.alert else None
