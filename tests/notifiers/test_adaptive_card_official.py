"""Microsoft's own renderer draws every card of ours without a warning, and every button in it sends its command."""

from collections.abc import Sequence
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from notifiers.adaptive_card import closed, render, render_form
from notifiers.message import Button, Code, Form, FormField, Message, Text, line
from tests.notifiers import test_adaptive_card, test_adaptive_card_form
from tests.notifiers.adaptive_card_checks import executes, things
from tests.notifiers.nasty import forms, messages
from tests.notifiers.official_cards import Look, look
from tests.notifiers.test_block_kit import CONSOLE
from tests.notifiers.test_block_kit_form import VPN

T = TypeVar("T")
# It counts those behind "…" too, and draws them all the same.
TOO_MANY = "TooManyActions: Maximum number of actions exceeded (6)."
CARDS = {name: sent.card for name, sent in test_adaptive_card.DRAWN.items()}
FORMS = test_adaptive_card_form.GOLDENS
ALL = {**CARDS, **FORMS, "closed": closed("Sent: /vpn extend 30m")}


@pytest.fixture(scope="module")
def drawn() -> dict[str, Look]:
    """Every golden card, drawn; `3` is typed where a number is asked for."""
    return dict(zip(ALL, look(list(ALL.values()), {"people": "3"}), strict=True))


@pytest.mark.parametrize("name", ALL)
def test_is_drawn_without_a_warning(name: str, drawn: dict[str, Look]) -> None:
    assert set(drawn[name].problems) <= ({TOO_MANY} if name == "too_long" else set())
    assert drawn[name].markdown == []


@pytest.mark.parametrize("name", test_adaptive_card.GOLDENS)
def test_every_button_can_be_pressed_and_sends_its_command(name: str, drawn: dict[str, Look]) -> None:
    assert_buttons(test_adaptive_card.GOLDENS[name].buttons[:25], drawn[name])


def test_those_whom_it_is_for_have_their_buttons_first(drawn: dict[str, Look]) -> None:
    message = test_adaptive_card.GOLDENS["audience"]
    assert_buttons(message.every_button, drawn["audience_eligible"])
    assert_buttons(message.buttons, drawn["audience_refreshing"])


@pytest.mark.parametrize("name", ["form_vpn", "form_errors", "form_hostile"])
def test_every_input_is_collected(name: str, drawn: dict[str, Look]) -> None:
    (sent,) = drawn[name].actions
    values = {one["id"]: one["value"] for one in drawn[name].inputs}
    assert sent["sent"]
    assert sent["verb"] == "form"
    # An empty field that is not required is not sent, or sent empty.
    assert {key: value for key, value in sent["data"].items() if value} == {
        "form": "n0nce",
        **{key: value for key, value in values.items() if value},
    }
    assert values.keys() == {thing["id"] for thing in FORMS[name]["body"] if "id" in thing}


def test_what_was_typed_is_what_is_sent(drawn: dict[str, Look]) -> None:
    (sent,) = drawn["form_errors"].actions
    assert sent["data"] == {"form": "n0nce", "endpoint": "paris", "for": "9h", "people": "3", "why": "<at>Mika</at>"}


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        ({"people": ""}, "Please type a number from 1 to 12.5."),
        ({"people": "13"}, "Please type a number from 1 to 12.5."),
    ],
)
def test_what_is_missing_or_out_of_bounds_is_said_and_not_sent(fill: dict[str, str], said: str) -> None:
    (seen,) = look([FORMS["form_vpn"]], fill)
    (action,) = seen.actions
    assert (action["sent"], action["errors"]) == (False, [said])


def test_a_required_text_is_asked_for() -> None:
    form = Form(title="T", command="c", fields=(FormField(name="why", label="Why"),))
    (seen,) = look([render_form(form, nonce="n")])
    assert seen.actions[0]["errors"] == ["Please fill this in."]
    assert seen.inputs[0]["required"]
    assert seen.inputs[0]["label"] == "Why"


