"""Whatever no function knows, as people can read it: better a plain alert than silence."""

import json

from notifiers.alerts.alert import Alert
from notifiers.alerts.event import Event
from notifiers.alerts.reading import clean
from notifiers.message import Block, Code, Fact

_SHOWN = 2_000  # characters of the body
_SENTENCE = 300  # characters of what is told as it stands


def generic(event: Event, *, unreadable: bool = False) -> Alert:
    """The event as it is. `unreadable`: its kind is known, but something that it needs is not in it."""
    name = _name(event)
    return Alert(
        kind="other",
        about=f"event {event.account}/{event.region}/{event.source}/{name}",
        state="notice",
        at=event.at,
        key=event.id,
        severity="warning" if unreadable else "info",
        title=name,
        summary=_summary(event, name, unreadable=unreadable),
        facts=_facts(event),
        blocks=_body(event),
        resources=event.resources[:20],
        account=event.account,
        region=event.region,
    )


def _name(event: Event) -> str:
    first_line = event.message.strip().partition("\n")[0]
    said = event.type or event.subject or (first_line if not event.detail else "")
    return clean(said, 150).strip() or "An event without a name"


def _summary(event: Event, name: str, *, unreadable: bool) -> str:
    origin = event.source or "Somewhere in AWS"
    if unreadable:
        return f"{origin} sent an event in which something is missing, so it is told as it is: {name}."
    if _is_note(event):
        said = _said(event)
        return f"{name}: {said}" if said.endswith((".", "!", "?", "…")) else f"{name}: {said}."
    if event.source == "aws.sns":
        return f"A message of the topic {_topic(event)}: {name}."
    return f"{origin} sent an event that Deskside does not know: {name}."


def _is_note(event: Event) -> bool:
    """Whether somebody wrote a few words to a topic, under a subject."""
    said = _said(event)
    return event.source == "aws.sns" and not event.detail and 0 < len(said) <= _SENTENCE and "\n" not in said


def _said(event: Event) -> str:
    return clean(event.message, _SHOWN).strip()


def _facts(event: Event) -> tuple[Fact, ...]:
    if _is_note(event):
        return (Fact(label="Topic", value=_topic(event)),)
    resources = ", ".join(event.resources[:3]) + (" …" if len(event.resources) > 3 else "")
    found = {"Source": event.source, "About": resources, "Id": event.id}
    return tuple(Fact(label=label, value=clean(value, 300)) for label, value in found.items() if value)


def _topic(event: Event) -> str:
    return event.resources[0].rpartition(":")[2] if event.resources else "?"


def _body(event: Event) -> tuple[Block, ...]:
    if _is_note(event):
        return ()
    said = event.message if event.source == "aws.sns" and not event.detail else _written(event.detail or event.raw)
    shown = clean(said, _SHOWN).strip()
    return (Code(text=shown),) if shown else ()


def _written(raw: object) -> str:
    try:
        return json.dumps(raw, indent=2, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        return "It cannot be written out."
