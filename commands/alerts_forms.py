"""What `/alerts` is given about what a place hears, and what is asked for where something was left out."""

from commands.alerts_places import AtPlace, at, complete_place, place_of, role_at, say_place
from commands.alerts_words import LEAST, hears, kind_choices
from commands.command import Argument, Context, Refusal
from commands.config import Config
from notifiers import subscription_items as items
from notifiers.message import Choice, Form, FormField
from notifiers.place import Place
from notifiers.subscriptions import ALL, LEVELS, WORDS, Level, Subscription


class Subscribe(AtPlace):
    """What a place is to hear; `severity` is the least, `hours` are as they are typed."""

    kinds: tuple[str, ...] = ()
    severity: str | None = None
    tag: str | None = None
    resource: str | None = None
    hours: str | None = None


class Unsubscribe(AtPlace):
    """`which`: ids of subscriptions, kinds, or all."""

    which: tuple[str, ...] = ()


def words(_: Config) -> tuple[str, ...]:
    """What one can subscribe to."""
    return WORDS


def levels(_: Config) -> tuple[str, ...]:
    """How bad something may be."""
    return LEVELS


def level(word: str | None, otherwise: Level) -> Level:
    """A severity as it was said."""
    return next((one for one in LEVELS if one == word), otherwise)


SEVERITY = Argument("severity", "choice", "[--severity warning]", "warning", choices=levels)
TAG = Argument("tag", "tag", "[--tag Env=Prod]", "Env=Prod", named=True)
RESOURCE = Argument("resource", "text", "[--resource ws-*]", "ws-*", named=True)
HOURS = Argument("hours", "hours", "[--hours 8-18 Europe/Berlin]", "8-18", named=True)


async def complete_subscribe(ctx: Context, args: Subscribe) -> Subscribe | Form:
    """With the place, and a form where it is not said what is to be heard there."""
    there = await complete_place(ctx, args)
    if args.kinds or not ctx.may(role_at(there, ctx.person)):
        return there
    several = "Several at once: /alerts subscribe cpu disk"
    kinds = FormField(name="kinds", label="What", kind="choice", choices=kind_choices(), hint=several)
    least = FormField(
        name="severity",
        label="How bad at least",
        kind="choice",
        initial=args.severity or LEVELS[0],
        choices=tuple(Choice(value=word, label=text) for word, text in LEAST.items()),
    )
    return Form(
        title="Subscribe to alerts",
        command=ctx.text,
        submit="Subscribe",
        intro=f"They are heard in {say_place(ctx, place_of(there))}.",
        fields=(kinds, least, *_only(ctx, args)),
    )


def _only(ctx: Context, args: Subscribe) -> tuple[FormField, ...]:
    """What narrows a subscription."""
    asked = {
        "resource": ("Only of these", "An id or a name; * stands for anything: ws-* or prod-*"),
        "tag": ("Only with this tag", "A key, or key=value: Env=Prod"),
        "hours": ("Only at these hours", f"Like 8-18 mon-fri; in {ctx.person.timezone}, unless a zone follows"),
    }
    return tuple(
        FormField(name=name, label=label, hint=hint, required=False, initial=getattr(args, name), max_length=200)
        for name, (label, hint) in asked.items()
    )


async def complete_unsubscribe(ctx: Context, args: Unsubscribe) -> Unsubscribe | Form:
    """With the place, and a form where it is not said which; what only one's own chat has is meant there."""
    there = await complete_place(ctx, args)
    if not args.which:
        if not ctx.may(role_at(there, ctx.person)):
            return there
        return _which(ctx, await ctx.aws(items.at_place, ctx.desk.table, there.place or ""))
    if args.place is None and there.whose == "joined":
        own = Place.person(ctx.key)
        here, mine = [await ctx.aws(items.at_place, ctx.desk.table, str(one)) for one in (ctx.request.place, own)]
        if meant(mine, args.which) and not meant(here, args.which):
            return at(args, own, "own")
    return there


def meant(there: tuple[Subscription, ...], which: tuple[str, ...]) -> tuple[Subscription, ...]:
    """Those that are named by their ids, or whose kinds are all named."""
    if ALL in which:
        return there
    said = set(which)
    return tuple(one for one in there if one.id in said or (one.kinds and said.issuperset(one.kinds)))


def _which(ctx: Context, there: tuple[Subscription, ...]) -> Form:
    if not there:
        raise Refusal("Nothing is subscribed there, so there is nothing to end.")
    every = (Choice(value=ALL, label="All of them"),) if len(there) > 1 else ()
    choices = (*(Choice(value=one.id, label=f"{hears(one)} ({one.id})") for one in there), *every)
    field = FormField(name="which", label="Subscription", kind="choice", choices=choices)
    return Form(title="Unsubscribe", command=ctx.text, submit="Unsubscribe", fields=(field,))
