"""`/vpn`: the Client VPN, on demand, for oneself."""

import asyncio
import logging

from aws_ops import vpn_runs
from aws_ops.vpn_runs import VpnEndpoint, VpnStatus
from commands import vpn_forms, vpn_messages
from commands.access import Role
from commands.command import Argument, Command, Context, Nothing, Plan, Refusal, Registry, Reply
from commands.help import typed, words_of
from commands.request import Person
from commands.vpn_forms import Endpoint, Off, On, no_claim, none_configured
from notifiers.message import File, Message, Text, line
from notifiers.place import Place

log = logging.getLogger(__name__)

GROUP = "VPN"


_ENDPOINT = Argument("endpoint", "choice", "[endpoint]", "tokyo", choices=vpn_forms.names)


async def on(ctx: Context, args: On) -> Reply:
    """Claim it, and put the live card where it was asked for."""
    endpoint = _endpoint(ctx, args)
    here = await _is_here(ctx)
    if here and ctx.request.place.direct:
        # By its other name a card may follow there already, in either chat: one conversation has one card of a run.
        here = None
    place = ctx.request.place if here else Place.person(ctx.key)
    seconds = args.duration or endpoint.lease_s
    claimed = await ctx.aws(vpn_runs.claim, ctx.desk, endpoint, ctx.key, seconds, str(place))
    return vpn_messages.claimed(endpoint, claimed, ctx.person.timezone, here)


async def _is_here(ctx: Context) -> bool | None:
    """Whether the card would be seen where it was asked for; None where the chat does not say."""
    try:
        return await ctx.voice.can_post(ctx.request.place)
    except Exception:
        log.exception("nobody can tell who sees this place", extra={"correlation": ctx.request.correlation})
        return None


async def extend(ctx: Context, args: On) -> Reply:
    """Move the end of one's claim."""
    endpoint = _endpoint(ctx, args)
    longer = await ctx.aws(vpn_runs.extend, ctx.desk, endpoint, ctx.key, args.duration or endpoint.lease_s)
    if longer is None:
        raise no_claim(endpoint.name)
    return vpn_messages.extended(endpoint, longer, ctx.person.timezone)


async def off(ctx: Context, args: Off) -> Reply:
    """End one's claim, or everybody's."""
    endpoint = _endpoint(ctx, args)
    if args.all:
        # By its run: one that has begun since the confirmation is not what was confirmed.
        if not await ctx.aws(vpn_runs.cancel, ctx.desk, ctx.confirmed["run"], ctx.key):
            raise _off_already(endpoint)
        return vpn_messages.ended_for_all(endpoint, ctx.confirmed["claims"])
    ended = await ctx.aws(vpn_runs.end, ctx.desk, endpoint, ctx.key)
    if ended is None:
        raise no_claim(endpoint.name)
    names = await _connected(ctx, endpoint) if ended.connections and ctx.may(Role.OPERATOR) else ()
    return vpn_messages.ended(endpoint, ended, names)


async def _connected(ctx: Context, endpoint: VpnEndpoint) -> tuple[str, ...]:
    # The claim is over: to fail for the names would be untrue.
    try:
        now = await ctx.aws(vpn_runs.status, ctx.desk, endpoint)
    except Exception:
        log.exception("who is connected cannot be read", extra={"correlation": ctx.request.correlation})
        return ()
    return tuple(sorted(connection.name for connection in now.connections or ()))


async def status(ctx: Context, args: Endpoint) -> Reply:
    """How one endpoint is, or all of them."""
    chosen = (args.endpoint,) if args.endpoint else vpn_forms.names(ctx.config)
    if not chosen:
        raise none_configured()
    endpoints = [ctx.vpn_endpoint(name) for name in chosen]
    now = await asyncio.gather(*(ctx.aws(vpn_runs.status, ctx.desk, endpoint) for endpoint in endpoints))
    if len(endpoints) > 1:
        return vpn_messages.states(tuple(zip(endpoints, now, strict=True)), ctx.key, ctx.person.timezone)
    return _state(ctx, endpoints[0], now[0])


async def profile(ctx: Context, args: Endpoint) -> Reply:
    """Send the .ovpn file by direct message."""
    endpoint = _endpoint(ctx, args)
    text = await ctx.aws(vpn_runs.profile, ctx.desk, endpoint)
    sentence = f"Open this file in your VPN client to connect to {endpoint.name}."
    message = Message(
        title=f"VPN {endpoint.name}: profile",
        summary=sentence,
        blocks=(Text.of(sentence),),
        files=(File(name=f"{endpoint.name}.ovpn", content=text),),
    )
    await ctx.voice.post(Place.person(ctx.key), f"vpn-profile-{ctx.request.id}", message)
    return line(f"The profile of the VPN {endpoint.name} is on its way to your own chat with me.", "ok")


