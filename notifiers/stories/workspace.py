"""The story of a WorkSpace run: its live card, from the request to the real end, for who decides and who waits."""

from notifiers.message import Audience, Block, Button, Message, Progress, Severity, Text, bold, code
from notifiers.stories.story import no_thread as thread
from notifiers.stories.workspace_facts import agreed, outcome, targets_table, took
from notifiers.stories.workspace_notes import notes
from notifiers.stories.workspace_words import (
    BEFORE,
    OPS,
    OVER,
    Snapshot,
    error_of,
    owner,
    say,
    sentence,
    short,
    why_over,
)
from notifiers.times import say_duration, say_time

__all__ = ["card", "notes", "thread"]

_TITLES = {
    "approval": "{ask}?",
    "asking": "{begin}: {owner} is asked first",
    "waiting": "{begin} has to wait",
    "acting": "{begin} begins",
    "following": "{doing}",
    "done": "{done}",
    "failed": "{failed}",
    "refused": "{begin} was refused",
    "expired": "{begin} was not decided in time",
    "void": "{begin} was stopped: it would do something else now",
    "declined": "{begin} was declined",
    "unanswered": "{begin} was not answered",
    "cancelled": "{begin} was cancelled",
    "gave up": "{begin} was given up",
}
_UNASKED = "{begin} waits for an approval"  # where nobody is asked for it
_SEVERITY: dict[str, Severity] = {
    **dict.fromkeys(("approval", "asking", "waiting", "acting", "following"), "progress"),
    "done": "ok",
    **dict.fromkeys(("refused", "declined", "cancelled"), "info"),
    **dict.fromkeys(("expired", "void", "unanswered", "gave up"), "warning"),
}
_WAITS = {
    "connected": "Somebody is connected: it begins when nobody is.",
    "unknown": "AWS does not say whether somebody is connected, so nothing is done until it does.",
    "busy": "Another change of it is in work: it begins after that.",
    "throttled": "AWS takes no more calls just now: it goes on in a moment.",
    "brake": "Paused by an admin: nothing is changed until they resume.",
    "state": "AWS does not do this in the state that it is in: it begins when it can.",
}


def card(fact: str, data: Snapshot, timezone: str, discreet: bool = False) -> Message:
    """The live card. Everything on it comes from the snapshot: the newest fact alone can draw it.

    `discreet`: for a place whose readers are not to know whose desktop it is; it has no buttons either.
    """
    title = _title(data, discreet)
    run = Text.of(f"Run {data['run']}", quiet=True)
    if discreet:
        blocks = (*_progress(data, discreet), *_now(data, timezone, discreet), run)
        return Message(title=title, summary=f"{title}.", severity=_severity(data), blocks=blocks)
    return Message(
        title=title,
        summary=_summary(title, data, timezone),
        severity=_severity(data),
        blocks=(*_progress(data, discreet), *_now(data, timezone, discreet), *_details(data, timezone), run),
        buttons=_buttons(data),
        audience=audience(data),
    )


def audience(data: Snapshot) -> Audience | None:
    """Who may decide, and with which buttons, while that is open."""
    approval, run = data["approval"], data["run"]
    if data["phase"] != "approval" or approval is None or approval["state"] != "open":
        return None
    decided = {each["person"] for each in approval["decisions"]} | {data["requester"]}
    return Audience(
        people=tuple(person for person in approval["approvers"] if person not in decided),
        buttons=(
            Button(label="Approve", command=f"approve {run}", style="primary"),
            Button(label="Refuse", command=f"refuse {run}", style="danger"),
        ),
        run=run,
    )


def _title(data: Snapshot, discreet: bool) -> str:
    if data["phase"] == "failed" and data["done"]:
        return f"{say('done', {**data, 'total': data['done'], 'targets': []}, discreet=True)}, {_not_done(data)}"
    template = _UNASKED if discreet and data["phase"] == "approval" else _TITLES[_step(data)]
    forms = {form: say(form, data, discreet=discreet) for form in ("ask", "begin", "doing", "done", "failed")}
    return sentence(template.format(**forms, owner=owner(data, discreet=discreet)))


def _step(data: Snapshot) -> str:
    """The phase, but what waits for nothing begins."""
    waits = data["blocked"] or data["begin_at"] or data["paused"] or data["problem"]
    return "acting" if data["phase"] == "waiting" and not waits else data["phase"]


def _not_done(data: Snapshot) -> str:
    missing = data["total"] - data["done"]
    return f"{missing} of {data['total']} {'has' if missing == 1 else 'have'} not"


