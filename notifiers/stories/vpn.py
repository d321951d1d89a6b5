"""The story of a VPN run: its live card while it associates, stands and goes off, and the notes beside it."""

from aws_ops.vpn_items import OVER
from notifiers.message import Block, Button, Fact, Facts, Message, Progress, Severity, Text, bold, code
from notifiers.stories.story import no_thread as thread
from notifiers.stories.vpn_notes import notes
from notifiers.stories.vpn_words import Snapshot, count, listed, names, short, why
from notifiers.times import say_duration, say_time, say_usd

__all__ = ["card", "notes", "thread"]

_SEVERITY: dict[str, Severity] = {
    "associating": "progress",
    "ready": "ok",
    "cutting": "progress",
    "closed": "info",
    "failed": "critical",
}
_HEADLINE = {
    "associating": "VPN {endpoint} is switching on",
    "ready": "VPN {endpoint} is on",
    "cutting": "VPN {endpoint} is switching off",
    "closed": "VPN {endpoint} is off",
    "failed": "VPN {endpoint} could not be switched on",
}


def card(fact: str, data: Snapshot, timezone: str, discreet: bool = False) -> Message:
    """The live card. Everything on it comes from the snapshot: the newest fact alone can draw it.

    A network is everybody's, so nothing of it is discreet.
    """
    phase = data["phase"]
    title = _HEADLINE[phase].format(endpoint=data["endpoint"])
    body = _closing(data, timezone) if _over(data) else _running(data, timezone)
    severity = "warning" if _troubled(data) and phase != "failed" else _SEVERITY[phase]
    return Message(
        title=title,
        summary=_summary(title, data),
        severity=severity,
        blocks=body + _warnings(data) + (Text.of(f"Run {data['run']}", quiet=True),),
        buttons=_buttons(data),
    )


# ---- the card


def _summary(title: str, data: Snapshot) -> str:
    phase = data["phase"]
    if phase == "associating":
        return f"{title}: {_associated(data)} of {len(data['subnets'])} networks associated."
    if phase == "ready":
        return f"{title}: {_connections(data)}, {say_usd(data['cost_usd'])} so far."
    if phase == "closed":
        return f"{title}. It cost {say_usd(data['cost_usd'])}."
    return f"{title}."


def _running(data: Snapshot, timezone: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if data["phase"] == "associating":
        subnets = data["subnets"]
        blocks.append(Progress(label="networks associated", done=_associated(data), total=max(1, len(subnets))))
        blocks.append(Text.of("AWS usually takes 10 to 30 minutes. Everybody who asked is told when it is usable."))
    elif data["phase"] == "cutting":
        blocks.append(Text.of(why(data)))
    facts = [Fact(label="Wanted by", value=_claims(data, timezone))]
    if data["phase"] == "ready":
        if _associated(data) < len(data["subnets"]):
            facts.append(Fact(label="Networks", value=f"{_associated(data)} of {len(data['subnets'])} associated"))
        facts.append(Fact(label="Connections", value=_connections(data)))
        facts += _idle(data, timezone)
    facts.append(Fact(label="Cost", value=_cost(data)))
    return (*blocks, Facts(items=tuple(facts)))


def _closing(data: Snapshot, timezone: str) -> tuple[Block, ...]:
    facts = [
        Fact(label="Why", value=why(data)),
        Fact(label="On for", value=_how_long(data)),
        Fact(label="Asked for by", value=names(data["claimed"]) or "nobody here: it was switched on in the console"),
        Fact(label="Connected as", value=names(data["seen"], data["seen_total"]) or "nobody connected"),
        Fact(label="Cost", value=say_usd(data["cost_usd"])),
        Fact(label="Always on would have cost", value=f"{say_usd(data['month_usd'])} this calendar month so far"),
        Fact(label="Off since", value=say_time(data["closed"], timezone) if data["closed"] else "not yet"),
    ]
    return (Facts(items=tuple(facts)),)


def _warnings(data: Snapshot) -> tuple[Block, ...]:
    found: list[Block] = []
    if data["paused"]:
        found.append(Text.of(bold("Paused by an admin: "), "nothing is switched on or off until they resume."))
    if data["connections"] is None and data["phase"] == "ready":
        found.append(Text.of("AWS does not say who is connected, so nothing is cut until it does."))
    if data["problem"]:
        found.append(Text.of("Last problem: ", code(data["problem"])))
    if data["others"] and data["phase"] != "failed":
        theirs = ", ".join(other["subnet"] for other in data["others"])
        found.append(Text.of(f"Also associated, not by Deskside, and left alone: {theirs}.", quiet=True))
    if data["lost_routes"] and data["phase"] == "ready":
        found.append(Text.of(f"{count(data['lost_routes'], 'route')} could not be put back yet."))
    elif data["lost_routes"] and _over(data):
        saved = "is saved and comes back" if data["lost_routes"] == 1 else "are saved and come back"
        found.append(Text.of(f"{count(data['lost_routes'], 'route')} {saved} at the next start."))
    return tuple(found)


def _buttons(data: Snapshot) -> tuple[Button, ...]:
    endpoint = data["endpoint"]
    if _over(data):
        return (Button(label="Switch on again", command=f"vpn on {endpoint}"),)
    profile = Button(label="Get profile", command=f"vpn profile {endpoint}")
    if data["phase"] == "cutting":
        return (Button(label="I need it on", command=f"vpn on {endpoint}", style="primary"), profile)
    return (
        Button(label="Join", command=f"vpn on {endpoint}"),
        Button(label="Extend 1 h", command=f"vpn extend 1h {endpoint}"),
        Button(label="End mine", command=f"vpn off {endpoint}"),
        profile,
    )


def _over(data: Snapshot) -> bool:
    return data["phase"] in OVER


def _troubled(data: Snapshot) -> bool:
    unreadable = data["connections"] is None and data["phase"] == "ready"
    return bool(data["problem"] or data["paused"] or unreadable)


def _associated(data: Snapshot) -> int:
    return sum(1 for subnet in data["subnets"] if subnet["state"] == "associated")


def _claims(data: Snapshot, timezone: str) -> str:
    claims = [f"{short(claim['person'])} until {say_time(claim['until'], timezone)}" for claim in data["claims"]]
    if not claims:
        return "nobody asks for it" if data["claimed"] else "nobody here: it was switched on in the console"
    return listed(claims, "\n")


def _connections(data: Snapshot) -> str:
    if data["connections"] is None:
        return "connections unknown"
    return count(data["connections"], "connection") if data["connections"] else "nobody connected"


def _idle(data: Snapshot, timezone: str) -> list[Fact]:
    if data["idle_since"] is None:
        return []
    off = data["idle_since"] + data["idle_s"]
    return [Fact(label="Goes off", value=f"{say_time(off, timezone)}, if nobody connects before")]


def _cost(data: Snapshot) -> str:
    return f"{say_usd(data['cost_usd'])} so far, {say_usd(data['rate_usd_hour'])} an hour"


def _how_long(data: Snapshot) -> str:
    return say_duration(data["on_s"]) if data["on_s"] else "it never was"
