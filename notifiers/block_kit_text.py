"""Text that somebody else wrote, made safe and short enough for one of Slack's text objects."""

import re

from notifiers.block_kit_limits import Json
from notifiers.characters import cut
from notifiers.plain_text import NOTHING, clean, is_blank, one_line

_JOINER = "\u2060"  # shows nothing; what stands around it is one word no longer
_MARKUP = re.compile(
    r"<(?=[@#]\w|!(?:channel|here|everyone|group|subteam|date)|(?:https?|mailto|tel|slack):)"
    r"|(?<!\w)@(?=channel|here|everyone)",  # not only as a whole word: cutting may make it one
    re.IGNORECASE,
)


def harmless(text: str) -> str:
    """`text`, cleaned, with an invisible joiner inside what Slack would read as a mention or a link.

    Slack reads neither in plain_text and rich_text; but it once did (github.com/slackapi/node-slack-sdk/issues/712).
    """
    text = clean(text)
    if "<" not in text and "@" not in text:  # one of which begins everything that is sought
        return text
    return _MARKUP.sub(lambda found: found.group() + _JOINER, text)


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
