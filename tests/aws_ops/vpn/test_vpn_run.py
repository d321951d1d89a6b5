"""A VPN run from the first claim to the end, as AWS, the queue and the table see it."""

from datetime import UTC, datetime
from typing import get_args, is_typeddict

import pytest

from aws_ops import vpn_runs
from aws_ops.workflows import facts
from aws_ops.workflows.facts import VpnSnapshot
from sandbox.aws.world import ADDED_ROUTE, TOKYO, TOKYO_SUBNETS
from tests.aws_ops.vpn.world import A_WHILE, ASSOCIATE, CUT, HOUR, IDLE, MIKA, MINUTE, ODA, PLACE, REN, World

GROUP = "sg-0a1b2c3d4e5f60002"
ROUTE = (ADDED_ROUTE, TOKYO_SUBNETS[0])


def added_routes(world: World) -> list[tuple[str, str]]:
    endpoint = world.aws.vpn.endpoint(TOKYO)
    return [(route.cidr, route.subnet) for route in endpoint.routes if route.origin == "add-route"]


def test_it_is_associated_announced_watched_and_cut_when_nobody_uses_it(world: World) -> None:
    claimed = world.on(MIKA)
    assert claimed.started
    assert claimed.phase == "associating"
    assert world.states == ["associating", "associating"]

    world.after(ASSOCIATE)
    assert world.phase == "ready"
    associated = world.card["associated"]
    world.after(IDLE - 1)
    assert world.states == ["associated", "associated"]

    world.after(1)
    assert world.states == ["disassociating", "disassociating"]
    world.after(CUT + MINUTE)
    assert world.phase == "off"
    closed = world.facts[-1]
    assert closed.name == "VpnClosed"
    assert closed.data["phase"] == "closed"
    assert closed.data["reason"] == "idle"
    assert closed.data["by"] is None
    assert closed.data["ended"] == [MIKA]
    assert closed.data["associated"] == associated
    assert closed.data["cost_usd"] == pytest.approx(2 * 0.15 * IDLE / HOUR, abs=0.001)


def test_every_fact_carries_the_whole_snapshot_under_a_growing_number(world: World) -> None:
    world.ready()
    world.after(A_WHILE)
    assert [fact.seq for fact in world.facts] == list(range(1, len(world.facts) + 1))
    for fact in world.facts:
        assert fact.data.keys() >= VpnSnapshot.__annotations__.keys()
    names = [fact.name for fact in world.facts]
    assert list(dict.fromkeys(names)) == [
        "VpnClaimed",
        "VpnStarted",
        "VpnAssociating",
        "VpnAssociated",
        "VpnCutting",
        "VpnClosed",
    ]


def test_it_speaks_only_when_something_shown_has_changed_or_the_cost_has_run_on(world: World) -> None:
    world.configured(idle_s=HOUR)
    world.ready()
    before = len(world.facts)
    world.after(25 * MINUTE)
    assert [fact.name for fact in world.facts[before:]] == ["VpnConnectionsChanged"] * 2, "each 10 ticks, for the cost"


def test_a_look_makes_few_calls(world: World) -> None:
    world.ready()
    world.after(MINUTE)
    world.aws.reset_calls()
    world.after(3 * MINUTE)
    per_tick = {name: count / 3 for name, count in world.aws.calls().items() if isinstance(count, int)}
    assert per_tick == {
        "EC2.DescribeClientVpnTargetNetworks": 1,
        "EC2.DescribeClientVpnConnections": 1,
        "DynamoDB.GetItem": 2,
        "DynamoDB.Query": 1,
        "DynamoDB.UpdateItem": 1,
    }


def test_the_idle_clock_counts_from_associated_and_anew_from_each_connections_end(world: World) -> None:
    world.on(MIKA, HOUR)
    world.after(ASSOCIATE + IDLE - MINUTE)
    world.connect("mika-ipad")
    world.after(IDLE + 3 * MINUTE + 30)
    assert world.phase == "ready"
    assert world.card["connections"] == 1
    assert world.card["connected"] == ["mika-ipad"]
    assert world.card["idle_since"] is None

    world.disconnect()
    world.after(IDLE - MINUTE)
    assert world.phase == "ready"
    world.connect("a short one")
    world.after(10)
    world.disconnect()
    world.after(IDLE - MINUTE)
    assert world.phase == "ready", "a connection between two looks counts too"
    world.after(2 * MINUTE)
    assert world.phase == "cutting"
    world.after(CUT + MINUTE)
    assert world.card["seen"] == ["a short one", "mika-ipad"]
    assert world.card["seen_total"] == 2
    assert world.card["cost_usd"] == pytest.approx(world.aws.state()["bill"]["endpoints"][TOKYO]["usd"], abs=0.01)


