"""What AWS sent, as Alerts: by the function that knows it, else as it is, and never as nothing."""

import hashlib
import logging
from dataclasses import dataclass
from itertools import accumulate

from notifiers.alerts.alert import Alert
from notifiers.alerts.event import Event, opened
from notifiers.alerts.generic import generic
from notifiers.alerts.table import ALERTS
from notifiers.characters import cut

logger = logging.getLogger(__name__)

_LONGEST_KEY = 120  # characters: it is a part of keys of the table, which have room for 1,024 bytes
_TITLE, _SUMMARY = 200, 700  # characters
# All ids and ARNs of an alert together: it is kept twice in one item, which has room for 400 KB.
_RESOURCES = 20_000


@dataclass(frozen=True)
class Read:
    """At least one Alert, and whether a function knew all that was sent."""

    alerts: tuple[Alert, ...]
    known: bool


def read(event: object, sent: float) -> Read:
    """The Alerts of `event`, which AWS gave as it is; `sent`, in seconds since 1970, is when the queue got it.

    Never raises, whatever it is given.
    """
    found = [_read(each) for each in opened(event, sent)]
    return Read(
        alerts=tuple(alert for each in found for alert in each.alerts),
        known=all(each.known for each in found),
    )


def _read(event: Event) -> Read:
    reader = next((reader for reader in ALERTS if reader.matches(event)), None)
    if reader is None:
        return Read((_bounded(generic(event)),), known=False)
    try:
        alerts = reader.alerts(event)
    except Exception as error:  # noqa: BLE001 - an event that is not as AWS documents it is said as it is, not lost
        logger.warning("%r %r (%r) cannot be read: %s", event.source, event.type, event.id, type(error).__name__)
        alerts = ()
    if not alerts:
        return Read((_bounded(generic(event, unreadable=True)),), known=False)
    return Read(tuple(map(_bounded, alerts)), known=True)


def _bounded(alert: Alert) -> Alert:
    """The Alert with a key and resources that have room in the table, and one line of each title and summary."""
    fits = len(alert.key) <= _LONGEST_KEY and alert.key.isascii()
    return alert.model_copy(
        update={
            "key": alert.key if fits else hashlib.sha256(alert.key.encode()).hexdigest(),
            "title": cut(" ".join(alert.title.split()), _TITLE),
            "summary": cut(" ".join(alert.summary.split()), _SUMMARY),
            "resources": _first(alert.resources),
        }
    )


def _first(resources: tuple[str, ...]) -> tuple[str, ...]:
    """As many as there is room for; nearly always all."""
    if sum(map(len, resources)) <= _RESOURCES:
        return resources
    ends = accumulate(map(len, resources))
    return tuple(one for one, end in zip(resources, ends, strict=True) if end <= _RESOURCES)