def _summary(title: str, data: Snapshot, timezone: str) -> str:
    match data["phase"]:
        case "approval":
            why = f": {data['reason']}" if data["reason"] else ""
            until = (data["approval"] or {}).get("deadline")
            decide = f" Decide until {say_time(until, timezone)}." if until else ""
            return f"{sentence(short(data['requester']))} asks to {say('ask', data)}{why}.{decide}"
        case "failed" if not data["done"]:
            return f"{title}: {error_of(data)}."
        case "done":
            return f"{title}.{_took(data)}"
        case _:
            return f"{title}."


def _took(data: Snapshot) -> str:
    seconds = took(data)
    return f" It took {say_duration(seconds)}." if seconds is not None else ""


def _severity(data: Snapshot) -> Severity:
    if data["phase"] == "failed":
        return "warning" if data["done"] else "critical"
    unknown = (data["blocked"] or {}).get("why") == "unknown"
    troubled = data["phase"] not in OVER and (data["paused"] or data["problem"] or unknown)
    return "warning" if troubled else _SEVERITY[data["phase"]]


def _progress(data: Snapshot, discreet: bool) -> tuple[Block, ...]:
    """Which step it is at, or how many of several are through."""
    phase, total = data["phase"], data["total"]
    if phase in OVER or not total:
        return ()
    if total > 1 and phase in ("acting", "following"):
        through = min(total, data["done"] + data["failed"] + data["skipped"])
        return (Progress(label="desktops are through", done=through, total=total),)
    steps = ["approval"] if data["approval"] else []
    steps += ["asking"] if phase == "asking" or data["answer_until"] or data["answer"] else []
    steps += ["waiting", "following"]
    labels = {
        "approval": "the approval is waited for",
        "asking": f"the answer of {owner(data, discreet=discreet)} is waited for",
        "waiting": "nothing was changed yet",
        "following": "AWS is at it",
    }
    now = "following" if phase == "acting" else phase
    return (Progress(label=f"steps: {labels[now]}", done=steps.index(now), total=len(steps)),)


def _now(data: Snapshot, timezone: str, discreet: bool) -> tuple[Block, ...]:
    """What happens now or is waited for, what is wrong with it, and what it ended with."""
    phase, found = data["phase"], list[Block]()
    if phase in OVER - {"done", "failed"}:
        found.append(Text.of(why_over(data, timezone, discreet=discreet)))
    if phase in OVER:
        return tuple(found)
    if phase == "asking":
        found.append(Text.of(_asked(data, timezone, discreet)))
    if data["blocked"] and not data["paused"]:
        found.append(Text.of(_WAITS[data["blocked"]["why"]]))
    elif phase == "waiting" and data["begin_at"]:
        chose = "" if discreet or not data["answer"] else f", as {owner(data)} chose"
        found.append(Text.of(f"It begins at {say_time(data['begin_at'], timezone)}{chose}."))
    if data["paused"]:
        found.append(Text.of(bold("Paused by an admin: "), "nothing is changed until they resume."))
    if data["problem"] and not discreet:
        found.append(Text.of("Last problem: ", code(data["problem"])))
    return tuple(found)


def _asked(data: Snapshot, timezone: str, discreet: bool) -> str:
    until = f" until {say_time(data['answer_until'], timezone)}" if data["answer_until"] else ""
    silence = {
        "stop": " Without an answer nothing is done.",
        "go": " Without an answer it begins once nobody is connected.",
    }.get(data["plan"].get("silence", ""), "")
    return f"{sentence(owner(data, discreet=discreet))} is asked when it suits them{until}.{silence}"


def _details(data: Snapshot, timezone: str) -> tuple[Block, ...]:
    facts = outcome(data, timezone) if data["phase"] in OVER else agreed(data, timezone)
    return (facts, *targets_table(data))


def _buttons(data: Snapshot) -> tuple[Button, ...]:
    phase, run = data["phase"], data["run"]
    only = data["targets"][0]["id"] if data["total"] == 1 and data["targets"] else ""
    gone = data["op"] == "terminate" and phase == "done"
    status = (Button(label="Status", command=f"workspace {only}"),) if only and not gone else ()
    if phase in BEFORE:
        return (Button(label="Cancel", command=f"workspace cancel {run}"),)
    if phase in ("failed", "gave up", "expired", "void", "unanswered") and only and OPS[data["op"]].again:
        again = OPS[data["op"]].again.format(id=only)
        return (Button(label="Try again", command=again, style="primary"), *status)
    return status
