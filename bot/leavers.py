"""Claims of people who have left end: their work does not keep a network on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aws_ops import errors, vpn_runs
from aws_ops.desk import Desk
from commands.config import Config
from notifiers.delivery import InThread, TryLater

log = logging.getLogger(__name__)

EVERY_S = 600.0


async def end_claims(
    desk: Desk,
    config: Config,
    tick_s: int,
    has_left: Callable[[str], Awaitable[bool]],
    in_thread: InThread,
) -> int:
    """Look at everybody with a live claim once, and end those of leavers; how many that were.

    Whoever cannot be looked up now keeps their claim. Raises ClientError for the table.
    """
    ended = 0
    for name in config.vpn.endpoints:
        endpoint = config.vpn_endpoint(name, tick_s)
        for claim in (await in_thread(vpn_runs.status, desk, endpoint)).claims:
            try:
                left = await has_left(claim.person)
            except TryLater as later:
                log.warning("a claimant cannot be looked up: %s", later)
                continue
            if left and await in_thread(vpn_runs.end, desk, endpoint, claim.person) is not None:
                log.info("the claim of a leaver is ended", extra={"person": claim.person, "endpoint": name})
                ended += 1
    return ended


async def sweep(look: Callable[[], Awaitable[int]], every_s: float) -> None:
    """Call `look` every `every_s` seconds until cancelled; what fails is tried again the next time."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await look()
        except Exception as error:
            log.warning("the sweep for leavers failed: %s", errors.say(error), exc_info=error)
