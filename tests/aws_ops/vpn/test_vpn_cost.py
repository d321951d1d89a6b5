"""What a run costs, and what always-on would."""

from datetime import UTC, datetime

import pytest

from aws_ops import vpn_cost
from aws_ops.table import Item
from tests.aws_ops.vpn.world import ENDPOINT, HOUR


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_associations_and_connections_cost_by_the_second_up_to_now() -> None:
    now = at("2035-01-08T12:00:00")
    associations: list[Item] = [
        {"since": now - 4 * HOUR, "until": now - 2 * HOUR},
        {"since": now - HOUR, "until": None},
        {"since": None, "until": now},  # never became usable
    ]
    connections: list[Item] = [{"since": now - HOUR // 2, "until": None}, {"since": now - HOUR, "until": now + HOUR}]
    assert vpn_cost.cost(ENDPOINT, associations, connections, now) == pytest.approx(3 * 0.15 + 1.5 * 0.05)
    assert vpn_cost.cost(ENDPOINT, [], [], now) == 0


def test_it_was_on_while_any_association_was_over_all_rounds() -> None:
    now = at("2035-01-08T12:00:00")
    associations: list[Item] = [
        {"since": now - 60, "until": None},
        {"since": now - 5000, "until": now - 3000},
        {"since": now - 4000, "until": now - 2000},
        {"since": now - 3500, "until": now - 3400},
        {"since": None, "until": now},
    ]
    assert vpn_cost.on_s(associations, now) == 3000 + 60
    assert vpn_cost.on_s([], now) == 0


def test_the_rate_is_what_stands_now() -> None:
    assert vpn_cost.rate(ENDPOINT, associated=2, connected=3) == pytest.approx(0.45)


@pytest.mark.parametrize(
    ("moment", "hours"),
    [("2035-03-01T00:00:00", 0), ("2035-03-01T01:30:00", 1.5), ("2036-02-29T23:00:00", 29 * 24 - 1)],
)
def test_always_on_counts_every_managed_subnet_from_the_first_of_the_month(moment: str, hours: float) -> None:
    assert vpn_cost.month(ENDPOINT, at(moment)) == pytest.approx(2 * 0.15 * hours, abs=0.01)
