"""The fixtures: events as AWS sends them, and what is read from one."""

import json
from pathlib import Path
from typing import Any

from notifiers.alerts.alert import Alert
from notifiers.alerts.read import read

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = tuple(sorted(path.stem for path in FIXTURES.glob("*.json")))
SENT = 1_800_000_000.0


def event(name: str) -> Any:
    """The event as `read` gets it."""
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def alerts(name: str, **detail: Any) -> tuple[Alert, ...]:
    """What is read from it, with these changes of its `detail`."""
    changed = event(name)
    if detail:
        changed["detail"] |= detail
    found = read(changed, SENT)
    assert found.known
    return found.alerts


def only(name: str, **detail: Any) -> Alert:
    """The one Alert."""
    (alert,) = alerts(name, **detail)
    return alert


def facts(alert: Alert) -> dict[str, str]:
    """Its facts by their labels."""
    return {fact.label: fact.value for fact in alert.facts}


def commands(alert: Alert) -> list[str]:
    """The commands of its buttons."""
    return [button.command for button in alert.buttons if button.command]


def links(alert: Alert) -> list[str]:
    """The addresses of its buttons."""
    return [button.link for button in alert.buttons if button.link]


def buttons(alert: Alert) -> dict[str, str | None]:
    """Where each button leads, by its label: its command, or its link."""
    return {button.label: button.command or button.link for button in alert.buttons}
