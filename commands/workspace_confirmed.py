"""An order that somebody confirmed, as it is begun."""

import logging
from dataclasses import replace

from aws_ops import workspace_items, workspaces
from aws_ops.workspace_runs import Order
from aws_ops.workspaces_api import Api
from commands.command import Context

log = logging.getLogger(__name__)


async def confirmed(ctx: Context) -> Order:
    """The order of `ctx.confirmed`, with who is connected to its one WorkSpace now, for its card."""
    order = workspace_items.order_of(ctx.confirmed)
    (target,) = order.targets
    try:
        connected = await ctx.aws(_connected, Api.of(ctx.desk, rate=order.rate, people=True), target.id)
    except Exception:
        # The run looks for itself before it does anything: this is only for its card.
        log.exception("who is connected cannot be read", extra={"correlation": ctx.request.correlation})
        connected = None
    return replace(order, plan={**order.plan, "connected": connected})


def _connected(api: Api, target: str) -> bool | None:
    """Whether somebody is; None is unknown. To one that is stopped nobody is, although AWS says UNKNOWN."""
    found = workspaces.describe(api, [target]).get(target)
    if found is not None and found.state == "STOPPED":
        return False
    connection = workspaces.connections(api, [target]).get(target)
    return {"CONNECTED": True, "DISCONNECTED": False}.get(connection.state) if connection else None
