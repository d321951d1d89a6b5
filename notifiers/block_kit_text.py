"""Text that somebody else wrote, made safe and short enough for one of Slack's text objects."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from notifiers.block_kit_limits import URL, Json, units
from notifiers.plain_text import NOTHING, clean, is_blank, one_line

_JOINER = "\u2060"  # shows nothing; what stands around it is one word no longer
_MARKUP = re.compile(
    r"<(?=[@#]\w|!(?:channel|here|everyone|group|subteam|date)|(?:https?|mailto|tel|slack):)"
    r"|(?<!\w)@(?=channel|here|everyone)",  # not only as a whole word: cutting may make it one
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def harmless(text: str) -> str:
    """`text`, cleaned, with an invisible joiner inside what Slack would read as a mention or a link.

    Slack reads neither in plain_text and rich_text; but it once did (github.com/slackapi/node-slack-sdk/issues/712).
    """
    return _MARKUP.sub(lambda found: found.group() + _JOINER, clean(text))


def cut(text: str, limit: int, measure: Callable[[str], int] = units) -> str:
    """`text` if `measure` gives it at most `limit`, else its beginning and an ellipsis within `limit`.

    `measure` gives at least 1 for each character. A character and what is joined to it are never parted.
    """
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


def plain_text(text: str, limit: int) -> Json:
    """A plain_text object; text of which nothing can be seen becomes a dash, since Slack refuses empty text."""
    shown = "" if is_blank(clean(text)) else harmless(text).strip()
    return {"type": "plain_text", "text": cut(shown or NOTHING, limit), "emoji": False}


def plain_line(text: str, limit: int) -> Json:
    """A plain_text object of one line."""
    return plain_text(one_line(text), limit)


def label(text: str, limit: int) -> Json:
    """A label in bold, as mrkdwn if it has only characters without a meaning there, else as plain_text.

    Putting something beside `* _ ~` and backquotes does not reliably disarm them, and `:` may begin an emoji.
    """
    line = one_line(text)
    if not line or any(not character.isalnum() and character not in " ,.()/%+-" for character in line):
        return plain_text(line, limit)
    return {"type": "mrkdwn", "text": f"*{cut(line, limit - 2)}*", "verbatim": True}


def is_address(url: str) -> bool:
    """Whether `url` can be a link in Slack: http or https, whole, and not posing as another host (`https://a@b`)."""
    if len(url) > URL or not _ADDRESS.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and "@" not in parts.netloc


def _is_joined(character: str) -> bool:
    return character == "\u200d" or "\ufe00" <= character <= "\ufe0f" or "\u0300" <= character <= "\u036f"
