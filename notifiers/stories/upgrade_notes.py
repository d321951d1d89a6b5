"""What is said beside the card of an upgrade: to whoever asked, whoever decides, and whoever uses a desktop."""

from collections.abc import Callable, Mapping, Sequence

from aws_ops import clock
from notifiers.message import Button, Fact, Facts, File, Message, Severity, Text, line
from notifiers.stories.reminders import reminders
from notifiers.stories.story import ADMIN, Note
from notifiers.stories.upgrade_facts import KEPT, LOST, agreed, chart, failed, images, report
from notifiers.stories.upgrade_words import (
    OVER,
    UNTOUCHED,
    Snapshot,
    ask,
    begin,
    desktops,
    image_now,
    named,
    past,
    results,
    sentence,
    short,
    took,
    wave,
    why_stopped,
    why_untouched,
)
from notifiers.times import say_time

MOST_BYTES = 190_000
"""How much of a report goes with a message; `/upgrade report` gives all of it."""
_CHOICES = {"now": "Now", "soon": "In 15 min", "tonight": "Tonight", "later": "In 24 h"}


def notes(fact: str, data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """Direct messages to those whom the fact concerns, and what the admins must know.

    Owners are told by whichever fact comes while they may answer: the one that is about them may be lost.
    """
    tell = _NOTES.get(fact)
    found = tell(data, timezone) if tell else ()
    still = () if tell is _owners or data["phase"] in OVER or data["stop"] else data["asked"]
    waits = [one for one in still if one["until"] > clock.epoch()]
    return (*found, *(_owners({**data, "asked": waits}, timezone) if waits else ()))


def thread(fact: str, data: Snapshot, timezone: str, discreet: bool = False) -> Message | None:
    """What is said in the thread of the card: how each wave went, and the end with its report.

    `discreet`: for readers who are not to know whose desktops they are.
    """
    if discreet:
        data = {**data, "failures": [], "files": {}}
    match fact:
        case "UpgradeWaveBegun" if data["wave"] > 0:
            number = data["wave"]
            text = f"{sentence(wave(data, number - 1))} is through: {results(data)} so far. Now {wave(data, number)}."
            return _with_details(data, line(text))
        case "UpgradeStopped":
            return _with_details(data, line(f"{why_stopped(data)} So far: {results(data)}.", "warning"))
        case "UpgradeFinished" if data["phase"] in OVER - UNTOUCHED:
            return _end(data, timezone)
        case _:
            return None


# ---- those who decide


def _reminded(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    return reminders(data, ask(data), agreed(data, timezone), timezone)


def _gate(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """That somebody has to say go on; to whoever asked, that somebody did."""
    gate, run = data["gate"], data["run"]
    if gate is None:
        return ()
    if gate["state"] == "granted":
        by = sentence(short(gate["by"] or "an approver"))
        return (_to_requester(data, "go-on", line(f"{begin(data)} goes on after the canary, as {by} said.", "ok")),)
    text = (
        f"{begin(data)}: the canary is healthy ({results(data)}), and the other "
        f"{data['total'] - data['waves'][0]:,} wait until an approver says that it goes on."
    )
    buttons = (
        Button(label="Continue", command=f"upgrade continue {run}", style="primary"),
        Button(label="Stop", command=f"upgrade stop {run}", style="danger"),
    )
    asked = line(text, "warning", buttons)
    approvers = (data["approval"] or {}).get("approvers", ())
    waits = line(f"{text} You asked for it, so somebody else has to.")
    key = f"gate#{gate['wave']}"
    return (*_to(approvers, {data["requester"]}, f"{run}#{key}", asked), _to_requester(data, key, waits))


# ---- whoever uses a desktop


def _owners(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """The question when it suits them; each of their desktops and each time once."""
    return tuple(
        Note(f"{data['run']}#owner#{one['id']}#{one['at']}", f"person:{one['owner']}", _question(one, data, timezone))
        for one in data["asked"]
    )


def _question(one: Snapshot, data: Snapshot, timezone: str) -> Message:
    which = f"{one['computer']} ({one['id']})" if one["computer"] else one["id"]
    until = say_time(one["until"], timezone)
    title = "Your desktop is about to get another image: when does it suit you?"
    facts = Facts.of(
        Desktop=which,
        Image=images(data),
        Asked_by=short(data["requester"]),
        Why=data["reason"] or "no reason given",
        Lost=LOST,
        Without_an_answer=f"it begins at {until}",
    )
    kept = KEPT[data["plan"].get("snapshot", "fresh")]
    stays = "What you saved on the user volume stays. " if kept is KEPT["fresh"] else ""
    connect = " If you connect again, it waits for the snapshot after that." if kept is KEPT["fresh"] else ""
    again = "" if len(one["choices"]) > 1 else " It was put off as often as it may be."
    return Message(
        title=title,
        summary=f"{title} Without an answer it begins at {until}.",
        severity="warning",
        blocks=(
            facts,
            Text.of(
                f"{stays}It begins only while you are not connected, and takes about half an hour.{connect}{again}"
            ),
        ),
        buttons=tuple(
            Button(label=_CHOICES[choice], command=f"upgrade answer {data['run']} {one['id']} {choice}")
            for choice in one["choices"]
        ),
    )


# ---- whoever asked, and the admins


def _granted(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    approval = data["approval"] or {"decisions": ()}
    by = ", ".join(short(each["person"]) for each in approval["decisions"] if each["verdict"] == "granted")
    text = f"{sentence(by) or 'The approvers'} approved that you {ask(data)}. You are told how it ends."
    return (_to_requester(data, "granted", line(text, "ok")),)


def _held(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """That somebody else than whoever asked has paused it."""
    paused = data["paused_by"]
    if paused is None or paused["by"] == data["requester"]:
        return ()
    text = f"{sentence(short(paused['by']))} paused it: {begin(data)[0].lower()}{begin(data)[1:]}."
    resume = (Button(label="Resume", command=f"upgrade resume {data['run']}"),)
    return (_to_requester(data, f"paused#{paused['at']}", line(text, "info", resume)),)


def _stopped(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """That no further desktop is touched, to whoever does not know; what went wrong, to the admins too."""
    stop, key = data["stop"], f"{data['run']}#stopped"
    if stop is None or (stop["why"] == "person" and stop["by"] == data["requester"]):
        return ()
    text = f"{begin(data)} stops. {why_stopped(data)} What AWS is at is followed to its end. So far: {results(data)}."
    by_itself = stop["why"] != "person"
    message = _with_details(data, line(text, "critical" if by_itself else "warning", (_details(data),)))
    places = (f"person:{data['requester']}", *((ADMIN,) if by_itself else ()))
    return tuple(Note(key, place, message) for place in places)


def _restored(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    text = (
        f"The bundle {named(data['bundle'])} has its old image again, {named(data['old_image'])}, because its upgrade "
        "stopped before the canary was healthy: whatever is rebuilt from now on gets that."
    )
    return tuple(
        Note(f"{data['run']}#restored", place, line(text, "warning"))
        for place in (f"person:{data['requester']}", ADMIN)
    )


def _over(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """How it ended, once: whichever fact of its end comes first says it."""
    if data["phase"] in UNTOUCHED and data["cancelled_by"] != data["requester"]:
        severity: Severity = "info" if data["phase"] in {"refused", "cancelled"} else "warning"
        text = f"{begin(data)} came to nothing. {why_untouched(data, timezone)}"
        return (_to_requester(data, "over", line(text, severity)),)
    if data["phase"] in OVER - UNTOUCHED:
        return (_to_requester(data, "over", _end(data, timezone)),)
    return ()


def _end(data: Snapshot, timezone: str) -> Message:
    """The end, with the report's files where they are known."""
    done, total = data["counts"]["done"], data["total"]
    said = f"{done:,} of {desktops(data)} {'has' if done == 1 else 'have'} been {past(data)}"
    title = f"{desktops(data)} {'has' if total == 1 else 'have'} been {past(data)}" if done == total else said
    why = f"{why_stopped(data)} " if data["stop"] else ""
    facts = [Fact(label="Result", value=results(data))]
    facts += [Fact(label="Took", value=lasted)] if (lasted := took(data)) else []
    facts.append(Fact(label="Report", value=report(data)))
    severity: Severity = "ok" if done == total else "warning" if done else "critical"
    return Message(
        title=title,
        summary=f"{title}. {why}{image_now(data)}".strip(),
        severity=severity,
        blocks=(
            *((Text.of(f"{why}{image_now(data)}".strip()),) if why or image_now(data) else ()),
            Facts(items=tuple(facts)),
            *failed(data),
            *chart(data, timezone),
        ),
        buttons=(Button(label="Report", command=f"upgrade report {data['run']}"),),
        files=_files(data),
    )


def _files(data: Snapshot) -> tuple[File, ...]:
    """The report where it is known, as far as a message has room for it."""
    whole = tuple(File(name=name, content=content) for name, content in data.get("files", {}).items())
    if sum(len(file.content.encode()) for file in whole) <= MOST_BYTES:
        return whole
    return tuple(file for file in whole if not file.name.endswith(".csv"))


def _with_details(data: Snapshot, message: Message) -> Message:
    return message.model_copy(update={"blocks": (*message.blocks, *failed(data))})


def _details(data: Snapshot) -> Button:
    return Button(label="Details", command=f"upgrade status {data['run']}")


def _to(people: Sequence[str], but: set[str], key: str, message: Message) -> tuple[Note, ...]:
    return tuple(Note(key, f"person:{person}", message) for person in people if person not in but)


def _to_requester(data: Snapshot, key: str, message: Message) -> Note:
    return Note(f"{data['run']}#{key}", f"person:{data['requester']}", message)


_NOTES: Mapping[str, Callable[[Snapshot, str], tuple[Note, ...]]] = {
    "ApprovalReminded": _reminded,
    "ApprovalGranted": _granted,
    "ApprovalRefused": _over,
    "ApprovalExpired": _over,
    "PlanChanged": _over,
    "UpgradeGate": _gate,
    "UpgradeOwnerAsked": _owners,
    "UpgradePaused": _held,
    "UpgradeStopped": _stopped,
    "UpgradeImageRestored": _restored,
    "UpgradeCancelled": _over,
    "UpgradeFinished": _over,
}
