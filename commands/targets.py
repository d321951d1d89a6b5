"""Which WorkSpaces somebody means: `me`, a mention, an e-mail, a user name, an id, a computer name, `tag:Env=Prod`.

Whoever is no operator is looked up among their own alone. What is not there is refused in the same words whether it
exists or not, so that nobody learns anything about another's.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import Field

from aws_ops.fleet import fleet
from aws_ops.workspaces import WorkSpace
from commands import sentences
from commands.access import Role
from commands.command import Arguments, Context, Refusal, Unclear
from commands.config import Config
from commands.identity_rules import same_user
from commands.request import Person
from commands.tokens import echo
from commands.who_has import who_has
from notifiers.message import Choice, Form, FormField

TAG = "tag:"
_MOST_CHOICES = 100
_OPERATORS_NAMED = 3


class OnTarget(Arguments):
    """A WorkSpace, or several: as it was said, after `complete` its id (of several still as it was said).

    `owner`: the key of whoever uses it, "" where it is nobody's or there are several; None before `complete`.
    """

    target: str | None = None
    owner: str | None = Field(default=None, exclude=True)
    mine: bool = Field(default=False, exclude=True)


@dataclass(frozen=True)
class Owned:
    """A WorkSpace with its tags and the key of whoever it is for; `mine`: that is who asks. A minute old at most."""

    workspace: WorkSpace
    tags: Mapping[str, str]
    owner: str | None
    mine: bool


A = TypeVar("A", bound=OnTarget)


async def everything(ctx: Context, *, fresh: bool = False) -> tuple[Owned, ...]:
    """The whole fleet: for whoever may see it. Raises ClientError and Busy, as the rest does."""
    found = await ctx.aws(fleet, ctx.desk, ctx.config.workspaces.rate, fresh=fresh)
    return tuple(_owned(ctx, one, found.tags.get(one.id, {})) for one in found.workspaces)


async def mine(ctx: Context, *, fresh: bool = False) -> tuple[Owned, ...]:
    """The person's own."""
    return tuple(one for one in await everything(ctx, fresh=fresh) if one.mine)


async def resolve(ctx: Context, text: str | None) -> tuple[Owned, ...]:
    """What `text` means: at least one. Raises Unclear or Refusal where that is nothing, or not theirs to name."""
    if text is None or await _means_me(ctx, text):
        # One that was made a moment ago is worth another look, for whoever would otherwise have none.
        own = await mine(ctx) or await mine(ctx, fresh=True)
        if not own:
            raise none_of_yours(ctx.config)
        return own
    if ctx.may(Role.OPERATOR):
        return await _anybodys(ctx, text)
    fits = _fits(text)
    found = () if text.startswith(TAG) else tuple(one for one in await mine(ctx) if fits(one))
    if not found:
        raise await not_theirs(ctx)
    return found


async def complete_one(ctx: Context, args: A) -> A | Form:
    """With the id of the one WorkSpace that is meant, and whose it is; a form where it may be several."""
    found = await resolve(ctx, args.target)
    return filled(args, found[0]) if len(found) == 1 else _which(ctx, found)


async def complete_some(ctx: Context, args: A) -> A | Form:
    """The same, but a tag stands for all that have it."""
    found = await resolve(ctx, args.target)
    if len(found) > 1 and args.target is not None and args.target.startswith(TAG):
        return args.model_copy(update={"owner": "", "mine": False})
    return filled(args, found[0]) if len(found) == 1 else _which(ctx, found)


def named(text: str, among: tuple[Owned, ...]) -> tuple[Owned, ...]:
    """Those of `among` that `text` names, which means neither oneself nor an account."""
    fits = _fits(text)
    return tuple(one for one in among if fits(one))


def filled(args: A, one: Owned) -> A:
    """With this WorkSpace as the target."""
    return args.model_copy(update={"target": one.workspace.id, "owner": one.owner or "", "mine": one.mine})


def role_on_target(args: OnTarget, _: Person) -> Role:
    """Staff for one's own, operator for anybody else's; before it is known whose it is, staff."""
    return Role.STAFF if args.owner is None or args.mine else Role.OPERATOR


def resource(args: OnTarget) -> str | None:
    """What the audit files it under: the id."""
    return args.target if args.target and args.target.startswith("ws-") else None


