"""The life of an alert: what comes in any order, what people say, and what time makes of it."""

from dataclasses import replace
from itertools import permutations

import pytest

from notifiers import alert_life
from notifiers.alert_card import trial
from notifiers.alert_life import Ack, Life, hear
from notifiers.alerts.alert import Alert
from tests.notifiers.alerting.raised import T0, alarm, failure, happened

NOW = T0 + 3600
MIKA = "mika@example.com"


def lived(*alerts: Alert, life: Life | None = None) -> tuple[list[str], Life | None]:
    """What came of each, and how it stands in the end."""
    verdicts: list[str] = []
    for alert in alerts:
        heard = hear(life, alert, NOW)
        life = heard.life or life
        verdicts.append(life.change if life is not None and heard.verdict == "changed" else heard.verdict)
    return verdicts, life


def an_open(*alerts: Alert) -> Life:
    _, life = lived(*(alerts or (alarm("open"),)))
    assert life is not None
    assert life.is_open
    return life


def test_an_alarm_opens_repeats_and_closes_with_its_duration() -> None:
    said, life = lived(alarm("open"), alarm("open", 60), alarm("closed", 720))
    assert said == ["opened", "again", "closed"]
    assert life is not None
    assert (life.state, life.count, life.seq, life.episode) == ("closed", 2, 3, 1)
    assert (life.since, life.closed_at, life.closed_by) == (T0, T0 + 720, None)
    assert life.run == f"alert-{life.fingerprint}-1"


def test_a_closed_one_opens_anew_with_a_card_of_its_own() -> None:
    said, life = lived(alarm("open"), alarm("closed", 60), alarm("open", 120))
    assert said == ["opened", "closed", "opened"]
    assert life is not None
    assert (life.count, life.seq, life.episode, life.since) == (1, 3, 2, T0 + 120)
    assert (life.ack, life.closed_at, life.closed_by) == (None, None, None)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_any_order_the_newest_state_stands(order: tuple[int, ...]) -> None:
    events = (alarm("open"), alarm("open", 60), alarm("closed", 120))
    _, life = lived(*(events[number] for number in order))
    assert life is not None
    assert (life.state, life.at) == ("closed", T0 + 120)


def test_what_is_older_than_what_is_known_is_stale() -> None:
    assert lived(alarm("open", 60), alarm("closed"))[0] == ["opened", "stale"]
    assert lived(alarm("open", 60), alarm("unknown"))[0] == ["opened", "stale"]
    assert lived(alarm("closed", 60), alarm("open"))[0] == ["notice", "stale"]


def test_that_all_is_well_is_a_notice_where_nothing_was_wrong() -> None:
    said, life = lived(alarm("closed"), alarm("closed", 60), alarm("open", 120))
    assert said == ["notice", "notice", "opened"]
    assert life is not None
    assert (life.seq, life.episode, life.count) == (1, 1, 1)


def test_nobody_can_tell_until_somebody_can() -> None:
    said, life = lived(alarm("open"), alarm("unknown", 60), alarm("unknown", 90))
    assert said == ["opened", "unknown", "unknown"]
    assert life is not None
    assert (life.is_open, life.unknown_since, life.alert.state) == (True, T0 + 60, "open")
    said, life = lived(alarm("open", 120), life=life)
    assert said == ["again"]
    assert life is not None
    assert life.unknown_since is None


def test_what_nobody_can_tell_of_something_well_is_a_notice_and_hides_no_alarm() -> None:
    assert lived(alarm("unknown", 60), alarm("open"))[0] == ["notice", "opened"]
    assert lived(alarm("closed"), alarm("unknown", 90), alarm("open", 60))[0] == ["notice", "notice", "opened"]


def test_something_that_happened_changes_nothing() -> None:
    assert lived(alarm("open"), happened())[0] == ["opened", "notice"]


def test_failures_are_counted_in_any_order_and_also_within_one_second() -> None:
    said, life = lived(failure(5, "a"), failure(3, "b"), failure(5, "c"))
    assert said == ["opened", "again", "again"]
    assert life is not None
    assert (life.count, life.since, life.at) == (3, T0 + 3, T0 + 5)


