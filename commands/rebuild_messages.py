"""What is said before a rebuild: what it would do to whom, or why it cannot be. Pure: what was seen in, words out."""

from dataclasses import dataclass

from aws_ops import clock
from aws_ops.upgrade_items import Standing
from aws_ops.workspace_look import Looked, not_connected
from aws_ops.workspace_ops import OPS
from aws_ops.workspace_runs import Order
from commands import workspace_words as words
from notifiers.message import Block, Fact, Facts, Message, Text
from notifiers.times import say_duration, say_time

_LOST = "Programs installed by hand, and everything else on the system volume (C: or /)"


@dataclass(frozen=True)
class Others:
    """Whom a rebuild needs beside whoever asks for it.

    `owner`: how the person is called whose it is; None where it is one's own, or nobody's. `ask_s`: for how long they
    are asked, None where nobody can be. `approvers`: who may approve, by key; none where no approval is needed.
    """

    owner: str | None = None
    ask_s: int | None = None
    silence: str = "stop"
    evening: str = "20:00"
    patience_s: int = 0
    approvers: tuple[str, ...] = ()
    quorum: int = 1
    deadline_s: int = 0


def plan(
    looked: Looked, others: Others, reason: str | None, tz: str, *, mine: bool, upgrade: Standing | None = None
) -> Message:
    """What is shown before: what is there now, what is lost, and who is asked; `upgrade` is what its bundle is in."""
    whose = "your desktop" if mine else f"the desktop of {others.owner or looked.workspace.user}"
    title = f"Rebuild {whose}?"
    blocks: list[Block] = [Facts(items=_facts(looked, tz))]
    if upgrade is not None:
        blocks.append(Text.of(_upgraded(looked, upgrade)))
    blocks += (Text.of(sentence) for sentence in consequences(looked, others, mine=mine))
    if reason:
        blocks.append(Text.of(f"Your reason: {reason}"))
    summary = f"{title} {_first_up(work_lost(looked, tz))}."
    return Message(title=title, summary=summary, severity="warning", blocks=tuple(blocks))


def label(others: Others) -> str:
    """What the button says: what happens when it is pressed."""
    if others.approvers:
        return "Ask for approval"
    return f"Ask {others.owner}" if others.ask_s is not None and others.owner else "Rebuild"


def begun(order: Order, others: Others, tz: str) -> str:
    """The sentence after it was begun: who has the next word."""
    (target,) = order.targets
    now = clock.epoch()
    if others.approvers:
        until = say_time(now + others.deadline_s, tz)
        return (
            f"The rebuild of {target.user}'s desktop waits until {until} for an approval of {_some(others.approvers)}."
        )
    if order.owner_consents:
        minutes = order.does.expected_min
        return f"The rebuild of your desktop begins now, and takes about {minutes} minutes: save your work at once."
    if others.ask_s is None or others.owner is None:
        return f"The rebuild of {target.user}'s desktop begins once AWS says that nobody is connected."
    return (
        f"{others.owner} is asked when it may be rebuilt, and has until {say_time(now + others.ask_s, tz)} to answer."
    )


def consequences(looked: Looked, others: Others, *, mine: bool) -> tuple[str, ...]:
    """What happens after the button is pressed, in its order: one sentence each."""
    sentences = []
    if others.approvers:
        sentences.append(_approval(others))
    if not mine:
        sentences.append(_asked(others, looked))
    elif not_connected(looked) is not True:
        sentences.append("It begins at once: whoever is connected to it is cut off, so save your work before.")
    else:
        sentences.append("It begins at once.")
    return tuple(sentences)


def _upgraded(looked: Looked, upgrade: Standing) -> str:
    bundle = looked.bundle.name if looked.bundle and looked.bundle.name else looked.workspace.bundle
    return (
        f"The bundle {bundle} is in an upgrade from the image {upgrade.old_image} to {upgrade.image}, asked for by "
        f"{upgrade.by}: a rebuild brings whichever of them the bundle has then, so it needs an approval. When the "
        "upgrade comes to this desktop it is rebuilt once more."
    )


def _approval(others: Others) -> str:
    who = _some(others.approvers)
    within = f"within {say_duration(others.deadline_s)}, or nothing is done"
    if others.quorum == 1:
        return f"First an approver has to agree {within}: {who}."
    return f"First {others.quorum} approvers have to agree {within}, out of {who}."


