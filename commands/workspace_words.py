"""How WorkSpaces are called, and what their states mean, in words. Pure."""

from aws_ops.workspace_look import Looked, not_connected
from aws_ops.workspace_ops import OPS
from aws_ops.workspaces import Connection, WorkSpace
from notifiers.times import say_time

STATES = {
    "PENDING": "being created",
    "AVAILABLE": "on",
    "IMPAIRED": "on, but AWS finds something wrong with it",
    "UNHEALTHY": "on, but it does not answer AWS",
    "REBOOTING": "restarting",
    "STARTING": "being started",
    "REBUILDING": "being rebuilt",
    "RESTORING": "being restored",
    "MAINTENANCE": "being maintained by AWS",
    "ADMIN_MAINTENANCE": "in maintenance, set by an operator",
    "TERMINATING": "being deleted",
    "TERMINATED": "deleted",
    "SUSPENDED": "suspended by AWS",
    "UPDATING": "being updated by AWS",
    "STOPPING": "being stopped",
    "STOPPED": "stopped",
    "ERROR": "broken",
}
MODES = {
    "ALWAYS_ON": "always on, paid by the month",
    "AUTO_STOP": "stops by itself, paid by the hour",
    "MANUAL": "started and stopped by hand",
}
_DOING = {
    "start": ("start", "started"),
    "stop": ("stop", "stopped"),
    "reboot": ("restart", "restarted"),
    "restore": ("restore", "restored"),
    "rebuild": ("rebuild", "rebuilt"),
    "terminate": ("delete", "deleted"),
    "create": ("create", "created"),
    "maintenance-on": ("put into maintenance", "put into maintenance"),
    "maintenance-off": ("take out of maintenance", "taken out of maintenance"),
}


def name(workspace: WorkSpace) -> str:
    """What people call it: the computer's name, else the id."""
    return workspace.computer or workspace.id


def full_name(workspace: WorkSpace) -> str:
    """Its name, id and user."""
    named = f"{workspace.computer} ({workspace.id})" if workspace.computer else workspace.id
    return f"{named}, user {workspace.user}"


def state(workspace: WorkSpace) -> str:
    """Its state, in words and in AWS's word."""
    said = STATES.get(workspace.state)
    if said is None or said.upper() == workspace.state:
        return said or workspace.state
    return f"{said} ({workspace.state})"


def mode(workspace: WorkSpace) -> str:
    """Its running mode."""
    said = MODES.get(workspace.running_mode, workspace.running_mode)
    minutes = workspace.auto_stop_min if workspace.running_mode == "AUTO_STOP" else None
    return f"{said}, after {minutes} minutes without a connection" if minutes else said


def verb(op: str) -> str:
    """What one does: "restart"."""
    return _DOING[op][0]


def done(op: str) -> str:
    """What is done to it: "restarted"."""
    return _DOING[op][1]


def connected(looked: Looked, tz: str) -> str:
    """Whether somebody is connected now, or since when not."""
    return connection(looked.connection, not_connected(looked), tz)


def connection(found: Connection | None, nobody: bool | None, tz: str) -> str:
    """The same, where `nobody` is known to be, not to be, or not (None)."""
    last = say_time(found.last, tz) if found is not None and found.last is not None else None
    match nobody:
        case True:
            return f"nobody; the last time was {last}" if last else "nobody; AWS knows of no connection yet"
        case False:
            return "somebody is, now"
        case None:
            return f"AWS does not tell just now; the last time was {last}" if last else "AWS does not tell just now"


def why_not(op: str, workspace: WorkSpace) -> str | None:
    """Why AWS would not take an operation now, and what to do: a sentence without a full stop; None: it would."""
    does = OPS[op]
    if not does.takes_mode(workspace.running_mode):
        modes = "always on" if workspace.running_mode == "ALWAYS_ON" else workspace.running_mode
        return f"{name(workspace)} cannot be {done(op)}, because it is {modes}"
    if does.takes(workspace.state, workspace.running_mode):
        return None
    if workspace.state in does.end - does.valid:
        return f"{name(workspace)} is {state(workspace)} already"
    if workspace.state in does.moving:
        return f"{name(workspace)} is {state(workspace)} already: wait until that is over"
    takes = " or ".join(sorted(does.valid))
    return f"{name(workspace)} is {state(workspace)}, and AWS can {verb(op)} one only while it is {takes}"
