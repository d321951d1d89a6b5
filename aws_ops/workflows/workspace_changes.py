"""What a run of WorkSpaces asks of AWS, in the name of whoever asked for it, and what is made of the answer.

That AWS is asked is written before it is, so whoever finds that and no answer knows that it may have been done.
"""

from collections.abc import Callable, Sequence

from boto3.dynamodb.conditions import Attr

from aws_ops import errors, workspaces
from aws_ops.runs import keyed, run_key
from aws_ops.table import Check, Item, Put, Update, Write
from aws_ops.told import owes
from aws_ops.workflows.executions import Overtaken
from aws_ops.workflows.workspace_gates import looks_once_more, ready, still_ready
from aws_ops.workflows.workspace_look import Look
from aws_ops.workspace_closing import holds, stale
from aws_ops.workspace_items import item_key, lock_key, names
from aws_ops.workspaces import Failed
from aws_ops.workspaces_api import Api, refused, sent

# Of AWS's operations; an error of another one (the table's, the bucket's) means that AWS was not asked.
_OPERATIONS = {
    "start": "StartWorkspaces",
    "stop": "StopWorkspaces",
    "reboot": "RebootWorkspaces",
    "rebuild": "RebuildWorkspaces",
    "restore": "RestoreWorkspace",
    "maintenance-on": "ModifyWorkspaceState",
    "maintenance-off": "ModifyWorkspaceState",
    "terminate": "TerminateWorkspaces",
    "create": "CreateWorkspaces",
}


def ask(look: Look) -> None:
    """Ask AWS about the targets that are ready, in its batches, until it would not answer.

    Raises Superseded, Overtaken, and ClientError for the table.
    """
    waiting, once_more = ready(look), looks_once_more(look)
    size = 1 if once_more else look.order.does.batch
    for first in range(0, len(waiting), size):
        numbers = [number for number in waiting[first : first + size] if _free(look, number)]
        if once_more:
            numbers = [number for number in numbers if still_ready(look, number)]
        if look.changed or not numbers:
            continue
        if look.braked() or not _mark(look, numbers):
            return
        if not _ask(look, numbers):
            return


def _free(look: Look, number: int) -> bool:
    """Whether no other run changes it now."""
    lock = look.run.desk.table.get(*lock_key(names(look.order)[number], "ACTING"))
    if lock is None or lock["run"] == look.run.id or stale(look.run.desk, lock):
        return True
    look.waits.append("busy")
    return False


def _mark(look: Look, numbers: Sequence[int]) -> bool:
    """Write that AWS is asked, and take the locks, unless somebody has wished something or taken one meanwhile.

    Raises Superseded, Overtaken, ClientError.
    """
    run, before = look.run, {number: look.rows[number] for number in numbers}
    for number in numbers:
        found = (look.seen or {}).get(look.rows[number]["id"])
        was = {"was": found.state, "ip": found.ip} if found else {}
        look.row(number, requested=look.now, tries=look.rows[number]["tries"] + 1, quiet=0, error=None, **was)
    begun: Item = {} if look.acted else {"acted": look.now, **owes("WorkspaceBegun", look.now)}
    may = run.mine & look.unwished & Attr("ending").not_exists()
    writes: list[Write] = [Update(*run_key(run.id), set={"phase": "acting", **begun}, when=may)]
    writes += [_locking(look, number) for number in numbers]
    if holds(look.order):
        # Whoever lost it may have a second run of the same beside it.
        ours = Attr("run").eq(run.id)
        writes += [Check(*lock_key(names(look.order)[number], "ASKED"), when=ours) for number in numbers]
    if run.desk.table.transact(*writes, *look.row_writes(numbers)):
        look.wrote(numbers)
        look.meta = {**look.meta, "phase": "acting", **begun}
        return True
    run.read()
    if not _as_read(look, numbers):
        raise Overtaken(run.id)
    look.rows.update(before)
    look.waits.append("busy")
    return False


