"""What AWS knows of resources by their ids: their tags, and of a WorkSpace its directory user."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws_ops import fleet, workspaces
from aws_ops.bucket import Rate
from aws_ops.desk import Desk
from aws_ops.workspaces_api import Api

_WORKSPACE = re.compile(r"ws-[0-9a-z]{8,63}")
_INSTANCE = re.compile(r"i-[0-9a-f]{8,17}")
_AT_ONCE = 100
# So many WorkSpaces are asked for themselves: two calls and more, where a large fleet takes many seconds.
_FEW = 3


@dataclass(frozen=True)
class Resource:
    """The tags of a resource, and whose it is in the directory, where it is a WorkSpace."""

    tags: Mapping[str, str]
    user: str | None = None


def about(desk: Desk, ids: Collection[str], rate: Rate) -> dict[str, Resource]:
    """What is known of each; what AWS does not know, or not with certainty, is left out.

    WorkSpaces are read a minute old at most, a few without waiting for the fleet. Raises ClientError and Busy.
    """
    found: dict[str, Resource] = {}
    asked = set(ids)
    if workspaces := {one for one in asked if _WORKSPACE.fullmatch(one)}:
        found |= _workspaces(desk, workspaces, rate)
    if instances := {one for one in asked if _INSTANCE.fullmatch(one)}:
        found |= dict(_instances(desk, instances))
    if arns := {one for one in asked if one.startswith("arn:")}:
        found |= dict(_tagged(desk, arns))
    return found


def _workspaces(desk: Desk, ids: Collection[str], rate: Rate) -> dict[str, Resource]:
    known = fleet.kept(desk)
    if known is None and len(ids) > _FEW:
        known = fleet.fleet(desk, rate)
    found: dict[str, Resource] = {}
    if known is not None:
        found = {one.id: Resource(known.tags_of(one.id), one.user) for one in known.workspaces if one.id in ids}
    # One that was just made is not in the fleet yet.
    missed = [one for one in ids if one not in found]
    return found | _asked(desk, missed, rate) if 0 < len(missed) <= _FEW else found


def _asked(desk: Desk, ids: Collection[str], rate: Rate) -> dict[str, Resource]:
    api = Api.of(desk, rate=rate, people=True)
    found = workspaces.describe(api, ids)
    return {one: Resource(workspaces.tags(api, one), workspace.user) for one, workspace in found.items()}


def _instances(desk: Desk, ids: Collection[str]) -> Iterator[tuple[str, Resource]]:
    """Asked by a filter, because an instance that is not there any more would fail the call for all."""
    ec2 = desk.sessions.client("ec2")
    for some in _chunks(ids):
        page = ec2.describe_instances(Filters=[{"Name": "instance-id", "Values": some}])
        for reservation in page.get("Reservations", ()):
            for instance in reservation.get("Instances", ()):
                yield instance["InstanceId"], Resource(_tags(instance.get("Tags", ())))


def _tagged(desk: Desk, arns: Collection[str]) -> Iterator[tuple[str, Resource]]:
    """Of those that have tags, or had: of others AWS does not say whether they are there.

    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    """
    tagging = desk.sessions.client("resourcegroupstaggingapi")
    for some in _chunks(arns):
        for mapping in tagging.get_resources(ResourceARNList=some).get("ResourceTagMappingList", ()):
            yield mapping.get("ResourceARN", ""), Resource(_tags(mapping.get("Tags", ())))


def _tags(tags: Collection[Any]) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def _chunks(ids: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(ids)
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))
