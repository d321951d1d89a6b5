"""How fast a place hears things, beside what a chat takes."""

import pytest

from notifiers.outbox_pace import Pace

HOUR = 3600
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit: of one bot in one conversation.
TEAMS = ((1, 7), (2, 8), (30, 60), (HOUR, 1_800))


def flooded(pace: Pace, start: float, seconds: float) -> list[float]:
    """When things are said where there is always more to say."""
    said, now = list[float](), start
    while now < start + seconds:
        said.append(now)
        now += pace.after(now)
    return said


@pytest.mark.parametrize(("window", "most"), TEAMS)
def test_a_flood_of_hours_stays_within_what_teams_takes(window: int, most: int) -> None:
    said = flooded(Pace(1.0), 0.0, 4 * HOUR)
    assert len(said) > 4 * HOUR / 3 - 1, "nor is it slow"
    assert all(later - first >= window for first, later in zip(said, said[most:], strict=False))


def test_after_an_hour_of_silence_it_is_as_fast_as_before() -> None:
    pace = Pace(1.0)
    flooded(pace, 0.0, HOUR)
    assert pace.after(HOUR) == 3.0
    assert [pace.after(2 * HOUR + n) for n in range(100)] == [1.0] * 100


def test_without_a_pace_nothing_waits() -> None:
    assert {Pace(0.0).after(0.0) for _ in range(2_000)} == {0.0}
