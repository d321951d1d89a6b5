"""What was done stays done, whatever becomes of the answer; and what people are told when something fails."""

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from aws_ops import audit as records
from aws_ops import vpn_runs
from notifiers.delivery import PlaceGone, Refused, TryLater
from sandbox.aws.workspaces_seed import TWIN
from tests.commands.conftest import TWO_ENDPOINTS, Chat, text_of


def fails_with(monkeypatch: pytest.MonkeyPatch, chat: Chat, method: str, error: Exception) -> None:
    async def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(chat.said, method, fails)


@pytest.mark.parametrize("error", [TryLater("no answer"), Refused("used_url"), PlaceGone("channel_not_found")])
async def test_an_answer_that_is_not_taken_goes_to_direct_messages(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    fails_with(monkeypatch, chat, "answer", error)
    request = chat.request("mika", "vpn on")

    await chat.dispatcher.handle(request)

    (((place, key), message),) = chat.said.posts.items()
    assert (place, key) == ("person:mika@example.com", f"answer-{request.id}")
    assert "is being switched on for you" in text_of(message)
    assert [outcome for _, outcome in chat.audited("mika")] == ["accepted", "done"]
    (logged,) = [record for record in caplog.records if record.exc_info]
    assert (logged.getMessage(), logged.__dict__["correlation"]) == ("answer not delivered", request.correlation)


async def test_where_nothing_is_taken_it_is_logged(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fails_with(monkeypatch, chat, "answer", TryLater("no answer"))
    fails_with(monkeypatch, chat, "post", TryLater("the table is away"))

    await chat.says("mika", "vpn on")

    assert chat.audited("mika")[-1][1] == "done"
    assert "answer not delivered by direct message either" in caplog.text
    assert "request failed" not in caplog.text


async def test_a_question_that_is_not_taken_is_not_asked_elsewhere(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    await chat.says("mika", "vpn on")
    fails_with(monkeypatch, chat, "answer", TryLater("no answer"))

    await chat.says("oda", "vpn off --all")

    (message,) = chat.said.posts.values()
    assert message.summary == (
        "The question about /vpn off tokyo --all could not be shown, so nothing was done: type it again."
    )
    assert not message.buttons


@pytest.mark.parametrize(
    ("name", "typed", "instead"),
    [
        ("oda", f"rebuild {TWIN} it is slow", f"/rebuild {TWIN} it is slow"),
        ("mika", "rebuild answer workspace-01", "/rebuild answer workspace-01"),
    ],
)
async def test_what_was_to_be_chosen_is_never_chosen_for_them(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, name: str, typed: str, instead: str
) -> None:
    fails_with(monkeypatch, chat, "ask", Refused("expired_trigger_id"))

    await chat.says(name, typed)

    assert chat.answers(name)[-1].summary.endswith(f"so nothing was done. Type {instead} instead.")


@pytest.mark.parametrize(
    ("typed", "instead"),
    [
        ("vpn extend", "/vpn extend 1h tokyo"),
        ("vpn on", "/vpn on tokyo for 4h"),
        ("vpn on for 2h", "/vpn on tokyo for 2h"),
        ("vpn off --all", "/vpn off tokyo --all"),
    ],
)
async def test_a_form_that_comes_too_late_says_what_to_type(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, typed: str, instead: str
) -> None:
    chat.use(TWO_ENDPOINTS)
    await chat.says("oda", "vpn on tokyo")
    fails_with(monkeypatch, chat, "ask", Refused("expired_trigger_id"))

    await chat.says("oda", typed)

    assert chat.answers("oda")[-1].summary == (
        f"The form could not be shown in time, so nothing was done. Type {instead} instead."
    )


async def test_cancel_too_late_names_a_run(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    await chat.says("mika", "vpn on")
    fails_with(monkeypatch, chat, "ask", Refused("expired_trigger_id"))

    await chat.says("oda", "deskside cancel")

    assert f"Type /deskside cancel {(chat.claim('mika') or {})['run']} instead." in chat.answer("oda")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (vpn_runs.Contended(), "Others changed the VPN at the same moment, so nothing was changed: try again."),
        (ZeroDivisionError("x"), "Something went wrong, so this was not finished: try again in a minute"),
        (EndpointConnectionError(endpoint_url="x"), "AWS did not answer, so this was not finished: try again"),
        (ReadTimeoutError(endpoint_url="x"), "AWS did not answer, so this was not finished: try again"),
    ],
)
async def test_what_fails_is_said_without_names_from_the_code(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(vpn_runs, "claim", fails)

    await chat.says("mika", "vpn on")

    assert chat.answers("mika")[-1].summary.startswith(sentence)
    newest = records.by_person(chat.desk.table, "mika@example.com", 0)[0]
    assert newest.entry.outcome == "failed"
    assert type(error).__name__ not in newest.entry.detail + chat.answer("mika")
