"""When AWS, people or time do not do what one hopes: nothing is cut by guess, nobody is left without a word."""

import re

import pytest

from tests.scenarios.world import MINUTE, ON, World

pytestmark = pytest.mark.faults


async def test_an_association_that_fails_is_tried_again(world: World) -> None:
    world.fails("EC2", "AssociateClientVpnTargetNetwork", "association-failed", times=1)
    mika = world.person("mika")

    await mika.says("/vpn on")
    await world.pass_time(20 * MINUTE)

    assert mika.told("is ready")


@pytest.mark.faults
async def test_associations_that_always_fail_end_with_the_reason(world: World) -> None:
    world.fails("EC2", "AssociateClientVpnTargetNetwork", "association-failed", times=99)
    mika, alex = world.person("mika"), world.person("alex")

    await mika.says("/vpn on")
    await world.pass_time(120 * MINUTE)

    assert "could not be switched on" in world.card()
    assert mika.told("could not be switched on")
    assert any("could not be switched on" in seen.text for seen in alex.reads("deskside-admin"))
    assert not world.claims("mika")
    assert world.lock("tokyo") is None


@pytest.mark.faults  # the SDK's own patience is by the wall clock
async def test_every_call_throttled_once_changes_nothing(world: World) -> None:
    world.each_operation_is_throttled_once()
    mika = world.person("mika")

    await mika.says("/vpn on for 1h")
    await world.pass_time(ON)
    assert len(mika.told("is ready")) == 1
    await mika.says("/vpn off")
    await world.pass_time(5 * MINUTE)

    assert world.associated("tokyo") == 0
    assert "VPN tokyo is off" in world.card()


@pytest.mark.faults
async def test_unreadable_connections_never_cut(world: World) -> None:
    mika, alex = world.person("mika"), world.person("alex")
    await mika.says("/vpn on for 1h")
    await world.pass_time(ON)
    world.fails("EC2", "DescribeClientVpnConnections", "UnauthorizedOperation", times=100_000)

    await world.pass_time(10 * MINUTE)
    assert not [seen for seen in alex.reads("deskside-admin") if "who is connected" in seen.text]
    await world.pass_time(80 * MINUTE)

    assert world.associated("tokyo") == 2, "the claim is over, the idle time too, but nobody knows who is connected"
    alerts = [seen.text for seen in alex.reads("deskside-admin") if "who is connected" in seen.text]
    assert len(alerts) == 1
    assert "does not say who is connected" in world.card()

    world.aws.clear_faults()
    await world.pass_time(10 * MINUTE)
    assert world.associated("tokyo") == 0
    assert len([seen for seen in alex.reads("deskside-admin") if "AWS tells again" in seen.text]) == 1


@pytest.mark.faults
async def test_what_cannot_be_cut_is_an_alert_and_is_tried_until_it_goes(world: World) -> None:
    mika, alex = world.person("mika"), world.person("alex")
    await mika.says("/vpn on")
    await world.pass_time(ON)
    world.fails("EC2", "DisassociateClientVpnTargetNetwork", "UnauthorizedOperation", times=100_000)

    await mika.says("/vpn off")
    await world.pass_time(20 * MINUTE)

    assert world.associated("tokyo") == 2
    assert len([seen for seen in alex.reads("deskside-admin") if "cannot be switched off" in seen.text]) == 1
    world.aws.clear_faults()
    await world.pass_time(5 * MINUTE)
    assert world.associated("tokyo") == 0
    assert "VPN tokyo is off" in world.card()


async def test_whoever_connects_at_the_last_moment_is_not_cut(world: World) -> None:
    mika = world.person("mika")
    await mika.says("/vpn on")
    await world.pass_time(3 * MINUTE + 8 * MINUTE)

    world.connects("mika", "tokyo")
    await world.pass_time(12 * MINUTE)

    assert world.associated("tokyo") == 2


async def test_what_was_associated_in_the_console_goes_off_when_idle(world: World) -> None:
    world.aws.associate("tokyo")
    await world.pass_time(ON)

    await world.sweep()
    await world.pass_time(8 * MINUTE)
    assert world.associated("tokyo") == 1
    await world.pass_time(5 * MINUTE)

    assert world.associated("tokyo") == 0
    assert "switched on in the console" in world.card("deskside-admin")


async def test_a_network_that_is_not_ours_stays(world: World) -> None:
    theirs = world.somebody_associates_a_subnet_of_theirs()
    mika = world.person("mika")
    await mika.says("/vpn on")
    await world.pass_time(ON)

    await mika.says("/vpn off")
    await world.pass_time(5 * MINUTE)

    assert world.associated_subnets("tokyo") == [theirs]
    assert "VPN tokyo is off" in world.card()


async def test_routes_and_groups_that_go_with_the_networks_come_back(world: World) -> None:
    before = world.added_routes("tokyo"), world.security_groups("tokyo")
    assert before[0]
    mika = world.person("mika")
    await mika.says("/vpn on")
    await world.pass_time(ON)
    assert (world.added_routes("tokyo"), world.security_groups("tokyo")) == before
    await mika.says("/vpn off")
    await world.pass_time(5 * MINUTE)
    assert world.added_routes("tokyo") == []
    assert "comes back at the next start" in world.card()

    await mika.says("/vpn on")
    await world.pass_time(6 * MINUTE)

    assert (world.added_routes("tokyo"), world.security_groups("tokyo")) == before


async def test_the_brake_stops_everything_and_says_so(world: World) -> None:
    mika, alex = world.person("mika"), world.person("alex")
    await mika.says("/vpn on for 20m")
    await world.pass_time(ON)

    await alex.says("/deskside pause fire drill", place="deskside-admin")
    await world.pass_time(25 * MINUTE)

    assert world.associated("tokyo") == 2
    assert "Paused" in world.card()
    await mika.says("/vpn on")
    assert "fire drill" in mika.answer

    await alex.says("/deskside resume", place="deskside-admin")
    await world.pass_time(5 * MINUTE)
    assert world.associated("tokyo") == 0


async def test_only_an_operator_switches_it_off_for_all_and_sees_who_is_cut(world: World) -> None:
    mika, oda = world.person("mika"), world.person("oda")
    await mika.says("/vpn on")
    await world.pass_time(ON)
    world.connects("mika", "tokyo")

    await mika.says("/vpn off --all")
    assert re.search(r"operator", mika.answer)
    assert world.associated("tokyo") == 2

    await oda.says("/vpn off --all")
    assert "mika" in oda.answer
    assert world.associated("tokyo") == 2, "not before it is confirmed"
    await oda.presses("Switch off for everybody")
    await world.pass_time(5 * MINUTE)

    assert world.associated("tokyo") == 0
    assert "oda switched it off for everybody" in world.card()
    assert len(mika.told("oda switched VPN tokyo off for everybody")) == 1
    assert not oda.told("off for everybody, so your time")


async def test_a_confirmation_works_once_for_its_person_in_its_place_in_time(world: World) -> None:
    mika, oda, alex = world.person("mika"), world.person("oda"), world.person("alex")
    await mika.says("/vpn on")
    await world.pass_time(ON)
    await oda.says("/vpn off --all")
    token = world.token_of(oda)

    await alex.says(f"/deskside confirm {token}")
    assert world.associated("tokyo") == 2
    assert world.claims("mika")
    await oda.says(f"/deskside confirm {token}", place="it-help")
    assert world.claims("mika")

    await world.pass_time(6 * MINUTE)
    await oda.says(f"/deskside confirm {token}")
    await world.pass_time(2 * MINUTE)

    assert world.claims("mika"), "five minutes were over"
