"""An upgrade's plan, from what was seen: who is in which wave, who is left out and why, what is in the way."""

from dataclasses import replace
from typing import Any

import pytest

from aws_ops import upgrade_plan, upgrade_request
from aws_ops.bucket import Rate
from aws_ops.bundles import Bundle, Image
from aws_ops.upgrade_items import Standing, Window
from aws_ops.upgrade_look import Seen
from aws_ops.upgrade_plan import UpgradePlan
from aws_ops.upgrade_request import Request, request_of, sizes, words
from aws_ops.workspaces import WorkSpace

NOW = 1_792_483_200  # Tuesday 2026-10-20, 08:00 UTC
HOUR, DAY = 3600, 86_400
BUNDLE, OTHER = "wsb-office", "wsb-research"
OLD, NEW = "wsi-old", "wsi-new"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
REQUEST = Request(BUNDLE, NEW, protect="deskside:protect")


def workspace(id: str, state: str = "AVAILABLE", bundle: str = BUNDLE, **changes: Any) -> WorkSpace:
    bare = WorkSpace(
        id, "d-1", f"user-{id}", state, bundle, None, None, "AUTO_STOP", 60, 80, 50, "STANDARD", (), False, False,
        *[None] * 3,
    )  # fmt: skip
    return replace(bare, **changes)


def fleet(count: int) -> tuple[WorkSpace, ...]:
    return tuple(workspace(f"ws-{number:04}") for number in range(count))


def seen(*workspaces: WorkSpace, **changes: Any) -> Seen:
    made = Seen(
        workspaces,
        Bundle(BUNDLE, "Office", "123456789012", OLD, "STANDARD", 80, 50, updated=NOW - DAY),
        Image(NEW, "office-2", "AVAILABLE", NOW - DAY, "WINDOWS"),
        Image(OLD, "office-1", "AVAILABLE", NOW - 90 * DAY, "WINDOWS"),
    )
    return replace(made, **changes)


def planned(of: Seen, request: Request = REQUEST, owners: dict[str, str | None] | None = None) -> UpgradePlan:
    known = {one.id: f"{one.user}@example.com" for one in of.workspaces}
    return upgrade_plan.plan(of, request, known if owners is None else owners, NOW)


# ---- waves


@pytest.mark.parametrize(
    ("total", "canary", "waves", "expected"),
    [
        (200, "5", ("25", "100"), (5, 25, 100, 70)),
        (200, "5%", ("20%",), (10, 40, 40, 40, 40, 30)),
        (200, "1", (), (1, 199)),
        (3, "5", ("25",), (3,)),
        (6, "1%", ("2",), (1, 2, 2, 1)),
        (10_000, "100%", (), (10_000,)),
        (0, "5", ("25",), ()),
    ],
)
def test_waves_take_everybody_and_the_last_size_repeats(
    total: int, canary: str, waves: tuple[str, ...], expected: tuple[int, ...]
) -> None:
    assert sizes(total, canary, waves) == expected


@pytest.mark.parametrize("said", ["0", "-1", "5.5", "101%", "0%", "%", "many", "", "٣", "1000000"])
def test_what_is_no_size_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="is no size of a wave"):
        sizes(10, said, ())


def test_the_canary_is_what_was_used_least_recently_and_works() -> None:
    found = seen(
        workspace("ws-busy"),
        workspace("ws-quiet"),
        workspace("ws-broken", "ERROR"),
        workspace("ws-stopped", "STOPPED"),
        last={"ws-busy": NOW, "ws-quiet": NOW - DAY, "ws-stopped": NOW - 9 * DAY, "ws-broken": None},
    )
    machines = planned(found, replace(REQUEST, canary="2", waves=("1",))).machines
    assert [(one.n, one.id, one.wave) for one in machines] == [
        (0, "ws-stopped", 0),
        (1, "ws-quiet", 0),
        (2, "ws-broken", 1),
        (3, "ws-busy", 2),
    ]


