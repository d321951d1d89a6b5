"""From a fact to deliveries: who is told, in whose time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr

from bot.listeners.queue import RunFact, Unknown
from bot.people import People
from bot.telling import Teller
from commands.config import Config
from notifiers.message import Message, line
from notifiers.place import Place
from notifiers.slack_api import SlackApi
from notifiers.slack_directory import SlackDirectory
from notifiers.stories import ADMIN, Note
from sandbox.slack.server import Slack

CONFIG = Config.parse(
    """
admin_place: slack:C0ADMIN001
identity: {slack_team: T0OURS, domains: [example.com]}
timezone: Europe/Berlin
"""
)


class Story:
    """Says the fact and the zone."""

    def card(self, fact: str, data: Mapping[str, Any], timezone: str, discreet: bool = False) -> Message:
        return line(f"{fact} in {timezone}{', discreetly' if discreet else ''}")

    def notes(self, fact: str, data: Mapping[str, Any], timezone: str) -> tuple[Note, ...]:
        return tuple(Note(key=f"{to}-key", to=to, message=line(f"{fact} at {timezone}")) for to in data["tell"])

    def thread(self, fact: str, data: Mapping[str, Any], timezone: str, discreet: bool = False) -> Message | None:
        return line(f"{fact}{', discreetly' if discreet else ''}") if data.get("threaded") else None


@dataclass
class Shelf:
    """An outbox and a table by hand."""

    places: list[str] = field(default_factory=list)
    discreet: set[str] = field(default_factory=set)
    cards: list[tuple[str, str, int, str]] = field(default_factory=list)
    posts: list[tuple[str, str, str]] = field(default_factory=list)
    replies: list[tuple[str, str, int, str]] = field(default_factory=list)

    def query(self, pk: str, *, prefix: str) -> list[dict[str, Any]]:
        assert (pk, prefix) == ("RUN#vpn-1", "PLACE#")
        return [{"place": place, **({"discreet": True} if place in self.discreet else {})} for place in self.places]

    async def card(self, place: Place, run: str, seq: int, message: Message) -> bool:
        self.cards.append((str(place), run, seq, message.summary))
        return True

    async def reply(self, place: Place, run: str, seq: int, message: Message) -> bool:
        self.replies.append((str(place), run, seq, message.summary))
        return True

    async def shows(self, place: Place, run: str) -> bool:
        return any(card[:2] == (str(place), run) for card in self.cards)

    async def post(self, place: Place, key: str, message: Message) -> bool:
        self.posts.append((str(place), key, message.summary))
        return True


async def at_once(func: Any, /, *args: Any, **kwargs: Any) -> Any:
    return func(*args, **kwargs)


async def timezone(key: str) -> str | None:
    return {"ren@example.com": "Asia/Tokyo"}.get(key)


def teller(shelf: Shelf) -> Teller:
    made: Any = Teller
    return made({"vpn": Story()}, shelf, shelf, lambda: CONFIG, timezone, at_once)  # type: ignore[no-any-return]


def fact(run: str = "vpn-1", *tell: str) -> RunFact:
    return RunFact(v=1, kind="run", run=run, seq=4, fact="VpnAssociated", data={"tell": list(tell)})


async def test_every_follower_gets_the_card_in_their_own_time() -> None:
    shelf = Shelf(places=["slack:C0VPN00001", "person:ren@example.com", "person:mika@example.com"])
    await teller(shelf).tell(fact())
    assert shelf.cards == [
        ("slack:C0VPN00001", "vpn-1", 4, "VpnAssociated in Europe/Berlin"),
        ("person:ren@example.com", "vpn-1", 4, "VpnAssociated in Asia/Tokyo"),
        ("person:mika@example.com", "vpn-1", 4, "VpnAssociated in Europe/Berlin"),
    ]


async def test_a_run_that_nobody_follows_is_shown_to_the_admins_until_its_end() -> None:
    shelf = Shelf()
    await teller(shelf).tell(fact())
    shelf.places = ["slack:C0VPN00001"]
    await teller(shelf).tell(fact())
    assert [place for place, *_ in shelf.cards] == ["slack:C0ADMIN001", "slack:C0VPN00001", "slack:C0ADMIN001"]


async def test_where_not_everybody_may_know_whose_it_is_the_card_is_discreet() -> None:
    shelf = Shelf(places=["slack:C0VPN00001", "slack:C0ADMIN001"], discreet={"slack:C0VPN00001"})
    await teller(shelf).tell(fact())
    assert [text for *_, text in shelf.cards] == [
        "VpnAssociated in Europe/Berlin, discreetly",
        "VpnAssociated in Europe/Berlin",
    ]


async def test_the_end_is_told_of_every_target() -> None:
    class Counting(Story):
        def card(self, fact: str, data: Mapping[str, Any], timezone: str, discreet: bool = False) -> Message:
            return line(f"{len(data['targets'])} of {data['total']}")

    shelf, asked = Shelf(places=["slack:C0VPN00001"]), list[str]()

    def targets(run: str) -> list[dict[str, str]]:
        asked.append(run)
        return [{"id": f"ws-{number}"} for number in range(60)]

    made: Any = Teller
    telling = made({"vpn": Counting()}, shelf, shelf, lambda: CONFIG, timezone, at_once, targets)
    data = {"tell": [], "targets": [{"id": "ws-1"}], "total": 60, "finished": None}
    for seq, finished in enumerate((None, 1_800_000_000)):
        told = RunFact(v=1, kind="run", run="vpn-1", seq=seq + 1, fact="X", data=data | {"finished": finished})
        await telling.tell(told)
    assert [text for *_, text in shelf.cards] == ["1 of 60", "60 of 60"]
    assert asked == ["vpn-1"]


async def test_what_is_said_in_the_thread_is_said_where_several_read_the_card() -> None:
    shelf = Shelf(
        places=["slack:C0VPN00001", "slack:C0ADMIN001", "person:ren@example.com", "slack:D0REN00001"],
        discreet={"slack:C0VPN00001"},
    )
    await teller(shelf).tell(
        RunFact(v=1, kind="run", run="vpn-1", seq=4, fact="X", data={"tell": [], "threaded": True})
    )
    assert shelf.replies == [
        ("slack:C0VPN00001", "vpn-1", 4, "X, discreetly"),
        ("slack:C0ADMIN001", "vpn-1", 4, "X"),
    ]


@pytest.mark.parametrize("known", [True, False])
async def test_the_end_of_a_run_with_a_report_is_told_with_its_files(known: bool) -> None:
    class Filing(Story):
        def card(self, fact: str, data: Mapping[str, Any], timezone: str, discreet: bool = False) -> Message:
            return line(f"files: {data.get('files')}")

    def files(run: str) -> dict[str, str]:
        if not known:
            raise LookupError(f"there is no run {run}")
        return {f"{run}.csv": "a"}

    shelf = Shelf(places=["slack:C0VPN00001"])
    made: Any = Teller
    telling = made({"vpn": Filing()}, shelf, shelf, lambda: CONFIG, timezone, at_once, files=files)
    for seq, finished in enumerate((None, 1_800_000_000)):
        data = {"tell": [], "total": 60, "finished": finished, "report": None}
        await telling.tell(RunFact(v=1, kind="run", run="vpn-1", seq=seq + 1, fact="X", data=data))
    assert [text for *_, text in shelf.cards] == [
        "files: None",
        "files: {'vpn-1.csv': 'a'}" if known else "files: {}",
    ]


async def test_notes_go_to_people_and_admins() -> None:
    shelf = Shelf()
    await teller(shelf).tell(fact("vpn-1", "person:ren@example.com", ADMIN))
    assert shelf.posts == [
        ("person:ren@example.com", "person:ren@example.com-key", "VpnAssociated at Asia/Tokyo"),
        ("slack:C0ADMIN001", "admin-key", "VpnAssociated at Europe/Berlin"),
    ]


async def test_a_run_without_a_story_is_unknown() -> None:
    with pytest.raises(Unknown):
        await teller(Shelf()).tell(fact("what-1"))


@pytest.fixture(params=["failing", "hanging"])
async def lost_slack(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a Slack that answers nothing useful."""
    if request.param == "failing":
        slack = Slack()
        await slack.start()
        slack.fail("users.lookupByEmail", status=500, times=1000)
        yield slack.url
        await slack.stop()
        return
    never = asyncio.Event()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await never.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/"
    never.set()
    server.close()


async def test_a_lost_slack_costs_a_second_once_and_never_the_message(lost_slack: str) -> None:
    api = SlackApi(SecretStr("xoxb-1"), lost_slack)
    await api.start()
    people = People({"slack": SlackDirectory(api)}, lambda: CONFIG)
    shelf = Shelf(places=[f"person:p{number}@example.com" for number in range(12)])
    asked: list[str] = []

    async def zone(key: str) -> str | None:
        asked.append(key)
        return await people.timezone(key)

    made: Any = Teller
    lost = made({"vpn": Story()}, shelf, shelf, lambda: CONFIG, zone, at_once)
    now = asyncio.get_running_loop().time
    began = now()
    await lost.tell(fact("vpn-1", "person:p1@example.com"))
    # One second for all of them and no more: each would take more than half a second by themselves.
    assert now() - began < 4
    await lost.tell(fact())
    assert len(asked) == 12, "the second time nobody waits, because nobody is asked"
    assert [text for *_, text in shelf.cards] == ["VpnAssociated in Europe/Berlin"] * 24
    assert len(shelf.posts) == 1
    await api.close()
