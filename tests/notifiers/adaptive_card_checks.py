"""What Teams would say about a card: the published schema 1.5 for all that we emit, and what no schema sees.

No npm package carries the schema of version 1.5, so its rules for our elements stand here:
https://adaptivecards.io/schemas/1.5.0/adaptive-card.json (`msteams` is an addition of Teams'). What Microsoft's own
parser and renderer say is in official_cards.py.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from notifiers.adaptive_card import TeamsMessage
from notifiers.adaptive_card_limits import CARD, Json, weight
from notifiers.plain_text import is_blank

GOLDEN = Path(__file__).parent.parent / "golden" / "adaptive_card"
SPACING = {"None", "Small", "Medium"}
_TITLE = (str, 75)
# By type, each property and what it may be: values, a type, a type and the longest text, or a list of such things.
ELEMENTS: Mapping[str, Mapping[str, Any]] = {
    "RichTextBlock": {"inlines": list, "spacing": SPACING},
    "ColumnSet": {"columns": list, "spacing": SPACING, "separator": bool},
    "Container": {"items": list, "style": {"emphasis"}},
    "Image": {"url": str, "altText": (str, 255)},
    "ActionSet": {"actions": list, "spacing": SPACING},
    "Input.Text": {"value": str, "maxLength": int, "isMultiline": bool, "placeholder": (str, 150)},
    "Input.Number": {"value": (int, float), "min": (int, float), "max": (int, float)},
    "Input.ChoiceSet": {"value": str, "choices": list, "style": {"compact"}},
}
_INPUT = {"id": (str, 255), "label": (str, 150), "isRequired": bool, "errorMessage": (str, 150)}
_ACTION = {"title": _TITLE, "style": {"positive", "destructive"}, "mode": {"secondary"}}
ACTIONS: Mapping[str, Mapping[str, Any]] = {
    "Action.Execute": {"verb": {"command", "form"}, "data": dict, "fallback": dict},
    "Action.Submit": {"data": dict},
    "Action.OpenUrl": {"url": str},
    "Action.ShowCard": {"card": dict},
}
PARTS: Mapping[str, Mapping[str, Any]] = {
    "TextRun": {
        "text": str,
        "size": {"Small", "Medium"},
        "weight": {"Bolder"},
        "color": {"Accent", "Good", "Warning", "Attention"},
        "isSubtle": bool,
        "fontType": {"Monospace"},
        "underline": bool,
        "selectAction": dict,
    },
    "Column": {"width": int, "items": list},
    "AdaptiveCard": {
        "$schema": {"http://adaptivecards.io/schemas/adaptive-card.json"},
        "version": {"1.5"},
        "body": list,
        "actions": list,
        "fallbackText": (str, 2_000),
        "msteams": dict,
        "refresh": dict,
    },
}
REQUIRED = {
    "RichTextBlock": {"inlines"},
    "ColumnSet": {"columns"},
    "Container": {"items"},
    "Image": {"url", "altText"},
    "ActionSet": {"actions"},
    "TextRun": {"text"},
    "Column": {"width", "items"},
    "AdaptiveCard": {"body"},
    "Action.Execute": {"title", "verb", "data", "fallback"},
    "Action.Submit": {"title", "data"},
    "Action.OpenUrl": {"url"},
    "Action.ShowCard": {"title", "card"},
    "Input.Text": {"id", "label", "maxLength"},
    "Input.Number": {"id", "label"},
    "Input.ChoiceSet": {"id", "label", "choices"},
}
ALLOWED = {
    **PARTS,
    **{kind: {**rules, **(_INPUT if kind.startswith("Input.") else {})} for kind, rules in ELEMENTS.items()},
    **{kind: {**rules, **_ACTION} for kind, rules in ACTIONS.items()},
}
# What may stand in which list or place.
PLACES = {
    "body": set(ELEMENTS),
    "items": {"RichTextBlock"},
    "columns": {"Column"},
    "inlines": {"TextRun"},
    "actions": set(ACTIONS) - {"Action.Submit"},
    "fallback": {"Action.Submit"},
    "selectAction": {"Action.OpenUrl"},
    "card": {"AdaptiveCard"},
}
MENTION = re.compile(r"</?at\b", re.IGNORECASE)
FUNCTION = re.compile(r"\{\{(?:DATE|TIME)\(", re.IGNORECASE)
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]")
# Markdown's own characters, where no backslash makes them plain.
MARKDOWN = re.compile(r"(?<!\\)(?:\\\\)*[*_~`\[\]<>#|]")


def compare_golden(name: str, drawn: Any, folder: Path = GOLDEN) -> None:
    """`drawn` is what the golden file says; UPDATE_GOLDEN=1 writes the file first."""
    path = folder / f"{name}.json"
    text = json.dumps(drawn, indent=1, ensure_ascii=False)
    # What cannot be seen, or told from a space, is spelled out, for whoever reads the file.
    text = text.replace("\u2060", "\\u2060").replace("\u00a0", "\\u00a0") + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "look at it, then run the test with UPDATE_GOLDEN=1"


def check_message(sent: TeamsMessage) -> None:
    """Every check for a message."""
    assert 1 <= len(sent.summary) <= 300
    assert not is_blank(sent.summary)
    assert "\n" not in sent.summary
    assert_no_markup(sent.summary)
    check_card(sent.card)
    assert not [thing for thing in things(sent.card) if str(thing.get("type")).startswith("Input.")]


def check_card(card: Json) -> None:
    """Every check for a card."""
    assert card["type"] == "AdaptiveCard"
    assert card["version"] == "1.5"
    assert card["body"], "an empty card is an empty message"
    assert card.get("msteams", {"width": "Full"}) == {"width": "Full"}, "no entities: nobody is mentioned"
    assert weight(card) <= CARD
    assert len(json.dumps(card, ensure_ascii=False).encode()) <= 80_000
    assert len(json.dumps(card).encode("utf-16-le")) <= 80_000, "as Teams counts"
    assert not MARKDOWN.search(card.get("fallbackText", "")), "the only text that is read as markdown"
    assert card.get("refresh") is None or _good_refresh(card["refresh"])
    for thing in things({name: value for name, value in card.items() if name != "refresh"}):
        if "type" in thing:
            _check(thing)
    ids = [thing["id"] for thing in things(card) if "id" in thing]
    assert len(ids) == len(set(ids)), "duplicate id"
    sets = [thing for thing in things(card) if thing.get("type") == "ActionSet"]
    assert sets in ([], [card["body"][-1]]), "one set of actions, at the end"


def assert_no_markup(text: str) -> None:
    """Nothing that Teams could read as a mention, or replace."""
    assert not MENTION.search(text)
    assert not FUNCTION.search(text)
    assert not UNSEEN.search(text)


def things(value: object) -> Iterator[Json]:
    """Every JSON object inside `value`."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from things(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from things(inner)