def _as_read(look: Look, numbers: Sequence[int]) -> bool:
    """Whether the targets are still as this look has read them."""
    run = look.run
    items = {number: run.desk.table.get(*item_key(run.id, number)) or {} for number in numbers}
    return all(item.get("version", 0) == look.versions.get(number, 0) for number, item in items.items())


def _locking(look: Look, number: int) -> Put:
    lock = {"run": look.run.id, "op": look.order.op, "by": look.order.requester, "since": look.now}
    free = Attr("run").not_exists() | Attr("run").eq(look.run.id)
    return Put(keyed(lock_key(names(look.order)[number], "ACTING"), **lock), when=free)


def _ask(look: Look, numbers: Sequence[int]) -> bool:
    """Make the call; whether to go on with others."""
    op, api = look.order.op, look.run.changing()
    try:
        failed = {one.id: one for one in _CALLS[op](look, api, numbers)}
    except Exception as error:  # noqa: BLE001 - an answer that cannot be parsed raises what is neither of botocore's
        return _unanswered(look, numbers, error)
    for number in numbers:
        refused, unnamed = failed.get(look.rows[number]["id"]), failed.get("")
        if refused is None and unnamed is None:
            look.row(number, accepted=look.now)
        elif refused is None and unnamed is not None:
            # It may be this one or another: what comes of it is looked at.
            look.row(number, error=f"{unnamed.code}: {unnamed.message}")
        elif refused is not None:
            _say_refused(look, number, f"{refused.code}: {refused.message}")
    return True


def _unanswered(look: Look, numbers: Sequence[int], error: Exception) -> bool:
    look.note(error)
    if refused(error, _OPERATIONS[look.order.op]):
        for number in numbers:
            _say_refused(look, number, errors.say_answer(error))
        return False
    if errors.is_throttled(error) or not sent(error, _OPERATIONS[look.order.op]):
        # It was not done, so nothing has to be looked for.
        for number in numbers:
            look.row(number, requested=None, tries=look.rows[number]["tries"] - 1)
        if not any(row["tries"] for row in look.rows.values()):
            # Nothing has begun, so people may still say no.
            look.write({"phase": "waiting"}, ("acted", "owes#WorkspaceBegun"))
    return False


def _say_refused(look: Look, number: int, why: str) -> None:
    if look.rows[number]["tries"] > 1:
        # AWS may refuse what it took the first time, unseen: what comes of it is looked at before it is believed.
        look.row(number, error=why)
    else:
        look.finish(number, "failed", why)


def _ids(look: Look, numbers: Sequence[int]) -> list[str]:
    return [look.rows[number]["id"] for number in numbers]


def _batch(call: Callable[[Api, list[str]], tuple[Failed, ...]]) -> "Call":
    return lambda look, api, numbers: call(api, _ids(look, numbers))


def _restore(look: Look, api: Api, numbers: Sequence[int]) -> tuple[Failed, ...]:
    workspaces.restore(api, look.rows[numbers[0]]["id"])
    return ()


def _to(state: str) -> "Call":
    def call(look: Look, api: Api, numbers: Sequence[int]) -> tuple[Failed, ...]:
        workspaces.set_state(api, look.rows[numbers[0]]["id"], state)
        return ()

    return call


def _create(look: Look, api: Api, numbers: Sequence[int]) -> tuple[Failed, ...]:
    assert look.order.new is not None  # noqa: S101 - only such an order creates
    made = workspaces.create(api, look.order.new)
    if isinstance(made, Failed):
        return (Failed("", made.code, made.message),)
    look.row(numbers[0], id=made.id, state=made.state)
    return ()


Call = Callable[[Look, Api, Sequence[int]], tuple[Failed, ...]]
_CALLS: dict[str, Call] = {
    "start": _batch(workspaces.start),
    "stop": _batch(workspaces.stop),
    "reboot": _batch(workspaces.reboot),
    "rebuild": _batch(workspaces.rebuild),
    "restore": _restore,
    "maintenance-on": _to("ADMIN_MAINTENANCE"),
    "maintenance-off": _to("AVAILABLE"),
    "terminate": _batch(workspaces.terminate),
    "create": _create,
}
