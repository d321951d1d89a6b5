"""Tags of WorkSpaces: the WorkSpaces operations, and GetResources of the Resource Groups Tagging API.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.aws.paging import cut
from sandbox.aws.refused import Refused
from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_state import WorkSpace

Params = Mapping[str, Any]
Result = dict[str, Any]

MOST_TAGS = 50
MOST_RESOURCES = 100
TYPES = frozenset({"workspaces", "workspaces:workspace"})


def _tags(one: WorkSpace) -> list[Result]:
    return [{"Key": key, "Value": value} for key, value in one.tags.items()]


def _describe(spaces: WorkSpaces, params: Params) -> Result:
    return {"TagList": _tags(spaces.workspace(params["ResourceId"]))}


def _create(spaces: WorkSpaces, params: Params) -> Result:
    one = spaces.workspace(params["ResourceId"])
    tags = one.tags | {tag["Key"]: tag.get("Value", "") for tag in params["Tags"]}
    if any(key.lower().startswith("aws:") for key in tags):
        raise Refused("InvalidParameterValuesException", "Tag keys cannot begin with aws:.")
    if len(tags) > MOST_TAGS:
        raise Refused("ResourceLimitExceededException", f"A resource has at most {MOST_TAGS} tags.")
    one.tags = tags
    return {}


def _delete(spaces: WorkSpaces, params: Params) -> Result:
    one = spaces.workspace(params["ResourceId"])
    one.tags = {key: value for key, value in one.tags.items() if key not in params["TagKeys"]}
    return {}


OPERATIONS: dict[str, Callable[[WorkSpaces, Params], Result]] = {
    "CreateTags": _create,
    "DeleteTags": _delete,
    "DescribeTags": _describe,
}


def asks_for_workspaces(params: Params) -> bool:
    """Whether GetResources wants WorkSpaces and nothing else."""
    wanted = params.get("ResourceTypeFilters") or []
    return bool(wanted) and TYPES.issuperset(wanted)


def get_resources(spaces: WorkSpaces, params: Params, prefix: str) -> Result:
    """GetResources of WorkSpaces; `prefix` is their ARNs' up to the id. Who has no tags is not told of."""
    size = params.get("ResourcesPerPage") or MOST_RESOURCES
    if not 1 <= size <= MOST_RESOURCES:
        raise Refused("InvalidParameterException", f"ResourcesPerPage must be from 1 to {MOST_RESOURCES}.")
    filters = params.get("TagFilters") or []
    with spaces.lock:
        found = [one for one in spaces.shown() if one.tags and all(_meets(one, wanted) for wanted in filters)]
        shown, token = cut(found, params.get("PaginationToken"), size, "PaginationTokenExpiredException")
        told = [{"ResourceARN": prefix + one.id, "Tags": _tags(one)} for one in shown]
    return {"PaginationToken": token or "", "ResourceTagMappingList": told}


def _meets(one: WorkSpace, wanted: Params) -> bool:
    """Whether it has the key, with one of the values where there are any."""
    key, values = wanted.get("Key"), wanted.get("Values") or []
    return key in one.tags and (not values or one.tags[key] in values)
