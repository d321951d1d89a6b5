"""What commands need of a chat, whichever it is: a voice, a directory, the alerts. The bot implements them."""

from typing import Protocol

from commands.config import RoleMembers
from commands.request import Person, Request
from notifiers.message import Form, Message
from notifiers.place import Place, Platform, Recipient


class Voice(Protocol):
    """Says things. Every method raises when the platform refuses; the Dispatcher logs that."""

    async def answer(self, to: Recipient, message: Message) -> None:
        """Say it to that person alone, now."""
        ...

    async def ask(self, request: Request, form: Form) -> None:
        """Show the form to whoever made the request.

        A submit comes back as a new Request: its `text` is `form.command`, its `arguments` the filled-in fields (those
        left empty are "" or absent), its `place` the place of this request.
        """
        ...

    async def can_post(self, place: Place) -> bool:
        """Whether a message posted to `place` would be seen there (is the app a member)."""
        ...

    async def is_in(self, request: Request, place: Place) -> bool:
        """Whether whoever made the request is in `place`; False for places of other chats, where nobody can tell."""
        ...

    async def private_place(self, request: Request) -> Place:
        """Where else than where the request was made `answer` may show things; a button pressed there comes from there.

        That place itself where there is no other.
        """
        ...

    async def heard(self, key: str, platform: Platform) -> None:
        """Note in which chat the person `key` talks now, for direct messages to them; never raises."""
        ...

    def how_to_type(self, platform: Platform) -> str | None:
        """A sentence for help, where words are not typed with a slash as help writes them."""
        ...

    async def post(self, place: Place, key: str, message: Message) -> None:
        """Post through the outbox, once per `place` and `key`: written when this returns, delivered soon after.

        `Place.person(key)` is somebody's direct messages.
        """
        ...


class Directory(Protocol):
    """Knows people. Answers are at most 5 minutes old, with `fresh` they are read now."""

    async def asker(self, request: Request, *, fresh: bool = False) -> Person:
        """Whoever made the request; they have no key either while they act from another organisation than ours."""
        ...

    async def person(self, platform: Platform, user: str, *, fresh: bool = False) -> Person:
        """Whoever has this id; nobody we know has no key and a `stranger` that says why.

        Where a platform has several ids for one account, the Person has the one that the configuration means.
        """
        ...

    async def groups(self, platform: Platform, user: str, *, fresh: bool = False) -> frozenset[str]:
        """The ids of those user groups named in the configuration's roles that this user is in."""
        ...

    async def known(self, key: str) -> Person | None:
        """The person of a key, in the first chat that has them; None where none has them.

        Raises TryLater where none has them of those that tell now.
        """
        ...

    async def members(self, role: RoleMembers) -> tuple[Person, ...]:
        """Whoever has a role by id or group, one Person for each key, by key; not those who cannot be looked up now."""
        ...


class Alerts(Protocol):
    """The alerts where they stand. What a command changes of one it writes itself, and then calls `changed`."""

    async def changed(self, fingerprint: str) -> None:
        """Draw the alert anew wherever it stands, with what is to be said of it: written when this returns."""
        ...

    async def test(self, place: Place, by: str) -> None:
        """Raise an alert in that place alone, as the person `by` asked."""
        ...

    async def unmuted(self, place: Place) -> None:
        """Tell now what was held back there while it was muted."""
        ...
