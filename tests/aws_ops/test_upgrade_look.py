"""What a plan is made from, asked of the simulated AWS; and a bundle that gets another image."""

from collections import Counter
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from aws_ops import bundles, clock, upgrade_look, upgrade_plan, workspaces
from aws_ops.bucket import Rate
from aws_ops.bundles import Image
from aws_ops.desk import Desk
from aws_ops.runs import CLOSED, OPEN, keyed, run_key
from aws_ops.upgrade_items import bundle_lock_key
from aws_ops.upgrade_plan import UpgradePlan
from aws_ops.upgrade_request import Request
from aws_ops.workspace_items import rebuilt_key
from aws_ops.workspaces_api import Api
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.server import SandboxAws
from sandbox.aws.workspaces_fleet import Fleet
from sandbox.aws.workspaces_state import Image as SandboxImage
from sandbox.aws.world import ROLE

RATE = Rate(per_s=1000.0, burst=1000)
REQUEST = Request(seed.STANDARD, seed.NEW_IMAGE, protect=seed.PROTECT, rate=RATE)


@pytest.fixture
def desk(fleet_cloud: SandboxAws, fleet_desk: Desk) -> Desk:
    fleet_cloud.pace.workspaces_per_s, fleet_cloud.pace.workspaces_burst = 1000.0, 1000
    fleet_cloud.reset_calls()
    return fleet_desk


def plan(desk: Desk, request: Request = REQUEST) -> UpgradePlan:
    return upgrade_plan.plan(upgrade_look.look(desk, request), request, {}, clock.epoch())


def called(aws: SandboxAws) -> Counter[str]:
    told = aws.calls()
    return Counter({name: count for name, count in told.items() if name.startswith(("WorkSpaces.", "Resource", "KMS"))})


def test_all_of_a_bundle(desk: Desk, fleet_cloud: SandboxAws) -> None:
    made = plan(desk)
    assert made.faults == ()
    assert made.counts() == {"protected": 1, "state": 1}
    assert {one.id: one.why for one in made.excluded} == {
        seed.PROTECTED: "is protected by the tag deskside:protect",
        seed.IN_MAINTENANCE: "is ADMIN_MAINTENANCE",
    }
    assert made.old_image == seed.OLD_IMAGE
    assert made.names[seed.NEW_IMAGE] == "office-2026-2"
    assert {seed.MIKAS, seed.STOPPED, seed.NEW, seed.ENCRYPTED} < {machine.id for machine in made.machines}
    assert made.machines[0].last_connected is not None
    assert called(fleet_cloud) == {
        "WorkSpaces.DescribeWorkspaces": 2,
        "WorkSpaces.DescribeWorkspacesConnectionStatus": 2,
        "WorkSpaces.DescribeWorkspaceBundles": 1,
        "WorkSpaces.DescribeWorkspaceImages": 2,
        "Resource Groups Tagging API.GetResources": 1,
        "KMS.DescribeKey": 1,
    }


def test_a_tag_is_found_by_the_tagging_api_and_only_those_are_described(desk: Desk, fleet_cloud: SandboxAws) -> None:
    made = plan(desk, replace(REQUEST, tag="Team=Finance"))
    assert seed.ADAS in {machine.id for machine in made.machines}
    assert all("of another bundle" in one.why for one in made.excluded if one.kind == "bundle")
    assert made.counts()["bundle"] > 0
    assert called(fleet_cloud)["WorkSpaces.DescribeWorkspaces"] == 1
    nobody = plan(desk, replace(REQUEST, tag="Team=Nobody"))
    assert nobody.faults == ("No WorkSpace has the tag Team=Nobody.",)


def test_of_thousands_only_so_many_are_asked_when_they_were_used(desk: Desk, fleet_cloud: SandboxAws) -> None:
    ids = fleet_cloud.add_fleet(Fleet(count=upgrade_look.ASKED + 200, seen_s=9 * 86_400))
    fleet_cloud.workspaces.workspaces[ids[-1]].tags["Canary"] = "yes"
    made = plan(desk, replace(REQUEST, tag="Fleet=fleet"))
    assert (len(made.machines), made.machines[0].id) == (len(ids), ids[-1])
    assert called(fleet_cloud)["WorkSpaces.DescribeWorkspacesConnectionStatus"] == upgrade_look.ASKED / 25
    assert called(fleet_cloud)["WorkSpaces.DescribeWorkspaces"] == len(ids) / 25


def test_ids_that_are_nobodys_are_told(desk: Desk) -> None:
    made = plan(desk, replace(REQUEST, ids=(seed.MIKAS, seed.RENS, "ws-000000000")))
    assert [(one.id, one.kind) for one in made.excluded] == [("ws-000000000", "missing"), (seed.RENS, "bundle")]
    assert [machine.id for machine in made.machines] == [seed.MIKAS]


def test_bundles_and_images_that_cannot_be_used(desk: Desk, fleet_cloud: SandboxAws) -> None:
    spaces = fleet_cloud.workspaces
    assert "There is no bundle wsb-000000000" in plan(desk, replace(REQUEST, bundle="wsb-000000000")).faults[0]
    assert "is Amazon's" in plan(desk, replace(REQUEST, bundle=seed.AMAZONS)).faults[0]
    assert "There is no image wsi-000000000" in plan(desk, replace(REQUEST, image="wsi-000000000")).faults[0]
    linux = plan(desk, replace(REQUEST, image=seed.RESEARCH_IMAGE)).faults
    assert "is for LINUX, and the bundle's is for WINDOWS" in linux[0]
    spaces.images["wsi-pending00"] = SandboxImage("wsi-pending00", "soon", "", 0.0, state="PENDING")
    assert "soon (wsi-pending00) is PENDING" in plan(desk, replace(REQUEST, image="wsi-pending00")).faults[0]
    del spaces.images[seed.OLD_IMAGE]
    assert "it cannot be rolled back" in plan(desk).remarks[0]


