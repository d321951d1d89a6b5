"""What people who have left still want ends: claims on a network, what they asked for and has not begun, alerts."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aws_ops import errors, runs, upgrade_items, upgrade_runs, vpn_runs, workspace_items, workspace_runs
from aws_ops.desk import Desk
from aws_ops.runs import RunRow
from aws_ops.table import Table
from aws_ops.vpn_runs import VpnEndpoint
from commands.config import Config
from notifiers import subscription_items
from notifiers.delivery import InThread
from notifiers.place import Place

log = logging.getLogger(__name__)

EVERY_S = 600.0
_SWEEP = "deskside.leavers"  # who cancels, as cards name them
_RIGHTS = "deskside.rights"

_CANCEL = {workspace_items.KIND: workspace_runs.cancel, upgrade_items.KIND: upgrade_runs.cancel}
_BEFORE = {workspace_items.KIND: frozenset(workspace_items.BEFORE), upgrade_items.KIND: upgrade_items.BEFORE}
"""The phases in which AWS was not asked for any change yet."""

HasLeft = Callable[[str], Awaitable[bool]]
IsOperator = Callable[[str], Awaitable[bool]]  # raises where nobody can tell


async def end_claims(desk: Desk, config: Config, tick_s: int, has_left: HasLeft, in_thread: InThread) -> int:
    """Look at everybody with a live claim once, and end those of leavers; how many that were.

    Whoever cannot be looked up now keeps their claim, and nobody waits for them. Raises ClientError for the table.
    """
    ended = 0
    for name in config.vpn.endpoints:
        endpoint = config.vpn_endpoint(name, tick_s)
        for claim in await in_thread(vpn_runs.claims, desk, endpoint):
            try:
                ended += await _ended(desk, endpoint, claim.person, has_left, in_thread)
            except Exception as error:
                log.warning("a claimant cannot be looked up: %s", error, exc_info=errors.trace(error))
    return ended


async def _ended(desk: Desk, endpoint: VpnEndpoint, person: str, has_left: HasLeft, in_thread: InThread) -> bool:
    if not await has_left(person) or await in_thread(vpn_runs.end, desk, endpoint, person) is None:
        return False
    log.info("the claim of a leaver is ended", extra={"person": person, "endpoint": endpoint.name})
    return True


async def end_requests(desk: Desk, has_left: HasLeft, is_operator: IsOperator, in_thread: InThread) -> int:
    """Cancel what AWS was not asked yet of those who may not ask for it any more; how many runs that were.

    They have left, or it is about others and they are no operators now. Whoever cannot be looked up now keeps theirs.
    Raises ClientError for the table.
    """
    ended = 0
    for row in await in_thread(runs.runs, desk):
        if row.by is None or row.over or row.phase not in _BEFORE.get(row.kind, ()):
            continue
        try:
            by = _SWEEP if await has_left(row.by) else await _without_right(desk, row, is_operator, in_thread)
            if by is not None and await in_thread(_CANCEL[row.kind], desk, row.id, by):
                log.info("a request is cancelled", extra={"person": row.by, "run": row.id, "by": by})
                ended += 1
        except Exception as error:
            log.warning("a requester cannot be looked up: %s", error, exc_info=errors.trace(error))
    return ended


async def _without_right(desk: Desk, row: RunRow, is_operator: IsOperator, in_thread: InThread) -> str | None:
    seen = await in_thread(workspace_runs.read, desk, row.id) if row.kind == workspace_items.KIND else None
    own = seen is not None and seen.owner == seen.requester
    return None if own or row.by is None or await is_operator(row.by) else _RIGHTS


async def end_subscriptions(table: Table, has_left: HasLeft, in_thread: InThread) -> int:
    """Forget what leavers have subscribed to in their own chats; how many subscriptions that were.

    Whoever cannot be looked up now keeps theirs. Raises ClientError for the table.
    """
    ended = 0
    found = await in_thread(subscription_items.everywhere, table)
    for person in sorted({one.person for one in found if one.person is not None}):
        try:
            if await has_left(person):
                ended += await in_thread(subscription_items.forget, table, str(Place.person(person)))
                log.info("the subscriptions of a leaver are forgotten", extra={"person": person})
        except Exception as error:
            log.warning("a subscriber cannot be looked up: %s", error, exc_info=errors.trace(error))
    return ended


async def sweep(look: Callable[[], Awaitable[int]], every_s: float) -> None:
    """Call `look` every `every_s` seconds until cancelled; what fails is tried again the next time."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await look()
        except Exception as error:
            log.warning("the sweep for leavers failed: %s", errors.say(error), exc_info=error)
