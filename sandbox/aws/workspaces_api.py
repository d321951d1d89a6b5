"""The operations of WorkSpaces on WorkSpaces: parameters in, the output shape's members out.

https://docs.aws.amazon.com/workspaces/latest/api/API_Operations.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sandbox.aws import workspaces_catalog, workspaces_tags
from sandbox.aws.paging import cut
from sandbox.aws.refused import Refused
from sandbox.aws.workspaces import WorkSpaces
from sandbox.aws.workspaces_rules import NO_SNAPSHOTS, NO_STATUS, STATUS_UNKNOWN, VOLUMES
from sandbox.aws.workspaces_state import Bundle, Properties, WorkSpace

Params = Mapping[str, Any]
Result = dict[str, Any]

PAGE = 25
INVALID = "InvalidParameterValuesException"


def answer(spaces: WorkSpaces, operation: str, params: Params) -> Result:
    """The result of a WorkSpaces operation; raises `Refused` as AWS would."""
    with spaces.lock:
        return OPERATIONS[operation](spaces, params)


# -- describing ------------------------------------------------------------------------------------------------------


def _describe(spaces: WorkSpaces, params: Params) -> Result:
    filters = {name for name in ("WorkspaceIds", "DirectoryId", "BundleId", "WorkspaceName") if params.get(name)}
    if len(filters) > 1:
        raise Refused(INVALID, f"{' and '.join(sorted(filters))} cannot be combined.")
    if params.get("UserName") and "DirectoryId" not in filters:
        raise Refused(INVALID, "UserName must be given together with DirectoryId.")
    if "WorkspaceIds" in filters and params.get("Limit"):
        raise Refused(INVALID, "Limit cannot be combined with WorkspaceIds.")
    found = [one for one in _among(spaces, params.get("WorkspaceIds")) if _meets(one, params)]
    shown, token = cut(found, params.get("NextToken"), params.get("Limit") or PAGE, INVALID)
    return _paged("Workspaces", [described(spaces, one) for one in shown], token)


def _among(spaces: WorkSpaces, ids: Sequence[str] | None) -> list[WorkSpace]:
    """Those of these ids that AWS tells of, without looking through thousands of others; without ids all of them."""
    if not ids:
        return spaces.shown()
    now = spaces.now()
    known = (spaces.workspaces.get(one) for one in dict.fromkeys(ids))
    return [one for one in known if one is not None and one.shown(now)]


def _meets(one: WorkSpace, params: Params) -> bool:
    user = params.get("UserName")
    return (
        params.get("DirectoryId") in {None, one.directory}
        and params.get("BundleId") in {None, one.bundle}
        and (not user or user.lower() == one.user.lower())
        and not params.get("WorkspaceName")
    )


def described(spaces: WorkSpaces, one: WorkSpace) -> Result:
    """A Workspace of AWS's: without tags, and while it is PENDING without computer and address."""
    stage = one.stage(spaces.now())
    shown: Result = {
        "WorkspaceId": one.id,
        "DirectoryId": one.directory,
        "UserName": one.user,
        "State": stage.state,
        "BundleId": one.bundle,
        "SubnetId": one.subnet,
        "UserVolumeEncryptionEnabled": one.user_encrypted,
        "RootVolumeEncryptionEnabled": one.root_encrypted,
        "WorkspaceProperties": _properties(one.properties),
        "ModificationStates": [],
    }
    if stage.state != "PENDING":
        shown |= {"IpAddress": one.ip, "ComputerName": one.computer}
    if one.key is not None:
        shown["VolumeEncryptionKey"] = one.key
    if stage.error is not None:
        shown["ErrorCode"], shown["ErrorMessage"] = stage.error
    return shown


