"""What people are told of executions that failed."""

import pytest

from notifiers.message import Code
from tests.notifiers.alerts.fixture import commands, facts, only


def test_a_state_machine_says_what_failed_and_for_how_long_it_ran() -> None:
    failed, fine = only("execution_failed"), only("execution_succeeded")
    assert failed.summary == (
        "Execution of nightly-copy has failed: States.TaskFailed: The bucket samples-archive does not exist."
    )
    assert (failed.kind, failed.state, failed.at) == ("execution", "open", 1_795_770_942.305)
    assert facts(failed)["Took"] == "15 min 42 s"
    assert (fine.state, fine.about) == ("closed", failed.about)


def test_what_an_execution_was_given_is_shown_to_nobody() -> None:
    assert all("secret" not in only(name).model_dump_json() for name in ("execution_failed", "function_gave_up"))


@pytest.mark.parametrize(
    ("name", "state", "title"),
    [
        ("execution_timed_out", "open", "Execution of nightly-copy took too long and was ended"),
        ("execution_aborted", "notice", "Execution of nightly-copy was ended by somebody"),
        ("durable_execution_failed", "open", "Execution of deskside-vpn has failed"),
        ("durable_execution_stopped", "notice", "Execution of deskside-vpn was ended by somebody"),
    ],
)
def test_every_end_has_its_words(name: str, state: str, title: str) -> None:
    assert (only(name).state, only(name).title) == (state, title)


def test_a_run_of_deskside_itself_leads_to_what_is_running() -> None:
    alert = only("durable_execution_failed")
    assert commands(alert) == ["deskside runs"]
    assert alert.resources[0] == "vpn-01kb2m7q4x8z0c3v5n6d9f1h2j"


def test_a_function_that_was_given_up_on_says_its_error() -> None:
    alert, late = only("function_gave_up"), only("function_gave_up_by_eventbridge")
    assert alert.summary == "Function thumbnails has failed: KeyError: 'width'."
    assert facts(alert)["Tries"] == "3"
    (trace,) = alert.blocks
    assert isinstance(trace, Code)
    assert "return event['width']" in trace.text
    assert (late.about, late.summary) == (alert.about, "Function thumbnails has failed: it waited for too long.")
    assert late.key != alert.key
