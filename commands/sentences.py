"""What the Dispatcher itself says: one sentence each, and what to do next."""

from collections.abc import Mapping
from typing import Any

from aws_ops import errors, workspace_runs
from aws_ops.vpn_runs import Contended
from commands.access import Role
from commands.command import Refusal, Unclear
from commands.tokens import echo
from notifiers.message import Message, Text, code, line
from notifiers.times import say_time

_SOMEBODY = {
    Role.STAFF: "a colleague",
    Role.OPERATOR: "an operator",
    Role.APPROVER: "an approver",
    Role.ADMIN: "an admin",
}


def unclear(problem: Unclear) -> Message:
    """What is wrong, and what to type instead."""
    before, after = ("Did you mean ", "?") if problem.meant else ("Type ", " instead.")
    return Message(
        title="",
        summary=f"{problem.sentence} {before}{problem.instead}{after}",
        severity="warning",
        blocks=(Text.of(f"{problem.sentence} {before}", code(problem.instead), after),),
    )


def refused(refusal: Refusal) -> Message:
    """Why it is not done."""
    return line(str(refusal), "warning")


def unshown(text: str) -> Message:
    """Instead of a question that could not be shown where its answer counts."""
    return line(
        f"The question about /{_short(text)} could not be shown, so nothing was done: type it again.", "warning"
    )


def problem(error: Exception) -> str:
    """What went wrong, for people: one sentence without a full stop and without names from the code."""
    if isinstance(error, Contended):
        return "Others changed the VPN at the same moment"
    if isinstance(error, workspace_runs.Contended):
        return "Others changed the same WorkSpace at the same moment"
    return errors.say(error)


def failed(error: Exception, correlation: str) -> Message:
    """What went wrong, and what to tell whom."""
    what = problem(error)
    if isinstance(error, Contended | workspace_runs.Contended | errors.Busy):
        return line(f"{what}, so nothing was changed: try again.", "warning")
    patience = f"try again in a minute, and tell an admin the code {correlation} if it stays like this"
    return line(f"{what}, so this was not finished: {patience}.", "critical")


def needs_role(role: Role, text: str, roles: frozenset[Role], who_has: tuple[str, ...]) -> Refusal:
    """Who may, who you are, and whom to ask: `who_has` it."""
    whom = f" ({', '.join(who_has[:3])})" if who_has else ""
    yours = " and ".join(one.value for one in Role if one in roles)
    return Refusal(
        f"Only {_SOMEBODY[role]} may do /{_short(text)}, and you are {yours}: ask one{whom} to do it for you."
    )


def paused(brake: Mapping[str, Any], timezone: str) -> Refusal:
    """Who pulled the brake, when and why. `brake` is its item."""
    why = f" ({echo(brake['reason'])})" if brake.get("reason") else ""
    since = say_time(brake["since"], timezone)
    return Refusal(
        f"Deskside was paused by {brake['by']} at {since}{why}, so nothing is changed until an admin types "
        "/deskside resume."
    )


def _short(text: str) -> str:
    return echo(text)[1:-1]
