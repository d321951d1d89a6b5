"""WorkSpaces: what they are, who is connected, and changing them.

Every function takes the API first, reads all pages and raises ClientError and Busy; what AWS leaves out of an answer is
None, or empty. https://docs.aws.amazon.com/workspaces/latest/api/welcome.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from aws_ops.workspaces_api import Api

if TYPE_CHECKING:
    from mypy_boto3_workspaces.type_defs import (
        SnapshotTypeDef,
        WorkspaceConnectionStatusTypeDef,
        WorkspacePropertiesOutputTypeDef,
        WorkspaceTypeDef,
    )

BATCH = 25
"""How many WorkSpaces one question is about, and one change but for those that take a single one."""


@dataclass(frozen=True)
class WorkSpace:
    """A WorkSpace as DescribeWorkspaces has it; `computer` and `ip` come while it is made, `error` where it failed.

    `state` and `running_mode` are AWS's words ("AVAILABLE", "AUTO_STOP"), UNKNOWN where it says none.
    """

    id: str
    directory: str
    user: str
    state: str
    bundle: str
    computer: str | None
    ip: str | None
    running_mode: str
    auto_stop_min: int | None
    root_gib: int | None
    user_gib: int | None
    compute: str
    protocols: tuple[str, ...]
    root_encrypted: bool
    user_encrypted: bool
    key: str | None
    error_code: str | None
    error: str | None


@dataclass(frozen=True)
class Connection:
    """Whether somebody is connected: CONNECTED, DISCONNECTED or UNKNOWN.

    `checked`: when AWS found that out; `last`: when somebody was seen last; seconds since 1970.
    """

    workspace: str
    state: str
    checked: int | None
    last: int | None


@dataclass(frozen=True)
class Snapshots:
    """When the newest snapshots were taken: that of a rebuild (user volume), that of a restore (both); or None."""

    rebuild: int | None
    restore: int | None


@dataclass(frozen=True)
class Directory:
    """A directory that WorkSpaces are in: `name` is its domain, `alias` what people sign in to."""

    id: str
    name: str
    alias: str


@dataclass(frozen=True)
class Failed:
    """What AWS did not do, of a call that it took; no `id` where the WorkSpace was never made."""

    id: str
    code: str
    message: str


@dataclass(frozen=True)
class NewWorkSpace:
    """What a new WorkSpace is made of; None leaves it to AWS. A `key` (ARN) goes with encrypted volumes."""

    directory: str
    user: str
    bundle: str
    running_mode: str | None = None
    auto_stop_min: int | None = None
    key: str | None = None
    root_encrypted: bool = False
    user_encrypted: bool = False
    tags: tuple[tuple[str, str], ...] = ()


def describe(api: Api, ids: Iterable[str]) -> dict[str, WorkSpace]:
    """Those of these ids that exist (one just made may not, for a moment); a call for every 25."""
    found: dict[str, WorkSpace] = {}
    for some in _batches(ids):
        found.update((one.id, one) for one in _described(api, WorkspaceIds=some))
    return found


def of_user(api: Api, directory: str, user: str) -> tuple[WorkSpace, ...]:
    """Those of a directory's user."""
    return tuple(_described(api, DirectoryId=directory, UserName=user))


def of_bundle(api: Api, bundle: str) -> tuple[WorkSpace, ...]:
    """Those made from a bundle; a call for every 25."""
    return tuple(_described(api, BundleId=bundle, Limit=BATCH))


def every(api: Api) -> tuple[WorkSpace, ...]:
    """All of the account and region; a call for every 25."""
    return tuple(_described(api, Limit=BATCH))


def connections(api: Api, ids: Iterable[str]) -> dict[str, Connection]:
    """Who is connected; AWS may say nothing of a new or broken one, and it is absent. A call for every 25."""
    found: dict[str, Connection] = {}
    for some in _batches(ids):
        for page in api.pages("describe_workspaces_connection_status", WorkspaceIds=some):
            rows = map(_connection, page.get("WorkspacesConnectionStatus", ()))
            found.update((row.workspace, row) for row in rows)
    return found


def snapshots(api: Api, id: str) -> Snapshots:
    """What a rebuild or a restore would go back to."""
    answer = api.call("describe_workspace_snapshots", WorkspaceId=id)
    return Snapshots(_newest(answer.get("RebuildSnapshots", ())), _newest(answer.get("RestoreSnapshots", ())))


def tags(api: Api, id: str) -> dict[str, str]:
    """Its tags."""
    answer = api.call("describe_tags", ResourceId=id)
    return {tag["Key"]: tag.get("Value", "") for tag in answer.get("TagList", ())}


def directories(api: Api) -> tuple[Directory, ...]:
    """The directories that are registered."""
    pages = api.pages("describe_workspace_directories")
    return tuple(
        Directory(found.get("DirectoryId", ""), found.get("DirectoryName", ""), found.get("Alias", ""))
        for page in pages
        for found in page.get("Directories", ())
    )


def start(api: Api, ids: Iterable[str]) -> tuple[Failed, ...]:
    """Start 1 to 25 that are stopped; those that AWS would not."""
    return _change(api, "start_workspaces", "StartWorkspaceRequests", ids)


def stop(api: Api, ids: Iterable[str]) -> tuple[Failed, ...]:
    """Stop 1 to 25; those that AWS would not."""
    return _change(api, "stop_workspaces", "StopWorkspaceRequests", ids)


