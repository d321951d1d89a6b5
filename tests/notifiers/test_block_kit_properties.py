"""Whatever a person or AWS wrote: inside every limit, mentions nobody, forges no link, and both libraries take it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from notifiers.block_kit import form_errors, plain, plain_home, read_form, render, render_form, render_home
from notifiers.block_kit_limits import escape
from notifiers.block_kit_text import harmless
from notifiers.characters import cut, units
from notifiers.message import Code, Form, Message, Text
from notifiers.plain_text import clean, text_of
from tests.notifiers.block_kit_checks import assert_no_markup, check_home, check_message, check_view, shown, things
from tests.notifiers.nasty import forms, messages, texts


@given(messages)
@settings(max_examples=40)
def test_every_message_is_one_that_slack_takes(message: Message) -> None:
    sent = render(message)
    check_message(sent)

    ours = {button.link for button in message.every_button}
    ours |= {span.link for block in message.blocks if isinstance(block, Text) for span in block.spans}
    assert {thing["url"] for thing in things(sent.blocks) if "url" in thing} <= ours, "every link is one of ours"

    commands = [button.command for button in message.every_button if button.command is not None]
    pressed = [thing["value"] for thing in things(sent.blocks) if "value" in thing]
    assert pressed == commands[: len(pressed)], "every command is whole"

    added = sent.files[len(message.files) :]
    assert sent.files[: len(message.files)] == message.files
    assert ("full-text.txt" in shown(sent.blocks[-2:])) == bool(added), "what is left out is said"
    assert [file.content for file in added] in ([], [text_of(message)]), "and goes as a file"


@given(messages)
@settings(max_examples=20)
def test_plain_is_escaped_and_short_enough(message: Message) -> None:
    text = plain(message)
    assert 1 <= units(text) <= 4_000
    assert "<" not in text
    assert_no_markup(text)


@given(texts)
def test_a_short_text_is_literally_what_was_written(text: str) -> None:
    text = text[:2_000]
    wanted = harmless(text).strip("\n")
    sent = render(Message(title="", summary="x", blocks=(Code(text=text),)))
    if sent.blocks:
        assert sent.blocks[0]["elements"][0]["elements"] == [{"type": "text", "text": wanted}]
        assert wanted.replace("\u2060", "") == clean(text).strip("\n").replace("\u2060", "")


@given(forms(), st.text(max_size=100))
@settings(max_examples=40)
def test_every_form_is_one_that_slack_takes(form: Form, metadata: str) -> None:
    check_view(render_form(form, private_metadata=metadata))


@given(forms())
def test_a_form_submitted_as_it_was_opened_gives_its_initial_values(form: Form) -> None:
    values = {}
    for block in render_form(form)["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            answer = {"value": element.get("initial_value"), "selected_option": element.get("initial_option")}
            values[block["block_id"]] = {element["action_id"]: {"type": element["type"], **answer}}
    answers = read_form(values)
    for field in form.fields:
        if field.kind != "number" and field.name in answers:
            assert answers[field.name] == (field.initial or "").strip()


@given(st.dictionaries(st.sampled_from(["for", "endpoint"]), texts))
def test_errors_of_fields_are_said(errors: dict[str, str]) -> None:
    said = form_errors(errors)
    assert said.keys() == errors.keys()
    assert all(1 <= units(text) <= 300 for text in said.values())


@given(texts, st.integers(1, 50))
def test_cutting_stays_inside_and_shows_that_it_cut(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert units(short) <= limit
    assert short == text or short.endswith("…")
    escaped = cut(text, limit, lambda piece: units(escape(piece)))
    assert units(escape(escaped)) <= limit


@given(texts)
def test_making_harmless_twice_is_making_harmless_once(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)


@given(messages)
@settings(max_examples=25)
def test_every_home_is_one_that_slack_takes(message: Message) -> None:
    check_home(render_home(message))
    check_home(plain_home(message))