def test_a_key_that_is_disabled_leaves_its_machines_out(desk: Desk, fleet_cloud: SandboxAws) -> None:
    fleet_cloud.workspaces.keys[seed.KEY].enabled = False
    made = plan(desk, replace(REQUEST, kms=seed.KEY))
    assert made.counts()["key"] > 0
    assert made.faults[0].startswith(f"The KMS key {seed.KEY} of the report is not enabled")


def test_what_was_rebuilt_with_this_image_is_read_only_where_the_bundle_has_it(
    desk: Desk, fleet_cloud: SandboxAws
) -> None:
    desk.table.put(keyed(rebuilt_key(seed.MIKAS), at=clock.epoch() - 60, by="oda@example.com", run="upgrade-1"))
    assert plan(desk).counts().get("image") is None
    fleet_cloud.workspaces.bundles[seed.STANDARD].image = seed.NEW_IMAGE
    assert [one.id for one in plan(desk).excluded if one.kind == "image"] == [seed.MIKAS]


def test_an_upgrade_that_the_bundle_is_in(desk: Desk) -> None:
    lock = {"run": "upgrade-1", "by": "oda@example.com", "image": seed.NEW_IMAGE, "old_image": seed.OLD_IMAGE}
    desk.table.put(keyed(bundle_lock_key(seed.STANDARD), **lock))
    assert plan(desk).faults == ()
    desk.table.put(keyed(run_key("upgrade-1"), g1pk=OPEN, g1sk="1"))
    assert "/upgrade stop upgrade-1" in plan(desk).faults[0]
    desk.table.put(keyed(run_key("upgrade-1"), g1pk=CLOSED, g1sk="1"))
    assert plan(desk).faults == ()


@pytest.mark.parametrize("request_", [REQUEST, replace(REQUEST, tag="Env=Prod"), replace(REQUEST, ids=(seed.MIKAS,))])
def test_looked_at_again_nothing_has_changed(desk: Desk, fleet_cloud: SandboxAws, request_: Request) -> None:
    made = plan(desk, request_)
    waves = {machine.id: machine.wave for machine in made.machines}
    api = Api.of(desk, rate=RATE, people=False)
    assert upgrade_plan.digest(upgrade_look.look_again(desk, api, request_, waves), request_, waves) == made.digest
    fleet_cloud.workspaces.workspaces[seed.MIKAS].tags[seed.PROTECT] = "true"
    assert upgrade_plan.digest(upgrade_look.look_again(desk, api, request_, waves), request_, waves) != made.digest


def test_a_plan_that_cannot_be_read_whole_is_none(desk: Desk, fleet_cloud: SandboxAws) -> None:
    fleet_cloud.fault("Resource Groups Tagging API", "GetResources", error="AccessDeniedException", times=1)
    with pytest.raises(ClientError, match="AccessDeniedException"):
        plan(desk)


# ---- another image


def test_a_bundles_image_is_what_a_rebuild_brings_and_nothing_before(desk: Desk, fleet_cloud: SandboxAws) -> None:
    api = Api.of(desk, rate=RATE, people=False, actor="oda@example.com", role=ROLE)
    before = clock.epoch()
    for _ in range(2):
        bundles.update(api, seed.STANDARD, seed.NEW_IMAGE)
    (bundle,) = bundles.bundles(api, [seed.STANDARD])
    assert bundle.image == seed.NEW_IMAGE
    assert (bundle.updated or 0) >= before
    machines = fleet_cloud.workspaces.workspaces
    assert machines[seed.MIKAS].image == machines[seed.ODAS].image == seed.OLD_IMAGE
    assert workspaces.rebuild(api, [seed.MIKAS]) == ()
    assert (machines[seed.MIKAS].image, machines[seed.ODAS].image) == (seed.NEW_IMAGE, seed.OLD_IMAGE)
    assert bundles.image(api, seed.NEW_IMAGE) == Image(
        seed.NEW_IMAGE, "office-2026-2", "AVAILABLE", bundles.image(api, seed.NEW_IMAGE).created, "WINDOWS"  # type: ignore[union-attr]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bundle", "image", "code"),
    [
        (seed.AMAZONS, seed.NEW_IMAGE, "AccessDeniedException"),
        ("wsb-000000000", seed.NEW_IMAGE, "ResourceNotFoundException"),
        (seed.STANDARD, "wsi-000000000", "ResourceNotFoundException"),
        (seed.STANDARD, "wsi-pending00", "ResourceUnavailableException"),
        (seed.STANDARD, seed.RESEARCH_IMAGE, "InvalidParameterValuesException"),
    ],
)
def test_a_bundle_takes_only_what_it_can_be_made_from(
    desk: Desk, fleet_cloud: SandboxAws, bundle: str, image: str, code: str
) -> None:
    pending = SandboxImage("wsi-pending00", "soon", "", 0.0, state="PENDING")
    fleet_cloud.workspaces.images[pending.id] = pending
    api = Api.of(desk, rate=RATE, people=False, actor="oda@example.com", role=ROLE)
    with pytest.raises(ClientError, match=code):
        bundles.update(api, bundle, image)
    assert fleet_cloud.workspaces.bundles[seed.STANDARD].image == seed.OLD_IMAGE


def test_nobody_changes_a_bundle_without_a_name(desk: Desk) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        bundles.update(Api.of(desk, rate=RATE, people=False), seed.STANDARD, seed.NEW_IMAGE)
