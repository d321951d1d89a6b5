"""People in the simulated Teams."""

from collections.abc import Mapping
from typing import Any, ClassVar

from aws_ops import clock
from sandbox.faults import Fallible
from sandbox.teams import Teams, TeamsPerson
from sandbox.teams.people import APP_NAME
from tests.chats.side import Human, Quiet, Seen, Side


class TeamsHuman(Human):
    """Private answers, forms and files come in one's own chat with the app."""

    def __init__(self, teams: Teams, person: TeamsPerson, quiet: Quiet) -> None:
        super().__init__(person.name, quiet)
        self._teams = teams
        self._person = person
        self._before = 0

    @property
    def email(self) -> str:
        return self._person.email

    @property
    def id(self) -> str:
        return self._person.id

    @property
    def dm(self) -> str:
        return self._teams.world.direct(self.id).id

    @property
    def form(self) -> Any:
        return next((seen.raw for seen in reversed(self.dms()) if seen.raw.inputs), None)

    def reads(self, place: str = "vpn") -> list[Seen]:
        return [self._seen(shown) for shown in self._person.sees(place)]

    def dms(self) -> list[Seen]:
        return [seen for seen in map(self._seen, self._person.dms()) if seen.by_app]

    def answers(self, place: str | None = None) -> list[str]:
        return [seen.text for seen in self.dms()[self._before :]]

    async def files(self) -> dict[str, str]:
        for seen in self.dms():
            if seen.raw.offers:
                await self._person.accept(seen.raw)
                await self._quiet()
        return {name: content for seen in self.dms() for name, content in seen.raw.files.items()}

    async def _say(self, words: str, place: str, to: str | None) -> None:
        self._before = len(self.dms())
        # A team that the app is not in cannot mention it: whoever is there asks in their own chat with it.
        heard = place == self.dm or self._teams.world.place(place).installed
        await self._person.say(words, place if heard else self.dm, to=to)

    async def _press(self, label: str, seen: Seen) -> None:
        self._before = len(self.dms())
        await self._person.press(label, seen.raw)

    async def _submit(self, values: Mapping[str, str]) -> None:
        form, self._before = self.form, len(self.dms())
        await self._person.submit(form, values)

    def _seen(self, shown: Any) -> Seen:
        return Seen(
            id=shown.id,
            at=shown.at,
            text=f"{shown.text}\n{shown.plain}",
            buttons={label: button.command or "" for label, button in shown.buttons.items()},
            private=shown.conversation == self.dm,
            by_app=shown.author == APP_NAME,
            thread=shown.thread if shown.thread != shown.id else None,
            raw=shown,
        )


class TeamsSide(Side):
    """A tenant."""

    platform: ClassVar[str] = "teams"

    def __init__(self) -> None:
        # The same clock as the bot's, or its tokens would be too old or too young; the rates are by the wall clock.
        self.teams = Teams(now=lambda: clock.now().timestamp(), limits=False)

    async def start(self) -> None:
        await self.teams.start()

    async def stop(self) -> None:
        await self.teams.stop()

    def environment(self) -> dict[str, str]:
        return self.teams.environment()

    def point_at(self, port: int) -> None:
        self.teams.bot_url = self.address(port)

    def address(self, port: int) -> str:
        return f"http://127.0.0.1:{port}/api/messages"

    def idle(self) -> bool:
        return self.teams.idle()

    def human(self, name: str, quiet: Quiet) -> Human:
        return TeamsHuman(self.teams, self.teams.person(name), quiet)

    def place(self, name: str) -> str:
        return f"teams:{self.teams.world.place(name).id}"

    def edits(self, name: str) -> int:
        place = self.teams.world.place(name).id
        return sum(
            call.operation == "updateActivity" and call.args["conversation"] == place for call in self.teams.calls
        )

    async def introduce(self) -> None:
        await self.teams.installs()

    def webhook(self, name: str) -> str:
        return self.teams.webhook(name)

    def loses_webhook(self, url: str) -> None:
        self.teams.remove_webhook(url)

    def webhook_posts(self, name: str) -> list[str]:
        seen = self.teams.person("alex").sees(name)
        return [f"{one.text}\n{one.plain}" for one in seen if one.author == "Workflows"]

    def archives(self, name: str, *, archived: bool = True) -> None:
        self.teams.archive(name, archived=archived)

    async def loses_app(self, name: str) -> None:
        await self.teams.install(self._team(name), installed=False)

    async def gets_app(self, name: str) -> None:
        await self.teams.install(self._team(name))

    def _team(self, name: str) -> str:
        team = self.teams.world.place(name).team
        assert team is not None, f"{name} is in no team"
        return self.teams.world.teams[team].name

    def limits(self, *, limited: bool = True) -> None:
        self.teams.limits = limited

    @property
    def server(self) -> Fallible:
        return self.teams

    async def resend_last(self, to: str) -> None:
        await self.teams.resend(self.teams.wire.sent[-1], to=to)
