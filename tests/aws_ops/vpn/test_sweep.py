"""The sweep: what has nobody working at it."""

from dataclasses import replace

import pytest

from aws_ops.lambdas.sweep import SweepFailed
from aws_ops.vpn_runs import VpnEndpoint
from sandbox.aws.world import PARIS, PARIS_SUBNETS, PREFIX, TOKYO_SUBNETS
from tests.aws_ops.vpn.world import A_WHILE, ASSOCIATE, CUT, ENDPOINT, IDLE, MIKA, MINUTE, ODA, World

NOTHING: dict[str, list[str]] = {"restarted": [], "found": []}
OF_PARIS: VpnEndpoint = replace(ENDPOINT, name="paris", id=PARIS, subnets=PARIS_SUBNETS)


def test_with_nothing_to_do_it_does_nothing(world: World) -> None:
    assert world.sweep() == NOTHING
    world.publish()
    assert world.sweep() == NOTHING
    world.ready(MIKA)
    assert world.sweep() == NOTHING


def test_what_was_associated_in_the_console_gets_an_idle_run(world: World) -> None:
    world.publish()
    world.aws.associate("tokyo", TOKYO_SUBNETS[1])
    found = world.sweep()["found"]
    assert len(found) == 1
    assert world.sweep() == NOTHING
    world.after(ASSOCIATE)
    assert world.phase == "ready"
    assert (world.card["origin"], world.card["claimed"]) == ("console", [])
    assert world.states == ["disassociated", "associated"], "nobody has asked for the other one"
    world.after(IDLE + CUT + MINUTE)
    assert world.phase == "off"
    assert (world.card["reason"], world.card["by"]) == ("idle", None)
    assert world.card["lost_routes"] == 0
    assert world.actors("DisassociateClientVpnTargetNetwork") == ["deskside.vpn"]


def test_what_was_associated_in_the_console_stays_on_while_somebody_is_connected(world: World) -> None:
    world.publish()
    world.aws.associate("tokyo")
    world.after(ASSOCIATE)
    world.connect("somebody")
    world.sweep()
    world.after(3 * IDLE)
    assert world.phase == "ready"
    assert world.card["connected"] == ["somebody"]


def test_who_claims_what_was_made_in_the_console_ends_it_like_any_other(world: World) -> None:
    world.publish()
    world.aws.associate("tokyo", TOKYO_SUBNETS[1])
    world.sweep()
    joined = world.on(MIKA)
    assert (joined.started, joined.joined) == (False, True)
    world.after(2 * ASSOCIATE)
    assert world.states == ["associated"] * 2
    assert world.card["claimed"] == [MIKA]
    world.connect("mika")
    world.off(MIKA)
    world.after(MINUTE)
    assert world.phase == "cutting"
    assert world.card["reason"] == "no claims"


def test_a_claim_associates_what_the_console_left_out(world: World) -> None:
    world.publish()
    world.configured(idle_s=30 * MINUTE)
    world.publish()
    world.aws.associate("tokyo", TOKYO_SUBNETS[0])
    world.after(ASSOCIATE)
    world.sweep()
    world.after(MINUTE)
    assert (world.phase, world.states) == ("ready", ["associated", "disassociated"])
    world.on(MIKA)
    ready = len(world.said("VpnAssociated"))
    world.after(ASSOCIATE + 2 * MINUTE)
    assert (world.phase, world.states) == ("ready", ["associated"] * 2)
    assert world.actors("AssociateClientVpnTargetNetwork") == [MIKA]
    assert len(world.said("VpnAssociated")) == ready


def test_an_operator_can_switch_off_what_was_made_in_the_console(world: World) -> None:
    world.publish()
    world.aws.associate("tokyo")
    world.after(ASSOCIATE)
    world.connect("somebody")
    world.sweep()
    world.after(MINUTE)
    assert world.off_all(ODA) is not None
    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"
    assert world.actors("DisassociateClientVpnTargetNetwork") == [ODA]


def test_what_the_console_takes_away_again_is_no_run_any_more(world: World) -> None:
    world.publish()
    association = world.aws.associate("tokyo")
    world.sweep()
    world.aws.vpn.disassociate(ENDPOINT.id, association)
    world.after(CUT + 4 * MINUTE)
    assert world.phase == "off"
    assert world.card["reason"] == "gone"


def test_subnets_that_are_not_managed_are_nobodys_business(world: World) -> None:
    world.configured(subnets=TOKYO_SUBNETS[:1])
    world.publish()
    world.aws.associate("tokyo", TOKYO_SUBNETS[1])
    assert world.sweep() == NOTHING


def test_a_run_that_a_dead_bot_never_started_is_started(world: World) -> None:
    world.aws.fault("Lambda", "Invoke", error="AccessDeniedException", times=1)
    run = world.on(MIKA).run
    assert world.sweep() == {"restarted": [run], "found": []}
    assert [one["DurableExecutionName"] for one in world.aws.lambdas.executions()] == [run]
    world.after(ASSOCIATE)
    assert world.phase == "ready"


def test_a_run_that_has_fallen_silent_is_started_again(world: World) -> None:
    run = world.ready(MIKA)
    world.aws.lambdas.reset()
    world.after(5 * MINUTE)
    assert world.sweep() == NOTHING
    world.after(MINUTE)
    assert world.sweep()["restarted"] == [run]
    world.after(A_WHILE)
    assert world.phase == "off"
    assert world.calls("AssociateClientVpnTargetNetwork") == 2


def test_claims_of_runs_that_are_over_go(world: World) -> None:
    world.publish()
    run = world.on(MIKA).run
    left = {"pk": "CLAIM#tokyo", "sk": "gone@example.com", "run": "vpn-old", "until": world.now + 60}
    world.desk.table.put({**left, "since": 1, "wished": 1, "wish": 9, "warned": []})
    world.sweep()
    assert [(item["sk"], item["run"]) for item in world.desk.table.query("CLAIM#tokyo")] == [(MIKA, run)]


def test_one_endpoint_that_cannot_be_read_holds_up_no_other_and_is_told(world: World) -> None:
    world.publish(ENDPOINT, OF_PARIS)
    world.aws.associate("paris")
    world.aws.fault("EC2", "DescribeClientVpnTargetNetworks", error="UnauthorizedOperation", times=1)
    with pytest.raises(SweepFailed, match="AWS refused DescribeClientVpnTargetNetworks: UnauthorizedOperation"):
        world.aws.lambdas.call(f"{PREFIX}sweep")
    world.clock.rest()
    lock = world.desk.table.get("LOCK#vpn#paris", "LOCK")
    assert lock is not None
    assert lock["wishes"] == 0
