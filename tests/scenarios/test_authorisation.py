"""Who may what, over the wire: words that are typed, buttons that everybody sees, and forms sent by who may no more."""

import re
from collections.abc import Awaitable, Callable

import pytest

from notifiers.message import Button, Message
from notifiers.place import Place
from tests.chats import Human
from tests.scenarios.desks import CHANGES
from tests.scenarios.world import World

PLACE = "vpn"  # strangers share it
ROLES = {"ren": "staff", "oda": "operator", "ada": "approver", "alex": "admin", "gil": "guest", "sol": "stranger"}
COLLEAGUES = {"ren", "oda", "ada", "alex"}
# What is asked for about Mika, and who may; in an order in which nothing done keeps what follows from being done.
MAY = {
    "approvals": COLLEAGUES,
    "deskside home": COLLEAGUES,
    "workspace list": COLLEAGUES,
    "workspace": COLLEAGUES,
    "workspace mika": {"oda"},
    "workspace terminate {id}": {"oda"},
    "workspace stop tag:Env=Prod": {"oda"},
    "workspace create kai.berg": {"oda"},
    "rebuild {mention} it is slow": {"oda"},
    "workspace maintenance on mika@example.com": {"oda"},
    "workspace reboot {computer}": {"oda"},
    "vpn off --all": {"oda"},
    "alerts open": COLLEAGUES,
    "alerts subscribe disk": {"oda"},
    "alerts mute 2h": {"oda"},
    "alerts list --all": {"alex"},
    "deskside resend 0a1b": {"alex"},
    "deskside runs": {"oda"},
    "deskside cancel vpn-01jd2": {"oda"},
    "approve 01jd2": {"ada"},
    "refuse 01jd2 not today": {"ada"},
    "audit mika@example.com": {"alex"},
    "deskside pause": {"alex"},
    "deskside resume": {"alex"},
}
ONLY = re.compile(r"Only (?:an operator|an approver|an admin) may do /")
WHO_CAN = {"oda": "an operator", "ada": "an approver", "alex": "an admin"}


def seen_by(person: Human) -> set[tuple[str, str]]:
    """Every message of the app that somebody sees, in the place or in their own chat with it."""
    there = [seen for seen in person.reads(PLACE) if seen.by_app]
    return {(seen.id, seen.text) for seen in (*there, *person.dms())}


def changes(world: World) -> int:
    """Calls that changed, or would have changed, something in AWS."""
    calls = [event.call for event in world.aws.trail()]
    return sum(bool(CHANGES.match(call) or re.match(r"EC2\.(Associate|Disassociate)", call)) for call in calls)


async def told(world: World, person: Human, deed: Callable[[], Awaitable[None]]) -> list[str]:
    """What somebody is told when they do this; where they may not, nobody else sees anything, and nothing is done."""
    others = [world.person(name) for name in (*ROLES, "mika") if name != person.name]
    before, theirs, done = seen_by(person), list(map(seen_by, others)), changes(world)
    await deed()
    answers = [text for id_, text in seen_by(person) - before]
    if not answers or ROLES[person.name] in {"guest", "stranger"} or any(map(ONLY.search, answers)):
        assert list(map(seen_by, others)) == theirs, "others see something"
        assert changes(world) == done
    return answers


def check(world: World, person: Human, words: str, answers: list[str], *, pressed: bool = False) -> None:
    """That the answer is what the table has: one sentence that says who may, or none of that kind."""
    may = MAY[words]
    match ROLES[person.name]:
        case "guest":
            # At a press Teams itself shows that it was refused.
            assert len(answers) == (0 if pressed and world.platform == "teams" else 1), words
            assert all("guest" in answer for answer in answers), words
        case "stranger":
            # Another tenant's activities are refused at the door.
            assert len(answers) == (1 if world.platform == "slack" else 0), words
            assert not any(map(ONLY.search, answers)), words
        case role if person.name in may:
            assert not any(map(ONLY.search, answers)), f"{role}: {words}: {answers}"
            assert answers or person.form is not None, f"{role}: {words}"
        case role:
            (whoever,) = may
            assert len(answers) == 1, f"{role}: {words}: {answers}"
            begins = f"Only {WHO_CAN[whoever]} may do /{' '.join(words.split(' ')[:1])}"
            assert begins in answers[0], f"{role}: {words}: {answers}"
            assert "to do it for you" in answers[0]
            assert whoever == "oda" or f"{whoever}@example.com" in answers[0]


