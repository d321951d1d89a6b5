"""Which place hears alerts: where it is asked, one's own chat, or another; and who may choose that."""

import logging
import re
from collections.abc import Collection, Mapping
from typing import Literal, TypeVar

from pydantic import Field

from aws_ops import documents, errors, resources
from commands.access import Role
from commands.command import Argument, Arguments, Context, Refusal
from commands.request import Person
from commands.tokens import echo
from notifiers.place import PLATFORMS, Place
from notifiers.subscriptions import About

log = logging.getLogger(__name__)

ME = "me"
_WEBHOOKS = "deskside/webhook/"
_WEBHOOK = re.compile(rf"{_WEBHOOKS}[\w+=.@/-]{{1,200}}", re.ASCII)

Whose = Literal["own", "joined", "elsewhere"]

PLACE = Argument("place", "place", "[--place me]", "me", named=True)


class AtPlace(Arguments):
    """`place` as it was said, after `complete` as it is written; `whose`: None before `complete`."""

    place: str | None = None
    whose: Whose | None = Field(default=None, exclude=True)


A = TypeVar("A", bound=AtPlace)


def at(args: A, place: Place, whose: Whose) -> A:
    """With this place filled in."""
    return args.model_copy(update={"place": str(place), "whose": whose})


async def complete_place(ctx: Context, args: A) -> A:
    """With the place that is meant: where it is asked, if none is named. Raises Refusal where that hears no alerts."""
    here, own = ctx.request.place, Place.person(ctx.key)
    named = here if args.place in {None, "here"} else own if args.place == ME else Place.parse(args.place or "")
    if (named.scheme, named.id.lower()) == (own.scheme, own.id) or (named == here and here.direct):
        return at(args, own, "own")
    if named == here:
        return at(args, here, "joined")
    match named.scheme:
        case "person":
            raise Refusal("What people hear in their own chats they choose themselves, so nothing was done.")
        case "mailto":
            raise Refusal("Deskside sends no alerts by e-mail yet, so nothing was done: name a channel or a webhook.")
        case "webhook" if not _WEBHOOK.fullmatch(named.id):
            raise Refusal(
                f"Webhooks are named by their secret under {_WEBHOOKS}, so nothing was done: write "
                f"--place webhook:{_WEBHOOKS}<name>."
            )
        case "slack" | "teams" if named.direct or ";" in named.id:
            raise Refusal(f"{echo(str(named))} is no channel, so nothing was done: write --place me for your own chat.")
        case _:
            return at(args, named, "joined" if await _is_in(ctx, named) else "elsewhere")


async def _is_in(ctx: Context, place: Place) -> bool:
    try:
        return await ctx.voice.is_in(ctx.request, place)
    except Exception:
        log.exception("nobody can tell who is in this place", extra={"correlation": ctx.request.correlation})
        raise Refusal("I can't tell right now whether you are in that place, so nothing was done: try again.") from None


def role_at(args: AtPlace, _: Person) -> Role:
    """Staff for their own chat, operator for where they are, admin for any other place."""
    match args.whose:
        case "own":
            return Role.STAFF
        case "joined":
            return Role.OPERATOR
        case "elsewhere":
            return Role.ADMIN
        case None:
            beyond = args.place is not None and args.place.startswith(("webhook:", "mailto:"))
            return Role.ADMIN if beyond else Role.STAFF


def place_of(args: AtPlace) -> Place:
    """The place, after `complete`."""
    return Place.parse(args.place or "")


async def check_there(ctx: Context, place: Place) -> None:
    """Raise Refusal where Deskside can say nothing in this place, or nobody can tell whether it can."""
    if place.scheme == "webhook":
        await _check_webhook(ctx, place.id)
    if place.scheme not in PLATFORMS:
        return
    try:
        there = await ctx.voice.can_post(place)
    except Exception:
        log.exception("nobody can tell who sees this place", extra={"correlation": ctx.request.correlation})
        raise Refusal("I can't tell right now whether I am in that place, so nothing was done: try again.") from None
    if not there:
        raise Refusal(
            f"I am not in {say_place(ctx, place)}, so nobody would hear anything there and nothing was done: add me to "
            "it, then type this again."
        )


async def _check_webhook(ctx: Context, name: str) -> None:
    """Whether there is a secret of this name; what is in it is looked at by nobody but who speaks there."""
    try:
        await ctx.aws(documents.read, ctx.desk.sessions, f"secretsmanager:{name}")
    except Exception as error:
        if errors.code(error) != "ResourceNotFoundException":
            raise
        raise Refusal(
            f"There is no secret {name} here, so nothing was done: write the webhook's address into it first."
        ) from None


def say_place(ctx: Context, place: Place) -> str:
    """A place, as whoever asks would call it, wherever they read the answer."""
    if place == Place.person(ctx.key):
        return "your own chat with me"
    return "the place where you asked" if place == ctx.request.place else str(place)


def with_place(ctx: Context, place: str) -> str:
    """What a button's command says of the place: where an answer is read is not always where it was asked."""
    return f" --place {ME if place == str(Place.person(ctx.key)) else place}"


async def about(ctx: Context, ids: Collection[str]) -> Mapping[str, About]:
    """What is known of resources: their tags, and whose they are. Raises ClientError and Busy."""
    found = await ctx.aws(resources.about, ctx.desk, frozenset(ids), ctx.config.workspaces.rate)
    owners = {one: ctx.config.owner_key(it.user, it.tags) for one, it in found.items() if it.user is not None}
    return {one: About(it.tags, owners.get(one)) for one, it in found.items()}
