"""`/alerts subscribe`, `unsubscribe`, `list` and `test`: what a place hears."""

from commands import alerts_messages as messages
from commands.access import Role
from commands.alerts_forms import Subscribe, Unsubscribe, level, meant
from commands.alerts_places import AtPlace, check_there, complete_place, place_of, say_place
from commands.command import Arguments, Context, Refusal, Reply
from commands.request import Person
from commands.tokens import echo
from notifiers import subscription_items as items
from notifiers.hours import parse_hours
from notifiers.place import Place
from notifiers.subscriptions import Filter, Mute, Subscription

_MOST = 50  # subscriptions of a place: more than anybody overlooks


class Listed(Arguments):
    """`all`: what is subscribed anywhere."""

    all: bool = False


async def subscribe(ctx: Context, args: Subscribe) -> Reply:
    """Let the place hear it from now on."""
    await check_there(ctx, place_of(args))
    wanted = _wanted(ctx, args)
    before = await ctx.aws(items.at_place, ctx.desk.table, wanted.place)
    known = next((one for one in before if one.id == wanted.id), None)
    if known is None and len(before) >= _MOST:
        raise Refusal(f"A place has at most {_MOST} subscriptions, so nothing was done: end some, see /alerts list.")
    outcome = await ctx.aws(items.write, ctx.desk.table, wanted)
    others = tuple(one for one in before if one.id != wanted.id and _is_alike(one, wanted))
    return messages.subscribed(ctx, args, known if known and outcome == "again" else wanted, outcome, others)


def _wanted(ctx: Context, args: Subscribe) -> Subscription:
    own = args.whose == "own" and not ctx.may(Role.OPERATOR)
    return items.subscription(
        args.place or "",
        Filter(kinds=args.kinds, tag=args.tag, resource=args.resource),
        severity=level(args.severity, "info"),
        hours=parse_hours(args.hours, ctx.person.timezone) if args.hours else None,
        by=ctx.key,
        scope="own" if own else "all",
    )


def _is_alike(one: Subscription, other: Subscription) -> bool:
    """Whether two differ only in how bad it is and when it is heard: one of them may have been meant instead."""
    return (set(one.kinds), one.tag, one.resource) == (set(other.kinds), other.tag, other.resource)


async def unsubscribe(ctx: Context, args: Unsubscribe) -> Reply:
    """Let the place hear it no more, whoever subscribed it."""
    there = await ctx.aws(items.at_place, ctx.desk.table, args.place or "")
    ended = meant(there, args.which)
    if not ended:
        raise _none_meant(ctx, args, there)
    for one in ended:
        await ctx.aws(items.remove, ctx.desk.table, one.place, one.id)
    return messages.unsubscribed(ctx, args, ended, len(there) - len(ended))


def _none_meant(ctx: Context, args: Unsubscribe, there: tuple[Subscription, ...]) -> Refusal:
    place = say_place(ctx, place_of(args))
    if not there:
        return Refusal(f"Nothing is subscribed in {place}, so there was nothing to end.")
    said = echo(" ".join(args.which))
    return Refusal(f"No subscription of {place} is just {said}, so nothing was done: /alerts list has their ids.")


def role_to_list(args: Listed, _: Person) -> Role:
    """Of every place only for admins, who may also name every place."""
    return Role.ADMIN if args.all else Role.STAFF


async def listed(ctx: Context, args: Listed) -> Reply:
    """What is subscribed and muted where it is asked and in one's own chat, or anywhere."""
    table = ctx.desk.table
    if args.all:
        anywhere = await ctx.aws(items.everywhere, table), await ctx.aws(items.mutes, table)
        return messages.listed(ctx, *anywhere, everywhere=True)
    here = (await complete_place(ctx, AtPlace())).place or ""
    subscriptions: tuple[Subscription, ...] = ()
    mutes: tuple[Mute, ...] = ()
    for place in dict.fromkeys((here, str(Place.person(ctx.key)))):
        subscriptions += await ctx.aws(items.at_place, table, place)
        mutes += await ctx.aws(items.mutes_at, table, place)
    return messages.listed(ctx, subscriptions, mutes)


async def try_it(ctx: Context, args: AtPlace) -> Reply:
    """Let a test alert be heard there."""
    place = place_of(args)
    await check_there(ctx, place)
    await ctx.alerts.test(place, ctx.key)
    there = await ctx.aws(items.at_place, ctx.desk.table, str(place))
    return messages.tried(ctx, args, subscribed=any(one.disabled is None for one in there))
