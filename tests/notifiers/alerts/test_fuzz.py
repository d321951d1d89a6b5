"""Events that are not as AWS documents them: none is lost, none raises, and each can be shown in both chats."""

import json
import math
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from aws_ops import clock
from notifiers import adaptive_card, block_kit
from notifiers.alert_card import card, entry
from notifiers.alert_life import Life
from notifiers.alerts.alert import Alert
from notifiers.alerts.kinds import GROUPS
from notifiers.alerts.read import read
from tests.notifiers import adaptive_card_checks, block_kit_checks
from tests.notifiers.alerts.fixture import NAMES, SENT, event
from tests.notifiers.alerts.mutations import mutated, wrapped
from tests.notifiers.alerts.required import required, shape

LEAST_SHARE = 0.95
ZONE = "Europe/Berlin"


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    clock.set_source(lambda: datetime(2026, 11, 28, 12, tzinfo=UTC))
    yield
    clock.set_source(None)


def test_whatever_is_changed_of_an_event_people_hear_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    feed(8, random.Random(5), capsys, drawn=0.15)


@pytest.mark.faults
def test_whatever_is_changed_of_an_event_people_hear_of_it_all_night_long(capsys: pytest.CaptureFixture[str]) -> None:
    seed = random.randrange(10**9)
    with capsys.disabled():
        print(f"\nseed {seed}")  # noqa: T201 - with it a failure can be had again
    feed(120, random.Random(seed), capsys, drawn=0.2)


def feed(times: int, rng: random.Random, capsys: pytest.CaptureFixture[str], *, drawn: float) -> None:
    """Each fixture so many times, changed in as many ways; a share of the alerts is `drawn` and checked."""
    intact, specific = Counter[str](), Counter[str]()
    for name in NAMES:
        whole = event(name)
        known, wanted, kinds = _as_it_is(whole)
        for _ in range(times):
            changed = mutated(whole, rng)
            found = read(wrapped(changed, rng) if rng.random() < 0.1 else changed, SENT)
            assert found.alerts, "an event is lost"
            for alert in found.alerts:
                check(alert, draw=rng.random() < drawn)
            if known and required(changed, shape(whole)) == wanted:
                intact[name] += 1
                specific[name] += found.known and _families(found.alerts) == kinds
    share = specific.total() / intact.total()
    short = {name: f"{specific[name]} of {intact[name]}" for name in intact if specific[name] < intact[name]}
    with capsys.disabled():
        print(f"\n{specific.total()} of {intact.total()} ({share:.1%}) told as what they are; not all: {short}")  # noqa: T201 - the share is to be read
    assert share >= LEAST_SHARE


def check(alert: Alert, *, draw: bool) -> None:
    """That it can be kept in the table, and shown."""
    assert alert.title.strip()
    assert alert.summary.strip()
    assert alert.key.isascii()
    assert 1 <= len(alert.key) <= 120
    assert math.isfinite(alert.at)
    assert Alert.model_validate_json(alert.model_dump_json()) == alert
    assert len(json.dumps(alert.model_dump())) < 100_000, "an item of the table has 400 KB, and keeps two of them"
    life = Life.first(alert)
    assert len(entry(life, ZONE).text) <= 200
    if draw:
        message = card(life, ZONE)
        block_kit_checks.check_message(block_kit.render(message))
        adaptive_card_checks.check_message(adaptive_card.render(message))


def _as_it_is(whole: Any) -> tuple[bool, dict[str, Any], Any]:
    """Of an event that nobody changed: whether a function knows it, what that needs, and what becomes of it."""
    found = read(whole, SENT)
    return found.known, required(whole, shape(whole)) if found.known else {}, _families(found.alerts)


def _families(alerts: tuple[Alert, ...]) -> Any:
    """Of what sort they are. Which metric an alarm is about is not needed to know that it is one."""
    return {("alarm" if alert.kind in GROUPS["alarms"] else alert.kind, alert.state) for alert in alerts}
