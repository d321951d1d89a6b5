"""What a command is: its words, its arguments, who may, and what it does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, ParamSpec, TypeVar

from pydantic import BaseModel, ConfigDict

from aws_ops.desk import Desk
from aws_ops.vpn_items import VpnEndpoint
from commands.access import Role
from commands.config import Config
from commands.ports import Alerts, Directory, Voice
from commands.request import Person, Request
from notifiers.delivery import InThread
from notifiers.message import Form, Message

P = ParamSpec("P")
T = TypeVar("T")
Reply = Message | Form | None  # None: whatever there is to say is said elsewhere


class Unclear(Exception):
    """What was asked cannot be understood: one sentence saying what is wrong, and what to type instead.

    `meant`: that is what was probably meant.
    """

    def __init__(self, sentence: str, instead: str, *, meant: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.instead = instead
        self.meant = meant


class Refusal(Exception):
    """What was asked is understood and not done: one sentence saying why, and who or what can help."""


class Arguments(BaseModel):
    """What a command was given; every field has a default, so that a form can ask for what is missing.

    A field that nobody says, because `complete` fills it in, is declared with `exclude=True`.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Nothing(Arguments):
    """The arguments of a command that takes none."""


@dataclass(frozen=True)
class Argument:
    """One thing that can be said after a command's words: in its turn, as `name=value` or as `--name value`.

    `keyword` is a word that may come before the value ("for" in `for 2h`). `choices` are the values there are, from
    the configuration. Kinds: `duration` is read as seconds; `since` is a duration back from now or a date, kept as
    text; `list` is any number of words, each a choice where there are `choices`; `tag` is a key or key=value; `hours`
    and `place` are kept as text, as `notifiers.hours` and `notifiers.place` read it; `rest` is all that is left of the
    line: the last argument, after texts and choices alone. What is `named` has no turn: it is said by its name only.
    `reads` makes of a text what is kept of it; it raises ValueError, saying what the text is: "no number: write …".
    """

    name: str  # the field of the command's Arguments
    kind: Literal["choice", "duration", "since", "flag", "text", "list", "tag", "hours", "place", "rest"]
    shown: str  # in help: "[for 2h]"
    example: str  # a good value, to say what to type instead
    keyword: str | None = None
    named: bool = False
    choices: Callable[[Config], tuple[str, ...]] | None = None
    reads: Callable[[str], str] | None = None
    role: Role | None = None  # help shows `shown` to this role only; whether it is allowed says Command.needs
    shown_to_others: str = ""

    @property
    def has_turn(self) -> bool:
        """Whether a value may stand for it by itself."""
        return self.kind != "flag" and not self.named

    @property
    def follows_keyword(self) -> bool:
        """Whether it is usually written after its keyword, and has no turn of its own."""
        return self.keyword is not None and self.shown.strip("[").startswith(f"{self.keyword} ")

    def written(self, value: str) -> str:
        """The value as it is usually written: "for 2h"."""
        return f"{self.keyword} {value}" if self.follows_keyword else value


@dataclass(frozen=True)
class Plan:
    """What a confirmed command would do: `facts` (JSON) must be the same when it is confirmed.

    `seen` is what else was looked at for it: the newest goes to the command, and may be another one.
    """

    facts: Mapping[str, Any]
    message: Message  # shown before; the Dispatcher adds the button
    label: str  # what the button says
    seen: Any = None


@dataclass(frozen=True)
class Context:
    """Everything that a handler works with.

    `key` is the person's; `text` is what they asked for, as `parse` reads it again; `confirmed` are the facts of the
    plan that they confirmed, and `seen` is what that plan is made from.
    """

    request: Request
    person: Person
    key: str
    roles: frozenset[Role]
    config: Config
    desk: Desk
    voice: Voice
    directory: Directory
    alerts: Alerts
    in_thread: InThread
    registry: "Registry"
    tick_s: int
    text: str = ""
    confirmed: Mapping[str, Any] = field(default_factory=dict)
    seen: Any = None

    def may(self, role: Role) -> bool:
        """Whether the person has the role."""
        return role in self.roles

    async def aws(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a blocking function of `aws_ops`."""
        return await self.in_thread(func, *args, **kwargs)

    def vpn_endpoint(self, name: str) -> VpnEndpoint:
        """The endpoint as the workflows take it. Raises KeyError."""
        return self.config.vpn_endpoint(name, self.tick_s)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Command(Generic[A]):
    """One entry of the registry, from which parsing, help, the manifest and the README's table are made."""

    words: str  # "vpn on"
    summary: str  # what it does, without a full stop
    group: str
    role: Role  # who sees it in help, and may run it unless `needs` says more
    into: type[A]
    run: Callable[[Context, A], Awaitable[Reply]]
    arguments: tuple[Argument, ...] = ()
    examples: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    changes: bool = False  # its outcome is audited, and the brake stops it
    braked: bool = True  # False: also works while Deskside is paused
    needs: Callable[[A, Person], Role] | None = None  # the role that these arguments ask for
    complete: Callable[[Context, A], Awaitable[A | Form | Message]] | None = None  # fills in what was left out; reads
    confirm: Callable[[Context, A], Awaitable[Plan | None]] | None = None  # None: it needs none; Refusal: nothing to do
    resource: Callable[[A], str | None] | None = None  # what the audit files it under: "vpn:tokyo"

    def role_for(self, arguments: A, person: Person) -> Role:
        """The role that somebody needs to run this with these arguments."""
        return self.needs(arguments, person) if self.needs else self.role

    def usage(self, roles: frozenset[Role]) -> str:
        """How it is typed by somebody with these roles: "/vpn on [endpoint] [for 2h]"."""
        shown = (a.shown if a.role is None or a.role in roles else a.shown_to_others for a in self.arguments)
        return " ".join(filter(None, (f"/{self.words}", *shown)))


Registry = tuple[Command[Any], ...]