def test_whatever_may_be_in_use_is_no_canary() -> None:
    found = seen(*fleet(3), last={"ws-0002": NOW})
    assert planned(found).machines[0].id == "ws-0002"


def test_whoever_connects_meanwhile_changes_no_wave() -> None:
    request = replace(REQUEST, canary="5", waves=("25",))
    used = {one.id: NOW - number * DAY for number, one in enumerate(fleet(100))}
    before = planned(seen(*fleet(100), last=used), request)
    canary = {machine.id for machine in before.machines if machine.wave == 0}
    assert canary == {f"ws-{number:04}" for number in range(95, 100)}
    later = {id_: at if id_ in canary else NOW + number for number, (id_, at) in enumerate(used.items())}
    assert planned(seen(*fleet(100), last=later), request).digest == before.digest


def test_whoever_is_tagged_for_the_canary_goes_first() -> None:
    found = seen(
        *fleet(5), tags={"ws-0003": {"Canary": "yes"}, "ws-0004": {"Canary": ""}, "ws-0002": {"Canary": "false"}}
    )
    assert planned(found).machines[0].id == "ws-0003"
    assert [one.id for one in planned(found).machines[1:]] == ["ws-0000", "ws-0001", "ws-0002", "ws-0004"]


def test_a_machine_carries_what_was_seen_of_it() -> None:
    one = workspace("ws-1", computer="WSAMZN-1", ip="10.40.0.5")
    (machine,) = planned(seen(one, last={"ws-1": NOW - DAY})).machines
    assert (machine.user, machine.computer, machine.owner) == ("user-ws-1", "WSAMZN-1", "user-ws-1@example.com")
    assert (machine.ip, machine.state, machine.mode, machine.last_connected) == (
        "10.40.0.5",
        "AVAILABLE",
        "AUTO_STOP",
        NOW - DAY,
    )


# ---- who is left out


@pytest.mark.parametrize(
    ("one", "kind", "why"),
    [
        (workspace("ws-1", bundle=OTHER), "bundle", "is of another bundle (wsb-research)"),
        (workspace("ws-1", bundle=""), "bundle", "is of another bundle (AWS does not say which)"),
        (workspace("ws-1", "ADMIN_MAINTENANCE"), "state", "is ADMIN_MAINTENANCE"),
        (workspace("ws-1", "SUSPENDED"), "state", "is SUSPENDED"),
        (workspace("ws-1", "TERMINATING"), "state", "is TERMINATING"),
        (workspace("ws-1", "UNKNOWN"), "state", "is UNKNOWN"),
        (workspace("ws-1", key=KEY), "key", f"has volumes of the KMS key {KEY}, which cannot be read"),
    ],
)
def test_what_cannot_be_upgraded_is_left_out_with_its_reason(one: WorkSpace, kind: str, why: str) -> None:
    made = planned(seen(one, workspace("ws-2")))
    assert [(found.id, found.kind, found.why) for found in made.excluded] == [("ws-1", kind, why)]
    assert [machine.id for machine in made.machines] == ["ws-2"]
    assert made.faults == ()


@pytest.mark.parametrize("state", ["AVAILABLE", "STOPPED", "ERROR", "UNHEALTHY", "REBOOTING", "STARTING", "PENDING"])
def test_what_passes_is_waited_for(state: str) -> None:
    assert len(planned(seen(workspace("ws-1", state))).machines) == 1


def test_a_disabled_key_leaves_its_machines_out_and_an_enabled_one_does_not() -> None:
    one = workspace("ws-1", key=KEY)
    assert planned(seen(one, keys={KEY: True})).excluded == ()
    (left_out,) = planned(seen(one, keys={KEY: False})).excluded
    assert left_out.why.endswith("which is not enabled")
    (unread,) = planned(seen(one, keys={KEY: None})).excluded
    assert unread.why.endswith("which cannot be read")


def test_the_protected_are_left_out() -> None:
    tags = {"ws-1": {"deskside:protect": "true"}}
    (left_out,) = planned(seen(workspace("ws-1"), workspace("ws-2"), tags=tags)).excluded
    assert (left_out.kind, left_out.why) == ("protected", "is protected by the tag deskside:protect")


