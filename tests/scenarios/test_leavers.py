"""Whose claim ends because they have left, and whose does not: what nobody knows takes nothing away."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from sandbox.teams import Teams
from sandbox.teams.people import CHANNELS
from tests.chats.slack import SlackSide
from tests.chats.teams import TeamsSide
from tests.scenarios.world import World, a_world


@pytest.fixture
async def teams(simulated_aws: SandboxAws, moved: MovedClock) -> AsyncIterator[World]:
    """Teams alone: there is no Slack to tell who has left."""
    async with a_world(simulated_aws, moved, ["teams"]) as fresh:
        yield fresh


def tenant(world: World) -> Teams:
    side = world.side("teams")
    assert isinstance(side, TeamsSide)
    return side.teams


def never_in_slack(world: World, name: str) -> None:
    """Nobody in Slack has this person's address."""
    side = world.side("slack")
    assert isinstance(side, SlackSide)
    people = side.slack.world.people
    (user,) = [user for user, person in people.items() if person.name == name]
    people[user] = replace(people[user], email="somebody.else@example.com")


def name_in_configuration(world: World, key: str, user: str) -> None:
    """From the next start on, the account `user` in Teams is the person `key`."""
    config = Path(world.environment()["DESKSIDE_CONFIG"])
    named = f"identity:\n  people: [{{email: {key}, teams: {user}}}]\n"
    config.write_text(config.read_text(encoding="utf-8").replace("identity:\n", named), encoding="utf-8")


async def uninstalls(world: World, name: str) -> None:
    await tenant(world).person(name).uninstall()
    await world.quiet()


async def sweep_leavers(world: World) -> int:
    """Every bot looks for leavers once; how many claims that ended."""
    return sum([await bot.sweep_leavers() for bot in world.bots])


async def test_the_claim_of_whose_account_is_deleted_ends(teams: World) -> None:
    mika, ren = teams.person("mika"), teams.person("ren")
    await mika.says("/vpn on for 3h")
    await ren.says("/vpn on for 3h")

    tenant(teams).world.leave(mika.id)

    assert await sweep_leavers(teams) == 1
    assert not teams.claims("mika")
    assert teams.claims("ren")


@pytest.mark.parametrize(("status", "code"), [(400, "BadSyntax"), (404, "ServiceNotFound"), (503, "ServiceError")])
async def test_a_roster_that_fails_makes_nobody_a_leaver(teams: World, status: int, code: str) -> None:
    mika = teams.person("mika")
    await mika.says("/vpn on for 3h")

    tenant(teams).fail("getConversationMember", status=status, code=code, times=20)

    assert await sweep_leavers(teams) == 0
    assert teams.claims("mika")


async def test_who_leaves_a_channel_has_not_left_the_organisation(teams: World) -> None:
    """Neither who never had the app in a chat of their own, nor who took it out."""
    mika, ren = teams.person("mika"), teams.person("ren")
    await uninstalls(teams, "mika")
    await mika.says("/vpn on for 3h")
    await ren.says("/vpn on for 3h")
    await uninstalls(teams, "ren")

    channel = tenant(teams).world.conversations[CHANNELS["vpn"]]
    channel.members -= {mika.id, ren.id}

    assert await sweep_leavers(teams) == 0
    assert teams.claims("mika")
    assert teams.claims("ren")


async def test_who_is_in_teams_only_does_not_leave_by_taking_out_the_app(both: World) -> None:
    never_in_slack(both, "ren")
    ren = both.person("ren", "teams")
    await ren.says("/vpn on for 3h", place=ren.dm)

    await uninstalls(both, "ren")
    assert await sweep_leavers(both) == 0
    assert both.claims("ren")

    await tenant(both).person("ren").install()
    await both.quiet()
    tenant(both).world.leave(ren.id)
    assert await sweep_leavers(both) == 1
    assert not both.claims("ren")


@pytest.mark.parametrize("chats", [["teams"], ["slack", "teams"]])
async def test_who_is_named_in_the_configuration_leaves_as_everybody_else(
    simulated_aws: SandboxAws, moved: MovedClock, chats: list[str]
) -> None:
    async with a_world(simulated_aws, moved, chats) as world:
        ren = world.person("ren", "teams")
        name_in_configuration(world, "r.sato@example.com", ren.id)
        await world.stop_bots()
        await world.start_bot()
        await ren.says("/vpn on for 3h", place=ren.dm)
        assert await sweep_leavers(world) == 0
        assert world.claims("r.sato")

        await uninstalls(world, "ren")
        assert await sweep_leavers(world) == 0, "Slack has never had them, and Teams does not tell"
        await tenant(world).person("ren").install()
        await world.quiet()

        tenant(world).world.leave(ren.id)
        assert await sweep_leavers(world) == 1
        assert not world.claims("r.sato")


async def test_what_a_leaver_asked_for_and_has_not_begun_is_cancelled(both: World) -> None:
    await both.configures(workspaces="approval: [rebuild]")
    oda, ada = both.person("oda", "slack"), both.person("ada", "slack")
    await oda.says("/rebuild mika", oda.dm)
    await both.confirms(oda)
    tenant(both).world.people[both.person("oda", "teams").id] = replace(
        tenant(both).world.people[both.person("oda", "teams").id], left=True
    )
    never_in_slack(both, "oda")
    await sweep_leavers(both)
    await both.quiet()

    assert "has left" in both.run_cards(ada)[-1]
    await ada.says(f"/approve {both.run()}", ada.dm)
    assert both.approval_state() == "void"
    assert both.calls_of("RebuildWorkspaces") == 0


async def test_what_somebody_may_not_ask_for_any_more_is_cancelled_and_what_is_theirs_is_not(world: World) -> None:
    await world.configures(workspaces="approval: [rebuild]")
    oda, ada, ren = world.person("oda"), world.person("ada"), world.person("ren")
    await oda.says("/rebuild mika", oda.dm)
    await world.confirms(oda)
    others = world.run()
    world.sits_down("ren")
    await ren.says("/rebuild me", ren.dm)
    await sweep_leavers(world)
    assert world.approval_state() == "open"

    await world.configures(loses="oda")
    await sweep_leavers(world)
    await world.quiet()

    assert "is no operator any more, so Deskside" in world.run_cards(ada)[-1]
    await ada.says(f"/approve {others}", ada.dm)
    assert world.calls_of("RebuildWorkspaces") == 0


async def test_an_upgrade_that_a_leaver_asked_for_and_nobody_has_approved_is_cancelled(both: World) -> None:
    oda, ada = both.person("oda", "slack"), both.person("ada", "slack")
    await oda.says("/upgrade start Office office-2026-2 --ids mika,ren --canary 1", oda.dm)
    await both.confirms(oda)
    tenant(both).world.people[both.person("oda", "teams").id] = replace(
        tenant(both).world.people[both.person("oda", "teams").id], left=True
    )
    never_in_slack(both, "oda")
    await sweep_leavers(both)
    await both.quiet()

    card = next(seen.text for seen in ada.dms() if "Run upgrade-" in seen.text)
    assert "Whoever asked for it has left, so Deskside cancelled it" in card
    assert both.calls_of("UpdateWorkspaceBundle") == 0
