"""What Teams sends, as Requests. Pure.

Nothing is taken for granted about the shape of what was sent: what is not as it should be is as good as not there.
https://learn.microsoft.com/en-us/microsoftteams/platform/resources/bot-v3/bots-context and
https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/universal-action-model
"""

import hashlib
import html
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal
from urllib.parse import urlsplit

from commands.request import Request
from notifiers.place import Place, Recipient

Body = Mapping[str, Any]
Kind = Literal["personal", "groupChat", "channel"]

_ID = re.compile(r"[!-~]{1,400}")  # the longest conversation ids are about 200 characters
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NONCE = re.compile(r"[0-9a-f]{32}")
_ZONE = re.compile(r"[A-Za-z][\w+/-]{1,63}", re.ASCII)
_LONGEST_NAME = 200
_MOST_MENTIONS = 100  # of a command; each costs a look through the text
_LONGEST_URL = 400
_CHANNELS = frozenset({"msteams"})
_EMULATOR = frozenset({"msteams", "emulator"})


class Ignored(Exception):
    """Nothing for us to do: a channel's own talk, a reaction, an edit."""


class NotOurs(Exception):
    """Not from a member of our tenant, in Teams: nothing is answered."""


class Unreadable(Exception):
    """No activity of the Bot Framework's looks like this."""


@dataclass(frozen=True)
class Sender:
    """Who sent an activity, and from where. `team` is the team of a channel; `conversation` names no thread."""

    user: str  # Entra object id
    account: str | None  # the `29:…` id
    name: str
    timezone: str | None  # IANA name
    tenant: str
    conversation: str
    kind: Kind
    team: str | None
    service_url: str

    @property
    def place(self) -> Place:
        """Where that is."""
        return Place(scheme="teams", id=self.conversation)

    @property
    def recipient(self) -> Recipient:
        """Where a private answer goes: one's own chat; `reply_to` is where it was asked, if elsewhere."""
        here, elsewhere = (self.conversation, None) if self.kind == "personal" else (None, self.conversation)
        return Recipient(platform="teams", user=self.user, reply_to=elsewhere, chat=here, service_url=self.service_url)


def service_url(activity: Body) -> str:
    """Where the Bot Connector is for this activity. Raises Unreadable."""
    url = _text(activity.get("serviceUrl"))
    try:
        if len(url) <= _LONGEST_URL and urlsplit(url).scheme in ("https", "http") and urlsplit(url).hostname:
            return url
    except ValueError:
        pass
    raise Unreadable("no serviceUrl")


def sender(activity: Body, tenant: str, *, anybody: bool = False) -> Sender:
    """Who sent it, who must be a person of `tenant`. Raises NotOurs or Unreadable.

    `anybody`: the Emulator's people, who have neither tenant nor object id, are let in too.
    """
    _check_channel(activity, tenant, anybody)
    account, conversation = _map(activity.get("from")), _map(activity.get("conversation"))
    place = _text(conversation.get("id")).partition(";")[0]
    if not _ID.fullmatch(place):
        raise Unreadable("no conversation")
    _check_human(account)
    user = _object_id(account.get("aadObjectId"))
    if user is None and anybody and "aadObjectId" not in account and _ID.fullmatch(_text(account.get("id"))):
        user = account["id"].lower()
    if user is None:
        raise NotOurs("nobody whom the tenant knows")
    return Sender(
        user=user,
        account=account["id"] if (_id_in(account) or "").startswith("29:") else None,
        name=clean(_text(account.get("name")))[:_LONGEST_NAME],
        timezone=_timezone(activity),
        tenant=tenant,
        conversation=place,
        kind=_kind(conversation, place),
        team=_id_in(_map(_map(activity.get("channelData")).get("team"))),
        service_url=service_url(activity),
    )


def from_message(activity: Body, who: Sender) -> Request:
    """What somebody typed. Raises Ignored for what is not said to us."""
    text, called = _as_typed(activity)
    if not called and (who.kind != "personal" or not text):
        raise Ignored
    return _request(activity, who, text.removeprefix("/").strip() or "deskside help", "typed")


def from_button(activity: Body, who: Sender, command: str) -> Request:
    """A button press. The same invoke is the same request, another press is another one."""
    return _request(activity, who, clean(command), "button")


def from_form(who: Sender, nonce: str, command: str, place: Place, arguments: Mapping[str, str]) -> Request:
    """A submitted form of `command`, asked for in `place`; however often it is sent it is one request."""
    reply_to = who.recipient.reply_to if place == who.place else place.id
    return Request(
        id=f"form:{nonce}",
        correlation=new_correlation(),
        platform="teams",
        user=who.user,
        place=place,
        text=command,
        arguments={name: clean(value) for name, value in arguments.items()},
        via="form",
        recipient=who.recipient.model_copy(update={"reply_to": reply_to}),
        team=who.tenant,
    )


def pressed(activity: Body) -> Body:
    """The data of a button or form: an Action.Execute's, or what an Action.Submit sent as a message."""
    value = _map(activity.get("value"))
    return _map(_map(value.get("action")).get("data")) if activity.get("type") == "invoke" else value


def nonce_in(data: Body, kind: Literal["form", "file"]) -> str | None:
    """Which of our forms or files this is about."""
    nonce = _text(data.get(kind))
    return nonce if _NONCE.fullmatch(nonce) else None


