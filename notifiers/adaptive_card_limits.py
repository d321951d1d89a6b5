"""Teams' limits for cards, each with the page that it comes from. No other module of ours knows a number of Teams'."""

import json
from typing import Any

Json = dict[str, Any]

SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION = "1.5"  # the newest that bots may send: learn.microsoft.com/adaptive-cards/resources/partners

# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages: about 100 KB, and 80 to be
# safe, counted in UTF-16. JSON of 40,000 ASCII characters is 80 KB then, and less in any other count; what stands
# around a card (addresses, ids, the summary) takes its share of them.
CARD = 36_000
PLAIN = 30_000
# https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: 28 KB with what
# stands around the card, in UTF-8. A workflow that gets more says nothing of it.
WEBHOOK = 27_000

# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions: six are shown, the
# others of `mode` secondary stand behind "…".
PRIMARY = 6

# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/
# user-specific-views: a longer list of `userIds` is ignored.
REFRESHED = 60

# Ours, because Teams names none: what one can still read on a phone, and what another chat takes as well.
SUMMARY = 300
FALLBACK = 2_000
TITLE = 200
PARAGRAPH = 3_000
PREFORMATTED = 6_000
SMALLEST = 375  # less of a block is not worth showing
FACT_LABEL = 150
FACT = 2_000
CELL = 200
ROWS = 40
IMAGE_ALT = 255
URL = 3_000
BUTTONS = 25
BUTTON_LABEL = 75
COMMAND = 2_000
QUESTION = 300
ALL_BUTTONS = 12_000

FIELDS = 20
IDENTIFIER = 255
INPUT_TEXT = 3_000
INPUT_LABEL = 150
INPUT_HINT = 300
FIELD_ERROR = 300
CHOICES = 100
CHOICE_LABEL = 75
CHOICE = 150


def weight(thing: object) -> int:
    r"""What `thing` counts towards CARD and PLAIN: the characters of its JSON, everything beyond ASCII as `\uXXXX`.

    That is the dearest way that a library may write it, and never less than its bytes in UTF-8.
    """
    return len(json.dumps(thing))
