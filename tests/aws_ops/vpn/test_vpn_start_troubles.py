"""What AWS refuses, throttles or draws out while a VPN is switched on, and what the run makes of it."""

import pytest

from aws_ops.workflows.vpn_look import ASSOCIATING_LATE_S
from sandbox.aws.world import ADDED_ROUTE, TOKYO, TOKYO_SUBNETS
from tests.aws_ops.vpn.world import A_WHILE, ALERT, ALWAYS, ASSOCIATE, CUT, HOUR, MIKA, MINUTE, REFUSED, REN, World

pytestmark = pytest.mark.faults


def test_an_association_that_fails_is_tried_again(world: World) -> None:
    world.aws.fault("EC2", "AssociateClientVpnTargetNetwork", error="association-failed", times=1)
    world.on(MIKA)
    world.after(ASSOCIATE + MINUTE)
    assert world.phase == "associating"
    assert world.card["problem"] is not None
    world.after(ASSOCIATE)
    assert world.phase == "ready"
    assert world.calls("AssociateClientVpnTargetNetwork") == 3
    assert world.card["problem"] is None
    assert world.said("VpnAssociationFailed") == []


def test_a_failed_association_that_stands_in_the_way_is_taken_away(world: World) -> None:
    world.aws.fault("EC2", "AssociateClientVpnTargetNetwork", error="association-failed", times=1)
    world.on(MIKA)
    world.after(ASSOCIATE - 1)
    world.aws.fault("EC2", "AssociateClientVpnTargetNetwork", error="InvalidClientVpnDuplicateAssociation", times=1)
    world.after(1)
    assert sorted(world.states) == ["associated", "disassociating"]
    world.after(CUT + ASSOCIATE + MINUTE)
    assert world.phase == "ready"


def test_after_three_failures_it_goes_on_with_what_is_associated(world: World) -> None:
    broken, fine = TOKYO_SUBNETS
    world.on(MIKA)
    for association in world.aws.vpn.endpoint(TOKYO).associations:
        association.fails = association.subnet.id == broken
    world.aws.vpn.failing = ALWAYS
    world.after(3 * ASSOCIATE + 3 * MINUTE)
    assert world.phase == "ready"
    failed = world.said("VpnAssociationFailed")
    assert len(failed) == 1
    assert broken in failed[0].data["problem"]
    assert {shown["subnet"]: shown["state"] for shown in world.card["subnets"]} == {
        broken: "association-failed",
        fine: "associated",
    }
    assert world.card["rate_usd_hour"] == pytest.approx(0.15)
    assert world.calls("AssociateClientVpnTargetNetwork") == 4
    world.after(A_WHILE)
    assert world.phase == "off"


def test_when_nothing_will_associate_the_run_fails_and_says_to_whom(world: World) -> None:
    world.aws.fault("EC2", "AssociateClientVpnTargetNetwork", error=REFUSED, times=ALWAYS)
    run = world.on(MIKA).run
    world.on(REN)
    world.after(5 * MINUTE)
    assert world.phase == "off"
    closed = world.facts[-1]
    assert (closed.name, closed.data["phase"], closed.data["reason"]) == ("VpnClosed", "failed", "failed")
    assert closed.data["ended"] == [MIKA, REN]
    assert "AssociateClientVpnTargetNetwork" in closed.data["problem"]
    assert world.meta(run)["g1pk"] == "CLOSED#RUN"
    assert world.aws.calls()["refused"]["EC2.AssociateClientVpnTargetNetwork"] == 3 * len(TOKYO_SUBNETS)

    world.aws.clear_faults()
    world.ready(MIKA)


def test_a_role_that_cannot_be_assumed_is_a_refusal_too(world: World) -> None:
    world.configured(role="arn:aws:iam::123456789012:role/nobody")
    world.on(MIKA)
    world.after(5 * MINUTE)
    assert world.card["phase"] == "failed"
    assert "AssumeRole" in world.card["problem"]


