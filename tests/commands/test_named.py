"""Any number of words, and what is said by its name: `hear cpu disk critical --tag Env=Prod --hours 8-18`."""

import pytest

from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Registry, Reply, Unclear
from commands.config import Config
from commands.parser import faults, parse
from tests.commands.conftest import ONE_ENDPOINT

CONFIG = Config.parse(ONE_ENDPOINT)


class Hear(Arguments):
    kinds: tuple[str, ...] = ()
    severity: str | None = None
    tag: str | None = None
    resource: str | None = None
    hours: str | None = None
    place: str | None = None


class Hush(Arguments):
    duration: int | None = None
    which: tuple[str, ...] = ()


async def nothing(_: Context, __: Arguments) -> Reply:
    return None


WORDS: Registry = tuple(
    Command(words=words, summary="Hear", group="Hear", role=Role.STAFF, into=into, run=nothing, arguments=arguments)
    for words, into, arguments in (
        (
            "hear",
            Hear,
            (
                Argument("kinds", "list", "[kinds…]", "alarms", choices=lambda _: ("alarms", "cpu", "disk")),
                Argument("severity", "choice", "[critical]", "critical", choices=lambda _: ("warning", "critical")),
                Argument("tag", "tag", "[--tag k=v]", "Env=Prod", named=True),
                Argument("resource", "text", "[--resource id]", "ws-*", named=True),
                Argument("hours", "hours", "[--hours 8-18]", "8-18", named=True),
                Argument("place", "place", "[--place …]", "me", named=True),
            ),
        ),
        (
            "hush",
            Hush,
            (
                Argument("duration", "duration", "[for 2h]", "2h", keyword="for"),
                Argument("which", "list", "[which…]", "all"),
            ),
        ),
    )
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hear", "hear"),
        ("hear cpu", "hear cpu"),
        ("hear CPU disk cpu", "hear cpu disk"),
        ("hear cpu,disk", "hear cpu disk"),
        ("hear cpu, disk,", "hear cpu disk"),
        ("hear kinds=cpu disk", "hear cpu disk"),
        ("hear --kinds cpu critical disk", "hear cpu disk critical"),
        ("hear critical", "hear critical"),
        ("hear --severity warning cpu", "hear cpu warning"),
        ("hear --tag Env=Prod", 'hear --tag "Env=Prod"'),
        ('hear --tag Env="Prod East" cpu', 'hear cpu --tag "Env=Prod East"'),
        ("hear tag=Env=Prod", 'hear --tag "Env=Prod"'),
        ("hear --tag=Env", "hear --tag Env"),
        ("hear —tag Env= cpu", 'hear cpu --tag "Env="'),
        ("hear --resource ws-* cpu", 'hear cpu --resource "ws-*"'),
        ("hear --hours 8-18 cpu", 'hear cpu --hours "8-18"'),
        ("hear --hours 8:00 – 18:00 Mon-Fri europe/berlin cpu", 'hear cpu --hours "8-18 mon-fri Europe/Berlin"'),
        ("hear --place me", "hear --place me"),
        ("hear --place slack:C0OPS", "hear --place slack:C0OPS"),
        ("hear --place webhook:deskside/webhook/ops", "hear --place webhook:deskside/webhook/ops"),
        ("hear --place teams:19:ops@thread.tacv2", "hear --place teams:19:ops@thread.tacv2"),
        ("hush 2h cpu 3f9a21", 'hush for 2h which="cpu 3f9a21"'),
        ("hush cpu for 90 minutes", "hush for 1h30m cpu"),
    ],
)
def test_what_is_typed_is_taken_for_what_is_meant(typed: str, meant: str) -> None:
    assert parse(typed, None, WORDS, CONFIG).text() == meant
    assert parse(meant, None, WORDS, CONFIG) == parse(typed, None, WORDS, CONFIG)


@pytest.mark.parametrize(
    ("typed", "sentence", "instead"),
    [
        ("hear cpuu", "There is no kind “cpuu”.", "/hear cpu"),
        ("hear disk cpuu --tag Env=Prod", "There is no kind “cpuu”.", '/hear disk cpu --tag "Env=Prod"'),
        ("hear everything", "There is no kind “everything”.", "/hear alarms"),
        ("hear cpu critical warning", "The severity is there twice: “warning” is too much.", "/hear cpu critical"),
        ("hear https://hooks.example.com/services/T0/B0/x", "A web address is no kind.", "/hear alarms"),
        ("hear cpu --tag", "There is nothing after “--tag”.", '/hear cpu --tag "Env=Prod"'),
        ("hear --tag resource=x", "There is nothing after “--tag”.", '/hear --tag "Env=Prod" --resource x'),
        ('hear --tag "=Prod"', "“=Prod” is no tag: write its key, or key=value.", '/hear --tag "Env=Prod"'),
        (
            "hear cpu --hours 8-18 Europe/Berln",
            "“8-18 Europe/Berln” is no hours, for nobody knows the zone in it: write it like 8-18 Europe/Berlin.",
            '/hear cpu --hours "8-18"',
        ),
        ("hear --hours", "There is nothing after “--hours”.", '/hear --hours "8-18"'),
        ("hear --place somewhere", "“somewhere” is no place.", "/hear --place me"),
        ("hear --tag a --tag b", "The tag is there twice: “b” is too much.", "/hear --tag a"),
    ],
)
def test_what_is_wrong_and_what_to_type_instead(typed: str, sentence: str, instead: str) -> None:
    with pytest.raises(Unclear) as raised:
        parse(typed, None, WORDS, CONFIG)

    assert (raised.value.sentence, raised.value.instead) == (sentence, instead)


def test_an_address_is_not_told_back() -> None:
    with pytest.raises(Unclear) as raised:
        parse("hear cpu --place https://hooks.example.com/services/T0/B0/secret", None, WORDS, CONFIG)

    assert raised.value.sentence.startswith("The address of a webhook is a secret")
    assert raised.value.instead == "/hear cpu --place me"


def test_a_form_replaces_what_was_said() -> None:
    filled = {"kinds": "disk", "tag": "Env=Test", "hours": "22-6 Asia/Tokyo", "resource": ""}

    parsed = parse("hear cpu --tag Env=Prod --resource ws-1", filled, WORDS, CONFIG)

    assert parsed.text() == 'hear disk --tag "Env=Test" --resource ws-1 --hours "22-6 Asia/Tokyo"'
    assert faults("hear", {"hours": "8", "kinds": "cpuu"}, WORDS, CONFIG) == {
        "kinds": "There is no kind “cpuu”.",
        "hours": "“8” is no hours: write it like 8-18, 8:30-17 mon-fri or 22-6 Europe/Berlin.",
    }
