"""Buttons that are some people's only: who sees them, and what a client that asks for them is answered."""

from typing import Any

import pytest

from aws_ops.table import Table
from notifiers import outbox_cards, outbox_items
from notifiers.delivery import TryLater
from notifiers.member import Member
from notifiers.message import Audience, Button, Message, line
from notifiers.outbox_cards import Card
from notifiers.place import Place
from sandbox.teams.people import OBJECT_IDS
from tests.bot.teams.conftest import Edge

RUN = "workspace-01jexample"
ADA = "ada@example.com"
BASE, BOTH = ["Status"], ["Approve", "Status"]


def card(words: str = "oda asks.", *people: str) -> Message:
    approve = (Button(label="Approve", command=f"approve {RUN}"),)
    audience = Audience(people=people or (ADA,), buttons=approve, run=RUN)
    return line(words, buttons=(Button(label="Status", command="vpn status"),)).model_copy(
        update={"audience": audience}
    )


async def meet(edge: Edge, *names: str) -> None:
    for name in names:
        await edge.person(name).say("help", "#vpn")
    await edge.quiet()


async def post(edge: Edge, table: Table, message: Message, seq: int = 1, place: str = "#vpn") -> str:
    """As the outbox does it: what is to be said is in the table, is said, and then the card is noted."""
    at = Place(scheme="teams", id=edge.sim.world.place(place).id)
    outbox_items.write_card(table, str(at), RUN, seq, message)
    waiting = [one for one in outbox_items.pending(table, str(at)) if one.seq == seq]
    shown = outbox_cards.read_card(table, str(at), RUN)
    if shown is None:
        message_id = await edge.speaker.post(at, message)
    else:
        message_id = shown.message_id
        await edge.speaker.update(at, message_id, message)
    await edge.quiet()
    outbox_cards.record_card(table, str(at), RUN, Card(message_id, seq, message))
    outbox_items.forget(table, waiting)
    return message_id


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch, edge: Edge) -> set[str]:
    """Whose account can be found by their key."""
    names = {"ada", "oda", "mika", "ren"}

    async def find(key: str) -> Member | None:
        name = key.partition("@")[0]
        return Member(platform="teams", user=OBJECT_IDS[name], name=name) if name in names else None

    monkeypatch.setattr(edge.speaker, "_find", find)
    monkeypatch.setattr(edge.speaker._audiences, "_find", find)
    return names


@pytest.fixture(autouse=True)
def fresh(table: Table) -> None:
    for item in table.query(f"CARD#{RUN}"):
        table.delete(item["pk"], item["sk"])


def buttons(edge: Edge, name: str, place: str = "#vpn") -> list[str]:
    return list(edge.person(name).sees(place)[-1].buttons)


async def test_where_several_read_it_only_those_see_the_buttons_whom_they_are_for(edge: Edge, table: Table) -> None:
    await meet(edge, "ada", "mika")
    await post(edge, table, card())
    assert buttons(edge, "ada") == BOTH
    assert buttons(edge, "mika") == BASE
    said = edge.sim.world.visible(OBJECT_IDS["mika"], edge.sim.world.place("#vpn").id)[-1]
    content = said.attachments[0]["content"]
    assert content["refresh"]["userIds"] == [edge.sim.world.person("ada").account_id]
    assert ADA not in str(content)
    assert edge.heard("refresh") == 1


async def test_a_card_that_says_more_is_asked_for_again(edge: Edge, table: Table) -> None:
    await meet(edge, "ada")
    await post(edge, table, card("Nobody has decided."))
    await post(edge, table, card("1 of 2 have decided."), seq=2)
    shown = edge.person("ada").sees("#vpn")[-1]
    assert "1 of 2 have decided." in shown.plain
    assert list(shown.buttons) == BOTH
    decided = line("It was granted.")
    await post(edge, table, decided, seq=3)
    assert buttons(edge, "ada") == []


