"""What is said beside the card of a WorkSpace run: to whoever asked, whoever uses it, and whoever decides."""

from collections.abc import Callable

from notifiers.message import Block, Button, Fact, Facts, Message, Severity, Text, line
from notifiers.stories.reminders import reminders
from notifiers.stories.story import Note
from notifiers.stories.workspace_facts import agreed, named, report, targets_table, took
from notifiers.stories.workspace_words import (
    OPS,
    OVER,
    Snapshot,
    error_of,
    lost,
    owner,
    say,
    sentence,
    short,
    why_over,
    your,
)
from notifiers.times import say_duration, say_time


def notes(fact: str, data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """Direct messages to those whom the fact concerns."""
    tell = _NOTES.get(fact)
    return tell(data, timezone) if tell else ()


# ---- those who decide


def _reminded(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    return reminders(data, say("ask", data), agreed(data, timezone), timezone)


# ---- whoever uses it


def _asked(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """The question when it suits them."""
    if data["owner"] is None:
        return ()
    run, ask = data["run"], your(say("ask", data), data)
    asker, evening = sentence(short(data["requester"])), data["plan"].get("evening")
    until = say_time(data["answer_until"], timezone) if data["answer_until"] else None
    silence = {
        "stop": "Without an answer nothing is done.",
        "go": "Without an answer it begins once nobody is connected.",
    }.get(data["plan"].get("silence", ""), "")
    facts = [
        Fact(label="Asked by", value=short(data["requester"])),
        Fact(label="Why", value=data["reason"] or "no reason given"),
        Fact(label="Desktop", value=named(data["targets"][0]) if data["targets"] else ""),
        Fact(label="Lost", value="\n".join(lost(data, timezone)) or "nothing"),
    ]
    facts += [Fact(label="Answer until", value=f"{until}. {silence}".strip())] if until else []
    choices = (("Now", "now"), ("In 15 min", "soon"), (f"Tonight {evening}" if evening else "Tonight", "tonight"))
    message = Message(
        title=f"{asker} asks to {ask}: when does it suit you?",
        summary=f"{asker} asks to {ask}. Say when it suits you.",
        severity="warning",
        blocks=(
            Facts(items=tuple(facts)),
            Text.of("Save your work before it begins: whoever is connected then is cut off."),
        ),
        buttons=(
            *(Button(label=label, command=f"rebuild answer {run} {choice}") for label, choice in choices),
            Button(label="Not me", command=f"rebuild answer {run} no", style="danger"),
        ),
    )
    return (Note(f"{run}#asked", f"person:{data['owner']}", message),)


def _begun(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """That it begins, to whoever uses it and did not ask for it."""
    if data["owner"] in (None, data["requester"]) or data["op"] not in _FELT:
        return ()
    minutes = data["plan"].get("expected_min")
    wait = f" It takes about {minutes} minutes." if minutes else ""
    text = f"{sentence(your(say('doing', data), data))} now, as {short(data['requester'])} asked.{wait}"
    return (Note(f"{data['run']}#begun", f"person:{data['owner']}", line(text, "warning")),)


_FELT = frozenset({"stop", "reboot", "rebuild", "restore", "terminate"})


# ---- whoever asked


def _granted(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    approval = data["approval"] or {"decisions": ()}
    by = ", ".join(short(each["person"]) for each in approval["decisions"] if each["verdict"] == "granted")
    text = f"{sentence(by) or 'The approvers'} approved that you {say('ask', data)}. You are told how it ends."
    return (_to_requester(data, "granted", line(text, "ok")),)


def _answered(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    answer = data["answer"]
    if answer is None or answer["choice"] == "no":
        return ()  # that it is over then is said as such
    when = f"at {say_time(data['begin_at'], timezone)}" if data["begin_at"] and answer["choice"] != "now" else "now"
    text = f"{sentence(owner(data))} agrees that you {say('ask', data)}: it begins {when}."
    return (_to_requester(data, f"answered#{answer['at']}", line(text)),)


def _silent(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    if data["phase"] == "unanswered":
        return _over(data, timezone)
    text = f"{sentence(owner(data))} did not answer. It begins once nobody is connected."
    return (_to_requester(data, "silent", line(text)),)


def _late(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    minutes = data["plan"].get("expected_min")
    usual = f", and usually takes about {minutes} minutes" if minutes else ""
    state = _first(data, "state") if data["total"] == 1 else ""
    seen = f" AWS says {state}." if state else ""
    text = f"{sentence(say('doing', data))} for longer than it should{usual}.{seen} You are told how it ends."
    return (_to_requester(data, "late", line(text, "warning", _status(data))),)


# ---- the end, for whoever asked and whoever uses it


def _over(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """How it ended, once: whichever fact of its end comes first says it."""
    if data["phase"] not in OVER:
        return ()
    tell: list[Note] = []
    if data["cancelled_by"] != data["requester"]:
        tell.append(_to_requester(data, "over", _end(data, timezone, mine=data["owner"] == data["requester"])))
    if data["owner"] not in (None, data["requester"], data["cancelled_by"]) and _owner_knows(data):
        tell.append(Note(f"{data['run']}#over", f"person:{data['owner']}", _end(data, timezone, mine=True)))
    return tuple(tell)


def _owner_knows(data: Snapshot) -> bool:
    """Whether its user has heard of it, or feels it, and did not say no themselves."""
    if data["phase"] == "declined":
        return False
    return bool(data["answer_until"] or data["answer"]) or data["phase"] in ("done", "failed")


def _end(data: Snapshot, timezone: str, *, mine: bool) -> Message:
    phase = data["phase"]
    seconds = took(data)
    duration = f" It took {say_duration(seconds)}." if seconds is not None else ""
    match phase:
        case "done":
            text = f"{sentence(_whose(say('done', data), data, mine))}.{duration}{_then(data, mine=mine)}"
            return _several(data, line(text, "ok"))
        case "failed" if data["total"] == 1:
            text = f"{sentence(_whose(say('failed', data), data, mine))}: {error_of(data)}.{_mend(data)}"
            return line(text, "critical", (*_again(data), *_status(data)))
        case "failed":
            counted = f"{data['done']} of {data['total']} are done, {data['failed']} failed"
            text = f"{sentence(say('begin', data))}: {counted}.{duration} Ask again for those that failed."
            return _several(data, line(text, "warning" if data["done"] else "critical"))
        case _:
            severity: Severity = "info" if phase in ("cancelled", "refused", "declined") else "warning"
            why = why_over(data, timezone, mine=mine)
            text = f"{sentence(_whose(say('begin', data), data, mine))} came to nothing. {why}"
            buttons = () if phase in ("refused", "declined", "cancelled") else _again(data)
            return line(text, severity, buttons)


def _several(data: Snapshot, message: Message) -> Message:
    """With each desktop's result, where there are several."""
    blocks: tuple[Block, ...] = (*message.blocks, *targets_table(data))
    return message.model_copy(update={"blocks": blocks, "files": report(data)})


def _then(data: Snapshot, *, mine: bool) -> str:
    if data["total"] != 1:
        return ""
    who = "you" if mine else "its user"
    return {
        "rebuild": f" It has a new address; if it cannot be reached at first, {who} should restart the client.",
        "restore": f" If it cannot be reached at first, {who} should restart the client.",
        "create": " AWS sends its user a mail with how to sign in.",
    }.get(data["op"], "")


def _mend(data: Snapshot) -> str:
    if data["op"] in ("rebuild", "restore"):
        return " Look at its state and try again; what stays broken needs an operator."
    return " Look at its state, then try again."


def _to_requester(data: Snapshot, key: str, message: Message) -> Note:
    return Note(f"{data['run']}#{key}", f"person:{data['requester']}", message)


def _whose(text: str, data: Snapshot, mine: bool) -> str:
    return your(text, data) if mine else text


def _first(data: Snapshot, name: str) -> str:
    return (data["targets"][0][name] or "") if data["targets"] else ""


def _again(data: Snapshot) -> tuple[Button, ...]:
    command, only = OPS[data["op"]].again, _first(data, "id")
    if data["total"] != 1 or not command or not only:
        return ()
    return (Button(label="Try again", command=command.format(id=only), style="primary"),)


def _status(data: Snapshot) -> tuple[Button, ...]:
    only = _first(data, "id")
    return (Button(label="Status", command=f"workspace {only}"),) if data["total"] == 1 and only else ()


_NOTES: dict[str, Callable[[Snapshot, str], tuple[Note, ...]]] = {
    "ApprovalReminded": _reminded,
    "ApprovalGranted": _granted,
    "ApprovalRefused": _over,
    "ApprovalExpired": _over,
    "PlanChanged": _over,
    "OwnerAsked": _asked,
    "OwnerAnswered": _answered,
    "OwnerSilent": _silent,
    "WorkspaceBegun": _begun,
    "WorkspaceLate": _late,
    "WorkspaceFinished": _over,
    "WorkspaceCancelled": _over,
}
