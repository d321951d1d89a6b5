"""The waits of a run of WorkSpaces, as one look of each: the plan is compared, its owner answers, all of it is done.

Each looks, does what is due, says what has changed and gives a verdict, or None: look again at the next tick. A
verdict is a phase to go on with, `over` or `superseded`.
"""

import logging
from collections.abc import Callable

from aws_ops import workspace_look
from aws_ops.told import owes
from aws_ops.workflows.executions import OVER, SUPERSEDED, Overtaken, Superseded
from aws_ops.workflows.workspace_changes import ask
from aws_ops.workflows.workspace_follow import follow
from aws_ops.workflows.workspace_gates import same_plan, same_plan_of_all
from aws_ops.workflows.workspace_look import Look, Run, look_at
from aws_ops.workflows.workspace_sayings import say

log = logging.getLogger(__name__)


def tick(run: Run, act: Callable[[Look], str | None]) -> str | None:
    """Look once. Raises ClientError for the table only."""
    try:
        look = look_at(run)
        verdict = OVER if "ending" in look.meta else act(look)
        look.flush()
        if verdict is None:
            # Else another chapter looks at once, and the last step says what is left.
            look.settle()
            say(look)
    except Superseded:
        return SUPERSEDED
    except Overtaken as overtaken:
        log.warning("run %s: another look was quicker than this one", overtaken)
        return None
    return verdict


def compare(look: Look) -> str | None:
    """It is granted: go on with it, if what it would do is still what was agreed to."""
    if "cancel" in look.meta:
        return look.end("cancelled")
    if not _same(look):
        return look.end("void") if look.changed else None
    return str(look.meta["phase"]) if look.decide(look.order.entering(look.now)) else None


def listen(look: Look) -> str | None:
    """Wait for what its owner says; the order says what their silence means."""
    if (stopped := _stopped(look)) is not None:
        return look.end(stopped)
    if "answer" not in look.meta and look.now < look.meta["answer_until"]:
        return None
    silent = "answer" not in look.meta
    if silent and look.order.silence == "stop":
        return look.end("unanswered")
    since = {"phase": "waiting", "patient_since": look.now, **(owes("OwnerSilent", look.now) if silent else {})}
    return "waiting" if look.decide(since) else None


def work(look: Look) -> str | None:
    """Ask AWS as soon as it may be, and follow that to the end."""
    if not look.acted:
        if (stopped := _stopped(look)) is not None:
            return look.end(stopped)
        if (look.meta.get("begin_at") or 0) > look.now:
            return None
    if look.see():
        follow(look)
        if not same_plan_of_all(look):
            return look.end("void")
        asked = look.unasked
        ask(look)
        if look.unasked != asked and look.see():
            # At once: what goes quickly would never be seen to begin, and who waits sees it move.
            follow(look)
    if look.changed:
        return look.end("void") if not look.acted else _skip_the_rest(look, "it is not what was agreed to any more")
    return _verdict(look)


def _same(look: Look) -> bool:
    order = look.order
    if order.digest is None or order.new is not None:
        return True
    if len(order.targets) > 1:
        return look.see() and same_plan_of_all(look)
    found = look.asked(lambda: workspace_look.look(look.run.desk, order.targets[0].id, rate=order.rate, people=False))
    if found is None:
        # AWS has none by this id: that is another plan than what was agreed to.
        look.changed = not look.troubles
        return False
    return same_plan(look, found)


def _stopped(look: Look) -> str | None:
    """The phase in which somebody's wish ends it."""
    if "cancel" in look.meta:
        return "cancelled"
    return "declined" if (look.meta.get("answer") or {}).get("choice") == "no" else None


def _verdict(look: Look) -> str | None:
    if look.unasked and _out_of_patience(look):
        if not look.acted and len(look.unasked) == len(look.rows):
            return look.end("gave up")
        return _skip_the_rest(look, f"it stayed {look.waits[0]}" if look.waits else "it was waited for too long")
    if look.unfinished:
        if look.acted and not look.unasked and look.meta["phase"] != "following":
            look.write({"phase": "following"})
        return None
    return _finished(look)


def _skip_the_rest(look: Look, why: str) -> str | None:
    for number in look.unasked:
        look.finish(number, "skipped", why, gave_up=True)
    return None if look.unfinished else _finished(look)


def _finished(look: Look) -> str | None:
    look.flush()
    failed = any(row["outcome"] == "failed" or row["gave_up"] for row in look.rows.values())
    return look.end("failed" if failed else "done")


def _out_of_patience(look: Look) -> bool:
    since = max(look.meta["patient_since"], look.meta.get("begin_at") or 0)
    return bool(look.waits) and look.now - since >= look.order.patience_s