def test_an_endpoint_that_is_not_there_fails_at_once(world: World) -> None:
    world.configured(id="cvpn-endpoint-00000000000000000")
    world.on(MIKA)
    world.after(2 * MINUTE)
    assert world.phase == "off"
    assert world.card["phase"] == "failed"
    assert world.card["problem"] == ("AWS refused DescribeClientVpnTargetNetworks: InvalidClientVpnEndpointId.NotFound")


def test_a_run_that_was_never_let_see_anything_can_be_ended(world: World) -> None:
    world.aws.fault("EC2", error=REFUSED, times=ALWAYS)
    world.on(MIKA)
    world.after(2 * MINUTE)
    assert world.card["phase"] == "associating"
    world.off(MIKA)
    world.after(4 * MINUTE)
    assert world.card["phase"] == "closed"
    assert world.desk.table.get("LOCK#vpn#tokyo", "LOCK") is None


def test_throttling_is_no_refusal_however_long_it_lasts(world: World) -> None:
    world.aws.fault("EC2", "AssociateClientVpnTargetNetwork", error="ThrottlingException", times=ALWAYS)
    world.on(MIKA)
    world.after(ALERT + MINUTE)
    assert world.phase == "associating"
    assert world.card["problem"] == "AWS throttled AssociateClientVpnTargetNetwork: ThrottlingException"
    world.aws.clear_faults()
    world.after(ASSOCIATE + 2 * MINUTE)
    assert world.phase == "ready"
    assert world.card["problem"] is None


def test_every_call_throttled_once_changes_nothing(world: World) -> None:
    world.aws.fault("*", error="ThrottlingException", times=1, per_operation=True)
    world.on(MIKA)
    world.after(ASSOCIATE + MINUTE)
    assert world.phase == "ready"
    world.after(A_WHILE)
    assert world.phase == "off"
    assert world.calls("AssociateClientVpnTargetNetwork") == 2
    assert world.calls("DisassociateClientVpnTargetNetwork") == 2


def test_a_start_that_aws_keeps_from_happening_is_told_once_and_not_as_one_that_is_on(world: World) -> None:
    world.aws.fault("EC2", error=REFUSED, times=ALWAYS)
    world.on(MIKA)
    since = world.now
    world.after(2 * ALERT)
    assert [fact.data["failing_since"] for fact in world.said("VpnAssociatingFailing")] == [since]
    assert world.said("VpnUnreadable") == []


def test_an_association_that_takes_far_too_long_alarms_once(world: World) -> None:
    world.aws.pace.associate_s = 2 * HOUR
    world.on(MIKA)
    since = world.now
    world.after(ASSOCIATING_LATE_S - MINUTE)
    world.on(MIKA)
    assert world.said("VpnAssociatingLate") == []
    world.after(4 * MINUTE)
    assert [fact.data["associating_since"] for fact in world.said("VpnAssociatingLate")] == [since]


def test_a_route_that_cannot_be_put_back_does_not_keep_people_waiting_and_is_tried_again(world: World) -> None:
    world.ready(MIKA)
    world.after(A_WHILE)
    world.aws.fault("EC2", "CreateClientVpnRoute", error=REFUSED, times=ALWAYS)
    world.configured(idle_s=HOUR)
    world.on(MIKA)
    world.after(ASSOCIATE + 2 * MINUTE)
    assert world.phase == "ready"
    assert world.aws.vpn.endpoint(TOKYO).groups == ("sg-0a1b2c3d4e5f60002",), "the groups were"
    world.aws.clear_faults()
    world.after(11 * MINUTE)
    routes = [route.cidr for route in world.aws.vpn.endpoint(TOKYO).routes if route.origin == "add-route"]
    assert routes == [ADDED_ROUTE]


def test_a_route_of_a_subnet_that_will_not_associate_stays_lost_and_is_counted_so(world: World) -> None:
    world.ready(MIKA)
    world.after(A_WHILE)
    world.on(MIKA)
    for association in world.aws.vpn.endpoint(TOKYO).associations:
        association.fails = association.subnet.id == TOKYO_SUBNETS[0]
    world.aws.vpn.failing = ALWAYS
    world.after(3 * ASSOCIATE + 3 * MINUTE)
    assert world.phase == "ready"
    assert world.card["lost_routes"] == 1
