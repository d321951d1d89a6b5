"""Which function knows which event: the table of contents of the alerts."""

from collections.abc import Callable
from typing import NamedTuple

from notifiers.alerts.alert import Alert
from notifiers.alerts.event import Event


class Reader(NamedTuple):
    """Whether an event is its, and what it makes of one: every element of a batch is an Alert of its own.

    `alerts` may raise where something that it needs is not there: what then is said is the event as it is.
    """

    matches: Callable[[Event], bool]
    alerts: Callable[[Event], tuple[Alert, ...]]


ALERTS: tuple[Reader, ...] = ()
"""In this order: the first that matches reads the event."""
