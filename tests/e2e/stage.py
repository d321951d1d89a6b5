"""The page with both simulated chats and no bot: a test says what the app says, and sees what it is sent."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sandbox.teams.people import BOT, CHANNELS, OBJECT_IDS
from sandbox.teams.world import CARD, Json, Said
from tests.sandbox.page_world import PageWorld, page_world

VPN = CHANNELS["vpn"]
T = TypeVar("T")


class Stage:
    """One page's world, on an event loop in a thread of its own."""

    def __init__(self, world: PageWorld, loop: asyncio.AbstractEventLoop) -> None:
        self._world, self._loop = world, loop
        self.url, self.asked = world.slack.base, world.asked

    def does(self, work: Callable[[PageWorld], T]) -> T:
        """Do something with the simulated chats, where they live."""

        async def done() -> T:
            return work(self._world)

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(10)

    @property
    def chat(self) -> str:
        """Mika's own chat with the app."""
        return self.does(lambda world: world.teams.world.direct(OBJECT_IDS["mika"]).id)

    def says(self, place: str, *body: Json, **fields: Any) -> Said:
        """The app posts a card."""
        content = {"type": "AdaptiveCard", "version": "1.5", "body": list(body)}

        def post(page: PageWorld) -> Said:
            world = page.teams.world
            attachments = fields.pop("attachments", ({"contentType": CARD, "content": content},))
            return world.post(Said(world.new_id(), place, BOT, world.now(), attachments=attachments, **fields))

        return self.does(post)

    def edits(self, said: Said, *body: Json) -> None:
        """The app says something else in its message."""
        content = {"type": "AdaptiveCard", "version": "1.5", "body": list(body)}

        def edit(page: PageWorld) -> None:
            world = page.teams.world
            found = world.find(said.conversation, said.id)
            assert found is not None
            world.edit(found, attachments=({"contentType": CARD, "content": content},), edited=True)

        self.does(edit)

    def slack_says(self, text: str) -> None:
        """Ren writes in Slack's #vpn."""
        talk = self._world.slack.person("ren").say(text, "#vpn")
        asyncio.run_coroutine_threadsafe(talk, self._loop).result(10)


@contextmanager
def staged(aws_url: str | None = None) -> Iterator[Stage]:
    """A stage while the block lasts, with the simulated AWS at `aws_url` if the test has one."""
    up, over = threading.Event(), asyncio.Event()
    kept: list[tuple[Stage, asyncio.AbstractEventLoop]] = []

    async def serve() -> None:
        async with page_world(aws_url) as world:
            loop = asyncio.get_running_loop()
            kept.append((Stage(world, loop), loop))
            up.set()
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert up.wait(20)
    ((stage, loop),) = kept
    try:
        yield stage
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)


def text(words: str, **style: Any) -> Json:
    """A paragraph of a card."""
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words, **style}]}


def button(title: str, **data: str) -> Json:
    """A button that sends `data`."""
    return {"type": "Action.Execute", "title": title, "verb": "command", "data": data}


def buttons(*actions: Json) -> Json:
    """A row of buttons."""
    return {"type": "ActionSet", "actions": list(actions)}
