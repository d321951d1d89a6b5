"""What a person does in Slack, and what they see."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.slack import payloads
from sandbox.slack.forms import client_errors, state_values
from sandbox.slack.people import BOT_USER, SLACKBOT, Person
from sandbox.slack.shown import Pressable, Shown, home_shown, shown
from sandbox.slack.views import finished_view, replace_view
from sandbox.slack.wire import Ack, Wire
from sandbox.slack.world import Change, Json, Modal, Said, World


class SlackPerson:
    """One person at their Slack client. Channels go by `#name` or id; `to` sends to another bot process."""

    def __init__(self, world: World, wire: Wire, person: Person, token: str, base: Callable[[], str]) -> None:
        self._world, self._wire, self._person, self._token, self._base = world, wire, person, token, base

    @property
    def id(self) -> str:
        """Slack's user id."""
        return self._person.id

    @property
    def name(self) -> str:
        """The short name."""
        return self._person.name

    @property
    def email(self) -> str:
        """The e-mail address; empty for a bot."""
        return self._person.email or ""

    @property
    def key(self) -> str:
        """The key that Deskside knows them by: their lower-cased e-mail."""
        return self.email.lower()

    async def command(self, text: str, channel: str = "#vpn", *, to: str | None = None) -> Ack:
        """Type a slash command ("/vpn on tokyo"); a failure is told by Slackbot, as in Slack."""
        place = self._writable(channel)
        fields = payloads.slash_command(self._world, self._token, self._person, text, place, self._base())
        ack = await self._wire.command(fields, to)
        if ack.error:
            failed = f'`{fields["command"]}` failed with the error "{ack.error}"'
            self._world.post(Said(self._world.new_ts(), place, SLACKBOT, failed, only_to=self.id))
        else:
            self._answered(place, ack.body)
        return ack

    def _answered(self, channel: str, body: Any) -> None:
        answer = body if isinstance(body, dict) else {"text": body}
        text, blocks = str(answer.get("text") or ""), tuple(answer.get("blocks") or ())
        if text or blocks:
            only_to = None if answer.get("response_type") == "in_channel" else self.id
            self._world.post(Said(self._world.new_ts(), channel, BOT_USER, text, blocks, only_to=only_to))

    async def say(self, text: str, channel: str = "#vpn", *, thread: str | None = None) -> Shown:
        """Write an ordinary message; `thread` is the ts of the one that it answers."""
        place = self._writable(channel)
        root = self._world.root(place, thread) if thread else None
        words = payloads.escaped(self._world, text)
        said = self._world.post(Said(self._world.new_ts(), place, self.id, words, thread_ts=root))
        return shown(self._world, said)

    async def press(self, button: str, message: Shown, *, to: str | None = None) -> Ack:
        """Press a button by its label, action id or value; a confirmation dialog counts as accepted.

        The button is looked for in `message` as it was seen, so that a press may come too late. Raises LookupError.
        """
        found = next((b for b in message.buttons.values() if button in (b.label, b.action_id, b.value)), None)
        if found is None:
            raise LookupError(f"no button {button!r} among {', '.join(message.buttons) or 'none'}")
        return await self.press_button(found, message.channel, message.ts, to=to)

    async def press_button(self, button: Pressable, channel: str, ts: str, *, to: str | None = None) -> Ack:
        """Press a button of the message with this ts."""
        said = self._world.find(channel, ts)
        if said is None or said.only_to not in (None, self.id) or self.id not in self._world.members(channel):
            raise LookupError(f"{self.name} sees no message {ts} in {channel}")
        payload = payloads.block_actions(self._world, self._token, self._person, said, button, self._base())
        return await self._wire.interaction(payload, to)

    async def open_home(self, *, tab: str = "home", to: str | None = None) -> Ack:
        """Open the app's Home tab (or "messages"): the app is told, and draws it."""
        payload = payloads.home_opened(self._world, self._token, self._person, tab)
        return await self._wire.event(payload, to)

    def home(self) -> Shown | None:
        """What the Home tab shows; None before the app has drawn it."""
        view = self._world.homes.get(self.id)
        return home_shown(self._world, view) if view else None

    async def press_home(self, button: str, *, to: str | None = None) -> Ack:
        """Press a button of the Home by its label, action id or value. Raises LookupError."""
        shown_now = self.home()
        for found in shown_now.pressables if shown_now else ():
            if button in (found.label, found.action_id, found.value):
                return await self.press_home_button(found, to=to)
        raise LookupError(f"no button {button!r} in the Home: {', '.join(shown_now.buttons) if shown_now else 'empty'}")

    async def press_home_button(self, button: Pressable, *, to: str | None = None) -> Ack:
        """Press a button of the Home that is shown now."""
        view = self._world.homes[self.id]
        return await self._wire.interaction(
            payloads.home_actions(self._world, self._token, self._person, view, button), to
        )

    async def submit(self, view: Json | None, values: Mapping[str, str], *, to: str | None = None) -> Ack:
        """Send a form (None: the one on top). `values` go by block id, action id or label of the field.

        Errors, the client's or the app's, are in the Ack and stay on the form. Raises LookupError.
        """
        modal = self._modal(view)
        state = state_values(modal.view, values)
        self._beside_fields(modal, client_errors(modal.view, state))
        if modal.errors:
            return Ack(0, errors=modal.errors)
        payload = payloads.view_submission(self._world, self._token, self._person, modal.view, state)
        ack = await self._wire.interaction(payload, to)
        return self._submitted(modal, ack)

    def _modal(self, view: Json | None) -> Modal:
        modal = self._world.modal(self.id)
        if modal is None or (view is not None and view["id"] != modal.view["id"]):
            raise LookupError(f"{self.name} has no such form open")
        return modal

    def _beside_fields(self, modal: Modal, errors: dict[str, str]) -> None:
        if errors != modal.errors:
            modal.errors = errors
            self._world.changed(Change("modal", user=self.id))

    def _submitted(self, modal: Modal, ack: Ack) -> Ack:
        if ack.error:
            return ack
        answer = ack.body if isinstance(ack.body, dict) else {}
        match answer.get("response_action"):
            case "errors":
                self._beside_fields(modal, dict(answer["errors"]))
                return Ack(ack.status, ack.body, ack.seconds, errors=modal.errors)
            case "update":
                replace_view(self._world, self.id, modal, finished_view(self._world, answer["view"]))
            case "push":
                self._world.open_modal(self.id, finished_view(self._world, answer["view"]))
            case action:
                self._world.close_modal(self.id, everything=action == "clear")
        return ack

    async def close(self) -> None:
        """Dismiss the form on top."""
        modal = self._modal(None)
        self._world.close_modal(self.id)
        if modal.view.get("notify_on_close"):
            await self._wire.interaction(payloads.view_closed(self._token, self._person, modal.view))

    def sees(self, channel: str = "#vpn") -> list[Shown]:
        """What this person sees in a channel, oldest first: its messages and their own ephemeral ones."""
        place = self._world.channel(channel).id
        return [shown(self._world, said) for said in self._world.visible(self.id, place)]

    def dms(self) -> list[Shown]:
        """The direct messages with the app."""
        return self.sees(self._world.direct(self.id).id)

    def modal(self) -> Json | None:
        """Slack's view object of the form on top."""
        modal = self._world.modal(self.id)
        return modal.view if modal else None

    def form_errors(self) -> Mapping[str, str]:
        """What stands beside the fields of the form on top, by block id."""
        modal = self._world.modal(self.id)
        return modal.errors if modal else {}

    def _place(self, channel: str) -> str:
        place = self._world.channel(channel) if channel != "@deskside" else self._world.direct(self.id)
        if self.id not in place.members:
            raise LookupError(f"{self.name} is not in {channel}")
        return place.id

    def _writable(self, channel: str) -> str:
        place = self._place(channel)
        if self._world.channels[place].archived:
            raise LookupError(f"{channel} is archived: nobody can write there")
        return place
