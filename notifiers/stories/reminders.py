"""What approvers who have said nothing yet are reminded of, whichever kind of run it is."""

from collections.abc import Mapping
from typing import Any

from notifiers.message import Block, Button, Message
from notifiers.stories.story import Note
from notifiers.stories.workspace_words import sentence, short
from notifiers.times import say_time


def reminders(data: Mapping[str, Any], asked: str, agreed: Block, timezone: str) -> tuple[Note, ...]:
    """A direct message to each who may still decide; none where it is decided. `asked`: what for, in words."""
    approval, run = data["approval"], data["run"]
    if approval is None or approval["state"] != "open":
        return ()
    decided = {each["person"] for each in approval["decisions"]} | {data["requester"]}
    asker, until = sentence(short(data["requester"])), say_time(approval["deadline"], timezone)
    message = Message(
        title=f"{sentence(asked)}? It still waits for you",
        summary=f"{asker} asks to {asked}, and nobody has decided. Decide until {until}.",
        severity="warning",
        blocks=(agreed,),
        buttons=(
            Button(label="Approve", command=f"approve {run}", style="primary"),
            Button(label="Refuse", command=f"refuse {run}", style="danger"),
        ),
    )
    waiting = (person for person in approval["approvers"] if person not in decided)
    return tuple(Note(f"{run}#reminded", f"person:{person}", message) for person in waiting)
