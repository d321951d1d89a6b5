"""`/upgrade`: a fleet to a new image, in waves, over nights."""

import logging

from commands import upgrade_again, upgrade_answer, upgrade_orders, upgrade_seen, upgrade_wishes
from commands.access import Role
from commands.command import Command, Context, Nothing, Plan, Registry, Reply
from commands.help import typed, words_of
from commands.upgrade_forms import ARGUMENTS, Start, complete
from notifiers.message import Block, Message, Text, bold

log = logging.getLogger(__name__)

GROUP = "Upgrades"


async def overview(ctx: Context, _: Nothing) -> Reply:
    """The words, and what is open: whoever asks for help gets it, also where that cannot be read."""
    said: tuple[Block, ...] = words_of(ctx.registry, ctx.roles, GROUP, heading=False)
    said += typed(ctx.voice.how_to_type(ctx.request.platform))
    if not ctx.may(Role.OPERATOR):
        return Message(title="Upgrades", summary="What you can type about upgrades.", blocks=said)
    try:
        now = await upgrade_seen.show(ctx, Nothing())
    except Exception:
        log.exception("which upgrades are open cannot be read", extra={"correlation": ctx.request.correlation})
        now = None
    if not isinstance(now, Message):
        return Message(title="Upgrades", summary="Which upgrades are open cannot be read just now.", blocks=said)
    blocks = (*said, Text.of(bold("Now")), *now.blocks)
    return Message(title="Upgrades", summary=now.summary, blocks=blocks, buttons=now.buttons)


async def plan(ctx: Context, args: Start) -> Plan:
    """What it would do now. Raises Refusal where something is in the way."""
    return upgrade_orders.as_plan(await upgrade_orders.planned(ctx, args), ctx.person.timezone)


async def start(ctx: Context, args: Start) -> Reply:
    """Ask for what was confirmed."""
    return await upgrade_orders.begin(ctx, ctx.seen)


def _resource(args: Start) -> str | None:
    return args.bundle


COMMANDS: Registry = (
    Command(
        words="upgrade start",
        summary="Give a bundle another image, and rebuild its desktops in waves",
        group=GROUP,
        role=Role.OPERATOR,
        into=Start,
        run=start,
        arguments=ARGUMENTS,
        examples=("/upgrade start", "/upgrade start wsb-0a1b2c3d4 wsi-0a1b2c3d4 --tag Env=Prod --canary 5"),
        changes=True,
        complete=complete,
        confirm=plan,
        resource=_resource,
    ),
    *upgrade_seen.COMMANDS,
    *upgrade_wishes.COMMANDS,
    *upgrade_again.COMMANDS,
    *upgrade_answer.COMMANDS,
    Command(
        words="upgrade help",
        summary="The words of /upgrade, and what is open",
        group=GROUP,
        role=Role.STAFF,
        into=Nothing,
        run=overview,
        examples=("/upgrade",),
        aliases=("upgrade",),
    ),
)
