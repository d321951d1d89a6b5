"""The table of operations, beside what AWS says of each in its service model."""

import re

import pytest

from aws_ops.workspace_ops import BROKEN, OPS, STATES
from tests.aws_ops.models import documentation, enum

# What each operation's page says, word for word up to the end of the sentence.
SENTENCES = {
    "start": ("StartWorkspaces", r"a state of ([^.]*)"),
    "stop": ("StopWorkspaces", r"a state of ([^.]*)"),
    "reboot": ("RebootWorkspaces", r"unless its state is ([^.]*)"),
    "rebuild": ("RebuildWorkspaces", r"unless its state is ([^.]*)"),
    "restore": ("RestoreWorkspace", r"unless its state is ([^.]*)"),
}


def test_states_are_those_of_the_model() -> None:
    assert set(enum("WorkspaceState")) == STATES
    assert all(op.valid | op.moving | op.end <= STATES for op in OPS.values())


@pytest.mark.parametrize("op", SENTENCES)
def test_valid_states_are_those_of_the_page(op: str) -> None:
    operation, sentence = SENTENCES[op]
    found = re.search(sentence, documentation(operation))
    assert found is not None
    assert set(re.findall(r"[A-Z]{5,}", found[1])) == OPS[op].valid


@pytest.mark.parametrize(
    ("op", "states", "modes"),
    [
        ("start", "STOPPED", "AUTO_STOP MANUAL"),
        ("stop", "AVAILABLE IMPAIRED UNHEALTHY ERROR", "AUTO_STOP MANUAL"),
        ("rebuild", "AVAILABLE ERROR UNHEALTHY STOPPED REBOOTING", "AUTO_STOP MANUAL ALWAYS_ON"),
        ("maintenance-on", "AVAILABLE", "AUTO_STOP MANUAL ALWAYS_ON"),
        ("maintenance-off", "ADMIN_MAINTENANCE", "AUTO_STOP MANUAL ALWAYS_ON"),
        ("create", "", ""),
    ],
)
def test_when_it_is_taken(op: str, states: str, modes: str) -> None:
    taken = {
        (state, mode) for state in STATES for mode in ("AUTO_STOP", "MANUAL", "ALWAYS_ON") if OPS[op].takes(state, mode)
    }
    assert taken == {(state, mode) for state in states.split() for mode in modes.split()}


def test_everything_but_what_is_suspended_or_going_can_be_terminated() -> None:
    assert STATES - OPS["terminate"].valid == {"SUSPENDED", "TERMINATING", "TERMINATED"}


def test_an_end_that_could_be_the_beginning_needs_proof() -> None:
    assert {op.name for op in OPS.values() if op.end & op.valid} == {op.name for op in OPS.values() if op.proof}


def test_what_destroys_drops_and_what_is_asked_for_destroys() -> None:
    assert {op.name for op in OPS.values() if op.destroys} == {"rebuild", "restore", "terminate"}
    assert {op.name for op in OPS.values() if op.asks} == {"rebuild", "restore"}
    assert {op.name for op in OPS.values() if op.drops} == {"stop", "reboot", "rebuild", "restore", "terminate"}


def test_nothing_ends_well_in_a_broken_state() -> None:
    assert not any(op.end & BROKEN for op in OPS.values())
    assert not any(op.moving & op.end for op in OPS.values())
    assert all(op.expected_min * 60 < op.late_s for op in OPS.values())


def test_names_are_their_own_keys() -> None:
    assert all(name == op.name for name, op in OPS.items())
    assert {op.batch for op in OPS.values()} == {1, 25}
