"""Files in Teams: a bot may only offer one in somebody's own chat, and puts it into their OneDrive if they accept.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
"""

import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from aws_ops import clock
from notifiers.delivery import Refused, TryLater
from notifiers.message import File
from notifiers.teams_api import Json, TeamsApi
from notifiers.teams_conversations import Conversation, Conversations

log = logging.getLogger(__name__)

CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"

_MOST_BYTES = 350_000
_MOST_STORED = 390_000  # as JSON; DynamoDB takes 400 KB an item
_OFFER_S = 7 * 24 * 3600
# How long it is remembered what was offered for a message that is tried again; each try begins this anew.
_UNSAID_S = 900
_MOST = 1_000
ABOUT = "Allow this, and I save the file in your OneDrive. The offer stands for 7 days."

Report = Callable[[str], Awaitable[None]]
Tell = Callable[[Conversation, str], Awaitable[None]]


class Offer(BaseModel):
    """A file that waits for somebody's consent: the content of `FILE#<nonce>`."""

    model_config = ConfigDict(frozen=True)

    user: str  # the object id of whom it is for
    at: Conversation
    name: str
    content: str


@dataclass
class _Made:
    """An offer whose message is not said yet. `sent`: Teams has answered that it stands in the chat."""

    nonce: str
    at: int
    sent: bool = False


class TeamsFiles:
    """Offers files and delivers what is accepted. `tell` says a line in a chat.

    A message that fails after its files were offered is tried again whole. What was offered for it is remembered until
    `said`, so that it is not offered again, or under the same nonce where nobody knows whether it arrived.
    """

    def __init__(self, api: TeamsApi, conversations: Conversations, tell: Tell, report: Report) -> None:
        self._api = api
        self._conversations = conversations
        self._tell = tell
        self._report = report
        self._unsaid: OrderedDict[tuple[str, str, str], _Made] = OrderedDict()

    async def offer(self, at: Conversation, files: Sequence[File], *, tries: int) -> str:
        """Offer files; a sentence about those that cannot be offered there, "" when there are none."""
        if files and at.user is None:
            return f"Files come only in one's own chat with me: {', '.join(file.name for file in files)}."
        missing: dict[str, str] = {}
        for file in files:
            # A lone surrogate has no UTF-8, and neither the table nor OneDrive would take it.
            content = file.content.encode(errors="replace")
            if not 0 < len(content) <= _MOST_BYTES or _stored(content.decode()) > _MOST_STORED:
                missing[file.name] = f"{len(content) // 1000} KB is more than can be sent" if content else "it is empty"
                continue
            try:
                offer = Offer(user=at.user or "", at=at, name=file.name, content=content.decode())
                await self._offer_once(_key(at, file), offer, tries)
            except Refused as error:
                missing[file.name] = str(error)
                await self._report(f"A file could not be offered: {error}. The app package must say supportsFiles.")
        if not missing:
            return ""
        why = ", ".join(sorted(set(missing.values())))
        log.error("a file cannot be sent: %s", why)
        return f"Not sent: {', '.join(missing)} ({why})."

    def said(self, at: Conversation, files: Sequence[File]) -> None:
        """The message of these files stands there: from now on they are other ones, although they may be the same."""
        for file in files:
            self._unsaid.pop(_key(at, file), None)

    async def accept(self, nonce: str, upload: Mapping[str, Any], by: str | None = None) -> None:
        """Put the file where the consent (`uploadInfo` of the invoke) says; offer it anew where that fails.

        Raises TryLater, PlaceGone or Refused when the person cannot even be told.
        """
        offer = await self._taken(nonce, by)
        if offer is None:
            return
        try:
            await self._api.upload(str(upload.get("uploadUrl", "")), offer.content.encode())
        except (TryLater, Refused) as error:
            log.warning("a file could not be uploaded: %s", error)
            await self._offer(offer, 3)
            await self._tell(offer.at, f"{offer.name} could not be saved ({error}). Here it is once more.")
            return
        await self._api.send(offer.at, _info(offer, upload))

    async def decline(self, nonce: str, by: str | None = None) -> None:
        """Forget the file."""
        if offer := await self._taken(nonce, by):
            await self._tell(offer.at, f"{offer.name} is not sent.")

    async def _taken(self, nonce: str, by: str | None) -> Offer | None:
        """The offer, for exactly one who asks for it, and only for whom it was made."""
        saved = await self._conversations.saved("file", nonce)
        try:
            offer = Offer.model_validate(saved)
        except ValidationError:
            return None
        if by is not None and by.lower() != offer.user.lower():
            log.warning("somebody answers for a file that was offered to somebody else")
            return None
        return offer if await self._conversations.take("file", nonce) else None

    async def _offer_once(self, key: tuple[str, str, str], offer: Offer, tries: int) -> None:
        made = self._unsaid.get(key)
        if made is None or clock.epoch() - made.at > _UNSAID_S:
            nonce = await self._conversations.save("file", offer.model_dump(), _OFFER_S)
            made = self._unsaid[key] = _Made(nonce, clock.epoch())
        made.at = clock.epoch()
        self._unsaid.move_to_end(key)
        while len(self._unsaid) > _MOST:
            self._unsaid.popitem(last=False)
        if not made.sent:
            await self._api.send(offer.at, _consent(offer, made.nonce), tries=tries)
            made.sent = True

    async def _offer(self, offer: Offer, tries: int) -> None:
        nonce = await self._conversations.save("file", offer.model_dump(), _OFFER_S)
        await self._api.send(offer.at, _consent(offer, nonce), tries=tries)


def _key(at: Conversation, file: File) -> tuple[str, str, str]:
    return at.id, file.name, hashlib.sha256(file.content.encode(errors="replace")).hexdigest()


def _stored(content: str) -> int:
    return len(json.dumps(content, ensure_ascii=False).encode())


def _consent(offer: Offer, nonce: str) -> Json:
    content = {
        "description": ABOUT,
        "sizeInBytes": len(offer.content.encode()),
        "acceptContext": {"file": nonce},
        "declineContext": {"file": nonce},
    }
    card = {"contentType": CONSENT, "name": offer.name, "content": content}
    return {"type": "message", "summary": offer.name, "attachments": [card]}


def _info(offer: Offer, upload: Mapping[str, Any]) -> Json:
    card = {
        "contentType": INFO,
        "contentUrl": str(upload.get("contentUrl", "")),
        "name": str(upload.get("name", offer.name)),
        "content": {"uniqueId": str(upload.get("uniqueId", "")), "fileType": str(upload.get("fileType", ""))},
    }
    return {"type": "message", "summary": f"{offer.name} is saved", "attachments": [card]}
