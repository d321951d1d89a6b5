"""What an upgrade asks of AWS, in the name of whoever asked for it, and what is made of the answer.

That AWS is asked to rebuild a machine is written before it is, so whoever finds that and no answer knows that it may
have been done, and looks.
"""

from collections.abc import Sequence
from dataclasses import replace

from boto3.dynamodb.conditions import Attr

from aws_ops import brake, errors, workspaces
from aws_ops.runs import keyed, run_key
from aws_ops.table import Check, Put, Update, Write
from aws_ops.upgrade_items import Machine, opens
from aws_ops.workflows.executions import Overtaken
from aws_ops.workflows.upgrade_follow import FIRST_LOOK_S, UNANSWERED_S, rhythm
from aws_ops.workflows.upgrade_gates import connections, is_kept, unused
from aws_ops.workflows.upgrade_look import Look
from aws_ops.workspace_closing import stale
from aws_ops.workspace_items import lock_key
from aws_ops.workspaces_api import refused, sent

AT_ONCE = 10
"""How many are written as asked before they are."""
CHECKED_S = 60
"""How old an answer may be that nobody is connected."""
BUSY_S = 5 * 60
_OPERATION = "RebuildWorkspaces"


def rebuild(look: Look, machines: Sequence[Machine], checked: int) -> None:
    """Ask AWS to rebuild machines that are ready (looked at `checked`), until it would not answer or somebody wishes.

    None begins when the window has closed meanwhile.
    Raises Superseded, Overtaken, and ClientError for the table.
    """
    left = list(machines)
    while left and not look.troubles and opens(look.order.window, look.now) <= look.now:
        some, left = left[:AT_ONCE], left[AT_ONCE:]
        if look.now - checked > CHECKED_S:
            some, checked = _still_unused(look, some), look.now
        marked = _mark(look, some) if some else []
        if marked is None:
            return
        undone = _ask_each(look, marked, checked)
        look.flush()
        for machine in undone:
            run = look.run
            run.desk.table.delete(*lock_key(machine.id, "ACTING"), when=Attr("run").eq(run.id))


def _still_unused(look: Look, machines: Sequence[Machine]) -> list[Machine]:
    """Those that nobody has connected to since they were looked at; the others wait, also for a newer snapshot."""
    connected = connections(look, machines)
    if connected is None:
        return []
    found = (unused(look, one, connected.get(one.id)) for one in machines)
    return [one for one in found if one is not None and is_kept(look, one)]


def _mark(look: Look, machines: Sequence[Machine]) -> list[Machine] | None:
    """Write that AWS is asked, and lock the machines; those that are. None: somebody has wished something meanwhile.

    Raises Superseded, Overtaken, ClientError.
    """
    run, now = look.run, look.now
    marked = [_asked(machine, now) for machine in machines]
    goes = Attr("phase").eq("running") & Attr("ending").not_exists()
    goes &= Attr("stop").not_exists() & Attr("paused").not_exists()
    writes: list[Write] = [
        Update(*run_key(run.id), set={"acted": now, "ticked": now}, when=run.mine & look.unwished & goes),
        Check(brake.KEY, brake.KEY, when=Attr("pk").not_exists()),
    ]
    for machine in marked:
        writes += [_locking(look, machine), *look.writes_of(machine)]
    if run.desk.table.transact(*writes):
        for machine in marked:
            look.keep(machine)
        look.wrote(machine.n for machine in marked)
        return [look.machines[machine.n] for machine in marked]
    return _unmarked(look, machines)


def _unmarked(look: Look, machines: Sequence[Machine]) -> list[Machine] | None:
    """What kept them from being written: a wish or the brake (None), or other runs, which are waited for.

    Raises Superseded, Overtaken, ClientError.
    """
    before, look.meta = look.meta, look.run.read()
    if before["wishes"] != look.meta["wishes"] or look.see_brake():
        return None
    busy = [machine for machine in machines if _is_busy(look, machine)]
    for machine in busy:
        look.wait(machine, "busy", look.now + BUSY_S)
    if not busy and not look.as_read(machines):
        raise Overtaken(look.run.id)
    return []


def _is_busy(look: Look, machine: Machine) -> bool:
    """Whether another run changes it now."""
    lock = look.run.desk.table.get(*lock_key(machine.id, "ACTING"))
    return lock is not None and lock["run"] != look.run.id and not stale(look.run.desk, lock)


def _locking(look: Look, machine: Machine) -> Put:
    lock = {"run": look.run.id, "op": look.order.op, "by": look.order.requester, "since": look.now}
    free = Attr("run").not_exists() | Attr("run").eq(look.run.id)
    return Put(keyed(lock_key(machine.id, "ACTING"), **lock), when=free)


def _asked(machine: Machine, now: int) -> Machine:
    return replace(
        machine,
        phase="asked",
        why=None,
        was=machine.state,
        requested=now,
        accepted=None,
        began=None,
        tries=machine.tries + 1,
        looks=0,
        quiet=0,
        error=None,
        next_look=now + UNANSWERED_S,
    )


def _ask_each(look: Look, marked: Sequence[Machine], checked: int) -> list[Machine]:
    """Make the calls; those that AWS was not asked about after all: it would not answer, or took its time."""
    for place, machine in enumerate(marked):
        if place and look.now - checked > CHECKED_S:
            return _undo(look, marked[place:])
        try:
            failed = workspaces.rebuild(look.changing, [machine.id])
        except Exception as error:  # noqa: BLE001 - an answer that cannot be parsed raises what is neither of botocore's
            if refused(error, _OPERATION):
                _say_refused(look, machine, errors.say_answer(error))
                continue
            look.note(error)
            undone = list(marked[place:])
            if sent(error, _OPERATION) and not errors.is_throttled(error):
                look.keep(replace(machine, error=errors.say_answer(error)))
                undone = undone[1:]
            return _undo(look, undone)
        if failed:
            _say_refused(look, machine, f"{failed[0].code}: {failed[0].message}")
        else:
            first = look.now + rhythm(look.order, FIRST_LOOK_S)
            look.keep(replace(machine, phase="rebuilding", accepted=look.now, next_look=first))
    return []


def _say_refused(look: Look, machine: Machine, why: str) -> None:
    if machine.tries > 1:
        # AWS may refuse what it took the first time, unseen: what comes of it is looked at before it is believed.
        look.keep(replace(machine, error=why))
    else:
        look.finish(machine, "failed", why)


def _undo(look: Look, machines: Sequence[Machine]) -> list[Machine]:
    # It was not done, so nothing has to be looked for.
    for one in machines:
        look.keep(replace(one, phase="waiting", requested=None, tries=one.tries - 1, next_look=look.now))
    return list(machines)
