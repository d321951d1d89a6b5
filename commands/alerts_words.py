"""Subscriptions, mutes and alerts in words. Pure."""

from collections.abc import Iterable

from notifiers.alerts.kinds import GROUPS, KINDS
from notifiers.message import Choice
from notifiers.place import Place
from notifiers.stories.vpn_words import short
from notifiers.subscriptions import ALL, WORDS, Filter, Level, Mute, Subscription

LEAST: dict[Level, str] = {
    "info": "anything",
    "warning": "warnings and what is critical",
    "critical": "only what is critical",
}
_MUTED: dict[Level, str] = {
    "info": "what is neither a warning nor critical",
    "warning": "what is not critical",
    "critical": "",
}


def kind_choices() -> tuple[Choice, ...]:
    """Everything that one can subscribe to, and what it is."""
    return tuple(Choice(value=word, label=f"{word}: {_means(word)}") for word in WORDS)


def _means(word: str) -> str:
    if word == ALL:
        return "everything"
    kinds = GROUPS.get(word) or tuple(kind for kind in KINDS if kind == word)
    return KINDS[kinds[0]] if len(kinds) == 1 else ", ".join(kind.removeprefix(f"{word[:-1]}-") for kind in kinds)


def hears(one: Subscription, me: str | None = None) -> str:
    """What a subscription is for: "cpu and disk; warnings and what is critical; 8-18 Europe/Berlin"."""
    parts = [_what(one)]
    parts += [LEAST[one.severity]] if one.severity != "info" else []
    parts += [one.hours.typed()] if one.hours else []
    if one.scope == "own":
        parts.append("what is yours" if me is None or one.person == me else "what is theirs")
    return "; ".join(parts)


def typed(one: Subscription) -> str:
    """What is typed to subscribe to this in its place."""
    named = {"tag": one.tag, "resource": one.resource, "hours": one.hours.typed() if one.hours else None}
    said = (f'--{name} "{value}"' for name, value in named.items() if value is not None)
    least = () if one.severity == "info" else (one.severity,)
    return " ".join(("alerts subscribe", *(one.kinds or (ALL,)), *least, *said))


def hides(one: Mute) -> str:
    """What a mute is for."""
    if one.alert is not None:
        return f"alert {one.alert}"
    parts = [_what(one), _MUTED[one.severity]]
    return "; ".join(filter(None, parts))


def _what(one: Filter) -> str:
    kinds = "everything" if not one.kinds or ALL in one.kinds else both(one.kinds)
    of_it = [f"of {one.resource}"] if one.resource else []
    tagged = [f"tagged {one.tag}"] if one.tag else []
    return " ".join((kinds, *of_it, *tagged))


def both(words: Iterable[str]) -> str:
    """Words in a row: "cpu, disk and memory"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def who(key: str, me: str) -> str:
    """A person, for whoever asks."""
    return "you" if key == me else short(key)


def where(place: str) -> str:
    """A place in a list."""
    read = Place.parse(place)
    return f"{read.id}'s own chat" if read.scheme == "person" else place


def count(number: int, noun: str) -> str:
    """How many: "1 alert", "no alerts", "2 alerts"."""
    return f"{number or 'no'} {noun if number == 1 else f'{noun}s'}"
