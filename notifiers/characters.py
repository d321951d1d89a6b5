"""Characters counted and cut, and addresses told from other text: the same for whatever a renderer draws."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def units(text: str) -> int:
    """The length of `text` in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int, measure: Callable[[str], int] = units) -> str:
    """`text` if `measure` gives it at most `limit`, else its beginning and an ellipsis within `limit`.

    `measure` gives at least 1 for each character. A character and what is joined to it are never parted.
    """
    if measure is units and len(text) * 2 <= limit:  # as most are
        return text
    head = text[: limit + 1]
    if measure(head) <= limit:
        return text
    room, end = limit - 1, 0
    for character in head:
        room -= measure(character)
        if room < 0:
            break
        end += 1
    while end and (_is_joined(head[end]) or head[end - 1] == "\u200d"):
        end -= 1
    return head[:end].rstrip() + "…"


def is_address(url: str, longest: int) -> bool:
    """Whether `url` can be a link: http or https, whole, of at most `longest` characters.

    One that poses as another host's (`https://a@b`) cannot.
    """
    if len(url) > longest or not _ADDRESS.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and "@" not in parts.netloc


def _is_joined(character: str) -> bool:
    return character == "\u200d" or "\ufe00" <= character <= "\ufe0f" or "\u0300" <= character <= "\u036f"
