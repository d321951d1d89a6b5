"""Message and Form as an Adaptive Card 1.5: pure functions that never exceed a limit nor let text become markup.

What is emitted, and nothing else:

- `RichTextBlock` (`spacing`) of `TextRun`s (`size` Small or Medium, `weight`, `color`, `isSubtle`, `fontType`; a link
  has `underline` and `selectAction` with an `Action.OpenUrl`)
- `ColumnSet` (`spacing`, `separator`) of `Column`s (`width` as a share) with one `RichTextBlock` each: facts and tables
- `Container` (`style` emphasis) with one `RichTextBlock` in a fixed-width face
- `Image` (`url`, `altText`)
- `ActionSet`, last, of `Action.Execute` (`verb`, `data`; `fallback` is an `Action.Submit` with the same data),
  `Action.OpenUrl`, and `Action.ShowCard` for what is asked again; `style`, `mode`
- in a form besides: `Input.Text`, `Input.Number` and `Input.ChoiceSet` (compact)
- at the top `msteams` (`width` Full) where there is a table, and `refresh` (`userIds`, an `Action.Execute` of `verb`
  refresh) where some readers have buttons of their own

There is no `TextBlock`: its text is markdown, and a TextRun's is literal.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from notifiers import adaptive_card_limits as limits
from notifiers.adaptive_card_blocks import fit
from notifiers.adaptive_card_buttons import actions
from notifiers.adaptive_card_form import closed, read_form, render_form
from notifiers.adaptive_card_limits import Json, weight
from notifiers.adaptive_card_page import headline, page
from notifiers.adaptive_card_refresh import REFRESH, Refresh, refreshing
from notifiers.adaptive_card_text import harmless, rich, run, small
from notifiers.beginning import begun, first_text
from notifiers.characters import cut, is_address, units
from notifiers.message import Block, Button, File, Message, Span, Table, Text
from notifiers.plain_text import MARKS, NOTHING, is_blank, one_line, plural, text_of

__all__ = [
    "REFRESH",
    "Refresh",
    "TeamsMessage",
    "closed",
    "plain",
    "read_form",
    "render",
    "render_form",
    "render_webhook",
]

WHOLE_TEXT = "full-text.txt"
_REMARK_ROOM = 400
_COLOURS = {"progress": "Accent", "ok": "Good", "warning": "Warning", "critical": "Attention"}


@dataclass(frozen=True)
class TeamsMessage:
    """What an activity of ours carries, and the files that belong to it.

    `summary` is what notifications show and screen readers say: one line, plain. `files` are the message's own and,
    when something had to be left out of `card`, the whole text as `full-text.txt`.
    """

    summary: str
    card: Json = field(default_factory=dict)
    files: tuple[File, ...] = ()


def render(message: Message, *, eligible: bool = False, refresh: Refresh | None = None) -> TeamsMessage:
    """Draw `message`, leaving out visibly what Teams has no room for.

    `eligible`: its reader is of the message's audience, whose buttons nobody else sees. `refresh` is whose clients ask
    for such a card in the place of this one. Raises ValueError for a button whose command is empty or longer than
    2,000 characters.
    """
    buttons = message.every_button if eligible else message.buttons
    incomplete = f"The whole text is in {WHOLE_TEXT}."
    card, whole = _drawn(message, buttons, limits.CARD, incomplete, refreshing(refresh))
    files = message.files if whole else (*message.files, File(name=WHOLE_TEXT, content=text_of(message)))
    return TeamsMessage(summary=_summary(begun(message)[0]), card=card, files=files)


def render_webhook(message: Message) -> Json:
    """`message` as a card for an incoming webhook, which takes less and no files; what has no room is left out visibly.

    Send it as UTF-8. Raises ValueError as `render`.
    """
    # What is not ASCII weighs up to thrice its bytes: only a card that is too large in these is drawn by weight.
    for room in (3 * limits.WEBHOOK, limits.WEBHOOK):
        card, _ = _drawn(message, message.buttons, room, "Not all of it has room here.", {})
        if len(json.dumps(card, ensure_ascii=False).encode("utf-8", "replace")) <= limits.WEBHOOK:
            break
    return card


def _drawn(message: Message, wanted: Sequence[Button], room: int, incomplete: str, refresh: Json) -> tuple[Json, bool]:
    """A card of at most `room`, and whether it has all of the message; else `incomplete` is said."""
    message, all_there = begun(message)
    head = _head(message)
    buttons, links = _usable(wanted)
    foot, buttons_left = actions(buttons)
    card = page([*head, *foot], first_text(message, limits.FALLBACK), wide=_is_wide(message)) | refresh
    body, parts_left, whole = _fill((*_body(message), *links), room - weight(card) - _REMARK_ROOM)
    whole = whole and all_there and not parts_left and units(one_line(message.title)) <= limits.TITLE
    remark = _remark(parts_left, buttons_left, "" if whole else incomplete)
    elements = [*head, *_coloured(message, body), *remark, *foot] or [rich(run(NOTHING))]
    return {**card, "body": elements}, whole


def plain(message: Message) -> str:
    """All of `message` as text, for when its card was refused; send it with `textFormat` plain.

    Buttons are listed with what to type instead of pressing them.
    """
    lines = [
        f"{one_line(button.label)}: {button.link or f'/{button.command}'}"
        for button in message.every_button  # a link or a command: the model has one of them
    ]
    said = first_text(begun(message)[0], limits.PLAIN)
    text = harmless("\n\n".join(filter(None, (said, "\n".join(lines))))).strip()
    return cut(text, limits.PLAIN, lambda piece: weight(piece) - 2) or NOTHING


def _summary(message: Message) -> str:
    said = message.summary if not is_blank(message.summary) else message.title
    words = ": ".join(filter(None, (MARKS[message.severity], one_line(said))))
    text = cut(harmless(words or one_line(first_text(message, limits.SUMMARY))), limits.SUMMARY)
    return NOTHING if is_blank(text) else text


def _head(message: Message) -> list[Json]:
    title = cut(harmless(one_line(message.title)), limits.TITLE)
    if is_blank(title):
        return []
    return [headline(title, mark=MARKS[message.severity], colour=_COLOURS.get(message.severity))]


def _is_wide(message: Message) -> bool:
    return any(isinstance(block, Table) and block.columns for block in message.blocks)


def _body(message: Message) -> tuple[Block, ...]:
    """The blocks to draw: the summary if there are none, and the severity's word where no title has it."""
    blocks = message.blocks or (Text.of(message.summary),)
    mark = MARKS[message.severity]
    if _head(message) or not mark:
        return blocks
    first = blocks[0]
    if isinstance(first, Text) and not first.quiet:
        return (Text(spans=(Span(text=f"{mark}: ", bold=True), *first.spans)), *blocks[1:])
    return (Text.of(Span(text=mark, bold=True)), *blocks)


