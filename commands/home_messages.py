"""What one's home shows: desktops, the VPN, what one asked for, and what waits for one. Pure: facts in, Message out.

Everywhere None means that it could not be read, and then its section says so.
"""

from dataclasses import dataclass

from aws_ops.approvals import Approval
from aws_ops.runs import RunRow
from aws_ops.vpn_runs import VpnEndpoint, VpnStatus
from aws_ops.workspace_items import BEFORE
from aws_ops.workspace_ops import OPS
from aws_ops.workspaces import Connection, WorkSpace
from commands import approvals_messages, run_words, vpn_messages
from commands import workspace_words as words
from commands.alerts_words import who
from commands.run_words import to_desktops
from notifiers.alert_life import Life
from notifiers.message import Block, Button, Fact, Facts, Message, Text, bold
from notifiers.times import say_time

_MOST = 5  # of a kind that have buttons
_UNREAD = "cannot be read just now: open this again in a minute"
_OFFERED = (
    ("start", "Start", "workspace start"),
    ("reboot", "Restart", "workspace reboot"),
    ("rebuild", "Rebuild", "rebuild"),
)


@dataclass(frozen=True)
class Desktop:
    """One of the person's."""

    workspace: WorkSpace
    connection: Connection | None


@dataclass(frozen=True)
class Home:
    """Everything that was read for a person. `questions` are runs that wait for their word as the desktop's owner.

    `alerts` are open, and theirs to see.
    """

    desktops: tuple[Desktop, ...] | None
    vpn: tuple[tuple[VpnEndpoint, VpnStatus], ...] | None
    runs: tuple[RunRow, ...] | None
    asked: tuple[Approval, ...] | None
    questions: tuple[RunRow, ...] | None
    waiting: tuple[Approval, ...] | None
    alerts: tuple[Life, ...] | None = ()


def home(seen: Home, key: str, tz: str) -> Message:
    """The whole of it, with the buttons that the states allow."""
    sections = (
        ("My desktops", _desktops(seen, tz)),
        ("VPN", _vpn(seen, key, tz)),
        ("My requests", _requests(seen, tz)),
        ("Waiting for me", _waiting(seen, tz)),
        ("Alerts", _alerts(seen, key, tz)),
    )
    blocks = tuple(block for title, found in sections if found for block in (Text.of(bold(title)), *found))
    waits = len([run for run in seen.questions or () if run.phase == "asking"]) + len(seen.waiting or ())
    summary = (
        f"{waits} {'thing waits' if waits == 1 else 'things wait'} for you." if waits else "Nothing waits for you."
    )
    return Message(title="Your desk", summary=summary, blocks=blocks, buttons=_buttons(seen, key))


# ---- the sections


def _alerts(seen: Home, key: str, tz: str) -> tuple[Block, ...]:
    """The newest that are open; nothing where none is."""
    if seen.alerts is None:
        return (Text.of(f"Which alerts are open {_UNREAD}."),)
    if not seen.alerts:
        return ()
    newest = seen.alerts[: -_MOST - 1 : -1]
    facts = Facts(items=tuple(Fact(label=one.opened.title, value=_alert(one, key, tz)) for one in newest))
    more = len(seen.alerts) - len(newest)
    return (facts, Text.of(f"And {more} more.", quiet=True)) if more else (facts,)


def _alert(life: Life, key: str, tz: str) -> str:
    on_it = who(life.ack.by, key) if life.ack else "nobody"
    verb = "are" if on_it == "you" else "is"
    return f"Since {say_time(int(life.since), tz)}; {on_it} {verb} on it"


def _desktops(seen: Home, tz: str) -> tuple[Block, ...]:
    if seen.desktops is None:
        return (Text.of(f"Your desktops {_UNREAD}."),)
    if not seen.desktops:
        return (Text.of("No WorkSpace is yours, as far as I know: an operator can create one for you."),)
    return (
        Facts(items=tuple(Fact(label=words.name(one.workspace), value=_desktop(one, tz)) for one in seen.desktops)),
    )


def _desktop(desktop: Desktop, tz: str) -> str:
    workspace, connection = desktop.workspace, desktop.connection
    states = {"DISCONNECTED": True, "CONNECTED": False}
    nobody = True if workspace.state == "STOPPED" else states.get(connection.state) if connection else None
    return f"{_first_up(words.state(workspace))}. Connected: {words.connection(connection, nobody, tz)}."


def _vpn(seen: Home, key: str, tz: str) -> tuple[Block, ...]:
    if seen.vpn is None:
        return (Text.of(f"How the VPN is {_UNREAD}."),)
    if not seen.vpn:
        return (Text.of("No VPN is configured here."),)
    return (Facts(items=tuple(Fact(label=endpoint.name, value=_endpoint(now, key, tz)) for endpoint, now in seen.vpn)),)


