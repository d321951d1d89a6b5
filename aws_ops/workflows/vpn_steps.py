"""The steps of a VPN run between its waits. Each may run twice."""

from boto3.dynamodb.conditions import Attr

from aws_ops import clock
from aws_ops.runs import KEPT_S, closed, run_key, start
from aws_ops.table import Delete, Item, Update, Write
from aws_ops.vpn_items import OVER, claim_key, claims_of, live, lock_key, same_lock
from aws_ops.vpn_snapshot import usual_extra
from aws_ops.workflows.vpn_look import Run, Superseded
from aws_ops.workflows.vpn_ticks import SUPERSEDED, associate_again

HANDED_OVER = "handed over"


def begin(run: Run) -> str:
    """The phase to go on with: an execution may be the first of its run, or take over in the middle."""
    try:
        return str(run.write({"ticked": clock.epoch()})["phase"])
    except Superseded:
        return SUPERSEDED


def ready(run: Run) -> str:
    """It is usable from now on, and the idle clock begins to run."""
    try:
        if run.read()["phase"] == "associating":
            now = clock.epoch()
            run.write({"phase": "ready", "associated": now, "idle_since": now, "owed": "VpnAssociated"})
    except Superseded:
        return SUPERSEDED
    return "ready"


def close_unless_wished(run: Run) -> str:
    """The run is over, unless somebody claimed while it was cut: then it is associated again."""
    try:
        meta = run.read(over_too=True)
        while meta["phase"] == "cutting":
            _close_or_go_on(run, meta)
            meta = run.read(over_too=True)
    except Superseded:
        return SUPERSEDED
    if meta["phase"] in OVER:
        _tidy(run, meta)
        run.tell("VpnClosed", **usual_extra(meta))
    return str(meta["phase"])


def hand_over(run: Run) -> str:
    """Start the next execution of the run, which alone may act from now on."""
    following = run.generation + 1
    raised = run.desk.table.update(*run_key(run.id), set={"generation": following}, when=run.mine)
    meta = raised or run.desk.table.get(*run_key(run.id))
    if meta is None or meta["generation"] != following:
        return SUPERSEDED
    start(run.desk, meta)
    return HANDED_OVER


def _close_or_go_on(run: Run, meta: Item) -> None:
    # The lock first: whoever wishes after this line changes its count, and the run does not close on another count.
    lock = run.desk.table.get(*lock_key(run.endpoint.name))
    now = clock.epoch()
    if live(claims_of(run.desk, meta), now):
        associate_again(run, meta, "VpnCut")
        return
    phase = "failed" if meta["cut"]["reason"] == "failed" else "closed"
    over = {"phase": phase, "closed": now, **closed(run.id, now)}
    writes: list[Write] = [Update(*run_key(run.id), set=over, when=run.mine)]
    if lock and lock["run"] == run.id:
        writes.append(Delete(*lock_key(run.endpoint.name), when=same_lock(lock)))
    run.desk.table.transact(*writes)


def _tidy(run: Run, meta: Item) -> None:
    """End what belongs to the run: its claims now, its items with it, connections that nobody saw end."""
    for item in run.desk.table.query(claim_key(run.endpoint.name, "")[0]):
        if item["run"] == run.id:
            run.desk.table.delete(item["pk"], item["sk"], when=Attr("run").eq(run.id))
    for item in run.desk.table.query(run_key(run.id)[0]):
        ended = {"until": meta["closed"]} if item["sk"].startswith("CONN#") and item["until"] is None else {}
        run.desk.table.update(item["pk"], item["sk"], set={"expires": meta["closed"] + KEPT_S, **ended})