def test_to_acknowledge_a_failure_is_to_deal_with_it() -> None:
    life = alert_life.acknowledge(an_open(failure()), MIKA, int(T0) + 60)
    assert life is not None
    assert (life.state, life.closed_by, life.closed_at, life.change) == ("closed", MIKA, T0 + 60, "closed")
    # One from before that, and one from after it.
    said, counted = lived(failure(30, "late"), life=life)
    assert said == ["corrected"]
    assert counted is not None
    assert (counted.is_open, counted.count) == (False, 2)
    assert lived(failure(90, "new"), life=counted)[0] == ["opened"]


def test_to_acknowledge_an_alarm_is_to_be_on_it() -> None:
    life = alert_life.acknowledge(an_open(), MIKA, int(T0) + 60)
    assert life is not None
    assert (life.is_open, life.ack, life.change) == (True, Ack(MIKA, int(T0) + 60), "acknowledged")
    _, life = lived(alarm("open", 90), life=life)
    assert life is not None
    assert life.ack is not None, "a repeat takes it from nobody"
    nobodys = alert_life.unacknowledge(life)
    assert nobodys is not None
    assert nobodys.ack is None
    assert alert_life.unacknowledge(nobodys) is None


def test_what_is_over_is_acknowledged_and_closed_by_nobody() -> None:
    _, life = lived(alarm("open"), alarm("closed", 60))
    assert life is not None
    assert alert_life.acknowledge(life, MIKA, 0) is None
    assert alert_life.close(life, MIKA, 0) is None
    assert alert_life.grow_old(life, int(NOW), 0, 0) is None


def test_somebody_closes_it_before_aws_does() -> None:
    life = alert_life.close(an_open(), MIKA, int(T0) + 60)
    assert life is not None
    said, both = lived(alarm("closed", 90), life=life)
    assert said == ["corrected"]
    assert both is not None
    assert (both.closed_by, both.closed_at, both.alert.state) == (MIKA, T0 + 60, "closed")
    assert lived(alarm("closed", 120), life=both)[0] == ["notice"]
    assert lived(alarm("open", 120), life=life)[0] == ["opened"], "it is raised again: they were wrong"


def test_whoever_is_on_it_is_asked_and_then_is_not_any_more() -> None:
    acknowledged, grace = 3600, 900
    life = alert_life.acknowledge(an_open(), MIKA, int(T0))
    changes = []
    for second in range(int(T0), int(T0) + 10_000, 300):
        assert life is not None
        older = alert_life.grow_old(life, second, acknowledged, grace)
        if older is not None:
            changes.append((older.change, second - int(T0)))
            life = older
    assert changes == [("reminded", 3600), ("lapsed", 4500)]
    assert life is not None
    assert (life.ack, life.reminded_at) == (None, None)


def test_whoever_says_again_that_they_are_on_it_is_asked_later_again() -> None:
    life = replace(an_open(), ack=Ack(MIKA, int(T0)), reminded_at=int(T0) + 3600)
    again = alert_life.acknowledge(life, MIKA, int(T0) + 3700)
    assert again is not None
    assert alert_life.grow_old(again, int(T0) + 4600, 3600, 900) is None
    older = alert_life.grow_old(again, int(T0) + 7300, 3600, 900)
    assert older is not None
    assert older.change == "reminded"


def test_a_failure_of_which_nothing_more_is_heard_is_over_after_a_week() -> None:
    life, week = an_open(failure()), int(T0) + alert_life.QUIET_S
    assert alert_life.grow_old(life, week - 1, 0, 0) is None
    over = alert_life.grow_old(life, week, 0, 0)
    assert over is not None
    assert (over.is_open, over.closed_by) == (False, alert_life.BY_TIME)
    assert alert_life.grow_old(an_open(), 2 * week, 0, 0) is None, "an alarm is over when AWS says so"


def test_a_trial_is_over_after_an_hour() -> None:
    life = an_open(trial("mika@example.com", "1", T0))
    assert alert_life.grow_old(life, int(T0) + 3599, 0, 0) is None
    assert alert_life.grow_old(life, int(T0) + 3600, 0, 0) is not None


def test_a_clock_that_is_ahead_makes_nothing_stale() -> None:
    said, life = lived(alarm("open", 86_400 * 365), alarm("closed", 3700))
    assert said == ["opened", "closed"]
    assert life is not None
    assert life.since == NOW + 60
