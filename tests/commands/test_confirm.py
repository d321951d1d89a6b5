"""A confirmation is good for one person, one thing, one place, once, for five minutes."""

import asyncio
import re

import pytest

from aws_ops import vpn_runs
from aws_ops.desk import Desk
from aws_ops.runs import run_key
from aws_ops.table import Table
from aws_ops.vpn_items import lock_key
from aws_ops.vpn_runs import VpnEndpoint, VpnStatus
from commands import confirm
from commands.confirm import Confirmation
from notifiers.place import Place
from sandbox.aws.world import TOKYO_SUBNETS
from tests.commands.conftest import ELSEWHERE, IDS, ONE_ENDPOINT, Chat

BUTTON = "Switch off for everybody"
BOTH_OPERATE = ONE_ENDPOINT.replace(f"slack_users: [{IDS['oda']}]", f"slack_users: [{IDS['oda']}, {IDS['alex']}]")


@pytest.fixture
async def asked(chat: Chat) -> str:
    """oda was asked to confirm `vpn off --all`; the token."""
    chat.use(BOTH_OPERATE)
    await chat.says("mika", "vpn on")
    await chat.says("oda", "vpn off --all")
    (button,) = chat.answers("oda")[-1].buttons
    assert button.command
    return button.command.removeprefix("confirm ")


async def is_on(chat: Chat) -> bool:
    await chat.says("mika", "vpn extend 1m")
    return "yours until" in chat.answer("mika")


async def test_it_is_good_once(chat: Chat, asked: str) -> None:
    await chat.presses("oda", BUTTON)
    assert "is being switched off for everybody" in chat.answer("oda")
    await chat.says("mika", "vpn on")

    await chat.says("oda", f"confirm {asked}")

    assert chat.answers("oda")[-1].summary == "This was confirmed already, so nothing more was done."
    assert await is_on(chat)


async def test_two_clicks_at_once_are_one(chat: Chat, asked: str) -> None:
    await asyncio.gather(chat.says("oda", f"confirm {asked}"), chat.says("oda", f"confirm {asked}"))

    said = sorted(answer.summary for answer in chat.answers("oda")[-2:])
    assert sum("is being switched off for everybody" in one for one in said) == 1


async def test_it_is_good_for_its_person_only(chat: Chat, asked: str) -> None:
    await chat.says("alex", f"deskside confirm {asked}")

    assert chat.answers("alex")[-1].summary == (
        "Only the person who asked for this can confirm it, so nothing was done."
    )
    assert await is_on(chat)


async def test_it_is_good_in_its_place_only(chat: Chat, asked: str) -> None:
    await chat.says("oda", f"confirm {asked}", ELSEWHERE)

    assert "only be confirmed in the place where it was asked for" in chat.answers("oda")[-1].summary
    assert await is_on(chat)


async def test_it_is_good_where_the_question_was_shown_too(chat: Chat) -> None:
    own = Place(scheme="slack", id="D0ODA00001")
    chat.said.private_places[IDS["oda"]] = own
    await chat.says("mika", "vpn on")
    await chat.says("oda", "vpn off --all")

    await chat.presses("oda", BUTTON, ELSEWHERE)
    assert "or where the question was shown, so nothing was done." in chat.answers("oda")[-1].summary
    assert await is_on(chat)
    await chat.presses("oda", BUTTON, own)

    assert "is being switched off for everybody" in chat.answer("oda")


async def test_it_stays_good_where_it_was_asked_for(chat: Chat) -> None:
    chat.said.private_places[IDS["oda"]] = Place(scheme="slack", id="D0ODA00001")
    await chat.says("mika", "vpn on")
    await chat.says("oda", "vpn off --all")

    await chat.presses("oda", BUTTON)

    assert "is being switched off for everybody" in chat.answer("oda")


async def test_it_is_good_for_five_minutes(chat: Chat, asked: str) -> None:
    chat.later(300)

    await chat.says("oda", f"confirm {asked}")

    assert chat.answers("oda")[-1].summary == (
        "This confirmation was good for 5 minutes, so nothing was done; type /vpn off tokyo --all again."
    )
    assert await is_on(chat)


async def test_it_is_good_for_what_was_shown_only(chat: Chat, asked: str) -> None:
    chat.aws.associate("tokyo", TOKYO_SUBNETS[0])
    chat.later(10)
    chat.aws.connect("tokyo", "zoe")

    await chat.says("oda", f"confirm {asked}")

    assert "What this would do has changed since you were asked, so nothing was done" in chat.answer("oda")
    assert await is_on(chat)


async def test_whoever_lost_the_role_cannot_confirm(chat: Chat, asked: str) -> None:
    chat.use(ONE_ENDPOINT.replace(f"slack_users: [{IDS['oda']}], emails: [oda@example.com]", ""))

    await chat.says("oda", f"confirm {asked}")

    assert "Only an operator may do /vpn off tokyo --all" in chat.answer("oda")
    assert await is_on(chat)


async def test_the_brake_stops_it(chat: Chat, asked: str) -> None:
    await chat.says("alex", "deskside pause")

    await chat.says("oda", f"confirm {asked}")

    assert "was paused by alex@example.com" in chat.answer("oda")


@pytest.mark.parametrize("token", ["0f" * 16, "FF" * 16])
async def test_a_token_of_nobody_is_not_known(chat: Chat, token: str) -> None:
    await chat.says("oda", f"confirm {token}")

    assert chat.answers("oda")[-1].summary == (
        "This confirmation is not known, so nothing was done; ask for the command again."
    )


async def test_the_audit_says_what_was_confirmed_and_never_the_token(chat: Chat, asked: str) -> None:
    await chat.says("alex", f"confirm {asked}")
    await chat.presses("oda", BUTTON)

    assert chat.audited("alex") == [("confirm", "refused")]
    assert chat.audited("oda") == [
        ("vpn off tokyo --all", "accepted"),
        ("vpn off tokyo --all", "asked to confirm"),
        ("vpn off tokyo --all", "accepted"),
        ("vpn off tokyo --all", "done"),
    ]
    assert re.fullmatch(r"[0-9a-f]{32}", asked)


async def test_a_run_that_begins_after_the_look_is_not_ended_without_a_question(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = vpn_runs.status

    def looked_too_early(desk: Desk, endpoint: VpnEndpoint) -> VpnStatus:
        seen = status(desk, endpoint)
        vpn_runs.claim(desk, endpoint, "mika@example.com", 3600, str(ELSEWHERE))
        return seen

    monkeypatch.setattr(vpn_runs, "status", looked_too_early)

    await chat.says("oda", "vpn off --all")

    assert "The VPN tokyo is off already, so there was nothing to end." in chat.answer("oda")
    assert chat.audited("oda")[-1] == ("vpn off tokyo --all", "refused")
    assert await is_on(chat)


async def test_only_the_run_that_was_confirmed_is_ended(
    chat: Chat, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, use = (chat.claim("mika") or {})["run"], confirm.use

    def another_run_begins(table: Table, confirmation: Confirmation) -> None:
        use(table, confirmation)
        table.update(*run_key(run), set={"phase": "closed"})
        table.delete(*lock_key("tokyo"))
        vpn_runs.claim(chat.desk, chat.config.vpn_endpoint("tokyo", 30), "mika@example.com", 3600, str(ELSEWHERE))

    monkeypatch.setattr(confirm, "use", another_run_begins)

    await chat.says("oda", f"confirm {asked}")

    assert "The VPN tokyo is off already, so there was nothing to end." in chat.answer("oda")
    assert await is_on(chat)
