"""The Slack edge: every trap that Slack and its libraries have."""

import asyncio
import json
import logging
import time
from urllib.parse import urlencode

import pytest

from commands.request import Request
from sandbox.slack.wire import Sent
from tests.bot.conftest import TWO_ENDPOINTS, House

FORM = "application/x-www-form-urlencoded"


def prepared(house: House, body: bytes, content_type: str = FORM, age: int = 0) -> Sent:
    """A request signed `age` seconds ago."""
    return Sent(body, house.slack.wire.headers(body, content_type, int(time.time()) - age))


def with_headers(sent: Sent, **changes: str | None) -> Sent:
    headers = {**sent.headers, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return Sent(sent.body, {name: value for name, value in headers.items() if value is not None})


async def whoami(house: House, name: str = "mika") -> None:
    ack = await house.slack.person(name).command("/deskside whoami")
    assert (ack.status, ack.body) == (200, "")
    await house.quiet()


async def test_a_command_is_acknowledged_without_a_word_and_answered_privately(house: House) -> None:
    app = await house.start()
    await whoami(house)
    (answer,) = house.answers("mika")
    assert "mika@example.com" in answer
    assert house.answers("ren") == []
    assert house.heard(app, "command") == 1


async def test_a_bad_signature_is_refused(house: House) -> None:
    app = await house.start()
    await whoami(house)
    changes: list[dict[str, str | None]] = [
        {"X_Slack_Signature": "v0=" + "0" * 64},
        {"X_Slack_Signature": None},
        {"X_Slack_Signature": ""},
        {"X_Slack_Signature": "v0=" + "\u00e9" * 64},
        {"X_Slack_Request_Timestamp": None},
        {"X_Slack_Request_Timestamp": "1"},
        {"X_Slack_Request_Timestamp": "yesterday"},
    ]
    for change in changes:
        ack = await house.slack.wire.send(with_headers(house.slack.wire.sent[0], **change))
        assert ack.status == 401, change
    await house.quiet()
    assert len(house.answers("mika")) == 1
    assert house.heard(app, "refused") == len(changes)


async def test_a_body_that_was_changed_is_refused(house: House) -> None:
    await house.start()
    await whoami(house)
    sent = house.slack.wire.sent[-1]
    changed = Sent(sent.body.replace(b"U0MIKA0001", b"U0ALEX0001"), sent.headers)
    assert (await house.slack.wire.send(changed)).status == 401


async def test_a_body_that_is_not_packed_as_it_says_is_unreadable(house: House) -> None:
    app = await house.start()
    await whoami(house)
    packed = with_headers(house.slack.wire.sent[0], Content_Encoding="gzip")
    assert (await house.slack.wire.send(packed)).status == 400
    assert house.heard(app, "unknown") == 1


async def test_a_body_that_takes_too_long_is_not_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.listeners.slack._READ_S", 0.05)
    app = await house.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\ncommand=")
    async with asyncio.timeout(20):
        assert b" 408 " in await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert house.heard(app, "unknown") == 1


async def test_a_stale_request_is_refused(house: House) -> None:
    await house.start()
    body = urlencode({"command": "/deskside", "text": "whoami", "user_id": "U0MIKA0001"}).encode()
    for age, status in {0: 200, 290: 200, 310: 401, 86_400: 401, -310: 401}.items():
        ack = await house.slack.wire.send(prepared(house, body, age=age))
        assert ack.status == status, age


async def test_an_exact_replay_is_acknowledged_and_does_nothing(house: House) -> None:
    await house.start()
    await whoami(house)
    for _ in range(3):
        assert (await house.slack.resend(house.slack.wire.sent[0])).status == 200
    await house.quiet()
    assert len(house.answers("mika")) == 1


async def test_one_trigger_over_two_bots_is_one_request(house: House) -> None:
    one, two = await house.start(), await house.start()
    await whoami(house)
    sent = house.slack.wire.sent[0]
    await asyncio.gather(*(house.slack.resend(sent, to=house.url(app)) for app in (one, two, one, two)))
    await house.quiet()
    assert len(house.answers("mika")) == 1


async def test_one_trigger_over_two_bots_at_the_same_moment_is_one_request(house: House) -> None:
    one, two = await house.start(), await house.start()
    fields = {
        "command": "/vpn",
        "text": "on tokyo",
        "user_id": "U0MIKA0001",
        "team_id": "T0DESKSIDE",
        "channel_id": "C0VPN00001",
        "trigger_id": "1.2.same",
        "response_url": f"{house.slack.base}/respond/{house.slack.world.tickets.response('U0MIKA0001', 'C0VPN00001')}",
    }
    sent = prepared(house, urlencode(fields).encode())
    await asyncio.gather(*(house.slack.wire.send(sent, house.url(app)) for app in (one, two)))
    await house.quiet()
    assert len(house.answers("mika")) == 1


async def test_guests_strangers_leavers_and_bots_are_told_no(house: House) -> None:
    await house.start()
    for name in ("gil", "sol", "dee", "robo"):
        await house.slack.person(name).command("/vpn on tokyo")
        await house.quiet()
        (answer,) = house.answers(name)
        assert "Deskside is for" in answer
    assert "EC2.AssociateClientVpnTargetNetwork" not in house.aws.calls()


async def test_a_stranger_who_presses_a_button_in_a_shared_channel_is_told_no(house: House) -> None:
    await house.start()
    await house.slack.person("mika").command("/vpn on tokyo")
    await house.until(lambda: any(not shown.ephemeral and shown.buttons for shown in house.slack.person("sol").sees()))
    sol = house.slack.person("sol")
    card = next(shown for shown in sol.sees() if shown.buttons and not shown.ephemeral)
    await sol.press("End mine", card)
    await house.quiet()
    assert "Deskside is for" in house.answers("sol")[-1]


async def test_a_colleague_acting_from_another_workspace_is_told_no(house: House) -> None:
    """Slack Connect: the account is ours, the request comes from elsewhere."""
    await house.start()
    fields = {
        "command": "/deskside",
        "text": "whoami",
        "user_id": "U0MIKA0001",
        "team_id": "T0PARTNER1",
        "channel_id": "C0VPN00001",
        "trigger_id": "1.2.connect",
        "response_url": f"{house.slack.base}/respond/{house.slack.world.tickets.response('U0MIKA0001', 'C0VPN00001')}",
    }
    await house.slack.wire.send(prepared(house, urlencode(fields).encode()))
    await house.quiet()
    assert "another" in house.answers("mika")[0]


async def test_no_body_is_ever_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("slack_bolt", "slack_sdk", "deskside"):
        caplog.set_level(logging.DEBUG, logger=name)
    await house.start()
    secret = "marmalade-sandwich"
    mika = house.slack.person("mika")
    await mika.command(f"/deskside {secret}")
    await house.quiet()
    good = house.slack.wire.sent[-1]
    body = json.dumps({"type": secret, "event": secret}).encode()
    for sent in (
        with_headers(good, X_Slack_Signature="v0=bad"),
        prepared(house, body, "application/json"),
        prepared(house, f"payload={secret}".encode()),
        prepared(house, f'["{secret}"]'.encode(), "application/json"),
    ):
        await house.slack.wire.send(sent)
    await house.quiet()
    lines = [record for record in caplog.records if not record.name.startswith(("tests", "werkzeug", "botocore"))]
    assert not [record for record in lines if secret in record.getMessage()]
    for token in (house.slack.bot_token, house.slack.signing_secret, mika.id):
        assert token not in "".join(record.getMessage() for record in lines)


async def test_the_acknowledgement_waits_for_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    app = await house.start()
    gate, handled = asyncio.Event(), list[Request]()

    async def slowly(request: Request) -> None:
        await gate.wait()
        handled.append(request)

    monkeypatch.setattr(app.dispatcher, "handle", slowly)
    ack = await house.slack.person("mika").command("/deskside whoami")
    assert (ack.status, ack.error) == (200, "")  # while the gate is shut, and within Slack's own three seconds
    assert handled == []
    assert app.busy()
    gate.set()
    await house.quiet()
    assert len(handled) == 1


async def test_slack_is_asked_nothing_before_the_acknowledgement(house: House) -> None:
    await house.start()
    await asyncio.gather(*(house.slack.person("mika").command("/deskside whoami") for _ in range(20)))
    await house.quiet()
    methods = [call.method for call in house.slack.calls]
    assert "auth.test" not in methods
    assert methods.count("users.info") == 1


async def test_slack_proves_that_the_address_is_ours(house: House) -> None:
    await house.start()
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"}).encode()
    ack = await house.slack.wire.send(prepared(house, body, "application/json"))
    assert (ack.status, ack.body) == (200, {"challenge": "3eZbrw1a"})
    unsigned = with_headers(prepared(house, body, "application/json"), X_Slack_Signature=None)
    assert (await house.slack.wire.send(unsigned)).status == 401


async def test_whatever_else_slack_sends_is_acknowledged(house: House) -> None:
    app = await house.start()
    ignored: list[object] = [
        {"type": "event_callback", "event": {"type": "app_home_opened"}, "event_id": "Ev1"},
        {"type": "event_callback", "event": {"type": "message", "text": "hello"}, "event_id": "Ev2"},
        {"type": "app_rate_limited"},
        {"type": "view_submission", "view": {"private_metadata": "elsewhere"}},
        {"type": "view_closed", "view": {}},
    ]
    unknown: list[object] = [
        {"type": "from_the_future"},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": [], "user": {"id": "U1"}},
        {"type": "view_submission"},
        {"command": "/vpn"},
        {},
    ]
    for payload in ignored + unknown:
        ack = await house.slack.wire.send(prepared(house, json.dumps(payload).encode(), "application/json"))
        assert ack.status == 200, payload
    assert (house.heard(app, "ignored"), house.heard(app, "unknown")) == (len(ignored), len(unknown))


async def test_what_cannot_be_read_is_a_bad_request(house: House) -> None:
    await house.start()
    for body, content_type in (
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"payload=%7B", FORM),
        (b"\xff\xfe", "text/plain; charset=utf-8"),
        (b"x", "text/plain; charset=nonsense"),
    ):
        ack = await house.slack.wire.send(prepared(house, body, content_type))
        assert ack.status == 400, body


