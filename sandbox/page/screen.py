"""What both chats have on a screen: people, files, and how a screen is told."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sandbox.slack.people import Person

Json = dict[str, Any]
Tell = Callable[[str, Any], None]  # an event's name and its data, for one screen
T = TypeVar("T")
KEPT = 200  # the newest messages of each conversation
_PREVIEW_LINES, _PREVIEW_CHARACTERS = 12, 1_000


def person_json(person: Person, ids: Json) -> Json:
    """Somebody whom one can become; `ids` are theirs in the chats that know them."""
    return {
        "name": person.name,
        "realName": person.real_name,
        "role": person.role,
        "tz": person.tz,
        "email": person.email,
        "ids": ids,
    }


def kept(messages: Sequence[T], id_of: Callable[[T], str], root_of: Callable[[T], str | None]) -> list[T]:
    """The newest messages of a conversation, and those that they stand under."""
    newest = messages[-KEPT:]
    roots = {root_of(one) for one in newest}
    return [*(one for one in messages[:-KEPT] if id_of(one) in roots), *newest]


def file_json(name: str, url: str, content: bytes) -> Json:
    """A file under a message, with its beginning."""
    lines = content[:_PREVIEW_CHARACTERS].decode(errors="replace").splitlines()
    return {"name": name, "url": url, "size": len(content), "preview": "\n".join(lines[:_PREVIEW_LINES])}
