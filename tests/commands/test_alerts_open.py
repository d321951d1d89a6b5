"""`/alerts open`, `show`, `acknowledge`, `close`: alerts themselves, told to whoever may know of them."""

from typing import Any

import pytest

from aws_ops import clock, dead_letter_items
from aws_ops.queue import Received
from notifiers import alert_card, alert_items
from notifiers.alerts.alert import Alert
from sandbox.aws import workspaces_seed as seed
from tests.commands.conftest import IDS, Chat


def raised(chat: Chat, about: str, workspace: str = seed.RENS, **fields: Any) -> str:
    """An alert that AWS raised now; its fingerprint."""
    usual: dict[str, Any] = {
        "kind": "cpu",
        "about": about,
        "state": "open",
        "at": clock.now().timestamp(),
        "key": about,
        "severity": "warning",
        "title": f"CPU of {about} is high",
        "summary": f"CPU of {about} is above 95 %.",
        "resources": (workspace,),
        "lasting": True,
    }
    alert = Alert(**{**usual, **fields})
    alert_items.accept(chat.desk.table, alert)
    return alert.fingerprint


async def test_nothing_is_open(chat: Chat) -> None:
    await chat.says("oda", "alerts open")
    await chat.says("mika", "alerts open")
    await chat.says("oda", "alerts show")

    assert [message.summary for message in chat.answers("oda")] == ["No alert is open."] * 2
    assert "No alert about anything of yours is open." in chat.answer("mika")


async def test_the_worst_first_and_who_is_on_it(chat: Chat) -> None:
    first = raised(chat, "first")
    chat.later(60)
    worst = raised(chat, "worst", severity="critical")
    await chat.says("ada", "alerts ack")
    await chat.says("oda", f"alerts ack {first}")

    await chat.says("oda", "alerts open")

    answer = chat.answer("oda")
    assert "2 alerts open, 1 of them with nobody on it." in answer
    assert answer.index("CPU of worst") < answer.index("CPU of first")
    assert "you" in answer
    assert [button.label for button in chat.answers("oda")[-1].buttons] == [f"Show {worst}", f"Show {first}"]


async def test_staff_see_what_is_theirs_and_learn_nothing_of_the_rest(chat: Chat) -> None:
    mikas, rens = raised(chat, "mine", seed.MIKAS), raised(chat, "hers")

    await chat.says("mika", "alerts open")
    assert "1 alert open" in chat.answer("mika")
    assert "hers" not in chat.answer("mika")
    told = []
    for fingerprint in (rens, "0123456789"):
        await chat.says("mika", f"alerts show {fingerprint}")
        told.append(chat.answer("mika").replace(fingerprint, "…"))
    assert told[0] == told[1]
    assert "Only an operator may do /alerts show" in told[0]
    await chat.says("mika", "alerts acknowledge")
    assert [choice.value for choice in chat.form.fields[0].choices] == [mikas]


async def test_an_acknowledgement_is_drawn_wherever_the_alert_stands(chat: Chat) -> None:
    fingerprint = raised(chat, "mine", seed.MIKAS)

    await chat.says("mika", f"alerts acknowledge {fingerprint[:4]}")

    assert "You are on it: CPU of mine is high. If it is still open in 1 h, I ask you again." in chat.answer("mika")
    assert chat.alerts.drawn == [fingerprint]
    life = alert_items.read(chat.desk.table, fingerprint)
    assert life is not None
    assert life.ack is not None
    assert life.ack.by == "mika@example.com"
    await chat.says("oda", f"alerts acknowledge {fingerprint}")
    assert "You are on it instead of mika:" in chat.answer("oda")
    typed = f'alerts acknowledge alert="{fingerprint}"'
    assert chat.audited("oda") == [(typed, "accepted"), (typed, "done")]


async def test_whoever_tries_alerts_may_acknowledge_the_trial(chat: Chat) -> None:
    alert = alert_card.trial("mika@example.com", "01jd2", clock.now().timestamp())
    alert_items.accept(chat.desk.table, alert)

    await chat.says("mika", f"alerts acknowledge {alert.fingerprint}")

    assert "Noted as dealt with: A test alert." in chat.answer("mika")


