"""The story of a VPN run: its live card while it associates, stands and goes off, and the notes beside it."""

from collections.abc import Mapping
from typing import Any

from notifiers.message import Block, Button, Fact, Facts, Message, Progress, Severity, Text, bold, code, line
from notifiers.stories.story import ADMIN, Note
from notifiers.times import say_duration, say_time, say_usd

Snapshot = Mapping[str, Any]  # aws_ops.workflows.facts.VpnSnapshot, as it came through the queue

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
_WHY_CUT = {
    "idle": "Nobody was connected for {idle}.",
    "no claims": "Nobody asks for it any more.",
    "off all": "{by} switched it off for everybody.",
    "failed": "AWS could not associate its networks.",
    "gone": "Somebody disassociated its networks by hand.",
}
_NAMES_SHOWN = 15  # more than that reads as a wall


def card(fact: str, data: Snapshot, timezone: str) -> Message:
    """The live card. Everything on it comes from the snapshot: the newest fact alone can draw it."""
    phase = data["phase"]
    title = _HEADLINE[phase].format(endpoint=data["endpoint"])
    body = _closing(data, timezone) if phase in ("closed", "failed") else _running(data, timezone)
    severity = "warning" if _troubled(data) and phase != "failed" else _SEVERITY[phase]
    return Message(
        title=title,
        summary=_summary(title, data),
        severity=severity,
        blocks=body + _warnings(data) + (Text.of(f"Run {data['run']}", quiet=True),),
        buttons=_buttons(data),
    )


