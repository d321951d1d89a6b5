"""The page's Slack: what somebody sees there, and what they do."""

from collections.abc import Callable

from aiohttp import web

from sandbox.page.screen import Json, Tell
from sandbox.page.slack_screen import change_json, snapshot
from sandbox.page.words import Words
from sandbox.slack import Ack, Slack
from sandbox.slack.shown import shown
from sandbox.slack.world import Change


class SlackRoutes:
    """`/page/slack/…`; its events are `slack-message`, `slack-gone`, `slack-places`, `slack-modal`, `slack-home`."""

    name = "slack"

    def __init__(self, slack: Slack, words: list[Words]) -> None:
        self._slack, self._words = slack, words

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/page/slack/say", self._say),
            web.post("/page/slack/press", self._press),
            web.post("/page/slack/home", self._home),
            web.post("/page/slack/home/press", self._press_home),
            web.post("/page/slack/submit", self._submit),
            web.post("/page/slack/dismiss", self._dismiss),
            web.post("/page/slack/place", self._place),
        ]

    def id_of(self, name: str) -> str | None:
        """The id of a person by short name; None for one whom Slack does not know."""
        return next((person.id for person in self._slack.world.people.values() if person.name == name), None)

    def snapshot(self, name: str) -> Json:
        return snapshot(self._slack.world, self._slack.world.person(name))

    def follow(self, name: str, tell: Tell) -> Callable[[], None]:
        """Tell of every change on the screen of `name`, until the answer is called."""
        world, user = self._slack.world, self._slack.world.person(name).id

        def changed(change: Change) -> None:
            told = change_json(world, user, change)
            if told:
                tell(f"slack-{told[0]}", told[1])

        world.listeners.append(changed)
        return lambda: world.listeners.remove(changed)

    async def _say(self, request: web.Request) -> web.Response:
        body = await request.json()
        person, text = self._slack.person(body["as"]), str(body["text"]).strip()
        if not text:
            raise web.HTTPBadRequest(text="There is nothing to send.")
        if not text.startswith("/"):
            await person.say(text, body["place"])
            return web.json_response({"error": ""})
        command = text.split(maxsplit=1)[0]
        if self._words and command not in {one.words.split(" ", 1)[0] for one in self._words}:
            return web.json_response({"error": f"{command} is not a command here. Type / to see those that are."})
        return _told(await person.command(text, body["place"]))

    async def _press(self, request: web.Request) -> web.Response:
        body = await request.json()
        person = self._slack.person(body["as"])
        said = self._slack.world.find(body["place"], body["id"])
        if said is None:
            raise web.HTTPNotFound(text="That message is gone.")
        for button in shown(self._slack.world, said).pressables:
            if (button.block_id, button.action_id) == (body["block"], body["action"]):
                return _told(await person.press_button(button, body["place"], body["id"]))
        raise web.HTTPNotFound(text="That button is gone.")

    async def _home(self, request: web.Request) -> web.Response:
        body = await request.json()
        return _told(await self._slack.person(body["as"]).open_home())

    async def _press_home(self, request: web.Request) -> web.Response:
        body = await request.json()
        person = self._slack.person(body["as"])
        home = person.home()
        for button in home.pressables if home else ():
            if (button.block_id, button.action_id) == (body["block"], body["action"]):
                return _told(await person.press_home_button(button))
        raise web.HTTPNotFound(text="That button is gone.")

    async def _submit(self, request: web.Request) -> web.Response:
        body = await request.json()
        ack = await self._slack.person(body["as"]).submit(None, body["values"])
        return web.json_response({"error": ack.error, "errors": ack.errors or {}})

    async def _dismiss(self, request: web.Request) -> web.Response:
        body = await request.json()
        await self._slack.person(body["as"]).close()
        return web.json_response({"error": ""})

    async def _place(self, request: web.Request) -> web.Response:
        """A channel is archived or restored; the app is removed from it or added to it."""
        body = await request.json()
        place, action = body["place"], body["action"]
        if self._slack.person(body["as"]).id not in self._slack.world.members(place):
            raise web.HTTPNotFound(text="That channel is gone.")
        match action:
            case "archive" | "restore":
                self._slack.archive(place, archived=action == "archive")
            case "remove" | "add":
                self._slack.remove_app(place, removed=action == "remove")
            case _:
                raise web.HTTPNotFound
        return web.json_response({"error": ""})


def _told(ack: Ack) -> web.Response:
    return web.json_response({"error": ack.error})
