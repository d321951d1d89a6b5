"""What has to hold before a machine is rebuilt: its state, nobody thrown out, a snapshot, its owner's notice.

Unknown never destroys: what cannot be read holds it up, and is looked at again. It is looked at when something about
it can have changed, and not before: each machine has its `next_look`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aws_ops import fleet, workspaces
from aws_ops.upgrade_items import Machine, UpgradeOrder, opens
from aws_ops.workflows.upgrade_follow import rhythm, shows
from aws_ops.workflows.upgrade_look import Look
from aws_ops.workflows.workspace_gates import used
from aws_ops.workspace_ops import OPS
from aws_ops.workspaces import Connection, WorkSpace

CONNECTED_S = 15 * 60
"""How often it is asked whether somebody is still connected."""
STATE_S = 5 * 60
CYCLE_S = 12 * 3600 + 120
"""When there may be a newer snapshot than this one, with a little to spare."""
NO_SNAPSHOT_S = 30 * 60
_LONGEST_S = 6 * 3600
STALE_S = 3600
"""For how long after it a notice, or somebody's word, still counts: later they are at something else."""
_REBUILD = OPS["rebuild"]
_GOING = frozenset({"TERMINATING", "TERMINATED"})


def ready(look: Look, batch: Sequence[Machine], most: int) -> tuple[list[Machine], list[Machine]]:
    """Of these machines at most so many that may be rebuilt now, and those whose owners have to be told first.

    Others wait for what is noted, or are over. A call for their states, one for who is connected, and one for the
    snapshots of each that passes both. `most` are looked at to the end.
    """
    seen = look.asked(lambda: workspaces.describe(look.reading, [one.id for one in batch]))
    connected = None if seen is None else connections(look, batch)
    if seen is None or connected is None or not _see_protected(look):
        return [], []
    going: list[Machine] = []
    telling: list[Machine] = []
    for one in batch:
        passed = _passes(look, one, seen.get(one.id), connected)
        if passed is None or len(going) + len(telling) >= most:
            continue
        having = _snapshot(look, passed)
        if look.troubles:
            break
        if having is not None:
            (going if told(look.order, having, look.now) else telling).append(having)
    return going, telling


def connections(look: Look, batch: Sequence[Machine]) -> Mapping[str, Connection] | None:
    """Who is connected to these now."""
    return look.asked(lambda: workspaces.connections(look.reading, [one.id for one in batch]))


def unused(look: Look, machine: Machine, connection: Connection | None) -> Machine | None:
    """The machine, if nobody is thrown out of it; else it waits."""
    now = look.now
    why = used(machine.state or "", connection, now)
    if connection is None and machine.state == "ERROR" and machine.accepted is not None:
        why = None  # it is as our rebuild left it: nobody could connect since, and AWS has no row of a broken one
    # Seen by us is seen, also where AWS tells of an earlier time.
    seen = (machine.last_connected, connection.last if connection else None, now if why == "connected" else None)
    machine = replace(machine, last_connected=max((at for at in seen if at is not None), default=None))
    if why is None:
        return machine
    look.wait(machine, why, now + rhythm(look.order, CONNECTED_S))
    return None


def told(order: UpgradeOrder, machine: Machine, now: int) -> bool:
    """Whether its owner knows that it is rebuilt now: they had their notice, or chose the time."""
    if order.notice_s == 0 or (machine.owner is None and not order.ssm):
        return True
    if machine.notice_at is None:
        return False
    since = machine.notice_at + order.notice_s
    if machine.answered is not None and machine.answered >= machine.notice_at:
        if machine.choice == "later":
            return False  # a day has passed: they are told again
        since = machine.not_before or machine.answered
    return since <= now < _counts_from(order, since) + STALE_S


def _counts_from(order: UpgradeOrder, since: int) -> int:
    """From when on it grows stale: that of a notice which the window has no room for, when that opens again."""
    opened = opens(order.window, since)
    again = opened + order.notice_s
    return since if opens(order.window, again) == again else opened


def fresh(order: UpgradeOrder, machine: Machine) -> bool:
    """Whether a rebuild would go back to a snapshot that is new enough."""
    if machine.fresh is None:
        return False
    if order.snapshot == "next":
        return machine.fresh > (machine.fresh if machine.baseline is None else machine.baseline)
    return machine.last_connected is None or machine.fresh > machine.last_connected


def next_snapshot(machine: Machine, now: int) -> int:
    """When there may be another snapshot: 12 hours after the last one; when it is late, ever less often."""
    expected = NO_SNAPSHOT_S + (machine.turn or now) if machine.fresh is None else machine.fresh + CYCLE_S
    if expected > now:
        return expected
    return now + min(max(now - expected, NO_SNAPSHOT_S), _LONGEST_S)


def _passes(
    look: Look, machine: Machine, found: WorkSpace | None, connected: Mapping[str, Connection]
) -> Machine | None:
    """The machine, if its state lets it be rebuilt and nobody is connected."""
    if found is None:
        # Nothing was done to it, so it says nothing of the image.
        look.finish(machine, "skipped", "AWS has no such WorkSpace any more")
        return None
    if machine.tries and shows(machine, found):
        # Ours, which AWS took after all: nothing had shown it.
        look.keep(replace(machine, phase="rebuilding", why=None, requested=look.now, accepted=look.now))
        return None
    machine = replace(
        machine,
        turn=machine.turn or look.now,
        state=found.state,
        mode=found.running_mode,
        ip=found.ip,
        computer=found.computer or machine.computer,
    )
    if machine.id in (look.protected or ()):
        look.finish(machine, "skipped", f"it is protected by the tag {look.order.protect}")
    elif found.bundle != look.order.bundle:
        look.finish(machine, "skipped", "it is of another bundle now")
    elif found.state in _GOING:
        look.finish(machine, "skipped", f"it is {found.state}")
    elif not _REBUILD.takes(found.state, found.running_mode):
        look.wait(machine, "state", look.now + STATE_S)
    else:
        return unused(look, machine, connected.get(machine.id))
    return None


def _see_protected(look: Look) -> bool:
    """Read once in a look which machines a tag protects now: a call of the tagging API; False where it cannot be."""
    protect = look.order.protect
    if protect is None or look.protected is not None:
        return True
    key, valued, value = protect.partition("=")
    tags = look.asked(lambda: fleet.tagged(look.run.desk, key, value if valued else None))
    look.protected = None if tags is None else frozenset(tags)
    return tags is not None


def _snapshot(look: Look, machine: Machine) -> Machine | None:
    """The machine, if its newest snapshot is new enough; asked for only where there can be a newer one than known."""
    order = look.order
    if not fresh(order, machine) and (machine.fresh is None or look.now >= machine.fresh + CYCLE_S):
        found = look.asked(lambda: workspaces.snapshots(look.reading, machine.id))
        if found is None:
            return None
        baseline = (found.rebuild or 0) if machine.baseline is None else machine.baseline
        machine = replace(machine, fresh=found.rebuild, baseline=baseline)
    return machine if is_kept(look, machine) else None


def is_kept(look: Look, machine: Machine) -> bool:
    """Whether the work at it is in its snapshot; else it waits for the next one."""
    if fresh(look.order, machine):
        return True
    look.wait(machine, "snapshot", next_snapshot(machine, look.now))
    return False
