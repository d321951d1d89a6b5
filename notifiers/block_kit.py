"""Message and Form as Slack's Block Kit: pure functions that never exceed a limit nor let text become markup.

What is emitted, and nothing else:

- `header` (plain_text)
- `rich_text` with one `rich_text_section` or one `rich_text_preformatted`, of `text` and `link` elements
  (`style`: `bold`, `code`)
- `section` with `fields` in pairs: a label (mrkdwn `*Label*` of inert characters, else plain_text), a plain_text value
- `context` with one plain_text
- `image` (`image_url`, `alt_text`)
- `actions` with `button`s (`value` or `url`; `style`; `confirm`)
- in a modal besides: `section` with a plain_text `text`, and `input` with `plain_text_input`, `number_input` or
  `static_select`

Every plain_text has `"emoji": false`: a `:shortcode:` stays what was written. rich_text has no markup to escape from:
its `text` is literal, and a mention would be an element of another type.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from notifiers import block_kit_limits as limits
from notifiers.beginning import begun, first_text
from notifiers.block_kit_blocks import actions, all_of, context, fit, header
from notifiers.block_kit_form import form_errors, read_form, render_form
from notifiers.block_kit_limits import Json, escape, weight
from notifiers.block_kit_text import harmless, plain_text
from notifiers.characters import cut, is_address, units
from notifiers.message import Block, Button, File, Message, Text, bold
from notifiers.plain_text import MARKS, NOTHING, is_blank, one_line, plural, text_of

__all__ = [
    "SlackMessage",
    "form_errors",
    "plain",
    "plain_home",
    "read_form",
    "render",
    "render_form",
    "render_home",
    "render_webhook",
]

_INCOMPLETE = "Not all of it has room here."
WHOLE_TEXT = "full-text.txt"
_REMARK_ROOM = 400


@dataclass(frozen=True)
class SlackMessage:
    """What `chat.postMessage`, `chat.update` and a `response_url` take, and the files that belong to it.

    `text` is what notifications show and screen readers say. It is escaped; post it with `mrkdwn` false. `files` are
    the message's own and, when something had to be left out of `blocks`, the whole text as `full-text.txt`.
    """

    text: str
    blocks: list[Json] = field(default_factory=list)
    files: tuple[File, ...] = ()


def render(message: Message) -> SlackMessage:
    """Draw `message`, leaving out visibly what Slack has no room for.

    Raises ValueError for a button whose command is empty or longer than 2,000 characters.
    """
    shown, whole = _drawn(message, limits.BLOCKS, f"The whole text is in {WHOLE_TEXT}.")
    files = message.files if whole else (*message.files, File(name=WHOLE_TEXT, content=text_of(message)))
    return SlackMessage(text=_text(begun(message)[0]), blocks=shown, files=files)


def render_webhook(message: Message) -> SlackMessage:
    """The same for an incoming webhook, which takes no files: what has no room is left out visibly."""
    shown, _ = _drawn(message, limits.BLOCKS, _INCOMPLETE)
    return SlackMessage(text=_text(begun(message)[0]), blocks=shown)


def render_home(message: Message) -> Json:
    """`message` as the view of somebody's Home, which has no files; what has no room is left out visibly.

    Raises ValueError as `render`.
    """
    shown, _ = _drawn(message, limits.VIEW_BLOCKS, _INCOMPLETE)
    return {"type": "home", "blocks": shown or [context(NOTHING)]}


def plain_home(message: Message) -> Json:
    """The same as text alone, for when Slack finds fault with the view."""
    text = plain_text(first_text(begun(message)[0], limits.PARAGRAPH), limits.PARAGRAPH)
    return {"type": "home", "blocks": [{"type": "section", "text": text}]}


def _drawn(message: Message, blocks: int, incomplete: str) -> tuple[list[Json], bool]:
    """At most so many blocks, and whether they have all of the message; else `incomplete` is said."""
    message, all_there = begun(message)
    title = _marked(message, message.title) if message.title.strip() else ""
    head = [header(title)] if title else []
    # To everybody: Slack has no buttons for some readers, and whoever may not is refused in private.
    buttons, links = _usable(message.every_button)
    foot, buttons_left = actions(buttons)
    slots = blocks - len(head) - len(foot) - 1
    room = limits.ALL_BLOCKS - weight(head) - weight(foot) - _REMARK_ROOM
    body, parts_left, whole = _fill((*_body(message), *links), slots, room)
    whole = whole and all_there and not parts_left and units(title) <= limits.HEADER
    remark = _remark(parts_left, buttons_left, "" if whole else incomplete)
    return [*head, *body, *remark, *foot], whole


def plain(message: Message) -> str:
    """All of `message` as escaped text for Slack's `text`, for when its blocks were refused; post it without `mrkdwn`.

    Buttons are listed with what to type instead of pressing them.
    """
    lines = [
        f"{one_line(button.label)}: {button.link or f'/{button.command}'}"
        for button in message.every_button  # a link or a command: the model has one of them
    ]
    said = first_text(begun(message)[0], limits.MESSAGE_TEXT)
    return _escaped("\n\n".join(filter(None, (said, "\n".join(lines)))))


def _text(message: Message) -> str:
    if is_blank(message.summary):
        return _escaped(first_text(message, limits.MESSAGE_TEXT))
    return _escaped(_marked(message, message.summary))


def _marked(message: Message, text: str) -> str:
    return ": ".join(filter(None, (MARKS[message.severity], one_line(text))))


def _escaped(text: str) -> str:
    shown = cut(harmless(text), limits.MESSAGE_TEXT, lambda piece: units(escape(piece)))
    return escape(shown).strip() or NOTHING


def _body(message: Message) -> tuple[Block, ...]:
    """The blocks to draw: the summary if there are none, and the severity's word where no title has it."""
    blocks = message.blocks or (Text.of(message.summary),)
    mark = MARKS[message.severity]
    if message.title.strip() or not mark:
        return blocks
    first = blocks[0]
    if isinstance(first, Text) and not first.quiet:
        return (Text(spans=(bold(f"{mark}: "), *first.spans)), *blocks[1:])
    return (Text.of(bold(mark)), *blocks)


def _usable(buttons: Sequence[Button]) -> tuple[list[Button], list[Text]]:
    """The buttons that Slack takes, and the links that it would refuse as text."""
    usable, links = list[Button](), list[Text]()
    for button in buttons:
        if button.link is None or is_address(button.link, limits.URL):
            usable.append(button)
        else:
            links.append(Text.of(f"{one_line(button.label)}: {button.link}"))
    return usable, links


def _fill(blocks: Sequence[Block], slots: int, room: int) -> tuple[list[Json], int, bool]:
    """Slack's blocks, how many of ours did not fit at all, and whether those that did are whole."""
    if (every := all_of(blocks, slots, room)) is not None:
        return every, 0, True
    drawn_blocks, whole = list[Json](), True
    for index, block in enumerate(blocks):
        drawn = fit(block, room)
        if drawn is None or len(drawn_blocks) + len(drawn.blocks) > slots:
            return drawn_blocks, len(blocks) - index, False
        drawn_blocks += drawn.blocks
        room -= drawn.weight
        whole = whole and drawn.whole
    return drawn_blocks, 0, whole


def _remark(parts: int, buttons: int, incomplete: str) -> list[Json]:
    missing = [plural(count, f"more {noun}") for count, noun in ((parts, "part"), (buttons, "button")) if count]
    sentences = [f"… {' and '.join(missing)}."] if missing else []
    sentences += [incomplete] if incomplete else []
    return [context(" ".join(sentences))] if sentences else []