def test_a_second_person_joins_and_it_stays_on_until_the_last_has_gone(world: World) -> None:
    world.ready(MIKA)
    joined = world.on(REN)
    assert joined.joined
    assert not joined.started
    assert joined.phase == "ready"

    ended = world.off(MIKA)
    assert ended == vpn_runs.Ended(joined.run, others=1, connections=0)
    world.after(3 * MINUTE)
    assert world.phase == "ready"
    assert [claim["person"] for claim in world.card["claims"]] == [REN]

    assert world.off(REN) is not None
    world.after(MINUTE)
    assert world.phase == "cutting"
    assert world.card["reason"] == "no claims"
    assert world.card["by"] == REN
    world.after(CUT + MINUTE)
    assert world.phase == "off"
    assert world.card["claimed"] == [MIKA, REN]
    assert world.off(REN) is None


def test_a_claim_that_ends_while_somebody_is_connected_is_warned_of_twice_and_then_cut(world: World) -> None:
    until = world.now + 20 * MINUTE
    world.on(MIKA, 20 * MINUTE)
    world.after(ASSOCIATE)
    world.connect("mika")
    world.after(20 * MINUTE - ASSOCIATE - 6 * MINUTE - 1)
    assert world.said("VpnClaimEnding") == []
    world.after(1)
    first = world.said("VpnClaimEnding")[-1].data
    assert (first["person"], first["until"], first["minutes"], first["threshold_s"]) == (MIKA, until, 6, 6 * MINUTE)
    world.after(4 * MINUTE)
    assert [fact.data["minutes"] for fact in world.said("VpnClaimEnding")] == [6, 2]
    world.after(2 * MINUTE - 1)
    assert world.phase == "ready"
    world.after(1)
    assert world.phase == "cutting"
    assert [(fact.data["person"], fact.data["early"]) for fact in world.said("VpnClaimEnded")] == [(MIKA, False)]
    assert (world.card["reason"], world.card["by"]) == ("no claims", None)
    assert world.states == ["disassociating"] * 2


def test_nobody_is_warned_while_nobody_is_connected_nor_of_a_claim_shorter_than_the_warning(world: World) -> None:
    world.ready(MIKA)
    world.on(REN, 5 * MINUTE)
    world.after(3 * MINUTE)
    assert world.said("VpnClaimEnding") == []
    world.connect("ren")
    world.after(MINUTE)
    assert [(f.data["person"], f.data["threshold_s"]) for f in world.said("VpnClaimEnding")] == [(REN, 2 * MINUTE)]


def test_an_extension_warns_anew(world: World) -> None:
    world.on(MIKA, 12 * MINUTE)
    world.after(ASSOCIATE)
    world.connect("mika")
    world.after(3 * MINUTE)
    assert len(world.said("VpnClaimEnding")) == 1
    longer = world.extend(MIKA, 10 * MINUTE)
    assert longer is not None
    world.after(10 * MINUTE)
    endings = world.said("VpnClaimEnding")
    assert [fact.data["threshold_s"] for fact in endings] == [6 * MINUTE] * 2
    assert endings[0].data["until"] + 10 * MINUTE == endings[1].data["until"] == longer.until


def test_off_all_ends_every_claim_and_cuts_in_the_operators_name(world: World) -> None:
    world.ready(MIKA, REN)
    world.connect("mika")
    world.after(MINUTE)
    assert world.off_all(ODA)
    assert world.card["claims"] == []
    assert (world.card["reason"], world.card["by"]) == ("off all", ODA)

    world.after(CUT + 2 * MINUTE)
    assert world.phase == "off"
    assert (world.card["reason"], world.card["by"]) == ("off all", ODA)
    assert world.actors("DisassociateClientVpnTargetNetwork") == [ODA, ODA]
    assert not world.off_all(ODA)


def test_who_claims_after_off_all_keeps_it_on(world: World) -> None:
    world.ready(MIKA)
    world.off_all(ODA)
    world.on(REN)
    world.after(2 * MINUTE)
    assert world.phase == "ready"
    assert [claim["person"] for claim in world.card["claims"]] == [REN]
    world.off(REN)
    world.after(MINUTE)
    assert (world.card["reason"], world.card["by"]) == ("no claims", REN)


