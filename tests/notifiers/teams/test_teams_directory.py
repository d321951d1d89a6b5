"""Who Teams says somebody is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from notifiers.delivery import TryLater
from notifiers.teams_conversations import Conversations
from notifiers.teams_directory import TeamsDirectory, read_member
from sandbox import teams as simulated
from sandbox.teams.people import OBJECT_IDS, TEAMS, TENANT
from tests.notifiers.teams.world import MIKA, Desk

ACCOUNT: dict[str, Any] = {
    "id": "29:1ada",
    "objectId": "4EB18D85-6f3a-4e31-8c87-d3c4f3ab0004",
    "name": "Ada Moreau",
    "email": "Ada.Moreau@Example.com",
    "userPrincipalName": "ada@example.onmicrosoft.com",
    "tenantId": TENANT.upper(),
    "userRole": "user",
}


def test_a_full_member_is_read_with_a_lower_cased_address() -> None:
    member = read_member(ACCOUNT, timezone="Europe/Paris")
    assert (member.platform, member.user, member.email, member.timezone, member.lacking) == (
        "teams",
        "4eb18d85-6f3a-4e31-8c87-d3c4f3ab0004",
        "ada.moreau@example.com",
        "Europe/Paris",
        None,
    )
    assert member.organisations == {TENANT}


def test_without_an_address_the_principal_name_counts() -> None:
    assert read_member({**ACCOUNT, "email": None}).email == "ada@example.onmicrosoft.com"
    assert read_member({"objectId": "x"}).email is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"userPrincipalName": "gil_home.example#ext#@example.onmicrosoft.com"}, "guest"),
        ({"userRole": "Guest"}, "guest"),
        ({"userRole": "anonymous"}, "not signed in"),
        ({"userRole": "bot"}, "bot"),
    ],
)
def test_whoever_is_no_full_member_lacks_something(more: dict[str, str], why: str) -> None:
    lacking = read_member({**ACCOUNT, **more}).lacking
    assert lacking is not None
    assert why in lacking


@pytest.mark.parametrize(
    "email",
    [
        "mi\u212aa@example.com",  # KELVIN SIGN, in lower case a k
        "@example.com",
        "a b@example.com",
        "mika@example.com@example.com",
        f"{'a' * 250}@example.com",
        7,
    ],
)
def test_an_address_that_might_be_taken_for_another_is_none(email: object) -> None:
    assert read_member({**ACCOUNT, "email": email, "userPrincipalName": email}).email is None


def test_without_a_tenant_an_account_belongs_nowhere() -> None:
    assert read_member({**ACCOUNT, "tenantId": None}).organisations == frozenset()


async def test_one_look_serves_for_five_minutes(desk: Desk, directory: TeamsDirectory) -> None:
    await desk.meets("mika", known=False)
    for _ in range(3):
        member = await directory.member(MIKA.upper())
        assert member is not None
        assert (member.email, member.timezone) == ("mika@example.com", "Europe/Berlin")
    assert desk.asked("getConversationMember") == 1
    await directory.member(MIKA, fresh=True)
    assert desk.asked("getConversationMember") == 2


async def test_whoever_was_looked_for_before_their_first_word_is_known_at_it(
    desk: Desk, directory: TeamsDirectory
) -> None:
    assert await directory.member(OBJECT_IDS["ada"]) is None
    await desk.meets("ada")
    found = await directory.member(OBJECT_IDS["ada"])
    assert found is not None
    assert found.email == "ada@example.com"


async def test_somebody_met_in_a_channel_is_looked_up_there(desk: Desk, directory: TeamsDirectory) -> None:
    await desk.meets("ren", "#vpn", known=False)
    member = await directory.member(OBJECT_IDS["ren"])
    assert member is not None
    assert member.email == "ren@example.com"


async def test_a_mention_is_the_same_person(desk: Desk, tenant: simulated.Teams, directory: TeamsDirectory) -> None:
    await desk.meets("mika")
    mentioned = await directory.member(tenant.world.people[MIKA].account_id)
    assert mentioned == await directory.member(MIKA)


async def test_where_the_own_chat_is_gone_the_place_they_were_met_in_knows(
    desk: Desk, tenant: simulated.Teams, directory: TeamsDirectory
) -> None:
    await desk.meets("mika", known=False)
    await desk.meets("mika", "#vpn", known=False)
    tenant.world.install(MIKA, installed=False)
    assert await directory.member(MIKA) is not None
    assert desk.asked("getConversationMember") == 2


async def test_nobody_is_none(desk: Desk, directory: TeamsDirectory) -> None:
    await desk.meets("dee", "#vpn", known=False)
    for user in (MIKA, OBJECT_IDS["dee"], "29:1nobody", "nonsense"):
        assert await directory.member(user) is None
    assert await directory.by_email("mika@example.com") is None
    assert await directory.group("19:nothing@thread.tacv2") == frozenset()


async def test_guests_and_strangers_are_told_apart(desk: Desk, directory: TeamsDirectory) -> None:
    for name in ("gil", "sol"):
        await desk.meets(name, "#vpn", known=False)
    guest, stranger = await directory.member(OBJECT_IDS["gil"]), await directory.member(OBJECT_IDS["sol"])
    assert guest is not None
    assert guest.lacking == "yours is a guest account"
    assert stranger is not None
    assert stranger.organisations.isdisjoint({await directory.home()})
    # Their addresses lead nobody to them.
    assert await directory.by_email("gil@example.com") is None
    assert await directory.by_email("sol@partner.example") is None


async def test_people_are_found_by_address_once_they_were_looked_up(desk: Desk, directory: TeamsDirectory) -> None:
    await desk.meets("ren")
    member = await directory.by_email("ren@example.com")
    assert member is not None
    assert member.user == OBJECT_IDS["ren"]


async def test_an_address_that_is_theirs_no_more_leads_to_nobody(
    desk: Desk, tenant: simulated.Teams, directory: TeamsDirectory
) -> None:
    await desk.meets("mika")
    people = tenant.world.people
    people[MIKA] = replace(people[MIKA], email="mika.lind@example.com")
    assert await directory.by_email("mika@example.com", fresh=True) is None
    assert await directory.by_email("mika.lind@example.com") is not None


async def test_whoever_left_is_gone(
    desk: Desk, tenant: simulated.Teams, directory: TeamsDirectory, later: Callable[[int], None]
) -> None:
    await desk.meets("mika")
    tenant.world.leave(MIKA)
    assert await directory.member(MIKA) is not None
    later(301)
    assert await directory.member(MIKA) is None
    assert await directory.by_email("mika@example.com") is None


async def test_teams_have_members(
    desk: Desk, tenant: simulated.Teams, directory: TeamsDirectory, conversations: Conversations
) -> None:
    tenant.page_size = 2
    await conversations.met(desk.where("#vpn"), None)
    names = ("mika", "ren", "oda", "ada", "alex", "gil")
    assert await directory.group(TEAMS["Desk"]) == {OBJECT_IDS[name] for name in names}
    assert desk.asked("getConversationPagedMembers") == 3


async def test_a_team_without_the_app_has_none(
    desk: Desk, directory: TeamsDirectory, conversations: Conversations
) -> None:
    await conversations.met(desk.where("#ops"), None)
    assert await directory.group(TEAMS["Ops"]) == frozenset()


async def test_the_home_is_the_tenant(directory: TeamsDirectory) -> None:
    assert await directory.home() == TENANT


async def test_an_account_that_is_deleted_is_gone(
    desk: Desk, tenant: simulated.Teams, directory: TeamsDirectory
) -> None:
    await desk.meets("mika")
    assert await directory.says_gone("mika@example.com") is False
    tenant.world.leave(MIKA)
    assert await directory.says_gone("mika@example.com") is True


async def test_whom_the_configuration_names_is_asked_about_by_their_account(
    desk: Desk, tenant: simulated.Teams, directory: TeamsDirectory
) -> None:
    await desk.meets("mika")
    tenant.world.leave(MIKA)
    assert await directory.says_gone("m.lind@example.com") is None
    assert await directory.says_gone("m.lind@example.com", MIKA.upper()) is True
    assert await directory.says_gone("mika@example.com", OBJECT_IDS["ren"]) is None, "that account was never met"


async def test_of_whom_it_has_never_met_teams_says_nothing(directory: TeamsDirectory) -> None:
    assert await directory.says_gone("mika@example.com") is None


async def test_only_their_own_chat_says_that_somebody_is_gone(
    desk: Desk, tenant: simulated.Teams, directory: TeamsDirectory, conversations: Conversations
) -> None:
    await desk.meets("mika", "#vpn")
    await desk.meets("ren")
    await desk.meets("ren", "#vpn")
    tenant.world.conversations[desk.where("#vpn").id].members.clear()
    assert await directory.says_gone("mika@example.com") is False, "she left a channel, and has no such chat"

    tenant.world.install(OBJECT_IDS["ren"], installed=False)
    assert await directory.says_gone("ren@example.com") is False, "the app was taken out, which was not heard yet"
    await conversations.forget(tenant.world.direct(OBJECT_IDS["ren"]).id)
    assert await directory.says_gone("ren@example.com") is False


async def test_a_place_that_does_not_tell_does_not_hide_one_that_does(
    desk: Desk, tenant: simulated.Teams, directory: TeamsDirectory
) -> None:
    await desk.meets("mika")
    await desk.meets("mika", "#vpn")
    tenant.fail("getConversationMember", status=404, code="ServiceNotFound")
    assert await directory.member(MIKA, fresh=True) is not None


async def test_what_was_not_found_need_not_be_the_person(
    desk: Desk, tenant: simulated.Teams, directory: TeamsDirectory
) -> None:
    await desk.meets("mika")
    tenant.fail("*", status=404, code="ServiceNotFound", times=50)
    for question in (directory.member(MIKA, fresh=True), directory.says_gone("mika@example.com")):
        with pytest.raises(TryLater):
            await question


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 401}, {"status": 500}, {"status": 0}, {"status": 409}])
async def test_unknown_is_not_absent(
    desk: Desk,
    tenant: simulated.Teams,
    directory: TeamsDirectory,
    conversations: Conversations,
    naps: list[float],
    fault: dict[str, int],
) -> None:
    await desk.meets("mika")
    await conversations.met(desk.where("#vpn"), None)
    tenant.fail("*", times=50, **fault)  # type: ignore[arg-type]
    for question in (
        directory.member(MIKA, fresh=True),
        directory.by_email("mika@example.com", fresh=True),
        directory.says_gone("mika@example.com"),
        directory.group(TEAMS["Desk"]),
    ):
        with pytest.raises(TryLater):
            await question