async def overview(ctx: Context, _: Nothing) -> Reply:
    """The words, and the state: whoever asks for help gets it, also where the state cannot be read."""
    try:
        now = await status(ctx, Endpoint())
    except Refusal as refusal:
        now = line(str(refusal))
    except Exception:
        log.exception("the state of the VPN cannot be read", extra={"correlation": ctx.request.correlation})
        now = None
    words = words_of(ctx.registry, ctx.roles, GROUP, heading=False)
    words += typed(ctx.voice.how_to_type(ctx.request.platform))
    return vpn_messages.words_and_state(words, now if isinstance(now, Message) else None)


async def plan_off(ctx: Context, args: Off) -> Plan | None:
    """Who would be cut off by `off --all`; nothing to confirm for one's own claim. Raises Refusal where it is off."""
    if not args.all:
        return None
    endpoint = _endpoint(ctx, args)
    plan = await plan_for_all(ctx, endpoint)
    if plan is None:
        raise _off_already(endpoint)
    return plan


async def plan_for_all(ctx: Context, endpoint: VpnEndpoint) -> Plan | None:
    """Who would be cut off; None where there is no run."""
    now = await ctx.aws(vpn_runs.status, ctx.desk, endpoint)
    if now.run is None:
        return None
    return Plan(
        facts={"endpoint": endpoint.id, **_affected(now)},
        message=vpn_messages.off_for_all(endpoint, now, ctx.person.timezone),
        label="Switch off for everybody",
    )


def _affected(now: VpnStatus) -> dict[str, object]:
    connections = None if now.connections is None else sorted(connection.id for connection in now.connections)
    return {"run": now.run, "claims": sorted(claim.person for claim in now.claims), "connections": connections}


def _endpoint(ctx: Context, args: Endpoint) -> VpnEndpoint:
    if args.endpoint is None:
        raise none_configured()
    return ctx.vpn_endpoint(args.endpoint)


def _off_already(endpoint: VpnEndpoint) -> Refusal:
    return Refusal(f"The VPN {endpoint.name} is off already, so there was nothing to end.")


def _state(ctx: Context, endpoint: VpnEndpoint, now: VpnStatus) -> Message:
    return vpn_messages.state(endpoint, now, ctx.key, ctx.person.timezone, names=ctx.may(Role.OPERATOR))


def _resource(args: Endpoint) -> str | None:
    return f"vpn:{args.endpoint}" if args.endpoint else None


def _role_to_end(args: Off, _: Person) -> Role:
    return Role.OPERATOR if args.all else Role.STAFF


ON = Command(
    words="vpn on",
    summary="Switch the VPN on for yourself, or keep it on for longer",
    group=GROUP,
    role=Role.STAFF,
    into=On,
    run=on,
    arguments=(_ENDPOINT, Argument("duration", "duration", "[for 2h]", "2h", keyword="for")),
    examples=("/vpn on", "/vpn on for 2h"),
    changes=True,
    complete=vpn_forms.complete_on,
    resource=_resource,
)
EXTEND = Command(
    words="vpn extend",
    summary="Move the end of your claim",
    group=GROUP,
    role=Role.STAFF,
    into=On,
    run=extend,
    arguments=(Argument("duration", "duration", "1h", "1h", keyword="for"), _ENDPOINT),
    examples=("/vpn extend 1h",),
    changes=True,
    complete=vpn_forms.complete_extend,
    resource=_resource,
)
OFF = Command(
    words="vpn off",
    summary="End your claim; the VPN goes off when nobody has one",
    group=GROUP,
    role=Role.STAFF,
    into=Off,
    run=off,
    arguments=(_ENDPOINT, Argument("all", "flag", "[--all]", "--all", role=Role.OPERATOR)),
    examples=("/vpn off",),
    changes=True,
    needs=_role_to_end,
    complete=vpn_forms.complete_off,
    confirm=plan_off,
    resource=_resource,
)
STATUS = Command(
    words="vpn status",
    summary="How the VPN is: state, connections, claims, cost",
    group=GROUP,
    role=Role.STAFF,
    into=Endpoint,
    run=status,
    arguments=(_ENDPOINT,),
    examples=("/vpn status",),
    resource=_resource,
)
PROFILE = Command(
    words="vpn profile",
    summary="Get the file that a VPN client needs, by direct message",
    group=GROUP,
    role=Role.STAFF,
    into=Endpoint,
    run=profile,
    arguments=(_ENDPOINT,),
    examples=("/vpn profile",),
    complete=vpn_forms.complete_profile,
    resource=_resource,
)
OVERVIEW = Command(
    words="vpn help",
    summary="The words of /vpn, and how it is",
    group=GROUP,
    role=Role.STAFF,
    into=Nothing,
    run=overview,
    examples=("/vpn",),
    aliases=("vpn",),
)
COMMANDS: Registry = (ON, EXTEND, OFF, STATUS, PROFILE, OVERVIEW)