def _properties(of: Properties) -> Result:
    told: Result = {
        "RunningMode": of.mode,
        "RootVolumeSizeGib": of.root_gib,
        "UserVolumeSizeGib": of.user_gib,
        "ComputeTypeName": of.compute,
        "Protocols": list(of.protocols),
        "OperatingSystemName": of.system,
    }
    if of.auto_stop_min is not None:
        told["RunningModeAutoStopTimeoutInMinutes"] = of.auto_stop_min
    return told


def _describe_status(spaces: WorkSpaces, params: Params) -> Result:
    at = spaces.now() - spaces.pace.connection_late_s
    silent = spaces.quirks.take(NO_STATUS)
    unknown = not silent and spaces.quirks.take(STATUS_UNKNOWN)
    rows = []
    for one in _among(spaces, params.get("WorkspaceIds")):
        state = one.connection(at)
        if silent or state is None:
            continue
        row = {
            "WorkspaceId": one.id,
            "ConnectionState": "UNKNOWN" if unknown else state,
            "ConnectionStateCheckTimestamp": _moment(at),
        }
        last = one.last_connection(at)
        rows.append(row if last is None else row | {"LastKnownUserConnectionTimestamp": _moment(last)})
    shown, token = cut(rows, params.get("NextToken"), PAGE, INVALID)
    return _paged("WorkspacesConnectionStatus", shown, token)


def _describe_snapshots(spaces: WorkSpaces, params: Params) -> Result:
    taken = spaces.snapshot_of(spaces.workspace(params["WorkspaceId"]))
    if taken is None or spaces.quirks.take(NO_SNAPSHOTS):
        return {"RebuildSnapshots": [], "RestoreSnapshots": []}
    row = {"SnapshotTime": _moment(taken)}
    return {"RebuildSnapshots": [row], "RestoreSnapshots": [row]}


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _paged(name: str, shown: list[Result], token: str | None) -> Result:
    return {name: shown} if token is None else {name: shown, "NextToken": token}


# -- changing --------------------------------------------------------------------------------------------------------


def _batch(member: str, change: Callable[[WorkSpaces, str], None]) -> Callable[[WorkSpaces, Params], Result]:
    """An operation on several WorkSpaces: those that fail are told in FailedRequests, the others go on."""

    def operation(spaces: WorkSpaces, params: Params) -> Result:
        failed = []
        for request in params[member]:
            workspace_id = request.get("WorkspaceId", "")
            try:
                change(spaces, workspace_id)
            except Refused as refused:
                told = {"ErrorCode": refused.code, "ErrorMessage": refused.message}
                failed.append({"WorkspaceId": workspace_id, **told})
        return {"FailedRequests": failed}

    return operation


def _changed(op: str) -> Callable[[WorkSpaces, str], None]:
    return lambda spaces, workspace_id: spaces.change(op, workspace_id)


def _restore(spaces: WorkSpaces, params: Params) -> Result:
    """RestoreWorkspace takes one and raises, where the others tell of FailedRequests."""
    spaces.workspace(params["WorkspaceId"])
    try:
        spaces.change("restore", params["WorkspaceId"])
    except Refused as refused:
        code = {"InternalServiceError": "InternalServerException"}.get(refused.code, "OperationNotSupportedException")
        raise Refused(code, refused.message) from None
    return {}


def _modify_state(spaces: WorkSpaces, params: Params) -> Result:
    spaces.set_state(params["WorkspaceId"], params["WorkspaceState"])
    return {}


def _modify_properties(spaces: WorkSpaces, params: Params) -> Result:
    wanted = params.get("WorkspaceProperties") or {}
    if len(wanted) - ("RunningModeAutoStopTimeoutInMinutes" in wanted) > 1:
        raise Refused(INVALID, "Only one property can be modified at a time.")
    one = spaces.workspace(params["WorkspaceId"])
    spaces.set_properties(one.id, _wanted(one.properties, wanted))
    return {}


def _migrate(spaces: WorkSpaces, params: Params) -> Result:
    made = spaces.migrate(params["SourceWorkspaceId"], params["BundleId"])
    return {"SourceWorkspaceId": params["SourceWorkspaceId"], "TargetWorkspaceId": made.id}


