"""What a look of a VPN run says: what is owed, what happened to claims, what is alarming, and what shown has changed.

Something is remembered as said only after it was: a death between the two says it twice, which does no harm.
"""

import logging
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import errors
from aws_ops.table import Item
from aws_ops.vpn_items import Claim, claim_key, same_claim
from aws_ops.vpn_snapshot import digest_of, usual_extra, usual_fact
from aws_ops.workflows.facts import VpnFact
from aws_ops.workflows.vpn_look import Look

log = logging.getLogger(__name__)

_ALARMS: tuple[tuple[VpnFact, str], ...] = (("VpnUnreadable", "unreadable_since"), ("VpnCutFailing", "cutting_since"))
COST_TICKS = 10
"""After how many ticks a card that shows a running cost is drawn anew although nothing else has changed."""


def say(look: Look) -> None:
    """Say all that there is to say. What cannot be said now is said at the next look. Raises Superseded."""
    try:
        _say(look)
    except (ClientError, BotoCoreError) as error:
        # To be unheard is bad, not to cut for that reason would be worse.
        log.warning("run %s could not say something: %s", look.run.id, errors.say(error))


def _say(look: Look) -> None:
    before = dict(look.meta.get("told", {}))
    told = dict(before)
    said = [
        _owed(look),
        _brake(look, told),
        *[_ended(look, claim) for claim in look.claims if claim.until <= look.now],
        *[_ending(look, claim) for claim in look.live],
        _failed(look, told),
        _readable(look, told),
        *[_alarm(look, told, *alarm) for alarm in _alarms(look)],
    ]
    if "cutting_since" not in look.meta:
        told.pop("cutting_since", None)
    if told != before:
        look.write({"told": told})
    if not any(said) and _shows_otherwise(look):
        look.run.tell(usual_fact(look.meta["phase"]), **usual_extra(look.meta))


def _owed(look: Look) -> bool:
    """Facts of a change of phase, which was written with the phase."""
    if "owed" not in look.meta:
        return False
    fact = look.meta["owed"]
    returned = {"returned": look.meta["returned"]} if fact == "VpnCutUndone" else {}
    look.run.tell(fact, **usual_extra(look.meta), **returned)
    look.write({}, ("owed", "returned"))
    return True


def _brake(look: Look, told: Item) -> bool:
    if told.get("paused", False) == look.paused:
        return False
    look.run.tell("VpnBraked" if look.paused else "VpnReleased")
    told["paused"] = look.paused
    return True


def _ended(look: Look, claim: Claim) -> bool:
    look.run.tell("VpnClaimEnded", person=claim.person, until=claim.until, early=False)
    look.run.desk.table.delete(*claim_key(claim.endpoint, claim.person), when=same_claim(claim, look.run.id))
    if "ended_by" in look.meta:
        look.write({}, ("ended_by",))
    return True


def _ending(look: Look, claim: Claim) -> bool:
    left, length = claim.until - look.now, claim.until - claim.wished
    due = [t for t in look.run.endpoint.warn_s if left <= t < length and t not in claim.warned]
    if not due or look.meta["phase"] != "ready" or look.meta["connections"] == 0:
        return False
    minutes = -(-left // 60)
    look.run.tell("VpnClaimEnding", person=claim.person, until=claim.until, minutes=minutes, threshold_s=min(due))
    warned = sorted({*claim.warned, *due}, reverse=True)
    unchanged = same_claim(claim, look.run.id)
    look.run.desk.table.update(*claim_key(claim.endpoint, claim.person), set={"warned": warned}, when=unchanged)
    return True


def _failed(look: Look, told: Item) -> bool:
    key = f"{look.meta['round']}:{','.join(look.given_up)}"
    if not look.given_up or look.meta["phase"] == "cutting" or told.get("failed") == key:
        return False
    look.run.tell("VpnAssociationFailed")
    told["failed"] = key
    return True


def _alarms(look: Look) -> Iterator[tuple[VpnFact, str, int]]:
    """What has been wrong for too long: the fact, and its key that says since when."""
    late = look.now - look.run.endpoint.alert_after_s
    for fact, key in _ALARMS:
        since = look.meta.get(key)
        # What was never on cannot be said to stay on.
        never_on = fact == "VpnUnreadable" and (look.untouched or _is_wanted_on(look))
        if since is not None and since <= late and not never_on:
            yield fact, key, since
    trouble = look.meta.get("trouble")
    if trouble and trouble["since"] <= late and _is_wanted_on(look):
        yield "VpnAssociatingFailing", "failing_since", trouble["since"]
    if look.meta["phase"] == "associating" and look.stuck_since is not None:
        yield "VpnAssociatingLate", "associating_since", look.stuck_since


def _is_wanted_on(look: Look) -> bool:
    return look.meta["phase"] == "associating" and bool(look.live)


def _readable(look: Look, told: Item) -> bool:
    if "unreadable_since" not in told or look.meta["unreadable_since"] is not None:
        return False
    look.run.tell("VpnReadable", unreadable_since=told["unreadable_since"])
    del told["unreadable_since"]
    return True


def _alarm(look: Look, told: Item, fact: VpnFact, key: str, since: int) -> bool:
    if told.get(key) == since:
        return False
    look.run.tell(fact, **{key: since})
    told[key] = since
    return True


def _shows_otherwise(look: Look) -> bool:
    if digest_of(look.meta, look.live, look.paused) != look.meta.get("shown"):
        return True
    costs = "associated" in look.subnets.values()
    age = look.now - look.meta.get("shown_at", 0)
    return costs and age >= COST_TICKS * look.run.endpoint.tick_s
