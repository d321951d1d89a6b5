"""The whole bot in one process: its ports, its start and stop, and two replicas on one table."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aws_ops import published, vpn_runs
from bot.app import App
from bot.settings import Settings
from commands.config import ConfigFaults
from notifiers.delivery import Refused
from notifiers.message import File, Message, line
from notifiers.place import Place
from sandbox.teams import Teams
from sandbox.teams.people import CHANNELS
from tests.bot.conftest import IMPATIENT, House

ADMIN = Place(scheme="slack", id="C0ADMIN001")


async def ready(house: House, app: App) -> tuple[int, dict[str, Any]]:
    status, text = await house.get(app.admin_port, "/readyz")
    return status, json.loads(text)


async def test_it_is_alive_ready_and_measured(house: House) -> None:
    app = await house.start()
    assert (await house.get(app.port, "/healthz"))[0] == 200
    assert await ready(house, app) == (200, {"ready": True, "checks": {"table": "ok", "queue": "ok", "slack": "ok"}})
    status, text = await house.get(app.admin_port, "/metrics")
    assert status == 200
    assert "deskside_config_good 1.0" in text


async def test_the_public_port_shows_nothing_else(house: House) -> None:
    app = await house.start()
    for path in ("/readyz", "/metrics", "/", "/slack/events", "/api/messages"):
        status, _ = await house.get(app.port, path)
        assert status in {404, 405}


async def test_it_is_not_ready_without_its_table(house: House) -> None:
    app = await house.start(DESKSIDE_TABLE="elsewhere")
    status, report = await ready(house, app)
    assert status == 503
    assert "ResourceNotFoundException" in report["checks"]["table"]
    assert report["checks"]["queue"] == "ok"
    assert (await house.get(app.port, "/healthz"))[0] == 200


async def test_an_unreachable_slack_does_not_stop_the_start(house: House) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        app = await house.start(SLACK_API_URL=f"http://127.0.0.1:{nobody.getsockname()[1]}/api/")
        assert (await house.get(app.port, "/healthz"))[0] == 200
        status, report = await ready(house, app)
        assert status == 503
        assert "Slack does not answer" in report["checks"]["slack"]
        ack = await house.slack.person("mika").command("/deskside whoami")
        assert ack.status == 200
        await house.quiet()
    assert "can't check who you are" in house.answers("mika")[0]


def test_without_the_workspace_nothing_starts(house: House) -> None:
    house.config = house.config.replace("slack_team: T0DESKSIDE, ", "")
    with pytest.raises(ConfigFaults, match=r"^identity\.slack_team: missing"):
        house.build()


async def test_two_replicas_share_one_table(house: House) -> None:
    one, two = await house.start(), await house.start()
    assert one.port != two.port
    place = Place(scheme="slack", id="C0VPN00001")
    await asyncio.gather(*(app.outbox.post(place, "key", line("hello")) for app in (one, two)))
    await house.quiet()
    assert [shown.text for shown in house.slack.person("mika").sees()] == ["hello"]
    assert one.metrics.registry is not two.metrics.registry


async def test_a_webhook_is_reached_at_the_address_in_its_secret(house: House) -> None:
    app = await house.start()
    secrets = app.desk.sessions.client("secretsmanager")
    secrets.create_secret(Name="deskside/webhook/ops", SecretString=house.slack.webhook("ops"))
    await app.outbox.post(Place(scheme="webhook", id="deskside/webhook/ops"), "key", line("hello"))
    await house.until(lambda: house.slack.person("alex").sees("ops"))
    await house.quiet()
    assert [shown.text for shown in house.slack.person("alex").sees("ops")] == ["hello"]


async def test_a_command_goes_all_the_way_to_the_live_card(house: House) -> None:
    await house.start()
    mika = house.slack.person("mika")
    await mika.command("/vpn on tokyo for 1h")
    await house.until(lambda: any(not shown.ephemeral for shown in mika.sees()))
    cards = [shown for shown in mika.sees() if not shown.ephemeral]
    assert len(cards) == 1
    assert "tokyo" in cards[0].text


async def test_where_the_app_is_no_member_the_card_is_in_the_direct_messages(house: House) -> None:
    await house.start()
    oda = house.slack.person("oda")
    await oda.command("/vpn on tokyo", "#ops")
    await house.until(oda.dms)
    assert all(shown.ephemeral for shown in oda.sees("#ops"))


async def test_the_endpoints_are_published_for_the_sweep(house: House) -> None:
    app = await house.start(DESKSIDE_TICK="7")
    await house.until(lambda: published.endpoints(app.desk.table))
    (tokyo,) = published.endpoints(app.desk.table)
    assert (tokyo.name, tokyo.tick_s) == ("tokyo", 7)


async def test_claims_of_leavers_end(house: House) -> None:
    app = await house.start()
    tokyo = app.config.vpn_endpoint("tokyo", 30)
    for name in ("mika", "dee"):
        await asyncio.to_thread(vpn_runs.claim, app.desk, tokyo, f"{name}@example.com", 3600, "slack:C0VPN00001")
    assert await app.sweep_leavers() == 1
    status = await asyncio.to_thread(vpn_runs.status, app.desk, tokyo)
    assert [claim.person for claim in status.claims] == ["mika@example.com"]
    assert await app.sweep_leavers() == 0


async def test_nobody_loses_a_claim_while_slack_is_away(house: House) -> None:
    app = await house.start()
    tokyo = app.config.vpn_endpoint("tokyo", 30)
    await asyncio.to_thread(vpn_runs.claim, app.desk, tokyo, "dee@example.com", 3600, "slack:C0VPN00001")
    house.slack.fail("*", "invalid_auth", times=100)
    assert await app.sweep_leavers() == 0


async def test_one_claimant_holds_nobody_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    app = await house.start()
    tokyo = app.config.vpn_endpoint("tokyo", 30)
    for name in ("ada", "dee"):
        await asyncio.to_thread(vpn_runs.claim, app.desk, tokyo, f"{name}@example.com", 3600, "slack:C0VPN00001")
    asks = app.people.has_left

    async def has_left(key: str) -> bool:
        if key == "ada@example.com":
            raise Refused("Slack says no_such_thing")
        return await asks(key)

    monkeypatch.setattr(app.people, "has_left", has_left)
    house.aws.reset_calls()
    assert await app.sweep_leavers() == 1
    assert [claim.person for claim in await asyncio.to_thread(vpn_runs.claims, app.desk, tokyo)] == ["ada@example.com"]
    assert not [call for call in house.aws.calls() if call.startswith("EC2.DescribeClientVpnC")]


@pytest.fixture
async def teams(house: House) -> AsyncIterator[Teams]:
    """A simulated Teams, in which the admin place is."""
    simulated = Teams()
    await simulated.start()
    house.config = house.config.replace(str(ADMIN), f"teams:{CHANNELS['deskside-admin']}")
    yield simulated
    await simulated.stop()


def teams_alone(teams: Teams) -> dict[str, str]:
    """The environment of a bot without Slack."""
    return {"SLACK_BOT_TOKEN": "", "SLACK_SIGNING_SECRET": "", **teams.environment()}


async def test_teams_is_served_without_slack_and_its_readiness_told(house: House, teams: Teams) -> None:
    app = await house.start(IMPATIENT, **teams_alone(teams))
    assert (await ready(house, app))[1]["checks"] == {"table": "ok", "queue": "ok", "teams": "ok"}


async def test_a_teams_that_cannot_be_reached_leaves_it_unready(house: House, teams: Teams) -> None:
    environment = teams_alone(teams)
    await teams.stop()
    app = await house.start(IMPATIENT, **environment)
    status, report = await ready(house, app)
    assert status == 503
    assert report["checks"]["teams"].startswith("NoKeys")


async def test_a_taken_port_is_told_and_leaves_nothing_open(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        app = house.build(PORT=str(taken.getsockname()[1]))
        with pytest.raises(OSError, match="address already in use"):
            await app.start()
    await app.stop()


async def test_it_stops_twice_without_complaint(house: House) -> None:
    app = await house.start()
    await app.stop()
    await app.stop()


async def test_what_was_accepted_is_said_before_the_stop(house: House) -> None:
    app = await house.start()
    for number in range(5):
        await app.outbox.post(Place(scheme="slack", id="C0VPN00001"), f"{number}", line(f"{number}"))
    await app.stop()
    assert len(house.slack.person("mika").sees()) == 5


async def test_a_changed_file_is_taken_and_announced_once(house: House, tmp_path: Any) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(house.config)
    settings = Settings.parse(house.environment(DESKSIDE_CONFIG=str(file)))
    for _ in range(2):
        house.apps.append(App.build(settings, tuning=IMPATIENT))
        await house.apps[-1].start()
    file.write_text(house.config.replace("vpn:", "vpn:\n  idle: 10m"))
    for app in house.apps:
        await app.configuration.look()
        assert app.config.vpn.idle == 600
    await house.until(lambda: house.slack.person("alex").sees("#deskside-admin"))
    await house.quiet()
    (shown,) = house.slack.person("alex").sees("#deskside-admin")
    assert "Changed: vpn.idle" in shown.plain


async def test_whom_teams_has_never_seen_has_not_left_it(house: House, teams: Teams) -> None:
    app = await house.start(IMPATIENT, **teams_alone(teams))
    tokyo = app.config.vpn_endpoint("tokyo", 30)
    await asyncio.to_thread(vpn_runs.claim, app.desk, tokyo, "mika@example.com", 3600, "slack:C0VPN00001")
    assert await app.sweep_leavers() == 0
    status = await asyncio.to_thread(vpn_runs.status, app.desk, tokyo)
    assert [claim.person for claim in status.claims] == ["mika@example.com"]


async def test_a_lost_answer_repeats_one_card_at_most_and_the_newest_goes_on(house: House) -> None:
    app = await house.start()
    place, mika = Place(scheme="slack", id="C0VPN00001"), house.slack.person("mika")
    house.slack.fail("chat.postMessage", status=0, after=True)
    await app.outbox.card(place, "vpn-1", 1, line("associating"))
    await house.until(lambda: len(mika.sees()) == 2)
    await house.quiet()
    await app.outbox.card(place, "vpn-1", 2, line("ready"))
    await house.until(lambda: mika.sees()[-1].text == "ready")
    await house.quiet()
    assert [shown.text for shown in mika.sees()] == ["associating", "ready"]


async def test_a_file_that_slack_does_not_take_is_told_to_the_admins_once(house: House) -> None:
    app = await house.start()
    house.slack.fail("files.getUploadURLExternal", "missing_scope", times=2)
    for number in range(2):
        message = Message(title="", summary=f"report {number}", files=(File(name="a.csv", content="a"),))
        await app.outbox.post(Place(scheme="slack", id="C0VPN00001"), f"{number}", message)
    await house.until(lambda: house.slack.person("alex").sees("#deskside-admin"))
    await house.quiet()
    assert len(house.slack.person("mika").sees()) == 2
    (told,) = house.slack.person("alex").sees("#deskside-admin")
    assert "missing_scope" in told.plain


async def test_an_admin_place_that_nobody_can_write_to_stops_the_start(house: House) -> None:
    house.config = house.config.replace("slack:C0ADMIN001", "webhook:https://hooks.example.com/secret")
    with pytest.raises(ConfigFaults) as caught:
        house.build()
    (fault,) = caught.value.faults
    assert fault.startswith("admin_place: this version cannot write to webhook: places")
    assert "secret" not in fault
