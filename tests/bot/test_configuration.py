"""The configuration in use: a good change is taken, a bad one refused, and both are said once."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.configuration import Configuration, parse
from commands.config import Config, ConfigFaults
from notifiers.message import Message
from notifiers.place import Place
from notifiers.plain_text import block_text

GOOD = """
admin_place: slack:C0ADMIN001
identity: {slack_team: T0OURS, domains: [example.com]}
vpn: {idle: 30m}
"""
BETTER = GOOD.replace("30m", "20m")
BAD = GOOD.replace("30m", "soon") + "colour: blue\n"


@dataclass
class File:
    """A file that tests write, and everything that came of it."""

    text: str = GOOD
    away: bool = False
    said: list[tuple[str, str, str]] = field(default_factory=list)  # place, key, text
    published: list[Config] = field(default_factory=list)
    good: list[bool] = field(default_factory=list)
    unpublishable: bool = False
    halves: list[str] = field(default_factory=list)  # what readings give first, while somebody writes

    async def read(self) -> str:
        if self.away:
            raise OSError("the disk is away")
        return self.halves.pop(0) if self.halves else self.text

    async def say(self, place: Place, key: str, message: Message) -> None:
        self.said.append((str(place), key, "\n".join((message.summary, *map(block_text, message.blocks)))))

    async def publish(self, config: Config) -> None:
        if self.unpublishable:
            raise ConnectionError("the table is away")
        self.published.append(config)


@pytest.fixture
def file() -> File:
    return File()


def configuration(file: File) -> Configuration:
    return Configuration(file.text, file.read, file.say, file.publish, file.good.append, 0.01, ("slack",), 0.001)


def test_a_bad_file_stops_the_start() -> None:
    with pytest.raises(ConfigFaults) as caught:
        configuration(File(text=BAD))
    assert len(caught.value.faults) == 2


async def test_nothing_is_said_while_nothing_changes(file: File) -> None:
    made = configuration(file)
    for _ in range(3):
        await made.look()
    assert file.said == []
    assert file.published == [made.current]


@pytest.mark.parametrize(
    "half", [GOOD.split("vpn:", maxsplit=1)[0], BETTER[:-9], ""], ids=["valid", "invalid", "empty"]
)
async def test_a_file_that_is_being_written_is_read_when_it_is_whole(file: File, half: str) -> None:
    made = configuration(file)
    file.text, file.halves = BETTER, [half]
    await made.look()
    assert made.current.vpn.idle == 1200
    ((_, key, _),) = file.said
    assert key.startswith("config#changed#")


async def test_a_good_change_is_taken_published_and_announced_with_its_keys(file: File) -> None:
    made = configuration(file)
    await made.look()
    file.text = BETTER
    await made.look()
    await made.look()
    assert made.current.vpn.idle == 1200
    assert [config.vpn.idle for config in file.published] == [1800, 1200]
    ((place, _, text),) = file.said
    assert place == "slack:C0ADMIN001"
    assert "Changed: vpn.idle" in text


async def test_a_bad_change_is_refused_and_announced_with_every_fault(file: File) -> None:
    made = configuration(file)
    file.text = BAD
    await made.look()
    await made.look()
    assert made.current.vpn.idle == 1800
    ((_, _, text),) = file.said
    assert "vpn.idle: " in text
    assert "colour: there is no such key" in text
    assert file.good == [False, False]


async def test_taking_a_bad_change_back_is_no_news(file: File) -> None:
    made = configuration(file)
    file.text = BAD
    await made.look()
    file.text = GOOD
    await made.look()
    assert len(file.said) == 1
    assert file.good == [False, True]


async def test_a_change_and_back_are_two_pieces_of_news(file: File) -> None:
    made = configuration(file)
    for file.text in (BETTER, GOOD):
        await made.look()
    assert len({key for _, key, _ in file.said}) == 2
    assert made.current.vpn.idle == 1800


async def test_two_replicas_have_one_key_for_one_change(file: File) -> None:
    one, two = configuration(file), configuration(file)
    file.text = BETTER
    await one.look()
    await two.look()
    assert len({key for _, key, _ in file.said}) == 1


async def test_a_change_made_again_is_said_again_by_one_of_two_replicas(file: File) -> None:
    one, two = configuration(file), configuration(file)
    for file.text in (BETTER, GOOD, BETTER, BAD, BETTER, BAD):
        await one.look()
        await two.look()
    assert len(file.said) == 10
    assert len({key for _, key, _ in file.said}) == 5


@pytest.mark.parametrize("place", ["webhook:https://hooks.example.com/secret", "mailto:a@example.com"])
async def test_an_admin_place_that_nobody_can_write_to_is_refused(file: File, place: str) -> None:
    made = configuration(file)
    file.text = GOOD.replace("slack:C0ADMIN001", place)
    await made.look()
    assert made.current.admin_place.scheme == "slack"
    ((told_in, _, text),) = file.said
    assert told_in == "slack:C0ADMIN001"
    assert "admin_place: this version cannot write to" in text
    assert "secret" not in text
    with pytest.raises(ConfigFaults):
        configuration(file)


async def test_an_admin_place_of_a_chat_that_is_not_set_up_is_refused(file: File) -> None:
    made = configuration(file)
    file.text = GOOD.replace("slack:C0ADMIN001", "teams:19:admin@thread.tacv2")
    await made.look()
    assert made.current.admin_place.scheme == "slack"
    ((_, _, text),) = file.said
    assert "admin_place: Teams is not set up here" in text


@pytest.mark.parametrize("place", ["teams:19:admin@thread.tacv2", "slack:C0ADMIN001", "person:alex@example.com"])
def test_an_admin_place_may_be_in_any_chat_that_is_set_up(place: str) -> None:
    assert str(parse(GOOD.replace("slack:C0ADMIN001", place), ("slack", "teams")).admin_place) == place


async def test_a_configuration_without_the_workspace_is_refused(file: File) -> None:
    made = configuration(file)
    file.text = GOOD.replace("slack_team: T0OURS, ", "")
    await made.look()
    assert made.current.identity.slack_team == "T0OURS"
    ((_, _, text),) = file.said
    assert "identity.slack_team: missing" in text
    with pytest.raises(ConfigFaults, match=r"identity\.slack_team: missing"):
        configuration(file)


async def test_a_look_that_fails_is_not_the_last_one(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("unforeseen")

    made = configuration(file)
    with monkeypatch.context() as broken:
        broken.setattr("bot.configuration.parse", fail)
        file.text = BETTER
        keeping = asyncio.create_task(made.keep())
        async with asyncio.timeout(5):
            while False not in file.good:
                await asyncio.sleep(0.01)
    async with asyncio.timeout(5):
        while made.current.vpn.idle != 1200 or not file.good[-1]:
            await asyncio.sleep(0.01)
    keeping.cancel()


async def test_an_outage_is_only_news_when_it_lasts(file: File) -> None:
    made = configuration(file)
    file.away = True
    for _ in range(4):
        await made.look()
    assert file.said == []
    for _ in range(10):
        await made.look()
    ((_, key, text),) = file.said
    assert "unreadable" in key
    assert "the disk is away" in text
    assert made.current.vpn.idle == 1800


async def test_a_file_that_is_back_is_good_again(file: File) -> None:
    made = configuration(file)
    file.away = True
    for _ in range(5):
        await made.look()
    file.away = False
    await made.look()
    assert file.good == [False, True]


async def test_what_could_not_be_published_is_published_later(file: File) -> None:
    made = configuration(file)
    file.unpublishable = True
    await made.look()
    file.unpublishable = False
    await made.look()
    await made.look()
    assert file.published == [made.current]


async def test_a_lost_announcement_does_not_stop_the_change(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise ConnectionError("the table is away")

    monkeypatch.setattr(file, "say", fail)
    made = configuration(file)
    file.text = BETTER
    await made.look()
    assert made.current.vpn.idle == 1200