def test_reads_as_it_was_written(drawn: dict[str, Look]) -> None:
    assert drawn["card"].text.split("\n") == [
        "✅ OK: VPN tokyo is on",
        "▓░ 1/2 networks associated",
        *("On for", "mika until 21:00 JST", "Connections", "1", "Cost", "$0.27 so far, $0.35 an hour"),
        "Routes are saved from cvpn-endpoint-0a1b2c3d4e5f60001.",
        "Run vpn-01jexample",
        *("Extend 1 h", "End mine", "Off for everybody", "Open in AWS"),
    ]
    seen = drawn["hostile_here"].text.replace("\u2060", "").replace("\u00a0", " ")
    for text in (
        "🚨 Critical: <at>Mika</at> **bold** [your bank](https://evil.example) # big",
        "{{TIME(2026-01-01T00:00:00Z)}} ${x}",
        "- one\n- two\n1. three",
        "{\n  'a':  {{date(2026-01-01T00:00:00Z)}}\n    b\n}",
    ):
        assert text in seen
    assert drawn["hostile_here"].links == []
    assert drawn["form_errors"].text.split("\n")[-8:] == [
        *("9h", "9h is more than 8h.", "At most 8h.", "People *", "99", "Why", "<at>Mika</at>", "Switch on")
    ]


def test_a_link_leads_where_it_says(drawn: dict[str, Look]) -> None:
    assert drawn["every_block"].links == [CONSOLE]
    assert drawn["hostile"].links == []


def test_a_question_can_be_answered_behind_the_menu_too() -> None:
    buttons = tuple(Button(label=f"b{n}", command=f"vpn on {n}", confirm=f"Really {n}?") for n in range(8))
    (seen,) = look([render(line("x", buttons=buttons)).card])
    assert_buttons(buttons, seen)
    assert [action["menu"] for action in seen.actions] == [False] * 6 + [True] * 2
    assert [action["question"] for action in seen.actions] == [f"Really {n}?\nb{n}" for n in range(8)]


def test_an_unknown_element_is_seen() -> None:
    card = {**closed("x"), "body": [{"type": "Badge", "text": "x"}, {"type": "TextBlock", "text": "**x**"}]}
    (seen,) = look([card])
    assert seen.problems
    assert seen.markdown == ["**x**"]


def test_whatever_was_written_is_drawn() -> None:
    said = examples(messages, 20)
    more = [Message(title="", summary="x", blocks=(Code(text="<at>x</at>"), Text.of("{{DATE(2026-01-01T00:00:00Z)}}")))]
    cards = [render(message).card for message in (*said, *more)]
    for message, card, seen in zip((*said, *more), cards, look(cards), strict=True):
        assert set(seen.problems) <= {TOO_MANY}
        assert seen.markdown == []
        assert len(seen.actions) == len(card["body"][-1].get("actions", []))
        pressed = [action["data"] for action in seen.actions if action["type"] == "Action.Execute"]
        assert pressed == [action["data"] for action in executes(card)]
        assert all(action["sent"] for action in seen.actions)
        links = [thing["url"] for thing in things(card["body"]) if "selectAction" not in thing and "url" in thing]
        assert set(seen.links) <= set(links)
        assert len(message.buttons) >= len(seen.actions)


def test_whatever_form_is_drawn() -> None:
    asked = examples(forms(), 20)
    for form, seen in zip(asked, look([render_form(form, nonce="n") for form in asked]), strict=True):
        assert seen.problems == []
        assert [one["id"] for one in seen.inputs] == [field.name for field in form.fields]
        (action,) = seen.actions
        assert action["sent"] == (not action["errors"])
        assert set(seen.markdown) <= set(action["errors"]), "only our own words"


def test_the_vpn_form_is_sent_as_it_was_opened() -> None:
    (seen,) = look([render_form(VPN, nonce="n")])
    assert seen.actions[0]["data"] == {"form": "n", "endpoint": "tokyo", "for": "4h", "people": "2"}


def examples(strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """Some of what `strategy` makes: they go to the renderer together, since it takes a second to start."""
    found: list[T] = []

    def keep(one: T) -> None:
        found.append(one)

    quick = settings(max_examples=count, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    quick(given(strategy)(keep))()
    return found


def assert_buttons(buttons: Sequence[Button], seen: Look) -> None:
    """Each button was pressed, in order, and sent what it should."""
    wanted: list[Any] = [button.link or {"command": button.command} for button in buttons]
    assert [action["url"] or action["data"] for action in seen.actions] == wanted
    assert all(action["sent"] for action in seen.actions)
    assert [bool(action["behind"]) for action in seen.actions] == [button.confirm is not None for button in buttons]
