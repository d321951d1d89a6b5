"""What `/vpn` is given, and what is asked for where something was left out."""

import asyncio
from typing import TypeVar

from aws_ops import clock
from aws_ops.vpn_items import claim_key
from commands.command import Arguments, Context, Refusal
from commands.config import Config
from commands.durations import write_duration
from notifiers.message import Choice, Form, FormField
from notifiers.times import say_duration


class Endpoint(Arguments):
    """An endpoint by its name; None: the only one, or all."""

    endpoint: str | None = None


class On(Endpoint):
    """`duration` in seconds; None: the configured lease."""

    duration: int | None = None


class Off(Endpoint):
    """`all`: everybody's claims."""

    all: bool = False


def names(config: Config) -> tuple[str, ...]:
    """The endpoints there are."""
    return tuple(config.vpn.endpoints)


async def complete_on(ctx: Context, args: On) -> On | Form:
    """The only endpoint, else a form."""
    named = _with_only(args, names(ctx.config))
    if named.endpoint is not None:
        return named
    asked = (_duration_field(args, "For how long", ctx.config.vpn.lease, ctx),)
    return _form("Switch the VPN on", "Switch on", _so_far("vpn on", args), names(ctx.config), *asked)


async def complete_extend(ctx: Context, args: On) -> On | Form:
    """The endpoint that one has a claim on, and a form for how long, and for which where there are several."""
    mine = await _claimed_by(ctx, (args.endpoint,) if args.endpoint else names(ctx.config))
    if not mine:
        raise no_claim(args.endpoint)
    named = _with_only(args, mine)
    if named.endpoint is not None and named.duration is not None:
        return named
    asked = (_duration_field(named, "By how much", min(3600, ctx.config.vpn.max_lease), ctx),)
    return _form("Extend my claim", "Extend", _so_far("vpn extend", named), mine, *asked)


async def complete_off(ctx: Context, args: Off) -> Off | Form:
    """The endpoint that one has a claim on (for everybody: the only one), else a form."""
    if args.endpoint is not None:
        return args
    found = names(ctx.config) if args.all else await _claimed_by(ctx, names(ctx.config))
    if not found and not args.all:
        raise no_claim(None)
    named = _with_only(args, found)
    return named if named.endpoint else _form("Switch the VPN off", "Switch off", _so_far("vpn off", args), found)


async def complete_profile(ctx: Context, args: Endpoint) -> Endpoint | Form:
    """The only endpoint, else a form."""
    found = names(ctx.config)
    named = _with_only(args, found)
    return named if named.endpoint else _form("Get a VPN profile", "Send", _so_far("vpn profile", args), found)


A = TypeVar("A", bound=Endpoint)


def _with_only(args: A, found: tuple[str, ...]) -> A:
    """With the endpoint filled in where there is only one. Raises Refusal where there is none."""
    if args.endpoint is not None:
        return args
    if not found:
        raise none_configured()
    return args.model_copy(update={"endpoint": found[0]}) if len(found) == 1 else args


async def _claimed_by(ctx: Context, among: tuple[str, ...]) -> tuple[str, ...]:
    """The endpoints that the person has a claim on."""
    items = await asyncio.gather(*(ctx.aws(ctx.desk.table.get, *claim_key(name, ctx.key)) for name in among))
    return tuple(name for name, item in zip(among, items, strict=True) if item and item["until"] > clock.epoch())


def _so_far(words: str, args: Endpoint) -> str:
    """The command with what was said of it."""
    said = [words, args.endpoint or ""]
    if isinstance(args, On) and args.duration is not None:
        said.append(f"for {write_duration(args.duration)}")
    if isinstance(args, Off) and args.all:
        said.append("--all")
    return " ".join(filter(None, said))


def _form(title: str, submit: str, so_far: str, found: tuple[str, ...], *fields: FormField | None) -> Form:
    """Asks for what is missing of a command: the endpoint where there are several, and the fields that are not None."""
    choices = tuple(Choice(value=name, label=name) for name in found)
    endpoint = FormField(name="endpoint", label="VPN", kind="choice", initial=found[0], choices=choices)
    asked = (endpoint if len(found) > 1 else None, *fields)
    return Form(title=title, command=so_far, submit=submit, fields=tuple(field for field in asked if field))


def _duration_field(args: On, label: str, initial: int, ctx: Context) -> FormField | None:
    if args.duration is not None:
        return None
    most = say_duration(ctx.config.vpn.max_lease)
    hint = f"Like 30m, 2h or 1h30m. A claim lasts at most {most} from its beginning."
    return FormField(name="duration", label=label, kind="duration", initial=write_duration(initial), hint=hint)


def none_configured() -> Refusal:
    """Nothing can be done with no endpoint."""
    return Refusal("No VPN is configured here yet: ask an admin to add one under vpn.endpoints.")


def no_claim(name: str | None) -> Refusal:
    """Nothing can be done without a claim on the endpoint, or on any."""
    which = f"the VPN {name}" if name else "any VPN"
    return Refusal(f"You have no claim on {which}, so nothing was changed: type /vpn on to make one.")
