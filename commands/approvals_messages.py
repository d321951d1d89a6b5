"""What is said about approvals: what waits, what was asked for, and what came of a decision. Pure."""

from collections.abc import Sequence

from aws_ops.approvals import Approval, Decision
from commands import run_words
from commands.run_words import to_desktops
from notifiers.message import Block, Button, Fact, Facts, Message, Text, bold, line
from notifiers.times import say_time

_WITH_BUTTONS = 5  # two each: more are a wall
_ENDING = 5
_DONE = {"granted": "approved", "refused": "refused"}


def ending(run: str) -> str:
    """The end of an id, enough to type it by."""
    return run[-_ENDING:]


def listed(waiting: Sequence[Approval], asked: Sequence[Approval], key: str, tz: str) -> Message:
    """What `key` may decide, and what they asked for; each with what can be done about it."""
    if not waiting and not asked:
        return line("No approval waits for you, and you have asked for none in the last 7 days.")
    blocks: list[Block] = []
    if waiting:
        blocks.append(Text.of(bold("Waiting for you")))
        blocks += (block for one in waiting for block in described(one, tz))
        blocks.append(Text.of("Or type /approve, or /refuse, and the last few characters of the id.", quiet=True))
    if asked:
        blocks.append(Text.of(bold("What you asked for")))
        blocks += (block for one in asked for block in described(one, tz))
    still = sum(one.state == "open" for one in asked)
    return Message(
        title="Approvals",
        summary=f"{len(waiting)} waiting for you, {still} of your own still open.",
        blocks=tuple(blocks),
        buttons=(*decide_buttons(waiting), *cancel_buttons(asked)),
    )


def described(approval: Approval, tz: str) -> tuple[Block, ...]:
    """One approval: what it is about, how it stands, and who may decide."""
    facts = [
        Fact(label="Asked for by", value=approval.requester),
        Fact(label="State", value=state(approval, tz)),
    ]
    if approval.state == "open":
        facts.append(Fact(label="May decide", value=who_can(approval)))
    facts.append(Fact(label="Id", value=approval.run))
    return (Text.of(bold(_first_up(to_desktops(approval.what)))), Facts(items=tuple(facts)))


def state(approval: Approval, tz: str) -> str:
    """How it stands, in words."""
    match approval.state:
        case "open":
            granted = sum(one.verdict == "granted" for one in approval.decisions)
            so_far = f", {granted} of {approval.quorum} have agreed" if approval.quorum > 1 else ""
            return f"waits until {say_time(approval.deadline, tz)}{so_far}"
        case "expired":
            return f"nobody decided by {say_time(approval.deadline, tz)}"
        case "void":
            return "void: what it would do had changed meanwhile"
        case "granted" | "started":
            return f"approved{_by(approval, 'granted', tz)}"
        case _:
            return f"{_DONE.get(approval.state, approval.state)}{_by(approval, 'refused', tz)}"


def who_can(approval: Approval) -> str:
    """The approvers that were named when it was asked for, without those who have decided and whoever asked."""
    decided = {one.person for one in approval.decisions} | {approval.requester}
    left = [person for person in approval.approvers if person not in decided]
    shown = ", ".join(left[:6]) or "nobody else: ask an admin to name more approvers"
    return shown + (f" and {len(left) - 6} more" if len(left) > 6 else "")


def decide_buttons(waiting: Sequence[Approval]) -> tuple[Button, ...]:
    """Approve and Refuse for each; which is which where there are several."""
    shown = waiting[:_WITH_BUTTONS]
    which = {one.run: f" {ending(one.run)}" if len(waiting) > 1 else "" for one in shown}
    return tuple(
        button
        for one in shown
        for button in (
            Button(label=f"Approve{which[one.run]}", command=f"approve {one.run}", style="primary"),
            Button(label=f"Refuse{which[one.run]}", command=f"refuse {one.run}", style="danger"),
        )
    )


def cancel_buttons(asked: Sequence[Approval]) -> tuple[Button, ...]:
    """Cancel for each of one's own that still waits."""
    still = [one for one in asked if one.state == "open"]
    return tuple(
        Button(label=f"Cancel{f' {ending(one.run)}' if len(still) > 1 else ''}", command=run_words.cancels(one.run))
        for one in still[:_WITH_BUTTONS]
    )


# ---- what came of a decision


def granted(approval: Approval) -> Message:
    """It was the last approval that was needed."""
    return line(f"You approved it: {to_desktops(approval.what)}. It goes on now, and its card shows how.", "ok")


def refused(approval: Approval) -> Message:
    """It was refused, which ends it."""
    return line(
        f"You refused it: {to_desktops(approval.what)}. Nothing is done, and {approval.requester} is told why.", "ok"
    )


def counted(approval: Approval, tz: str) -> Message:
    """It counts, and is not enough yet."""
    so_far = sum(one.verdict == "granted" for one in approval.decisions)
    return line(
        f"Your approval counts, {so_far} of {approval.quorum}: {to_desktops(approval.what)}. It goes on once enough "
        f"have agreed, by {say_time(approval.deadline, tz)} at the latest; who can: {who_can(approval)}.",
        "ok",
    )


def not_posted() -> str:
    """Nobody can have read its card."""
    return (
        "Its card has not been posted yet, so nobody can have read it, and nothing was decided: try again in a moment."
    )


def own(approval: Approval) -> str:
    """Whoever asks does not decide."""
    return (
        "You asked for this yourself, in whichever chat, so somebody else has to decide, and nothing was decided; "
        f"who can: {who_can(approval)}."
    )


def late(approval: Approval, tz: str) -> str:
    """The deadline has passed."""
    return (
        f"It could be decided until {say_time(approval.deadline, tz)}, and nobody did, so nothing is done: "
        f"{approval.requester} can ask again."
    )


def twice(approval: Approval, key: str, tz: str) -> str:
    """One person is one decision."""
    mine = next(one for one in approval.decisions if one.person == key)
    already = f"You {_DONE[mine.verdict]} this already, at {say_time(mine.at, tz)}, and one person counts once"
    if approval.state != "open":
        return f"{already}, so nothing more was decided. How it stands now: {state(approval, tz)}."
    return f"{already}: it {state(approval, tz)}; who can: {who_can(approval)}."


def over(approval: Approval, tz: str) -> str:
    """Who was first, and what they decided."""
    match approval.state:
        case "expired":
            return late(approval, tz)
        case "void":
            return f"What this would do had changed meanwhile, so it is void: {approval.requester} can ask again."
        case "refused" | "granted" | "started":
            verdict = "refused" if approval.state == "refused" else "granted"
            last = _last(approval, verdict)
            if last is None:
                return f"This is {_DONE[verdict]} already, so nothing more was decided."
            why = f" (“{last.reason}”)" if last.reason else ""
            first = f"{last.person} {_DONE[verdict]} this already, at {say_time(last.at, tz)}{why}"
            return f"{first}, so nothing more was decided."
        case _:
            return "It waits for no decision any more, so nothing was decided."


def _by(approval: Approval, verdict: str, tz: str) -> str:
    people = ", ".join(one.person for one in approval.decisions if one.verdict == verdict)
    last = _last(approval, verdict)
    if last is None:
        return ""
    why = f": “{last.reason}”" if last.reason else ""
    return f" by {people} at {say_time(last.at, tz)}{why}"


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _last(approval: Approval, verdict: str) -> Decision | None:
    return next((one for one in reversed(approval.decisions) if one.verdict == verdict), None)
