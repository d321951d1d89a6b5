"""Calls that somebody was denied, of whatever service: who tried what, on what, and why not."""

from notifiers.alerts.alert import Alert
from notifiers.alerts.calls import call_of, listed, reason_denied, the_rest, touched
from notifiers.alerts.event import Event
from notifiers.alerts.telling import failed, of_call


def is_call(event: Event) -> bool:
    """Whether it is a call that was denied."""
    call = call_of(event)
    return call is not None and call.failure is not None and call.failure.denied


def calls(event: Event) -> tuple[Alert, ...]:
    """One Alert, whatever number of things the call was about: who keeps trying is one who tries often."""
    call = call_of(event)
    if call is None or call.failure is None:
        return ()
    what, why = touched(call), reason_denied(call.failure)
    title = f"{call.who} was denied {call.action}"
    on = f"on {listed(what)}" if what else ""
    alert = failed(
        of_call(call, "denied", f"denied {call.action} {call.account} {call.who}"),
        title,
        call.failure,
        facts={"On": listed(what), "From": call.origin},
        hint=f"If it was right to try, whoever manages their permissions can allow {call.action}; else ask who it was.",
        buttons=call.link,
        resources=what,
    )
    said = (f"{title}: {why}" + (f" ({on})" if on else "")) if why else f"{title} {on}".rstrip()
    return (alert.model_copy(update={"summary": f"{said}.", "blocks": the_rest(what)}),)
