"""What the Bot Connector's errors mean: one of the words that the outbox knows. Pure.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit and
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from notifiers.delivery import MessageGone, PlaceGone, Refused, TryLater

# Of these an administrator mends the reason within the day, and then everything goes out.
_NOT_ALLOWED = frozenset({"BotDisabledByAdmin", "InvalidBotApiHost", "TenantAdminBlocked"})
# On an update these speak of the place; another 403 speaks of the message.
_PLACE_GONE = frozenset({"BotNotInConversationRoster", "ConversationBlockedByUser", "MessageWritesBlocked"})
_CONVERSATION_GONE = "ConversationNotFound"
# The message in whose thread something is said.
_ROOT_GONE = "ActivityNotFoundInConversation"
# The one word for somebody who is not there. It comes with either status, and Microsoft's samples go by the word alone.
_NOBODY = "MemberNotFoundInConversation"
_PATIENCE = frozenset({408, 412, 425, 429})
_MEND_S = 30.0
# An error's own word; what a body says besides may quote the message and is never passed on.
_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,64}")


class TeamsRefused(Refused):
    """Teams said no; `code` is its own word for why, or the status."""

    def __init__(self, status: int, code: str) -> None:
        self.status = status
        self.code = code or str(status)
        super().__init__(f"Teams says {self.code}")


class NotAllowed(TryLater):
    """The app lacks a valid secret or a permission for this, until an administrator mends that."""

    def __init__(self, why: str) -> None:
        super().__init__(why, _MEND_S)


class Fault(Exception):
    """The connector's answer is an error: its status, its own word, and how long it wants to be left alone."""

    def __init__(self, status: int, code: str = "", seconds: float | None = None) -> None:
        super().__init__(f"Teams answers with status {status} {code}".rstrip())
        self.status = status
        self.code = code
        self.seconds = seconds


def read(status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """The Fault of an answer, which is the connector's, the service's behind it, or anything a proxy made of it.

    The connector's is `{"error": {"code": …}}`; that of a blocked chat has JSON with a `subCode` in its `message`.
    """
    said = _object(body)
    error, inner = said.get("error"), _object(said.get("message"))
    code = error.get("code") if isinstance(error, dict) else inner.get("subCode", error)
    return Fault(status, word(code), seconds(headers.get("Retry-After")))


def _object(text: object) -> dict[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def word(code: object) -> str:
    """`code` if it looks like a word of an API, else nothing."""
    return code if isinstance(code, str) and _WORD.fullmatch(code) else ""


def seconds(retry_after: str | None) -> float | None:
    """What Retry-After asks for; None where that is nothing: then it is tried again with patience of one's own."""
    try:
        asked = float(retry_after) if retry_after is not None else 0.0
    except ValueError:
        return None
    return asked if asked > 0 else None


def on_send(fault: Fault) -> Exception:
    """What it means for a place that something is said in, or opened."""
    if general := _general(fault):
        return general
    if fault.code == _ROOT_GONE:
        return MessageGone(f"Teams says {fault.code}")
    if fault.status == 403 or (fault.status == 404 and fault.code):
        return PlaceGone(f"Teams says {fault.code or fault.status}")
    if fault.status == 404:
        # Not the connector's own answer: something on the way does not know the address.
        return TryLater("Teams answers with status 404 and no reason")
    return TeamsRefused(fault.status, fault.code)


def on_update(fault: Fault) -> Exception:
    """What it means for a message that is changed."""
    gone = fault.status == 410 or (fault.status == 404 and fault.code)
    if gone or (fault.status == 403 and fault.code not in _PLACE_GONE | _NOT_ALLOWED):
        return MessageGone(f"Teams says {fault.code or fault.status}")
    return on_send(fault)


def on_look_up(fault: Fault) -> Exception | None:
    """What it means for somebody who is looked up in a place; None: nobody is there under that id."""
    if fault.status in (400, 404) and fault.code == _NOBODY:
        return None
    if fault.status == 404 and fault.code not in ("", _CONVERSATION_GONE):
        # Something was not found, and it may be anything: that is neither an absence nor a place that is gone.
        return TeamsRefused(fault.status, fault.code)
    return on_send(fault)


def _general(fault: Fault) -> Exception | None:
    """What it means whatever was asked for."""
    if fault.status == 429:
        return TryLater("Teams asks for patience", fault.seconds)
    if fault.status in _PATIENCE or fault.status >= 500 or fault.status < 400:
        return TryLater(f"Teams answers with status {fault.status}", fault.seconds)
    if fault.status == 401 or fault.code in _NOT_ALLOWED:
        return NotAllowed(f"Teams says {fault.code or fault.status}")
    return None
