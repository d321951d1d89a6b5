"""The story of an upgrade: one live card from the request to the last desktop, for who decides and who watches."""

from notifiers.message import Audience, Block, Button, Message, Progress, Severity, Text, bold, code
from notifiers.stories.upgrade_facts import agreed, outcome, progress
from notifiers.stories.upgrade_notes import notes, thread
from notifiers.stories.upgrade_words import (
    OVER,
    UNTOUCHED,
    Snapshot,
    ask,
    begin,
    desktops,
    image_now,
    past,
    results,
    sentence,
    short,
    through,
    wave,
    why_stopped,
    why_untouched,
)
from notifiers.stories.workspace import audience as deciding
from notifiers.times import say_time

__all__ = ["card", "notes", "thread"]

_TITLES = {
    "refused": "{begin} was refused",
    "expired": "{begin} was not decided in time",
    "void": "{begin} was stopped: it would do something else now",
    "cancelled": "{begin} was cancelled",
}
_SEVERITY: dict[str, Severity] = {
    **dict.fromkeys(("approval", "preparing", "running", "gate"), "progress"),
    "done": "ok",
    **dict.fromkeys(("refused", "cancelled"), "info"),
    **dict.fromkeys(("failed", "stopped", "expired", "void"), "warning"),
}


def card(fact: str, data: Snapshot, timezone: str, discreet: bool = False) -> Message:
    """The live card. Everything on it comes from the snapshot: the newest fact alone can draw it.

    `discreet`: for a place whose readers are not to know whose desktops they are.
    """
    if discreet:
        data = {**data, "failures": []}
    title = _title(data)
    return Message(
        title=title,
        summary=_summary(title, data, timezone),
        severity=_severity(data),
        blocks=(*_body(data, timezone, discreet=discreet), Text.of(f"Run {data['run']}", quiet=True)),
        buttons=_buttons(data),
        audience=audience(data),
    )


def audience(data: Snapshot) -> Audience | None:
    """Who may decide, and with which buttons, while something is to be decided."""
    if data["phase"] != "gate" or (data["gate"] or {}).get("state") != "open":
        return deciding(data)
    approvers = (data["approval"] or {}).get("approvers", ())
    go_on = Button(label="Continue", command=f"upgrade continue {data['run']}", style="primary")
    people = tuple(person for person in approvers if person != data["requester"])
    return Audience(people=people, buttons=(go_on,), run=data["run"]) if people else None


def _title(data: Snapshot) -> str:
    phase = data["phase"]
    if phase in UNTOUCHED:
        return sentence(_TITLES[phase].format(begin=begin(data)))
    if phase in OVER:
        return _ended(data)
    if phase == "approval":
        return f"{begin(data)} begins" if _is_granted(data) else f"{sentence(ask(data))}?"
    if data["stop"]:
        return f"{begin(data)} stops"
    if phase == "gate":
        return f"{begin(data)}: the canary is healthy, shall it go on?"
    if data["paused_by"] or data["braked"]:
        return f"{begin(data)} is paused"
    if phase == "preparing":
        return f"{begin(data)} begins"
    return f"{begin(data)}: {wave(data, data['wave'])}" if len(data["waves"]) > 1 else begin(data)


def _is_granted(data: Snapshot) -> bool:
    return (data["approval"] or {}).get("state") in {"granted", "started"}


def _ended(data: Snapshot) -> str:
    done, total = data["counts"]["done"], data["total"]
    if done == total:
        return f"{desktops(data)} {'has' if total == 1 else 'have'} been {past(data)}"
    some = f"{done:,} of {desktops(data)} {'has' if done == 1 else 'have'} been {past(data)}"
    return f"{begin(data)} was stopped: {done:,} of {total:,} are done" if data["phase"] == "stopped" else some


def _summary(title: str, data: Snapshot, timezone: str) -> str:
    phase = data["phase"]
    if phase == "approval" and not _is_granted(data):
        why = f": {data['reason']}" if data["reason"] else ""
        until = (data["approval"] or {}).get("deadline")
        decide = f" Decide until {say_time(until, timezone)}." if until else ""
        return f"{sentence(short(data['requester']))} asks to {ask(data)}{why}.{decide}"
    if phase == "gate" and not data["stop"]:
        return title
    if phase in OVER:
        return f"{title}."
    if not through(data):
        return f"{title}."
    return f"{title}. {through(data):,} of {data['total']:,} are through: {results(data)}."


