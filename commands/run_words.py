"""How runs are named in lists, of whatever kind. Pure."""

from collections.abc import Mapping

from aws_ops.runs import RunRow
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
_PHASES: Mapping[str, Mapping[str, str]] = {"vpn": _VPN, "workspace": _WORKSPACE}


def what(run: RunRow) -> str:
    """What it is about: "the VPN tokyo", "rebuild of ws-…"."""
    return f"the VPN {run.what}" if run.kind == "vpn" else run.what


def state(run: RunRow) -> str:
    """How it stands, or how it ended."""
    return _PHASES.get(run.kind, {}).get(run.phase, run.phase)


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