def test_changes_are_made_in_the_name_of_whoever_asked_or_of_the_timer(world: World) -> None:
    world.ready(MIKA)
    world.after(A_WHILE)
    world.ready(REN)
    assert world.actors("AssociateClientVpnTargetNetwork") == [MIKA, MIKA, REN, REN]
    assert world.actors("DisassociateClientVpnTargetNetwork") == ["deskside.vpn"] * 2
    assert world.actors("CreateClientVpnRoute") == ["deskside.vpn"]
    assert world.actors("ApplySecurityGroupsToClientVpnTargetNetwork") == ["deskside.vpn"]
    assert set(world.actors("DescribeClientVpnTargetNetworks")) == {None}


def test_routes_and_groups_that_a_cut_took_are_put_back_before_it_is_called_usable(world: World) -> None:
    world.ready(MIKA)
    world.after(A_WHILE)
    assert world.phase == "off"
    assert world.card["lost_routes"] == 1
    assert world.card["gone"] == [f"{ADDED_ROUTE} via {TOKYO_SUBNETS[0]}"]
    assert added_routes(world) == []

    world.ready(MIKA)
    assert added_routes(world) == [ROUTE]
    assert world.aws.vpn.endpoint(TOKYO).groups == (GROUP,)
    usable = world.said("VpnAssociated")[-1].data
    assert usable["lost_routes"] == 0


def test_routes_that_survive_a_cut_are_left_alone(world: World) -> None:
    world.aws.pace.routes_survive = True
    world.ready(MIKA)
    world.after(A_WHILE)
    assert world.card["lost_routes"] == 0
    world.ready(MIKA)
    assert world.calls("CreateClientVpnRoute") == 0
    assert world.calls("ApplySecurityGroupsToClientVpnTargetNetwork") == 0


def test_a_route_that_people_removed_while_it_was_on_is_not_put_back_and_an_added_one_is(world: World) -> None:
    world.ready(MIKA)
    world.aws.vpn.delete_route(TOKYO, ADDED_ROUTE, TOKYO_SUBNETS[0])
    world.aws.vpn.add_route(TOKYO, "10.30.0.0/16", TOKYO_SUBNETS[1], "New", None)
    world.after(A_WHILE)
    assert world.phase == "off"
    world.ready(MIKA)
    assert added_routes(world) == [("10.30.0.0/16", TOKYO_SUBNETS[1])]


def test_on_while_disassociating_waits_and_associates_again(world: World) -> None:
    run = world.ready(MIKA)
    world.off(MIKA)
    world.after(MINUTE)
    assert world.states == ["disassociating"] * 2
    again = world.on(REN)
    assert (again.run, again.phase, again.joined, again.started) == (run, "cutting", True, False)

    world.after(CUT)
    assert world.phase == "associating"
    assert world.card["round"] == 2
    world.after(ASSOCIATE + MINUTE)
    assert world.phase == "ready"
    assert [fact.data["round"] for fact in world.said("VpnAssociated")] == [1, 2]
    assert [claim["person"] for claim in world.card["claims"]] == [REN]
    assert added_routes(world) == [ROUTE]


def test_how_long_it_was_on_counts_every_round(world: World) -> None:
    world.ready(MIKA)
    world.after(3 * MINUTE)
    world.off(MIKA)
    world.after(MINUTE)
    first = world.card["on_s"]
    assert first == 4 * MINUTE
    world.on(REN)
    world.after(CUT)
    world.off(REN)
    world.after(ASSOCIATE + CUT + 3 * MINUTE)
    assert world.phase == "off"
    assert world.card["associated"] is None
    assert world.card["on_s"] == first, "associated again, but not for a moment usable"


def test_who_claims_while_it_is_cut_and_changes_their_mind_does_not_bring_it_back(world: World) -> None:
    world.ready(MIKA)
    world.off(MIKA)
    world.after(MINUTE)
    world.on(REN)
    world.off(REN)
    world.after(CUT + MINUTE)
    assert world.phase == "off"
    assert world.calls("AssociateClientVpnTargetNetwork") == 2


def test_a_wish_while_it_is_idle_begins_the_idle_clock_anew(world: World) -> None:
    world.ready(MIKA)
    world.after(IDLE - MINUTE)
    world.on(REN)
    assert world.card["idle_since"] == world.now
    world.after(IDLE - MINUTE)
    assert world.phase == "ready"
    world.after(MINUTE)
    assert world.phase == "cutting"


