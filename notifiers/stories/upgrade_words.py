"""Words that the card and the notes of an upgrade share. People call a WorkSpace a desktop."""

from collections.abc import Mapping
from typing import Any

from notifiers.stories.workspace_words import canceller, count, refusal, sentence, short
from notifiers.times import say_duration, say_time

__all__ = ["Snapshot", "count", "sentence", "short"]

Snapshot = Mapping[str, Any]  # aws_ops.workflows.upgrade_facts.UpgradeSnapshot, as it came through the queue

OVER = frozenset({"done", "failed", "stopped", "refused", "expired", "void", "cancelled"})
UNTOUCHED = frozenset({"refused", "expired", "void", "cancelled"})
"""Phases in which a run is over that has changed nothing."""
_ASK = {"upgrade": "upgrade {what} to {image}", "rollback": "roll {what} back to {image}"}
_BEGIN = {"upgrade": "Upgrading {what}", "rollback": "Rolling {what} back"}
_PAST = {"upgrade": "upgraded", "rollback": "rolled back"}
_FORMS = {
    "waiting": "{n} wait",
    "asked": "{n} are asked of AWS",
    "rebuilding": "{n} are being rebuilt",
}
_ONE = {"waiting": "1 waits", "asked": "1 is asked of AWS", "rebuilding": "1 is being rebuilt"}
_WAITS = {
    "connected": "until nobody is connected",
    "snapshot": "for a new snapshot",
    "owner": "for the time of their owner",
    "busy": "for another change of theirs",
    "state": "for a state in which AWS rebuilds",
    "unknown": "until AWS says whether somebody is connected",
}
_RESULTS = {"done": "done", "failed": "failed", "timed_out": "waited for too long", "skipped": "left alone"}


def named(thing: Mapping[str, str]) -> str:
    """A bundle's or an image's name, where it has one."""
    return thing["name"] or thing["id"]


def desktops(data: Snapshot, number: int | None = None) -> str:
    """What it is about: "200 desktops of Office"."""
    return f"{count(data['total'] if number is None else number, 'desktop')} of {named(data['bundle'])}"


def ask(data: Snapshot) -> str:
    """What is asked for: "upgrade 200 desktops of Office to office-2026-2"."""
    return _ASK[data["op"]].format(what=desktops(data), image=named(data["image"]))


def begin(data: Snapshot) -> str:
    """What is done: "Upgrading 200 desktops of Office"."""
    return _BEGIN[data["op"]].format(what=desktops(data))


def past(data: Snapshot) -> str:
    """What has been done to a desktop: "upgraded"."""
    return _PAST[data["op"]]


def through(data: Snapshot) -> int:
    """How many desktops nothing more becomes of."""
    return sum(int(data["counts"][state]) for state in _RESULTS)


def now(data: Snapshot) -> str:
    """What is happening to those that are not through: "10 are being rebuilt, 112 wait"; "" where there are none."""
    counts = data["counts"]
    there = [(state, counts[state]) for state in ("rebuilding", "asked", "waiting") if counts[state]]
    return ", ".join(_ONE[state] if n == 1 else _FORMS[state].format(n=f"{n:,}") for state, n in there)


def waits(data: Snapshot) -> str:
    """What those that wait are waiting for, the most first; "" where that is not known of any."""
    there = sorted(((n, why) for why, n in data["waits"].items() if n), key=lambda each: -each[0])
    if not there:
        return ""
    others = max(0, int(data["counts"]["waiting"]) - sum(n for n, _ in there))
    said = [f"{n:,} {_WAITS[why]}" for n, why in there]
    return "\n".join([*said, f"{others:,} for their turn"] if others else said)


def results(data: Snapshot) -> str:
    """How many have come to an end, and to which: "75 done, 1 failed"."""
    counts = data["counts"]
    return ", ".join(
        f"{counts[state]:,} {said}" for state, said in _RESULTS.items() if counts[state] or state == "done"
    )


def wave(data: Snapshot, number: int) -> str:
    """A wave: "the canary", "wave 2 of 4"."""
    return "the canary" if number == 0 else f"wave {number + 1} of {len(data['waves'])}"


def why_stopped(data: Snapshot) -> str:
    """Why no further desktop is rebuilt: a sentence."""
    stop = data["stop"]
    if stop is None:
        return "It stops."
    match stop["why"]:
        case "person":
            return f"{sentence(short(stop['by'] or 'somebody'))} stopped it."
        case "canary":
            return "The canary is not healthy, so no further desktop is touched."
        case "rate":
            return "Too many have failed, so no further desktop is touched."
        case _:
            return "The bundle has another image by now, so no further desktop is touched."


def image_now(data: Snapshot) -> str:
    """Which image the bundle has after all: a sentence; "" where it never got the new one."""
    if data["bundle_restored"]:
        return f"The bundle has its old image again, {named(data['old_image'])}."
    if data["bundle_updated"]:
        return f"The bundle has the image {named(data['image'])}: whatever is rebuilt from now on gets it."
    return ""


def why_untouched(data: Snapshot, timezone: str) -> str:
    """Why a run that has changed nothing is over, and what to do now: sentences."""
    approval, refused = data["approval"] or {}, refusal(data) or {}
    deadline = say_time(approval["deadline"], timezone) if approval.get("deadline") else "its deadline"
    reason = f": {refused['reason'].rstrip('. ')}" if refused.get("reason") else ""
    by = data["cancelled_by"] or data["requester"]
    return {
        "refused": f"{sentence(short(refused.get('person') or 'an approver'))} refused{reason}. Nothing was done.",
        "expired": f"Nobody decided until {deadline}. Nothing was done; ask again if it is still needed.",
        "void": "What it would do is not what was agreed to any more. Nothing was done; ask again to see what it would "
        "do now.",
        "cancelled": f"{canceller(by)} cancelled it before anything was done.",
    }[data["phase"]]


def took(data: Snapshot) -> str | None:
    """How long it took from the first desktop's turn to the end; None where there was none."""
    if data["began"] is None or data["finished"] is None:
        return None
    return say_duration(data["finished"] - data["began"])
