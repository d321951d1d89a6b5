"""What has become of the machines that AWS was asked to rebuild: followed to the real end state, 25 in a call."""

from collections.abc import Sequence
from dataclasses import replace

from aws_ops import workspaces
from aws_ops.upgrade_items import Machine, UpgradeOrder
from aws_ops.workflows.upgrade_look import Look
from aws_ops.workspace_ops import BROKEN
from aws_ops.workspaces import BATCH, WorkSpace

FIRST_LOOK_S, LOOK_S = 5 * 60, 3 * 60
"""When a rebuild is looked at first, and how often from then on; see `rhythm`."""
UNANSWERED_S = 60
"""When it is looked whether AWS got what it did not answer, and again."""
BEGINS_S = 10 * 60
"""Within what time something that AWS has taken is seen to begin."""
LATEST_S = 4 * 3600
"""After what time it is not waited for any more."""
QUIET_LOOKS = 3
"""After how many looks without a sign of it AWS is taken not to have got what it did not answer."""
_TRIES = 2
_SOON_S = 90  # one more in a call costs nothing
_ENDS = frozenset({"AVAILABLE", "STOPPED"})


def follow(look: Look) -> bool:
    """Look at the machines whose turn it is; whether there was any. Raises as `Look.flush` does."""
    batches = due(look.of("asked", "rebuilding"), look.now)
    for batch in batches:
        found = look.asked(lambda batch=batch: workspaces.describe(look.reading, [one.id for one in batch]))  # type: ignore[misc]
        if found is None:
            return True
        for machine in batch:
            _judge(look, machine, found.get(machine.id))
    if batches:
        look.flush()
    return bool(batches)


def rhythm(order: UpgradeOrder, seconds: int) -> int:
    """So many seconds between two looks where a tick is half a minute or longer; fewer where ticks are shorter."""
    return min(seconds, max(order.tick_s, seconds * order.tick_s // 30))


def due(machines: Sequence[Machine], now: int) -> list[list[Machine]]:
    """Those whose time has come, 25 each; the last ones are joined by those whose time comes soon."""
    soon = sorted((one for one in machines if one.next_look <= now + _SOON_S), key=lambda one: (one.next_look, one.n))
    many = sum(one.next_look <= now for one in soon)
    most = -(-many // BATCH) * BATCH
    return [soon[first : min(first + BATCH, most)] for first in range(0, min(most, len(soon)), BATCH)]


def _judge(look: Look, machine: Machine, found: WorkSpace | None) -> None:
    judged = judge(look.order, machine, found, look.now)
    if judged.phase == "failed":
        look.finish(judged, "failed", judged.error)
    elif judged.phase == "done":
        look.finish(judged, "done")
    else:
        look.keep(judged)


def judge(order: UpgradeOrder, machine: Machine, found: WorkSpace | None, now: int) -> Machine:
    """The machine as it is after a look at it. Pure."""
    if found is None:
        quiet = machine.quiet + 1
        lost = replace(machine, quiet=quiet, next_look=now + rhythm(order, LOOK_S))
        return _failed(lost, "AWS has no such WorkSpace any more") if quiet >= QUIET_LOOKS else lost
    seen = shows(machine, found)
    if machine.accepted is None and not seen:
        return _nothing_shows(replace(machine, state=found.state), now)
    accepted, began = machine.accepted or machine.requested or now, machine.began or (now if seen else None)
    machine = replace(
        machine,
        phase="rebuilding",
        state=found.state,
        computer=found.computer or machine.computer,
        accepted=accepted,
        began=began,
        looks=machine.looks + 1,
        quiet=0,
        error=None,
        next_look=now + rhythm(order, LOOK_S),
    )
    return _followed(order, machine, found, now)


def _followed(order: UpgradeOrder, machine: Machine, found: WorkSpace, now: int) -> Machine:
    since = now - (machine.accepted or now)
    known = None not in {machine.ip, found.ip}
    # Where no address tells, a rebuild that was over between two looks shows nothing.
    begun = machine.began is not None or (not known and machine.looks >= 2)
    if found.state in _ENDS and begun:
        if found.bundle != order.bundle:
            return _failed(machine, "it is of another bundle now")
        return replace(machine, phase="done", began=machine.began or machine.accepted)
    if found.state in BROKEN and (begun or found.state != machine.was):
        return _failed(machine, found.error or f"it is {found.state}")
    if not begun and since >= BEGINS_S:
        return _failed(machine, "AWS accepted it and never began")
    if since >= LATEST_S:
        return _failed(machine, f"it is still {found.state} after {LATEST_S // 3600} hours")
    return machine


def shows(machine: Machine, found: WorkSpace) -> bool:
    """Whether it can be seen that it is rebuilt, or was: that gives it a new address."""
    if found.state == "REBUILDING":
        return machine.was != "REBUILDING"
    return None not in {machine.ip, found.ip} and machine.ip != found.ip


def _nothing_shows(machine: Machine, now: int) -> Machine:
    quiet = machine.quiet + 1
    waited = replace(machine, quiet=quiet, next_look=now + UNANSWERED_S)
    if quiet < QUIET_LOOKS:
        return waited
    if machine.tries >= _TRIES:
        return _failed(waited, machine.error or "AWS did not answer, and nothing shows that it was done")
    if now - (machine.requested or now) > BEGINS_S:
        # Nobody could look for a while, in which it may have been done and be over.
        return _failed(waited, "AWS did not answer, and it cannot be told any more whether it was done")
    return replace(machine, phase="waiting", why=None, requested=None, quiet=0, next_look=now)


def _failed(machine: Machine, error: str) -> Machine:
    return replace(machine, phase="failed", error=error)