def test_off_while_associating_cuts_as_soon_as_it_can(world: World) -> None:
    world.on(MIKA)
    world.after(MINUTE)
    world.off(MIKA)
    world.after(MINUTE)
    assert world.phase == "cutting"
    assert world.calls("DisassociateClientVpnTargetNetwork") == 0, "AWS would refuse"
    world.after(ASSOCIATE - 2 * MINUTE)
    assert world.states == ["disassociating"] * 2
    world.after(CUT + MINUTE)
    assert world.phase == "off"


def test_on_while_a_cut_waits_for_the_association_to_finish_goes_on_where_it_was(world: World) -> None:
    world.aws.pace.associate_s = 4 * MINUTE
    world.on(MIKA)
    world.after(MINUTE)
    world.off(MIKA)
    world.after(MINUTE)
    world.on(REN)
    world.after(MINUTE)
    assert world.phase == "associating"
    world.after(ASSOCIATE)
    assert world.phase == "ready"
    assert world.calls("AssociateClientVpnTargetNetwork") == 2
    assert world.calls("DisassociateClientVpnTargetNetwork") == 0


def test_other_subnets_of_the_endpoint_are_shown_and_left_alone(world: World) -> None:
    world.configured(subnets=TOKYO_SUBNETS[:1])
    world.aws.associate("tokyo", TOKYO_SUBNETS[1])
    world.ready(MIKA)
    world.after(MINUTE)
    assert world.card["subnets"] == [{"subnet": TOKYO_SUBNETS[0], "state": "associated"}]
    assert world.card["others"] == [{"subnet": TOKYO_SUBNETS[1], "state": "associated"}]
    assert world.card["rate_usd_hour"] == pytest.approx(0.15)
    world.after(A_WHILE)
    assert world.phase == "off"
    assert world.card["others"] == [{"subnet": TOKYO_SUBNETS[1], "state": "associated"}]
    assert dict(world.status.others) == {TOKYO_SUBNETS[1]: "associated"}
    assert world.calls("DisassociateClientVpnTargetNetwork") == 1


def test_what_is_associated_already_is_not_associated_again(world: World) -> None:
    world.aws.associate("tokyo", TOKYO_SUBNETS[0])
    world.after(ASSOCIATE)
    world.ready(MIKA)
    assert world.calls("AssociateClientVpnTargetNetwork") == 1


def test_when_somebody_else_disassociates_everything_the_run_ends_and_says_so(world: World) -> None:
    world.ready(MIKA)
    for found in world.aws.vpn.endpoint(TOKYO).associations:
        world.aws.vpn.disassociate(TOKYO, found.id)
    world.after(CUT + 3 * MINUTE)
    assert world.phase == "off"
    assert (world.card["phase"], world.card["reason"]) == ("closed", "gone")
    assert world.card["ended"] == [MIKA]
    world.ready(MIKA)
    assert added_routes(world) == [ROUTE], "lost by somebody else's cut, and put back"


def test_what_belongs_to_a_closed_run_ends_with_it(world: World) -> None:
    run = world.ready(MIKA)
    world.connect("mika")
    world.after(MINUTE)
    vpn_runs.claim(world.desk, world.endpoint, REN, HOUR, "slack:C0OTHER")
    world.off_all(ODA)
    world.after(CUT + 2 * MINUTE)
    table = world.desk.table
    assert table.query("CLAIM#tokyo") == []
    assert table.get("LOCK#vpn#tokyo", "LOCK") is None
    items = table.query(f"RUN#{run}")
    closed = world.meta(run)["closed"]
    assert {item["expires"] for item in items} == {closed + 90 * 24 * HOUR}
    assert {item["sk"].split("#")[0] for item in items} == {"META", "CLAIMED", "CONN", "PLACE"}
    assert {item["place"] for item in items if item["sk"].startswith("PLACE")} == {PLACE, "slack:C0OTHER"}
    assert all(item["until"] is not None for item in items if item["sk"].startswith("CONN"))


def test_what_always_on_would_have_cost_counts_from_the_first_of_the_month(world: World) -> None:
    world.ready(MIKA)
    now = datetime.fromtimestamp(world.now, UTC)
    hours = (now - now.replace(day=1, hour=0, minute=0, second=0)).total_seconds() / HOUR
    assert world.card["month_usd"] == pytest.approx(2 * 0.15 * hours, abs=0.01)
    assert world.status.month_usd == world.card["month_usd"]


def test_every_fact_has_a_type_and_every_type_is_a_fact() -> None:
    types = {name for name, found in vars(facts).items() if is_typeddict(found) and name.startswith("Vpn")}
    assert types - {"VpnSnapshot"} == set(get_args(facts.VpnFact))
