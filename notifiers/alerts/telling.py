"""How something that happened or failed is told: what alerts of different services share."""

from collections.abc import Mapping
from dataclasses import dataclass

from notifiers.alerts.alert import Alert
from notifiers.alerts.calls import Call, Failure
from notifiers.alerts.event import Event
from notifiers.alerts.kinds import Kind
from notifiers.message import Button, Fact


@dataclass(frozen=True)
class Occurrence:
    """What of, when, where and by whom: an Alert's fields of the same names."""

    kind: Kind
    about: str
    at: float
    key: str
    account: str
    region: str
    who: str | None = None


def of_event(event: Event, kind: Kind, about: str, at: float | None = None) -> Occurrence:
    """All that an event tells; `at` where it has a better time than its envelope's."""
    return Occurrence(kind, about, at or event.at, event.id, event.account, event.region)


def of_call(call: Call, kind: Kind, about: str, element: str | int = 0) -> Occurrence:
    """One element of the batch that a call is about: each has a key of its own."""
    return Occurrence(kind, about, call.at, f"{call.key}/{element}", call.account, call.region, call.who)


def happened(
    occurrence: Occurrence,
    title: str,
    *,
    facts: Mapping[str, str | None],
    buttons: tuple[Button, ...] = (),
    resources: tuple[str, ...] = (),
) -> Alert:
    """A notice. `title` is a sentence without its full stop."""
    return Alert(
        kind=occurrence.kind,
        about=occurrence.about,
        state="notice",
        at=occurrence.at,
        key=occurrence.key,
        severity="info",
        title=title,
        summary=f"{title}: {occurrence.who} asked for it." if occurrence.who else f"{title}.",
        facts=facts_of(facts),
        buttons=buttons,
        resources=resources,
        account=occurrence.account,
        region=occurrence.region,
        who=occurrence.who,
    )


def failed(
    occurrence: Occurrence,
    title: str,
    failure: Failure,
    *,
    facts: Mapping[str, str | None],
    hint: str,
    buttons: tuple[Button, ...] = (),
    resources: tuple[str, ...] = (),
) -> Alert:
    """Something that was not done, which is open until somebody says that it is dealt with."""
    return Alert(
        kind=occurrence.kind,
        about=occurrence.about,
        state="open",
        at=occurrence.at,
        key=occurrence.key,
        severity="warning",
        title=title,
        summary=f"{title}: {failure.why}.",
        facts=facts_of({"Error": failure.code if failure.said else None} | dict(facts)),
        hint=hint,
        buttons=buttons,
        resources=resources,
        account=occurrence.account,
        region=occurrence.region,
        who=occurrence.who,
    )


def facts_of(items: Mapping[str, str | None]) -> tuple[Fact, ...]:
    """A fact for each that there is something to say of."""
    return tuple(Fact(label=label, value=value) for label, value in items.items() if value)


def lower(name: str | None) -> str | None:
    """AWS's capitals as words: "ADMIN_MAINTENANCE" -> "admin maintenance"."""
    return name.replace("_", " ").lower() if name else None
