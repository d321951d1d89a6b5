"""The brake: whenever it is pulled, nothing more is changed, nobody is alarmed, and no claim is lost."""

import pytest

from aws_ops import brake
from tests.aws_ops.vpn.world import (
    A_WHILE,
    ALERT,
    ALWAYS,
    ASSOCIATE,
    CUT,
    HOUR,
    IDLE,
    MIKA,
    MINUTE,
    ODA,
    REFUSED,
    REN,
    World,
)


def pull(world: World) -> None:
    assert brake.pull(world.desk, ODA, "maintenance")


def test_the_brake_before_the_association(world: World) -> None:
    pull(world)
    world.on(MIKA)
    world.after(3 * MINUTE)
    assert world.phase == "associating"
    assert world.calls("AssociateClientVpnTargetNetwork") == 0
    assert world.card["paused"]
    assert len(world.said("VpnBraked")) == 1
    brake.release(world.desk)
    world.after(ASSOCIATE + MINUTE)
    assert world.phase == "ready"
    assert len(world.said("VpnReleased")) == 1
    assert not world.card["paused"]


def test_the_brake_while_idle_cuts_nobody_and_keeps_the_claims(world: World) -> None:
    world.ready(MIKA)
    world.after(MINUTE)
    pull(world)
    world.after(2 * IDLE)
    assert world.phase == "ready"
    assert world.calls("DisassociateClientVpnTargetNetwork") == 0
    assert world.card["paused"]
    assert [claim["person"] for claim in world.card["claims"]] == [MIKA]
    brake.release(world.desk)
    world.after(MINUTE)
    assert world.phase == "cutting"


def test_a_wish_while_the_brake_holds_up_a_cut(world: World) -> None:
    world.ready(MIKA)
    pull(world)
    world.off(MIKA)
    world.after(2 * MINUTE)
    world.on(REN)
    world.after(MINUTE)
    brake.release(world.desk)
    world.after(2 * MINUTE)
    assert world.phase == "ready"


def test_the_brake_in_the_middle_of_a_cut_alarms_nobody(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("EC2", "DisassociateClientVpnTargetNetwork", error=REFUSED, times=1)
    world.off(MIKA)
    world.after(MINUTE)
    pull(world)
    world.after(ALERT + 3 * MINUTE)
    assert sorted(world.states) == ["associated", "disassociated"]
    assert world.said("VpnCutFailing") == []
    brake.release(world.desk)
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"


def test_the_brake_holds_back_what_would_be_put_back(world: World) -> None:
    world.ready(MIKA)
    world.after(A_WHILE)
    world.configured(idle_s=HOUR)
    world.on(MIKA)
    world.after(MINUTE)
    pull(world)
    world.after(ASSOCIATE)
    assert world.phase == "ready"
    assert world.calls("CreateClientVpnRoute") == 0
    brake.release(world.desk)
    world.after(12 * MINUTE)
    assert world.calls("CreateClientVpnRoute") == 1


@pytest.mark.parametrize(("before", "made"), [("DescribeClientVpnRoutes", 0), ("AssociateClientVpnTargetNetwork", 1)])
def test_the_brake_pulled_in_the_middle_of_a_look_associates_nothing_more(world: World, before: str, made: int) -> None:
    world.before_next(f"EC2.{before}", lambda: pull(world))
    world.on(MIKA)
    assert world.calls("AssociateClientVpnTargetNetwork") == made
    brake.release(world.desk)
    world.after(ASSOCIATE + 2 * MINUTE)
    assert world.phase == "ready"


@pytest.mark.parametrize(
    ("before", "made"), [("DescribeClientVpnRoutes", 0), ("DisassociateClientVpnTargetNetwork", 1)]
)
def test_the_brake_pulled_in_the_middle_of_a_look_cuts_nothing_more(world: World, before: str, made: int) -> None:
    world.ready(MIKA)
    world.off(MIKA)
    world.before_next(f"EC2.{before}", lambda: pull(world))
    world.after(3 * MINUTE)
    assert world.calls("DisassociateClientVpnTargetNetwork") == made
    brake.release(world.desk)
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"


@pytest.mark.parametrize(("before", "made"), [("DescribeClientVpnRoutes", 0), ("CreateClientVpnRoute", 1)])
def test_the_brake_pulled_in_the_middle_of_a_look_puts_nothing_more_back(world: World, before: str, made: int) -> None:
    world.ready(MIKA)
    world.after(A_WHILE)
    world.on(MIKA)
    world.after(ASSOCIATE - 1)
    world.before_next(f"EC2.{before}", lambda: pull(world))
    world.after(1)
    assert world.calls("CreateClientVpnRoute") == made
    assert world.calls("ApplySecurityGroupsToClientVpnTargetNetwork") == 0


def test_a_brake_that_cannot_be_read_holds_what_would_be_cut(world: World) -> None:
    world.ready(MIKA)
    world.off(MIKA)
    world.before_next(
        "EC2.DisassociateClientVpnTargetNetwork",
        lambda: world.aws.fault("DynamoDB", "GetItem", error="AccessDeniedException", times=ALWAYS),
    )
    world.after(3 * MINUTE)
    assert world.calls("DisassociateClientVpnTargetNetwork") == 1
    world.aws.clear_faults()
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"


def test_with_nothing_left_to_change_the_brake_holds_up_no_end(world: World) -> None:
    pull(world)
    world.on(MIKA)
    world.off(MIKA)
    world.after(2 * MINUTE)
    assert world.phase == "off"
    assert world.card["phase"] == "closed"
