"""Slack's limits, each with the page that it comes from. No other module of ours knows a number of Slack's.

Lengths are counted in UTF-16 code units: Slack does not say what it counts, and no other count of characters is larger.
"""

import json
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

# https://docs.slack.dev/reference/block-kit/blocks
BLOCKS = 50
VIEW_BLOCKS = 100
HEADER = 150
FIELDS = 10
FIELD = 2_000
ACTIONS = 25
CONTEXT = 2_000
INPUT_LABEL = 2_000
INPUT_HINT = 2_000
IMAGE_ALT = 255

# https://docs.slack.dev/reference/block-kit/block-elements and /composition-objects
PARAGRAPH = 3_000
URL = 3_000
BUTTON_LABEL = 75
BUTTON_VALUE = 2_000
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_LABEL = 30
OPTIONS = 100
OPTION_LABEL = 75
OPTION_VALUE = 150
PLACEHOLDER = 150
INPUT_TEXT = 3_000
IDENTIFIER = 255

# https://docs.slack.dev/reference/views
VIEW_TITLE = 24
PRIVATE_METADATA = 3_000

# https://docs.slack.dev/reference/methods/chat.postMessage: more is truncated or split
MESSAGE_TEXT = 4_000

# Ours, because Slack names none: one preformatted text, a fact's label, an error beside a field.
PREFORMATTED = 6_000
FACT_LABEL = 150
FIELD_ERROR = 300

# Slack refuses blocks that are too long together (`msg_blocks_too_long`) and documents no number. Reports end near
# 13,200 with JSON around the text counted (github.com/slackapi/bolt-js/issues/2509 and 2867); we stay below, and
# count the dearest way that we can think of.
ALL_BLOCKS = 13_000
ALL_BUTTONS = 6_000


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def weight(blocks: Sequence[Json] | Json) -> int:
    """What `blocks` count towards ALL_BLOCKS: the bytes of their JSON, `& < >` as entities."""
    text = _compact(blocks)
    entities = 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))
    return entities + (len(text) if text.isascii() else len(text.encode()))


def escape(text: str) -> str:
    """`text` as Slack wants it where it reads markup: https://docs.slack.dev/messaging/formatting-message-text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
