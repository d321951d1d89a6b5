"""Whatever a person or AWS wrote: inside every limit, mentions nobody, forges no link, and is no markdown."""

from hypothesis import given, settings
from hypothesis import strategies as st

from notifiers.adaptive_card import Refresh, closed, plain, read_form, render, render_form
from notifiers.adaptive_card_limits import weight
from notifiers.adaptive_card_text import aligned, harmless, unmarked
from notifiers.message import Code, Form, Message, Text
from notifiers.plain_text import clean, text_of
from tests.notifiers import nasty
from tests.notifiers.adaptive_card_checks import (
    MARKDOWN,
    assert_no_markup,
    check_card,
    check_message,
    executes,
    shown,
    things,
)
from tests.notifiers.nasty import forms, messages

# What means something in Teams, where it means anything.
OURS = (
    *("<at>Mika</at>", "<at id='0'>", "</AT>", "<a", "t>x", "<\u2060at>", "<\x00at>", "{{DATE(2026-01-01T00:00:00Z)}}"),
    *("{{", "{", "TIME(", "{{TIME(2026-01-01T00:00:00Z)}}", "[bank](https://evil.example)", "![x](y)", "# x", "- x"),
    *("**", "__", "${x}", "<b>", "\\", "\n\n", "  ", "\t"),
)
texts = st.one_of(nasty.texts, st.lists(st.sampled_from(OURS), max_size=12).map("".join))


refreshes = st.none() | st.builds(
    Refresh,
    run=st.just("workspace-01jexample"),
    accounts=st.integers(0, 80).map(lambda count: tuple(f"29:{number:0100}" for number in range(count))),
)


@given(messages, st.booleans(), refreshes)
@settings(max_examples=30)
def test_every_message_is_one_that_teams_takes(message: Message, eligible: bool, refresh: Refresh | None) -> None:
    sent = render(message, eligible=eligible, refresh=refresh)
    check_message(sent)
    buttons = message.every_button if eligible else message.buttons

    ours = {button.link for button in buttons}
    ours |= {span.link for block in message.blocks if isinstance(block, Text) for span in block.spans}
    links = {thing["url"] for thing in things(sent.card) if thing.get("type") == "Action.OpenUrl"}
    assert links <= ours, "every link is one of ours"

    commands = [button.command for button in buttons if button.command is not None]
    pressed = [action["data"]["command"] for action in executes(sent.card)]
    assert pressed == commands[: len(pressed)], "every command is whole"

    added = sent.files[len(message.files) :]
    assert sent.files[: len(message.files)] == message.files
    assert ("full-text.txt" in shown(sent.card["body"][-2:])) == bool(added), "what is left out is said"
    assert [file.content for file in added] in ([], [text_of(message)]), "and goes as a file"


@given(messages)
@settings(max_examples=25)
def test_plain_mentions_nobody_and_is_short_enough(message: Message) -> None:
    text = plain(message)
    assert text.strip()
    assert weight(text) <= 30_010
    assert_no_markup(text)


@given(texts)
def test_a_short_text_is_literally_what_was_written(text: str) -> None:
    text = text[:1_000]
    wanted = aligned(text).strip("\n")
    sent = render(Message(title="", summary="x", blocks=(Code(text=text),)))
    if sent.card["body"][0]["type"] == "Container":
        assert shown(sent.card["body"]) == wanted
        assert wanted.replace("\u2060", "").replace("\u00a0", " ") == clean(text).expandtabs(4).strip("\n").replace(
            "\u2060", ""
        ).replace("\u00a0", " ")


@given(texts, texts, st.sampled_from(["info", "critical"]))
def test_what_means_something_in_teams_means_nothing(text: str, other: str, severity: str) -> None:
    blocks = (Text.of(text, other), Text.of(other, quiet=True), Code(text=text))
    message = Message.model_validate({"title": other, "summary": text, "severity": severity, "blocks": blocks})
    check_message(render(message))
    assert_no_markup(plain(message))
    check_card(closed(text))


@given(texts)
def test_what_is_read_as_markdown_has_none(text: str) -> None:
    assert not MARKDOWN.search(unmarked(text))


@given(forms(), st.text(max_size=100), st.data())
@settings(max_examples=30)
def test_every_form_is_one_that_teams_takes(form: Form, nonce: str, data: st.DataObject) -> None:
    names = st.sampled_from([field.name for field in form.fields])
    values, errors = data.draw(st.dictionaries(names, texts)), data.draw(st.dictionaries(names, texts))
    card = render_form(form, nonce=nonce or "n", values=values, errors=errors)
    check_card(card)
    assert {thing["id"] for thing in card["body"] if "id" in thing} == {field.name for field in form.fields}
    errors_shown = [thing for thing in things(card["body"]) if thing.get("color") == "Attention"]
    assert len(errors_shown) == len(errors), "every error is said"


@given(forms())
def test_a_form_submitted_as_it_was_opened_gives_its_initial_values(form: Form) -> None:
    body = render_form(form, nonce="n")["body"]
    answers = read_form({"form": "n"} | {thing["id"]: thing["value"] for thing in body if "value" in thing})
    for field in form.fields:
        if field.kind != "number" and field.name in answers:
            assert answers[field.name] == (field.initial or "").strip()


@given(texts)
def test_making_harmless_twice_is_making_harmless_once(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)
