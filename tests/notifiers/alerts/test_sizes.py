"""However large an event is: its alert, and the one that opened it, fit into one item of the table."""

from typing import Any

import pytest

from notifiers.alert_card import card
from notifiers.alert_life import Life
from notifiers.alerts.read import read
from tests.notifiers.alerts.fixture import SENT, event

_ITEM = 400_000  # bytes, of which DynamoDB takes a little more
_LONG = "\N{SNOWMAN}" * 2_000


def grown(value: Any) -> Any:
    """Every text very long, and every list too."""
    if isinstance(value, dict):
        return {name: grown(each) for name, each in value.items()}
    if isinstance(value, list):
        return [grown(each) for each in value] * 25
    return value + _LONG if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("health_lifecycle_many", "affectedEntities"),
        ("stack_drifted", "drift-detection-details"),
        ("workspaces_terminate_denied", "requestParameters"),
        ("other_macie_finding", "detail"),
    ],
)
def test_an_alert_of_any_event_fits_into_an_item_twice(name: str, part: str) -> None:
    large = event(name)
    within = large if part == "detail" else large["detail"]
    within[part] = grown(within[part])
    large["resources"] = [f"{number}{_LONG}" for number in range(100)]
    for alert in read(large, SENT).alerts:
        kept = len(alert.model_dump_json().encode())
        assert 2 * kept < _ITEM, f"{kept:,} bytes"
        assert len(card(Life.first(alert), "UTC").model_dump_json().encode()) < _ITEM
        assert alert.resources
