"""How runs are named in lists, of whatever kind. Pure."""

from collections.abc import Mapping

from aws_ops.runs import RunRow
from notifiers.stories.workspace_words import OPS
from notifiers.times import say_time

_VPN = {"associating": "switching on", "ready": "on", "cutting": "switching off", "closed": "off"}
_WORKSPACE = {
    "approval": "waits for an approval",
    "asking": "its person is asked",
    "waiting": "waits",
    "acting": "AWS is being asked",
    "following": "AWS is at it",
    "refused": "an approver refused it",
    "expired": "nobody approved it in time",
    "void": "void, because it would have done something else by then",
    "declined": "its person said no",
    "unanswered": "its person did not answer",
}
_UPGRADE = {
    "approval": "waits for an approval",
    "preparing": "begins",
    "running": "is under way",
    "gate": "waits for the go-on after its canary",
    "failed": "done, but not of every desktop",
    "refused": "an approver refused it",
    "expired": "nobody approved it in time",
    "void": "void, because it would have done something else by then",
}
_PHASES: Mapping[str, Mapping[str, str]] = {"vpn": _VPN, "workspace": _WORKSPACE, "upgrade": _UPGRADE}
_FLEETS = {"upgrade": "upgrade {}", "rollback": "roll {} back"}


def what(run: RunRow) -> str:
    """What it does, or is about: "rebuild the desktop of mika", "the VPN tokyo"."""
    return f"the VPN {run.what}" if run.kind == "vpn" else to_desktops(run.what)


def to_desktops(said: str) -> str:
    """What a run of WorkSpaces does ("rebuild mika") in a sentence: "rebuild the desktop of mika"."""
    op, _, whose = said.partition(" ")
    if op in _FLEETS:
        bundle, _, how_many = whose.rpartition(" (")
        machines = how_many.removesuffix(")").replace("WorkSpace", "desktop")
        return _FLEETS[op].format(f"{machines} of {bundle}")
    if whose.endswith(" WorkSpaces"):
        return OPS[op].ask.format(what=whose)
    return OPS[op].ask.format(what=f"a desktop for {whose}" if op == "create" else f"the desktop of {whose}")


def to_yours(said: str) -> str:
    """The same for whoever's desktop it is: "rebuild your desktop"."""
    return OPS[said.partition(" ")[0]].ask.format(what="your desktop")


def state(run: RunRow) -> str:
    """How it stands, or how it ended."""
    return _PHASES.get(run.kind, {}).get(run.phase, run.phase)


def cancels(run: str) -> str:
    """The command that ends a run that waits for an approval."""
    return f"upgrade stop {run}" if run.startswith("upgrade-") else f"workspace cancel {run}"


def asker(run: RunRow) -> str:
    """Who asked for it."""
    return run.by or "somebody in the console"


def option(run: RunRow, tz: str) -> str:
    """It in one line, for a choice."""
    # An option of a form holds little: the part before the @ says who.
    return f"{run.what}, {state(run)} since {say_time(run.started, tz)}, asked for by {asker(run).partition('@')[0]}"


def end(run: RunRow) -> str:
    """What a button says that ends it."""
    return f"Switch {run.what} off" if run.kind == "vpn" else f"Cancel {run.what}"