def _endpoint(now: VpnStatus, key: str, tz: str) -> str:
    mine = next((claim for claim in now.claims if claim.person == key), None)
    claim = f"yours until {say_time(mine.until, tz)}" if mine else "you have no claim"
    return f"{_first_up(vpn_messages.said(now))}; {claim}"


def _requests(seen: Home, tz: str) -> tuple[Block, ...]:
    if seen.runs is None:
        return (Text.of(f"What you asked for {_UNREAD}."),)
    if not seen.runs:
        return (Text.of("Nothing that you asked for is still going on."),)
    by_run = {approval.run: approval for approval in seen.asked or ()}
    return (Facts(items=tuple(_request(run, by_run.get(run.id), tz) for run in seen.runs)),)


def _request(run: RunRow, approval: Approval | None, tz: str) -> Fact:
    since = f"{_first_up(run_words.state(run))}, asked for at {say_time(run.started, tz)}"
    if approval is None or approval.state != "open":
        return Fact(label=_first_up(run_words.what(run)), value=since)
    until = f"until {say_time(approval.deadline, tz)}"
    return Fact(
        label=_first_up(run_words.what(run)),
        value=f"{since}; may decide {until}: {approvals_messages.who_can(approval)}",
    )


def _waiting(seen: Home, tz: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if seen.questions is None or seen.waiting is None:
        blocks.append(Text.of(f"All that waits for you {_UNREAD}."))
    for run in seen.questions or ():
        asker = run_words.asker(run)
        when = "when may that be?" if run.phase == "asking" else "you can change your answer until it begins."
        blocks.append(Text.of(f"{asker} wants to {run_words.to_yours(run.what)}: {when}"))
    for approval in seen.waiting or ():
        until = say_time(approval.deadline, tz)
        blocks.append(Text.of(f"{approval.requester} asks you until {until} to approve: {to_desktops(approval.what)}."))
    return tuple(blocks) or (Text.of("Nothing."),)


# ---- the buttons: what waits first, because a chat shows few of them at once


def _buttons(seen: Home, key: str) -> tuple[Button, ...]:
    return (
        *_answers(seen.questions or ()),
        *approvals_messages.decide_buttons(seen.waiting or ()),
        *_desktop_buttons(seen),
        *_vpn_buttons(seen.vpn or (), key),
        *_cancels(seen.runs or ()),
        *((Button(label="Open alerts", command="alerts open"),) if seen.alerts else ()),
    )


def _answers(questions: tuple[RunRow, ...]) -> tuple[Button, ...]:
    shown = questions[:2]
    return tuple(
        Button(
            label=f"{label}{f' ({approvals_messages.ending(run.id)})' if len(questions) > 1 else ''}",
            command=f"rebuild answer {run.id} {choice}",
        )
        for run in shown
        for choice, label in (("now", "Now"), ("soon", "In 15 min"), ("tonight", "Tonight"), ("no", "Not me"))
    )


def _desktop_buttons(seen: Home) -> tuple[Button, ...]:
    desktops = (seen.desktops or ())[:_MOST]
    buttons = []
    for one in desktops:
        which = f" {words.name(one.workspace)}" if len(desktops) > 1 else " my desktop"
        for op, label, typed in _OFFERED:
            if OPS[op].takes(one.workspace.state, one.workspace.running_mode):
                style = "danger" if OPS[op].destroys else "default"
                command = f"{typed} {one.workspace.id}"
                buttons.append(Button.model_validate({"label": f"{label}{which}", "command": command, "style": style}))
    return tuple(buttons)


def _vpn_buttons(vpn: tuple[tuple[VpnEndpoint, VpnStatus], ...], key: str) -> tuple[Button, ...]:
    buttons = []
    for endpoint, now in vpn[:_MOST]:
        if now.paused:
            continue
        which = f" {endpoint.name}" if len(vpn) > 1 else ""
        if any(claim.person == key for claim in now.claims):
            buttons.append(Button(label=f"Extend VPN{which}", command=f"vpn extend {endpoint.name}"))
            buttons.append(Button(label=f"End VPN{which}", command=f"vpn off {endpoint.name}"))
        else:
            buttons.append(Button(label=f"Switch VPN{which} on", command=f"vpn on {endpoint.name}"))
    return tuple(buttons)


def _cancels(runs: tuple[RunRow, ...]) -> tuple[Button, ...]:
    still = [run for run in runs if run.kind != "vpn" and run.phase in BEFORE]
    return tuple(Button(label=f"Cancel {run.what}", command=run_words.cancels(run.id)) for run in still[:_MOST])


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