def shown(card: object) -> str:
    """Everything that a person reads in the text of `card`, in order: a line for each block."""
    blocks = [thing["inlines"] for thing in things(card) if thing.get("type") == "RichTextBlock"]
    return "\n".join("".join(run["text"] for run in runs) for runs in blocks)


def executes(card: object) -> list[Json]:
    """Every button that sends something, in order; what stands behind a question is one."""
    return [thing for thing in things(card) if thing.get("type") == "Action.Execute" and "title" in thing]


def _good_refresh(refresh: Json) -> bool:
    """https://adaptivecards.io/explorer/Refresh.html, and Teams' 60 users; nothing but a run's id is sent."""
    action, users = refresh["action"], refresh["userIds"]
    ours = refresh.keys() == {"action", "userIds"} and action.keys() == {"type", "verb", "data"}
    sent = (action["type"], action["verb"], action["data"].keys()) == ("Action.Execute", "refresh", {"refresh"})
    return ours and sent and 1 <= len(users) <= 60 and len(set(users)) == len(users)


def _check(thing: Json) -> None:
    kind = thing["type"]
    rules = ALLOWED[kind]
    assert REQUIRED[kind] <= thing.keys(), f"{kind} lacks something"
    assert thing.keys() - {"type"} <= rules.keys(), f"{kind} has something that is not its own"
    for name, value in thing.items():
        if name != "type":
            _check_value(f"{kind}.{name}", value, rules[name])
        for inner in value if isinstance(value, list) else [value]:
            assert name not in PLACES or inner["type"] in PLACES[name], f"{inner} in {kind}.{name}"
    for name in ("text", "title", "label", "altText", "placeholder"):
        if name in thing:
            assert thing[name] != ""
            assert_no_markup(thing[name])
    if kind in _MORE:
        _MORE[kind](thing)


def _check_value(name: str, value: object, rule: Any) -> None:
    if isinstance(rule, set):
        assert value in rule, name
    elif isinstance(rule, tuple) and isinstance(rule[1], int):
        assert isinstance(value, str), name
        assert 1 <= len(value) <= rule[1], name
        assert not is_blank(value), name
    else:
        assert isinstance(value, rule), name
        assert value not in ([], "") or name.endswith((".value", ".text")), f"{name} is empty"


def _actions(thing: Json) -> None:
    modes = [action.get("mode", "primary") for action in thing["actions"]]
    assert 1 <= len(modes) <= 25
    assert modes == ["primary"] * min(len(modes), 6) + ["secondary"] * max(len(modes) - 6, 0)


def _execute(thing: Json) -> None:
    assert thing["data"].keys() == {thing["verb"]}
    assert all(isinstance(value, str) and 1 <= len(value) <= 2_000 for value in thing["data"].values())
    assert thing["fallback"]["data"] == thing["data"]
    assert thing["fallback"]["title"] == thing["title"]


def _open_url(thing: Json) -> None:
    assert re.fullmatch(r"https?://[^\s/@]+([/?#]\S*)?", thing["url"])


def _show_card(thing: Json) -> None:
    (question,), (action,) = thing["card"]["body"], thing["card"]["actions"]
    assert not is_blank(shown(question))
    assert action["title"] == thing["title"]
    assert "version" not in thing["card"]


def _text(thing: Json) -> None:
    assert len(thing.get("value", "")) <= thing["maxLength"] <= 3_000


def _choices(thing: Json) -> None:
    assert 1 <= len(thing["choices"]) <= 100
    for choice in thing["choices"]:
        assert choice.keys() == {"title", "value"}
        assert 1 <= len(choice["title"]) <= 75
        assert 1 <= len(choice["value"]) <= 150
        assert_no_markup(choice["title"])
    assert thing.get("value", thing["choices"][0]["value"]) in [choice["value"] for choice in thing["choices"]]


_MORE = {
    "ActionSet": _actions,
    "Action.Execute": _execute,
    "Action.OpenUrl": _open_url,
    "Action.ShowCard": _show_card,
    "Input.Text": _text,
    "Input.ChoiceSet": _choices,
}
