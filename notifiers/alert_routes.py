"""Where an alert is heard: the subscriptions and mutes of now, asked with what is known of its resources and people."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from aws_ops import clock
from aws_ops.table import Table
from notifiers import subscription_items, subscriptions
from notifiers.alerts.alert import Alert
from notifiers.subscriptions import About, Mute, Route, Subscription

log = logging.getLogger(__name__)

# What AWS or a chat does not tell by then is unknown: an alert waits for nobody.
_PATIENCE_S = 5.0
# What another process changes is seen a second late in any case, for the index is: so it is not read for each event.
_FRESH_S = 1.0


@dataclass(frozen=True)
class Wishes:
    """What was subscribed to and muted anywhere, when it was read."""

    subscriptions: tuple[Subscription, ...] = ()
    mutes: tuple[Mute, ...] = ()

    @cached_property
    def seers(self) -> frozenset[str]:
        """Who hears in their own chat what is not theirs."""
        return subscriptions.sees_all(self.subscriptions)

    @cached_property
    def need_resources(self) -> bool:
        """Whether somebody has to look up tags or owners."""
        return subscriptions.needs_resource(self.subscriptions, self.mutes)


class Routes:
    """Where alerts are heard. `about` tells of resources by id, what it cannot tell is left out.

    `sees_all` says whether the person of a key may see in their own chat what is not theirs; it may raise. `batch_s` is
    for how many seconds notices are gathered.
    """

    def __init__(
        self,
        table: Table,
        about: Callable[[Collection[str]], Awaitable[Mapping[str, About]]],
        sees_all: Callable[[str], Awaitable[bool]],
        batch_s: Callable[[], int],
    ) -> None:
        self._table = table
        self._about = about
        self._sees_all = sees_all
        self._batch_s = batch_s
        self._read: tuple[int, float, Wishes] | None = None

    def look(self) -> Wishes:
        """What everybody wants, as of a second ago or later; it blocks. Raises what the table raises."""
        change, now = subscription_items.last_change(), time.monotonic()
        read = self._read
        if read is not None and read[0] == change and now - read[1] < _FRESH_S:
            return read[2]
        wishes = Wishes(subscription_items.everywhere(self._table), subscription_items.mutes(self._table))
        self._read = change, now, wishes
        return wishes

    async def of(self, alert: Alert, wishes: Wishes) -> tuple[Route, ...]:
        """Where it is heard, and when; never raises."""
        heard = wishes.subscriptions
        about: Mapping[str, About] = {}
        if wishes.seers and (blind := await self._blind(wishes.seers)):
            wishes = Wishes(heard := subscriptions.narrowed(heard, blind), wishes.mutes)
        if alert.resources and wishes.need_resources:
            about = await self._told(alert.resources)
        return subscriptions.route(alert, heard, wishes.mutes, about, clock.epoch(), batch_s=self._batch_s())

    async def _told(self, resources: Collection[str]) -> Mapping[str, About]:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await self._about(resources)
        except Exception:
            log.exception("nobody can tell whose the resources of an alert are: it is heard as if they had any tag")
            return {}

    async def _blind(self, keys: Collection[str]) -> frozenset[str]:
        """Those who may not see any more what is not theirs; whoever cannot be asked about may what they might."""

        async def sees(key: str) -> bool:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    return await self._sees_all(key)
            except Exception as error:  # noqa: BLE001 - whatever a chat says: what nobody can tell is as it was
                log.warning("nobody can tell what a subscriber may see: %s", error)
                return True

        asked = sorted(keys)
        answers = await asyncio.gather(*map(sees, asked))
        return frozenset(key for key, may in zip(asked, answers, strict=True) if not may)