def notes(fact: str, data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """Direct messages to those it concerns, and what the admins must know."""
    tell = _NOTES.get(fact)
    return tell(data, timezone) if tell else ()


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
        blocks.append(Text.of(_why(data)))
    facts = [Fact(label="Wanted by", value=_claims(data, timezone))]
    if data["phase"] == "ready":
        facts.append(Fact(label="Connections", value=_connections(data)))
        facts += _idle(data, timezone)
    facts.append(Fact(label="Cost", value=_cost(data)))
    return (*blocks, Facts(items=tuple(facts)))


def _closing(data: Snapshot, timezone: str) -> tuple[Block, ...]:
    facts = [
        Fact(label="Why", value=_why(data)),
        Fact(label="On for", value=_how_long(data)),
        Fact(label="Asked for by", value=_names(data["claimed"]) or "nobody here: it was switched on in the console"),
        Fact(label="Connected as", value=_names(data["seen"]) or "nobody connected"),
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
        names = ", ".join(other["subnet"] for other in data["others"])
        found.append(Text.of(f"Also associated, not by Deskside, and left alone: {names}.", quiet=True))
    if data["lost_routes"]:
        found.append(
            Text.of(f"{_count(data['lost_routes'], 'route')} went with the networks; put back at the next start.")
        )
    if data["restored_routes"]:
        found.append(Text.of(f"{_count(data['restored_routes'], 'route')} put back.", quiet=True))
    return tuple(found)


def _buttons(data: Snapshot) -> tuple[Button, ...]:
    endpoint = data["endpoint"]
    if data["phase"] in ("closed", "failed"):
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


def _troubled(data: Snapshot) -> bool:
    unreadable = data["connections"] is None and data["phase"] == "ready"
    return bool(data["problem"] or data["paused"] or unreadable)


def _associated(data: Snapshot) -> int:
    return sum(1 for subnet in data["subnets"] if subnet["state"] == "associated")


def _claims(data: Snapshot, timezone: str) -> str:
    claims = [f"{_short(claim['person'])} until {say_time(claim['until'], timezone)}" for claim in data["claims"]]
    if not claims:
        return "nobody asks for it" if data["claimed"] else "nobody here: it was switched on in the console"
    return _listed(claims, "\n")


def _connections(data: Snapshot) -> str:
    if data["connections"] is None:
        return "connections unknown"
    return _count(data["connections"], "connection") if data["connections"] else "nobody connected"


def _idle(data: Snapshot, timezone: str) -> list[Fact]:
    if data["idle_since"] is None:
        return []
    off = data["idle_since"] + data["idle_s"]
    return [Fact(label="Goes off", value=f"{say_time(off, timezone)}, if nobody connects before")]


def _cost(data: Snapshot) -> str:
    return f"{say_usd(data['cost_usd'])} so far, {say_usd(data['rate_usd_hour'])} an hour"


def _why(data: Snapshot) -> str:
    reason = _WHY_CUT.get(data["reason"] or "", "It is no longer needed.")
    return reason.format(idle=say_duration(data["idle_s"]), by=_short(data["by"] or "An operator"))


def _how_long(data: Snapshot) -> str:
    if not data["associated"] or not data["closed"]:
        return "it never was"
    return say_duration(data["closed"] - data["associated"])


# ---- the notes


def _ready(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    key = f"{data['run']}#ready#{data['associated']}"
    return tuple(
        Note(key, f"person:{claim['person']}", _told_ready(data["endpoint"], claim["until"], timezone))
        for claim in data["claims"]
    )


def _told_ready(endpoint: str, until: int, timezone: str) -> Message:
    return line(
        f"VPN {endpoint} is ready: connect now. It is yours until {say_time(until, timezone)}.",
        "ok",
        (
            Button(label="Extend 1 h", command=f"vpn extend 1h {endpoint}"),
            Button(label="Get profile", command=f"vpn profile {endpoint}"),
        ),
    )


def _ending(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    endpoint, until = data["endpoint"], data["until"]
    text = (
        f"Your VPN time on {endpoint} ends in {_count(data['minutes'], 'minute')}, at {say_time(until, timezone)}. "
        "The network goes off then if nobody else needs it."
    )
    message = line(text, "warning", (Button(label="Extend 1 h", command=f"vpn extend 1h {endpoint}", style="primary"),))
    key = f"{data['run']}#ending#{data['person']}#{until}#{data['threshold_s']}"
    return (Note(key, f"person:{data['person']}", message),)


def _ended(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    if data["early"]:
        return ()  # they ended it themselves, and were answered
    endpoint = data["endpoint"]
    text = f"Your VPN time on {endpoint} has ended."
    message = line(text, "info", (Button(label="Switch on again", command=f"vpn on {endpoint}"),))
    return (Note(f"{data['run']}#ended#{data['person']}#{data['until']}", f"person:{data['person']}", message),)


def _failed(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    if data["phase"] != "failed":
        return ()
    text = f"VPN {data['endpoint']} could not be switched on: {data['problem'] or 'AWS gave no reason'}."
    again = (Button(label="Try again", command=f"vpn on {data['endpoint']}"),)
    key = f"{data['run']}#failed#{data['closed']}"
    people = tuple(Note(key, f"person:{person}", line(text, "critical", again)) for person in data["claimed"])
    return (*people, Note(key, ADMIN, line(text, "critical", again)))


def _cutting(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    text = f"VPN {data['endpoint']} is going off, and your time on it with it. {_why(data)}"
    again = (Button(label="Switch on again", command=f"vpn on {data['endpoint']}"),)
    key = f"{data['run']}#cutting#{data['round']}"
    told = (person for person in data["ended"] if person != data["by"])
    return tuple(Note(key, f"person:{person}", line(text, "info", again)) for person in told)


def _unreadable(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    text = (
        f"VPN {data['endpoint']}: AWS has not said who is connected for a while ({data['problem'] or 'no reason'}). "
        "It stays on and goes on costing until that can be read."
    )
    return (
        Note(
            f"{data['run']}#unreadable#{data['unreadable_since']}",
            ADMIN,
            line(text, "critical", _operator_buttons(data)),
        ),
    )


def _cut_failing(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    text = (
        f"VPN {data['endpoint']} cannot be switched off: {data['problem'] or 'no reason given'}. "
        "Deskside keeps trying; until then it goes on costing."
    )
    return (
        Note(
            f"{data['run']}#cutfailing#{data['cutting_since']}", ADMIN, line(text, "critical", _operator_buttons(data))
        ),
    )


def _operator_buttons(data: Snapshot) -> tuple[Button, ...]:
    return (Button(label="Status", command=f"vpn status {data['endpoint']}"),)


_NOTES = {
    "VpnAssociated": _ready,
    "VpnClaimEnding": _ending,
    "VpnClaimEnded": _ended,
    "VpnCutting": _cutting,
    "VpnClosed": _failed,
    "VpnUnreadable": _unreadable,
    "VpnCutFailing": _cut_failing,
}


# ---- words


def _short(person: str) -> str:
    """How a person is named where others read it: the part before the @."""
    return person.partition("@")[0]


def _names(people: list[str]) -> str:
    return _listed([_short(person) for person in people], ", ")


def _listed(items: list[str], separator: str) -> str:
    shown = items[:_NAMES_SHOWN]
    more = len(items) - len(shown)
    return separator.join([*shown, f"and {more} more"] if more else shown)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