def command_in(data: Body) -> str | None:
    """The command of a button."""
    return _text(data.get("command")) or None


def consent(activity: Body) -> tuple[str | None, Body | None]:
    """Of a file that was offered: which, and where it may be put; None for that when it is not wanted."""
    value = _map(activity.get("value"))
    nonce = nonce_in(_map(value.get("context")), "file")
    return nonce, _map(value.get("uploadInfo")) if value.get("action") == "accept" else None


def change(activity: Body) -> Literal["installed", "removed", "met"]:
    """What an `installationUpdate` or `conversationUpdate` says."""
    if activity.get("type") == "installationUpdate":
        # An update of the app is "remove-upgrade" and "add-upgrade": the conversation stays.
        action = activity.get("action")
        return "installed" if action == "add" else "removed" if action == "remove" else "met"
    us = _id_in(_map(activity.get("recipient")))
    gone = [_id_in(member) for member in _maps(activity.get("membersRemoved"))]
    return "removed" if us is not None and us in gone else "met"


def activity_id(activity: Body) -> str | None:
    """Its own id, unique in its conversation; None where it has none."""
    return _id_in(activity)


def new_correlation() -> str:
    """A short id for the log and for error messages."""
    return secrets.token_hex(4)


def clean(text: str) -> str:
    """`text` without halves of characters, which JSON can write and nothing can store."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _request(activity: Body, who: Sender, text: str, via: Literal["typed", "button"]) -> Request:
    return Request(
        id=f"teams:{who.conversation}:{activity_id(activity) or _fingerprint(activity)}",
        correlation=new_correlation(),
        platform="teams",
        user=who.user,
        place=who.place,
        text=text,
        via=via,
        recipient=who.recipient,
        team=who.tenant,
    )


def _fingerprint(activity: Body) -> str:
    try:
        return hashlib.sha256(json.dumps(activity, sort_keys=True).encode()).hexdigest()
    except RecursionError:
        raise Unreadable("too deep") from None


def _as_typed(activity: Body) -> tuple[str, bool]:
    """What was typed, and whether we are mentioned.

    A mention of us is dropped, one of somebody else becomes `@` and their id: each takes the place of its own text,
    in order, for two people may have the same name.
    """
    text, called = _text(activity.get("text")), False
    us, own = _id_in(_map(activity.get("recipient"))), _map(activity.get("from"))
    for entity in islice(_maps(activity.get("entities")), _MOST_MENTIONS):
        mentioned, shown = _map(entity.get("mentioned")), _text(entity.get("text"))
        known = _id_in(mentioned)
        if entity.get("type") != "mention" or known is None or not shown or shown not in text:
            continue
        called = called or known == us
        account = own if known == _id_in(own) else mentioned  # of oneself the object id is known in any case
        name = "" if known == us else f"@{_object_id(account.get('aadObjectId')) or known}"
        text = text.replace(shown, name, 1)
    return clean(_unescaped(text)).replace("\N{NO-BREAK SPACE}", " ").strip(), called


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:
        return text  # "&#" and thousands of digits: Python reads no number of that length


def _check_channel(activity: Body, tenant: str, anybody: bool) -> None:
    if _text(activity.get("channelId")) not in (_EMULATOR if anybody else _CHANNELS):
        raise NotOurs("another channel")
    data, conversation = _map(activity.get("channelData")), _map(activity.get("conversation"))
    given = [_map(data.get("tenant")).get("id"), conversation.get("tenantId")]
    tenants = [one for one in given if one is not None]
    if not tenants and not anybody:
        raise NotOurs("no tenant")
    if any(_text(one).lower() != tenant.lower() for one in tenants):
        raise NotOurs("another tenant")


def _check_human(account: Body) -> None:
    if _text(account.get("role")).lower() in ("bot", "skill") or _text(account.get("id")).startswith("28:"):
        raise NotOurs("a bot")
    if "#ext#" in _text(account.get("userPrincipalName")).lower() or _text(account.get("userRole")).lower() == "guest":
        raise NotOurs("a guest")


def _kind(conversation: Body, place: str) -> Kind:
    """Where it is not certain that it is somebody's own chat with us it is none: what is private does not go there.

    A chat of two people calls itself `personal` too. Several people's ids begin with `19:`, also where two talk.
    """
    kind, several = conversation.get("conversationType"), place.startswith("19:")
    if kind == "channel":
        return "channel"
    if not several and (kind == "personal" or (kind is None and not conversation.get("isGroup"))):  # the Emulator's
        return "personal"
    return "groupChat"


def _timezone(activity: Body) -> str | None:
    clients = [entity.get("timezone") for entity in _maps(activity.get("entities"))]
    zones = (_text(zone) for zone in (activity.get("localTimezone"), *clients))
    return next((zone for zone in zones if _ZONE.fullmatch(zone)), None)


def _object_id(value: object) -> str | None:
    known = _text(value)
    return known.lower() if _OBJECT_ID.fullmatch(known) else None


def _id_in(account: Body) -> str | None:
    known = _text(account.get("id"))
    return known if _ID.fullmatch(known) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _map(value: object) -> Body:
    return value if isinstance(value, dict) else {}


def _maps(value: object) -> Iterator[Body]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())
