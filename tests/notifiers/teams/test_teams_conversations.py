"""What Deskside remembers of whom it met."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from aws_ops.table import Table
from notifiers.delivery import TryLater
from notifiers.teams_conversations import Acquaintance, Conversation, Conversations
from tests.notifiers.teams.world import in_thread

URL = "https://smba.trafficmanager.net/emea/"
MIKA = "1b8e5a52-3c0d-4b0e-9f54-a0f1c0de0001"
OWN = Conversation(id="a:1mika", service_url=URL)
CHANNEL = Conversation(id="19:vpn@thread.tacv2", service_url=URL, kind="channel", team="19:desk@thread.tacv2")


def mika(**more: Any) -> Acquaintance:
    return Acquaintance(user=MIKA, service_url=URL, name="Mika Lind", **more)


class Writes:
    """Counts what goes to the table."""

    def __init__(self, table: Table) -> None:
        self.names: list[str] = []
        table._client.meta.events.register("before-call", lambda model, **_: self.names.append(model.name))

    def __len__(self) -> int:
        return sum(name != "GetItem" for name in self.names)


async def test_what_was_met_is_found_again_by_everybody(table: Table, conversations: Conversations) -> None:
    await conversations.met(OWN, mika(timezone="Europe/Berlin", account="29:1mika"))
    other = Conversations(table, in_thread)
    assert await other.at(OWN.id) == OWN.model_copy(update={"user": MIKA})
    person = await other.person(MIKA)
    assert person is not None
    assert (person.conversation, person.timezone) == (OWN.id, "Europe/Berlin")
    assert await other.person("29:1mika") == person
    assert await other.person(MIKA.upper()) == person


async def test_nobody_is_none(conversations: Conversations) -> None:
    assert await conversations.at("19:nowhere") is None
    assert await conversations.person(MIKA) is None
    assert await conversations.by_key("mika@example.com") is None


async def test_a_message_in_a_channel_does_not_erase_the_own_chat(conversations: Conversations) -> None:
    await conversations.met(OWN, mika(timezone="Europe/Berlin"))
    await conversations.met(CHANNEL, mika())
    person = await conversations.person(MIKA)
    assert person is not None
    assert (person.conversation, person.place, person.timezone) == (OWN.id, CHANNEL.id, "Europe/Berlin")


async def test_a_team_is_known_by_its_channels(conversations: Conversations) -> None:
    await conversations.met(CHANNEL, None)
    team = await conversations.at("19:desk@thread.tacv2")
    assert team is not None
    assert team.service_url == URL


async def test_only_what_is_new_is_written(
    table: Table, conversations: Conversations, later: Callable[[int], None]
) -> None:
    await conversations.met(OWN, mika())
    writes = Writes(table)
    for _ in range(3):
        await conversations.met(OWN, mika())
    assert len(writes) == 0
    await conversations.met(OWN, mika(timezone="Asia/Tokyo"))
    assert len(writes) == 1
    await conversations.met(OWN, mika(), anew=True)
    assert len(writes) == 2
    later(301)
    await conversations.met(OWN, mika())
    assert len(writes) == 4  # the place and the person in one, the usual service url


async def test_a_service_url_that_moves_is_followed(conversations: Conversations) -> None:
    await conversations.met(OWN, mika())
    moved = "https://smba.trafficmanager.net/amer/"
    await conversations.met(
        Conversation(id=OWN.id, service_url=moved), mika().model_copy(update={"service_url": moved})
    )
    at, person = await conversations.at(OWN.id), await conversations.person(MIKA)
    assert at is not None
    assert person is not None
    assert at.service_url == person.service_url == moved


async def test_a_key_leads_to_whoever_had_it_last(conversations: Conversations) -> None:
    await conversations.met(OWN, mika())
    await conversations.learn_key(MIKA, "mika@example.com", "29:1mika")
    person = await conversations.by_key("mika@example.com")
    assert person is not None
    assert (person.user, person.key) == (MIKA, "mika@example.com")
    assert await conversations.person("29:1mika") == person
    await conversations.learn_key("ren", "mika@example.com")
    assert await conversations.by_key("mika@example.com") is None  # nobody met ren


async def test_a_chat_that_was_uninstalled_is_forgotten_and_its_person_is_not(conversations: Conversations) -> None:
    await conversations.met(OWN, mika())
    await conversations.met(CHANNEL, mika())
    await conversations.forget(OWN.id)
    assert await conversations.at(OWN.id) is None
    person = await conversations.person(MIKA)
    assert person is not None
    assert (person.conversation, person.place) == (None, CHANNEL.id)

    await conversations.met(OWN, mika())
    person = await conversations.person(MIKA)
    assert person is not None
    assert person.conversation == OWN.id
    await conversations.forget("19:never@thread.v2")


async def test_forgetting_an_old_chat_leaves_the_new_one(conversations: Conversations) -> None:
    await conversations.met(OWN, mika())
    newer = Conversation(id="a:2mika", service_url=URL)
    await conversations.met(newer, mika())
    await conversations.forget(OWN.id)
    person = await conversations.person(MIKA)
    assert person is not None
    assert person.conversation == newer.id


async def test_an_install_is_written_although_another_replica_forgot(
    table: Table, conversations: Conversations
) -> None:
    other = Conversations(table, in_thread)
    await conversations.met(OWN, mika())
    await other.forget(OWN.id)
    await conversations.met(OWN, mika(), anew=True)
    assert await other.at(OWN.id) is not None


async def test_what_is_saved_is_taken_by_exactly_one(table: Table, conversations: Conversations) -> None:
    nonce = await conversations.save("form", {"command": "vpn on", "名": [1, None]}, 60)
    assert len(nonce) == 32
    assert await conversations.saved("form", nonce) == {"command": "vpn on", "名": [1, None]}
    assert await conversations.saved("file", nonce) is None
    replicas = [Conversations(table, in_thread) for _ in range(8)]
    taken = await asyncio.gather(*(replica.take("form", nonce) for replica in replicas))
    assert sorted(taken) == [False] * 7 + [True]
    assert await conversations.saved("form", nonce) is None


@pytest.mark.parametrize("nonce", ["", "0" * 32, "x#y"])
async def test_what_was_never_saved_cannot_be_taken(conversations: Conversations, nonce: str) -> None:
    assert await conversations.saved("form", nonce) is None
    assert not await conversations.take("form", nonce)


async def test_what_is_too_old_is_gone(conversations: Conversations, later: Callable[[int], None]) -> None:
    nonce = await conversations.save("form", {}, 60)
    later(61)
    assert await conversations.saved("form", nonce) is None
    assert not await conversations.take("form", nonce)


async def test_what_is_kept_can_be_replaced_while_it_is_free(
    conversations: Conversations, later: Callable[[int], None]
) -> None:
    nonce = await conversations.save("form", {"a": 1}, 60)
    assert await conversations.replace("form", nonce, {"a": 2})
    assert await conversations.saved("form", nonce) == {"a": 2}
    assert not await conversations.replace("form", "0" * 32, {})
    assert await conversations.saved("form", "0" * 32) is None
    later(61)
    assert await conversations.saved("form", nonce) is None  # as long as before

    nonce = await conversations.save("form", {"a": 1}, 60)
    assert await conversations.take("form", nonce)
    assert not await conversations.replace("form", nonce, {"a": 2})
    assert not await conversations.take("form", nonce)


async def test_many_who_are_met_at_once_write_what_they_share_once(table: Table, conversations: Conversations) -> None:
    writes = Writes(table)
    people = [mika(account=f"29:{n}").model_copy(update={"user": f"user-{n}"}) for n in range(20)]
    await asyncio.gather(*(conversations.met(CHANNEL, person) for person in people for _ in range(2)))
    assert len(writes) == 20 + 3  # each of them, and the place, its team, the usual service url
    other = Conversations(table, in_thread)
    for n in range(20):
        met = await other.person(f"29:{n}")
        assert met is not None
        assert (met.user, met.place) == (f"user-{n}", CHANNEL.id)


async def test_somebody_is_written_whole_or_not_at_all(table: Table, conversations: Conversations) -> None:
    with pytest.MonkeyPatch.context() as down:
        down.setattr(table, "transact", lambda *_: 1 / 0)
        with pytest.raises(TryLater):
            await conversations.met(OWN, mika(account="29:1mika"))
    assert await conversations.at(OWN.id) is None
    assert await conversations.person(MIKA) is None
    await conversations.met(OWN, mika(account="29:1mika"))
    assert await conversations.person("29:1mika") is not None


async def test_an_installation_right_after_an_uninstallation_stands(table: Table, conversations: Conversations) -> None:
    for _ in range(5):
        await asyncio.gather(conversations.forget(OWN.id), conversations.met(OWN, mika(), anew=True))
        other = Conversations(table, in_thread)
        person = await other.person(MIKA)
        assert await other.at(OWN.id) is not None
        assert person is not None
        assert person.conversation == OWN.id