async def test_what_aws_never_calls_over_is_dealt_with(chat: Chat) -> None:
    fingerprint = raised(chat, "launch", lasting=False)

    await chat.says("oda", f"alerts ack {fingerprint}")
    assert "Noted as dealt with: CPU of launch is high." in chat.answer("oda")
    await chat.says("oda", f"alerts ack {fingerprint}")

    assert "It is over already since 18:00 JST (you closed it), so nothing was done" in chat.answer("oda")
    assert chat.alerts.drawn == [fingerprint]


async def test_whoever_closes_one_reads_that_aws_has_not(chat: Chat) -> None:
    fingerprint = raised(chat, "disk")

    await chat.says("oda", f"alerts close {fingerprint}")
    assert "Closed: CPU of disk is high. AWS has not said so" in chat.answer("oda")
    await chat.says("oda", f"alerts close {fingerprint}")
    assert "It is over already" in chat.answer("oda")
    await chat.presses("oda", "Show it")

    assert "Closed by oda" in chat.answer("oda")
    assert chat.alerts.drawn == [fingerprint]


async def test_an_operator_hears_that_there_is_none(chat: Chat) -> None:
    raised(chat, "one")

    await chat.says("oda", "alerts show 3f9a21c04b")

    assert "There is no alert “3f9a21c04b”, so nothing was done: type /alerts open" in chat.answer("oda")


async def test_a_card_has_the_runbook_of_its_kind(chat: Chat) -> None:
    fingerprint = raised(chat, "disk", kind="disk")
    link = "https://wiki.example.com/disk"
    chat.config = chat.config.model_copy(
        update={"alerts": chat.config.alerts.model_copy(update={"runbooks": {"disk": link}})}
    )

    await chat.says("oda", f"alerts show {fingerprint}")

    assert [button.link for button in chat.answers("oda")[-1].buttons if button.link] == [link]


@pytest.mark.parametrize(("who", "sees"), [("mika", ["mine"]), ("oda", ["hers", "mine"])])
async def test_a_home_has_the_open_alerts(chat: Chat, who: str, sees: list[str]) -> None:
    await chat.says(who, "deskside home")
    assert "Alerts" not in chat.answer(who)
    raised(chat, "mine", seed.MIKAS)
    raised(chat, "hers")

    await chat.says(who, "deskside home")

    assert [name for name in ("hers", "mine") if f"CPU of {name} is high" in chat.answer(who)] == sees
    await chat.presses(who, "Open alerts")
    assert f"{len(sees)} alert" in chat.answer(who)


async def test_a_dead_letter_is_sent_again_once(chat: Chat) -> None:
    await chat.says("alex", "deskside resend")
    assert "The message in the admin place that tells of a dead letter has its id" in chat.answer("alex")
    await chat.says("alex", "deskside resend 0a1b")
    assert "There is no dead letter “0a1b”, so nothing was sent." in chat.answer("alex")
    letter = Received(body_text="{}", receipt="r", id="0a1b", sent=0.0, receives=3)
    dead_letter_items.keep(chat.desk, None, letter)

    await chat.says("alex", "deskside resend 0a1b")
    assert "It is sent again." in chat.answer("alex")
    await chat.says("alex", "deskside resend 0a1b")

    assert "alex@example.com sent it again 18:00 JST, so it was not sent once more." in chat.answer("alex")


@pytest.mark.parametrize("words", ["alerts acknowledge", "alerts close"])
async def test_whoever_was_an_operator_a_minute_ago_is_none(chat: Chat, words: str) -> None:
    rens = raised(chat, "hers")
    chat.known.left.add(IDS["oda"])

    await chat.says("oda", f"{words} {rens}")

    assert "Full members only." in chat.answer("oda")
    life = alert_items.read(chat.desk.table, rens)
    assert life is not None
    assert life.is_open
    assert life.ack is None
