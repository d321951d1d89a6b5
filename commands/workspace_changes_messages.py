"""What is said before WorkSpaces are changed, and when that begins. Pure: what was seen in, words out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aws_ops import clock
from aws_ops.workspace_look import Looked
from aws_ops.workspace_ops import OPS
from aws_ops.workspace_runs import Order
from aws_ops.workspaces import Connection, WorkSpace
from commands import workspace_words as words
from commands.targets import Owned
from notifiers.message import Block, Fact, Facts, Message, Table, Text
from notifiers.times import say_duration, say_time

_ROWS = 20
_LOST = {
    "restore": "Both volumes go back to that snapshot: whatever was saved or installed since then is lost.",
    "terminate": "The desktop and everything on its volumes are deleted, and nothing brings them back.",
}
_CONNECTED = {
    True: "Nobody is connected.",
    False: "Somebody is connected, and is cut off.",
    None: "AWS does not tell whether somebody is connected; whoever is, is cut off.",
}


@dataclass(frozen=True)
class Seen:
    """What is there to be changed: `found`, as AWS has them `now` by id, and who is connected to them.

    `skipped`: those that would not be, a sentence without a full stop each.
    """

    found: tuple[Owned, ...]
    now: Mapping[str, WorkSpace]
    connections: Mapping[str, Connection]
    skipped: tuple[str, ...]

    @property
    def is_one(self) -> bool:
        """Whether only one was named."""
        return len(self.found) == 1 and not self.skipped

    @property
    def disconnected(self) -> bool:
        """Whether AWS says of each that nobody is connected."""
        return all(self.nobody(one.workspace.id) for one in self.found)

    def nobody(self, workspace: str) -> bool | None:
        """Whether nobody is connected; None is unknown."""
        if self.now[workspace].state == "STOPPED":
            return True
        found = self.connections.get(workspace)
        return {"DISCONNECTED": True, "CONNECTED": False}.get(found.state if found else "UNKNOWN")


def whose(found: tuple[Owned, ...]) -> str:
    """What is changed: "your desktop", "the desktop of ren", "12 WorkSpaces"."""
    if len(found) > 1:
        return f"{len(found)} WorkSpaces"
    return "your desktop" if found[0].mine else f"the desktop of {found[0].workspace.user}"


def question(op: str, seen: Seen) -> Message:
    """Before something that may throw somebody out, or is about several: to whom it would happen."""
    title = f"{words.verb(op).capitalize()} {whose(seen.found)}?"
    drops = OPS[op].drops
    blocks: list[Block] = [Text.of(_connected(seen))] if drops else []
    rows = [_row(one, seen) for one in seen.found]
    blocks.append(Table(columns=("User", "WorkSpace", "State", "Connected"), rows=tuple(rows[:_ROWS])))
    if len(rows) > _ROWS:
        blocks.append(Text.of(f"And {len(rows) - _ROWS} more.", quiet=True))
    blocks += _skipped(seen.skipped)
    summary = f"{title} {_connected(seen)}" if drops else title
    return Message(title=title, summary=summary, severity="warning", blocks=tuple(blocks))


def begun(op: str, found: tuple[Owned, ...]) -> str:
    """What happens now, as a sentence."""
    what = whose(found)
    return f"{_first_up(what)} {'is' if len(found) == 1 else 'are'} being {words.done(op)}."


def plan(op: str, order: Order, one: Owned, looked: Looked, tz: str) -> Message:
    """Before something that takes work away: what is lost, and who is asked."""
    title = f"{words.verb(op).capitalize()} {whose((one,))}?"
    facts = (
        Fact(label="Desktop", value=words.full_name(looked.workspace)),
        Fact(label="State", value=_first_up(words.state(looked.workspace))),
        Fact(label="Connected", value=_first_up(words.connected(looked, tz))),
        *((Fact(label="Snapshot of both volumes", value=_snapshot(looked, tz)),) if op == "restore" else ()),
        Fact(label="Takes", value=f"about {OPS[op].expected_min} minutes"),
    )
    blocks: list[Block] = [Facts(items=facts), Text.of(_LOST[op])]
    blocks += (Text.of(sentence) for sentence in consequences(order, looked))
    if order.reason:
        blocks.append(Text.of(f"Your reason: {order.reason}"))
    return Message(title=title, summary=f"{title} {_LOST[op]}", severity="warning", blocks=tuple(blocks))


def consequences(order: Order, looked: Looked) -> Iterator[str]:
    """What happens after the button is pressed, in its order: one sentence each."""
    patience = say_duration(order.patience_s)
    if order.approval is not None:
        yield _approval(order)
    if order.owner_consents:
        connected = " Whoever is connected is cut off." if order.plan.get("connected") is not False else ""
        yield f"It begins at once.{connected}"
        return
    if order.ask_s is not None:
        silent = "nothing is done" if order.silence == "stop" else "it goes on"
        yield (
            f"{'Then ' if order.approval else ''}{order.owner} is asked in a direct message, for "
            f"{say_duration(order.ask_s)}; without an answer by then {silent}."
        )
    yield f"It begins when AWS says that nobody is connected, and is given up after {patience}."
    if looked.connection is None and looked.workspace.state != "STOPPED":
        yield "AWS says nothing about who is connected to this one: it may have to be stopped first."


def label(order: Order) -> str:
    """What the button says: what happens when it is pressed."""
    if order.approval is not None:
        return "Ask for approval"
    return f"Ask {order.owner}"[:75] if order.ask_s is not None else words.verb(order.op).capitalize()


def ordered(order: Order, found: tuple[Owned, ...]) -> str:
    """What happens now to what takes work away, as a sentence."""
    if order.approval is not None:
        return f"An approver is asked whether you may {words.verb(order.op)} {whose(found)}."
    if order.ask_s is not None:
        return f"{order.owner} is asked when you may {words.verb(order.op)} {whose(found)}."
    return begun(order.op, found)


def _approval(order: Order) -> str:
    terms = order.approval
    if terms is None:
        return ""
    shown = ", ".join(terms.approvers[:6]) + (" …" if len(terms.approvers) > 6 else "")
    how_many = "an approver has" if terms.quorum == 1 else f"{terms.quorum} approvers have"
    return f"First {how_many} to agree within {say_duration(terms.deadline_s)}, or nothing is done: {shown}."


def _connected(seen: Seen) -> str:
    counts = [seen.nobody(one.workspace.id) for one in seen.found]
    if len(counts) == 1:
        return _CONNECTED[counts[0]]
    somebody, unknown = counts.count(False), counts.count(None)
    if not somebody and not unknown:
        return "Nobody is connected to any of them."
    unsaid = f", and of {unknown} AWS does not tell" if unknown else ""
    return f"Somebody is connected to {somebody} of them{unsaid}; whoever is, is cut off."


def _row(one: Owned, seen: Seen) -> tuple[str, str, str, str]:
    workspace = seen.now[one.workspace.id]
    connected = {True: "no", False: "yes", None: "not known"}[seen.nobody(workspace.id)]
    return workspace.user, words.name(workspace), workspace.state, connected


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _skipped(skipped: tuple[str, ...]) -> Iterator[Block]:
    if skipped:
        yield Text.of(f"{len(skipped)} more that you named are left as they are:")
        yield Text.of("\n".join(f"{why}." for why in skipped[:_ROWS]), quiet=True)


def _snapshot(looked: Looked, tz: str) -> str:
    taken = looked.snapshots.restore if looked.snapshots else None
    return "not known" if taken is None else f"{say_duration(clock.epoch() - taken)} old, from {say_time(taken, tz)}"
