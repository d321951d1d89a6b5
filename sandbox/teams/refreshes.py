"""Cards whose readers' clients ask for them anew as soon as they show them.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/user-specific-views
Here everybody's client is open, and shows a card as soon as the app has posted or edited it.
"""

import asyncio
from collections.abc import Awaitable, Callable

from sandbox.teams.people import BOT
from sandbox.teams.world import CARD, Change, Json, Said, World

MOST = 60  # of users whose clients ask; a longer list is ignored, and so are more members than that without a list


def refresh_of(world: World, said: Said, user: str) -> Json | None:
    """The action that the client of `user` sends when it shows this message; None where it sends none."""
    cards = said.attached(CARD)
    refresh = cards[0]["content"].get("refresh") if cards else None
    person, place = world.people.get(user), world.conversations[said.conversation]
    if not isinstance(refresh, dict) or person is None or user not in place.members:
        return None
    wanted = refresh.get("userIds")
    if wanted is None:
        return refresh["action"] if len(place.members) <= MOST else None
    return refresh["action"] if person.account_id in wanted and len(wanted) <= MOST else None


class Refreshes:
    """Everybody's clients: `ask` has somebody's client ask for their own card, `asked` is told after each."""

    def __init__(
        self, world: World, ask: Callable[[str, Said], Awaitable[object]], asked: Callable[[], object]
    ) -> None:
        self._world = world
        self._ask = ask
        self._asked = asked
        self._asking: set[asyncio.Task[None]] = set()
        world.listeners.append(self._changed)

    @property
    def outstanding(self) -> int:
        """How many cards are being asked for."""
        return len(self._asking)

    def _changed(self, change: Change) -> None:
        said = change.said
        # A change that the app made takes all views away; whatever has views is an answer to somebody's client.
        if change.kind != "message" or said is None or said.author != BOT or said.views:
            return
        for person in self._world.roster(self._world.conversations[said.conversation]):
            if refresh_of(self._world, said, person.id) is not None:
                task = asyncio.get_running_loop().create_task(self._show(person.id, said))
                self._asking.add(task)
                task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._asking.discard(task)
        self._asked()

    async def _show(self, user: str, said: Said) -> None:
        # Somebody's screen draws it first: by then it may have changed again, and been asked for again.
        await asyncio.sleep(0)
        current = self._world.find(said.conversation, said.id)
        if current is not None and current.attachments == said.attachments:
            await self._ask(user, current)