def _asked(others: Others, looked: Looked) -> str:
    patience = say_duration(others.patience_s)
    if others.ask_s is None or others.owner is None:
        untold = " As long as AWS does not tell, as now, it does not begin." if not_connected(looked) is None else ""
        return (
            f"Nobody can be asked, because {others.owner or looked.workspace.user} is not known to me in any chat: it "
            f"begins once AWS says that nobody is connected, and is given up after {patience}.{untold}"
        )
    silent = {
        "stop": "Without an answer by then nothing is rebuilt.",
        "go": f"Without an answer by then it begins once nobody is connected, and is given up after {patience}.",
    }[others.silence]
    then = "Then " if others.approvers else ""
    return (
        f"{then}{others.owner} is asked in a direct message, for {say_duration(others.ask_s)}: now, in 15 minutes, "
        f"tonight at {others.evening} in their zone, or not at all. {silent}"
    )


def _facts(looked: Looked, tz: str) -> tuple[Fact, ...]:
    workspace = looked.workspace
    minutes = OPS["rebuild"].expected_min
    return (
        Fact(label="Desktop", value=words.full_name(workspace)),
        Fact(label="State", value=_first_up(words.state(workspace))),
        *((Fact(label="AWS says", value=workspace.error),) if workspace.error else ()),
        Fact(label="Connected", value=_first_up(words.connected(looked, tz))),
        Fact(label="Snapshot of the user volume", value=_snapshot(looked, tz)),
        Fact(label="Work", value=_first_up(work_lost(looked, tz))),
        Fact(label="Also lost", value=_LOST),
        Fact(label="Last rebuild", value=_rebuilt(looked, tz)),
        Fact(label="Image", value=_image(looked, tz)),
        Fact(label="Also an upgrade", value=upgrade(looked, tz)),
        Fact(label="Takes", value=f"about {minutes} minutes; it gets a new IP address"),
    )


def work_lost(looked: Looked, tz: str) -> str:
    """Which work on the user volume a rebuild takes away, without a full stop."""
    taken = looked.snapshots.rebuild if looked.snapshots else None
    if taken is None:
        return "which work is lost cannot be told"
    since = f"whatever was saved on the user volume since {say_time(taken, tz)} is lost"
    last = looked.connection.last if looked.connection else None
    match not_connected(looked):
        case False:
            return f"{since}; somebody is working there now"
        case True if last is not None and last > taken:
            return f"{since}; somebody was connected after that, at {say_time(last, tz)}"
        case True if last is not None:
            return "no work that AWS knows of is lost: nobody has connected since the snapshot"
        case _:
            return f"{since}; whether somebody worked there after that cannot be told"


def upgrade(looked: Looked, tz: str) -> str:
    """Whether a rebuild also brings another image, as far as that can be told."""
    image, rebuilt = looked.image, looked.rebuilt
    if image is None or image.created is None:
        return "It cannot be told how old the image is: the rebuild may bring other versions of programs"
    if rebuilt is None:
        return "It may be: which image the desktop has now is not known, because I have not rebuilt it yet"
    if image.created > rebuilt.at:
        return f"Yes: the image was made after the last rebuild, on {say_time(image.created, tz)}"
    return "No: the image is older than the last rebuild, unless the bundle was given another old one since"


def _snapshot(looked: Looked, tz: str) -> str:
    taken = looked.snapshots.rebuild if looked.snapshots else None
    if taken is None:
        return "not known"
    return f"{say_duration(clock.epoch() - taken)} old, from {say_time(taken, tz)}"


def _rebuilt(looked: Looked, tz: str) -> str:
    if looked.rebuilt is None:
        return "None that I made"
    return f"{say_time(looked.rebuilt.at, tz)}, asked for by {looked.rebuilt.by}"


def _image(looked: Looked, tz: str) -> str:
    bundle, image = looked.bundle, looked.image
    if bundle is None:
        return "not known"
    name = bundle.name or bundle.id
    if image is None:
        return f"Amazon's own, of the bundle {name}"
    made = f", made {say_time(image.created, tz)}" if image.created is not None else ""
    return f"{image.name or image.id}{made}, of the bundle {name}"


def _some(people: tuple[str, ...]) -> str:
    shown = ", ".join(people[:6])
    return shown + (f" and {len(people) - 6} more" if len(people) > 6 else "")


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
