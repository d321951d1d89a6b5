"""How often an app may speak in one conversation of the simulated Teams."""

import pytest

from sandbox.teams.limits import Rates


def test_the_rates_are_those_of_teams() -> None:
    now = 0.0
    rates = Rates(clock=lambda: now)
    for wanted, expected in [(0.0, 0.0)] * 7 + [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (2.0, 0.0)]:
        now = wanted
        assert rates.wait("a", "sendToConversation") == pytest.approx(expected)
    rates = Rates(clock=lambda: now)
    waits = []
    for number in range(70):
        now = 100.0 + number / 3
        waits.append(rates.wait("a", "updateActivity"))
    assert waits.index(next(wait for wait in waits if wait)) == 60
    assert rates.wait("a", "getConversationMember") == 0
