"""How forms look in Teams, and what comes back from them."""

from typing import Any

import pytest

from notifiers.adaptive_card import read_form, render_form
from notifiers.adaptive_card_limits import Json
from notifiers.message import Choice, Form, FormField
from tests.notifiers.adaptive_card_checks import GOLDEN, check_card, compare_golden, executes, shown
from tests.notifiers.test_block_kit_form import HOSTILE, VPN

GOLDENS: dict[str, Json] = {
    "form_vpn": render_form(VPN, nonce="n0nce"),
    "form_errors": render_form(
        VPN,
        nonce="n0nce",
        values={"endpoint": "paris", "for": "9h", "people": "99", "why": "<at>Mika</at>"},
        errors={"for": "9h is more than 8h.", "": "Nothing was changed."},
    ),
    "form_hostile": render_form(HOSTILE, nonce="n0nce", errors={"x": "<at>Mika</at> [x](https://evil.example)\n"}),
}


@pytest.mark.parametrize("name", GOLDENS)
def test_looks_as_it_did(name: str) -> None:
    check_card(GOLDENS[name])
    compare_golden(name, GOLDENS[name])


def test_no_golden_file_without_its_form() -> None:
    assert {path.stem for path in GOLDEN.glob("form_*.json")} == set(GOLDENS)


def test_a_form_is_sent_with_its_nonce() -> None:
    (submit,) = executes(render_form(VPN, nonce="n0nce"))
    assert (submit["title"], submit["verb"], submit["data"]) == ("Switch on", "form", {"form": "n0nce"})


def test_reads_what_was_filled_in() -> None:
    data = {
        "form": "n0nce",
        "msteams": {"type": "task/submit"},
        "endpoint": "tokyo",
        "for": " 2h ",
        "people": 0,
        "share": 2.0,
        "half": 0.5,
        "sure": True,
        "why": None,
        "spaces": "  ",
        "much": float("inf"),
        "list": ["x"],
    }
    assert read_form(data) == {
        "endpoint": "tokyo",
        "for": "2h",
        "people": "0",
        "share": "2",
        "half": "0.5",
        "sure": "true",
    }


def test_what_was_typed_is_kept_and_the_error_stands_below_its_field() -> None:
    body = GOLDENS["form_errors"]["body"]
    inputs = {thing["id"]: (number, thing) for number, thing in enumerate(body) if "id" in thing}
    kept = {name: thing.get("value") for name, (_, thing) in inputs.items()}
    assert kept == {"endpoint": "paris", "for": "9h", "people": 99, "why": "<at>Mika</at>"}
    error = body[inputs["for"][0] + 1]
    assert shown(error) == "9h is more than 8h."
    assert error["inlines"][0]["color"] == "Attention"
    assert shown(body[2]) == "Nothing was changed.", "what belongs to no field stands above them all"


def test_what_was_emptied_stays_empty() -> None:
    (element, *_) = _drawn(FormField(name="t", label="T", initial="4h"), values={"t": ""})
    assert "value" not in element


def test_choices_beyond_a_hundred_are_said_to_be_missing() -> None:
    choices = tuple(Choice(value=str(number), label=str(number)) for number in range(130))
    element, hint = _drawn(FormField(name="c", label="C", kind="choice", choices=choices, initial="120", hint="Pick."))
    assert len(element["choices"]) == 100
    assert element["value"] == "120"
    assert shown(hint) == "Pick. 100 of 130 are shown; type the command for another one."


def test_choices_that_are_no_ids_leave_a_text_field() -> None:
    element, hint = _drawn(FormField(name="c", label="C", kind="choice", choices=(Choice(value="x" * 151, label="x"),)))
    assert element["type"] == "Input.Text"
    assert shown(hint) == "0 of 1 are shown; type the command for another one."


@pytest.mark.parametrize("initial", ["", "many", "nan", "inf", None])
def test_what_is_no_number_is_left_out(initial: str | None) -> None:
    (element,) = _drawn(FormField(name="n", label="N", kind="number", minimum=1, maximum=12.5, initial=initial))
    assert element == {
        "type": "Input.Number",
        "id": "n",
        "label": "N",
        "isRequired": True,
        "min": 1,
        "max": 12.5,
        "errorMessage": "Please type a number from 1 to 12.5.",
    }


def test_a_number_without_bounds_asks_for_a_number() -> None:
    (element,) = _drawn(FormField(name="n", label="N", kind="number", initial="2.50"))
    assert (element["value"], element["errorMessage"]) == (2.5, "Please type a number.")


def test_a_text_is_never_cut() -> None:
    (element,) = _drawn(FormField(name="t", label="T", initial="x" * 11, max_length=10))
    assert element["maxLength"] == 10
    assert "value" not in element


def test_a_field_without_an_end_takes_what_a_card_takes() -> None:
    (element,) = _drawn(FormField(name="t", label="T", max_length=9_000))
    assert element["maxLength"] == 3_000


def test_a_form_that_is_too_long_is_shortened_where_it_can_be() -> None:
    fields = tuple(FormField(name=f"f{n}", label="日" * 150, hint="日" * 300, initial="日" * 2_900) for n in range(6))
    card = render_form(Form(title="T", command="c", fields=fields), nonce="n")
    check_card(card)
    assert len([thing for thing in card["body"] if "id" in thing]) == 6
    assert all(len(thing["value"]) == 2_900 for thing in card["body"] if "value" in thing), "half a value is another"


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        (["a", "a"], "same name"),
        ([""], "1 to 255 characters"),
        (["x" * 256], "1 to 255 characters"),
        ([str(number) for number in range(21)], "at most 20 fields, not 21"),
        (["form"], "name of something else"),
        (["日" * 254 + chr(0x3041 + number) for number in range(20)], "too large for a card"),
    ],
)
def test_what_cannot_be_cut_is_refused(names: list[str], wrong: str) -> None:
    form = Form(title="T", command="c", fields=tuple(FormField(name=name, label="日" * 99) for name in names))
    with pytest.raises(ValueError, match=wrong):
        render_form(form, nonce="n")


def _drawn(field: FormField, **more: Any) -> list[Json]:
    """What becomes of one field."""
    card = render_form(Form(title="T", command="c", fields=(field,)), nonce="n", **more)
    check_card(card)
    body: list[Json] = card["body"]
    return body[1:-1]