def test_exclusions_are_ids_and_tags() -> None:
    tags = {"ws-0001": {"Env": "Test"}, "ws-0002": {"Env": "Prod"}, "ws-0003": {"Vip": ""}}
    request = replace(REQUEST, exclude=("WS-0000", "tag:Env=Test", "tag:Vip"))
    made = planned(seen(*fleet(5), tags=tags), request)
    assert [one.id for one in made.excluded] == ["ws-0000", "ws-0001", "ws-0003"]
    assert made.counts() == {"excluded": 3}
    assert made.remarks == ()


def test_an_exclusion_that_names_nobody_is_told() -> None:
    made = planned(seen(*fleet(2)), replace(REQUEST, exclude=("ws-typo", "tag:Evn=Test")))
    (said,) = made.remarks
    assert said.startswith("No WorkSpace that is meant has what is to be left out: ws-typo, Evn=Test.")


def test_ids_of_nobody_are_listed() -> None:
    made = planned(seen(workspace("ws-1"), missing=("ws-gone",)), replace(REQUEST, ids=("ws-1", "ws-gone")))
    assert [(one.id, one.kind, one.why) for one in made.excluded] == [("ws-gone", "missing", "is not there")]


def test_what_was_rebuilt_from_this_image_already_is_left_out_unless_it_is_named() -> None:
    has = Bundle(BUNDLE, "Office", "123456789012", NEW, "STANDARD", 80, 50, updated=NOW - DAY)
    found = seen(
        *fleet(3),
        workspace("ws-9", "ERROR"),
        bundle=has,
        rebuilt={"ws-0000": NOW - HOUR, "ws-0001": NOW - 2 * DAY, "ws-9": NOW - HOUR},
    )
    made = planned(found)
    assert [(one.id, one.kind) for one in made.excluded] == [("ws-0000", "image")]
    assert made.remarks[0].startswith("The bundle has this image already.")
    assert planned(found, replace(REQUEST, ids=("ws-0000",))).excluded == ()


# ---- what is in the way


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bundle": None}, "There is no bundle wsb-office"),
        ({"bundle": Bundle(BUNDLE, "Standard", "AMAZON", OLD, "", None, None)}, "Standard (wsb-office) is Amazon's"),
        ({"bundle": Bundle(BUNDLE, "", "1", None, "", None, None)}, "AWS does not say which image the bundle wsb-of"),
        ({"image": None}, "There is no image wsi-new of this account, nor one that is shared"),
        ({"image": Image(NEW, "office-2", "PENDING", None)}, "The image office-2 (wsi-new) is PENDING"),
        ({"image": Image(NEW, "", "ERROR", None)}, "The image wsi-new is ERROR"),
        ({"image": Image(NEW, "lx", "AVAILABLE", None, "LINUX")}, "lx (wsi-new) is for LINUX, and the bundle's is for"),
        (
            {"standing": Standing("upgrade-1", "oda@example.com", NEW, OLD)},
            "an upgrade that oda@example.com asked for: wait for its end, or stop it with /upgrade stop upgrade-1",
        ),
    ],
)
def test_faults_say_what_to_do(changes: dict[str, Any], said: str) -> None:
    (fault,) = planned(seen(workspace("ws-1"), **changes)).faults
    assert said in fault
    assert fault.endswith(".")


def test_nobody_is_an_error_and_says_what_became_of_all() -> None:
    found = seen(
        workspace("ws-1", bundle=OTHER), workspace("ws-2", bundle=OTHER), workspace("ws-3", "SUSPENDED"),
        missing=("ws-4",),
    )  # fmt: skip
    (fault,) = planned(found, replace(REQUEST, tag="Env=Prod")).faults
    assert fault.startswith(
        "No WorkSpace of the tag Env=Prod is left to upgrade: 1 is not there, 2 are of another bundle, 1 is in a state"
    )
    (nothing,) = planned(seen(), replace(REQUEST, tag="Evn")).faults
    assert nothing == "No WorkSpace has the tag Evn."
    made = planned(seen())
    assert made.faults == ("There is no WorkSpace of the bundle wsb-office.",)
    assert (made.waves, made.people, made.usd) == ((), 0, 0.0)


