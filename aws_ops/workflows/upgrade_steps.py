"""The steps of an upgrade between its waits. Each may run twice."""

from boto3.dynamodb.conditions import Attr

from aws_ops import clock, runs, upgrade_report
from aws_ops.table import Item
from aws_ops.upgrade_closing import keep_house, over, tidy, unlocking
from aws_ops.upgrade_snapshot import pay
from aws_ops.workflows.executions import OVER, SUPERSEDED, Superseded
from aws_ops.workflows.upgrade_facts import UpgradeFact
from aws_ops.workflows.upgrade_look import Run
from aws_ops.workspace_closing import approval_over
from aws_ops.workspace_items import approval_key

_LAST: dict[str, UpgradeFact] = {"void": "PlanChanged", "cancelled": "UpgradeCancelled"}


def begin(run: Run) -> str:
    """The phase to go on with: an execution may be the first of its run, or take over in the middle."""
    try:
        meta = run.write({"ticked": clock.epoch()})
    except Superseded:
        return SUPERSEDED
    return OVER if "ending" in meta else str(meta["phase"])


def close(run: Run) -> str:
    """The run is over: its report is written, its bundle given up, then it says so."""
    try:
        meta = run.read(over_too=True)
        if not runs.is_over(meta):
            unlock = unlocking(run.id, run.order)
            run.desk.table.delete(unlock.pk, unlock.sk, when=unlock.when)
            meta = _close(run, meta)
    except Superseded:
        return SUPERSEDED
    pay(run.desk, run.id)
    keep_house(run.desk, meta, run.order)
    tidy(run.desk, run.id, meta["finished"])
    return str(meta["phase"])


def _close(run: Run, meta: Item) -> Item:
    phase, now = meta["ending"], clock.epoch()
    if phase == "void":
        again = Attr("state").is_in(["granted", "started"])
        run.desk.table.update(*approval_key(run.id), set=approval_over(run.id, "void", now), when=again)
    # Before it is over, and whatever it says: nobody looks after one that is.
    report = upgrade_report.write(run.desk, run.id, run.order, phase)
    told = {} if report is None else {"report": report}
    ends = over(run.id, phase, _LAST.get(phase, "UpgradeFinished"), now)
    passing = () if "stop" in meta and meta.get("trouble", {}).get("since") == 0 else ("trouble",)
    return run.write({**told, **ends}, (*passing, "asked", "eta"))
