"""What AWS refuses, throttles or will not tell, and what the run makes of it."""

import json
from typing import Any

import pytest
from botocore.parsers import EC2QueryParser, ResponseParserError

from aws_ops import brake
from aws_ops.client_vpn import Connection
from aws_ops.workflows import vpn_seen
from aws_ops.workflows.vpn_look import ASSOCIATING_LATE_S
from sandbox.aws.world import ADDED_ROUTE, TOKYO, TOKYO_SUBNETS
from tests.aws_ops.vpn.world import A_WHILE, ALERT, ASSOCIATE, CUT, HOUR, IDLE, MIKA, MINUTE, ODA, REN, World

REFUSED = "UnauthorizedOperation"
ALWAYS = 10_000


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
    assert [fact.data["subnets_failed"] for fact in failed] == [[broken]]
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


def test_an_endpoint_that_is_deleted_while_it_is_on_ends_the_run(world: World) -> None:
    world.ready(MIKA)
    del world.aws.vpn.endpoints[TOKYO]
    world.after(3 * MINUTE)
    assert world.phase == "off"
    assert (world.card["phase"], world.card["reason"]) == ("closed", "gone")


def test_a_run_that_was_never_let_see_anything_can_be_ended(world: World) -> None:
    world.aws.fault("EC2", error=REFUSED, times=ALWAYS)
    world.on(MIKA)
    world.after(2 * MINUTE)
    assert world.card["phase"] == "associating"
    world.off(MIKA)
    world.after(4 * MINUTE)
    assert world.card["phase"] == "closed"
    assert world.desk.table.get("LOCK#vpn#tokyo", "LOCK") is None


def test_a_cut_that_waits_for_an_association_alarms_nobody(world: World) -> None:
    world.aws.pace.associate_s = 3 * ALERT
    world.on(MIKA)
    world.off(MIKA)
    world.after(3 * ALERT - MINUTE)
    assert world.phase == "cutting"
    assert world.said("VpnCutFailing") == []
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"


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


def test_unreadable_connections_cut_nobody_and_alarm_after_a_while(world: World) -> None:
    world.ready(MIKA)
    world.connect("mika")
    world.after(MINUTE)
    world.disconnect()
    world.after(IDLE - 2 * MINUTE)
    world.aws.fault("EC2", "DescribeClientVpnConnections", error=REFUSED, times=ALWAYS)
    since = world.now + MINUTE
    world.after(ALERT)
    assert world.phase == "ready"
    blind = world.card
    assert blind["connections"] is None
    assert world.said("VpnUnreadable") == []
    world.after(MINUTE)
    alarm = world.said("VpnUnreadable")[-1].data
    assert alarm["unreadable_since"] == since
    assert alarm["problem"] == f"AWS refused DescribeClientVpnConnections: {REFUSED}"
    world.after(2 * IDLE)
    assert world.states == ["associated"] * 2
    assert len(world.said("VpnUnreadable")) == 1

    world.aws.clear_faults()
    world.after(MINUTE)
    assert world.card["connections"] == 0
    assert world.card["problem"] is None
    world.after(IDLE - MINUTE)
    assert world.phase == "ready", "the idle clock has begun anew"
    world.after(2 * MINUTE)
    assert world.phase == "cutting"


