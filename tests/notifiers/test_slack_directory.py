"""Who Slack says somebody is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from notifiers.delivery import TryLater
from notifiers.slack_api import SlackApi
from notifiers.slack_directory import SlackDirectory, read_member
from sandbox.slack import server

USER: dict[str, Any] = {
    "id": "U1",
    "team_id": "T1",
    "name": "ada",
    "tz": "Asia/Tokyo",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "is_email_confirmed": True,
    "profile": {"email": "Ada.Moreau@Example.com", "display_name": "ada!", "real_name": "Ada Moreau"},
}


@pytest.fixture
async def workspace() -> AsyncIterator[server.Slack]:
    workspace = server.Slack()
    await workspace.start()
    yield workspace
    await workspace.stop()


@pytest.fixture
async def directory(workspace: server.Slack) -> AsyncIterator[SlackDirectory]:
    api = SlackApi(SecretStr(workspace.bot_token), workspace.url)
    await api.start()
    yield SlackDirectory(api)
    await api.close()


def asked(workspace: server.Slack, method: str) -> int:
    return sum(call.method == method for call in workspace.calls)


def test_a_full_member_is_read_with_a_lower_cased_address() -> None:
    member = read_member(USER)
    assert (member.user, member.email, member.timezone, member.lacking) == (
        "U1",
        "ada.moreau@example.com",
        "Asia/Tokyo",
        None,
    )
    assert member.organisations == {"T1"}


def test_an_enterprise_counts_as_an_organisation() -> None:
    member = read_member({**USER, "enterprise_user": {"enterprise_id": "E1", "id": "U1"}})
    assert member.organisations == {"T1", "E1"}


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        ("deleted", "deactivated"),
        ("is_bot", "bot"),
        ("is_workflow_bot", "workflow"),
        ("is_stranger", "another organisation"),
        ("is_restricted", "guest"),
        ("is_ultra_restricted", "guest"),
        ("is_invited_user", "invitation"),
    ],
)
def test_whoever_is_no_full_member_lacks_something(flag: str, why: str) -> None:
    lacking = read_member({**USER, flag: True}).lacking
    assert lacking is not None
    assert why in lacking


def test_an_address_that_slack_has_not_confirmed_is_none() -> None:
    member = read_member({**USER, "is_email_confirmed": False})
    assert member.email is None
    assert member.lacking is not None


@pytest.mark.parametrize(
    "email",
    [
        "mi\u212aa@example.com",  # KELVIN SIGN, in lower case a k
        "@example.com",
        "mika@",
        "a b@example.com",
        "mika@example.com@example.com",
        "<mika@example.com>",
        f"{'a' * 250}@example.com",
    ],
)
def test_an_address_that_might_be_taken_for_another_is_none(email: str) -> None:
    assert read_member({**USER, "profile": {"email": email}}).email is None


def test_a_guest_is_told_whom_to_ask() -> None:
    lacking = read_member({**USER, "is_restricted": True}).lacking
    assert lacking == "yours is a guest account; ask a colleague or your IT desk to switch it on for you"


def test_an_account_without_a_profile_is_still_read() -> None:
    member = read_member({"id": "USLACKBOT", "profile": None})
    assert (member.user, member.email, member.organisations) == ("USLACKBOT", None, frozenset())


async def test_one_look_serves_for_five_minutes(workspace: server.Slack, directory: SlackDirectory) -> None:
    for _ in range(3):
        member = await directory.member("U0MIKA0001")
        assert member is not None
        assert member.email == "mika@example.com"
    assert asked(workspace, "users.info") == 1
    await directory.member("U0MIKA0001", fresh=True)
    assert asked(workspace, "users.info") == 2


async def test_a_fresh_look_sees_who_was_deactivated(workspace: server.Slack, directory: SlackDirectory) -> None:
    await directory.member("U0MIKA0001")
    world = workspace.world
    world.people["U0MIKA0001"] = replace(world.people["U0MIKA0001"], deleted=True)
    stale, fresh = await directory.member("U0MIKA0001"), await directory.member("U0MIKA0001", fresh=True)
    assert stale is not None
    assert fresh is not None
    assert (stale.lacking, fresh.lacking) == (None, "that account is deactivated")


async def test_nobody_is_none(directory: SlackDirectory) -> None:
    assert await directory.member("U0NOBODY01") is None
    assert await directory.by_email("nobody@example.com") is None
    assert await directory.group("S0NOTHING1") == frozenset()


async def test_people_are_found_by_address(directory: SlackDirectory) -> None:
    member = await directory.by_email("ren@example.com")
    assert member is not None
    assert member.user == "U0REN00001"


async def test_groups_have_members(directory: SlackDirectory) -> None:
    assert await directory.group("S0OPERATOR") == {"U0ODA00001"}


async def test_the_home_is_the_tokens_workspace(workspace: server.Slack, directory: SlackDirectory) -> None:
    assert await directory.home() == workspace.team_id


@pytest.mark.parametrize("error", ["missing_scope", "invalid_auth", "internal_error"])
async def test_unknown_is_not_absent(workspace: server.Slack, directory: SlackDirectory, error: str) -> None:
    workspace.fail("*", error, times=50)
    for question in (
        directory.member("U0MIKA0001"),
        directory.by_email("a@example.com"),
        directory.group("S0ADMINS01"),
    ):
        with pytest.raises(TryLater):
            await question
