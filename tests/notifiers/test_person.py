"""Direct messages go to the chat in which somebody was last heard, and their ids find the way back."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

import boto3
import pytest
from moto import mock_aws

from aws_ops.table import Table, create_table
from notifiers.delivery import MessageGone, PlaceGone, TryLater
from notifiers.message import Message, line
from notifiers.person import PersonSpeaker
from notifiers.place import PLATFORMS, Place, Platform

P = ParamSpec("P")
T = TypeVar("T")

MIKA = Place.person("mika@example.com")


@dataclass
class Chat:
    """One chat's direct messages."""

    said: list[str] = field(default_factory=list)
    raises: Exception | None = None

    async def post(self, place: Place, message: Message) -> str:
        if self.raises is not None:
            raise self.raises
        self.said.append(message.summary)
        return f"id/{len(self.said)}"

    async def update(self, place: Place, message_id: str, message: Message) -> None:
        self.said[int(message_id.removeprefix("id/")) - 1] = message.summary

    async def reply(self, place: Place, message_id: str, message: Message) -> str | None:
        self.said.append(f"{message_id}: {message.summary}")
        return f"id/{len(self.said)}"


async def in_thread(func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.to_thread(func, *args, **kwargs)


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        client = boto3.resource("dynamodb", region_name="eu-central-1").meta.client
        create_table(client, "deskside")
        yield Table(client, "deskside")


@pytest.fixture
def slack() -> Chat:
    return Chat()


@pytest.fixture
def teams() -> Chat:
    return Chat()


def speaker(table: Table, slack: Chat, teams: Chat) -> PersonSpeaker:
    chats: dict[Platform, Chat] = {"slack": slack, "teams": teams}
    return PersonSpeaker(chats, table, in_thread)


async def test_it_goes_where_somebody_was_heard_last_whichever_replica_heard_them(
    table: Table, slack: Chat, teams: Chat
) -> None:
    one, two = speaker(table, slack, teams), speaker(table, slack, teams)
    await one.heard(MIKA.id, "slack")
    await one.post(MIKA, line("first"))
    await two.heard(MIKA.id, "teams")
    await one.post(MIKA, line("second"))
    assert (slack.said, teams.said) == (["first"], ["second"])


async def test_there_and_back_within_a_minute_is_back(table: Table, slack: Chat, teams: Chat) -> None:
    one = speaker(table, slack, teams)
    for platform in PLATFORMS[0], PLATFORMS[1], PLATFORMS[0]:
        await one.heard(MIKA.id, platform)
    await one.post(MIKA, line("hello"))
    assert slack.said == ["hello"]


async def test_whoever_was_never_heard_is_told_where_they_are_known(table: Table, slack: Chat, teams: Chat) -> None:
    slack.raises = PlaceGone("nobody there")
    await speaker(table, slack, teams).post(MIKA, line("hello"))
    assert teams.said == ["hello"]


@pytest.mark.parametrize("outage", [TryLater("down"), TryLater("missing_scope", 30.0)])
async def test_while_a_chat_is_down_it_is_said_in_the_other_one(
    table: Table, slack: Chat, teams: Chat, outage: TryLater
) -> None:
    one = speaker(table, slack, teams)
    await one.heard(MIKA.id, "teams")
    teams.raises = outage
    assert await one.post(MIKA, line("off in 10 minutes")) == "slack/id/1"
    teams.raises = None
    await one.post(MIKA, line("off"))
    assert (slack.said, teams.said) == (["off in 10 minutes"], ["off"])


async def test_a_chat_that_is_down_is_waited_for_where_no_other_one_has_them(
    table: Table, slack: Chat, teams: Chat
) -> None:
    one = speaker(table, slack, teams)
    for down, other in ((teams, slack), (slack, teams)):
        down.raises, other.raises = TryLater("down"), PlaceGone("nobody there")
        for platform in PLATFORMS:
            await one.heard(MIKA.id, platform)
            with pytest.raises(TryLater, match="down"):
                await one.post(MIKA, line("hello"))


async def test_a_chat_that_asks_for_a_moment_is_given_it(table: Table, slack: Chat, teams: Chat) -> None:
    one = speaker(table, slack, teams)
    await one.heard(MIKA.id, "teams")
    teams.raises = TryLater("slowly", 2.0)
    with pytest.raises(TryLater):
        await one.post(MIKA, line("hello"))
    assert slack.said == []


async def test_a_card_is_changed_in_the_chat_where_it_stands(table: Table, slack: Chat, teams: Chat) -> None:
    one = speaker(table, slack, teams)
    await one.heard(MIKA.id, "teams")
    posted = await one.post(MIKA, line("associating"))
    await one.heard(MIKA.id, "slack")
    await one.update(MIKA, posted, line("ready"))
    assert (slack.said, teams.said) == ([], ["ready"])


async def test_a_reply_goes_to_the_chat_where_the_message_stands(table: Table, slack: Chat, teams: Chat) -> None:
    one = speaker(table, slack, teams)
    await one.heard(MIKA.id, "slack")
    posted = await one.post(MIKA, line("CPU is high"))
    await one.heard(MIKA.id, "teams")
    assert await one.reply(MIKA, posted, line("Again")) == "slack/id/2"
    assert (slack.said, teams.said) == (["CPU is high", "id/1: Again"], [])
    with pytest.raises(MessageGone, match="not set up"):
        await PersonSpeaker({"teams": teams}, table, in_thread).reply(MIKA, posted, line("Again"))


async def test_a_card_whose_chat_does_not_have_them_any_more_is_posted_anew(
    table: Table, slack: Chat, teams: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(place: Place, message_id: str, message: Message) -> None:
        raise PlaceGone("they have no chat with the app")

    monkeypatch.setattr(teams, "update", gone)
    with pytest.raises(MessageGone, match="no chat with the app"):
        await speaker(table, slack, teams).update(MIKA, "teams/id/1", line("ready"))
    alone = PersonSpeaker({"slack": slack}, table, in_thread)
    with pytest.raises(MessageGone, match="not set up"):
        await alone.update(MIKA, "teams/id/1", line("ready"))


async def test_a_person_whom_no_chat_has_is_gone(table: Table, slack: Chat, teams: Chat) -> None:
    slack.raises, teams.raises = PlaceGone("not in Slack"), PlaceGone("not in Teams")
    with pytest.raises(PlaceGone):
        await speaker(table, slack, teams).post(MIKA, line("hello"))


async def test_a_table_that_is_away_fails_no_request_and_loses_no_message(slack: Chat, teams: Chat) -> None:
    with mock_aws():
        away = Table(boto3.resource("dynamodb", region_name="eu-central-1").meta.client, "not-there")
        one = speaker(away, slack, teams)
        await one.heard(MIKA.id, "slack")
        with pytest.raises(TryLater):
            await one.post(MIKA, line("hello"))
