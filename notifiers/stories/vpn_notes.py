"""What is said beside the card of a VPN run: to those it concerns, and to the admins."""

from notifiers.message import Button, line
from notifiers.stories.story import ADMIN, Note
from notifiers.stories.vpn_words import Snapshot, count, short, why
from notifiers.times import say_time


def notes(fact: str, data: Snapshot, timezone: str) -> tuple[Note, ...]:
    """Direct messages to those it concerns, and what the admins must know."""
    if fact in _ALARMS:
        return (_alarm(fact, data, timezone),)
    tell = _NOTES.get(fact)
    return tell(data, timezone) if tell else ()


def _ready(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    key, endpoint = f"{data['run']}#ready#{data['associated']}", data["endpoint"]
    text = f"VPN {endpoint} is ready: connect now. It is yours until"
    more = Button(label="Extend 1 h", command=f"vpn extend 1h {endpoint}")
    profile = Button(label="Get profile", command=f"vpn profile {endpoint}")
    return tuple(
        Note(
            key,
            f"person:{claim['person']}",
            line(f"{text} {say_time(claim['until'], timezone)}.", "ok", (more, profile)),
        )
        for claim in data["claims"]
    )


def _ending(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    endpoint, until = data["endpoint"], data["until"]
    text = (
        f"Your VPN time on {endpoint} ends in {count(data['minutes'], 'minute')}, at {say_time(until, timezone)}. "
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


def _closed(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    if data["phase"] == "failed":
        return _failed(data, timezone)
    if not data.get("alarmed"):
        return ()
    message = line(f"VPN {data['endpoint']} is off now, after it could not be switched off for a while.", "ok")
    return (Note(f"{data['run']}#off-after-all#{data['closed']}", ADMIN, message),)


def _failed(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    text = f"VPN {data['endpoint']} could not be switched on: {_problem(data)}. The administrators have been told."
    again = (Button(label="Try again", command=f"vpn on {data['endpoint']}"),)
    key, message = f"{data['run']}#failed#{data['closed']}", line(text, "critical", again)
    return (*(Note(key, f"person:{person}", message) for person in data["claimed"]), Note(key, ADMIN, message))


def _cutting(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    if data["reason"] == "failed":
        return ()  # it never was on: that it could not be switched on is said when it is over
    text = f"VPN {data['endpoint']} is going off, and your time on it with it. {why(data)}"
    if data["reason"] == "off all":
        by = short(data["by"] or "An operator")
        text = f"{by} switched VPN {data['endpoint']} off for everybody, so your time on it is over."
    again = (Button(label="Switch on again", command=f"vpn on {data['endpoint']}"),)
    key = f"{data['run']}#cutting#{data['cuts']}"
    told = (person for person in data["ended"] if person != data["by"])
    return tuple(Note(key, f"person:{person}", line(text, "info", again)) for person in told)


def _undone(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    key = f"{data['run']}#undone#{data['cuts']}"
    going = "is switching on after all" if data["phase"] == "associating" else "stays on"
    text = f"VPN {data['endpoint']} {going}: your time on it goes on until"
    mine = (Button(label="End mine", command=f"vpn off {data['endpoint']}"),)
    return tuple(
        Note(key, f"person:{claim['person']}", line(f"{text} {say_time(claim['until'], timezone)}.", "info", mine))
        for claim in data["claims"]
        if claim["person"] in data["returned"]
    )


def _readable(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    message = line(f"VPN {data['endpoint']}: AWS tells again who is connected.", "ok")
    return (Note(f"{data['run']}#readable#{data['unreadable_since']}", ADMIN, message),)


def _failing(data: Snapshot, timezone: str) -> tuple[Note, ...]:
    text = f"VPN {data['endpoint']} cannot be switched on yet: {_problem(data)}. Deskside keeps trying."
    key, message = f"{data['run']}#failing#{data['failing_since']}", line(text, "critical")
    places = (*(f"person:{claim['person']}" for claim in data["claims"]), ADMIN)
    return tuple(Note(key, place, message) for place in places)


def _problem(data: Snapshot) -> str:
    """What AWS says is wrong, as a part of a sentence."""
    return (data["problem"] or "AWS gave no reason").rstrip(". ")


def _alarm(fact: str, data: Snapshot, timezone: str) -> Note:
    key, text = _ALARMS[fact]
    endpoint, since, problem = data["endpoint"], say_time(data[key], timezone), _problem(data)
    status = Button(label="Status", command=f"vpn status {endpoint}")
    message = line(text.format(endpoint=endpoint, since=since, problem=problem), "critical", (status,))
    return Note(f"{data['run']}#{key}#{data[key]}", ADMIN, message)


_ALARMS = {
    "VpnUnreadable": (
        "unreadable_since",
        "VPN {endpoint}: AWS has not said who is connected for a while ({problem}). "
        "It stays on and goes on costing until that can be read.",
    ),
    "VpnCutFailing": (
        "cutting_since",
        "VPN {endpoint} cannot be switched off: {problem}. Deskside keeps trying; until then it goes on costing.",
    ),
    "VpnAssociatingLate": (
        "associating_since",
        "VPN {endpoint}: AWS has been associating since {since}, and usually takes 10 to 30 minutes. It is waited for.",
    ),
}
"""Facts for the admins: the key that says since when, and what is said."""
_NOTES = {
    "VpnAssociated": _ready,
    "VpnClaimEnding": _ending,
    "VpnClaimEnded": _ended,
    "VpnCutting": _cutting,
    "VpnCutUndone": _undone,
    "VpnClosed": _closed,
    "VpnReadable": _readable,
    "VpnAssociatingFailing": _failing,
}
