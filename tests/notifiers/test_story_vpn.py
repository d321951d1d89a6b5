"""The story of a VPN run, as people read it: one golden text a phase, and the notes each fact gives."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aws_ops import clock
from notifiers.block_kit import plain, render
from notifiers.message import Message
from notifiers.stories import ADMIN, STORIES, vpn

GOLDEN = Path(__file__).parent.parent / "golden" / "stories"
NOON = 1_800_000_000
ZONE = "Asia/Tokyo"


def snapshot(**changes: Any) -> dict[str, Any]:
    """A run that is on, with one claim and one connection."""
    return {
        "run": "vpn-01jexample",
        "endpoint": "tokyo",
        "endpoint_id": "cvpn-endpoint-0a1b2c3d4e5f60001",
        "phase": "ready",
        "origin": "person",
        "started": NOON - 3600,
        "associated": NOON - 2700,
        "closed": None,
        "round": 1,
        "cuts": 0,
        "on_s": 2700,
        "others": [],
        "seen_total": 1,
        "subnets": [{"subnet": "subnet-0a", "state": "associated"}, {"subnet": "subnet-0b", "state": "associated"}],
        "claims": [{"person": "mika@example.com", "since": NOON - 3600, "until": NOON + 3600}],
        "claimed": ["mika@example.com"],
        "connections": 1,
        "connected": ["mika"],
        "seen": ["mika"],
        "idle_since": None,
        "idle_s": 1800,
        "cost_usd": 0.27,
        "month_usd": 84.6,
        "rate_usd_hour": 0.35,
        "paused": False,
        "reason": None,
        "by": None,
        "problem": None,
        "lost_routes": 0,
        "tick_s": 30,
    } | changes


NOBODY: dict[str, Any] = {"seen": [], "seen_total": 0}
ASSOCIATING = snapshot(
    phase="associating",
    associated=None,
    connections=0,
    connected=[],
    **NOBODY,
    cost_usd=0.0,
    on_s=0,
    subnets=[{"subnet": "subnet-0a", "state": "associated"}, {"subnet": "subnet-0b", "state": "associating"}],
)
PHASES: Mapping[str, dict[str, Any]] = {
    "associating": ASSOCIATING,
    "ready": snapshot(),
    "idle": snapshot(connections=0, connected=[], idle_since=NOON - 600),
    "unreadable": snapshot(connections=None, problem="DescribeClientVpnConnections: InternalError"),
    "paused": snapshot(paused=True),
    "cutting": snapshot(phase="cutting", reason="off all", by="oda@example.com", connections=0, claims=[]),
    "closed": snapshot(phase="closed", closed=NOON, reason="idle", claims=[], connections=0, lost_routes=1),
    "console": snapshot(phase="closed", closed=NOON, reason="idle", claims=[], claimed=[], origin="console", **NOBODY),
    "failed": snapshot(
        phase="failed", associated=None, closed=NOON, reason="failed", claims=[], on_s=0, problem="association-failed"
    ),
}


@pytest.fixture(autouse=True)
def _noon() -> Any:
    clock.set_source(lambda: datetime.fromtimestamp(NOON, UTC))
    yield
    clock.set_source(None)


@pytest.mark.parametrize("name", PHASES)
def test_the_card_reads_as_agreed(name: str) -> None:
    message = vpn.card("VpnConnectionsChanged", PHASES[name], ZONE)

    same_as_golden(name, message)
    assert len(render(message).blocks) <= 50


def same_as_golden(name: str, message: Message) -> None:
    buttons = "\n".join(f"[{button.label}] {button.command}" for button in message.buttons)
    text = f"{message.severity}: {message.summary}\n\n{plain(message)}\n{buttons}\n"
    file = GOLDEN / f"vpn_{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_the_story_is_found_by_the_run_s_id() -> None:
    assert STORIES["vpn-01jexample".partition("-")[0]] is vpn


def test_everybody_with_a_claim_is_told_once_that_it_is_ready() -> None:
    claims = [{"person": who, "since": NOON, "until": NOON + 60} for who in ("mika@example.com", "ren@example.com")]

    notes = vpn.notes("VpnAssociated", snapshot(claims=claims), ZONE)

    assert [note.to for note in notes] == ["person:mika@example.com", "person:ren@example.com"]
    assert len({note.key for note in notes}) == 1, "the key is per run and association; the place makes it unique"
    assert "ready" in notes[0].message.summary


def test_a_warning_names_the_minutes_and_offers_more_time() -> None:
    facts = {"person": "mika@example.com", "minutes": 15, "until": NOON + 900, "threshold_s": 900}

    (note,) = vpn.notes("VpnClaimEnding", snapshot() | facts, ZONE)
    (later,) = vpn.notes("VpnClaimEnding", snapshot() | facts | {"minutes": 5, "threshold_s": 300}, ZONE)

    assert "15 minutes" in note.message.summary
    assert note.message.buttons[0].command == "vpn extend 1h tokyo"
    assert note.key != later.key


@pytest.mark.parametrize(
    ("fact", "since", "words"),
    [
        ("VpnUnreadable", "unreadable_since", "who is connected for a while (InternalError)"),
        ("VpnCutFailing", "cutting_since", "cannot be switched off: InternalError"),
        ("VpnAssociatingLate", "associating_since", "has been associating since 16:10 JST"),
    ],
)
def test_what_is_wrong_for_too_long_is_said_to_the_admins_once(fact: str, since: str, words: str) -> None:
    data = snapshot(problem="InternalError") | {since: NOON - 3000}

    (note,) = vpn.notes(fact, data, ZONE)
    (later,) = vpn.notes(fact, data | {since: NOON}, ZONE)

    assert note.to == ADMIN
    assert note.key != later.key
    assert note.message.severity == "critical"
    assert words in note.message.summary


def test_what_was_wrong_and_is_no_more_is_said_to_the_admins() -> None:
    (readable,) = vpn.notes("VpnReadable", snapshot() | {"unreadable_since": NOON}, ZONE)
    (off,) = vpn.notes("VpnClosed", PHASES["closed"] | {"alarmed": True}, ZONE)

    assert (readable.to, readable.message.severity) == (ADMIN, "ok")
    assert "AWS tells again who is connected." in readable.message.summary
    assert (off.to, off.message.severity) == (ADMIN, "ok")


def test_a_start_that_is_kept_from_happening_is_told_to_those_who_wait_and_to_the_admins() -> None:
    notes = vpn.notes(
        "VpnAssociatingFailing", ASSOCIATING | {"problem": "AWS did not answer", "failing_since": 1}, ZONE
    )

    assert [note.to for note in notes] == ["person:mika@example.com", ADMIN]
    assert "cannot be switched on yet: AWS did not answer. Deskside keeps trying." in notes[0].message.summary


def test_a_running_card_tells_only_of_routes_that_are_not_back() -> None:
    assert "route" not in plain(vpn.card("VpnAssociated", snapshot(), ZONE))
    assert "1 route could not be put back yet." in plain(vpn.card("VpnAssociated", snapshot(lost_routes=1), ZONE))


def test_a_closed_card_counts_also_those_whose_names_were_too_many() -> None:
    seen = [f"laptop-{number:03}" for number in range(100)]

    message = vpn.card("VpnClosed", PHASES["closed"] | {"seen": seen, "seen_total": 250}, ZONE)

    assert "laptop-014, and 235 more" in plain(message)
    assert "Connected as: nobody connected" in plain(vpn.card("VpnClosed", PHASES["closed"] | NOBODY, ZONE))


def test_a_fact_that_only_moves_the_card_says_nothing_beside_it() -> None:
    assert vpn.notes("VpnConnectionsChanged", snapshot(), ZONE) == ()


def test_whoever_loses_it_is_told_why_but_not_who_switched_it_off_themselves() -> None:
    ended = ["mika@example.com", "oda@example.com"]
    data = snapshot(phase="cutting", reason="off all", by="oda@example.com") | {"ended": ended}

    (note,) = vpn.notes("VpnCutting", data, ZONE)

    assert note.to == "person:mika@example.com"
    assert "oda switched VPN tokyo off for everybody, so your time on it is over." in note.message.summary


def test_whoever_is_told_of_a_cut_is_told_of_the_next_one_too() -> None:
    data = snapshot(phase="cutting", reason="idle") | {"ended": ["mika@example.com"]}

    (first,) = vpn.notes("VpnCutting", data | {"cuts": 1}, ZONE)
    (second,) = vpn.notes("VpnCutting", data | {"cuts": 2}, ZONE)

    assert first.key != second.key


def test_who_gets_it_back_is_told_until_when_and_who_claimed_anew_knows() -> None:
    claims = [{"person": who, "since": NOON, "until": NOON + 60} for who in ("mika@example.com", "ren@example.com")]
    data = snapshot(claims=claims, cuts=1) | {"returned": ["mika@example.com"]}

    (note,) = vpn.notes("VpnCutUndone", data, ZONE)
    (later,) = vpn.notes("VpnCutUndone", data | {"cuts": 2}, ZONE)
    (sooner,) = vpn.notes("VpnCutUndone", data | {"phase": "associating"}, ZONE)

    assert note.to == "person:mika@example.com"
    assert note.message.summary.startswith("VPN tokyo stays on: your time on it goes on until 17:01 JST.")
    assert sooner.message.summary.startswith("VPN tokyo is switching on after all")
    assert note.key != later.key


def test_a_network_that_was_on_in_an_earlier_round_was_on() -> None:
    message = vpn.card("VpnClosed", PHASES["closed"] | {"associated": None, "round": 2}, ZONE)

    assert "On for: 45 min" in plain(message)


def test_a_start_that_failed_is_told_to_those_who_asked_and_to_the_admins() -> None:
    notes = vpn.notes("VpnClosed", PHASES["failed"], ZONE)

    assert [note.to for note in notes] == ["person:mika@example.com", ADMIN]
    assert vpn.notes("VpnClosed", PHASES["closed"], ZONE) == ()


def test_a_claim_that_ran_out_is_told_and_one_that_its_owner_ended_is_not() -> None:
    facts = {"person": "mika@example.com", "until": NOON}

    (note,) = vpn.notes("VpnClaimEnded", snapshot() | facts | {"early": False}, ZONE)

    assert note.to == "person:mika@example.com"
    assert vpn.notes("VpnClaimEnded", snapshot() | facts | {"early": True}, ZONE) == ()
