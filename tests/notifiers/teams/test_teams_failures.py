"""What the connector's errors mean."""

import pytest

from notifiers import teams_failures
from notifiers.delivery import MessageGone, PlaceGone, TryLater
from notifiers.teams_api import NotAllowed, TeamsRefused
from notifiers.teams_failures import Fault


@pytest.mark.parametrize(
    ("status", "code", "send", "update"),
    [
        (400, "BadSyntax", TeamsRefused, TeamsRefused),
        (401, "", NotAllowed, NotAllowed),
        (403, "BotDisabledByAdmin", NotAllowed, NotAllowed),
        (403, "BotNotInConversationRoster", PlaceGone, PlaceGone),
        (403, "MessageWritesBlocked", PlaceGone, PlaceGone),
        (403, "ServiceError", PlaceGone, MessageGone),
        (404, "ConversationNotFound", PlaceGone, MessageGone),
        (404, "", TryLater, TryLater),
        (408, "", TryLater, TryLater),
        (410, "", TeamsRefused, MessageGone),
        (412, "PreconditionFailed", TryLater, TryLater),
        (413, "MessageSizeTooBig", TeamsRefused, TeamsRefused),
        (429, "Throttled", TryLater, TryLater),
        (502, "", TryLater, TryLater),
    ],
)
def test_what_an_error_means(status: int, code: str, send: type[Exception], update: type[Exception]) -> None:
    assert type(teams_failures.on_send(Fault(status, code))) is send
    assert type(teams_failures.on_update(Fault(status, code))) is update


@pytest.mark.parametrize("status", [400, 404])
def test_one_word_says_that_nobody_is_there(status: int) -> None:
    assert teams_failures.on_look_up(Fault(status, "MemberNotFoundInConversation")) is None


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        (400, "", TeamsRefused),
        (400, "BadSyntax", TeamsRefused),
        (403, "BotNotInConversationRoster", PlaceGone),
        (403, "MemberNotFoundInConversation", PlaceGone),
        (404, "", TryLater),
        (404, "ConversationNotFound", PlaceGone),
        (404, "ServiceNotFound", TeamsRefused),
        (410, "", TeamsRefused),
        (503, "MemberNotFoundInConversation", TryLater),
    ],
)
def test_no_other_error_says_it(status: int, code: str, means: type[Exception]) -> None:
    assert type(teams_failures.on_look_up(Fault(status, code))) is means


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error": {"code": "BadSyntax", "message": "a very private sentence"}}', "BadSyntax"),
        (b'{"errorCode": 209, "message": "{\\"subCode\\": \\"MessageWritesBlocked\\"}"}', "MessageWritesBlocked"),
        (b'{"message": "Authorization has been denied for this request."}', ""),
        (b'{"error": {"code": "a very private sentence"}}', ""),
        (b'{"error": "invalid_client"}', "invalid_client"),
        (b'{"error": {"code": 7}}', ""),
        (b"<html>", ""),
        (b"[]", ""),
        (b"\xff", ""),
        (b"", ""),
    ],
)
def test_an_errors_word_is_read_and_nothing_else(body: bytes, code: str) -> None:
    fault = teams_failures.read(400, {"Retry-After": "soon"}, body)
    assert (fault.code, fault.seconds) == (code, None)
    assert "private" not in str(fault)
