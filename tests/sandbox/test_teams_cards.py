"""Adaptive Cards in the simulated Teams: what is refused, and how the rest reads."""

from typing import Any

import pytest

from sandbox.teams.cards import card_faults
from sandbox.teams.inputs import client_errors, entered, read_input
from sandbox.teams.reading import read

TEXT = {"type": "TextBlock", "text": "hello"}
EXECUTE = {"type": "Action.Execute", "title": "Go", "verb": "command", "data": {"command": "vpn on"}}


def card(*body: Any, **more: Any) -> dict[str, Any]:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body), **more}


def field(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": f"Input.{kind}", "id": "f", "label": "Field", **more}


def run(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **more}


def rich(*inlines: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(inlines)}


def column(*items: Any) -> dict[str, Any]:
    return {"type": "Column", "width": "stretch", "items": list(items)}


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (None, "must be an object of type AdaptiveCard"),
        (card(version="1.6"), "version 1.6 is not supported"),
        (card(TEXT, refresh=[]), "/refresh: must be an object"),
        (card(TEXT, refresh={"userIds": ["29:x"]}), "required property action is missing"),
        (card(TEXT, refresh={"action": {**EXECUTE, "type": "Action.Submit"}}), "must be an Action.Execute"),
        (card(TEXT, refresh={"action": {**EXECUTE, "url": "x"}}), "unknown property url"),
        (card(TEXT, refresh={"action": EXECUTE, "userIds": [5]}), "must be a list of ids"),
        (card(version=1.5), "version 1.5 is missing or malformed"),
        ({"type": "AdaptiveCard", "body": []}, "version None is missing"),
        (card(body="x"), "/body: must be a list"),
        (card({"type": "TextBlock"}), "/body/0: required property text is missing"),
        (card(TEXT | {"colour": "good"}), "/body/0: unknown property colour"),
        (card(TEXT | {"color": "red"}), "/body/0/color: 'red' is none of"),
        (card(TEXT | {"wrap": "true"}), "/body/0/wrap: must be true or false"),
        (card({"type": "TextBlock", "text": 5}), "/body/0/text: must be text"),
        (card({"type": "ProgressBar", "value": 5}), "unknown type ProgressBar without a fallback"),
        (card({"type": "Badge", "fallback": {"type": "TextBlock"}}), "/body/0/fallback/0: required property text"),
        (card({"text": "x"}), "/body/0: type is missing"),
        (card(rich(run("a"), {"type": "Emoji"})), "/body/0/inlines/1: an inline must be text or a TextRun"),
        (card(rich(run("a", weight="heavy"))), "'heavy' is none of"),
        (card(field("Text"), field("Number")), "/body/1: the id f is used twice"),
        (card({"type": "Input.Text"}), "required property id is missing"),
        (card(field("Number", min="1")), "/body/0/min: must be a number"),
        (card(field("ChoiceSet", choices=[{"title": "x"}])), "/body/0/choices/0: required property value"),
        (card(field("ChoiceSet", style="huge")), "'huge' is none of compact expanded filtered"),
        (card({"type": "FactSet", "facts": ["x"]}), "/body/0/facts/0: must be an object"),
        (card({"type": "ColumnSet", "columns": [column({"type": "Nope"})]}), "/body/0/columns/0/items/0: unknown type"),
        (card({"type": "Container", "items": [{"type": "Image"}]}), "/body/0/items/0: required property url"),
        (card(actions=[{"type": "Action.Http", "title": "x"}]), "/actions/0: unknown type Action.Http"),
        (card(actions=[EXECUTE | {"title": ""}]), "/actions/0: a button has a title"),
        (card(actions=[EXECUTE | {"style": "danger"}]), "'danger' is none of default positive destructive"),
        (card(actions=[{"type": "Action.OpenUrl", "title": "x"}]), "/actions/0: required property url"),
        (card(actions=[{"type": "Action.ShowCard", "title": "x", "card": TEXT}]), "/actions/0/card: the card must be"),
        (card(selectAction={"type": "Action.ShowCard", "card": card()}), "cannot be a selectAction"),
    ],
)
def test_a_card_that_cannot_be_drawn_is_refused(wrong: Any, fault: str) -> None:
    assert fault in "; ".join(card_faults(wrong))


