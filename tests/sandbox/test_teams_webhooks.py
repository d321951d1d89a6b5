"""Incoming webhooks and archived channels of the simulated Teams."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sandbox.teams import Teams
from sandbox.teams.webhooks import MAX_BYTES
from tests.sandbox.teams_app import CARD, card, hearing, running, text

DISK = card(text("The disk is full"))


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with running() as teams:
        yield teams


def message(*cards: Any) -> dict[str, Any]:
    return {"type": "message", "attachments": [{"contentType": CARD, "content": one} for one in cards]}


async def hook(url: str, body: Any) -> tuple[int, str]:
    """Post to a webhook: status, and the code of a refusal."""
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        said = await response.text()
        return response.status, (await response.json())["error"]["code"] if said else ""


async def test_a_workflow_posts_every_card_into_its_channel(teams: Teams) -> None:
    url = teams.webhook("vpn")
    assert await hook(url, message(DISK, card(text("And so is this one")))) == (202, "")
    seen = teams.person("mika").sees("#vpn")
    assert [(shown.author, shown.plain, shown.thread == shown.id) for shown in seen] == [
        ("Workflows", "The disk is full", True),
        ("Workflows", "And so is this one", True),
    ]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"text": "no cards"}, "InvalidTemplate"),
        (message(card(text("x" * MAX_BYTES))), "RequestEntityTooLarge"),
        (message({"type": "AdaptiveCard"}), "BadRequest"),
        ({"type": "message", "attachments": ["x"]}, "BadRequest"),
    ],
)
async def test_what_a_workflow_cannot_post_is_lost_without_a_word(teams: Teams, body: Any, error: str) -> None:
    assert await hook(teams.webhook("vpn"), body) == (202, "")
    assert teams.person("mika").sees("#vpn") == []
    assert (teams.calls[-1].operation, teams.calls[-1].error) == ("webhook", error)


async def test_only_its_whole_address_starts_a_workflow(teams: Teams) -> None:
    url = teams.webhook("vpn")
    assert await hook(f"{url}x", message(DISK)) == (401, "DirectApiInvalidAuthorizationScheme")
    assert await hook(url.partition("?")[0], message(DISK)) == (400, "MissingApiVersionParameter")
    teams.remove_webhook(url)
    assert await hook(url, message(DISK)) == (404, "WorkflowNotFound")
    assert teams.person("mika").sees("#vpn") == []


async def test_a_workflow_takes_four_messages_a_second(teams: Teams) -> None:
    url = teams.webhook("vpn")
    answers = [await hook(url, message(DISK)) for _ in range(5)]
    assert answers == [(202, "")] * 4 + [(429, "Throttled")]
    teams.limits = False
    assert await hook(url, message(DISK)) == (202, "")


async def test_nothing_is_written_in_an_archived_channel(teams: Teams) -> None:
    async with hearing(teams) as app:
        place = teams.world.place("vpn").id
        await app.show(place, DISK)
        teams.archive("vpn")
        with pytest.raises(AssertionError, match="MessageWritesBlocked"):
            await app.show(place, DISK)
        with pytest.raises(LookupError, match="archived"):
            await teams.person("mika").say("hello", "#vpn")
        assert await hook(teams.webhook("vpn"), message(DISK)) == (202, "")
        assert teams.calls[-1].error == "Forbidden"
        teams.archive("vpn", archived=False)
        await app.show(place, DISK)
    assert len(teams.person("mika").sees("#vpn")) == 2
