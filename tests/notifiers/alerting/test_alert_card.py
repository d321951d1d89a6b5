"""The card of an alert as its life goes on, and what is said beside it."""

from dataclasses import replace

import pytest

from notifiers import alert_card, alert_life
from notifiers.alert_life import Life, hear
from notifiers.alerts.alert import Alert
from notifiers.message import Button, Fact, Facts, Message
from notifiers.plain_text import text_of
from notifiers.times import say_time
from tests.notifiers.alerting.raised import T0, alarm, failure, happened

MIKA = "mika@example.com"
TOKYO = "Asia/Tokyo"
LINK = Button(label="Open in AWS", link="https://console.aws.amazon.com/")
LOOK = Button(label="Look at it", command="workspace ws-0a1b2c3d4")


def heard(life: Life, alert: Alert) -> Life:
    after = hear(life, alert, T0 + 86_400).life
    assert after is not None
    return after


def commands(message: Message) -> list[str]:
    return [button.command or button.label for button in message.buttons]


def the_alarm() -> Life:
    return Life.first(alarm("open", buttons=(LOOK, LINK), hint="See what runs there.", account="123456789012"))


def test_an_open_one_says_what_since_when_where_and_what_to_do() -> None:
    life = the_alarm()
    message = alert_card.card(life, TOKYO)
    text = text_of(message)
    assert message.severity == "critical"
    for words in ("CPU is 97 %.", "17:00 JST", "123456789012", "What to do: See what runs there.", life.fingerprint):
        assert words in text
    assert commands(message) == [
        f"alerts acknowledge {life.fingerprint}",
        f"alerts mute 2h --alert {life.fingerprint}",
        "workspace ws-0a1b2c3d4",
        "Open in AWS",
    ]


def test_one_that_somebody_is_on_says_who_and_offers_to_close_it() -> None:
    life = alert_life.acknowledge(the_alarm(), MIKA, int(T0) + 60)
    assert life is not None
    message = alert_card.card(life, TOKYO)
    assert "mika is on it since" in text_of(message)
    assert commands(message)[0] == f"alerts close {life.fingerprint}"
    assert alert_card.entry(life, TOKYO).text == f"CPU is high, since {say_time(int(T0), TOKYO)}, mika is on it"


def test_one_that_is_over_says_how_long_it_was_and_acts_no_more() -> None:
    life = heard(
        heard(the_alarm(), alarm("open", 60)), alarm("closed", 720, title="CPU is fine again", buttons=(LINK,))
    )
    message = alert_card.card(life, TOKYO)
    assert (message.title, message.severity) == ("CPU is fine again", "ok")
    assert message.summary.startswith("CPU is high: over after 12 min, ")
    assert "2 times" in text_of(message)
    assert commands(message) == ["Open in AWS"]
    assert alert_card.entry(life, TOKYO).text.startswith("CPU is high, 2 times, over after 12 min")


def test_one_that_a_person_closed_names_them() -> None:
    closed = alert_life.close(the_alarm(), MIKA, int(T0) + 60)
    dealt = alert_life.acknowledge(Life.first(failure()), MIKA, int(T0) + 60)
    quiet = alert_life.grow_old(Life.first(failure()), int(T0) + alert_life.QUIET_S, 0, 0)
    assert closed is not None
    assert dealt is not None
    assert quiet is not None
    assert "Closed by mika after 1 min" in text_of(alert_card.card(closed, TOKYO))
    assert alert_card.card(closed, TOKYO).title == "Over: CPU is high"
    assert "Dealt with by mika after 1 min" in text_of(alert_card.card(dealt, TOKYO))
    assert "Nothing more was heard of it for 7 d" in text_of(alert_card.card(quiet, TOKYO))


def test_one_of_which_nobody_can_tell_says_so() -> None:
    life = heard(the_alarm(), alarm("unknown", 60))
    assert "Nobody can tell since" in text_of(alert_card.card(life, TOKYO))
    assert alert_card.reply(life, TOKYO) is None


@pytest.mark.parametrize(
    ("count", "said"), [(2, "2nd"), (3, "3rd"), (11, None), (20, "20th"), (112, None), (200, "200th"), (4, "4th")]
)
def test_repeats_are_counted_aloud_as_long_as_that_is_news(count: int, said: str | None) -> None:
    reply = alert_card.reply(replace(the_alarm(), change="again", count=count), TOKYO)
    assert (reply is None) if said is None else (reply is not None and f"Again, for the {said} time" in reply.summary)


def test_the_runbook_is_the_alerts_own_or_else_the_configurations() -> None:
    runbook = "https://wiki.example.com/cpu"
    assert commands(alert_card.card(the_alarm(), TOKYO, runbook))[-1] == "Runbook"
    own = Button(label="Runbook", link="https://wiki.example.com/own")
    message = alert_card.card(Life.first(alarm("open", buttons=(own,))), TOKYO, runbook)
    assert [button.link for button in message.buttons if button.label == "Runbook"] == [own.link]


def test_a_notice_says_when_and_can_be_looked_at_but_not_acknowledged() -> None:
    message = alert_card.card(Life.first(happened(buttons=(LOOK,), who="oda")), TOKYO)
    assert message == alert_card.notice(happened(buttons=(LOOK,), who="oda"), TOKYO)
    assert "When: " in text_of(message)
    assert "oda" in text_of(message)
    assert commands(message) == ["workspace ws-0a1b2c3d4"]


def test_whoever_is_reminded_may_say_that_they_still_are_on_it() -> None:
    acked = alert_life.acknowledge(the_alarm(), MIKA, int(T0))
    assert acked is not None
    message = alert_card.question(acked, TOKYO, 900)
    assert "Without an answer it is nobody's again in 15 min." in text_of(message)
    assert [command.split()[1] for command in commands(message)] == ["acknowledge", "close", "show"]


def test_what_the_sentences_say_is_not_said_again_below_them() -> None:
    numbers = (Fact(label="Measured", value="97.5 %"), Fact(label="Threshold", value="above 9"))
    said = alarm("open", summary="CPU is 97.5 %, above 95 % for 3 min.", facts=numbers)
    (facts,) = [block for block in alert_card.card(Life.first(said), TOKYO).blocks if isinstance(block, Facts)]
    assert "Measured" not in [fact.label for fact in facts.items]
    assert "Threshold" in [fact.label for fact in facts.items]
