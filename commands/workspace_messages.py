"""What `/workspace` shows of one WorkSpace, and what it offers. Pure: facts in, Message out."""

from collections.abc import Iterator

from aws_ops import clock
from aws_ops.workspace_look import Looked
from aws_ops.workspace_ops import BROKEN, OPS
from commands import workspace_words as words
from commands.targets import Owned
from notifiers.message import Block, Button, Chart, Fact, Facts, Message, Text, code
from notifiers.times import say_duration, say_time

# Operation, what the button says, what it types, whether it is an operator's alone; the likeliest first.
_OFFERED = (
    ("start", "Start", "workspace start", False),
    ("reboot", "Restart", "workspace reboot", False),
    ("stop", "Stop", "workspace stop", False),
    ("rebuild", "Rebuild", "rebuild", False),
    ("restore", "Restore", "workspace restore", False),
    ("maintenance-on", "Maintenance on", "workspace maintenance on", True),
    ("maintenance-off", "Maintenance off", "workspace maintenance off", True),
    ("terminate", "Delete", "workspace terminate", True),
)


def shown(one: Owned, looked: Looked, tz: str, *, operator: bool, protected: bool) -> Message:
    """One WorkSpace, everything about it; `operator`: whether whoever reads it is one."""
    workspace = looked.workspace
    buttons = () if protected or looked.tags is None else _buttons(looked, operator=operator)
    notes = tuple(_notes(looked, buttons, protected=protected))
    whose = "Your WorkSpace" if one.mine else f"The WorkSpace of {one.owner or workspace.user}"
    return Message(
        title=f"WorkSpace {words.name(workspace)}",
        summary=f"{whose} is {words.state(workspace)}. Connected: {words.connected(looked, tz)}.",
        severity="warning" if workspace.state in BROKEN or looked.trouble else "info",
        blocks=(Facts(items=tuple(_facts(one, looked, tz))), *_charts(looked), *notes),
        buttons=(*buttons, Button(label="Look again", command=f"workspace {workspace.id}")),
    )


def _facts(one: Owned, looked: Looked, tz: str) -> Iterator[Fact]:
    workspace = looked.workspace
    yield Fact(label="User", value=workspace.user + (f" ({one.owner})" if one.owner else ""))
    yield Fact(label="State", value=_first_up(words.state(workspace)))
    if workspace.error or workspace.error_code:
        yield Fact(label="AWS says", value=": ".join(filter(None, (workspace.error_code, workspace.error))))
    yield Fact(label="Connected", value=_first_up(words.connected(looked, tz)))
    yield Fact(label="Running mode", value=_first_up(words.mode(workspace)))
    yield Fact(label="Bundle", value=looked.bundle.name if looked.bundle else workspace.bundle)
    yield Fact(label="Image of the bundle", value=_image(looked, tz))
    yield Fact(label="Snapshot for a rebuild", value=_snapshot(looked, tz, "rebuild"))
    yield Fact(label="Snapshot for a restore", value=_snapshot(looked, tz, "restore"))
    yield Fact(label="Last rebuild", value=_rebuilt(looked, tz))
    yield Fact(label="Size", value=_size(looked))
    yield Fact(label="Id", value=workspace.id)


def _image(looked: Looked, tz: str) -> str:
    if looked.image is None:
        return (looked.bundle.image if looked.bundle else None) or "not known"
    made = f", made {say_time(looked.image.created, tz)}" if looked.image.created is not None else ""
    return f"{looked.image.name or looked.image.id}{made}"


def _snapshot(looked: Looked, tz: str, op: str) -> str:
    if looked.snapshots is None:
        return "not known"
    taken = looked.snapshots.rebuild if op == "rebuild" else looked.snapshots.restore
    if taken is None:
        return "there is none yet"
    return f"{say_duration(clock.epoch() - taken)} old, from {say_time(taken, tz)}"


def _rebuilt(looked: Looked, tz: str) -> str:
    last = looked.rebuilt
    return f"{say_time(last.at, tz)}, asked for by {last.by}" if last else "None that I made"


def _size(looked: Looked) -> str:
    workspace = looked.workspace
    volumes = ((workspace.root_gib, "system"), (workspace.user_gib, "user"))
    sizes = [f"{size} GiB {volume}" for size, volume in volumes if size is not None]
    encrypted = "encrypted" if workspace.root_encrypted or workspace.user_encrypted else None
    return ", ".join(filter(None, (workspace.compute, *sizes, encrypted))) or "not known"


def _charts(looked: Looked) -> Iterator[Block]:
    for title, values in (("CPU, last 24 h", looked.cpu), ("User volume used, last 24 h", looked.disk)):
        if values:
            yield Chart(title=title, values=values, unit="%")


def _notes(looked: Looked, buttons: tuple[Button, ...], *, protected: bool) -> Iterator[Block]:
    if looked.key_usable is False:
        yield Text.of("The KMS key of its volumes cannot be used: ask whoever keeps your keys to enable it.")
    for trouble in looked.trouble:
        yield Text.of(f"{trouble}.")
    if looked.run is not None:
        yield Text.of("Something is being done to it, or waits to be: ", code(f"/workspace cancel {looked.run}"))
    if protected:
        yield Text.of("It is protected by a tag, so nobody changes it from here.")
    elif looked.tags is None:
        yield Text.of("Nothing is offered while its tags, which may protect it, cannot be read.")
    elif not buttons:
        yield Text.of(f"Nothing can be done to it while it is {looked.workspace.state}.")
    yield Text.of("More words: ", code("/deskside help workspace"), quiet=True)


def _buttons(looked: Looked, *, operator: bool) -> tuple[Button, ...]:
    workspace, buttons = looked.workspace, []
    for op, label, typed, of_operators in _OFFERED:
        busy = looked.run is not None and OPS[op].destroys
        allowed = (operator or not of_operators) and not busy and _possible(op, looked)
        if allowed and OPS[op].takes(workspace.state, workspace.running_mode):
            buttons.append(_button(label, f"{typed} {workspace.id}", danger=OPS[op].destroys))
    return tuple(buttons)


def _possible(op: str, looked: Looked) -> bool:
    """Whether what the operation needs may be there."""
    if op not in {"rebuild", "restore"} or looked.snapshots is None:
        return True
    return (looked.snapshots.rebuild if op == "rebuild" else looked.snapshots.restore) is not None


def _button(label: str, command: str, *, danger: bool) -> Button:
    return Button(label=label, command=command, style="danger" if danger else "default")


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
