"""From a run's fact to deliveries: the live card for every place that follows the run, and the notes beside it.

A run that nobody asked for (somebody switched the network on in the console) is shown in the admin place.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aws_ops.table import Table
from bot.listeners.queue import RunFact, Unknown
from bot.zones import ZONES_S, Zones
from commands.config import Config
from notifiers.delivery import InThread
from notifiers.outbox import Outbox
from notifiers.place import Place
from notifiers.stories import ADMIN, Note, Story

log = logging.getLogger(__name__)


class Teller:
    """Tells the stories of runs. `timezone` gives a person's zone by key, where it is known.

    `targets` gives all that a run was about, where it was more than goes with a fact: its end is told of every one.
    `files` gives the report of a run that has one, by its files' names.
    """

    def __init__(
        self,
        stories: Mapping[str, Story],
        table: Table,
        outbox: Outbox,
        config: Callable[[], Config],
        timezone: Callable[[str], Awaitable[str | None]],
        in_thread: InThread,
        targets: Callable[[str], Sequence[Mapping[str, Any]]] = lambda _: (),
        files: Callable[[str], Mapping[str, str]] = lambda _: {},
    ) -> None:
        self._targets = targets
        self._files = files
        self._stories = stories
        self._table = table
        self._outbox = outbox
        self._config = config
        self._zones = Zones(timezone, lambda: config().timezone)
        self._in_thread = in_thread

    async def tell(self, fact: RunFact) -> None:
        """Write everything that is to be said about `fact`. Raises Unknown for a run whose story nobody knows."""
        story = self._stories.get(fact.run.partition("-")[0])
        if story is None:
            raise Unknown("a run of a kind that has no story")
        fact = await self._whole(fact)
        until = asyncio.get_running_loop().time() + ZONES_S
        for place, discreet in await self._followers(fact.run):
            zone = await self._zones.of(place, until)
            await self._outbox.card(place, fact.run, fact.seq, story.card(fact.fact, fact.data, zone, discreet))
            # Whoever it concerns is told in their own chat by a note.
            if not place.direct and (reply := story.thread(fact.fact, fact.data, zone, discreet)) is not None:
                await self._outbox.reply(place, fact.run, fact.seq, reply)
        for note in story.notes(fact.fact, fact.data, self._config().timezone):
            await self._say(story, fact, note, until)

    async def _say(self, story: Story, fact: RunFact, note: Note, until: float) -> None:
        place = self._config().admin_place if note.to == ADMIN else Place.parse(note.to)
        zone = await self._zones.of(place, until)
        if zone != self._config().timezone:
            # In the reader's own time: only the story knows where in it there is one.
            note = next((mine for mine in story.notes(fact.fact, fact.data, zone) if mine.key == note.key), note)
        await self._outbox.post(place, note.key, note.message)

    async def _whole(self, fact: RunFact) -> RunFact:
        data = fact.data
        if data.get("finished") is None:
            return fact
        if "report" in data:
            return fact.model_copy(update={"data": {**data, "files": await self._report(fact.run)}})
        if data.get("total", 0) <= len(data.get("targets", ())):
            return fact
        try:
            found = await self._in_thread(self._targets, fact.run)
        except LookupError:  # it ended so long ago that nothing is kept of it
            return fact
        return fact.model_copy(update={"data": {**data, "targets": list(found)}}) if found else fact

    async def _report(self, run: str) -> Mapping[str, str]:
        try:
            return await self._in_thread(self._files, run)
        except LookupError:
            return {}

    async def _followers(self, run: str) -> list[tuple[Place, bool]]:
        """Each place that follows the run, and whether its readers are not to know whose it is."""
        items = await self._in_thread(self._table.query, f"RUN#{run}", prefix="PLACE#")
        places = {Place.parse(item["place"]): bool(item.get("discreet")) for item in items}
        admin = self._config().admin_place
        # Also when somebody has joined since: a card that stands shall not stand still.
        if admin not in places and (not places or await self._outbox.shows(admin, run)):
            places[admin] = False
        return list(places.items())
