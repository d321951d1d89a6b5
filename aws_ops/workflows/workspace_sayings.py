"""What a look at a run of WorkSpaces says: what is owed, the brake, that it takes long, and what shown has changed.

Something is remembered as said only after it was: a death between the two says it twice, which does no harm.
"""

import logging

from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import errors
from aws_ops.table import Item
from aws_ops.workflows.workspace_facts import WorkspaceFact
from aws_ops.workflows.workspace_look import Look
from aws_ops.workspace_snapshot import digest, pay, shown

log = logging.getLogger(__name__)


def say(look: Look) -> None:
    """Say all that there is to say. What cannot be said now is said at the next look. Raises Superseded."""
    try:
        _say(look)
    except (ClientError, BotoCoreError) as error:
        # To be unheard is bad, not to act for that reason would be worse.
        log.warning("run %s could not say something: %s", look.run.id, errors.say(error))


def _say(look: Look) -> None:
    before = dict(look.meta.get("told", {}))
    told = dict(before)
    said = [pay(look.run.desk, look.run.id, look.meta), _brake(look, told), _late(look, told)]
    if told != before:
        look.write({"told": told})
    if not any(said) and _shows_otherwise(look):
        look.run.tell(_usual_fact(look))


def _brake(look: Look, told: Item) -> bool:
    if told.get("paused", False) == look.paused:
        return False
    look.run.tell("WorkspaceBraked" if look.paused else "WorkspaceReleased")
    told["paused"] = look.paused
    return True


def _late(look: Look, told: Item) -> bool:
    late_s = look.order.does.late_s
    late = [n for n in look.unfinished if (at := look.rows[n]["accepted"]) is not None and look.now - at >= late_s]
    if not late or told.get("late"):
        return False
    look.run.tell("WorkspaceLate")
    told["late"] = True
    return True


def _usual_fact(look: Look) -> WorkspaceFact:
    return "WorkspaceProgressed" if look.acted else "WorkspaceWaiting"


def _shows_otherwise(look: Look) -> bool:
    now = shown(look.meta, look.order, look.rows, look.approval, paused=look.paused)
    return digest(now) != look.meta.get("shown")
