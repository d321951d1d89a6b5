"""Calls that no other function knows, as far as any call can be told: who called what, on what, and how it went."""

from notifiers.alerts.alert import Alert
from notifiers.alerts.calls import call_of, listed, touched
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
        said = f"The root user called {call.action}" if call.root else f"{call.action} was called"
        done = happened(occurrence, said, facts=facts, buttons=call.link, resources=what)
        return (done.model_copy(update={"summary": f"{call.who} called {call.action}{on}."}),)
    not_done = failed(
        occurrence,
        f"{call.action} failed",
        call.failure,
        facts=facts,
        hint="Look at what AWS says, and try it again when the reason is gone.",
        buttons=call.link,
        resources=what,
    )
    said = f"{call.who} called {call.action}{on}: {call.failure.why}."
    return (not_done.model_copy(update={"summary": said}),)
