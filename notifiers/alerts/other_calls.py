"""Calls that no other function knows, as far as any call can be told: who called what, on what, and how it went."""

from notifiers.alerts.alert import Alert
from notifiers.alerts.calls import call_of, listed, the_rest, touched
from notifiers.alerts.event import Event
from notifiers.alerts.telling import failed, happened, of_call


def is_call(event: Event) -> bool:
    """Whether it is a call."""
    return call_of(event) is not None


def calls(event: Event) -> tuple[Alert, ...]:
    """One Alert, whatever number of things the call was about."""
    call = call_of(event)
    if call is None:
        return ()
    what = touched(call)
    on = f" on {listed(what)}" if what else ""
    occurrence = of_call(call, "other", f"call {call.action} {call.account} {call.who}")
    facts = {"On": listed(what), "From": call.origin}
    if call.failure is None:
        title = f"{call.who} called {call.action}"
        alert = happened(occurrence, title, facts=facts, buttons=call.link, resources=what)
        said = f"{title}{on}."
    else:
        title = f"{call.action} failed"
        hint = "Look at what AWS says, and try it again when the reason is gone."
        alert = failed(occurrence, title, call.failure, facts=facts, hint=hint, buttons=call.link, resources=what)
        said = f"{call.who} called {call.action}{on}: {call.failure.why}."
    return (alert.model_copy(update={"summary": said, "blocks": the_rest(what)}),)
