"""The page's Teams: what somebody sees there, and what they do."""

import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.page.screen import Json, Tell
from sandbox.page.teams_screen import change_json, snapshot
from sandbox.teams import Shown, Teams
from sandbox.teams.reading import Pressable
from sandbox.teams.world import Change

_SENDS = {"Action.Execute", "Action.Submit"}
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+")


class TeamsRoutes:
    """`/page/teams/…`; its events are `teams-message`, `teams-gone`, `teams-places` and `teams-toast`."""

    name = "teams"

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/page/teams/say", self._say),
            web.post("/page/teams/press", self._press),
            web.post("/page/teams/file", self._file),
            web.post("/page/teams/place", self._place),
            web.get("/page/teams/files/{file}", self._download),
        ]

    def id_of(self, name: str) -> str | None:
        """The object id of a person by short name; None for one whom Teams does not know."""
        return next((person.id for person in self._teams.world.people.values() if person.name == name), None)

    def snapshot(self, name: str) -> Json:
        return snapshot(self._teams.world, self._teams.world.person(name))

    def follow(self, name: str, tell: Tell) -> Callable[[], None]:
        """Tell of every change on the screen of `name`, until the answer is called."""
        world, person = self._teams.world, self._teams.world.person(name)

        def changed(change: Change) -> None:
            told = change_json(world, person, change)
            if told:
                tell(f"teams-{told[0]}", told[1])

        world.listeners.append(changed)
        return lambda: world.listeners.remove(changed)

    async def _say(self, request: web.Request) -> web.Response:
        body = await request.json()
        person, text = self._teams.person(body["as"]), str(body["text"]).strip()
        if not text:
            raise web.HTTPBadRequest(text="There is nothing to send.")
        ack = await person.say(text, body["place"])
        return web.json_response({"error": ack.error})

    async def _press(self, request: web.Request) -> web.Response:
        body = await request.json()
        person = self._teams.person(body["as"])
        button = _button(self._shown(body), str(body["title"]), body["data"])
        ack = await person.press_button(button, body["place"], body["id"], body["values"])
        # What goes wrong on the way is told as Teams tells it: by a notice, which the stream brings.
        return web.json_response({"error": next(iter((ack.errors or {}).values()), "")})

    async def _file(self, request: web.Request) -> web.Response:
        body = await request.json()
        person, message = self._teams.person(body["as"]), self._shown(body)
        ack = await (person.accept(message) if body["accept"] else person.decline(message))
        return web.json_response({"error": ack.error})

    async def _place(self, request: web.Request) -> web.Response:
        """A channel is archived or restored; the app is removed from its team or added to it."""
        body = await request.json()
        world, action = self._teams.world, body["action"]
        place = world.place(body["place"])
        if place.team is None or self._teams.person(body["as"]).id not in place.members:
            raise web.HTTPNotFound(text="That channel is gone.")
        match action:
            case "archive" | "restore":
                self._teams.archive(place.id, archived=action == "archive")
            case "remove" | "add":
                await self._teams.install(world.teams[place.team].name, installed=action == "add")
            case _:
                raise web.HTTPNotFound
        return web.json_response({"error": ""})

    async def _download(self, request: web.Request) -> web.Response:
        upload = self._teams.world.uploads.get(request.match_info["file"])
        if upload is None or not upload.complete:
            raise web.HTTPNotFound(text="That file is gone.")
        name = upload.name if _PLAIN_NAME.fullmatch(upload.name) else f"{upload.id}.txt"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=upload.content, content_type="application/octet-stream", headers=headers)

    def _shown(self, body: Json) -> Shown:
        """The message that a request is about, as its sender sees it."""
        for message in self._teams.person(body["as"]).sees(body["place"]):
            if message.id == body["id"]:
                return message
        raise web.HTTPNotFound(text="That message is gone.")


def _button(message: Shown, title: str, data: Any) -> Pressable:
    """The button that is still there with this title and data."""
    for button in message.pressables:
        if button.kind in _SENDS and (button.label, button.data or {}) == (title, data):
            return button
    raise web.HTTPNotFound(text="That button is gone.")
