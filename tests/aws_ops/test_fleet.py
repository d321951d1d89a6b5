"""The fleet that words are resolved in: whole, a minute old at most, and nobody else's."""

import gc
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from aws_ops import fleet as fleets
from aws_ops.bucket import Rate
from aws_ops.desk import Desk
from aws_ops.fleet import Fleet, fleet
from aws_ops.session import Sessions
from sandbox.aws import workspaces_seed as seed
from sandbox.aws.clock import MovedClock
from sandbox.aws.server import SandboxAws
from sandbox.aws.workspaces_state import computer_of

PLENTY = Rate(per_s=1000, burst=1000)
ARN = "arn:aws:workspaces:ap-northeast-1:123456789012:workspace/"


@pytest.fixture
def cloud(fleet_cloud: SandboxAws) -> SandboxAws:
    fleet_cloud.pace.workspaces_per_s = fleet_cloud.pace.workspaces_burst = 1000
    return fleet_cloud


def ids(found: tuple[object, ...]) -> set[str]:
    return {getattr(one, "id", "") for one in found}


def test_whom_a_word_means(cloud: SandboxAws, fleet_desk: Desk) -> None:
    found = fleet(fleet_desk, PLENTY)
    assert len(found.workspaces) == 60
    assert ids(found.by_id(seed.MIKAS)) == ids(found.by_user("MIKA")) == {seed.MIKAS}
    assert ids(found.by_computer(computer_of(seed.MIKAS).lower())) == {seed.MIKAS}
    assert ids(found.by_user(seed.TWIN)) == set(seed.TWINS)
    assert ids(found.by_tag("Owner", "ren@example.com")) == {seed.RENS}
    assert ids(found.by_tag(seed.PROTECT)) == {seed.PROTECTED}
    assert found.by_tag("Owner", "REN@example.com") == found.by_tag("owner", "ren@example.com") == ()
    assert found.by_id("ws-0a1b2c3d9") == found.by_user("") == found.by_user("mik") == found.by_computer("") == ()
    assert found.tags_of(seed.MIKAS)["Env"] == "Prod"
    assert found.tags_of("ws-0a1b2c3d9") == {}


def test_one_without_a_computer_yet_is_not_nobodys(cloud: SandboxAws, fleet_desk: Desk) -> None:
    found = fleet(fleet_desk, PLENTY)
    (new,) = found.by_id(seed.NEW)
    assert new.computer is None
    assert new not in found.by_computer("")


def test_it_is_read_once_a_minute(cloud: SandboxAws, fleet_desk: Desk, moved: MovedClock) -> None:
    first = fleet(fleet_desk, PLENTY)
    cloud.reset_calls()
    moved.advance(59)
    assert fleet(fleet_desk, PLENTY) is first
    assert cloud.calls().get("WorkSpaces.DescribeWorkspaces") is None
    moved.advance(1)
    assert fleet(fleet_desk, PLENTY) is not first
    assert cloud.calls()["WorkSpaces.DescribeWorkspaces"] == 3


def test_what_changed_is_seen_where_it_is_asked_for_afresh(cloud: SandboxAws, fleet_desk: Desk) -> None:
    fleet(fleet_desk, PLENTY)
    cloud.put_workspace(seed.MIKAS, "STOPPED")
    assert fleet(fleet_desk, PLENTY).by_id(seed.MIKAS)[0].state == "AVAILABLE"
    assert fleet(fleet_desk, PLENTY, fresh=True).by_id(seed.MIKAS)[0].state == "STOPPED"
    assert fleet(fleet_desk, PLENTY).by_id(seed.MIKAS)[0].state == "STOPPED"


def test_many_that_ask_at_once_read_it_once(cloud: SandboxAws, fleet_desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: fleet(fleet_desk, PLENTY), range(8)))
    assert all(one is found[0] for one in found)
    assert cloud.calls()["WorkSpaces.DescribeWorkspaces"] == 3


def test_what_could_not_be_read_is_not_kept(cloud: SandboxAws, fleet_desk: Desk) -> None:
    """Neither half a fleet nor one without its tags, in which nobody would be protected."""
    cloud.fault("Resource Groups Tagging API", "GetResources", error="AccessDeniedException", times=1)
    with pytest.raises(ClientError, match="AccessDenied"):
        fleet(fleet_desk, PLENTY)
    assert ids(fleet(fleet_desk, PLENTY).by_tag(seed.PROTECT)) == {seed.PROTECTED}
    cloud.fault("WorkSpaces", "DescribeWorkspaces", error="AccessDeniedException", times=1)
    with pytest.raises(ClientError, match="AccessDenied"):
        fleet(fleet_desk, PLENTY, fresh=True)
    assert len(fleet(fleet_desk, PLENTY).workspaces) == 60


def test_a_clock_that_was_put_back_keeps_nothing(desk: Desk, later: Callable[[int], None]) -> None:
    first = fleet(desk, PLENTY)
    later(-3600)
    assert fleet(desk, PLENTY) is not first


@pytest.fixture
def tagging(aws: str, sessions: Sessions) -> Iterator[Stubber]:
    with Stubber(sessions.client("resourcegroupstaggingapi")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_tags_of_every_page_in_all_ways(desk: Desk, sessions: Sessions, tagging: Stubber) -> None:
    asked = {"ResourceTypeFilters": ["workspaces:workspace"], "ResourcesPerPage": 100}
    one = {"ResourceARN": f"{ARN}ws-1", "Tags": [{"Key": "Env", "Value": "Prod"}]}
    two = {"ResourceARN": f"{ARN}ws-2", "Tags": []}
    tagging.add_response("get_resources", {"PaginationToken": "more", "ResourceTagMappingList": [one]}, asked)
    tagging.add_response(
        "get_resources",
        {"PaginationToken": "last", "ResourceTagMappingList": [two, {}]},
        {**asked, "PaginationToken": "more"},
    )
    tagging.add_response("get_resources", {"PaginationToken": ""}, {**asked, "PaginationToken": "last"})
    found = fleet(replace(desk, sessions=sessions), PLENTY)
    assert found.tags_of("ws-1") == {"Env": "Prod"}
    assert found.tags_of("ws-2") == found.tags_of("") == {}


def test_each_desk_has_its_own(cloud: SandboxAws, fleet_desk: Desk) -> None:
    other = replace(fleet_desk, sessions=Sessions("eu-west-1", cloud.url))
    first, second = fleet(fleet_desk, PLENTY), fleet(other, PLENTY)
    assert first is not second
    assert fleet(fleet_desk, PLENTY) is first
    assert fleet(other, PLENTY) is second


def test_what_is_kept_goes_with_its_desk(cloud: SandboxAws, fleet_desk: Desk) -> None:
    other = replace(fleet_desk, sessions=Sessions("eu-west-1", cloud.url))
    gone: weakref.ref[Fleet] = weakref.ref(fleet(other, PLENTY))
    assert len(fleet(fleet_desk, PLENTY).workspaces) == 60
    before = len(fleets._kept)
    del other
    gc.collect()
    assert gone() is None
    assert len(fleets._kept) < before
