"""`/alerts`: what a place hears of AWS, and the alerts themselves."""

import logging
from collections.abc import Awaitable, Callable

from commands.access import Role
from commands.alerts_forms import (
    HOURS,
    RESOURCE,
    SEVERITY,
    TAG,
    Subscribe,
    Unsubscribe,
    complete_subscribe,
    complete_unsubscribe,
    words,
)
from commands.alerts_mute import Muting, Unmuting, complete_mute, complete_unmute, mute, plan_mute, unmute
from commands.alerts_open import OnAlert, acknowledge, close, complete_alert, resource, role_on_alert, show, show_open
from commands.alerts_places import PLACE, AtPlace, complete_place, role_at
from commands.alerts_subscribe import Listed, listed, role_to_list, subscribe, try_it, unsubscribe
from commands.command import Argument, Command, Context, Nothing, Registry, Reply
from commands.help import typed, words_of
from notifiers.message import Message, Text, bold

log = logging.getLogger(__name__)

GROUP = "Alerts"
_KINDS = Argument("kinds", "list", "[kinds…]", "alarms", choices=words)
_ALERT = Argument("alert", "text", "[id]", "3f9a21c04b")


async def overview(ctx: Context, _: Nothing) -> Reply:
    """The words, and what is subscribed: whoever asks for help gets it, also where that cannot be read."""
    said = words_of(ctx.registry, ctx.roles, GROUP, heading=False) + typed(ctx.voice.how_to_type(ctx.request.platform))
    try:
        now = await listed(ctx, Listed())
    except Exception:
        log.exception("what is subscribed cannot be read", extra={"correlation": ctx.request.correlation})
        now = None
    summary = now.summary if isinstance(now, Message) else "What is subscribed cannot be read just now."
    blocks = now.blocks if isinstance(now, Message) else (Text.of(summary),)
    return Message(
        title="Alerts",
        summary=summary,
        blocks=(*said, Text.of(bold("Subscriptions")), *blocks),
        buttons=now.buttons if isinstance(now, Message) else (),
    )


def _at(args: AtPlace) -> str | None:
    return args.place if args.whose else None


SUBSCRIBE = Command(
    words="alerts subscribe",
    summary="Hear of something in AWS: in a channel, or in your own chat",
    group=GROUP,
    role=Role.STAFF,
    into=Subscribe,
    run=subscribe,
    arguments=(_KINDS, SEVERITY, TAG, RESOURCE, HOURS, PLACE),
    examples=("/alerts subscribe alarms budgets", "/alerts subscribe disk --severity critical --hours 8-18 mon-fri"),
    changes=True,
    braked=False,
    needs=role_at,
    complete=complete_subscribe,
    resource=_at,
)
UNSUBSCRIBE = Command(
    words="alerts unsubscribe",
    summary="Hear no more of it",
    group=GROUP,
    role=Role.STAFF,
    into=Unsubscribe,
    run=unsubscribe,
    arguments=(Argument("which", "list", "[id|kinds|all]", "all"), PLACE),
    changes=True,
    braked=False,
    needs=role_at,
    complete=complete_unsubscribe,
    resource=_at,
)
LIST = Command(
    words="alerts list",
    summary="What is subscribed and muted here, and in your own chat",
    group=GROUP,
    role=Role.STAFF,
    into=Listed,
    run=listed,
    arguments=(Argument("all", "flag", "[--all]", "--all", role=Role.ADMIN),),
    needs=role_to_list,
)
TEST = Command(
    words="alerts test",
    summary="Try whether alerts are heard here",
    group=GROUP,
    role=Role.STAFF,
    into=AtPlace,
    run=try_it,
    arguments=(PLACE,),
    changes=True,
    braked=False,
    needs=role_at,
    complete=complete_place,
    resource=_at,
)
OPEN = Command(
    words="alerts open",
    summary="What is wrong now; what is yours, where you are no operator",
    group=GROUP,
    role=Role.STAFF,
    into=Nothing,
    run=show_open,
)


def _on_alert(
    words: str,
    summary: str,
    run: Callable[[Context, OnAlert], Awaitable[Reply]],
    *,
    changes: bool,
    aliases: tuple[str, ...] = (),
) -> Command[OnAlert]:
    return Command(
        words=words,
        summary=summary,
        group=GROUP,
        role=Role.STAFF,
        into=OnAlert,
        run=run,
        arguments=(_ALERT,),
        aliases=aliases,
        changes=changes,
        braked=False,
        needs=role_on_alert,
        complete=complete_alert,
        resource=resource,
    )


SHOW = _on_alert("alerts show", "The card of an alert", show, changes=False)
ACKNOWLEDGE = _on_alert(
    "alerts acknowledge", "Say that you are on it", acknowledge, changes=True, aliases=("alerts ack",)
)
CLOSE = _on_alert("alerts close", "Say that it is over", close, changes=True)
MUTE = Command(
    words="alerts mute",
    summary="Hold alerts back for a while, after a look at what that would have hidden today",
    group=GROUP,
    role=Role.STAFF,
    into=Muting,
    run=mute,
    arguments=(
        Argument("duration", "duration", "2h", "2h", keyword="for"),
        _KINDS,
        SEVERITY,
        TAG,
        RESOURCE,
        Argument("alert", "text", "[--alert id]", "3f9a21c04b", named=True),
        PLACE,
    ),
    examples=("/alerts mute 2h", "/alerts mute 1d idle --tag Env=Test"),
    changes=True,
    braked=False,
    needs=role_at,
    complete=complete_mute,
    confirm=plan_mute,
    resource=_at,
)
UNMUTE = Command(
    words="alerts unmute",
    summary="Hear again what is muted, and what was held back",
    group=GROUP,
    role=Role.STAFF,
    into=Unmuting,
    run=unmute,
    arguments=(Argument("which", "list", "[id|all]", "all"), PLACE),
    changes=True,
    braked=False,
    needs=role_at,
    complete=complete_unmute,
    resource=_at,
)
HELP = Command(
    words="alerts help",
    summary="The words of /alerts, and what is subscribed",
    group=GROUP,
    role=Role.STAFF,
    into=Nothing,
    run=overview,
    examples=("/alerts",),
    aliases=("alerts",),
)
COMMANDS: Registry = (SUBSCRIBE, UNSUBSCRIBE, LIST, TEST, OPEN, SHOW, ACKNOWLEDGE, CLOSE, MUTE, UNMUTE, HELP)
