"""Slack and Teams at once: one state, one person, one card a place."""

from tests.scenarios.world import MINUTE, ON, World


async def test_a_run_begun_in_slack_has_its_card_in_teams_too_where_somebody_joined(both: World) -> None:
    mika, ren = both.person("mika", "slack"), both.person("ren", "teams")

    await mika.says("/vpn on for 2h")
    await ren.says("/vpn on for 3h")
    await both.pass_time(ON)

    for platform in ("slack", "teams"):
        (card,) = both.cards("vpn", platform)
        assert "VPN tokyo is on" in card
        assert "mika until" in card
        assert "ren until" in card
    assert both.aws.calls()["EC2.AssociateClientVpnTargetNetwork"] == 2
    assert len(mika.told("is ready")) == len(ren.told("is ready")) == 1

    await ren.presses("End mine")
    assert not both.claims("ren")
    await both.pass_time(2 * MINUTE)
    assert "ren until" not in both.card("vpn", "slack")


async def test_the_same_person_in_both_chats_is_one_person(both: World) -> None:
    slack, teams = both.person("mika", "slack"), both.person("mika", "teams")

    await slack.says("/vpn on for 1h")
    await teams.says("/vpn extend 1h")
    assert both.until("mika") == both.now() + 120 * MINUTE

    await both.pass_time(ON)
    assert len(slack.told("is ready")) + len(teams.told("is ready")) == 1
    assert teams.told("is ready"), "there she was heard last"

    await teams.says("/audit me")
    assert "vpn on" in teams.answer
    assert "vpn extend" in teams.answer

    await teams.says("/vpn off")
    await both.pass_time(5 * MINUTE)
    assert both.associated("tokyo") == 0
    assert "VPN tokyo is off" in both.card("vpn", "slack")


async def test_a_confirmation_is_good_only_where_it_was_asked_for(both: World) -> None:
    mika = both.person("mika", "slack")
    slack, teams = both.person("oda", "slack"), both.person("oda", "teams")
    await mika.says("/vpn on")
    await both.pass_time(ON)

    await slack.says("/vpn off --all")
    await teams.says(f"/deskside confirm {both.token_of(slack)}")
    assert "the place where it was asked for" in teams.answer
    assert both.claims("mika")

    await teams.says("/vpn off --all")
    await teams.presses("Switch off for everybody")
    await both.pass_time(5 * MINUTE)
    assert both.associated("tokyo") == 0
    assert len(mika.told("oda switched VPN tokyo off for everybody")) == 1


async def test_who_moves_to_the_other_chat_gets_their_warnings_there(both: World) -> None:
    slack, teams = both.person("mika", "slack"), both.person("mika", "teams")
    await slack.says("/vpn on for 20m")
    await both.pass_time(ON)
    both.connects("mika", "tokyo")
    assert slack.told("is ready")

    await teams.says("/vpn status")
    await both.pass_time(3 * MINUTE)
    assert not slack.told("ends in 15 minutes")
    assert len(teams.told("ends in 15 minutes")) == 1
    before = both.until("mika")

    await teams.presses("Extend 1 h", place=teams.dm)
    assert both.until("mika") == before + 60 * MINUTE
