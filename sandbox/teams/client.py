"""What a person does in Teams, and what they see."""

from collections.abc import Callable, Mapping

from sandbox.teams import activities
from sandbox.teams.activities import Sender
from sandbox.teams.answers import apply_answer, apply_refresh
from sandbox.teams.files import offered, settle
from sandbox.teams.inputs import client_errors, entered
from sandbox.teams.people import Conversation, Person
from sandbox.teams.reading import Pressable
from sandbox.teams.refreshes import refresh_of
from sandbox.teams.shown import Shown, shown
from sandbox.teams.wire import Ack, Wire
from sandbox.teams.world import Json, Said, World

_SENDS = {"Action.Execute", "Action.Submit"}


class TeamsPerson:
    """One person at their Teams client. Conversations go by `#name`, name or id, their 1:1 chat also by `@me`.

    `to` sends to another bot process.
    """

    def __init__(self, world: World, wire: Wire, person: Person, app_id: str, base: Callable[[], str]) -> None:
        self._world, self._wire, self._person, self._app_id, self._base = world, wire, person, app_id, base

    @property
    def id(self) -> str:
        """The Entra object id."""
        return self._person.id

    @property
    def name(self) -> str:
        """The short name."""
        return self._person.name

    @property
    def email(self) -> str:
        """The e-mail address, as the directory spells it."""
        return self._person.email

    @property
    def key(self) -> str:
        """The key that Deskside knows them by: their lower-cased e-mail."""
        return self.email.lower()

    async def say(
        self, text: str, place: str = "#vpn", *, mention: bool = True, thread: str | None = None, to: str | None = None
    ) -> Ack:
        """Write a message. Outside of the 1:1 chat the app hears it when it is mentioned and installed there.

        `thread` is the id of the channel message that it answers; else it begins a thread of its own.
        """
        activity = self.activity(text, place, mention=mention, thread=thread)
        conversation = self._place(place)
        if conversation.archived:
            raise LookupError(f"{place} is archived: nobody can write there")
        root = activities.thread_of(activity)
        self._world.post(Said(activity["id"], conversation.id, self.id, self._world.now(), text, "plain", thread=root))
        heard = conversation.installed and (mention or conversation.kind == "personal")
        return await self._wire.deliver(activity, to) if heard else Ack(0)

    def activity(self, text: str, place: str = "#vpn", *, mention: bool = True, thread: str | None = None) -> Json:
        """The activity that `say` would send, for tests that change it before `Teams.deliver`."""
        conversation, id_ = self._place(place), self._world.new_id()
        root = (thread or id_) if conversation.kind == "channel" else None
        outside = conversation.kind != "personal"
        return activities.message(self._sender(conversation, root), id_, text, mention=mention and outside)

    async def press(
        self, label: str, message: Shown, values: Mapping[str, str] | None = None, *, to: str | None = None
    ) -> Ack:
        """Press a button by its title (a question in between counts as accepted); inputs go with it.

        It is looked for in `message` as it was seen, so that a press may come too late. Raises LookupError.
        """
        found = message.buttons.get(label)
        if found is None:
            raise LookupError(f"no button {label!r} among {', '.join(message.buttons) or 'none'}")
        return await self.press_button(found, message.conversation, message.id, values or {}, to=to)

    async def press_button(
        self,
        button: Pressable,
        conversation: str,
        message: str,
        values: Mapping[str, str] | None = None,
        *,
        to: str | None = None,
    ) -> Ack:
        """Press a button of the message with this id. What only the client does (a link, a ShowCard) sends nothing."""
        said = self._said(conversation, message)
        inputs = entered(button.inputs, values or {})
        errors = client_errors(button.inputs, inputs)
        if errors:
            return Ack(0, errors=errors)
        if button.kind not in _SENDS:
            return Ack(0)
        sender = self._sender(self._world.conversations[conversation], said.thread)
        if button.kind == "Action.Submit":
            return await self._wire.deliver(activities.submit(sender, said, button.action, inputs), to)
        ack = await self._wire.deliver(activities.execute(sender, said, button.action, inputs), to)
        return apply_answer(self._world, self.id, said, ack)

    async def submit(self, message: Shown, values: Mapping[str, str], *, to: str | None = None) -> Ack:
        """Fill a card's form and send it: by the first button that sends inputs. `values` go by id or label.

        The client's own errors are in the Ack, and nothing was sent. Raises LookupError.
        """
        sending = [one for one in message.pressables if one.kind in _SENDS and one.inputs]
        if not sending:
            raise LookupError(f"the message has no form: {message.plain}")
        return await self.press_button(sending[0], message.conversation, message.id, values, to=to)

    async def refresh(self, message: Shown | Said, *, to: str | None = None) -> Ack:
        """Show a card: where it has a `refresh` for this person, their client asks the app for their own card.

        Raises LookupError where it has none.
        """
        said = self._said(message.conversation, message.id)
        action = refresh_of(self._world, said, self.id)
        if action is None:
            raise LookupError(f"the message is not drawn anew for {self.name}")
        sender = self._sender(self._world.conversations[said.conversation], said.thread)
        ack = await self._wire.deliver(activities.execute(sender, said, action, {}, "automatic"), to)
        return apply_refresh(self._world, self.id, said, ack)

    async def accept(self, message: Shown, *, to: str | None = None) -> Ack:
        """Allow the app to put the file that it offers into one's OneDrive."""
        return await self._consent(message, accepted=True, to=to)

    async def decline(self, message: Shown, *, to: str | None = None) -> Ack:
        """Decline the file."""
        return await self._consent(message, accepted=False, to=to)

    async def _consent(self, message: Shown, *, accepted: bool, to: str | None) -> Ack:
        said = self._said(message.conversation, message.id)
        consent = offered(said)
        sender = self._sender(self._world.conversations[message.conversation], said.thread)
        upload = settle(self._world, said, consent, self.id, self._base(), accepted=accepted)
        return await self._wire.deliver(activities.file_consent(sender, said, consent["content"], upload), to)

    def sees(self, place: str = "#vpn") -> list[Shown]:
        """What this person sees in a conversation, oldest first."""
        id_ = self._place(place).id
        return [shown(self._world, said, self.id) for said in self._world.visible(self.id, id_)]

    def dms(self) -> list[Shown]:
        """The 1:1 chat with the app; empty when there is none."""
        if self._person.chat_id not in self._world.conversations:
            return []
        return self.sees(self._person.chat_id)

    def toasts(self) -> list[str]:
        """The notices under cards that this person pressed, oldest first."""
        return list(self._world.toasts.get(self.id, []))

    async def install(self, *, to: str | None = None) -> list[Ack]:
        """Install the personal app; the app is told."""
        return await self._told("add", self._world.install(self.id), to)

    async def uninstall(self, *, to: str | None = None) -> list[Ack]:
        """Take the personal app away; the app is told."""
        return await self._told("remove", self._world.install(self.id, installed=False), to)

    async def _told(self, action: str, chat: Conversation, to: str | None) -> list[Ack]:
        return await self._wire.deliver_all(activities.installation(self._sender(chat), action), to)

    def block(self, *, blocked: bool = True) -> None:
        """Block the app in the 1:1 chat; it is not told."""
        (self._world.blocked.add if blocked else self._world.blocked.discard)(self.id)

    def _place(self, place: str) -> Conversation:
        conversation = self._world.place(self._person.chat_id if place == "@me" else place)
        if self.id not in conversation.members:
            raise LookupError(f"{self.name} is not in {place}")
        return conversation

    def _said(self, conversation: str, id_: str) -> Said:
        said = self._world.find(conversation, id_)
        if said is None or self.id not in self._world.conversations[conversation].members:
            raise LookupError(f"{self.name} sees no message {id_} in {conversation}")
        return said

    def _sender(self, conversation: Conversation, thread: str | None = None) -> Sender:
        return Sender(self._world, self._person, conversation, self._app_id, f"{self._base()}/teams/", thread)