def _severity(data: Snapshot) -> Severity:
    if data["phase"] in {"failed", "stopped"}:
        by_itself = data["stop"] is not None and data["stop"]["why"] != "person"
        return "critical" if by_itself or not data["counts"]["done"] else "warning"
    troubled = data["phase"] not in OVER and (data["stop"] or data["paused_by"] or data["braked"] or data["problem"])
    return "warning" if troubled else _SEVERITY[data["phase"]]


def _body(data: Snapshot, timezone: str, *, discreet: bool) -> tuple[Block, ...]:
    phase = data["phase"]
    if phase == "approval":
        remarks = tuple(Text.of(remark) for remark in data["plan"].get("remarks", ()))
        return (agreed(data, timezone), *(() if discreet else remarks))
    if phase in UNTOUCHED:
        return (Text.of(why_untouched(data, timezone)), *outcome(data, timezone))
    if phase in OVER:
        return (*_why(data), *outcome(data, timezone))
    bar = Progress(label="desktops are through", done=min(through(data), data["total"]), total=max(1, data["total"]))
    return (bar, *_now(data, timezone, discreet=discreet), *progress(data, timezone))


def _why(data: Snapshot) -> tuple[Block, ...]:
    said = " ".join(filter(None, (why_stopped(data) if data["stop"] else "", image_now(data))))
    return (Text.of(said),) if said else ()


def _now(data: Snapshot, timezone: str, *, discreet: bool) -> tuple[Block, ...]:
    """What happens now or is waited for, and what is wrong with it."""
    found = list[Block]()
    if data["phase"] == "preparing":
        found.append(Text.of("The plan is compared with what was agreed to, then the bundle gets its new image."))
    if data["stop"]:
        found.append(Text.of(f"{why_stopped(data)} What AWS is at is followed to its end. {image_now(data)}".strip()))
    elif data["phase"] == "gate":
        asker = short(data["requester"])
        found.append(Text.of(f"An approver says when it goes on; {asker}, who asked for it, does not."))
    elif data["braked"]:
        found.append(Text.of(bold("Paused by an admin: "), "nothing is changed until they resume."))
    elif data["paused_by"]:
        by, since = short(data["paused_by"]["by"]), say_time(data["paused_by"]["at"], timezone)
        found.append(Text.of(bold(f"Paused by {by} at {since}: "), "what AWS is at is followed, nothing else begins."))
    elif data["window_opens"]:
        found.append(Text.of(f"Its hours are over: it goes on at {say_time(data['window_opens'], timezone)}."))
    if data["problem"] and not discreet:
        found.append(Text.of("Last problem: ", code(data["problem"])))
    return tuple(found)


def _buttons(data: Snapshot) -> tuple[Button, ...]:
    phase, run = data["phase"], data["run"]
    details = Button(label="Details", command=f"upgrade status {run}")
    if phase == "approval":
        return (Button(label="Cancel", command=f"upgrade stop {run}"), details)
    if phase in UNTOUCHED:
        return ()
    if phase in OVER:
        return (*_afterwards(data), Button(label="Report", command=f"upgrade report {run}"))
    if data["stop"]:
        return (details,)
    held = data["paused_by"] is not None
    hold = Button(label="Resume", command=f"upgrade resume {run}", style="primary")
    hold = hold if held else Button(label="Pause", command=f"upgrade pause {run}")
    stop = Button(label="Stop", command=f"upgrade stop {run}", style="danger")
    return (*(() if phase == "gate" else (hold,)), stop, details)


def _afterwards(data: Snapshot) -> tuple[Button, ...]:
    """What may be done about how it ended."""
    counts, run = data["counts"], data["run"]
    missing = counts["failed"] + counts["timed_out"]
    retry = Button(label=f"Retry {missing:,}", command=f"upgrade retry {run}")
    back = Button(label="Roll back", command=f"upgrade rollback {run}", style="danger")
    can_go_back = data["op"] == "upgrade" and data["bundle_updated"] and (counts["done"] or not data["bundle_restored"])
    return (*((retry,) if missing and not data["bundle_restored"] else ()), *((back,) if can_go_back else ()))
