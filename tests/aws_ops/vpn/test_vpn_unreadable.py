"""What AWS will not tell, the table will not give or nobody can hear: nobody is cut for that, nor left on."""

import json
from collections.abc import Callable

import pytest

from aws_ops.client_vpn import Connection
from aws_ops.workflows import vpn_seen
from tests.aws_ops.vpn.world import A_WHILE, ALERT, ALWAYS, ASSOCIATE, CUT, IDLE, MIKA, MINUTE, ODA, REFUSED, World

pytestmark = pytest.mark.faults


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


def test_an_answer_that_cannot_be_parsed_is_none_and_leaves_its_trace(
    world: World, garbled: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    world.ready(MIKA)
    garbled("DescribeClientVpnConnections")
    world.after(IDLE + MINUTE)
    assert world.phase == "ready"
    assert world.card["connections"] is None
    assert world.said("VpnUnreadable")[-1].data["problem"] == "AWS gave an answer that cannot be read"
    assert "ResponseParserError" in caplog.text
    garbled("")
    world.after(A_WHILE)
    assert world.phase == "off"


def test_an_association_whose_answer_cannot_be_parsed_leaves_its_trace_too(
    world: World, garbled: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    garbled("AssociateClientVpnTargetNetwork")
    world.on(MIKA)
    assert "in _associate" in caplog.text
    world.after(ASSOCIATE + MINUTE)
    assert world.phase == "ready", "they were made all the same"
    assert world.calls("AssociateClientVpnTargetNetwork") == 2


def test_what_aws_refuses_is_logged_without_a_trace(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.ready(MIKA)
    world.aws.fault("EC2", "DescribeClientVpnConnections", error=REFUSED, times=1)
    world.after(MINUTE)
    logged = [record for record in caplog.records if record.name == "aws_ops.workflows.vpn_look"]
    assert [record.exc_info for record in logged] == [None]


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


def test_a_table_that_fails_for_a_while_is_looked_at_again(world: World) -> None:
    world.ready(MIKA)
    world.aws.fault("DynamoDB", "GetItem", error="AccessDeniedException", times=3)
    world.after(A_WHILE)
    assert world.phase == "off"
    assert world.card["phase"] == "closed"


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


def test_many_connections_do_not_fill_the_run_s_item() -> None:
    found = [Connection(f"cvpn-connection-{n:017}", f"user-{n}", None, 1, None, True) for n in range(5000)]
    seen = vpn_seen.connections({"phase": "ready"}, found, 2)
    assert seen["connections"] == 5000
    assert len(json.dumps(seen)) < 50_000
