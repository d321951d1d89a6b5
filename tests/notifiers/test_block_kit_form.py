"""How forms look in Slack, and what comes back from them."""

from typing import Any

import pytest

from notifiers.block_kit import form_errors, read_form, render_form
from notifiers.message import Choice, Form, FormField
from tests.notifiers.block_kit_checks import GOLDEN, check_view, compare_golden

VPN = Form(
    title="Switch the VPN on",
    command="vpn on",
    submit="Switch on",
    intro="It goes off by itself when nobody is connected.",
    fields=(
        FormField(
            name="endpoint",
            label="Endpoint",
            kind="choice",
            choices=(Choice(value="tokyo", label="Tokyo"), Choice(value="paris", label="Paris")),
            initial="tokyo",
        ),
        FormField(name="for", label="For how long", kind="duration", required=False, initial="4h", hint="At most 8h."),
        FormField(name="people", label="People", kind="number", minimum=1, maximum=12.5, initial="2"),
        FormField(name="why", label="Why", multiline=True, required=False, max_length=200),
    ),
)
HOSTILE = Form(
    title="<!channel> and a title that is too long",
    command="vpn on",
    submit="@here :fire: and so on and so on",
    intro="*bold* <https://evil.example|your bank>",
    fields=(FormField(name="x", label="<@U0MIKA>\n:fire:", hint="<!here>", initial="<!here>"),),
)


@pytest.mark.parametrize(("name", "form"), [("form_vpn", VPN), ("form_hostile", HOSTILE)])
def test_looks_as_it_did(name: str, form: Form) -> None:
    view = render_form(form, private_metadata='{"command": "vpn on"}')
    check_view(view)
    compare_golden(name, view)


def test_no_golden_file_without_its_form() -> None:
    assert {path.stem for path in GOLDEN.glob("form_*.json")} == {"form_vpn", "form_hostile"}


def test_reads_what_was_filled_in() -> None:
    values = {
        "endpoint": {"endpoint": {"type": "static_select", "selected_option": {"value": "tokyo", "text": {}}}},
        "for": {"for": {"type": "plain_text_input", "value": " 2h "}},
        "people": {"people": {"type": "number_input", "value": "0"}},
        "why": {"why": {"type": "plain_text_input", "value": None}},
        "spaces": {"spaces": {"type": "plain_text_input", "value": "  "}},
        "nothing": {"nothing": {"type": "static_select", "selected_option": None}},
    }
    assert read_form(values) == {"endpoint": "tokyo", "for": "2h", "people": "0"}


def test_errors_stand_beside_their_fields_and_are_never_empty() -> None:
    assert form_errors({"for": "At most 8h.\n<!here>", "why": ""}) == {"for": "At most 8h. <\u2060!here>", "why": "—"}


def test_a_long_title_stands_above_the_fields() -> None:
    view = render_form(HOSTILE)
    assert view["title"]["text"].endswith("…")
    assert view["blocks"][0]["text"]["text"] == "<\u2060!channel> and a title that is too long"


def test_choices_beyond_a_hundred_are_said_to_be_missing() -> None:
    choices = tuple(Choice(value=str(number), label=str(number)) for number in range(130))
    element, hint = _drawn(FormField(name="c", label="C", kind="choice", choices=choices, initial="120", hint="Pick."))
    assert len(element["options"]) == 100
    assert element["initial_option"]["value"] == "120"
    assert hint == "Pick. 100 of 130 are shown; type the command for another one."


def test_choices_that_slack_cannot_carry_leave_a_text_field() -> None:
    element, hint = _drawn(FormField(name="c", label="C", kind="choice", choices=(Choice(value="x" * 151, label="x"),)))
    assert element["type"] == "plain_text_input"
    assert hint == "0 of 1 are shown; type the command for another one."


@pytest.mark.parametrize("initial", ["", "many", "0", "13", "nan", "inf", None])
def test_an_initial_number_that_does_not_fit_is_left_out(initial: str | None) -> None:
    element, _ = _drawn(FormField(name="n", label="N", kind="number", minimum=1, maximum=12.5, initial=initial))
    assert element == {
        "type": "number_input",
        "is_decimal_allowed": True,
        "min_value": "1",
        "max_value": "12.5",
        "action_id": "n",
    }


def test_an_initial_text_is_never_cut() -> None:
    element, _ = _drawn(FormField(name="t", label="T", initial="x" * 11, max_length=10))
    assert element["max_length"] == 10
    assert "initial_value" not in element


def test_a_field_without_an_end_takes_what_slack_takes() -> None:
    element, _ = _drawn(FormField(name="t", label="T", max_length=9_000))
    assert element["max_length"] == 3_000


@pytest.mark.parametrize(
    ("names", "metadata", "wrong"),
    [
        (["a", "a"], "", "same name"),
        ([""], "", "1 to 255 characters"),
        (["x" * 256], "", "1 to 255 characters"),
        ([str(number) for number in range(99)], "", "at most 98 fields, not 99"),
        (["a"], "x" * 3_001, "private_metadata is longer than 3,000"),
    ],
)
def test_what_cannot_be_cut_is_refused(names: list[str], metadata: str, wrong: str) -> None:
    form = Form(title="T", command="c", fields=tuple(FormField(name=name, label="L") for name in names))
    with pytest.raises(ValueError, match=wrong):
        render_form(form, private_metadata=metadata)


def _drawn(field: FormField) -> tuple[dict[str, Any], str]:
    view = render_form(Form(title="T", command="c", fields=(field,)))
    check_view(view)
    block = view["blocks"][0]
    return block["element"], block.get("hint", {}).get("text", "")
