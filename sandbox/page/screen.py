"""What both chats have on a screen: people, files, and how a screen is told."""

from collections.abc import Callable
from typing import Any

from sandbox.slack.people import Person

Json = dict[str, Any]
Tell = Callable[[str, Any], None]  # an event's name and its data, for one screen
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


def file_json(name: str, url: str, content: bytes) -> Json:
    """A file under a message, with its beginning."""
    lines = content[:_PREVIEW_CHARACTERS].decode(errors="replace").splitlines()
    return {"name": name, "url": url, "size": len(content), "preview": "\n".join(lines[:_PREVIEW_LINES])}
