"""A message as an incoming webhook takes it. Pure.

What is said there can be neither pressed, nor changed, nor answered: links stay, of commands it is told what to type in
a chat with the app, and files are left out.
"""

from typing import Any

from notifiers import adaptive_card, block_kit
from notifiers.beginning import first_text
from notifiers.message import Block, Button, Chart, Code, Facts, Image, Message, Progress, Span, Text, code, line
from notifiers.plain_text import one_line
from notifiers.teams_activity import CARD

Json = dict[str, Any]

_PLAIN = 3_000
_MUTES = "alerts mute "


def simple(message: Message) -> Message:
    """`message` without what nobody could press or get there."""
    parts = (*message.blocks, *_links(message.buttons), *_commands(message.buttons), *_left_out(message))
    blocks = parts if message.blocks or not parts else (Text.of(message.summary), *parts)
    return message.model_copy(update={"blocks": blocks, "buttons": (), "audience": None, "files": ()})


def changed(message: Message) -> Message:
    """What is said of a message that is not as it was, in the place of changing it: its words without the numbers.

    Where it has no words but these, they stay.
    """
    words = tuple(block for block in message.blocks if not isinstance(block, Facts | Chart | Code | Image | Progress))
    links = tuple(button for button in message.buttons if button.link)
    return message.model_copy(update={"blocks": words or message.blocks, "buttons": links})


def slack(message: Message) -> Json:
    """The payload of a simple message for Slack.

    https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    """
    drawn = block_kit.render_webhook(message)
    return _slack(drawn.text) | {"blocks": drawn.blocks}


def plain_slack(message: Message) -> Json:
    """The same as text alone, for when Slack finds fault with the blocks."""
    return _slack(block_kit.plain(message))


def teams(message: Message) -> Json:
    """The payload of a simple message for a workflow of Teams.

    https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook
    """
    content = adaptive_card.render_webhook(message)
    return {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": content}]}


def plain_teams(message: Message) -> Json:
    """The same as one paragraph, for when Teams finds fault with the card: a workflow takes no text alone."""
    return teams(line(first_text(message, _PLAIN)))


def _slack(text: str) -> Json:
    return {"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def _links(buttons: tuple[Button, ...]) -> tuple[Block, ...]:
    spans: list[Span] = []
    for button in buttons:
        if button.link:
            spans += [*([Span(text=" · ")] if spans else []), Span(text=one_line(button.label), link=button.link)]
    return (Text(spans=tuple(spans)),) if spans else ()


def _commands(buttons: tuple[Button, ...]) -> tuple[Block, ...]:
    # What mutes would mute where it is typed, and not here.
    typed = [(one.label, one.command) for one in buttons if one.command and not one.command.startswith(_MUTES)]
    if not typed:
        return ()
    spans: list[str | Span] = ["Type in a chat with Deskside:"]
    for label, command in typed:
        spans += [" " if len(spans) == 1 else ", ", code(f"/{command}"), f" ({one_line(label)})"]
    return (Text.of(*spans, quiet=True),)


def _left_out(message: Message) -> tuple[Block, ...]:
    names = ", ".join(file.name for file in message.files)
    return (Text.of(f"Not sent here: {names}.", quiet=True),) if names else ()
