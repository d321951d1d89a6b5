"""What is said about subscriptions."""

from aws_ops.csv_files import csv_text
from commands.access import Role
from commands.alerts_places import AtPlace, place_of, say_place, with_place
from commands.alerts_words import count, hears, hides, typed, where, who
from commands.command import Context
from notifiers.message import Block, Button, File, Message, Text, bold, code, line
from notifiers.place import Place
from notifiers.subscription_items import Outcome
from notifiers.subscriptions import Mute, Subscription
from notifiers.times import say_time

_ROWS = 12
_BUTTONS = 5
_COLUMNS = ("id", "place", "hears", "by", "at (epoch seconds)", "disabled")


def subscribed(
    ctx: Context, args: AtPlace, one: Subscription, outcome: Outcome, others: tuple[Subscription, ...]
) -> Message:
    """What the place hears now; `others` there differ from it only in how bad it is and when it is heard."""
    place = say_place(ctx, place_of(args))
    summary = {
        "new": f"From now on {place} hears {hears(one)}.",
        "changed": f"From now on {place} hears {hears(one)} again.",
        "again": f"{place[0].upper()}{place[1:]} hears {hears(one)} already: {_asked(ctx, one)}.",
    }[outcome]
    notes: list[Text] = []
    if one.scope == "own":
        notes.append(Text.of("You are no operator, so you hear what is about your own desktops.", quiet=True))
    if others:
        kept = "; ".join(f"{hears(other)} ({other.id})" for other in others)
        notes.append(Text.of(f"It hears this too, and whatever any of them lets through: {kept}.", quiet=True))
    return Message(
        title="",
        summary=summary,
        severity="ok",
        blocks=(Text.of(summary), *notes),
        buttons=(
            Button(label="Try it", command=f"alerts test{with_place(ctx, one.place)}"),
            *(_end(ctx, other) for other in (one, *others[:2])),
        ),
    )


def _asked(ctx: Context, one: Subscription) -> str:
    return f"{who(one.by, ctx.key)} asked for it at {say_time(one.at, ctx.person.timezone)}"


def _end(ctx: Context, one: Subscription) -> Button:
    command = f"alerts unsubscribe {one.id}{with_place(ctx, one.place)}"
    return Button(label=f"Unsubscribe {one.id}", command=command)


def unsubscribed(ctx: Context, args: AtPlace, ended: tuple[Subscription, ...], left: int) -> Message:
    """What the place hears no more."""
    place = say_place(ctx, place_of(args))
    what = "; ".join(f"{hears(one)} (subscribed by {who(one.by, ctx.key)})" for one in ended)
    rest = (
        f"{count(left, 'subscription')} {'is' if left == 1 else 'are'} left there."
        if left
        else "Nothing is left there."
    )
    buttons = (_again(ctx, one, "" if len(ended) == 1 else f": {one.id}") for one in ended[:_BUTTONS])
    return line(f"No more in {place}: {what}. {rest}", "ok", tuple(buttons))


def _again(ctx: Context, one: Subscription, which: str) -> Button:
    return Button(label=f"Subscribe again{which}", command=f"{typed(one)}{with_place(ctx, one.place)}")