def reboot(api: Api, ids: Iterable[str]) -> tuple[Failed, ...]:
    """Reboot 1 to 25; those that AWS would not."""
    return _change(api, "reboot_workspaces", "RebootWorkspaceRequests", ids)


def rebuild(api: Api, ids: Iterable[str]) -> tuple[Failed, ...]:
    """Rebuild exactly one: its root volume from the bundle's image, its user volume from the last snapshot."""
    return _change(api, "rebuild_workspaces", "RebuildWorkspaceRequests", ids)


def terminate(api: Api, ids: Iterable[str]) -> tuple[Failed, ...]:
    """Delete 1 to 25 with everything on them; those that AWS would not."""
    return _change(api, "terminate_workspaces", "TerminateWorkspaceRequests", ids)


def restore(api: Api, id: str) -> None:
    """Put both volumes back to the last snapshot that was healthy. What AWS would not do is raised."""
    api.call("restore_workspace", WorkspaceId=id)


def set_state(api: Api, id: str, state: str) -> None:
    """Set AVAILABLE or ADMIN_MAINTENANCE. What AWS would not do is raised."""
    api.call("modify_workspace_state", WorkspaceId=id, WorkspaceState=state)


def create(api: Api, new: NewWorkSpace) -> WorkSpace | Failed:
    """Make one, which takes AWS up to 40 minutes; `describe` may not know it at once."""
    answer = api.call("create_workspaces", Workspaces=[_wish(new)])
    for made in answer.get("PendingRequests", ()):
        return _workspace(made)
    return next(_failures(answer, ""), Failed("", "Unknown", "AWS says neither that it is made nor why not"))


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    # No ids at all would mean every WorkSpace there is.
    once = list(dict.fromkeys(ids))
    return (once[first : first + BATCH] for first in range(0, len(once), BATCH))


def _described(api: Api, **params: Any) -> Iterator[WorkSpace]:
    for page in api.pages("describe_workspaces", **params):
        yield from map(_workspace, page.get("Workspaces", ()))


def _workspace(found: "WorkspaceTypeDef") -> WorkSpace:
    properties: WorkspacePropertiesOutputTypeDef = found.get("WorkspaceProperties", {})
    return WorkSpace(
        id=found.get("WorkspaceId", ""),
        directory=found.get("DirectoryId", ""),
        user=found.get("UserName", ""),
        state=found.get("State", "UNKNOWN"),
        bundle=found.get("BundleId", ""),
        computer=found.get("ComputerName") or None,
        ip=found.get("IpAddress") or None,
        running_mode=properties.get("RunningMode", "UNKNOWN"),
        auto_stop_min=properties.get("RunningModeAutoStopTimeoutInMinutes"),
        root_gib=properties.get("RootVolumeSizeGib"),
        user_gib=properties.get("UserVolumeSizeGib"),
        compute=properties.get("ComputeTypeName", ""),
        protocols=tuple(properties.get("Protocols", ())),
        root_encrypted=found.get("RootVolumeEncryptionEnabled", False),
        user_encrypted=found.get("UserVolumeEncryptionEnabled", False),
        key=found.get("VolumeEncryptionKey") or None,
        error_code=found.get("ErrorCode") or None,
        error=found.get("ErrorMessage") or None,
    )


def _connection(found: "WorkspaceConnectionStatusTypeDef") -> Connection:
    return Connection(
        workspace=found.get("WorkspaceId", ""),
        state=found.get("ConnectionState", "UNKNOWN"),
        checked=epoch(found.get("ConnectionStateCheckTimestamp")),
        last=epoch(found.get("LastKnownUserConnectionTimestamp")),
    )


def epoch(moment: datetime | None) -> int | None:
    """A time of AWS's in seconds since 1970."""
    return None if moment is None else int(moment.timestamp())


def _newest(found: "Iterable[SnapshotTypeDef]") -> int | None:
    times = (epoch(snapshot.get("SnapshotTime")) for snapshot in found)
    return max((time for time in times if time is not None), default=None)


def _change(api: Api, operation: str, parameter: str, ids: Iterable[str]) -> tuple[Failed, ...]:
    asked = list(ids)
    answer = api.call(operation, **{parameter: [{"WorkspaceId": one} for one in asked]})
    return tuple(_failures(answer, asked[0] if len(asked) == 1 else ""))


def _failures(answer: Mapping[str, Any], id: str) -> Iterator[Failed]:
    """Every element of FailedRequests; `id` where AWS leaves it out."""
    for found in answer.get("FailedRequests", ()):
        failed = cast(Mapping[str, str], found)
        yield Failed(
            failed.get("WorkspaceId", id), failed.get("ErrorCode", "Unknown"), failed.get("ErrorMessage", "no reason")
        )


def _wish(new: NewWorkSpace) -> dict[str, Any]:
    wish: dict[str, Any] = {"DirectoryId": new.directory, "UserName": new.user, "BundleId": new.bundle}
    properties = {"RunningMode": new.running_mode, "RunningModeAutoStopTimeoutInMinutes": new.auto_stop_min}
    given = {name: value for name, value in properties.items() if value is not None}
    if given:
        wish["WorkspaceProperties"] = given
    if new.root_encrypted or new.user_encrypted:
        wish["RootVolumeEncryptionEnabled"] = new.root_encrypted
        wish["UserVolumeEncryptionEnabled"] = new.user_encrypted
    if new.key:
        wish["VolumeEncryptionKey"] = new.key
    if new.tags:
        wish["Tags"] = [{"Key": key, "Value": value} for key, value in new.tags]
    return wish
