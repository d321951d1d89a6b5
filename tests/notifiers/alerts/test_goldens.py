"""How the alerts of each fixture look in both chats, as whoever subscribed gets them first.

Whether the chats would take them is asked in `test_fuzz`, of these and of worse ones.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aws_ops import clock
from notifiers import adaptive_card, block_kit
from notifiers.alert_card import card
from notifiers.alert_life import Life
from notifiers.alerts.alert import Alert
from notifiers.alerts.read import read
from notifiers.message import Message
from tests.notifiers import adaptive_card_checks, block_kit_checks
from tests.notifiers.alerts.fixture import NAMES, SENT, event

GOLDEN = Path(__file__).parents[2] / "golden" / "alerts"
ZONE = "Asia/Tokyo"


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    clock.set_source(lambda: datetime(2026, 11, 28, 12, tzinfo=UTC))
    yield
    clock.set_source(None)


def shown(name: str) -> dict[str, Message]:
    """Of a fixture's alerts the first of each sort: 25 of one batch differ by their ids only."""
    sorts = dict[str, Alert]()
    for alert in read(event(name), SENT).alerts:
        sorts.setdefault(f"{alert.kind} {alert.state}", alert)
    return {sort: card(Life.first(alert), ZONE) for sort, alert in sorts.items()}


@pytest.mark.parametrize("name", NAMES)
def test_looks_as_it_did_in_slack(name: str) -> None:
    drawn = {sort: block_kit.render(message) for sort, message in shown(name).items()}
    said = {sort: {"text": sent.text, "blocks": sent.blocks} for sort, sent in drawn.items()}
    block_kit_checks.compare_golden(f"{name}.block_kit", said, GOLDEN)


@pytest.mark.parametrize("name", NAMES)
def test_looks_as_it_did_in_teams(name: str) -> None:
    drawn = {sort: adaptive_card.render(message) for sort, message in shown(name).items()}
    said = {sort: {"summary": sent.summary, "card": sent.card} for sort, sent in drawn.items()}
    adaptive_card_checks.compare_golden(f"{name}.adaptive_card", said, GOLDEN)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_has_a_title_a_sentence_and_no_empty_fact(name: str) -> None:
    for alert in read(event(name), SENT).alerts:
        assert alert.title.strip()
        assert alert.summary.endswith((".", "!", "?", "…")), alert.summary
        assert all(fact.label.strip() and fact.value.strip() for fact in alert.facts)


def test_every_fixture_has_its_goldens_and_they_have_no_other() -> None:
    drawn = {f"{name}.{chat}.json" for name in NAMES for chat in ("block_kit", "adaptive_card")}
    assert {path.name for path in GOLDEN.glob("*")} == drawn