def test_the_key_of_the_report_has_to_be_enabled() -> None:
    request = replace(REQUEST, kms=KEY)
    assert planned(seen(workspace("ws-1"), keys={KEY: True}), request).faults == ()
    (disabled,) = planned(seen(workspace("ws-1"), keys={KEY: False}), request).faults
    assert "of the report is not enabled" in disabled
    (unread,) = planned(seen(workspace("ws-1"), keys={KEY: None}), request).faults
    assert "of the report cannot be read" in unread


def test_an_old_image_that_is_gone_is_told() -> None:
    (said,) = planned(seen(workspace("ws-1"), old_image=None)).remarks
    assert said == "The image wsi-old that the bundle has now is not there any more: it cannot be rolled back."


def test_who_cannot_be_told_and_what_is_broken_is_told() -> None:
    made = planned(seen(*fleet(8), workspace("ws-9", "ERROR")), owners={"ws-0001": "mika@example.com"})
    assert made.unowned == 8
    assert made.remarks == (
        "8 of them have nobody whom I know, so nobody is told before: ws-0000, ws-0002, ws-0003, ws-0004, ws-0005 ….",
        "1 of them has something wrong with it: ws-9 is ERROR.",
    )


def test_people_are_counted_once() -> None:
    owners: dict[str, str | None] = {"ws-0000": "mika@example.com", "ws-0001": "mika@example.com"}
    assert planned(seen(*fleet(3)), owners=owners).people == 2


# ---- the digest


def test_the_same_is_the_same_whatever_state_it_is_in_and_whoever_connects() -> None:
    before = seen(*fleet(5))
    later = seen(
        *(replace(one, state="STOPPED", ip="10.0.0.9", computer="X") for one in reversed(before.workspaces)),
        last={"ws-0000": NOW},
    )
    made = planned(before)
    waves = {machine.id: machine.wave for machine in made.machines}
    assert upgrade_plan.digest(later, REQUEST, waves) == made.digest


@pytest.mark.parametrize(
    "changed",
    [
        {"bundle": Bundle(BUNDLE, "Office", "123456789012", "wsi-third", "STANDARD", 80, 50)},
        {"workspaces": fleet(4)},
        {"workspaces": (*fleet(4), workspace("ws-0004", bundle=OTHER))},
        {"workspaces": (*fleet(4), workspace("ws-0004", user="ren"))},
        {"tags": {"ws-0001": {"deskside:protect": "1"}}},
        {"tags": {"ws-0001": {"Env": "Test"}}},
    ],
)
def test_what_differs_is_seen(changed: dict[str, Any]) -> None:
    request = replace(REQUEST, exclude=("tag:Env=Test",))
    made = planned(seen(*fleet(5)), request)
    waves = {machine.id: machine.wave for machine in made.machines}
    assert upgrade_plan.digest(seen(*fleet(5)), request, waves) == made.digest
    assert upgrade_plan.digest(replace(seen(*fleet(5)), **changed), request, waves) != made.digest
    assert upgrade_plan.digest(seen(*fleet(5)), request, {**waves, "ws-0004": 0}) != made.digest
    assert upgrade_plan.digest(seen(*fleet(5)), replace(request, image="wsi-x"), waves) != made.digest


def test_a_machine_that_lost_the_tag_is_not_meant_any_more() -> None:
    request = replace(REQUEST, tag="Env=Prod")
    tags = {one.id: {"Env": "Prod"} for one in fleet(2)}
    made = planned(seen(*fleet(2), tags=tags), request)
    waves = {machine.id: machine.wave for machine in made.machines}
    assert upgrade_plan.digest(seen(*fleet(2), tags=tags), request, waves) == made.digest
    for lost in ({"ws-0000": {"Env": "Prod"}}, {**tags, "ws-0001": {"Env": "Test"}}):
        assert upgrade_plan.digest(seen(*fleet(2), tags=lost), request, waves) != made.digest