async def test_text_arrives_as_it_was_typed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    app = await house.start()
    seen = list[Request]()

    async def see(request: Request) -> None:
        seen.append(request)

    monkeypatch.setattr(app.dispatcher, "handle", see)
    await house.slack.person("mika").command("/audit @ada & <b> ada@example.com #vpn")
    await house.quiet()
    assert seen[0].text == "audit @U0ADA00001 & <b> ada@example.com #C0VPN00001"
    assert str(seen[0].place) == "slack:C0VPN00001"
    assert seen[0].team == "T0DESKSIDE"


async def test_a_button_is_a_command(house: House) -> None:
    await house.start()
    mika = house.slack.person("mika")
    await mika.command("/vpn status tokyo")
    await house.quiet()
    await mika.press("Get profile", mika.sees()[-1])
    await house.quiet()
    await house.until(lambda: any(shown.files for shown in mika.dms()))


async def test_a_link_is_no_command(house: House) -> None:
    app = await house.start()
    payload = {
        "type": "block_actions",
        "user": {"id": "U0MIKA0001", "team_id": "T0DESKSIDE"},
        "trigger_id": "1.2.link",
        "channel": {"id": "C0VPN00001"},
        "actions": [{"type": "button", "action_id": "b:0", "url": "https://example.com"}],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    assert (await house.slack.wire.send(prepared(house, body))).status == 200
    assert house.heard(app, "ignored") == 1


async def test_a_forms_faults_are_in_the_acknowledgement(house: House) -> None:
    house.config = TWO_ENDPOINTS
    app = await house.start()
    mika = house.slack.person("mika")
    await mika.command("/vpn on")
    await house.quiet()
    view = mika.modal()
    assert view is not None
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    duration = next(name for name in fields if name != "endpoint")
    ack = await mika.submit(None, {"endpoint": "paris", duration: "banana"})
    assert ack.errors is not None
    assert list(ack.errors) == [duration]
    assert house.heard(app, "form_errors") == 1
    assert mika.modal() is not None

    ack = await mika.submit(None, {"endpoint": "paris", duration: "1h"})
    await house.quiet()
    assert ack.errors is None
    assert mika.modal() is None
    assert any("paris" in answer for answer in house.answers("mika"))


async def test_a_form_that_is_submitted_twice_is_one_request(house: House) -> None:
    house.config = TWO_ENDPOINTS
    await house.start()
    mika = house.slack.person("mika")
    await mika.command("/vpn on")
    await house.quiet()
    await mika.submit(None, {"endpoint": "paris"})
    await house.quiet()
    said = len(house.answers("mika"))
    await house.slack.resend(house.slack.wire.sent[-1])
    await house.quiet()
    assert len(house.answers("mika")) == said


async def test_a_stop_finishes_what_is_in_hand(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    app = await house.start()
    gate, done = asyncio.Event(), list[str]()

    async def slowly(request: Request) -> None:
        await gate.wait()
        done.append(request.text)

    monkeypatch.setattr(app.dispatcher, "handle", slowly)
    await house.slack.person("mika").command("/deskside whoami")
    stopping = asyncio.create_task(app.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    gate.set()
    await stopping
    assert done == ["deskside whoami"]


async def test_a_question_that_comes_by_direct_message_can_be_answered_there(house: House) -> None:
    await house.start()
    mika, oda = house.slack.person("mika"), house.slack.person("oda")
    await mika.command("/vpn on tokyo")
    await house.quiet()
    house.slack.fail("respond", "used_url")
    await oda.command("/vpn off tokyo --all")
    await house.until(oda.dms)

    await oda.press("Switch off for everybody", oda.dms()[-1])
    await house.until(lambda: house.answers("oda", oda.dms()[-1].channel))

    assert "is being switched off for everybody" in house.answers("oda", oda.dms()[-1].channel)[-1]


class TestSocketMode:
    """The same over a connection that the bot opens: no public address, no signatures."""

    async def _start(self, house: House) -> None:
        await house.start(SLACK_APP_TOKEN=house.slack.app_token, SLACK_SIGNING_SECRET="")
        await house.until(lambda: house.slack.wire.sockets)

    async def test_commands_come_over_the_socket(self, house: House) -> None:
        await self._start(house)
        await whoami(house)
        assert "mika@example.com" in house.answers("mika")[0]
        assert house.slack.wire.sent == []

    async def test_forms_and_their_faults_too(self, house: House) -> None:
        house.config = TWO_ENDPOINTS
        await self._start(house)
        mika = house.slack.person("mika")
        await mika.command("/vpn on")
        await house.quiet()
        ack = await mika.submit(None, {"endpoint": "paris", "duration": "banana"})
        assert ack.errors

    async def test_nothing_listens_for_slack_on_the_public_port(self, house: House) -> None:
        await self._start(house)
        body = urlencode({"command": "/deskside", "text": "whoami"}).encode()
        ack = await house.slack.wire.send(prepared(house, body))
        assert ack.status == 404

    async def test_a_connection_that_slack_ends_is_made_anew(self, house: House) -> None:
        await self._start(house)
        await house.slack.wire.disconnect()
        await house.until(lambda: house.slack.wire.sockets)
        await whoami(house)
        assert len(house.answers("mika")) == 1

    async def test_it_is_ready_only_while_slack_can_reach_it(
        self, house: House, caplog: pytest.LogCaptureFixture
    ) -> None:
        house.slack.fail("apps.connections.open", "invalid_auth", times=100)
        app = await house.start(SLACK_APP_TOKEN=house.slack.app_token, SLACK_SIGNING_SECRET="")
        await house.until(lambda: "cannot be reached: Slack says invalid_auth" in caplog.text)

        status, text = await house.get(app.admin_port, "/readyz")
        assert status == 503
        checks = json.loads(text)["checks"]
        assert checks["slack"] == "ok"
        assert checks["slack_socket"] == "TryLater: Slack's Socket Mode is not connected: Slack says invalid_auth"
        assert house.slack.app_token not in caplog.text

    async def test_a_connection_makes_it_ready(self, house: House) -> None:
        await self._start(house)
        await house.until(lambda: house.slack.wire.sockets)
        await whoami(house)
        status, text = await house.get(house.apps[0].admin_port, "/readyz")
        assert (status, json.loads(text)["checks"]["slack_socket"]) == (200, "ok")

    async def test_slack_may_come_later(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.listeners.slack.backoff", lambda *_, **__: 0.01)
        house.slack.fail("apps.connections.open", status=500, times=2)
        house.slack.fail("apps.connections.open", "invalid_auth")
        await self._start(house)
        await whoami(house)
        assert len(house.answers("mika")) == 1
