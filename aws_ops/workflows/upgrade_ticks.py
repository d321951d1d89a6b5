"""One look at an upgrade that is under way: follow, judge, look at the next machines, rebuild, say; as long as it may.

It gives a verdict (`over`, `superseded`), AGAIN where there is more to do at once, or None: at the next tick.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

from aws_ops.told import owes
from aws_ops.upgrade_items import Machine, opens
from aws_ops.workflows import upgrade_bundle
from aws_ops.workflows.executions import OVER, SUPERSEDED, Overtaken, Superseded
from aws_ops.workflows.upgrade_changes import rebuild
from aws_ops.workflows.upgrade_follow import follow
from aws_ops.workflows.upgrade_gates import ready, told
from aws_ops.workflows.upgrade_look import Look, Run, look_at
from aws_ops.workflows.upgrade_owners import listen, notify
from aws_ops.workflows.upgrade_sayings import say
from aws_ops.workflows.upgrade_waves import verdict, waited_s
from aws_ops.workflows.waits import AGAIN
from aws_ops.workspaces import BATCH

log = logging.getLogger(__name__)

_TOGETHER = 5
"""Into how many parts the machines that may be rebuilt at once are cut: what is asked of several costs one call."""


def tick(run: Run, act: Callable[[Look], str | None]) -> str | None:
    """Look once. Raises ClientError for the table only."""
    try:
        look = look_at(run)
        if "ending" in look.meta:
            return OVER
        said = act(look)
        look.settle()
        if said in {None, AGAIN}:
            # Else another chapter looks at once, and the last step says what is left.
            say(look, now=said is None)
    except Superseded:
        return SUPERSEDED
    except Overtaken as overtaken:
        log.warning("run %s: another look was quicker than this one", overtaken)
        return None
    return said


def work(look: Look) -> str | None:
    """Do what is to be done now, for as long as one look may take."""
    look.see_brake()
    if not _held(look):
        upgrade_bundle.was_ours(look)
        _time_out(look)
    while True:
        _retry(look)
        listen(look)
        followed = follow(look)
        look.flush()
        if (over := _judge(look)) is not None:
            return over
        acted = not _held(look) and _act(look)
        look.settle()
        say(look, now=False)
        if look.troubles or not (followed or acted):
            return None
        if look.now >= look.ends:
            return AGAIN


def _judge(look: Look) -> str | None:
    """Whether all is over; begins the next wave, or stops it."""
    if "stop" in look.meta:
        return _stopping(look)
    found = verdict(look.order, look.machines.values(), look.wave)
    if found in {"canary", "rate"}:
        stop = {"why": found, "by": None, "at": look.now}
        look.decide({"stop": stop, **owes("UpgradeStopped", look.now)}, ("paused",))
    elif found == "over":
        return _wave_over(look)
    return None


def _wave_over(look: Look) -> str | None:
    meta, order = look.meta, look.order
    if look.wave + 1 == len(order.waves):
        bad = any(one.phase in {"failed", "timed out"} for one in look.machines.values())
        return look.end("failed" if bad else "done")
    healthy = {} if "healthy" in meta else {"healthy": look.now}
    if look.wave == 0 and order.gate == "canary" and (meta.get("gate") or {}).get("state") != "granted":
        if meta["phase"] != "gate":
            gate = {"wave": 1, "state": "open", "by": None, "at": look.now}
            look.decide({"phase": "gate", "gate": gate, **healthy, **owes("UpgradeGate", look.now)})
        return None
    if "paused" in meta or look.see_brake() or not upgrade_bundle.is_ours(look):
        return None
    look.decide({"phase": "running", "wave": look.wave + 1, **healthy, **owes("UpgradeWaveBegun", look.now)})
    return None


def _stopping(look: Look) -> str | None:
    """Let what is being rebuilt come to its end, and nothing else begin; the old image goes back where it has to."""
    for machine in look.of("waiting"):
        look.finish(machine, "skipped", "the upgrade was stopped")
    look.flush()
    restored = upgrade_bundle.restore(look)
    return look.end("stopped") if restored and not look.of("asked", "rebuilding") else None


def _held(look: Look) -> bool:
    """Whether nothing may begin now."""
    meta = look.meta
    if meta["phase"] != "running" or "paused" in meta or "stop" in meta or "cancel" in meta:
        return True
    return opens(look.order.window, look.now) > look.now or look.see_brake()


def _act(look: Look) -> bool:
    """Look at the machines whose turn it is, and rebuild those that are ready; whether there was any."""
    batch, most = _batch(look)
    if not batch:
        return False
    checked = look.now
    going, telling = ready(look, batch, most)
    notify(look, telling)
    rebuild(look, going, checked)
    return True


def _batch(look: Look) -> tuple[list[Machine], int]:
    """The machines to look at, and how many of them may go on: those that have waited for their notice come first."""
    order, now = look.order, look.now
    due = [one for one in look.of("waiting") if one.wave == look.wave and one.next_look <= now]
    if not due:
        return [], 0
    due.sort(key=lambda one: (one.notice_at is None, one.next_look, one.n))
    if not order.max_concurrent:
        return due[:BATCH], BATCH
    free = order.max_concurrent - len(look.of("asked", "rebuilding"))
    if order.notice_s:
        # Others are told while these are rebuilt, as many as may be rebuilt at once.
        ripe = [one for one in due if told(order, one, now)]
        # Who has put it off keeps nobody waiting.
        noticed = sum(
            one.why == "owner" and one.next_look > now and one.not_before is None for one in look.of("waiting")
        )
        unripe = [one for one in due if not told(order, one, now)]
        ahead = order.max_concurrent - noticed - len(ripe)
        due = [*ripe[: max(free, 0)], *unripe[: max(ahead, 0)]]
        return due[:BATCH], BATCH
    if free < min(len(due), -(-order.max_concurrent // _TOGETHER)):
        return [], 0
    return due[:BATCH], free


def _time_out(look: Look) -> None:
    """End the waiting of machines that have waited long enough in their turn."""
    order, now = look.order, look.now
    pauses = [(begin, end) for begin, end in look.meta.get("pauses", [])]
    for machine in look.of("waiting"):
        # Whose notice runs has waited for all else.
        if machine.why != "owner" and waited_s(order, machine, pauses, now) >= order.wait_s:
            look.finish(machine, "timed out", f"it was waited for too long: {machine.why or 'its turn'}")


def _retry(look: Look) -> None:
    """Give the machines that have failed another turn, where somebody wishes it."""
    if "retry" not in look.meta:
        return
    for machine in look.of("failed"):
        if machine.wave <= look.wave:
            look.keep(
                replace(
                    machine,
                    wave=look.wave,
                    phase="waiting",
                    turn=None,
                    next_look=0,
                    requested=None,
                    finished=None,
                    error=None,
                    tries=0,
                )
            )
    look.flush()
    look.decide({"phase": "running"}, ("retry",))