def nothing_nameless(world: World) -> None:
    """Whatever was changed is in the operator's name, and AWS had nothing to refuse."""
    assert {event.source for event in world.aws.trail() if CHANGES.match(event.call)} <= {"oda@example.com"}
    assert not world.nameless_changes()


@pytest.mark.parametrize("name", ROLES)
async def test_words_typed(world: World, name: str) -> None:
    person, mika = world.person(name), world.person("mika")
    for words in MAY:
        text = words.format(id=world.desktop("mika"), computer=world.computer("mika"), mention=person.mention(mika))

        answers = await told(world, person, lambda text=text: person.says(f"/{text}", PLACE))  # type: ignore[misc]

        check(world, person, words, answers)
    nothing_nameless(world)


@pytest.mark.parametrize("name", ROLES)
async def test_buttons_that_everybody_sees(world: World, name: str) -> None:
    person = world.person(name)
    pressed = [words for words in MAY if "{mention}" not in words]
    place = Place.parse(world.side().place(PLACE))
    for words in pressed:
        command = words.format(id=world.desktop("mika"), computer=world.computer("mika"))
        message = Message(title="Do it", summary=words, buttons=(Button(label=words, command=command),))
        await world.bots[0].outbox.post(place, f"button-{words}", message)
    await world.quiet()
    for words in pressed:
        answers = await told(world, person, lambda words=words: person.presses(words, PLACE))  # type: ignore[misc]

        check(world, person, words, answers, pressed=True)
    nothing_nameless(world)


OPERATORS_FORMS = {
    "/workspace maintenance": {"target": "mika", "switch": "on"},
    "/workspace terminate": {"target": "mika"},
    "/workspace create kai.berg": {"mode": "manual"},
    "/deskside cancel": {"run": "{run}"},
}


@pytest.mark.parametrize("words", OPERATORS_FORMS)
async def test_a_form_sent_by_who_is_operator_no_more(world: World, words: str) -> None:
    oda, ren = world.person("oda"), world.person("ren")
    await ren.says("/vpn on")
    await oda.says(words, PLACE)
    assert oda.form is not None
    await world.configures(loses="oda")
    fields = {name: value.format(run=world.run_id()) for name, value in OPERATORS_FORMS[words].items()}

    answers = await told(world, oda, lambda: oda.submits(**fields))

    (answer,) = filter(ONLY.search, answers)
    assert "Only an operator may do /" in answer
    assert "you are staff: ask one" in answer
    assert world.claims("ren")


async def test_a_reason_sent_by_who_is_approver_no_more(world: World) -> None:
    oda, ada = world.person("oda"), world.person("ada")
    await ada.says("/vpn status")
    await oda.says("/workspace terminate elena.rossi she has left", oda.dm)
    await world.confirms(oda)
    await ada.presses("Refuse", ada.dm)
    assert ada.form is not None
    await world.configures(loses="ada", also_approver="alex")

    answers = await told(world, ada, lambda: ada.submits(reason="Elena is only on leave"))

    (answer,) = filter(ONLY.search, answers)
    assert "Only an approver may do /refuse" in answer
    assert "ask one (alex@example.com)" in answer
    assert world.approval_state() == "open"


async def test_a_confirmation_by_who_is_operator_no_more(world: World) -> None:
    oda = world.person("oda")
    await oda.says("/workspace terminate mika he has left", PLACE)
    await world.configures(loses="oda")

    answers = await told(world, oda, lambda: oda.presses("Ask for approval"))

    (answer,) = filter(ONLY.search, answers)
    assert "you are staff: ask one" in answer
    assert changes(world) == 0
