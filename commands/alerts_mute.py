"""`/alerts mute` and `unmute`: quiet for a while, of which is shown first what it would have hidden today."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from aws_ops import clock
from commands.alerts_forms import level
from commands.alerts_messages import unmute_button
from commands.alerts_places import AtPlace, about, complete_place, place_of, role_at, say_place
from commands.alerts_words import count, hides, kind_choices, who
from commands.command import Context, Plan, Refusal, Reply, Unclear
from commands.tokens import echo
from notifiers import alert_items
from notifiers import subscription_items as items
from notifiers.alert_items import Occurrence
from notifiers.message import Block, Choice, Form, FormField, Message, Text, line
from notifiers.plain_text import mark
from notifiers.subscriptions import ALL, Filter, Mute
from notifiers.times import say_duration, say_time

LONGEST_S = 7 * 86_400
_USUAL = "2h"
_ROWS = 10


class Muting(AtPlace):
    """What is to be quiet, for `duration` seconds; `severity` is the most, `alert` a fingerprint."""

    duration: int | None = None
    kinds: tuple[str, ...] = ()
    severity: str | None = None
    tag: str | None = None
    resource: str | None = None
    alert: str | None = None


class Unmuting(AtPlace):
    """`which`: ids of mutes, or all."""

    which: tuple[str, ...] = ()


async def complete_mute(ctx: Context, args: Muting) -> Muting | Form:
    """With the place, and a form where it is not said for how long. Raises Unclear where that is too long."""
    there = await complete_place(ctx, args)
    if args.duration is not None and args.duration > LONGEST_S:
        raise Unclear(
            f"{say_duration(args.duration)} is too long: at most {say_duration(LONGEST_S)}.", "/alerts mute 2h"
        )
    if args.duration is not None or not ctx.may(role_at(there, ctx.person)):
        return there
    most = f"Like 30m or 2h, at most {say_duration(LONGEST_S)}"
    long = FormField(
        name="duration", label="For how long", kind="duration", initial=_USUAL, hint=most, maximum=LONGEST_S
    )
    kinds = FormField(
        name="kinds", label="What", kind="choice", initial=(args.kinds or (ALL,))[0], choices=kind_choices()
    )
    return Form(
        title="Mute alerts",
        command=ctx.text,
        submit="Go on",
        intro=f"Held back from {say_place(ctx, place_of(there))}, and told as one list afterwards.",
        fields=(long,) if args.alert or args.kinds else (long, kinds),
    )


async def plan_mute(ctx: Context, args: Muting) -> Plan:
    """What it would have hidden today."""
    mute = _mute(ctx, args)
    tz, place = ctx.person.timezone, say_place(ctx, place_of(args))
    came = await _came_today(ctx, mute)
    hidden = await _hidden(ctx, mute, came)
    what, length = hides(mute), say_duration(args.duration or 0)
    question = f"Mute {what} in {place} for {length}, until {say_time(mute.until, tz)}?"
    blocks: list[Block] = [Text.of(_of_today(len(came), hidden))]
    if hidden:
        blocks += (Text.of(f"{mark(one.severity)} {one.title}, {say_time(int(one.at), tz)}") for one in hidden[-_ROWS:])
    if len(hidden) > _ROWS:
        blocks.append(Text.of(f"These are the last {_ROWS}.", quiet=True))
    then = "Nothing is lost: what comes meanwhile is held back, and told as one list when the mute ends."
    return Plan(
        facts={"place": args.place, "seconds": args.duration, "what": what},
        message=Message(
            title="Mute alerts?",
            summary=question,
            severity="warning",
            blocks=(Text.of(question), *blocks, Text.of(then)),
        ),
        label=f"Mute for {length}",
    )


def _of_today(came: int, hidden: tuple[Occurrence, ...]) -> str:
    if not came:
        return "Today nothing has come there, so there is nothing to show it by."
    alerts = f"of the {count(came, 'alert')} that came there" if came > 1 else "the only alert that came there"
    if not hidden:
        return f"Today it would {'have hidden none' if came > 1 else 'not have hidden'} {alerts}."
    critical = sum(one.severity == "critical" for one in hidden)
    if came == 1:
        return f"Today it would have hidden {alerts}{', and that was critical' if critical else ''}:"
    bad = f", {count(critical, 'critical one')} among them" if critical else ""
    return f"Today it would have hidden {len(hidden)} {alerts}{bad}:"


async def _came_today(ctx: Context, mute: Mute) -> tuple[Occurrence, ...]:
    """What was told in this place since midnight, in the person's zone."""
    try:
        zone = ZoneInfo(ctx.person.timezone)
    except (KeyError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    midnight = datetime.combine(clock.now().astimezone(zone).date(), time(), zone).timestamp()
    heard = await ctx.aws(alert_items.heard_since, ctx.desk.table, midnight)
    return tuple(one for one in heard if mute.place in one.places and one.verdict != "stale")


async def _hidden(ctx: Context, mute: Mute, came: tuple[Occurrence, ...]) -> tuple[Occurrence, ...]:
    known = await about(ctx, {one for it in came for one in it.resources}) if mute.tag and came else {}
    return tuple(one for one in came if mute.hides(one, known))


def _mute(ctx: Context, args: Muting) -> Mute:
    return items.mute(
        args.place or "",
        Filter(kinds=args.kinds, tag=args.tag, resource=args.resource),
        severity=level(args.severity, "critical"),
        alert=args.alert.lower() if args.alert else None,
        until=clock.epoch() + (args.duration or 0),
        by=ctx.key,
    )


async def mute(ctx: Context, args: Muting) -> Reply:
    """Hold it back from now on."""
    wanted = _mute(ctx, args)
    until = await ctx.aws(items.write_mute, ctx.desk.table, wanted)
    place, when = say_place(ctx, place_of(args)), say_time(until, ctx.person.timezone)
    longer = " already, which is longer" if until > wanted.until else ""
    sentence = f"Muted in {place} until {when}{longer}: {hides(wanted)}. Then it is told as one list."
    return line(sentence, "ok", (unmute_button(ctx, wanted),))


async def complete_unmute(ctx: Context, args: Unmuting) -> Unmuting | Form:
    """With the place, and the only mute there; a form where there are several."""
    there = await complete_place(ctx, args)
    if args.which or not ctx.may(role_at(there, ctx.person)):
        return there
    mutes = await ctx.aws(items.mutes_at, ctx.desk.table, there.place or "")
    if len(mutes) < 2:
        return there.model_copy(update={"which": tuple(one.id for one in mutes) or (ALL,)})
    choices = (
        Choice(value=ALL, label="All of them"),
        *(Choice(value=one.id, label=f"{hides(one)}, by {who(one.by, ctx.key)} ({one.id})") for one in mutes),
    )
    field = FormField(name="which", label="Mute", kind="choice", initial=ALL, choices=choices)
    return Form(title="Unmute", command=ctx.text, submit="Unmute", fields=(field,))


async def unmute(ctx: Context, args: Unmuting) -> Reply:
    """End mutes before their time, whoever's they are, and tell what was held back."""
    there = await ctx.aws(items.mutes_at, ctx.desk.table, args.place or "")
    ended = there if ALL in args.which else tuple(one for one in there if one.id in args.which)
    place = say_place(ctx, place_of(args))
    if not ended:
        which = "is muted" if ALL in args.which else f"of {echo(' '.join(args.which))} is muted"
        raise Refusal(f"Nothing {which} in {place}, so there was nothing to end.")
    for one in ended:
        await ctx.aws(items.end_mute, ctx.desk.table, one.place, one.id)
    what = "; ".join(f"{hides(one)} (muted by {who(one.by, ctx.key)})" for one in ended)
    left = len(there) - len(ended)
    if left:
        # Whoever muted the rest wants it held back still, and a list cannot be taken apart.
        until = say_time(max(one.until for one in there if one not in ended), ctx.person.timezone)
        rest = f"{count(left, 'other mute')} {'goes' if left == 1 else 'go'} on, until {until}"
        return line(f"No more muted in {place}: {what}. {rest}; what was held back so far is told by then.", "ok")
    await ctx.alerts.unmuted(place_of(args))
    return line(f"No more muted in {place}: {what}. What was held back is told now.", "ok")
