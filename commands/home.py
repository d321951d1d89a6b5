"""`/deskside home`, and Slack's App Home: what is one's own, and what waits for one.

What cannot be read costs its own section and nothing else.
"""

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar

from aws_ops import approvals, runs, vpn_runs, workspaces
from aws_ops.approvals import Approval
from aws_ops.runs import RunRow
from aws_ops.vpn_runs import VpnEndpoint, VpnStatus
from aws_ops.workspaces_api import Api
from commands import home_messages, targets, vpn_forms
from commands.access import Role
from commands.alerts_open import open_for
from commands.approvals import waiting_for
from commands.command import Command, Context, Nothing, Registry, Reply
from commands.home_messages import Desktop, Home
from commands.rebuild_answer import questions_for
from notifiers.message import Message

log = logging.getLogger(__name__)
T = TypeVar("T")

GROUP = "Deskside"


async def show(ctx: Context, _: Nothing) -> Reply:
    """One's home."""
    return await home_of(ctx)


async def home_of(ctx: Context) -> Message:
    """The home of the context's person. Never raises for what cannot be read: its section says so."""
    # In two, because gather knows the types of six at most.
    (desktops, vpn, mine, asked, questions, waiting), alerts = await asyncio.gather(
        asyncio.gather(
            _read(ctx, _desktops(ctx)),
            _read(ctx, _vpn(ctx)),
            _read(ctx, _runs(ctx)),
            _read(ctx, _asked(ctx)),
            _read(ctx, questions_for(ctx)),
            _read(ctx, waiting_for(ctx)),
        ),
        _read(ctx, open_for(ctx)),
    )
    return home_messages.home(
        Home(desktops, vpn, mine, asked, questions, waiting, alerts), ctx.key, ctx.person.timezone
    )


async def _read(ctx: Context, part: Awaitable[T]) -> T | None:
    try:
        return await part
    except Exception:
        log.exception("a part of a home cannot be read", extra={"correlation": ctx.request.correlation})
        return None


async def _desktops(ctx: Context) -> tuple[Desktop, ...]:
    owned = [one.workspace for one in await targets.mine(ctx)]
    if not owned:
        return ()
    ids = [one.id for one in owned]
    api = Api.of(ctx.desk, rate=ctx.config.workspaces.rate, people=True)
    now, connections = await asyncio.gather(
        _read(ctx, ctx.aws(workspaces.describe, api, ids)), _read(ctx, ctx.aws(workspaces.connections, api, ids))
    )
    # Whose they are may be a minute old. So is their state only where it cannot be read now.
    current = owned if now is None else [now[one] for one in ids if one in now]
    return tuple(Desktop(one, (connections or {}).get(one.id)) for one in current)


async def _vpn(ctx: Context) -> tuple[tuple[VpnEndpoint, VpnStatus], ...]:
    endpoints = [ctx.vpn_endpoint(name) for name in vpn_forms.names(ctx.config)]
    now = await asyncio.gather(*(ctx.aws(vpn_runs.status, ctx.desk, endpoint) for endpoint in endpoints))
    return tuple(zip(endpoints, now, strict=True))


async def _runs(ctx: Context) -> tuple[RunRow, ...]:
    """The person's open runs, but for the VPN's, which have a section of their own."""
    found = await ctx.aws(runs.runs, ctx.desk)
    return tuple(run for run in found if run.by == ctx.key and not run.over and run.kind != "vpn")


async def _asked(ctx: Context) -> tuple[Approval, ...]:
    return tuple(await ctx.aws(approvals.of_requester, ctx.desk, ctx.key))


COMMANDS: Registry = (
    Command(
        words="deskside home",
        summary="Your desktops, the VPN, what you asked for, and what waits for you",
        group=GROUP,
        role=Role.STAFF,
        into=Nothing,
        run=show,
        examples=("/deskside home",),
    ),
)
