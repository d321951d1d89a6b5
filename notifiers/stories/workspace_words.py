"""Words that the card and the notes of a WorkSpace run share. People call a WorkSpace a desktop."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notifiers.stories.vpn_words import count, listed, names, short
from notifiers.times import say_time

__all__ = ["Snapshot", "count", "listed", "names", "short"]

Snapshot = Mapping[str, Any]  # aws_ops.workflows.workspace_facts.WorkspaceSnapshot, as it came through the queue


@dataclass(frozen=True)
class Words:
    """How an operation is spoken of. `{what}` is the desktop, `{is}` and `{has}` agree with how many there are.

    `again` is the command that asks for it once more, of one WorkSpace.
    """

    ask: str
    begin: str
    doing: str
    done: str
    failed: str
    again: str


def _plain(verb: str, ing: str, past: str, again: str) -> Words:
    return Words(
        ask=f"{verb} {{what}}",
        begin=f"{ing} {{what}}",
        doing=f"{{what}} {{is}} being {past}",
        done=f"{{what}} {{has}} been {past}",
        failed=f"{{what}} could not be {past}",
        again=again,
    )


OPS: Mapping[str, Words] = {
    "start": _plain("start", "Starting", "started", "workspace start {id}"),
    "stop": _plain("stop", "Stopping", "stopped", "workspace stop {id}"),
    "reboot": _plain("restart", "Restarting", "restarted", "workspace reboot {id}"),
    "rebuild": _plain("rebuild", "Rebuilding", "rebuilt", "rebuild {id}"),
    "restore": _plain("restore", "Restoring", "restored", "workspace restore {id}"),
    "terminate": _plain("delete", "Deleting", "deleted", "workspace terminate {id}"),
    "create": _plain("create", "Creating", "created", ""),
    "maintenance-on": Words(
        ask="put {what} into maintenance mode",
        begin="Putting {what} into maintenance mode",
        doing="{what} {is} going into maintenance mode",
        done="{what} {is} in maintenance mode",
        failed="{what} could not be put into maintenance mode",
        again="workspace maintenance on {id}",
    ),
    "maintenance-off": Words(
        ask="take {what} out of maintenance mode",
        begin="Taking {what} out of maintenance mode",
        doing="{what} {is} coming out of maintenance mode",
        done="{what} {is} out of maintenance mode",
        failed="{what} could not be taken out of maintenance mode",
        again="workspace maintenance off {id}",
    ),
}
DESTROYS = frozenset({"rebuild", "restore", "terminate"})

BEFORE = frozenset({"approval", "asking", "waiting"})
"""Phases in which nothing was asked of AWS yet."""
OVER = frozenset({"done", "failed", "refused", "expired", "void", "declined", "unanswered", "cancelled", "gave up"})


def say(form: str, data: Snapshot, *, discreet: bool = False) -> str:
    """`ask`, `begin`, `doing`, `done` or `failed` of the run's operation, as a part of a sentence."""
    template: str = getattr(OPS[data["op"]], form)
    one = data["total"] == 1
    return template.format_map(
        {"what": what(data, discreet=discreet), "is": "is" if one else "are", "has": "has" if one else "have"}
    )


def what(data: Snapshot, *, discreet: bool = False) -> str:
    """What the run is about: "the desktop of mika", "12 desktops"; `discreet`: not whose."""
    if data["total"] != 1:
        return count(data["total"], "desktop")
    if discreet or not data["targets"]:
        return "a desktop"
    user = data["targets"][0]["user"]
    return f"a desktop for {user}" if data["op"] == "create" else f"the desktop of {user}"


def your(text: str, data: Snapshot) -> str:
    """`text` as it is said to whoever uses the desktop."""
    return text.replace(what(data), "your desktop") if data["total"] == 1 else text


def sentence(text: str) -> str:
    """`text` with its first letter large."""
    return text[:1].upper() + text[1:]


def owner(data: Snapshot, *, discreet: bool = False) -> str:
    """How whoever is asked is called."""
    return short(data["owner"]) if data["owner"] and not discreet else "whoever uses it"


def lost(data: Snapshot, timezone: str) -> tuple[str, ...]:
    """What the operation takes away for good, a sentence each; nothing for one that takes nothing."""
    taken = data["plan"].get("snapshot")
    since = f"since the snapshot of {say_time(taken, timezone)}" if taken else ""
    match data["op"]:
        case "rebuild":
            work = f"Work saved on the user volume {since}." if since else "Which work is lost cannot be told."
            return (work, "Programs installed by hand, and all else on the system volume.")
        case "restore":
            all_of_it = "Whatever was saved or installed on both volumes"
            return (f"{all_of_it} {since}." if since else f"{all_of_it} since their last snapshot.",)
        case "terminate":
            return ("The desktop and everything on it.",)
        case _:
            return ()


def error_of(data: Snapshot) -> str:
    """What went wrong with the one desktop, in AWS's words, as a part of a sentence."""
    failed = next((target["error"] for target in data["targets"] if target["error"]), None)
    return (failed or data["problem"] or "AWS gave no reason").rstrip(". ")


def refusal(data: Snapshot) -> Mapping[str, Any] | None:
    """The decision that ended it."""
    decisions = (data["approval"] or {}).get("decisions", ())
    return next((each for each in decisions if each["verdict"] == "refused"), None)


def canceller(by: str, *, discreet: bool = False) -> str:
    """Who ended it before anything was done, as a sentence begins."""
    if by.startswith("deskside."):
        why = "is no operator any more" if by == "deskside.rights" else "has left"
        return f"Whoever asked for it {why}, so Deskside"
    return "Somebody" if discreet else sentence(short(by))


def why_over(data: Snapshot, timezone: str, *, discreet: bool = False, mine: bool = False) -> str:
    """Why a run that has changed nothing is over, and what to do now: sentences. `mine`: said to whoever uses it."""
    said = _OVER[data["phase"]]
    deadline = (data["approval"] or {}).get("deadline")
    refused = refusal(data) or {}
    by = data["cancelled_by"] or data["requester"]
    return said.format(
        owner="You" if mine else sentence(owner(data, discreet=discreet)),
        deadline=say_time(deadline, timezone) if deadline else "its deadline",
        until=say_time(data["answer_until"], timezone) if data["answer_until"] else "its deadline",
        approver="An approver" if discreet else sentence(short(refused.get("person") or "an approver")),
        reason="" if discreet or not refused.get("reason") else f": {refused['reason'].rstrip('. ')}",
        by=canceller(by, discreet=discreet),
        why=_GAVE_UP.get((data["blocked"] or {}).get("why", ""), "It could not begin in time."),
    )


_OVER = {
    "refused": "{approver} refused{reason}. Nothing was done.",
    "expired": "Nobody decided until {deadline}. Nothing was done; ask again if it is still needed.",
    "void": "What it would do is not what was agreed to any more. Nothing was done; ask again to see what it would do.",
    "declined": "{owner} answered: Not me. Nothing was done; talk to each other before you ask again.",
    "unanswered": "{owner} did not answer until {until}. Nothing was done; it can be asked for again.",
    "cancelled": "{by} cancelled it before anything was done.",
    "gave up": "{why} Nothing was done; ask again later.",
}
_GAVE_UP = {
    "connected": "Somebody stayed connected for too long.",
    "unknown": "AWS did not say for too long whether somebody is connected.",
    "busy": "Another change of it took too long.",
    "throttled": "AWS took no more calls for too long.",
    "brake": "Everything was paused by an admin for too long.",
    "state": "It stayed for too long in a state in which AWS does not do this.",
}
