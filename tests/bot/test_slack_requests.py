"""What Slack sends, read as Requests."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.listeners.slack_requests import Ignored, as_typed, from_button, from_command, from_form
from notifiers.place import Place
from notifiers.slack import FormOrigin

COMMAND = {
    "command": "/vpn",
    "text": "on tokyo for 2h",
    "user_id": "U1",
    "team_id": "T1",
    "channel_id": "C1",
    "trigger_id": "1.2.abc",
    "response_url": "https://hooks.slack.com/commands/T1/2/3",
}


def button(**changes: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U1", "team_id": "T1"},
        "team": {"id": "T9"},
        "channel": {"id": "C1"},
        "container": {"type": "message", "channel_id": "C1"},
        "trigger_id": "1.2.def",
        "response_url": "https://hooks.slack.com/actions/T1/2/3",
        "actions": [{"type": "button", "action_id": "b:0", "value": "vpn off tokyo"}],
    } | changes


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("on tokyo", "on tokyo"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<@U0ADA|ada>", "@U0ADA"),
        ("<@U0ADA>", "@U0ADA"),
        ("<#C1|general> x", "#C1 x"),
        ("<mailto:ada@example.com|ada@example.com>", "ada@example.com"),
        ("<https://example.com/a?b=1&amp;c|example.com>", "https://example.com/a?b=1&c"),
        ("&lt;@U0ADA&gt;", "<@U0ADA>"),
        ("", ""),
    ],
)
def test_text_is_read_as_it_was_typed(sent: str, typed: str) -> None:
    assert as_typed(sent) == typed


@given(st.text())
def test_what_slack_escapes_comes_back_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert as_typed(escaped) == text


def test_a_slash_command() -> None:
    request = from_command(COMMAND)
    assert request.id == request.trigger == "1.2.abc"
    assert request.text == "vpn on tokyo for 2h"
    assert request.via == "typed"
    assert str(request.place) == "slack:C1"
    assert (request.user, request.team) == ("U1", "T1")
    assert request.recipient.reply_to == COMMAND["response_url"]


def test_a_slash_command_alone_has_no_trailing_space() -> None:
    assert from_command({**COMMAND, "text": ""}).text == "vpn"


def test_a_button_is_a_command() -> None:
    request = from_button(button())
    assert request.text == "vpn off tokyo"
    assert request.via == "button"
    assert str(request.place) == "slack:C1"


def test_in_a_shared_channel_the_team_is_the_persons_own() -> None:
    assert from_button(button()).team == "T1"
    assert from_button(button(user={"id": "U1"})).team == "T9"


def test_a_button_of_an_ephemeral_message_has_its_place_in_the_container() -> None:
    assert str(from_button(button(channel=None)).place) == "slack:C1"


@pytest.mark.parametrize(
    "action",
    [
        {"type": "button", "action_id": "b:0", "url": "https://example.com", "value": "vpn off"},
        {"type": "button", "action_id": "b:0"},
        {"type": "static_select", "selected_option": {"value": "vpn off"}},
    ],
)
def test_what_is_no_command_is_ignored(action: dict[str, Any]) -> None:
    with pytest.raises(Ignored):
        from_button(button(actions=[action]))


def test_a_form_is_one_request_however_often_it_is_sent() -> None:
    body = {
        "type": "view_submission",
        "user": {"id": "U1", "team_id": "T1"},
        "view": {"id": "V1", "hash": "1.x"},
        "trigger_id": "9",
    }
    origin = FormOrigin(command="vpn on", place=Place(scheme="slack", id="C1"), reply_to="https://hooks.slack.com/x")
    first = from_form(body, origin, {"endpoint": "tokyo"})
    again = from_form({**body, "trigger_id": "10"}, origin, {"endpoint": "tokyo"})
    assert first.id == again.id == "V1:1.x"
    assert first.text == "vpn on"
    assert first.arguments == {"endpoint": "tokyo"}
    assert first.recipient.reply_to == "https://hooks.slack.com/x"
    assert first.correlation != again.correlation


def test_what_a_form_remembers_comes_back() -> None:
    origin = FormOrigin(command="vpn on", place=Place(scheme="slack", id="C1"), reply_to="https://hooks.slack.com/x")
    assert FormOrigin.read(origin.write()) == origin


def test_what_does_not_fit_into_private_metadata_is_left_out() -> None:
    origin = FormOrigin(command="vpn on", place=Place(scheme="slack", id="C1"), reply_to="https://x/" + "y" * 3000)
    assert len(origin.write()) < 3000
    assert FormOrigin.read(origin.write()) == origin.model_copy(update={"reply_to": None})


@pytest.mark.parametrize("metadata", ["", "{}", "[]", "no json", '{"command": 1}'])
def test_a_form_of_somebody_else_is_not_read(metadata: str) -> None:
    assert FormOrigin.read(metadata) is None
