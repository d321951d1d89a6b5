"""Logins to WorkSpaces: the one thing that `WorkSpaces Access` tells; no event says that somebody has left.

https://docs.aws.amazon.com/workspaces/latest/adminguide/cloudwatch-events-monitor.html
"""

from notifiers.alerts.alert import Alert
from notifiers.alerts.event import Event
from notifiers.alerts.reading import moment, text
from notifiers.alerts.telling import happened, of_event
from notifiers.alerts.workspaces import look_at


def login(event: Event) -> tuple[Alert, ...]:
    """One notice; none where no WorkSpace is named. AWS does not say who it was."""
    id_ = text(event.detail, "workspaceId")
    if id_ is None:
        return ()
    done = text(event.detail, "actionType")
    client = text(event.detail, "workspacesClientProductName")
    system = text(event.detail, "clientPlatform")
    said = f"Somebody logged in to WorkSpace {id_}" if done == "successfulLogin" else f"WorkSpace {id_}: {done}"
    return (
        happened(
            of_event(event, "workspace-login", f"workspace {id_}", moment(event.detail, "loginTime")),
            said,
            facts={
                "WorkSpace": id_,
                "Client": f"{client or 'An unknown client'} on {system}" if system else client,
                "Address": text(event.detail, "clientIpAddress"),
                "Directory": (text(event.detail, "directoryId") or "").removeprefix("domain/"),
            },
            buttons=look_at(event.region, id_),
            resources=(id_,),
        ),
    )