def listed(
    ctx: Context, subscriptions: tuple[Subscription, ...], mutes: tuple[Mute, ...], *, everywhere: bool = False
) -> Message:
    """What is subscribed, what is muted, and what hears nothing and why."""
    if not subscriptions and not mutes:
        own = "in your own chat with me"
        here = own if ctx.request.place.direct else f"where you asked, nor {own}"
        return line(
            f"Nothing is subscribed {'anywhere' if everywhere else here} yet.",
            buttons=(_subscribe(ctx, ctx.request.place),),
        )
    silent = [one for one in subscriptions if one.disabled is not None]
    summary = f"{count(len(subscriptions), 'subscription')}, {count(len(mutes), 'mute')}."
    blocks: list[Block] = [Text.of(summary)]
    blocks += (Text.of(code(one.id), f"  {_heard(ctx, one)}") for one in subscriptions[:_ROWS])
    if len(subscriptions) > _ROWS:
        blocks.append(Text.of(f"And {len(subscriptions) - _ROWS} more, in the file.", quiet=True))
    blocks += (Text.of(bold(f"{one.id} hears nothing: "), _why(ctx, one)) for one in silent[:_ROWS])
    blocks += (Text.of(bold("Muted: "), _muted(ctx, one)) for one in mutes[:_ROWS])
    return Message(
        title="Subscriptions",
        summary=summary,
        severity="warning" if silent else "info",
        blocks=tuple(blocks),
        buttons=(_subscribe(ctx, ctx.request.place), *_ends(ctx, subscriptions, mutes)),
        files=(File(name="subscriptions.csv", content=_csv(subscriptions, ctx.key)),)
        if len(subscriptions) > _ROWS
        else (),
    )


def _subscribe(ctx: Context, place: Place) -> Button:
    """Asks what is to be heard there, or where that is not theirs to say, in their own chat."""
    theirs = place.direct or not (ctx.may(Role.OPERATOR) or ctx.may(Role.ADMIN))
    return Button(
        label="Subscribe", command=f"alerts subscribe{with_place(ctx, str(Place.person(ctx.key) if theirs else place))}"
    )


def _where(ctx: Context, place: str) -> str:
    read = Place.parse(place)
    if read == ctx.request.place and not read.direct:
        return "where you asked"
    return f"in {say_place(ctx, read) if read == Place.person(ctx.key) else where(place)}"


def _heard(ctx: Context, one: Subscription) -> str:
    by = f", subscribed by {who(one.by, ctx.key)}" if one.person is None else ""
    return f"{hears(one, ctx.key)}: {_where(ctx, one.place)}{by}"


def _why(ctx: Context, one: Subscription) -> str:
    if one.disabled is None:
        return ""
    since = say_time(one.disabled.at, ctx.person.timezone)
    place = say_place(ctx, Place.parse(one.place))
    return f"{place} is gone since {since} ({one.disabled.why}). Once it is back, subscribe there again."


def _muted(ctx: Context, one: Mute) -> str:
    until = say_time(one.until, ctx.person.timezone)
    return f"{hides(one)}: {_where(ctx, one.place)} until {until}, by {who(one.by, ctx.key)} ({one.id})"


def _ends(ctx: Context, subscriptions: tuple[Subscription, ...], mutes: tuple[Mute, ...]) -> tuple[Button, ...]:
    unmute = [unmute_button(ctx, one) for one in mutes]
    return tuple([*unmute, *(_end(ctx, one) for one in subscriptions)][:_BUTTONS])


def unmute_button(ctx: Context, one: Mute) -> Button:
    """Ends the mute, wherever it is pressed."""
    return Button(label=f"Unmute {one.id}", command=f"alerts unmute {one.id}{with_place(ctx, one.place)}")


def _csv(subscriptions: tuple[Subscription, ...], me: str) -> str:
    return csv_text(
        _COLUMNS,
        (
            (one.id, one.place, hears(one, me), one.by, one.at, one.disabled.why if one.disabled else "")
            for one in subscriptions
        ),
    )


def tried(ctx: Context, args: AtPlace, *, subscribed: bool) -> Message:
    """That a test alert is on its way."""
    there = place_of(args)
    # Nobody knows a channel of Teams by its id, and the button that names it stands in one's own chat.
    elsewhere = there.scheme == "teams" and there != ctx.request.place
    place = "that channel" if elsewhere else say_place(ctx, there)
    sentence = f"A test alert is on its way to {place}."
    if subscribed:
        return line(sentence, "ok")
    return line(f"{sentence} Nothing is subscribed there yet.", "ok", (_subscribe(ctx, place_of(args)),))
