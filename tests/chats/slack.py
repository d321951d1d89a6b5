"""People in the simulated Slack."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sandbox.faults import Fallible
from sandbox.slack.client import SlackPerson
from sandbox.slack.people import APP_NAME, HOOK
from sandbox.slack.server import Slack
from sandbox.slack.shown import Shown, shown
from tests.chats.side import Human, Quiet, Seen, Side


class SlackHuman(Human):
    """Private answers are ephemeral messages, forms are modals."""

    def __init__(self, slack: Slack, person: SlackPerson, quiet: Quiet) -> None:
        super().__init__(person.name, quiet)
        self._slack = slack
        self._person = person

    @property
    def email(self) -> str:
        return self._person.email or ""

    @property
    def id(self) -> str:
        return self._person.id

    @property
    def dm(self) -> str:
        return self._slack.world.direct(self.id).id

    @property
    def form(self) -> Any:
        return self._person.modal()

    def reads(self, place: str = "vpn") -> list[Seen]:
        return [_seen(message) for message in self._person.sees(place)]

    def dms(self) -> list[Seen]:
        return [_seen(message) for message in self._person.dms()]

    def answers(self, place: str | None = None) -> list[str]:
        return [seen.text for seen in self.reads(place or self._place) if seen.private]

    @property
    def home(self) -> str:
        """What their Home tab says; empty before the app has drawn it."""
        home = self._person.home()
        return home.plain if home else ""

    @property
    def home_buttons(self) -> Mapping[str, str]:
        """The buttons of their Home tab: label to command."""
        home = self._person.home()
        return {label: button.value or "" for label, button in home.buttons.items()} if home else {}

    async def opens_home(self) -> None:
        """Open the app's Home tab."""
        await self._person.open_home()
        await self._quiet()

    async def presses_at_home(self, label: str) -> None:
        """Press a button of the Home tab."""
        await self._person.press_home(label)
        await self._quiet()

    async def files(self) -> dict[str, str]:
        return {name: content for seen in self.dms() for name, content in seen.raw.files.items()}

    async def _say(self, words: str, place: str, to: str | None) -> None:
        await self._person.command(words, place, to=to)

    async def _press(self, label: str, seen: Seen) -> None:
        await self._person.press(label, seen.raw)

    async def _submit(self, values: Mapping[str, str]) -> None:
        await self._person.submit(self._person.modal(), values)


class SlackSide(Side):
    """A workspace."""

    platform: ClassVar[str] = "slack"

    def __init__(self) -> None:
        self.slack = Slack()

    async def start(self) -> None:
        await self.slack.start()

    async def stop(self) -> None:
        await self.slack.stop()

    def environment(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.url,
        }

    def point_at(self, port: int) -> None:
        self.slack.bot_url = self.address(port)

    async def introduce(self) -> None:
        """Slack tells nothing: an app asks what it wants to know."""

    def address(self, port: int) -> str:
        return f"http://127.0.0.1:{port}/slack/events"

    def idle(self) -> bool:
        return self.slack.idle()

    def human(self, name: str, quiet: Quiet) -> Human:
        return SlackHuman(self.slack, self.slack.person(name), quiet)

    def place(self, name: str) -> str:
        return f"slack:{self.slack.world.channel(name).id}"

    def edits(self, name: str) -> int:
        channel = self.slack.world.channel(name).id
        return sum(call.method == "chat.update" and call.args["channel"] == channel for call in self.slack.calls)

    def webhook(self, name: str) -> str:
        return self.slack.webhook(name)

    def loses_webhook(self, url: str) -> None:
        self.slack.remove_webhook(url)

    def webhook_posts(self, name: str) -> list[str]:
        world = self.slack.world
        said = world.said.get(world.channel(name).id, [])
        return [_seen(shown(world, one)).text for one in said if one.user == HOOK]

    def archives(self, name: str, *, archived: bool = True) -> None:
        self.slack.archive(name, archived=archived)

    async def loses_app(self, name: str) -> None:
        self.slack.remove_app(name)

    async def gets_app(self, name: str) -> None:
        self.slack.remove_app(name, removed=False)

    def limits(self, *, limited: bool = True) -> None:
        self.slack.limits = limited

    @property
    def server(self) -> Fallible:
        return self.slack

    async def resend_last(self, to: str) -> None:
        await self.slack.resend(self.slack.wire.sent[-1], to=to)


def _seen(message: Shown) -> Seen:
    return Seen(
        id=message.ts,
        at=float(message.ts),
        text=f"{message.text}\n{message.plain}",
        buttons={label: button.value or "" for label, button in message.buttons.items()},
        private=message.ephemeral,
        by_app=message.author == APP_NAME,
        thread=message.thread_ts,
        raw=message,
    )