def test_new_machines_of_the_bundle_change_nothing() -> None:
    made = planned(seen(*fleet(5)))
    waves = {machine.id: machine.wave for machine in made.machines}
    assert upgrade_plan.digest(seen(*fleet(6)), REQUEST, waves) == made.digest


# ---- how long, how many calls, how much


def test_calls_stay_below_what_is_promised() -> None:
    request = replace(REQUEST, max_concurrent=50, canary="5", waves=("25", "100"))
    assert 2.0 < planned(seen(*fleet(200)), request).calls / 200 < 3.5


def test_duration_is_of_slots_where_they_are_few_and_of_calls_where_they_are_not() -> None:
    few = replace(REQUEST, canary="100", max_concurrent=10)
    assert planned(seen(*fleet(100)), few).duration_s == 10 * upgrade_plan.REBUILD_S
    free = replace(few, canary="100%", max_concurrent=0)
    many = planned(seen(*fleet(2_000)), free)
    assert many.duration_s == pytest.approx(many.calls / 2 + upgrade_plan.REBUILD_S, abs=60)
    slow = planned(seen(*fleet(2_000)), replace(free, rate=Rate(per_s=1.0, burst=5)))
    assert slow.duration_s > many.duration_s * 1.5


def test_each_wave_waits_for_the_one_before_and_for_the_notice() -> None:
    made = planned(seen(*fleet(20)), replace(REQUEST, canary="10", waves=("10",), notice_s=600))
    assert made.duration_s == pytest.approx(2 * (upgrade_plan.REBUILD_S + 600), abs=60)


def test_a_window_stretches_it_over_nights() -> None:
    night = Window((0, 1, 2, 3, 4), 20 * 60, 6 * 60, "UTC")
    request = replace(REQUEST, canary="10", window=night)
    short = planned(seen(*fleet(10)), request)
    assert short.duration_s == pytest.approx(12 * HOUR + upgrade_plan.REBUILD_S, abs=60)
    long = planned(seen(*fleet(300)), replace(request, canary="300"))
    works = 30 * upgrade_plan.REBUILD_S  # 12.5 hours: ten of the first night, the rest of the second one
    assert long.duration_s == 36 * HOUR + works - 10 * HOUR
    hour = replace(request, window=Window((0,), 0, 1, "UTC"))
    assert planned(seen(*fleet(300)), hour).duration_s >= 300 * DAY


def test_it_costs_something_and_not_much() -> None:
    assert planned(seen(*fleet(1))).usd == 0.01
    assert 0.05 < planned(seen(*fleet(10_000)), replace(REQUEST, canary="100%", max_concurrent=0)).usd < 1


# ---- as JSON


def test_a_request_and_what_is_shown_survive_the_table() -> None:
    request = replace(
        REQUEST,
        ids=("ws-1",),
        exclude=("tag:A",),
        waves=("5", "20%"),
        window=Window((0, 4), 1200, 360, "Europe/Berlin"),
    )
    assert request_of(words(request)) == request
    assert request_of(words(REQUEST)) == REQUEST
    made = planned(seen(*fleet(3), missing=("ws-gone",)))
    assert made.shown()["excluded"] == {"missing": 1}
    assert made.shown()["waves"] == [1, 2]
    assert made.names == {BUNDLE: "Office", NEW: "office-2", OLD: "office-1"}
    assert made.old_image == OLD


def test_a_plan_of_a_whole_fleet_is_quick() -> None:
    made = planned(seen(*fleet(10_000)), replace(REQUEST, canary="1%", waves=("10%",)))
    assert sum(made.waves) == len({machine.id for machine in made.machines}) == 10_000
    assert upgrade_request.size_of("1%", 10_000) == made.waves[0]