# -- making ----------------------------------------------------------------------------------------------------------


def _create(spaces: WorkSpaces, params: Params) -> Result:
    failed, pending = [], []
    for request in params["Workspaces"]:
        try:
            pending.append(described(spaces, _created(spaces, request)))
        except Refused as refused:
            told = {"ErrorCode": refused.code, "ErrorMessage": refused.message}
            failed.append({"WorkspaceRequest": dict(request), **told})
    return {"FailedRequests": failed, "PendingRequests": pending}


def _created(spaces: WorkSpaces, request: Params) -> WorkSpace:
    bundle = spaces.bundles.get(request["BundleId"])
    if bundle is None:
        raise Refused("ResourceNotFound.Bundle", "The specified bundle could not be found.")
    encrypted = bool(request.get("RootVolumeEncryptionEnabled")), bool(request.get("UserVolumeEncryptionEnabled"))
    key = request.get("VolumeEncryptionKey") or ("alias/aws/workspaces" if any(encrypted) else None)
    return spaces.create(
        request["DirectoryId"],
        request["UserName"],
        bundle.id,
        _wanted(_of_bundle(bundle), request.get("WorkspaceProperties") or {}),
        {tag["Key"]: tag.get("Value", "") for tag in request.get("Tags") or []},
        key,
        encrypted,
    )


def _of_bundle(bundle: Bundle) -> Properties:
    return Properties("ALWAYS_ON", bundle.compute, bundle.root_gib, bundle.user_gib)


def _wanted(before: Properties, wanted: Params) -> Properties:
    """`before` with what a request's WorkspaceProperties say."""
    mode = wanted.get("RunningMode") or before.mode
    minutes = wanted.get("RunningModeAutoStopTimeoutInMinutes")
    if minutes is not None and (mode != "AUTO_STOP" or minutes <= 0 or minutes % 60):
        raise Refused(INVALID, "The auto-stop time is for AUTO_STOP, in steps of 60 minutes.")
    volumes = wanted.get("RootVolumeSizeGib") or before.root_gib, wanted.get("UserVolumeSizeGib") or before.user_gib
    if volumes not in VOLUMES and not (175 <= volumes[0] <= 2000 and 100 <= volumes[1] <= 2000):
        raise Refused(INVALID, f"Volumes of {volumes[0]} and {volumes[1]} GiB do not go together.")
    return replace(
        before,
        mode=mode,
        auto_stop_min=(minutes or before.auto_stop_min or 60) if mode == "AUTO_STOP" else None,
        root_gib=volumes[0],
        user_gib=volumes[1],
        compute=wanted.get("ComputeTypeName") or before.compute,
        protocols=tuple(wanted.get("Protocols") or before.protocols),
    )


OPERATIONS: dict[str, Callable[[WorkSpaces, Params], Result]] = {
    "CreateWorkspaces": _create,
    "DescribeWorkspaceSnapshots": _describe_snapshots,
    "DescribeWorkspaces": _describe,
    "DescribeWorkspacesConnectionStatus": _describe_status,
    "MigrateWorkspace": _migrate,
    "ModifyWorkspaceProperties": _modify_properties,
    "ModifyWorkspaceState": _modify_state,
    "RebootWorkspaces": _batch("RebootWorkspaceRequests", _changed("reboot")),
    "RebuildWorkspaces": _batch("RebuildWorkspaceRequests", _changed("rebuild")),
    "RestoreWorkspace": _restore,
    "StartWorkspaces": _batch("StartWorkspaceRequests", _changed("start")),
    "StopWorkspaces": _batch("StopWorkspaceRequests", _changed("stop")),
    "TerminateWorkspaces": _batch("TerminateWorkspaceRequests", WorkSpaces.terminate),
    **workspaces_catalog.OPERATIONS,
    **workspaces_tags.OPERATIONS,
}
"""Every WorkSpaces operation that the sandbox knows."""