async def not_theirs(ctx: Context) -> Refusal:
    """What staff hear of whatever is not their own, whether there is such a thing or not."""
    operators = await who_has(Role.OPERATOR, ctx.config, ctx.directory)
    return sentences.needs_role(Role.OPERATOR, ctx.text, ctx.roles, operators)


def none_of_yours(config: Config) -> Refusal:
    """What somebody without a WorkSpace is told."""
    return Refusal(f"You have no WorkSpace here that I know of: ask {an_operator(config)} to create one for you.")


async def mentioned(ctx: Context, text: str) -> str:
    """The key of whoever is mentioned. Raises Refusal where the account is nobody's whom we know."""
    person = await ctx.directory.person(ctx.request.platform, text[1:])
    if person.key is None:
        # Why it is none, the directory says to whoever it belongs to.
        raise Refusal(
            "I can't tell who that is: the account is no full member's, or cannot be looked up right now, so nothing "
            "was done. Write their e-mail address or user name instead."
        )
    return person.key


def an_operator(config: Config) -> str:
    """Whom to ask: "an operator (oda@example.com)"."""
    known = sorted(config.roles.operator.emails)[:_OPERATORS_NAMED]
    return f"an operator ({', '.join(known)})" if known else "an operator"


async def _means_me(ctx: Context, text: str) -> bool:
    if text.lower() in {"me", ctx.key}:
        return True
    if text.startswith("@"):
        return (await ctx.directory.person(ctx.request.platform, text[1:])).key == ctx.key
    user = ctx.config.directory_user_of(ctx.key)
    return user is not None and same_user(user, text)


async def _anybodys(ctx: Context, text: str) -> tuple[Owned, ...]:
    key = await mentioned(ctx, text) if text.startswith("@") else None
    fits = _fits(key or text)
    for fresh in (False, True):
        everybodys = await everything(ctx, fresh=fresh)
        found = tuple(one for one in everybodys if fits(one))
        if found:
            return found
    raise _unknown(ctx, key or text, everybodys)


def _fits(text: str) -> Callable[[Owned], bool]:
    """Whether a WorkSpace is what `text`, which means neither oneself nor an account, is about."""
    if text.startswith(TAG):
        key, valued, value = text.removeprefix(TAG).partition("=")
        return lambda one: key in one.tags and (not valued or one.tags[key] == value)
    said = text.lower()

    def fits(one: Owned) -> bool:
        workspace = one.workspace
        by_name = same_user(workspace.user, text) or (workspace.computer or "").lower() == said
        return by_name or said in {workspace.id, one.owner}

    return fits


def _unknown(ctx: Context, text: str, among: tuple[Owned, ...]) -> Unclear:
    if text.startswith(TAG):
        return Unclear(f"No WorkSpace has the tag {echo(text.removeprefix(TAG))}.", "/workspace list")
    names = {name for one in among for name in (one.workspace.user, one.workspace.computer, one.workspace.id) if name}
    near = difflib.get_close_matches(text.lower()[:60], sorted(names), n=1, cutoff=0.7)
    if near:
        meant = f"/{ctx.text}".replace(f" {text}", f" {near[0]}", 1)
        return Unclear(f"There is no WorkSpace {echo(text)}.", meant, meant=True)
    return Unclear(f"There is no WorkSpace {echo(text)}.", "/workspace list")


def _which(ctx: Context, found: tuple[Owned, ...]) -> Form:
    if len(found) > _MOST_CHOICES:
        raise Unclear(f"That may be any of {len(found)} WorkSpaces.", "/workspace list")
    choices = tuple(Choice(value=one.workspace.id, label=_label(one.workspace)) for one in found)
    field = FormField(name="target", label="WorkSpace", kind="choice", choices=choices)
    return Form(title="Which WorkSpace?", command=ctx.text, submit="Go on", fields=(field,))


def _label(workspace: WorkSpace) -> str:
    named = f"{workspace.computer} ({workspace.id})" if workspace.computer else workspace.id
    return f"{named}, {workspace.user}, {workspace.state}"


def _owned(ctx: Context, workspace: WorkSpace, tags: Mapping[str, str]) -> Owned:
    owner = ctx.config.owner_key(workspace.user, tags)
    return Owned(workspace, tags, owner, mine=owner == ctx.key)
