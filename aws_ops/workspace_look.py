"""Everything about one WorkSpace, as it is now."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import bundles, errors, workspace_trends, workspaces
from aws_ops.bucket import Busy, Rate
from aws_ops.bundles import AMAZON, Bundle, Image
from aws_ops.desk import Desk
from aws_ops.workspace_items import lock_key, rebuilt_key
from aws_ops.workspace_trends import Trends
from aws_ops.workspaces import Connection, Snapshots, WorkSpace
from aws_ops.workspaces_api import Api

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

T = TypeVar("T")

_NO_TRENDS = Trends(None, None)


@dataclass(frozen=True)
class Rebuilt:
    """The last time that we rebuilt it: seconds since 1970, whose wish it was, in which run."""

    at: int
    by: str
    run: str


@dataclass(frozen=True)
class Looked:
    """What AWS and the table say about a WorkSpace. None is unknown, and `trouble` says why, a sentence each.

    `connection` is None also where AWS has no row, `image` also where it is Amazon's own. `key_usable`: the KMS key of
    its volumes is enabled, or it has none. `run`: the run that changes it or waits to. `cpu`, `disk`: see `Trends`.
    """

    workspace: WorkSpace
    connection: Connection | None
    snapshots: Snapshots | None
    tags: Mapping[str, str] | None
    bundle: Bundle | None
    image: Image | None
    key_usable: bool | None
    rebuilt: Rebuilt | None
    run: str | None
    trouble: tuple[str, ...]
    cpu: tuple[float, ...] | None
    disk: tuple[float, ...] | None


@dataclass
class _Looking:
    """A look: what cannot be seen is noted, and the rest is looked at all the same.

    Where WorkSpaces takes no more calls, none is made any more: each would only be waited for as long as the first.
    """

    trouble: list[str] = field(default_factory=list)
    spent: ClientError | BotoCoreError | Busy | None = None

    def ask(self, what: str, read: Callable[[], T]) -> T | None:
        """What WorkSpaces says."""
        try:
            if self.spent is not None:
                raise self.spent
            return read()
        except (ClientError, BotoCoreError, Busy) as error:
            self.spent = error if errors.is_throttled(error) else None
            self._unread(what, error)
            return None

    def at(self, what: str, read: Callable[[], T]) -> T | None:
        """What anybody else says."""
        try:
            return read()
        except (ClientError, BotoCoreError) as error:
            self._unread(what, error)
            return None

    def _unread(self, what: str, error: Exception) -> None:
        self.trouble.append(f"{what} cannot be read: {errors.say(error)}")


def look(desk: Desk, id: str, *, rate: Rate, people: bool, trends: bool = False) -> Looked | None:
    """All that is known about a WorkSpace; None when AWS has none by that id.

    Six calls of WorkSpaces, one after the other (five where its image is Amazon's), which is about a burst; one of KMS
    where its volumes are encrypted; one of CloudWatch for `trends`; two reads of the table. Raises ClientError,
    BotoCoreError and Busy only while it does not know the WorkSpace itself.
    """
    return look_through(Api.of(desk, rate=rate, people=people), desk, id, trends=trends)


def look_through(api: Api, desk: Desk, id: str, *, trends: bool = False) -> Looked | None:
    """The same, through an API that is there already."""
    found = workspaces.describe(api, [id]).get(id)
    if found is None:
        return None
    looking = _Looking()
    connected = looking.ask("Who is connected", lambda: workspaces.connections(api, [id]))
    snapshots = looking.ask("Its snapshots", lambda: workspaces.snapshots(api, id))
    tags = looking.ask("Its tags", lambda: workspaces.tags(api, id))
    bundle = _bundle(looking, api, found)
    usage = _usage(looking, desk, id) if trends else _NO_TRENDS
    return Looked(
        workspace=found,
        connection=(connected or {}).get(id),
        snapshots=snapshots,
        tags=tags,
        bundle=bundle,
        image=_image(looking, api, bundle),
        key_usable=_key_usable(looking, desk, found),
        rebuilt=looking.at("Its last rebuild", lambda: _rebuilt(desk, id)),
        run=looking.at("What works on it", lambda: _run(desk, id)),
        trouble=tuple(looking.trouble),
        cpu=usage.cpu,
        disk=usage.disk,
    )


def digest(op: str, looked: Looked) -> str:
    """What must not change between asking and doing, as 32 hex digits.

    That is the operation, the WorkSpace, whose it is and what it would be made from; what could not be read is part of
    it as such, and differs from what was read later.
    """
    workspace, bundle = looked.workspace, looked.bundle
    plan = [op, workspace.id, workspace.directory, workspace.user, workspace.bundle, bundle.image if bundle else None]
    return hashlib.sha256(json.dumps(plan).encode()).hexdigest()[:32]


def not_connected(looked: Looked) -> bool | None:
    """Whether nobody is connected; None is unknown. To one that is stopped nobody is, although AWS says UNKNOWN."""
    if looked.workspace.state == "STOPPED":
        return True
    state = looked.connection.state if looked.connection else "UNKNOWN"
    return {"DISCONNECTED": True, "CONNECTED": False}.get(state)


def _bundle(looking: _Looking, api: Api, workspace: WorkSpace) -> Bundle | None:
    if not workspace.bundle:
        looking.trouble.append("AWS does not say which bundle it is made from")
        return None
    found = looking.ask("Its bundle", lambda: bundles.bundles(api, [workspace.bundle]))
    if found == ():
        looking.trouble.append(f"Its bundle {workspace.bundle} is no longer there")
    return next(iter(found or ()), None)


def _image(looking: _Looking, api: Api, bundle: Bundle | None) -> Image | None:
    if bundle is None or bundle.image is None or bundle.owner == AMAZON:
        return None
    image = bundle.image
    found = looking.ask("Its image", lambda: (bundles.image(api, image),))
    if found == (None,):
        looking.trouble.append(f"The image {image} of its bundle is no longer there")
    return found[0] if found else None


def _key_usable(looking: _Looking, desk: Desk, workspace: WorkSpace) -> bool | None:
    key = workspace.key
    if key is None:
        return True
    kms: KMSClient = desk.sessions.client("kms")
    try:
        described: Mapping[str, Any] = kms.describe_key(KeyId=key)
    except (ClientError, BotoCoreError) as error:
        if errors.code(error) == "NotFoundException":
            return False
        looking.trouble.append(f"The key of its volumes cannot be read: {errors.say(error)}")
        return None
    enabled: bool | None = described.get("KeyMetadata", {}).get("Enabled")
    return enabled


def _rebuilt(desk: Desk, id: str) -> Rebuilt | None:
    item = desk.table.get(*rebuilt_key(id))
    return None if item is None else Rebuilt(item["at"], item["by"], item["run"])


def _run(desk: Desk, id: str) -> str | None:
    """The run that changes it, or else the one that waits to."""
    locks = {lock["sk"]: lock["run"] for lock in desk.table.query(lock_key(id, "ACTING")[0])}
    return locks.get("ACTING") or locks.get("ASKED")


def _usage(looking: _Looking, desk: Desk, id: str) -> Trends:
    found = (
        looking.at("How full it is", lambda: workspace_trends.trends(desk.sessions.client("cloudwatch"), id))
        or _NO_TRENDS
    )
    if (found.cpu is None or found.disk is None) and found is not _NO_TRENDS:
        looking.trouble.append("CloudWatch does not tell how full it is")
    return found
