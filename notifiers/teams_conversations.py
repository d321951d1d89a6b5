"""Whom and what Deskside has met in Teams, and what a card or a file offer has to be remembered for.

The Bot Framework has no directory, and an app can only write where it has a conversation reference: both are kept.

`CONV#teams:<conversation>` / `PLACE`: where the app can write, and the service url to reach it by.
`CONV#teams:<user>` / `PERSON`: somebody met, under their Entra object id; under their `29:…` id a pointer to that.
`CONV#teams` / `USUAL`: the service url that was last heard from, for places known by their id alone.
`CONV#<key>` / `teams`: the user whose key this is, as far as is known.
`FORM#<nonce>` / `FORM`, `FILE#<nonce>` / `FILE`: a form that was asked, a file that was offered.
"""

import asyncio
import json
import secrets
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Literal, ParamSpec, TypeVar

from pydantic import BaseModel, ConfigDict

from aws_ops import clock
from aws_ops.conditions import Attr
from aws_ops.table import Item, Table, Update
from notifiers import outbox_items
from notifiers.delivery import InThread, TryLater
from notifiers.message import Message

P = ParamSpec("P")
T = TypeVar("T")

Kind = Literal["personal", "groupChat", "channel"]
Saved = Literal["form", "file"]
Keys = tuple[str, str]

# How long it is remembered that something was written: another replica may have heard of an uninstall meanwhile.
_WRITTEN_S = 300
_USUAL = ("CONV#teams", "USUAL")
_MOST = 10_000


