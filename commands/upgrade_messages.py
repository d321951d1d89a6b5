"""What is said before an upgrade, and of what people wish of it. Pure: what was seen in, words out."""

from collections.abc import Sequence

from aws_ops.csv_files import csv_text
from aws_ops.runs import RunRow
from aws_ops.upgrade_items import UpgradeOrder
from aws_ops.upgrade_plan import Excluded, UpgradePlan
from aws_ops.upgrade_runs import Wished
from aws_ops.workspace_items import Terms
from commands import run_words
from notifiers.message import Block, Button, Fact, Facts, File, Message, Table, Text, line
from notifiers.stories.upgrade_facts import planned
from notifiers.times import say_duration, say_time

_ROWS = 20
_BUTTONS = 5
_FILE = "left-out.csv"
_LEFT_OUT = ("WorkspaceId", "User", "ComputerName", "Why")


def what(order: UpgradeOrder) -> str:
    """What it does: "upgrade 200 desktops of Office to office-2026-2"."""
    machines, image = desktops(order), name(order, order.image)
    return f"roll {machines} back to {image}" if order.op == "rollback" else f"upgrade {machines} to {image}"


def desktops(order: UpgradeOrder) -> str:
    """Which: "200 desktops of Office"."""
    return f"{order.total:,} {'desktop' if order.total == 1 else 'desktops'} of {name(order, order.bundle)}"


def name(order: UpgradeOrder, id: str) -> str:
    """What a bundle or an image is called."""
    return order.names.get(id) or id


def plan(order: UpgradeOrder, seen: UpgradePlan, tz: str) -> Message:
    """What is shown before: which machines, how it goes, whom it concerns, what cannot be undone."""
    asked = what(order)
    title = f"{asked[:1].upper()}{asked[1:]}?"
    waits = f"{say_duration(order.wait_s)} of open hours; what waits for longer is left as it is"
    facts = (
        Fact(label="Bundle", value=", ".join(dict.fromkeys((name(order, order.bundle), order.bundle)))),
        Fact(label="Image", value=_images(order)),
        *planned(order.plan),
        Fact(label="Waits for each", value=f"at most {waits}"),
        Fact(label="Report", value=_report(order)),
    )
    blocks: list[Block] = [Facts(items=facts), *(Text.of(remark) for remark in seen.remarks)]
    if seen.excluded:
        blocks.append(Text.of(f"Which are left out and why is in {_FILE}, in your own chat with me."))
    blocks.append(Text.of(_approval(order.approval)))
    if order.reason:
        blocks.append(Text.of(f"Your reason: {order.reason}"))
    return Message(
        title=title,
        summary=f"{title} It needs an approval.",
        severity="warning",
        blocks=tuple(blocks),
        files=left_out(seen.excluded),
    )


def left_out(excluded: Sequence[Excluded]) -> tuple[File, ...]:
    """What the plan leaves out, as a file."""
    if not excluded:
        return ()
    rows = ((one.id, one.user, one.computer or "", one.why) for one in excluded)
    return (File(name=_FILE, content=csv_text(_LEFT_OUT, rows)),)


def begun(order: UpgradeOrder, now: int, tz: str) -> str:
    """The sentence after it was asked for: who has the next word."""
    until = say_time(now + order.approval.deadline_s, tz)
    kind = "rollback" if order.op == "rollback" else "upgrade"
    return f"The {kind} of {desktops(order)} waits until {until} for an approval of {_some(order.approval.approvers)}."


def listed(found: Sequence[RunRow], tz: str) -> Message:
    """The upgrades that are open, and those of the last week."""
    if not found:
        return line("No upgrade is open, and none ended in the last 7 days: /upgrade start begins one.")
    rows = tuple(
        (run_words.what(run), run_words.state(run), say_time(run.started, tz), run_words.asker(run), run.id)
        for run in found[:_ROWS]
    )
    still = [run for run in found if not run.over]
    blocks: list[Block] = [Table(columns=("What", "State", "Since", "Asked for by", "Run"), rows=rows)]
    if len(found) > _ROWS:
        blocks.append(Text.of(f"And {len(found) - _ROWS:,} more.", quiet=True))
    return Message(
        title="Upgrades",
        summary=f"{len(still)} open, {len(found) - len(still)} ended in the last 7 days.",
        blocks=tuple(blocks),
        buttons=tuple(Button(label=_label(run, still), command=f"upgrade status {run.id}") for run in still[:_BUTTONS]),
    )


def not_done(wished: Wished, done: str) -> str:
    """Why a wish came to nothing; `done`: what it would have made of the run."""
    match wished.outcome:
        case "already":
            return f"It is {done} already, so nothing was changed."
        case "own":
            return "You asked for this upgrade yourself, so another approver has to say that it goes on."
        case "not open":
            return f"No go-on is waited for: {_phase(wished.phase)}, so nothing was changed."
        case "nothing":
            return "No desktop has failed so far, so there is nothing to take again."
        case _:
            return f"{_phase(wished.phase)[:1].upper()}{_phase(wished.phase)[1:]}, so nothing was changed."


def _images(order: UpgradeOrder) -> str:
    if order.image == order.old_image:
        return f"{name(order, order.image)}, as before"
    return f"{name(order, order.image)}, instead of {name(order, order.old_image)}"


def _phase(phase: str) -> str:
    return {
        "approval": "it waits for an approval and has not begun",
        "preparing": "it is just beginning",
        "running": "it is stopping, or at something else by now",
        "gate": "it waits for the go-on after its canary",
    }.get(phase, "it is over")


def _report(order: UpgradeOrder) -> str:
    if order.report is None:
        return "in the chats alone"
    sealed = ", with a KMS key" if order.report.kms else ""
    return f"in the chats, and in s3://{order.report.bucket}/{order.report.prefix}{sealed}"


def _approval(terms: Terms) -> str:
    how_many = "an approver has" if terms.quorum == 1 else f"{terms.quorum} approvers have"
    return (
        f"First {how_many} to agree within {say_duration(terms.deadline_s)}, or nothing is done: "
        f"{_some(terms.approvers)}."
    )


def _some(people: tuple[str, ...]) -> str:
    shown = ", ".join(people[:6])
    return shown + (f" and {len(people) - 6} more" if len(people) > 6 else "")


def _label(run: RunRow, among: Sequence[RunRow]) -> str:
    return f"Details {run.id[-5:]}" if len(among) > 1 else "Details"
