"""Claims: who has one until when, and what happens when several people wish at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from aws_ops import runs, vpn_runs
from aws_ops.vpn_runs import Claimed
from tests.aws_ops.vpn.world import A_WHILE, ALEX, ASSOCIATE, CUT, HOUR, MIKA, MINUTE, ODA, PLACE, REN, World


def test_two_first_claims_at_once_are_one_run_with_two_claims(world: World) -> None:
    barrier = threading.Barrier(2)

    def claim(person: str) -> Claimed:
        barrier.wait(30)
        return vpn_runs.claim(world.desk, world.endpoint, person, HOUR, PLACE)

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(claim, (MIKA, REN)))
    world.clock.rest()
    assert len({claimed.run for claimed in both}) == 1
    assert sorted((claimed.started, claimed.joined) for claimed in both) == [(False, True), (True, False)]
    assert len(world.aws.lambdas.executions()) == 1
    world.after(ASSOCIATE)
    assert [claim["person"] for claim in world.card["claims"]] == [MIKA, REN]
    assert world.calls("AssociateClientVpnTargetNetwork") == 2


def test_many_wishes_at_once_are_all_counted(world: World) -> None:
    run = world.on(MIKA).run
    people = [f"p{number}@example.com" for number in range(6)]
    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(lambda person: vpn_runs.claim(world.desk, world.endpoint, person, HOUR, PLACE), people))
    lock = world.desk.table.get("LOCK#vpn#tokyo", "LOCK")
    assert lock == {"pk": "LOCK#vpn#tokyo", "sk": "LOCK", "run": run, "wishes": 7}
    assert {claim.person for claim in world.status.claims} == {MIKA, *people}


def test_a_claim_again_renews_it_from_now_but_never_beyond_max_lease(world: World) -> None:
    first = world.on(MIKA, 30 * MINUTE).claim
    world.after(5 * MINUTE)
    again = world.on(MIKA, 40 * MINUTE)
    assert (again.started, again.joined, again.shortened) == (False, False, False)
    assert again.claim.since == first.since
    assert again.claim.until == world.now + 40 * MINUTE
    renewed = world.said("VpnClaimed")[-1].data
    assert (renewed["person"], renewed["renewed"], renewed["until"]) == (MIKA, True, again.claim.until)

    more = world.on(MIKA, HOUR)
    assert more.shortened
    assert more.claim.until == first.since + HOUR
    less = world.on(MIKA, 5 * MINUTE)
    assert less.claim.until == first.since + HOUR, "to ask again takes nothing away"


def test_a_claim_of_more_than_max_lease_is_shortened(world: World) -> None:
    claimed = world.on(MIKA, 9 * HOUR)
    assert claimed.shortened
    assert claimed.claim.until == world.now + HOUR


def test_extend_moves_the_end_up_to_max_lease(world: World) -> None:
    assert world.extend(MIKA, HOUR) is None
    first = world.on(MIKA, 30 * MINUTE).claim
    assert world.extend(REN, HOUR) is None
    longer = world.extend(MIKA, 20 * MINUTE)
    assert longer is not None
    assert longer.until == first.until + 20 * MINUTE
    longest = world.extend(MIKA, 20 * MINUTE)
    assert longest is not None
    assert longest.until == first.since + HOUR
    assert world.said("VpnClaimExtended")[-1].data["until"] == longest.until
    assert world.card["claims"] == [{"person": MIKA, "since": first.since, "until": longest.until}]


def test_a_claim_whose_time_is_up_cannot_be_extended_but_claimed_anew(world: World) -> None:
    world.on(REN)
    first = world.on(MIKA, 2 * MINUTE).claim
    world.after(2 * MINUTE)
    assert world.extend(MIKA, HOUR) is None
    assert world.off(MIKA) is None
    anew = world.on(MIKA)
    assert anew.joined
    assert anew.claim.since == first.until


def test_places_that_claim_are_followers_of_the_run(world: World) -> None:
    run = world.on(MIKA).run
    for _ in range(2):
        vpn_runs.claim(world.desk, world.endpoint, REN, HOUR, "person:ren@example.com")
    places = [item["place"] for item in world.desk.table.query(f"RUN#{run}", prefix="PLACE#")]
    assert places == ["person:ren@example.com", PLACE]


def test_a_claim_at_the_moment_of_closing_is_not_lost(world: World) -> None:
    run = world.ready(MIKA)
    world.off(MIKA)
    world.after(MINUTE + CUT - 1)
    assert world.phase == "cutting"
    late: list[Claimed] = []

    def claim_now() -> None:
        late.append(vpn_runs.claim(world.desk, world.endpoint, REN, HOUR, PLACE))

    world.before_next("DynamoDB.TransactWriteItems", claim_now)
    world.after(1)
    assert [(claimed.run, claimed.phase) for claimed in late] == [(run, "cutting")]
    assert world.phase == "associating"
    assert [fact.data["round"] for fact in world.said("VpnCut")] == [2]
    world.after(ASSOCIATE + MINUTE)
    assert world.phase == "ready"
    assert [claim["person"] for claim in world.card["claims"]] == [REN]


def test_a_claim_at_the_moment_of_the_cut_prevents_it(world: World) -> None:
    world.ready(MIKA)
    world.off(MIKA)
    late: list[Claimed] = []
    world.before_next(
        "DynamoDB.TransactWriteItems",
        lambda: late.append(vpn_runs.claim(world.desk, world.endpoint, REN, HOUR, PLACE)),
    )
    world.after(MINUTE)
    assert late[0].phase == "ready"
    assert world.phase == "ready"
    assert world.calls("DisassociateClientVpnTargetNetwork") == 0
    assert world.said("VpnCutting") == []


def test_an_off_all_at_the_moment_of_forgetting_an_earlier_one_is_not_lost(world: World) -> None:
    world.ready(MIKA)
    world.off_all(ODA)
    world.on(REN)
    world.before_next("DynamoDB.UpdateItem", lambda: world.off_all(ALEX))
    world.after(2 * MINUTE)
    cut = world.said("VpnCutting")[-1].data
    assert (cut["reason"], cut["by"], cut["ended"]) == ("off all", ALEX, [MIKA, REN])


def test_an_off_all_at_the_moment_of_associating_again_is_not_lost(world: World) -> None:
    world.ready(MIKA)
    world.off(MIKA)
    world.after(MINUTE)
    world.on(REN)
    # The first is what the look has seen, the second the new round.
    write = "DynamoDB.UpdateItem"
    world.before_next(write, lambda: world.before_next(write, lambda: world.off_all(ALEX)))
    world.after(CUT + 2 * MINUTE)
    cut = world.said("VpnCutting")[-1].data
    assert (cut["round"], cut["reason"], cut["by"], cut["ended"]) == (2, "off all", ALEX, [REN])


def test_a_claim_just_after_the_end_begins_another_run(world: World) -> None:
    run = world.ready(MIKA)
    world.after(A_WHILE)
    again = world.on(MIKA)
    assert again.started
    assert again.run != run
    assert [claim.person for claim in world.status.claims] == [MIKA]


def test_a_wish_that_is_written_is_done_also_where_the_run_cannot_be_read_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = world.ready(MIKA)
    table, transact, get = world.desk.table, world.desk.table.transact, world.desk.table.get
    written = threading.Event()

    def write(*writes: Any) -> bool:
        done = transact(*writes)
        written.set()
        return done

    def read(pk: str, sk: str) -> Any:
        if written.is_set():
            raise EndpointConnectionError(endpoint_url="https://dynamodb.example")
        return get(pk, sk)

    with monkeypatch.context() as patched:
        patched.setattr(table, "transact", write)
        patched.setattr(table, "get", read)
        claimed = vpn_runs.claim(world.desk, world.endpoint, REN, HOUR, PLACE)
        written.clear()
        assert vpn_runs.cancel(world.desk, run, ODA)

    assert (claimed.run, claimed.joined, claimed.phase) == (run, True, "ready")
    assert world.status.claims == ()


def test_a_bot_that_dies_before_the_start_leaves_a_run_that_the_next_claim_starts(world: World) -> None:
    world.aws.fault("Lambda", "Invoke", error="AccessDeniedException", times=1)
    first = world.on(MIKA)
    assert first.started
    assert world.aws.lambdas.executions() == []
    second = world.on(REN)
    assert (second.run, second.joined) == (first.run, True)
    assert [one["DurableExecutionName"] for one in world.aws.lambdas.executions()] == [first.run]
    world.after(ASSOCIATE)
    assert world.phase == "ready"


def test_a_lock_without_a_run_shuts_nobody_out(world: World) -> None:
    world.desk.table.put({"pk": "LOCK#vpn#tokyo", "sk": "LOCK", "run": "vpn-lost", "wishes": 3})
    assert world.status.phase == "off"
    assert world.on(MIKA).started


def test_status_tells_what_is_there(world: World) -> None:
    nothing = world.status
    assert (nothing.phase, nothing.run, nothing.claims, nothing.cost_usd) == ("off", None, (), 0)
    run = world.ready(MIKA, REN)
    world.connect("mika-ipad")
    world.after(6 * MINUTE)
    now = world.status
    assert (now.phase, now.run) == ("ready", run)
    assert [state for _, state in now.subnets or ()] == ["associated"] * 2
    assert [found.name for found in now.connections or ()] == ["mika-ipad"]
    assert [claim.person for claim in now.claims] == [MIKA, REN]
    assert now.cost_usd == pytest.approx(2 * 0.15 * 0.1 + 0.05 * 0.1, abs=0.001)
    assert now.problem is None
    world.aws.fault("EC2", "DescribeClientVpnConnections", error="UnauthorizedOperation", times=1)
    blind = world.status
    assert blind.connections is None
    assert blind.problem == "AWS refused DescribeClientVpnConnections: UnauthorizedOperation"


def test_status_tells_what_it_can_when_an_answer_cannot_be_read(
    world: World, garbled: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    world.ready(MIKA)
    garbled("DescribeClientVpnConnections")
    blind = world.status
    assert (blind.phase, blind.connections) == ("ready", None)
    assert blind.problem == "AWS gave an answer that cannot be read"
    assert [claim.person for claim in blind.claims] == [MIKA]
    assert "ResponseParserError" in caplog.text, "with its traceback"


def test_the_profile_is_what_people_connect_with(world: World) -> None:
    assert "remote" in vpn_runs.profile(world.desk, world.endpoint)


def test_runs_lists_the_open_ones_and_those_of_the_last_week(world: World) -> None:
    first = world.ready(MIKA)
    world.after(A_WHILE)
    second = world.on(REN).run
    rows = runs.runs(world.desk)
    assert [(row.id, row.kind, row.what, row.phase, row.by, row.over) for row in rows] == [
        (second, "vpn", "tokyo", "associating", REN, False),
        (first, "vpn", "tokyo", "closed", MIKA, True),
    ]
    closed = world.meta(first)["closed"]
    assert rows[1].started == world.meta(first)["started"] < closed


def test_cancel_is_off_all_by_the_runs_id(world: World) -> None:
    run = world.ready(MIKA)
    assert not vpn_runs.cancel(world.desk, "vpn-none", ODA)
    assert vpn_runs.cancel(world.desk, run, ODA)
    world.after(CUT + 2 * MINUTE)
    assert (world.card["phase"], world.card["reason"], world.card["by"]) == ("closed", "off all", ODA)
    assert not vpn_runs.cancel(world.desk, run, ODA)
