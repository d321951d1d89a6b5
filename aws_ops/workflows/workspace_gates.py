"""What has to hold before AWS is asked to change a WorkSpace: state, nobody thrown out, the plan, a snapshot.

Unknown never destroys: what cannot be read holds it up, and is looked at again.
"""

from collections.abc import Mapping
from typing import Literal

from aws_ops import fleet, workspace_look, workspaces
from aws_ops.workflows.workspace_follow import moved
from aws_ops.workflows.workspace_look import Look
from aws_ops.workspace_look import Looked
from aws_ops.workspace_plan import digest_of_several, protects
from aws_ops.workspaces import Connection

PASSING = frozenset(
    ["PENDING", "STARTING", "STOPPING", "REBOOTING", "UPDATING", "MAINTENANCE", "REBUILDING", "RESTORING"]
)
FRESH_S = 30 * 60
"""How old AWS's own check of a connection may be; older ones say nothing about now."""


def ready(look: Look) -> list[int]:
    """The targets that AWS may be asked about now. Others get their outcome, or why they wait is noted."""
    numbers = [number for number in look.unasked if _state(look, number)]
    if not numbers or look.order.new is not None:
        return numbers
    if not looks_once_more(look):
        numbers = _unprotected(look, numbers)
    op = look.order.does
    if not numbers or not (op.destroys or (op.drops and not look.recent)):
        return numbers
    _see_connections(look, numbers)
    return [number for number in numbers if _unused(look, number)]


def looks_once_more(look: Look) -> bool:
    """Whether each target is to pass `still_ready` too: those of what destroys, but where several go in one call."""
    op = look.order.does
    return op.destroys and (op.batch == 1 or len(look.order.targets) == 1)


def still_ready(look: Look, number: int) -> bool:
    """Look once more, at everything, just before AWS is asked to destroy one. Gates are passed on this look alone.

    False also where the plan has changed: then the run is to end.
    """
    id_ = look.rows[number]["id"]
    order = look.order
    looked = look.asked(lambda: workspace_look.look(look.run.desk, id_, rate=order.rate, people=False))
    if looked is None or look.seen is None:
        return False
    look.seen[id_] = looked.workspace
    look.connected = {id_: looked.connection} if looked.connection else {}
    return (
        _tags_allow(look, number, looked)
        and _state(look, number)
        and _unused(look, number)
        and same_plan(look, looked)
        and _snapshot(look, number, looked)
        and _makings(look, number, looked)
    )


def same_plan(look: Look, looked: Looked) -> bool:
    """Whether one WorkSpace is what was agreed to; notes where that cannot be told, or `look.changed`."""
    order = look.order
    if order.digest is None or len(order.targets) != 1 or workspace_look.digest(order.op, looked) == order.digest:
        return True
    if looked.bundle is None:
        # What could not be read differs too, and is no change of the plan.
        _unread(look, looked)
        return False
    look.changed = True
    return False


def same_plan_of_all(look: Look) -> bool:
    """Whether all the WorkSpaces of a run of several are what was agreed to; as `same_plan`."""
    order = look.order
    whole = not look.acted and len(look.unfinished) == len(look.rows)
    if order.digest is None or len(order.targets) < 2 or not whole or look.seen is None:
        return True
    look.changed = digest_of_several(order.op, look.seen.values()) != order.digest
    return not look.changed


def _unprotected(look: Look, numbers: list[int]) -> list[int]:
    """Those of several that no tag protects: of hundreds only the tagging API tells soon enough."""
    protect = look.order.protect
    if protect is None:
        return numbers
    tags = look.asked(lambda: fleet.tags(look.run.desk))
    if tags is None:
        return []
    return [number for number in numbers if not _is_protected(look, number, tags.get(look.rows[number]["id"], {}))]


def _is_protected(look: Look, number: int, tags: Mapping[str, str]) -> bool:
    protect = look.order.protect
    if protect is None or not protects(protect, tags):
        return False
    look.finish(number, "failed", f"it is protected by the tag {protect}")
    return True