def _coloured(message: Message, body: list[Json]) -> list[Json]:
    """`body` with the severity's colour on its word, where no title has it."""
    colour = _COLOURS.get(message.severity)
    if colour is None or not body or _head(message):
        return body
    first, *rest = body[0]["inlines"]
    return [{**body[0], "inlines": [{**first, "color": colour}, *rest]}, *body[1:]]


def _usable(buttons: Sequence[Button]) -> tuple[list[Button], list[Text]]:
    """The buttons that Teams takes, and the links that it would refuse as text."""
    usable, links = list[Button](), list[Text]()
    for button in buttons:
        if button.link is None or is_address(button.link, limits.URL):
            usable.append(button)
        else:
            links.append(Text.of(f"{one_line(button.label)}: {button.link}"))
    return usable, links


def _fill(blocks: Sequence[Block], room: int) -> tuple[list[Json], int, bool]:
    """The elements, how many of the blocks did not fit at all, and whether those that did are whole."""
    elements, whole = list[Json](), True
    for index, block in enumerate(blocks):
        drawn = fit(block, room)
        if drawn is None:
            return elements, len(blocks) - index, False
        elements += drawn.elements
        room -= weight(drawn.elements)
        whole = whole and drawn.whole
    return elements, 0, whole


def _remark(parts: int, buttons: int, incomplete: str) -> list[Json]:
    missing = [plural(count, f"more {noun}") for count, noun in ((parts, "part"), (buttons, "button")) if count]
    sentences = [f"… {' and '.join(missing)}."] if missing else []
    sentences += [incomplete] if incomplete else []
    return [small(" ".join(sentences))] if sentences else []
