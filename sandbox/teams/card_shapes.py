"""The elements and actions of Adaptive Cards 1.5: their properties, which are required, and what may stand in them.

https://adaptivecards.io/explorer and, for what Teams adds,
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
"""

from dataclasses import dataclass

_ELEMENT = "id isVisible requires fallback spacing separator height"
_INPUT = f"{_ELEMENT} label isRequired errorMessage"
_ACTION = "title iconUrl id style fallback requires tooltip isEnabled mode"
_TEXT = "color fontType isSubtle size weight"
_BOX = "selectAction style verticalContentAlignment bleed backgroundImage minHeight rtl"


@dataclass(frozen=True)
class Shape:
    """The properties of one type, but for `type` itself."""

    required: frozenset[str]
    optional: frozenset[str]


def _shape(required: str, *optional: str) -> Shape:
    return Shape(frozenset(required.split()), frozenset(" ".join(optional).split()))


CARD = _shape(
    "",
    "$schema version refresh authentication body actions selectAction fallbackText backgroundImage minHeight rtl speak",
    "lang verticalContentAlignment metadata msteams",
)
REFRESH = _shape("action", "userIds expires")
ELEMENTS: dict[str, Shape] = {
    "TextBlock": _shape("text", _ELEMENT, _TEXT, "horizontalAlignment maxLines wrap style"),
    "RichTextBlock": _shape("inlines", _ELEMENT, "horizontalAlignment"),
    "Image": _shape(
        "url", _ELEMENT, "altText backgroundColor horizontalAlignment selectAction size style width msteams"
    ),
    "ImageSet": _shape("images", _ELEMENT, "imageSize"),
    "Media": _shape("sources", _ELEMENT, "poster altText"),
    "Container": _shape("items", _ELEMENT, _BOX),
    "ColumnSet": _shape("", _ELEMENT, "columns selectAction style bleed minHeight horizontalAlignment"),
    "Column": _shape("", _ELEMENT, _BOX, "items width"),
    "FactSet": _shape("facts", _ELEMENT),
    "ActionSet": _shape("actions", _ELEMENT),
    "Table": _shape(
        "",
        _ELEMENT,
        "columns rows firstRowAsHeader firstRowAsHeaders showGridLines gridStyle",
        "horizontalCellContentAlignment verticalCellContentAlignment",
    ),
    "Input.Text": _shape("id", _INPUT, "isMultiline maxLength placeholder regex style inlineAction value"),
    "Input.Number": _shape("id", _INPUT, "max min placeholder value"),
    "Input.Date": _shape("id", _INPUT, "max min placeholder value"),
    "Input.Time": _shape("id", _INPUT, "max min placeholder value"),
    "Input.Toggle": _shape("id title", _INPUT, "value valueOff valueOn wrap"),
    "Input.ChoiceSet": _shape("id", _INPUT, "choices isMultiSelect style value placeholder wrap"),
}
ACTIONS: dict[str, Shape] = {
    "Action.Execute": _shape("", _ACTION, "verb data associatedInputs"),
    "Action.Submit": _shape("", _ACTION, "data associatedInputs msteams"),
    "Action.OpenUrl": _shape("url", _ACTION),
    "Action.ShowCard": _shape("card", _ACTION),
    "Action.ToggleVisibility": _shape("targetElements", _ACTION),
}
TEXT_RUN = _shape("text", _TEXT, "highlight italic selectAction strikethrough underline")
FACT = _shape("title value")
CHOICE = _shape("title value")
ROW = _shape("", "cells style horizontalCellContentAlignment verticalCellContentAlignment")
CELL = _shape("", _BOX, "items")

_CONTAINER_STYLES = "default emphasis good attention warning accent"
# Words are compared without regard to case, as the renderers do.
WORDS: dict[str, str] = {
    "color": "default dark light accent good warning attention",
    "weight": "default lighter bolder",
    "fontType": "default monospace",
    "spacing": "default none small medium large extralarge padding",
    "horizontalAlignment": "left center right",
    "verticalContentAlignment": "top center bottom",
    "mode": "primary secondary",
    "associatedInputs": "auto none",
    "gridStyle": _CONTAINER_STYLES,
}
SIZES = {"Image": "auto stretch small medium large"}
TEXT_SIZES = "default small medium large extralarge"
STYLES: dict[str, str] = {
    "TextBlock": "default heading",
    "Image": "default person",
    "Input.Text": "text tel url email password",
    "Input.ChoiceSet": "compact expanded filtered",
    **dict.fromkeys(ACTIONS, "default positive destructive"),
}
FLAGS = frozenset(
    {
        "bleed",
        "firstRowAsHeader",
        "firstRowAsHeaders",
        "highlight",
        "isEnabled",
        "isMultiSelect",
        "isMultiline",
        "isRequired",
        "isSubtle",
        "isVisible",
        "italic",
        "rtl",
        "separator",
        "showGridLines",
        "strikethrough",
        "underline",
        "wrap",
    }
)
STRINGS = frozenset(
    {
        "$schema",
        "altText",
        "errorMessage",
        "fallbackText",
        "id",
        "label",
        "placeholder",
        "regex",
        "speak",
        "text",
        "title",
        "tooltip",
        "url",
        "verb",
    }
)
NUMBERS = frozenset({"max", "maxLength", "maxLines", "min"})


def style_words(kind: str) -> str:
    """The styles that a type may have."""
    return STYLES.get(kind, _CONTAINER_STYLES)
