"""Which place hears which alert, and when: subscriptions, mutes and hours. Pure.

Unknown never hides: an alert whose tags nobody can tell is heard, and is not muted by a tag. Only whose it is has to
be known where somebody hears nothing but what is theirs.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, field_validator

from notifiers.alerts.alert import Alert
from notifiers.alerts.kinds import GROUPS, KINDS, Kind
from notifiers.hours import Hours
from notifiers.message import Severity
from notifiers.place import Place

Level = Literal["info", "warning", "critical"]
LEVELS: tuple[Level, ...] = ("info", "warning", "critical")
"""How bad something is, as people say it."""

ALL = "all"
WORDS: tuple[str, ...] = (ALL, *GROUPS, *(kind for kind in KINDS if kind not in {"test", *GROUPS}))
"""What one can subscribe to: every kind, groups of them, single ones."""

Why = Literal["muted", "hours", "notices"]

_BATCH_S = 60
_LEVEL: Mapping[Severity, int] = MappingProxyType({"warning": 1, "critical": 2})


class Heard(Protocol):
    """Something that happened, an Alert for one."""

    @property
    def kind(self) -> Kind: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def resources(self) -> tuple[str, ...]: ...
    @property
    def fingerprint(self) -> str: ...


@dataclass(frozen=True)
class About:
    """What is known of a resource: its tags (None: nobody can tell), and the key of whoever it is for."""

    tags: Mapping[str, str] | None = None
    owner: str | None = None


class Filter(BaseModel):
    """What somebody means: `kinds` as typed (none: every one), `tag` a key or key=value, `resource` an id or a glob."""

    model_config = ConfigDict(frozen=True)

    kinds: tuple[str, ...] = ()
    tag: str | None = None
    resource: str | None = None


class Disabled(BaseModel):
    """Why nothing is said any more, and since when."""

    model_config = ConfigDict(frozen=True)

    why: str
    at: int


class Subscription(Filter):
    """What a place hears: what is at least so bad, in its hours. `scope` own: only what is of the person `by`."""

    id: str
    place: str
    severity: Level = "info"
    hours: Hours | None = None
    by: str
    at: int
    scope: Literal["own", "all"] = "all"
    disabled: Disabled | None = None

    @field_validator("place")
    @classmethod
    def _is_one(cls, place: str) -> str:
        return str(Place.parse(place))

    @property
    def person(self) -> str | None:
        """The key of whoever hears it in their own chat; None elsewhere."""
        scheme, _, key = self.place.partition(":")
        return key if scheme == "person" else None


class Mute(Filter):
    """What a place does not hear before `until`: what is at most so bad, or one alert by its fingerprint."""

    id: str
    place: str
    severity: Level = "critical"
    alert: str | None = None
    until: int
    by: str
    at: int

    def hides(self, heard: Heard, about: Mapping[str, About]) -> bool:
        """Whether it is muted by this, while this lasts."""
        return (
            (self.alert is None or self.alert == heard.fingerprint)
            and level(heard.severity) <= LEVELS.index(self.severity)
            and _meets(self, heard, about) is True
        )


@dataclass(frozen=True)
class Route:
    """A place that hears an alert: at once, or not before `due` (epoch seconds), and why not before."""

    place: Place
    due: int | None = None
    why: Why | None = None


def route(
    alert: Alert,
    subscriptions: Iterable[Subscription],
    mutes: Iterable[Mute],
    about: Mapping[str, About],
    now: int,
    *,
    batch_s: int = _BATCH_S,
) -> tuple[Route, ...]:
    """Where it is heard, each place once, and at the earliest time that one of its subscriptions wants it.

    What is muted waits for the end of its mute, what comes outside of hours until they begin, and what is open no time;
    anything else is gathered with what comes within the same `batch_s` seconds.
    """
    muted = _muted(alert, mutes, about, now)
    routes: dict[str, Route] = {}
    for one in subscriptions:
        if not hears(one, alert, about):
            continue
        found = _when(one, muted.get(one.place), now)
        known = routes.get(one.place)
        if known is None or (found.due or now) < (known.due or now):
            routes[one.place] = found
    if alert.state == "open":
        return tuple(routes.values())
    due = (now // batch_s + 1) * batch_s
    return tuple(Route(one.place, due, "notices") if one.due is None else one for one in routes.values())


def hears(subscription: Subscription, heard: Heard, about: Mapping[str, About]) -> bool:
    """Whether it is among what was subscribed to, whenever it is said."""
    return (
        subscription.disabled is None
        and level(heard.severity) >= LEVELS.index(subscription.severity)
        and _meets(subscription, heard, about) is not False
        and (subscription.scope == "all" or is_of(subscription.by, heard, about))
    )


def is_of(person: str, heard: Heard, about: Mapping[str, About]) -> bool:
    """Whether it is about something of this person's, by key, and about nobody else's."""
    owners = {about[one].owner for one in heard.resources if one in about} - {None}
    return owners == {person}


def needs_resource(subscriptions: Iterable[Subscription], mutes: Iterable[Mute] = ()) -> bool:
    """Whether somebody has to look up tags or owners before anything is routed by these."""
    return any(one.tag is not None or one.scope == "own" for one in subscriptions) or any(
        one.tag is not None for one in mutes
    )


def sees_all(subscriptions: Iterable[Subscription]) -> frozenset[str]:
    """The keys of those who hear in their own chats what is not theirs, so that it can be asked whether they may."""
    return frozenset(one.person for one in subscriptions if one.scope == "all" and one.person is not None)


def narrowed(subscriptions: Iterable[Subscription], keys: Collection[str]) -> tuple[Subscription, ...]:
    """The subscriptions, where these people hear in their own chats only what is theirs."""
    return tuple(
        one.model_copy(update={"scope": "own", "by": one.person}) if one.scope == "all" and one.person in keys else one
        for one in subscriptions
    )


def level(severity: Severity) -> int:
    """How bad it is: its place in LEVELS."""
    return _LEVEL.get(severity, 0)


@lru_cache(maxsize=1024)
def kinds_of(words: tuple[str, ...]) -> frozenset[Kind]:
    """The kinds that these words stand for, as they are today; none: every kind but a test."""
    everything: frozenset[Kind] = frozenset(kind for kind in KINDS if kind != "test")
    if not words or ALL in words:
        return everything
    single = {kind: (kind,) for kind in KINDS}
    return frozenset(kind for word in words for kind in GROUPS.get(word, ()) or single.get(word, ()))  # type: ignore[call-overload]


def _when(subscription: Subscription, muted: int | None, now: int) -> Route:
    place = Place.parse(subscription.place)
    opens = subscription.hours.opens(muted or now) if subscription.hours else None
    if opens is not None:
        return Route(place, opens, "hours")
    return Route(place) if muted is None else Route(place, muted, "muted")


def _muted(alert: Alert, mutes: Iterable[Mute], about: Mapping[str, About], now: int) -> dict[str, int]:
    """Until when it is muted, by place."""
    until: dict[str, int] = {}
    for mute in mutes:
        if mute.until > now and mute.hides(alert, about):
            until[mute.place] = max(mute.until, until.get(mute.place, 0))
    return until


def _meets(wanted: Filter, heard: Heard, about: Mapping[str, About]) -> bool | None:
    """Whether it is what is meant; None where only its tags would tell."""
    if heard.kind not in kinds_of(wanted.kinds):
        return False
    if wanted.resource is not None and not _is_among(wanted.resource, heard.resources):
        return False
    return True if wanted.tag is None else _tagged(wanted.tag, heard.resources, about)


def _tagged(tag: str, resources: tuple[str, ...], about: Mapping[str, About]) -> bool | None:
    key, with_value, value = tag.partition("=")
    known = [about[one].tags if one in about else None for one in resources]
    if any(tags is not None and key in tags and (not with_value or tags[key] == value) for tags in known):
        return True
    return None if None in known else False


@lru_cache(maxsize=8192)
def _is_among(glob: str, ids: tuple[str, ...]) -> bool:
    """Whether the glob means one of these ids, or a part of it where it is an ARN: a stack's or an alarm's name."""
    asked, is_glob = _asked(glob)
    parts = _parts(ids)
    return any(fnmatchcase(part, asked) for part in parts) if is_glob else asked in parts


@lru_cache(maxsize=4096)
def _asked(glob: str) -> tuple[str, bool]:
    """What is compared with parts of ids, and whether it stands for several."""
    return glob.casefold(), any(sign in glob for sign in "*?[")


@lru_cache(maxsize=1024)
def _parts(ids: tuple[str, ...]) -> frozenset[str]:
    """What of some ids may be asked for: every subscription is compared with it."""
    whole = [one.casefold() for one in ids]
    arns = (re.split(r"[:/]", one.split(":", 5)[-1]) for one in whole if one.startswith("arn:"))
    return frozenset((*whole, *(part for parts in arns for part in parts)))
