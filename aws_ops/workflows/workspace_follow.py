"""What has become of what AWS was asked: followed to the real end state, also where its answer was lost."""

from aws_ops import workspaces
from aws_ops.table import Item
from aws_ops.workflows.workspace_look import Look
from aws_ops.workspace_ops import BROKEN
from aws_ops.workspaces import WorkSpace

BEGINS_S = 10 * 60
"""Within what time something that AWS has taken is seen to begin."""
QUIET_LOOKS = 3
"""After how many looks without a sign of it AWS is taken not to have got what it did not answer."""
_TRIES = 2
_NEVER_BEGAN = "AWS accepted it and never began"
_UNSEEN = frozenset({"reboot", "rebuild", "restore"})  # what is over looks as if it had never been
_DROPPING = _UNSEEN | {"create"}  # not to be done twice


def follow(look: Look) -> None:
    """Give an outcome to each target that has one. Raises Superseded, and ClientError for the table."""
    if look.order.new is not None:
        _find_what_was_made(look)
    for number in look.unfinished:
        row = look.rows[number]
        if row["requested"] is None or look.seen is None:
            continue
        found = look.seen.get(row["id"])
        if row["accepted"] is None and not _shows(look, row, found):
            _nothing_shows(look, number)
            continue
        _follow(look, number, found)


def _find_what_was_made(look: Look) -> None:
    """A WorkSpace that AWS has made, and did not tell us the id of."""
    row, new = look.rows[0], look.order.new
    if row["requested"] is None or row["id"] or row["outcome"] is not None or new is None:
        return
    found = look.asked(lambda: workspaces.of_user(look.run.reading(), new.directory, new.user))
    if found is None:
        look.seen = None
    elif found and look.seen is not None:
        look.row(0, id=found[0].id, state=found[0].state, computer=found[0].computer, accepted=row["requested"])
        look.seen[found[0].id] = found[0]


def _shows(look: Look, row: Item, found: WorkSpace | None) -> bool:
    """Whether it can be seen that AWS got what it did not answer."""
    op = look.order.does
    if found is None:
        return op.name != "create"
    return found.state in op.moving - {row["was"]} or found.state != row["was"] or moved(look, row, found)


def moved(look: Look, row: Item, found: WorkSpace) -> bool:
    """A rebuilt WorkSpace has a new address."""
    return look.order.op == "rebuild" and None not in {row["ip"], found.ip} and row["ip"] != found.ip


def _nothing_shows(look: Look, number: int) -> None:
    row = look.rows[number]
    if row["requested"] == look.now:
        return  # only just
    quiet = row["quiet"] + 1
    look.row(number, quiet=quiet)
    if quiet < (QUIET_LOOKS if look.order.op in _DROPPING else 1):
        return
    if row["tries"] >= _TRIES:
        look.finish(number, "failed", row["error"] or "AWS did not answer, and nothing shows that it was done")
    elif look.order.op in _UNSEEN and look.now - row["requested"] > (QUIET_LOOKS + 2) * look.order.tick_s:
        # Nobody could look for a while, in which it may have been done and be over.
        look.finish(number, "failed", "AWS did not answer, and it cannot be told any more whether it was done")
    else:
        look.row(number, requested=None)


def _follow(look: Look, number: int, found: WorkSpace | None) -> None:
    op, row = look.order.does, look.rows[number]
    accepted = row["accepted"] or row["requested"]
    since = look.now - accepted
    if found is None:
        _gone(look, number, since)
        return
    began = row["began"]
    # A stuck REBOOTING that is rebooted shows nothing of its own.
    if began is None and (found.state in op.moving or moved(look, row, found)):
        began = look.now
    look.row(number, accepted=accepted, began=began, quiet=0)
    if found.state in op.end and (began is not None or not op.proof):
        look.finish(number, "done")
    elif found.state in BROKEN - op.end and (began is not None or found.state != row["was"]):
        look.finish(number, "failed", found.error or f"it is {found.state}")
    elif began is None and since >= BEGINS_S:
        look.finish(number, "failed", _NEVER_BEGAN)


def _gone(look: Look, number: int, since: int) -> None:
    op, row = look.order.op, look.rows[number]
    quiet = row["quiet"] + 1
    look.row(number, quiet=quiet)
    if op == "terminate":
        # One answer without it, and nothing before, may be an answer that lacks it.
        if row["began"] is not None or quiet > 1:
            look.finish(number, "done")
        return
    # One that was just made is not listed at once.
    if quiet >= QUIET_LOOKS and (op != "create" or since >= BEGINS_S):
        look.finish(number, "failed", "AWS has no such WorkSpace any more")
