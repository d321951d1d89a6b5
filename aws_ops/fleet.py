"""What people may mean by a word: all WorkSpaces of a desk with their tags, a minute old at most.

A state in it may be out of date: whoever acts describes the WorkSpace again by its id.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from aws_ops import clock, workspaces
from aws_ops.bucket import Rate
from aws_ops.desk import Desk
from aws_ops.workspaces import WorkSpace
from aws_ops.workspaces_api import Api

if TYPE_CHECKING:
    from mypy_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient

KEPT_S = 60
_PAGE = 100
_NO_TAGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Fleet:
    """The WorkSpaces of an account and region, and the tags of those that have any, by id."""

    workspaces: tuple[WorkSpace, ...]
    tags: Mapping[str, Mapping[str, str]]

    def tags_of(self, id: str) -> Mapping[str, str]:
        """Its tags, none where it is not known."""
        return self.tags.get(id, _NO_TAGS)

    def by_id(self, id: str) -> tuple[WorkSpace, ...]:
        return self._where(lambda one: one.id == id.lower())

    def by_user(self, user: str) -> tuple[WorkSpace, ...]:
        """Those of this directory user, of any directory, in any case."""
        return self._where(lambda one: one.user.casefold() == user.casefold())

    def by_computer(self, name: str) -> tuple[WorkSpace, ...]:
        """Those of this computer name, in any case."""
        return self._where(lambda one: one.computer is not None and one.computer.casefold() == name.casefold())

    def by_tag(self, key: str, value: str | None = None) -> tuple[WorkSpace, ...]:
        """Those with this tag, exactly as it is written; `value` None is any."""
        return self._where(
            lambda one: key in self.tags_of(one.id) and value in {None, self.tags_of(one.id).get(key)},
        )

    def _where(self, means: Callable[[WorkSpace], bool]) -> tuple[WorkSpace, ...]:
        return tuple(filter(means, self.workspaces))


@dataclass
class _Kept:
    """One desk's fleet; who reads it anew holds the lock, so that it is read once and not by everybody."""

    lock: Lock = field(default_factory=Lock)
    fleet: Fleet | None = None
    read: int = 0

    def current(self) -> Fleet | None:
        # A clock that was put back makes nothing younger.
        return self.fleet if 0 <= clock.epoch() - self.read < KEPT_S else None


# One for each desk that is in use, and gone with it.
_kept: "WeakKeyDictionary[Desk, _Kept]" = WeakKeyDictionary()
_making = Lock()


def ping(desk: Desk) -> None:
    """Ask whether we may read WorkSpaces and their tags: a call of each, past the bucket. Raises what AWS says."""
    desk.sessions.client("workspaces").describe_workspaces(Limit=1)
    desk.sessions.client("resourcegroupstaggingapi").get_resources(
        ResourceTypeFilters=["workspaces:workspace"], ResourcesPerPage=1
    )


def fleet(desk: Desk, rate: Rate, *, fresh: bool = False) -> Fleet:
    """The desk's fleet, read anew when it is older than a minute, or `fresh` is asked for.

    Takes a call of WorkSpaces for every 25, and one of the tagging API for every 100. Raises ClientError and Busy:
    half a fleet, or one without its tags, would be taken for the whole.
    """
    with _making:
        kept = _kept.setdefault(desk, _Kept())
    with kept.lock:
        current = None if fresh else kept.current()
        if current is None:
            now = clock.epoch()
            current = _read(desk, rate)
            kept.fleet, kept.read = current, now
        return current


def kept(desk: Desk) -> Fleet | None:
    """The desk's fleet if it was read within the last minute; asks nobody and waits for nobody."""
    with _making:
        known = _kept.get(desk)
    return None if known is None else known.current()


def _read(desk: Desk, rate: Rate) -> Fleet:
    every = workspaces.every(Api.of(desk, rate=rate, people=True))
    return Fleet(every, MappingProxyType(tags(desk)))


def tags(desk: Desk) -> dict[str, Mapping[str, str]]:
    """The tags of each WorkSpace that has any, by id, as they are now: a call for every 100. Raises ClientError."""
    return dict(_tags(desk.sessions.client("resourcegroupstaggingapi")))


def tagged(desk: Desk, key: str, value: str | None = None) -> dict[str, Mapping[str, str]]:
    """The tags of each WorkSpace that has this one, exactly as it is written; `value` None is any. As `tags`."""
    wanted = {"Key": key} if value is None else {"Key": key, "Values": [value]}
    return dict(_tags(desk.sessions.client("resourcegroupstaggingapi"), TagFilters=[wanted]))


def _tags(client: "ResourceGroupsTaggingAPIClient", **filters: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Of each WorkSpace that has tags: its id, from the ARN (`…:workspace/ws-…`), and them.

    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    """
    more: Any = {}
    while True:
        page = client.get_resources(
            ResourceTypeFilters=["workspaces:workspace"], ResourcesPerPage=_PAGE, **filters, **more
        )
        for found in page.get("ResourceTagMappingList", ()):
            id = found.get("ResourceARN", "").rpartition("/")[2]  # noqa: A001 - AWS's name for it
            yield id, MappingProxyType({tag["Key"]: tag.get("Value", "") for tag in found.get("Tags", ())})
        if not page.get("PaginationToken"):
            return
        more = {"PaginationToken": page["PaginationToken"]}