async def test_their_press_is_their_command(edge: Edge, table: Table) -> None:
    await meet(edge, "ada")
    await post(edge, table, card())
    await edge.person("ada").press("Approve", edge.person("ada").sees("#vpn")[-1])
    await edge.quiet()
    request = edge.desk.requests[-1]
    assert (request.text, request.user) == (f"approve {RUN}", OBJECT_IDS["ada"])


async def test_whoever_else_asks_gets_the_card_without_them(edge: Edge, table: Table) -> None:
    await meet(edge, "ada", "mika")
    await post(edge, table, card())
    invoke = edge.sim.wire.sent[-1].activity
    assert invoke["value"]["trigger"] == "automatic"
    mika = edge.sim.world.person("mika")
    forged = {**invoke, "from": {"id": mika.account_id, "aadObjectId": mika.id}}
    ack = await edge.send(forged)
    assert ack.status == 200
    assert ack.body["type"] == "application/vnd.microsoft.card.adaptive"
    assert f"approve {RUN}" not in str(ack.body)
    theirs = await edge.send({**invoke, "from": {"id": mika.account_id, "aadObjectId": OBJECT_IDS["ada"]}})
    assert f"approve {RUN}" in str(theirs.body), "the token's word is for the object id"


@pytest.mark.parametrize("run", ["workspace-01jother", "vpn", "../x", "", 5, None, "x" * 500])
async def test_another_run_is_none_of_this_place(edge: Edge, table: Table, run: Any) -> None:
    await meet(edge, "ada")
    await post(edge, table, card())
    invoke = edge.sim.wire.sent[-1].activity
    invoke["value"]["action"]["data"] = {"refresh": run}
    ack = await edge.send(invoke)
    assert ack.status == 200
    assert ack.body["type"] != "application/vnd.microsoft.card.adaptive"
    elsewhere = {**edge.sim.wire.sent[-1].activity, "conversation": {"id": edge.sim.world.place("#ops").id}}
    assert f"approve {RUN}" not in str((await edge.send(elsewhere)).body)


async def test_in_ones_own_chat_they_are_buttons_like_any(edge: Edge, table: Table) -> None:
    await meet(edge, "ada", "mika")
    for name in ("ada", "mika"):
        await edge.speaker.post(Place.person(f"{name}@example.com"), card())
    await edge.quiet()
    assert list(edge.person("ada").dms()[-1].buttons) == BOTH
    assert list(edge.person("mika").dms()[-1].buttons) == BASE
    chat = edge.person("ada").dms()[-1]
    await edge.speaker.update(Place(scheme="teams", id=chat.conversation), chat.id, card("Still."))
    assert list(edge.person("ada").dms()[-1].buttons) == BOTH
    assert "refresh" not in str(edge.person("ada").dms()[-1].card)


async def test_whom_deskside_has_not_met_it_cannot_tell(edge: Edge, table: Table, known: set[str]) -> None:
    await meet(edge, "ada")
    await post(edge, table, card("x", ADA, "nobody@example.com", "ren@example.com"))
    assert buttons(edge, "ada") == BOTH
    known.discard("ada")
    await edge.speaker.post(Place(scheme="teams", id=edge.sim.world.place("#vpn").id), card("x", "nobody@example.com"))
    assert "refresh" not in str(edge.person("mika").sees("#vpn")[-1].card)


async def test_a_lost_roster_costs_the_buttons_and_not_the_message(
    edge: Edge, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    await meet(edge, "ada", "mika")

    async def lost(_: str) -> Member | None:
        raise TryLater("no roster")

    monkeypatch.setattr(edge.speaker._audiences, "_find", lost)
    await post(edge, table, card())
    assert buttons(edge, "ada") == BASE
    forged = edge.person("ada").activity("", "#vpn", mention=False) | {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "value": {"action": {"type": "Action.Execute", "verb": "refresh", "data": {"refresh": RUN}}},
    }
    ack = await edge.send(forged)
    assert (ack.status, ack.body["type"]) == (200, "application/vnd.microsoft.error")
    assert edge.person("ada").toasts() == []
