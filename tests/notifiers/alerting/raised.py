"""Alerts as readers give them: an alarm that AWS calls over, a failure that it does not, something that happened."""

from datetime import UTC, datetime
from typing import Any

from notifiers.alerts.alert import Alert, State

T0 = 1_792_483_200.0  # 2026-10-20 08:00 UTC

ALARM = "alarm arn:aws:cloudwatch:eu-west-1:111122223333:alarm:cpu"


def alarm(state: State, after: float = 0.0, **more: Any) -> Alert:
    """The CPU's alarm says `state`, so many seconds after T0."""
    words = {"open": "CPU is 97 %.", "closed": "CPU is 12 %.", "unknown": "No data.", "notice": "Changed."}
    values: dict[str, Any] = {
        "kind": "cpu",
        "about": ALARM,
        "state": state,
        "at": T0 + after,
        "key": f"{ALARM}/{T0 + after}",
        "severity": "critical" if state == "open" else "info",
        "title": "CPU is high",
        "summary": words[state],
        "resources": ("ws-0a1b2c3d4",),
        "lasting": True,
    }
    return Alert.model_validate(values | more)


def failure(after: float = 0.0, key: str = "", **more: Any) -> Alert:
    """Somebody was denied a call, so many seconds after T0; AWS never says that this is over."""
    return alarm(
        "open",
        after,
        kind="denied",
        about="denied ren",
        key=key or f"event-{after}",
        severity="warning",
        title="Ren was denied a call",
        summary="Ren was denied TerminateInstances.",
        lasting=False,
        **more,
    )


def happened(key: str = "event-1", after: float = 0.0, **more: Any) -> Alert:
    """A WorkSpace was created."""
    return alarm(
        "notice",
        after,
        kind="workspace-created",
        about="workspace ws-0a1b2c3d4",
        key=key,
        title="A WorkSpace was created",
        summary="ws-0a1b2c3d4 was created.",
        lasting=False,
        **more,
    )


def event(state: str, after: float = 0.0, name: str = "cpu") -> dict[str, Any]:
    """What EventBridge says of an alarm that is in this state ("ALARM") since so many seconds after T0."""
    moment = datetime.fromtimestamp(T0 + after, UTC)
    return {
        "id": f"{name}-{state}-{after}",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "region": "eu-central-1",
        "resources": [f"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:{name}"],
        "detail": {
            "alarmName": name,
            "state": {"value": state, "reason": "Because.", "timestamp": moment.isoformat(timespec="milliseconds")},
        },
    }


def nobody_knows(number: int) -> dict[str, Any]:
    """An event that no function knows."""
    return {"id": f"strange-{number}", "detail-type": f"Strange {number}", "source": "lab", "detail": {"n": number}}
