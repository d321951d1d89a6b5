"""WorkSpaces created, terminated, rebuilt or changed, and those of which AWS would not do it: calls, by CloudTrail."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from notifiers.alerts.alert import Alert
from notifiers.alerts.calls import Call, Failure, call_of, failure_of
from notifiers.alerts.event import Event
from notifiers.alerts.kinds import Kind
from notifiers.alerts.links import console, part
from notifiers.alerts.reading import each, fields, text
from notifiers.alerts.telling import failed, happened, lower, of_call
from notifiers.message import Button

_ID = re.compile(r"ws-[0-9a-z]{7,63}")
_CREATE = "CreateWorkspaces"


@dataclass(frozen=True)
class _Operation:
    """How an operation on existing WorkSpaces is told. `again`: the command that asks for it once more."""

    kind: Kind
    doing: str  # "is being terminated"
    done: str  # "terminated", after "could not be"
    again: str | None = None


_OPERATIONS: Mapping[str, _Operation] = {
    "TerminateWorkspaces": _Operation("workspace-terminated", "is being terminated", "terminated"),
    "RebuildWorkspaces": _Operation("workspace-rebuilt", "is being rebuilt", "rebuilt", "rebuild"),
    "RestoreWorkspace": _Operation("workspace-rebuilt", "is being restored", "restored", "workspace restore"),
    "MigrateWorkspace": _Operation("workspace-rebuilt", "is being migrated to another bundle", "migrated"),
    "RebootWorkspaces": _Operation("workspace-changed", "is being restarted", "restarted", "workspace reboot"),
    "StartWorkspaces": _Operation("workspace-changed", "is being started", "started", "workspace start"),
    "StopWorkspaces": _Operation("workspace-changed", "is being stopped", "stopped", "workspace stop"),
    "ModifyWorkspaceState": _Operation("workspace-changed", "changes its state", "put into another state"),
    "ModifyWorkspaceProperties": _Operation("workspace-changed", "gets other properties", "given other properties"),
}
_HINTS = (
    ("ResourceNotFound.User", "Check how the user is written in the directory, then type /workspace create."),
    ("ResourceNotFound", "See in /workspace list whether it is gone already, or has another id."),
    ("ResourceExists", "Let them use the one that they have in that directory: AWS allows one for each user."),
    ("LimitExceeded", "Ask AWS for a higher quota, or terminate WorkSpaces that nobody needs."),
    ("Throttl", "AWS takes about two calls a second for the whole account: try it again in a minute."),
    ("State", "Look at the state that it is in, and try it again when that allows it."),
    ("OperationNotSupported", "Look at the state that it is in, and try it again when that allows it."),
)
_OTHER_HINT = "Look at what AWS says, and try it again when the reason is gone."


def is_call(event: Event) -> bool:
    """Whether it is a call about single WorkSpaces."""
    call = call_of(event)
    return call is not None and call.service == "workspaces" and (call.name == _CREATE or call.name in _OPERATIONS)


def calls(event: Event) -> tuple[Alert, ...]:
    """An Alert for each WorkSpace that the call names; none where it names none."""
    call = call_of(event)
    if call is None:
        return ()
    return _created(call) if call.name == _CREATE else _operated(call)


def _created(call: Call) -> tuple[Alert, ...]:
    """What became of each WorkSpace that was asked for."""
    asked = each(call.request, "workspaces")
    if call.failure:
        return tuple(_not_created(call, index, item, call.failure) for index, item in enumerate(asked))
    pending, missed = each(call.response, "pendingRequests"), each(call.response, "failedRequests")
    made = pending if pending or missed else asked  # CloudTrail leaves out an answer that is too long
    return (
        *(_creating(call, index, item, asked) for index, item in enumerate(made)),
        *(
            _not_created(call, index, fields(item, "workspaceRequest"), failure_of(item))
            for index, item in enumerate(missed, start=len(made))
        ),
    )


def _creating(call: Call, index: int, item: Mapping[str, object], asked: tuple[Mapping[str, object], ...]) -> Alert:
    id_, user = text(item, "workspaceId"), text(item, "userName")
    wish = next((wish for wish in asked if text(wish, "userName") == user), item)
    return happened(
        of_call(call, "workspace-created", f"workspace {id_}" if id_ else _wished(item, index), index),
        f"A WorkSpace for {user or 'somebody'} is being created",
        facts={"WorkSpace": id_, "User": user} | _asked_for(wish),
        buttons=look_at(call.region, id_),
        resources=(id_,) if id_ else (),
    )


def _not_created(call: Call, index: int, wish: Mapping[str, object], failure: Failure) -> Alert:
    user = text(wish, "userName")
    return failed(
        of_call(call, "workspace-failed", _wished(wish, index), index),
        f"A WorkSpace for {user or 'somebody'} could not be created",
        failure,
        facts={"User": user} | _asked_for(wish),
        hint=_hint(failure),
        buttons=call.link,
    )


def _operated(call: Call) -> tuple[Alert, ...]:
    """What became of each WorkSpace that something was asked of."""
    failures = {text(item, "workspaceId"): failure_of(item) for item in each(call.response, "failedRequests")}
    found = list[Alert]()
    for id_ in dict.fromkeys((*_ids(call.request), *(id_ for id_ in failures if id_))):
        failure = call.failure or failures.get(id_)
        found.append(_not_done(call, id_, failure) if failure else _doing(call, id_))
    return tuple(found)


def _ids(request: Mapping[str, object]) -> list[str]:
    """The ids in a request, which has one itself or a list of objects with one, under a name for each operation."""
    items = [request, *(item for name in request for item in each(request, name))]
    found = (text(item, name) for item in items for name in ("workspaceId", "sourceWorkspaceId"))
    return [id_ for id_ in found if id_]


def _doing(call: Call, id_: str) -> Alert:
    operation = _OPERATIONS[call.name]
    new = text(call.response, "targetWorkspaceId")  # a migrated WorkSpace goes on under another id
    return happened(
        of_call(call, operation.kind, f"workspace {id_}", id_),
        f"WorkSpace {id_} {operation.doing}",
        facts={"WorkSpace": id_, "New WorkSpace": new} | _changes(call),
        buttons=look_at(call.region, new or id_) if operation.kind != "workspace-terminated" else (),
        resources=(id_, new) if new else (id_,),
    )


def _not_done(call: Call, id_: str, failure: Failure) -> Alert:
    operation = _OPERATIONS[call.name]
    return failed(
        of_call(call, "workspace-failed", f"workspace {id_} {call.name}", id_),
        f"WorkSpace {id_} could not be {operation.done}",
        failure,
        facts={"WorkSpace": id_} | _changes(call),
        hint=_hint(failure),
        buttons=(*look_at(call.region, id_, operation.again), *call.link),
        resources=(id_,),
    )


def _wished(wish: Mapping[str, object], index: int) -> str:
    """What a WorkSpace without an id is known by: whose it would be."""
    return f"{_CREATE} {text(wish, 'directoryId')}/{text(wish, 'userName') or index}"


def _hint(failure: Failure) -> str:
    return next((hint for piece, hint in _HINTS if piece in failure.code), _OTHER_HINT)


def look_at(region: str, id_: str | None, again: str | None = None) -> tuple[Button, ...]:
    """To look at it here and in AWS, and to ask `again` for what failed; none where that is no id of a WorkSpace."""
    if id_ is None or not _ID.fullmatch(id_):
        return ()
    look = Button(label="Look at it", command=f"workspace {id_}")
    retry = (Button(label="Try again", command=f"{again} {id_}"),) if again else ()
    return (look, *retry, *console("Open in AWS", region, f"workspaces/v2/workspaces/{part(id_)}"))


def _asked_for(wish: Mapping[str, object]) -> dict[str, str | None]:
    return {
        "Directory": text(wish, "directoryId"),
        "Bundle": text(wish, "bundleId"),
        "Running mode": lower(text(wish, "workspaceProperties", "runningMode")),
    }


def _changes(call: Call) -> dict[str, str | None]:
    """What an operation changes."""
    properties = fields(call.request, "workspaceProperties")
    return {
        "Bundle": text(call.request, "bundleId"),
        "State": lower(text(call.request, "workspaceState")),
        "Running mode": lower(text(properties, "runningMode")),
        "Compute type": lower(text(properties, "computeTypeName")),
        "Root volume": _gib(text(properties, "rootVolumeSizeGib")),
        "User volume": _gib(text(properties, "userVolumeSizeGib")),
    }


def _gib(size: str | None) -> str | None:
    return f"{size} GiB" if size else None
