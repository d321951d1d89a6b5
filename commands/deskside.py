"""`/deskside`: help, who one is, and the brake."""

import logging

from aws_ops import brake, clock
from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Nothing, Refusal, Registry, Reply, Unclear
from commands.help import help_for
from commands.tokens import echo
from notifiers.message import Button, Fact, Facts, Message, Text, line
from notifiers.times import say_duration, say_time

log = logging.getLogger(__name__)

GROUP = "Deskside"
_NO_REASON = "no reason given"


class About(Arguments):
    """A family of commands; None: all."""

    about: str | None = None


class Because(Arguments):
    """Why, in the person's own words."""

    reason: str | None = None


async def complete_help(ctx: Context, args: About) -> About:
    """The family that is meant by what was said: `vpn` for "/vpn on", and for "on"."""
    if args.about is None:
        return args
    word = args.about.lower().removeprefix("/").split(" ")[0]
    said = [command.words.split(" ") for command in ctx.registry]
    family = next((words[0] for words in said if word == words[0]), None)
    family = family or next((words[0] for words in said if word in words), None)
    if family is None:
        raise Unclear(f"There is no help about {echo(args.about)}.", "/deskside help")
    return About(about=family)


async def show_help(ctx: Context, args: About) -> Reply:
    """The commands that one may run."""
    return help_for(ctx.registry, ctx.roles, args.about, ctx.voice.how_to_type(ctx.request.platform))


async def whoami(ctx: Context, _: Nothing) -> Reply:
    """Who Deskside takes the person for."""
    roles = ", ".join(role.value for role in Role if role in ctx.roles)
    facts = (
        Fact(label="You are", value=ctx.key),
        Fact(label="Roles", value=roles),
        Fact(label="Your id here", value=f"{ctx.person.platform}:{ctx.person.user}"),
        Fact(label="Time zone", value=f"{ctx.person.timezone}, {say_time(clock.epoch(), ctx.person.timezone)}"),
    )
    summary = f"You are {ctx.key}: {roles}."
    how = Text.of("Another role? An admin adds your id to it in the configuration.", quiet=True)
    return Message(title="Who you are", summary=summary, blocks=(Facts(items=facts), how))


async def pause(ctx: Context, args: Because) -> Reply:
    """Pull the brake, and tell the admin place."""
    reason = args.reason or _NO_REASON
    if not await ctx.aws(brake.pull, ctx.desk, ctx.key, reason):
        standing = await ctx.aws(brake.is_pulled, ctx.desk) or {}
        raise Refusal(f"Deskside is paused already, by {standing.get('by', 'somebody')}: nothing more was changed.")
    told = f"Deskside is paused by {ctx.key} ({reason}): nothing is changed on AWS until an admin resumes it."
    resume = (Button(label="Resume", command="deskside resume"),)
    await _tell_admins(ctx, line(told, "warning", resume))
    return line(told, "warning", resume)


async def release(ctx: Context, _: Nothing) -> Reply:
    """Release the brake, and tell the admin place."""
    was = await ctx.aws(brake.release, ctx.desk)
    if was is None:
        raise Refusal("Deskside is not paused, so there is nothing to resume.")
    told = f"Deskside goes on: {ctx.key} resumed it after {say_duration(clock.epoch() - was['since'])}."
    await _tell_admins(ctx, line(told, "ok"))
    return line(told, "ok")


async def _tell_admins(ctx: Context, message: Message) -> None:
    # The brake is pulled or released by now: to fail here would be untrue.
    try:
        await ctx.voice.post(ctx.config.admin_place, f"brake-{ctx.request.id}", message)
    except Exception:
        log.exception("the admin place was not told", extra={"correlation": ctx.request.correlation})


COMMANDS: Registry = (
    Command(
        words="deskside help",
        summary="What you can type",
        group=GROUP,
        role=Role.STAFF,
        into=About,
        run=show_help,
        arguments=(Argument("about", "rest", "[word]", "vpn"),),
        examples=("/deskside help", "/deskside help vpn"),
        aliases=("deskside", "help", "workspace help", "rebuild help"),
        complete=complete_help,
    ),
    Command(
        words="deskside whoami",
        summary="Who Deskside takes you for, and your roles",
        group=GROUP,
        role=Role.STAFF,
        into=Nothing,
        run=whoami,
    ),
    Command(
        words="deskside pause",
        summary="Stop every change to AWS, at once",
        group=GROUP,
        role=Role.ADMIN,
        into=Because,
        run=pause,
        arguments=(Argument("reason", "rest", "[reason]", "network maintenance"),),
        examples=("/deskside pause network maintenance",),
        changes=True,
        braked=False,
    ),
    Command(
        words="deskside resume",
        summary="Let changes go on",
        group=GROUP,
        role=Role.ADMIN,
        into=Nothing,
        run=release,
        changes=True,
        braked=False,
    ),
)