def _tags_allow(look: Look, number: int, looked: Looked) -> bool:
    """Whether no tag protects it, and where a tag says whose it is, it is still theirs; else `look.changed`."""
    order = look.order
    if order.protect is None and order.owned_by is None:
        return True
    if looked.tags is None:
        _unread(look, looked)
        return False
    if _is_protected(look, number, looked.tags):
        return False
    key, value = order.owned_by or ("", None)
    look.changed = order.owned_by is not None and looked.tags.get(key) != value
    return not look.changed


def _unread(look: Look, looked: Looked) -> None:
    look.waits.append("unknown")
    look.troubles += looked.trouble[:1]


def _state(look: Look, number: int) -> bool:
    op, row = look.order.does, look.rows[number]
    if look.order.new is not None:
        return True
    found = (look.seen or {}).get(row["id"])
    if found is None:
        look.finish(number, "failed", "AWS has no such WorkSpace any more")
    elif row["tries"] and (found.state in op.moving - op.valid or moved(look, row, found)):
        # Ours, which AWS took after all: nothing had shown it.
        look.row(number, requested=look.now, accepted=look.now, began=look.now)
    elif found.state in op.moving - op.valid or (found.state in op.end - op.valid and not op.destroys):
        look.finish(number, "skipped", f"it is {found.state} already")
    elif not op.takes_mode(found.running_mode):
        look.finish(number, "failed", f"its running mode is {found.running_mode}")
    elif op.takes(found.state, found.running_mode):
        return True
    elif found.state in PASSING or (op.destroys and found.state not in {"TERMINATING", "TERMINATED"}):
        look.waits.append("state")
    else:
        look.finish(number, "failed", f"it is {found.state}")
    return False


def _see_connections(look: Look, numbers: list[int]) -> None:
    if look.consents:
        return
    ids = [look.rows[number]["id"] for number in numbers]
    look.connected = look.asked(lambda: workspaces.connections(look.run.reading(), ids))


def _unused(look: Look, number: int) -> bool:
    if look.consents:
        return True
    id_ = look.rows[number]["id"]
    if look.seen is None or (why := used(look.seen[id_].state, (look.connected or {}).get(id_), look.now)) is None:
        return look.seen is not None
    look.waits.append(why)
    return False


def used(state: str, connection: Connection | None, now: int) -> Literal["connected", "unknown"] | None:
    """Why a WorkSpace in this state may not be taken away from whoever uses it."""
    if state == "STOPPED":
        return None
    if connection is None or (connection.checked is not None and now - connection.checked > FRESH_S):
        return "unknown"
    if connection.state == "DISCONNECTED":
        return None
    return "connected" if connection.state == "CONNECTED" else "unknown"


def _snapshot(look: Look, number: int, looked: Looked) -> bool:
    """Whether there is a snapshot to begin again from, where the operation needs one."""
    op = look.order.op
    if op not in {"rebuild", "restore"}:
        return True
    if looked.snapshots is None:
        _unread(look, looked)
        return False
    if (looked.snapshots.rebuild if op == "rebuild" else looked.snapshots.restore) is None:
        look.finish(number, "failed", "AWS has no snapshot of it")
        return False
    return True


def _makings(look: Look, number: int, looked: Looked) -> bool:
    """Whether volumes can be made anew: without their key, or from a broken image, there would be no desktop left."""
    op, image = look.order.op, looked.image
    if op not in {"rebuild", "restore"}:
        return True
    if looked.key_usable is None:
        _unread(look, looked)
    elif not looked.key_usable:
        look.finish(number, "failed", "the KMS key of its volumes is not enabled")
    elif op == "rebuild" and image is not None and image.state != "AVAILABLE":
        look.finish(number, "failed", f"the image of its bundle is {image.state}")
    else:
        return True
    return False
