"""What must not change between asking for several WorkSpaces at once and doing it; for one see `workspace_look`."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from aws_ops.workspaces import WorkSpace


def digest_of_several(op: str, found: Iterable[WorkSpace]) -> str:
    """Which WorkSpaces they are, whose, and from which bundles, as 32 hex digits.

    From DescribeWorkspaces alone: it answers 25 at once, where an image takes calls for each.
    """
    rows = sorted([one.id, one.directory, one.user, one.bundle] for one in found)
    return hashlib.sha256(json.dumps([op, rows]).encode()).hexdigest()[:32]


def protects(filter: str, tags: Mapping[str, str]) -> bool:
    """Whether a WorkSpace with these tags is changed by nobody; `filter` is a tag's key, or `key=value`."""
    key, valued, value = filter.partition("=")
    return key in tags and (not valued or tags[key] == value)
