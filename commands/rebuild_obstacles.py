"""Why a WorkSpace cannot be rebuilt now, and what to do instead. Pure. What cannot be read is an obstacle, too."""

from aws_ops.bundles import AMAZON
from aws_ops.workspace_look import Looked
from aws_ops.workspace_ops import OPS

_PATIENCE = "try again in a minute, and tell an admin if it stays like this"
_WAIT = "wait until that is over, then ask again"
_STATES = {
    "PENDING": "it is still being created, which takes up to 40 minutes: wait until it is AVAILABLE, then ask again",
    "STARTING": f"it is being started: {_WAIT}",
    "STOPPING": f"it is being stopped: {_WAIT}",
    "REBUILDING": "it is being rebuilt already: nothing more is needed",
    "RESTORING": f"it is being restored: {_WAIT}",
    "UPDATING": f"AWS is updating it: {_WAIT}",
    "MAINTENANCE": f"AWS is maintaining it: {_WAIT}",
    "SUSPENDED": "AWS has suspended it: ask an admin to write to AWS Support",
    "TERMINATING": "it is being deleted, and what is deleted cannot be rebuilt",
    "TERMINATED": "it is deleted, and what is deleted cannot be rebuilt",
}


def obstacle(looked: Looked, *, operator: bool) -> str | None:
    """The first thing that is in the way: a sentence with what to do, without "so nothing was done"; None: nothing is.

    `operator`: whether whoever reads it is one, and so may do what is suggested.
    """
    return _state(looked, operator=operator) or _snapshot(looked) or _bundle(looked) or _key(looked)


def _state(looked: Looked, *, operator: bool) -> str | None:
    workspace = looked.workspace
    if workspace.state in OPS["rebuild"].valid:
        return None
    name = f"{workspace.id} cannot be rebuilt while it is {workspace.state}"
    if workspace.state == "ADMIN_MAINTENANCE":
        how = (
            f"type /workspace maintenance off {workspace.id} first" if operator else "ask an operator to end that first"
        )
        return f"{name}, for an operator has put it into maintenance: {how}."
    if workspace.state == "IMPAIRED":
        stops = OPS["stop"].takes_mode(workspace.running_mode)
        how = f"type /workspace stop {workspace.id} first, and rebuild it once it is STOPPED"
        other = "wait until AWS calls it AVAILABLE or UNHEALTHY, then ask again"
        return f"{name}: {how if stops else other}."
    why = _STATES.get(workspace.state, f"AWS takes it only from {', '.join(sorted(OPS['rebuild'].valid))}")
    return f"{name}; {why}."


def _snapshot(looked: Looked) -> str | None:
    if looked.snapshots is None:
        return _unread(looked, "Its snapshots")
    if looked.snapshots.rebuild is None:
        return (
            f"There is no snapshot of the user volume of {looked.workspace.id} yet, so everything on it would be lost. "
            "AWS takes the first one within some hours of creation, then one every 12 hours: ask again later."
        )
    return None


def _bundle(looked: Looked) -> str | None:
    bundle, image = looked.bundle, looked.image
    if bundle is None:
        return _missing(looked, "Its bundle")
    if image is None:
        # Nobody sees into Amazon's images, and Amazon looks after them.
        return None if bundle.owner == AMAZON else _missing(looked, "Its image")
    if image.state != "AVAILABLE":
        return (
            f"The image {image.name or image.id} of the bundle {bundle.name or bundle.id} is {image.state}: wait until "
            "it is AVAILABLE, or ask an admin to give the bundle another image."
        )
    return None


def _key(looked: Looked) -> str | None:
    if looked.key_usable is None:
        return _unread(looked, "The key of its volumes")
    if not looked.key_usable:
        return (
            f"The KMS key of its volumes ({looked.workspace.key}) is not enabled, so a rebuild would leave no desktop: "
            "ask whoever keeps your keys to enable it, then ask again."
        )
    return None


def _missing(looked: Looked, what: str) -> str:
    """What it would be rebuilt from cannot be read, or is gone."""
    if any(trouble.startswith(f"{what} cannot be read") for trouble in looked.trouble):
        return _unread(looked, what)
    gone = next((trouble for trouble in looked.trouble if trouble.endswith("no longer there")), f"{what} is not known")
    return f"{gone}, so there is nothing to rebuild {looked.workspace.id} from: ask an admin to look at its bundle."


def _unread(looked: Looked, what: str) -> str:
    found = (trouble for trouble in looked.trouble if trouble.startswith(what))
    return f"{next(found, f'{what} cannot be read')}, and without that nothing is rebuilt: {_PATIENCE}."