def test_neither_the_last_off_nor_an_operator_cuts_what_is_unreadable(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("EC2", "DescribeClientVpnConnections", error=REFUSED, times=ALWAYS)
    world.off(MIKA)
    world.after(ALERT)
    assert world.phase == "ready"
    world.off_all(ODA)
    world.after(ALERT)
    assert world.phase == "ready"
    world.aws.clear_faults()
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"
    assert world.card["reason"] == "off all"


def test_an_answer_that_cannot_be_parsed_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ready(MIKA)
    parse = EC2QueryParser.parse

    def garbled(parser: EC2QueryParser, response: Any, shape: Any) -> Any:
        if shape.name == "DescribeClientVpnConnectionsResult":
            raise ResponseParserError("invalid XML received")
        return parse(parser, response, shape)

    with monkeypatch.context() as patched:
        patched.setattr(EC2QueryParser, "parse", garbled)
        world.after(IDLE + MINUTE)
        assert world.phase == "ready"
        assert world.card["connections"] is None
        assert world.said("VpnUnreadable")[-1].data["problem"] == "AWS gave an answer that cannot be read"
    world.after(A_WHILE)
    assert world.phase == "off"


def test_who_connects_while_routes_are_saved_is_not_cut(world: World) -> None:
    world.ready(MIKA)
    world.after(IDLE - MINUTE)
    world.before_next("EC2.DescribeClientVpnRoutes", lambda: world.connect("mika"))
    world.after(3 * MINUTE)
    assert world.phase == "ready"
    assert world.said("VpnCutting") == []
    assert world.card["connected"] == ["mika"]


def test_what_aws_does_not_tell_right_before_an_idle_cut_holds_it(world: World) -> None:
    world.ready(MIKA)
    world.after(IDLE - MINUTE)
    world.before_next(
        "EC2.DescribeClientVpnRoutes",
        lambda: world.aws.fault("EC2", "DescribeClientVpnConnections", error=REFUSED, times=ALWAYS),
    )
    world.after(3 * MINUTE)
    assert world.phase == "ready"
    assert world.said("VpnCutting") == []


def test_a_start_that_aws_keeps_from_happening_is_told_once_and_not_as_one_that_is_on(world: World) -> None:
    world.aws.fault("EC2", error=REFUSED, times=ALWAYS)
    world.on(MIKA)
    since = world.now
    world.after(2 * ALERT)
    assert [fact.data["failing_since"] for fact in world.said("VpnAssociatingFailing")] == [since]
    assert world.said("VpnUnreadable") == []


def test_many_connections_do_not_fill_the_run_s_item() -> None:
    found = [Connection(f"cvpn-connection-{n:017}", f"user-{n}", None, 1, None, True) for n in range(5000)]
    seen = vpn_seen.connections({"phase": "ready"}, found, 2)
    assert seen["connections"] == 5000
    assert len(json.dumps(seen)) < 50_000


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


def test_a_claim_that_ends_unreadably_is_warned_of(world: World) -> None:
    world.on(MIKA, 10 * MINUTE)
    world.after(ASSOCIATE)
    world.aws.fault("EC2", "DescribeClientVpnConnections", error=REFUSED, times=ALWAYS)
    world.after(MINUTE)
    assert [fact.data["threshold_s"] for fact in world.said("VpnClaimEnding")] == [6 * MINUTE]


def test_unreadable_associations_cut_nobody_either(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("EC2", "DescribeClientVpnTargetNetworks", error=REFUSED, times=ALWAYS)
    world.after(2 * IDLE)
    assert world.card["subnets"][0]["state"] == "associated", "as it was when AWS last told"
    assert len(world.said("VpnUnreadable")) == 1
    world.aws.clear_faults()
    assert world.states == ["associated"] * 2


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


def test_a_cut_in_work_is_not_undone_by_a_look_that_sees_nothing(world: World) -> None:
    world.ready(MIKA)
    world.after(IDLE)
    assert world.states == ["disassociating"] * 2
    world.aws.fault("EC2", error=REFUSED, times=ALWAYS)
    world.after(MINUTE)
    assert world.phase == "cutting"
    assert world.card["claims"] == []
    world.aws.clear_faults()
    world.after(CUT + MINUTE)
    assert world.phase == "off"
    assert world.card["reason"] == "idle"


def test_what_is_left_of_a_cut_waits_while_connections_are_unreadable(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("EC2", "DisassociateClientVpnTargetNetwork", error=REFUSED, times=1)
    world.off(MIKA)
    world.after(MINUTE)
    world.aws.fault("EC2", "DescribeClientVpnConnections", error=REFUSED, times=ALWAYS)
    world.after(CUT + MINUTE)
    assert world.phase == "cutting"
    assert world.calls("DisassociateClientVpnTargetNetwork") == 1
    world.aws.clear_faults()
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"
    assert world.card["reason"] == "no claims"


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


def test_an_association_that_takes_far_too_long_alarms_once(world: World) -> None:
    world.aws.pace.associate_s = 2 * HOUR
    world.on(MIKA)
    since = world.now
    world.after(ASSOCIATING_LATE_S - MINUTE)
    world.on(MIKA)
    assert world.said("VpnAssociatingLate") == []
    world.after(4 * MINUTE)
    assert [fact.data["associating_since"] for fact in world.said("VpnAssociatingLate")] == [since]


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
    assert (world.card["lost_routes"], world.card["restored_routes"]) == (1, 0)


def test_a_run_that_nobody_can_hear_is_cut_all_the_same(world: World) -> None:
    world.ready(MIKA)
    before = len(world.facts)
    world.aws.fault("SQS", "SendMessage", error="AccessDenied", times=ALWAYS)
    world.after(IDLE)
    assert world.states == ["disassociating"] * 2
    world.aws.clear_faults()
    world.after(CUT + MINUTE)
    assert world.phase == "off"
    assert world.facts[before].name == "VpnCutting"
    assert world.facts[-1].name == "VpnClosed"


def test_a_table_that_fails_for_a_while_is_looked_at_again(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("DynamoDB", "GetItem", error="AccessDeniedException", times=3)
    world.after(A_WHILE)
    assert world.phase == "off"
    assert world.card["phase"] == "closed"


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
    brake.release(world.desk, ODA)
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
    brake.release(world.desk, ODA)
    world.after(MINUTE)
    assert world.phase == "cutting"


def test_a_wish_while_the_brake_holds_up_a_cut(world: World) -> None:
    world.ready(MIKA)
    pull(world)
    world.off(MIKA)
    world.after(2 * MINUTE)
    world.on(REN)
    world.after(MINUTE)
    brake.release(world.desk, ODA)
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
    brake.release(world.desk, ODA)
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
    brake.release(world.desk, ODA)
    world.after(12 * MINUTE)
    assert world.calls("CreateClientVpnRoute") == 1


@pytest.mark.parametrize(("before", "made"), [("DescribeClientVpnRoutes", 0), ("AssociateClientVpnTargetNetwork", 1)])
def test_the_brake_pulled_in_the_middle_of_a_look_associates_nothing_more(world: World, before: str, made: int) -> None:
    world.before_next(f"EC2.{before}", lambda: pull(world))
    world.on(MIKA)
    assert world.calls("AssociateClientVpnTargetNetwork") == made
    brake.release(world.desk, ODA)
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
    brake.release(world.desk, ODA)
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
