"""What a look at an upgrade says: what is owed, the brake, and what shown has changed.

Something is remembered as said only after it was: a death between the two says it twice, which does no harm.
"""

import logging

from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import errors
from aws_ops.upgrade_snapshot import digest, pay, shown
from aws_ops.workflows.upgrade_look import Look
from aws_ops.workspace_items import approval_key

log = logging.getLogger(__name__)

EVERY_S = 30
"""How often a look that takes long says how far it is."""


def say(look: Look, *, now: bool) -> None:
    """Say all that there is to say; what has only come further just every while, but `now`. Raises Superseded.

    What cannot be said now is said at the next look.
    """
    try:
        _say(look, now=now)
    except (ClientError, BotoCoreError) as error:
        # To be unheard is bad, not to act for that reason would be worse.
        log.warning("run %s could not say something: %s", look.run.id, errors.say(error))


def _say(look: Look, *, now: bool) -> None:
    said = [pay(look.run.desk, look.run.id, look.meta), _brake(look)]
    if any(said):
        look.said_at = look.now
        look.meta = look.run.read()
    elif (now or look.now - look.said_at >= EVERY_S) and _shows_otherwise(look):
        look.run.tell("UpgradeProgressed")
        look.said_at = look.now


def _brake(look: Look) -> bool:
    told = look.meta.get("told", {})
    if told.get("braked", False) == look.braked:
        return False
    look.run.tell("UpgradeBraked" if look.braked else "UpgradeReleased")
    look.write({"told": {**told, "braked": look.braked}})
    return True


def _shows_otherwise(look: Look) -> bool:
    run = look.run
    approval = run.desk.table.get(*approval_key(run.id))
    return digest(shown(look.meta, look.order, approval, braked=look.braked)) != look.meta.get("shown")