def test_a_card_of_everything_is_drawn() -> None:
    inner = {"type": "AdaptiveCard", "body": [TEXT, field("Toggle", id="t", title="Yes")], "actions": [EXECUTE]}
    everything = card(
        TEXT | {"weight": "Bolder", "color": "Good", "wrap": True, "style": "heading"},
        rich("plain ", run("code", fontType="Monospace", selectAction={"type": "Action.OpenUrl", "url": "https://x"})),
        {"type": "ColumnSet", "columns": [column(TEXT), {"items": [TEXT], "width": "auto"}]},
        {"type": "FactSet", "facts": [{"title": "a", "value": "b"}]},
        {"type": "Image", "url": "https://x.example/a.png", "altText": "a chart", "size": "stretch"},
        {"type": "ImageSet", "images": [{"type": "Image", "url": "https://x.example/a.png", "altText": "one"}]},
        {"type": "Table", "columns": [{"width": 1}], "rows": [{"type": "TableRow", "cells": [{"items": [TEXT]}]}]},
        {"type": "ProgressBar", "value": 5, "fallback": "drop"},
        {"type": "Badge", "text": "new", "fallback": TEXT},
        field("ChoiceSet", id="c", choices=[{"title": "Tokyo", "value": "tokyo"}], style="compact"),
        field("Number", id="n", min=1, max=5, isRequired=True, errorMessage="1 to 5"),
        field("Date", id="d", min="2026-01-01"),
        {"type": "ActionSet", "actions": [EXECUTE | {"fallback": {"type": "Action.Submit", "title": "Go"}}]},
        actions=[{"type": "Action.ShowCard", "title": "More", "card": inner}],
        msteams={"width": "Full"},
        fallbackText="text",
        **{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json"},
    )
    assert card_faults(everything) == []
    assert read(everything).plain.splitlines() == [
        "hello",
        "plain code",
        "hello hello",
        "a b",
        "a chart",
        "one",
        "hello",
        "hello",
        "Field",
        "Tokyo",
        "Field",
        "Field",
        "[Go]",
        "[More]",
    ]


def test_columns_read_in_rows_where_they_have_as_many_lines() -> None:
    facts = {
        "type": "ColumnSet",
        "columns": [column(rich("Endpoint"), rich("Until")), column(rich("tokyo"), rich("18:00"))],
    }
    aside = {"type": "ColumnSet", "columns": [column(rich("left"), rich("below")), column(rich("right"))]}
    hidden = TEXT | {"isVisible": False}
    assert read(card(facts, aside, hidden)).plain == "Endpoint tokyo\nUntil 18:00\nleft\nbelow\nright"


def test_text_blocks_are_markdown_and_text_runs_are_not() -> None:
    reading = read(
        card(
            {"type": "TextBlock", "text": r"**bold** _it_ [here](https://forged.example) \*as is\* snake_case_name"},
            rich(run("**bold** [here](https://harmless.example)")),
            rich(run("docs", selectAction={"type": "Action.OpenUrl", "url": "https://docs.example"})),
        )
    )
    assert reading.plain == ("bold it here *as is* snake_case_name\n**bold** [here](https://harmless.example)\ndocs")
    assert reading.links == ["https://forged.example", "https://docs.example"]


def test_a_question_in_front_of_a_button_opens_before_it() -> None:
    question = {"type": "AdaptiveCard", "body": [TEXT | {"text": "Really?"}], "actions": [EXECUTE]}
    show = {"type": "Action.ShowCard", "title": "Go", "card": question}
    reading = read(card(TEXT, {"type": "ActionSet", "actions": [show]}))
    assert reading.plain == "hello\n[Go]"
    outer, inner = reading.pressables
    assert (outer.kind, outer.opened_by) == ("Action.ShowCard", None)
    assert (inner.kind, inner.opened_by, inner.asks) == ("Action.Execute", "Go", "Really?")
    assert (inner.data, inner.command, outer.command) == ({"command": "vpn on"}, "vpn on", None)


def test_inputs_go_with_the_buttons_that_send_them() -> None:
    inner = card(field("Text", id="why"), actions=[EXECUTE])
    reading = read(
        card(
            field("Text", id="outer"),
            actions=[
                EXECUTE | {"title": "Without", "associatedInputs": "none"},
                {"type": "Action.ShowCard", "title": "More", "card": inner},
            ],
        )
    )
    found = {one.label: [field.id for field in one.inputs] for one in reading.pressables}
    assert found == {"Without": [], "More": ["outer"], "Go": ["outer", "why"]}
    assert [field.id for field in reading.inputs] == ["outer"]


@pytest.mark.parametrize(
    ("element", "text", "fault"),
    [
        (field("Text", isRequired=True, errorMessage="Say why."), "", "Say why."),
        (field("Text", isRequired=True), "because", ""),
        (field("Text", maxLength=3), "long", "This field has an invalid value."),
        (field("Text", regex="^\\d+[hm]$", errorMessage="Such as 8h."), "soon", "Such as 8h."),
        (field("Text", regex="^\\d+[hm]$"), "8h", ""),
        (field("Number", min=1, max=5, errorMessage="1 to 5"), "6", "1 to 5"),
        (field("Number", min=1, max=5, errorMessage="1 to 5"), "many", "1 to 5"),
        (field("Number", min=1, max=5), "5", ""),
        (field("Number"), "", ""),
    ],
)
def test_the_client_checks_inputs_itself(element: dict[str, Any], text: str, fault: str) -> None:
    one = read_input(element)
    assert client_errors((one,), {"f": text}) == ({"f": fault} if fault else {})


def test_choices_are_chosen_by_title_or_value_and_the_rest_keeps_what_it_shows() -> None:
    choices = [{"title": "Tokyo", "value": "tokyo"}, {"title": "Paris", "value": "paris"}]
    inputs = (
        read_input(field("ChoiceSet", id="endpoint", label="Endpoint", choices=choices, value="paris")),
        read_input(field("Text", id="for", label="How long", value="2h")),
        read_input(field("Number", id="count", label="How many", value=3)),
        read_input(field("Toggle", id="loud", title="Loud")),
    )
    assert entered(inputs, {}) == {"endpoint": "paris", "for": "2h", "count": "3"}
    assert entered(inputs, {"Endpoint": "Tokyo", "for": "", "loud": "true"}) == {
        "endpoint": "tokyo",
        "count": "3",
        "loud": "true",
    }
    with pytest.raises(LookupError, match="Endpoint offers Tokyo, Paris, not 'Rome'"):
        entered(inputs, {"Endpoint": "Rome"})
    with pytest.raises(LookupError, match="no input colour"):
        entered(inputs, {"colour": "red"})
