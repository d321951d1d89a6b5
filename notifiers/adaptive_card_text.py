"""Text that somebody else wrote, made safe and short enough for a card."""

import re
from typing import Any

from notifiers.adaptive_card_limits import Json
from notifiers.characters import cut
from notifiers.plain_text import NOTHING, clean, is_blank, one_line

_JOINER = "\u2060"  # shows nothing; what stands around it is one word no longer
_BLANK = "\u00a0"
# A mention's tag, which means nothing without an entity; and what renderers replace by a date even in a TextRun:
# https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features#datetime-formatting-and-localization
_MARKUP = re.compile(r"<(?=/?at\b)|\{\{(?=(?:DATE|TIME)\()", re.IGNORECASE)
_MARKDOWN = re.compile(r"[\\`*_~\[\]()<>#|!{}+\-.]")
_INDENT = re.compile(r"^ +|(?<= ) +", re.MULTILINE)


def harmless(text: str) -> str:
    """`text`, cleaned, with an invisible joiner inside what Teams might read as a mention or a date."""
    return _MARKUP.sub(lambda found: found.group() + _JOINER, clean(text))


def unmarked(text: str) -> str:
    """`text` for the one place where clients read markdown: what has a meaning there is escaped."""
    escaped = _MARKDOWN.sub(lambda found: "\\" + found.group(), clean(text))
    return re.sub("\n+", "\n\n", escaped)  # one newline alone is none


def aligned(text: str) -> str:
    """Harmless text with its indents and columns kept, where a run of spaces would be shown as one."""
    spaced = harmless(clean(text).expandtabs(4))
    return _INDENT.sub(lambda found: _BLANK * len(found.group()), spaced)


def line(text: str, limit: int) -> str:
    """One harmless line within `limit`; a dash where nothing of it can be seen."""
    return cut(visible(one_line(text)), limit)


def visible(text: str) -> str:
    """Harmless text that is never empty: clients show an empty label as a gap or as a placeholder of theirs."""
    shown = harmless(text).strip()
    return NOTHING if is_blank(shown) else shown


def run(text: str, **style: Any) -> Json:
    """A TextRun: its text is literal, whatever it says."""
    return {"type": "TextRun", "text": text, **style}


def rich(*runs: Json, **style: Any) -> Json:
    """A RichTextBlock of `runs`."""
    return {"type": "RichTextBlock", "inlines": list(runs), **style}


def small(text: str, **style: Any) -> Json:
    """Small print."""
    return rich(run(text, size="Small", isSubtle=True), **style)