class Conversation(BaseModel):
    """Where the app can write. `id` is without `;messageid=…`.

    `team` is the id of a channel's team, `user` the object id of whose own chat it is.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    service_url: str
    kind: Kind = "personal"
    team: str | None = None
    user: str | None = None


class Acquaintance(BaseModel):
    """Somebody met. What is None is not known, and leaves what is stored as it is."""

    model_config = ConfigDict(frozen=True)

    user: str  # the Entra object id, lower-cased
    service_url: str
    name: str = ""
    conversation: str | None = None  # their chat with the app
    place: str | None = None  # another place in which they were met last
    timezone: str | None = None  # IANA name
    key: str | None = None
    account: str | None = None  # the `29:…` id, which mentions have


class Conversations:
    """The stored conversation references. Every method raises TryLater when the table cannot be asked."""

    def __init__(self, table: Table, in_thread: InThread) -> None:
        self._table = table
        self._in_thread = in_thread
        self._written: OrderedDict[Keys, tuple[int, Item]] = OrderedDict()
        self._writing: weakref.WeakValueDictionary[Keys, asyncio.Lock] = weakref.WeakValueDictionary()

    async def met(self, conversation: Conversation, person: Acquaintance | None, *, anew: bool = False) -> None:
        """Remember a conversation and who is in it; writes only what was not written lately.

        `anew`: the app was just installed there, so write in any case: another replica may have forgotten it.
        """
        place = conversation.model_dump(exclude={"id"}, exclude_none=True)
        own = person is not None and conversation.kind == "personal"
        if person is not None and own:
            place["user"] = person.user
        theirs = _of(person.model_copy(update={"conversation" if own else "place": conversation.id})) if person else {}
        # What is one person's is one write. What is everybody's is not in it: they would wait for each other.
        writes = [({_place(conversation.id): place, **theirs}, anew)] if own else [(theirs, anew)]
        writes += [] if own else [({_place(conversation.id): place}, anew)]
        writes.append(({_USUAL: {"service_url": conversation.service_url}}, False))
        if conversation.team and conversation.team != conversation.id:
            team = {"service_url": conversation.service_url, "kind": "channel", "team": conversation.team}
            writes.append(({_place(conversation.team): team}, anew))
        if news := [(items, again) for items, again in writes if self._news(items, again)]:
            await asyncio.gather(*(self._write(items, again) for items, again in news))

    async def at(self, conversation_id: str) -> Conversation | None:
        """The conversation with this id, if the app was seen there."""
        item = await self._get(_place(conversation_id))
        return Conversation(id=conversation_id, **_only(item, Conversation)) if item else None

    async def usual(self) -> str | None:
        """The service url to try for a place that nothing was heard from yet; None before anything was heard."""
        item = await self._get(_USUAL)
        return str(item["service_url"]) if item else None

    async def person(self, user: str) -> Acquaintance | None:
        """Somebody met, by their object id or their `29:…` id."""
        user = plain_id(user)
        item = await self._get(_person(user))
        if item and "is" in item:
            user = item["is"]
            item = await self._get(_person(user))
        return Acquaintance(**{**_only(item, Acquaintance), "user": user}) if item and "service_url" in item else None

    async def by_key(self, key: str) -> Acquaintance | None:
        """Who had this key when they were last looked up: whoever minds asks the roster."""
        item = await self._get((f"CONV#{key}", "teams"))
        return await self.person(item["user"]) if item else None

    async def learn_key(self, user: str, key: str, account: str | None = None) -> None:
        """Remember whose key that is, and (`account`) what mentions call them."""
        items = {_person(user): {"key": key}, (f"CONV#{key}", "teams"): {"user": user}}
        await self._write(items | (_pointer(account, user) if account else {}))

    async def forget(self, conversation_id: str) -> None:
        """The app was uninstalled there, or cannot write there any more. People met there stay known."""
        keys = _place(conversation_id)
        async with self._lock(keys):  # an installation right after this comes right after this
            item = await self._get(keys)
            await self._ask(self._table.delete, *keys)
            self._written.pop(keys, None)
            if item and "user" in item:
                person = _person(item["user"])
                theirs = Attr("conversation").eq(conversation_id)
                await self._ask(self._table.update, *person, remove=("conversation",), when=theirs)
                self._written.pop(person, None)

    async def card(self, conversation_id: str, run: str) -> Message | None:
        """What the card of a run says in this conversation; None where it has none."""
        return await self._ask(outbox_items.card_to_see, self._table, f"teams:{conversation_id}", run)

    async def save(self, kind: Saved, content: Mapping[str, Any], seconds: int) -> str:
        """Keep `content` (JSON) for a while; the nonce (128 bits, hex) under which it is found."""
        nonce = secrets.token_hex(16)
        pk, sk = _saved(kind, nonce)
        text = json.dumps(content, ensure_ascii=False)
        item = {"pk": pk, "sk": sk, "content": text, "expires": clock.epoch() + seconds}
        await self._ask(self._table.put, item)
        return nonce

    async def saved(self, kind: Saved, nonce: str) -> Mapping[str, Any] | None:
        """What was kept under that nonce; None when it is unknown, too old or taken."""
        item = await self._get(_saved(kind, nonce))
        if item is None or "taken" in item or item["expires"] <= clock.epoch():
            return None
        content: Mapping[str, Any] = json.loads(item["content"])
        return content

    async def replace(self, kind: Saved, nonce: str, content: Mapping[str, Any]) -> bool:
        """Keep this content under that nonce instead, for the same time; False when it was taken, or is not there."""
        free = Attr("content").exists() & Attr("taken").not_exists()
        text = json.dumps(content, ensure_ascii=False)
        changed = await self._ask(self._table.update, *_saved(kind, nonce), set={"content": text}, when=free)
        return changed is not None

    async def take(self, kind: Saved, nonce: str) -> bool:
        """Use up what was kept: True for exactly one caller."""
        pk, sk = _saved(kind, nonce)
        free = Attr("taken").not_exists() & Attr("expires").gt(clock.epoch())
        # A transaction, although it is one item: its retry after a lost answer is the same write.
        taking = Update(pk, sk, set={"taken": clock.epoch()}, when=free)
        return await self._ask(self._table.transact, taking)

    async def _ask(self, func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await self._in_thread(func, *args, **kwargs)
        except Exception as error:
            # Unknown is not absent: whoever speaks tries again, and whoever asks who somebody is gets no answer.
            raise TryLater("what Deskside knows of Teams cannot be read or written") from error

    async def _get(self, keys: Keys) -> Item | None:
        return await self._ask(self._table.get, *keys)

    async def _write(self, items: Mapping[Keys, Item], anew: bool = False) -> None:
        """Set these attributes, of all the items or of none, and leave the others; not what was written lately.

        Whoever has the same to write meanwhile waits for that: everybody's first message names the same channel.
        """
        if not self._news(items, anew):
            return
        async with self._lock(next(iter(items))):
            news = self._news(items, anew)
            if len(news) == 1:
                ((keys, values),) = news.items()
                await self._ask(self._table.update, *keys, set=values)
            elif news:
                await self._ask(self._table.transact, *(Update(*keys, set=values) for keys, values in news.items()))
            for keys, values in news.items():
                self._note(keys, values)

    def _lock(self, keys: Keys) -> asyncio.Lock:
        return self._writing.setdefault(keys, asyncio.Lock())

    def _news(self, items: Mapping[Keys, Item], anew: bool) -> Mapping[Keys, Item]:
        """What this process did not write lately; all of it if it is to be written `anew`."""
        return items if anew else {keys: values for keys, values in items.items() if not self._wrote(keys, values)}

    def _wrote(self, keys: Keys, values: Item) -> bool:
        at, known = self._written.get(keys, (0, {}))
        return 0 <= clock.epoch() - at < _WRITTEN_S and values.items() <= known.items()

    def _note(self, keys: Keys, values: Item) -> None:
        _, known = self._written.get(keys, (0, {}))
        self._written[keys] = (clock.epoch(), {**known, **values})
        self._written.move_to_end(keys)
        while len(self._written) > _MOST:
            self._written.popitem(last=False)


def _of(person: Acquaintance) -> dict[Keys, Item]:
    """Somebody, as the items that they are."""
    items = {_person(person.user): person.model_dump(exclude_none=True, exclude_defaults=True)}
    return items | (_pointer(person.account, person.user) if person.account else {})


def _pointer(account: str, user: str) -> dict[Keys, Item]:
    return {} if account == user else {_person(account): {"is": user}}


def _place(conversation_id: str) -> Keys:
    return f"CONV#teams:{conversation_id}", "PLACE"


def plain_id(user: str) -> str:
    """A user's id as it is stored: an object id in whatever case is the same person, a `29:…` id minds."""
    return user if user.startswith("29:") else user.lower()


def _person(user: str) -> Keys:
    return f"CONV#teams:{plain_id(user)}", "PERSON"


def _saved(kind: Saved, nonce: str) -> Keys:
    return f"{kind.upper()}#{nonce}", kind.upper()


def _only(item: Item, model: type[BaseModel]) -> Item:
    """What the model knows of the item: a newer version of Deskside may have written more."""
    return {name: value for name, value in item.items() if name in model.model_fields}
