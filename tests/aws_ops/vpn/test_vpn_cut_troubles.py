"""What comes in between while a VPN is switched off: refusals, delays, and people who need it after all."""

import pytest

from aws_ops.workflows.vpn_look import ASSOCIATING_LATE_S
from sandbox.aws.world import ADDED_ROUTE, TOKYO, TOKYO_SUBNETS
from tests.aws_ops.vpn.world import ALERT, ALWAYS, ASSOCIATE, CUT, HOUR, IDLE, MIKA, MINUTE, ODA, REFUSED, REN, World

pytestmark = pytest.mark.faults


def test_an_endpoint_that_is_deleted_while_it_is_on_ends_the_run(world: World) -> None:
    world.ready(MIKA)
    del world.aws.vpn.endpoints[TOKYO]
    world.after(3 * MINUTE)
    assert world.phase == "off"
    assert (world.card["phase"], world.card["reason"]) == ("closed", "gone")


def test_a_cut_that_waits_for_an_association_alarms_nobody(world: World) -> None:
    world.aws.pace.associate_s = 3 * ALERT
    world.on(MIKA)
    world.off(MIKA)
    world.after(3 * ALERT - MINUTE)
    assert world.phase == "cutting"
    assert world.said("VpnCutFailing") == []
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"


def test_who_connects_while_routes_are_saved_is_not_cut(world: World) -> None:
    world.ready(MIKA)
    world.after(IDLE - MINUTE)
    world.before_next("EC2.DescribeClientVpnRoutes", lambda: world.connect("mika"))
    world.after(3 * MINUTE)
    assert world.phase == "ready"
    assert world.said("VpnCutting") == []
    assert world.card["connected"] == ["mika"]


def test_off_all_names_those_whose_time_it_ended_once(world: World) -> None:
    world.ready(MIKA)
    world.on(REN)
    world.off_all(ODA)
    world.after(MINUTE)
    assert [fact.data["ended"] for fact in world.said("VpnCutting")][-1] == [MIKA, REN]
    world.on(REN)
    world.after(CUT + ASSOCIATE + 2 * MINUTE)
    assert world.phase == "ready"
    world.off_all(ODA)
    world.after(MINUTE)
    assert (world.said("VpnCutting")[-1].data["cuts"], world.card["ended"]) == (2, [REN])


def test_who_connects_between_the_decision_and_the_cut_is_not_cut(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("EC2", "DisassociateClientVpnTargetNetwork", error=REFUSED, times=2)
    world.after(IDLE)
    assert world.phase == "cutting"
    world.connect("mika")
    world.after(MINUTE)
    assert world.phase == "ready"
    assert [claim["person"] for claim in world.card["claims"]] == [MIKA]
    assert world.calls("DisassociateClientVpnTargetNetwork") == 0
    world.after(5 * MINUTE)
    assert world.states == ["associated"] * 2


def test_a_cut_that_is_undone_gives_claims_back_and_says_so_and_the_next_one_is_another(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("EC2", "DisassociateClientVpnTargetNetwork", error=REFUSED, times=2)
    world.after(IDLE)
    world.connect("mika")
    world.after(MINUTE)
    undone = world.said("VpnCutUndone")
    assert [(fact.data["returned"], fact.data["phase"], fact.data["cuts"]) for fact in undone] == [([MIKA], "ready", 1)]
    world.disconnect()
    world.after(IDLE + MINUTE)
    assert world.phase == "cutting"
    first, *_, last = world.said("VpnCutting")
    assert (first.data["round"], first.data["cuts"], first.data["ended"]) == (1, 1, [MIKA])
    assert (last.data["round"], last.data["cuts"], last.data["ended"]) == (1, 2, [MIKA])


def test_a_cut_that_waits_far_too_long_for_an_association_alarms_once(world: World) -> None:
    world.aws.pace.associate_s = 2 * HOUR
    world.on(MIKA)
    since = world.now
    world.off(MIKA)
    world.after(ASSOCIATING_LATE_S - MINUTE)
    assert world.said("VpnCutFailing") == []
    world.after(4 * MINUTE)
    (alarm,) = world.said("VpnCutFailing")
    assert alarm.data["cutting_since"] == since
    assert alarm.data["problem"].startswith(f"{TOKYO_SUBNETS[0]} is still associating")


def test_a_cut_that_aws_refuses_is_tried_at_every_tick_and_alarms_after_a_while(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("EC2", "DisassociateClientVpnTargetNetwork", error=REFUSED, times=ALWAYS)
    world.off(MIKA)
    world.after(MINUTE)
    since = world.now
    world.after(ALERT - 1)
    assert world.said("VpnCutFailing") == []
    world.after(1)
    alarm = world.said("VpnCutFailing")[-1].data
    assert (alarm["cutting_since"], alarm["phase"]) == (since, "cutting")
    assert "DisassociateClientVpnTargetNetwork" in alarm["problem"]
    world.after(5 * MINUTE)
    assert len(world.said("VpnCutFailing")) == 1
    refused = world.aws.calls()["refused"]["EC2.DisassociateClientVpnTargetNetwork"]
    assert refused == 2 * (ALERT + 5 * MINUTE + MINUTE) / MINUTE

    world.aws.clear_faults()
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"
    assert world.card["problem"] is None
    assert world.card["alarmed"]


def test_a_disassociation_that_takes_too_long_alarms_and_says_what_is_still_there(world: World) -> None:
    world.ready(MIKA)
    world.aws.pace.disassociate_s = HOUR
    world.off(MIKA)
    world.after(ALERT + MINUTE)
    assert world.said("VpnCutFailing")[0].data["problem"].startswith(f"{TOKYO_SUBNETS[0]} is still disassociating")


def test_one_subnet_that_cannot_be_cut_holds_up_no_other_and_a_claim_brings_both_back(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("EC2", "DisassociateClientVpnTargetNetwork", error=REFUSED, times=1)
    world.off(MIKA)
    world.after(MINUTE)
    assert sorted(world.states) == ["associated", "disassociating"]
    world.on(REN)
    world.after(MINUTE)
    assert world.phase == "associating"
    world.after(CUT + ASSOCIATE + MINUTE)
    assert world.phase == "ready"
    assert world.calls("AssociateClientVpnTargetNetwork") == 3
    assert world.calls("DisassociateClientVpnTargetNetwork") == 1
    routes = [route.cidr for route in world.aws.vpn.endpoint(TOKYO).routes if route.origin == "add-route"]
    assert routes == [ADDED_ROUTE]


def test_nothing_is_cut_before_what_would_be_lost_is_saved(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("EC2", "DescribeClientVpnRoutes", error=REFUSED, times=ALWAYS)
    world.off(MIKA)
    world.after(ALERT + 2 * MINUTE)
    assert world.calls("DisassociateClientVpnTargetNetwork") == 0
    alarm = world.said("VpnCutFailing")[-1].data
    assert alarm["problem"] == f"AWS refused DescribeClientVpnRoutes: {REFUSED}"
    world.aws.clear_faults()
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"
    assert world.card["lost_routes"] == 1


def test_routes_that_cannot_be_compared_after_the_cut_do_not_keep_the_run_open(world: World) -> None:
    world.ready(MIKA)
    world.off(MIKA)
    world.after(MINUTE)
    world.aws.fault("EC2", "DescribeClientVpnRoutes", error=REFUSED, times=ALWAYS)
    world.after(CUT + 3 * MINUTE)
    assert world.phase == "off"
