"""The Teams edge: every trap that Teams and its library have."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from aws_ops.table import Table
from bot.listeners.teams import TeamsChat
from bot.listeners.teams_tokens import NoKeys
from notifiers.message import line
from notifiers.place import Place, Recipient
from notifiers.teams_api import NotAllowed
from sandbox.teams import Sent, Teams
from tests.bot.teams.conftest import Edge, Json, running


async def test_a_message_is_acknowledged_and_handled(edge: Edge) -> None:
    mika = edge.person()
    ack = await mika.say("/vpn on tokyo", "@me")
    assert (ack.status, ack.body) == (200, {})
    await edge.quiet()
    (request,) = edge.desk.requests
    assert (request.text, request.user, request.via) == ("vpn on tokyo", mika.id, "typed")
    assert request.recipient.reply_to is None
    assert edge.heard("command") == 1


async def test_whoever_writes_is_remembered(edge: Edge) -> None:
    ren = edge.person("ren")
    await ren.say("help", "@me")
    await edge.quiet()
    person = await edge.conversations.person(ren.id)
    assert person is not None
    assert (person.name, person.timezone, person.service_url) == ("Ren Sato", "Asia/Tokyo", edge.sim.service_url)
    assert person.conversation == edge.sim.world.direct(ren.id).id


async def test_a_mention_in_a_channel_is_heard_there(edge: Edge) -> None:
    await edge.person().say("vpn status", "#vpn")
    await edge.quiet()
    (request,) = edge.desk.requests
    place = edge.sim.world.place("vpn").id
    assert request.text == "vpn status"
    assert (request.place, request.recipient.reply_to) == (Place(scheme="teams", id=place), place)
    remembered = await edge.conversations.at(place)
    assert remembered is not None
    assert remembered.kind == "channel"
    assert remembered.team == edge.sim.world.place("vpn").team


async def test_a_text_that_is_not_escaped_is_what_was_typed(edge: Edge) -> None:
    activity = edge.person().activity("", "#vpn") | {
        "text": "<at>Deskside</at> <b>vpn</b> & status",
        "attachments": [],
    }
    assert (await edge.send(activity)).status == 200
    await edge.quiet()
    (request,) = edge.desk.requests
    assert request.text == "<b>vpn</b> & status"


async def test_a_guest_is_told_why_and_counted_once(edge: Edge) -> None:
    await edge.person("gil").say("vpn on", "#vpn")
    await edge.quiet()
    assert [request.user for request in edge.desk.requests] == [edge.person("gil").id]
    assert edge.heard("refused") == 1
    assert edge.heard("command") == 0


async def test_talk_in_a_channel_is_not(edge: Edge) -> None:
    talk = edge.person().activity("vpn on tokyo", "#vpn", mention=False)
    assert (await edge.send(talk)).status == 200
    await edge.quiet()
    assert edge.desk.requests == []
    assert edge.heard("ignored") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"key": "somebody else's"},
        {"kid": "unknown"},
        {"aud": "another app"},
        {"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"},
        {"exp": 1},
        {"serviceurl": "https://evil.example/"},
    ],
    ids=str,
)
async def test_a_bad_token_is_refused(edge: Edge, changes: Json) -> None:
    ack = await edge.forged(**changes)
    assert (ack.status, ack.body) == (401, "")
    await edge.quiet()
    assert edge.desk.requests == []
    assert edge.heard("refused") == 1


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x.y.z", "Basic eDp5", "Bearer \u00e9"])
async def test_no_token_is_refused(edge: Edge, header: str | None) -> None:
    ack = await edge.send(edge.person().activity("vpn on", "@me"), Authorization=header)
    assert (ack.status, ack.body) == (401, "")
    assert edge.desk.requests == []


async def test_an_activity_with_another_service_url_than_its_token_is_refused(edge: Edge) -> None:
    """Else an answer, with the app's own token, would go wherever a replayed token's bearer wants."""
    activity = {**edge.person().activity("vpn on", "@me"), "serviceUrl": "http://127.0.0.1:9/"}
    assert (await edge.send(activity)).status == 401


async def test_a_service_url_that_is_none_of_teams_is_refused_though_signed(edge: Edge) -> None:
    elsewhere = "https://elsewhere.example/"
    activity = {**edge.person().activity("vpn on", "@me"), "serviceUrl": elsewhere}
    token = edge.sim.token(serviceurl=elsewhere)
    assert (await edge.send(activity, Authorization=f"Bearer {token}")).status == 403
    await edge.quiet()
    assert edge.desk.requests == []


STRANGERS: list[Json] = [
    {"channelId": "webchat"},
    {"channelId": "emulator"},
    {"channelData": {"tenant": {"id": "8a20e4d7-52c3-4f0b-8e16-9a27ae4e2002"}}},
    {"channelData": {}, "conversation": {"id": "a:1", "conversationType": "personal"}},
    {"from": {"id": "29:1", "name": "Alex Novak"}},
    {"from": {"id": "28:other", "aadObjectId": "5fc29e96-7a4b-4f42-9d98-e4d5a4bc0005"}},
    {"from": {"id": "29:1", "aadObjectId": "5fc29e96-7a4b-4f42-9d98-e4d5a4bc0005", "role": "bot"}},
    {"from": {"aadObjectId": "5fc29e96-7a4b-4f42-9d98-e4d5a4bc0005", "userPrincipalName": "a_x#EXT#@y"}},
]


@pytest.mark.parametrize("changes", STRANGERS, ids=str)
@pytest.mark.parametrize("kind", ["message", "invoke", "installationUpdate"])
async def test_a_signature_is_not_enough(edge: Edge, kind: str, changes: Json) -> None:
    activity = {**edge.person().activity("vpn on", "@me"), "type": kind, "name": "adaptiveCard/action", **changes}
    calls = len(edge.sim.calls)
    ack = await edge.send(activity)
    assert (ack.status, ack.body) == (403, "")
    await edge.quiet()
    assert edge.desk.requests == []
    assert edge.heard("refused") == 1
    assert {call.operation for call in edge.sim.calls[calls:]} <= {"metadata", "keys"}


async def test_without_keys_nothing_is_handled_and_then_it_is(
    sim: Teams, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.listeners.teams_tokens.PAUSE_S", 0.0)
    sim.fail("metadata", times=4)  # for the start, perhaps for the question, and for some of the requests
    async with running(sim, table) as edge:
        with pytest.raises(NoKeys):
            await edge.listener.ready()
        headers, statuses = sim.wire.headers(), list[int]()
        async with aiohttp.ClientSession() as session:
            for _ in range(6):
                activity = edge.person().activity("vpn on", "@me")
                async with session.post(sim.bot_url, json=activity, headers=headers) as answer:
                    statuses.append(answer.status)
                    assert ("Retry-After" in answer.headers) == (answer.status == 503)
        assert set(statuses) == {200, 503}
        assert statuses == sorted(statuses, reverse=True)
        assert edge.heard("unchecked") == statuses.count(503)
        assert edge.heard("refused") == 0
        await edge.listener.ready()
        await edge.quiet()
        assert len(edge.desk.requests) == statuses.count(200)


async def test_a_wrong_app_secret_is_not_ready(edge: Edge) -> None:
    edge.sim.app_tokens.password = "changed"
    with pytest.raises(NotAllowed, match="invalid_client"):
        await edge.listener.ready()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"5", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff\xfe\xfd", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"serviceUrl": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"serviceUrl": "https://x/"}', "application/json", 401),  # the token's is another
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"{}", "", 415),
        (b'{"a": "' + b"x" * 300_000 + b'"}', "application/json", 413),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_what_cannot_be_read_is_a_bad_request(edge: Edge, body: bytes, content_type: str, status: int) -> None:
    ack = await edge.sim.wire.send(Sent(body, {**edge.sim.wire.headers(), "Content-Type": content_type}))
    assert (ack.status, ack.body) == (status, "")
    ack = await edge.sim.wire.send(Sent(body, {"Content-Type": content_type}))
    assert (ack.status, ack.body) == (401, "")


@pytest.mark.parametrize("header", ["", "Authorization: Bearer x.y.z\r\n"])
async def test_of_whoever_is_not_believed_nothing_is_read(edge: Edge, header: str) -> None:
    """The rest of the body never comes, and nobody waits for it: to read what anybody sends stops everybody else."""
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.server.port)
    head = f"POST /api/messages HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\n{header}"
    writer.write(f"{head}Content-Length: 200000\r\n\r\n{{".encode())
    async with asyncio.timeout(5):  # half of what a body is given
        assert b" 401 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_what_nobody_expected_has_a_status_and_leaves_no_trace(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("marmalade")

    monkeypatch.setattr("bot.listeners.teams_requests.sender", fail)
    ack = await edge.person().say("vpn on", "@me")
    assert (ack.status, ack.body) == (500, "")
    assert "something of Teams' is not understood: ZeroDivisionError" in caplog.text
    assert "marmalade" not in caplog.text


async def test_a_long_body_is_not_taken_piece_by_piece_either(edge: Edge) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 10_000

    headers = edge.sim.wire.headers()
    async with (
        aiohttp.ClientSession() as session,
        session.post(edge.sim.bot_url, data=pieces(), headers=headers) as answer,
    ):
        assert answer.status == 413


async def test_a_body_that_is_not_packed_as_it_says_is_unreadable(edge: Edge) -> None:
    ack = await edge.send(edge.person().activity("vpn on", "@me"), **{"Content-Encoding": "gzip"})
    assert ack.status == 400
    assert edge.heard("unknown") == 1


async def test_a_body_that_takes_too_long_is_not_waited_for(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.listeners.teams._READ_S", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.server.port)
    head = f"POST /api/messages HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {edge.sim.token()}\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
    async with asyncio.timeout(10):
        assert b" 408 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_the_acknowledgement_waits_for_nothing(edge: Edge) -> None:
    await edge.person().say("help", "@me")  # who that is, is known then for some minutes
    await edge.quiet()
    edge.desk.requests.clear()
    edge.desk.gate.clear()
    edge.sim.fail("*", times=100)
    ack = await edge.person().say("vpn on", "@me")
    assert ack.status == 200
    assert ack.seconds < 1
    assert edge.desk.requests == []
    assert edge.work.count == 1
    edge.desk.gate.set()
    await edge.quiet()
    assert len(edge.desk.requests) == 1


async def test_a_request_is_handled_though_the_table_does_not_remember_it(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any, **__: Any) -> None:
        raise OSError("down")

    monkeypatch.setattr(edge.conversations, "met", down)
    await edge.person().say("vpn on", "@me")
    await edge.quiet()
    assert len(edge.desk.requests) == 1


async def test_no_body_and_no_token_is_ever_logged(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("bot", "notifiers", "aiohttp"):
        caplog.set_level(logging.DEBUG, logger=name)
    secret = "marmalade-sandwich"
    good = edge.person().activity(secret, "@me")
    await edge.send(good)
    await edge.quiet()
    token = edge.sim.token()
    shown = await edge.ask()
    for activity in (
        {**good, "channelId": secret},
        {**good, "type": secret},
        {**good, "from": {"id": secret, "name": secret}},
        {**good, "type": "invoke", "name": secret, "value": {"action": {"data": {"form": "a" * 32, "x": secret}}}},
        {**good, "conversation": {"id": f"{secret} {secret}"}},
        {**good, "serviceUrl": secret},
    ):
        await edge.send(activity, Authorization=f"Bearer {token}")
    await edge.send(good, Authorization=f"Bearer {secret}.{secret}.{secret}")
    await edge.sim.wire.send(Sent(f'["{secret}"'.encode(), edge.sim.wire.headers()))
    edge.conversations.saved = None  # type: ignore[assignment, method-assign]
    await edge.person().submit(shown, {"endpoint": "tokyo", "duration": secret})
    await edge.quiet()
    ours = [record for record in caplog.records if record.name.startswith(("bot", "notifiers", "aiohttp.server"))]
    assert [record for record in ours if "refused" in record.getMessage()]
    written = "".join(record.getMessage() + str(record.exc_info or "") for record in ours)
    for unspoken in (secret, token, edge.sim.app_password, edge.person().id):
        assert unspoken not in written


async def test_whatever_else_teams_sends_is_acknowledged(edge: Edge) -> None:
    activity = edge.person().activity("hello", "@me")
    kinds = ("typing", "messageReaction", "messageUpdate", "event", "endOfConversation", "from the future")
    for kind in kinds:
        assert (await edge.send({**activity, "type": kind})).status == 200
    assert edge.heard("ignored") == len(kinds)
    for unread in (None, 5, ["message"]):
        assert (await edge.send({**activity, "type": unread})).status == 400
    assert edge.desk.requests == []


async def test_an_invoke_that_we_do_not_know_is_not_implemented(edge: Edge) -> None:
    activity = {**edge.person().activity("", "@me"), "type": "invoke"}
    for name in ("task/fetch", "composeExtension/query", "signin/verifyState", None, 5):
        assert (await edge.send({**activity, "name": name})).status == 501


async def test_who_expects_replies_gets_none(edge: Edge) -> None:
    activity = {**edge.person().activity("help", "@me"), "deliveryMode": "expectReplies"}
    ack = await edge.send(activity)
    assert (ack.status, ack.body) == (200, {"activities": []})
    await edge.quiet()
    assert len(edge.desk.requests) == 1


async def test_an_answer_is_private_also_where_it_was_asked_among_others(edge: Edge) -> None:
    mika = edge.person()
    await mika.say("help", "#vpn")
    await edge.quiet()
    chat, request = TeamsChat(edge.speaker), edge.desk.requests[0]
    await chat.answer(request.recipient, line("For your eyes."))
    assert "For your eyes." in mika.dms()[-1].plain
    assert await chat.can_post(request.place)
    assert await chat.private_place(request) == Place(scheme="teams", id=mika.dms()[-1].conversation)
    nobody = request.model_copy(update={"recipient": Recipient(platform="teams", user="0" * 36)})
    assert await chat.private_place(nobody) is None


async def test_without_tokens_only_this_machine_is_answered(sim: Teams, table: Table) -> None:
    async with running(sim, table, auth="off") as edge:
        await edge.listener.ready()
        emulator = {
            "type": "message",
            "id": "1",
            "channelId": "emulator",
            "serviceUrl": "http://localhost:50000/",
            "from": {"id": "User-1", "name": "User"},
            "conversation": {"id": "c1|livechat"},
            "recipient": {"id": "bot"},
            "text": "vpn on",
        }
        assert (await edge.send(emulator, Authorization=None)).status == 200
        assert (await edge.send({**emulator, "serviceUrl": "https://evil.example/"}, Authorization=None)).status == 403
        await edge.quiet()
        assert [request.user for request in edge.desk.requests] == ["user-1"]
        assert not [call for call in sim.calls if call.operation == "metadata"]


async def test_without_tokens_people_are_met_too(sim: Teams, table: Table) -> None:
    """Whoever tries it with Microsoft's Agents Playground is known by what it says of them."""
    async with running(sim, table, auth="off") as edge:
        ada = edge.person("ada")
        await edge.conversations.forget(sim.world.direct(ada.id).id)
        await ada.say("vpn on", "@me")
        await edge.quiet()
        member = await edge.roster.member(ada.id)
        assert member is not None
        assert member.email == "ada@example.com"

        await ada.uninstall()
        await edge.quiet()
        assert await edge.roster.member(ada.id, fresh=True) is None
        await ada.install()
        await edge.quiet()
        assert await edge.roster.member(ada.id) is not None


async def test_without_tokens_nobody_is_turned_away_by_a_roster(sim: Teams, table: Table) -> None:
    async with running(sim, table, auth="off") as edge:
        assert (await edge.person("gil").say("vpn on", "#vpn")).status == 200
        await edge.quiet()
        assert edge.heard("refused") == 0
