"""What people wish of a VPN: each is one conditional write that the workflow finds at its next look."""

import logging
from dataclasses import dataclass, replace
from typing import Any

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import BotoCoreError, ClientError

from aws_ops import clock, errors
from aws_ops.desk import Desk
from aws_ops.runs import keyed, run_key, start
from aws_ops.table import Delete, Item, Put, Update, Write
from aws_ops.vpn_items import OVER, Claim, VpnEndpoint, claim_key, same_claim
from aws_ops.vpn_snapshot import tell, usual_extra, usual_fact
from aws_ops.vpn_wishes import Outrun, again, beginning, new_run, standing_of
from aws_ops.workflows.facts import VpnFact

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claimed:
    """A claim that was made or renewed.

    `started`: it began the run. `joined`: it is new in a run that was there already (neither: it was renewed).
    `phase`: the run's; while `cutting` the network goes off first and is associated again then. `shortened`: max_lease
    cut what was asked for.
    """

    run: str
    claim: Claim
    started: bool
    joined: bool
    phase: str
    shortened: bool


@dataclass(frozen=True)
class Ended:
    """A claim that was ended: how many others stay, how many people are connected (None: nobody can tell)."""

    run: str
    others: int
    connections: int | None


def claim(desk: Desk, endpoint: VpnEndpoint, person: str, seconds: int, place: str) -> Claimed:
    """Make or renew a person's claim until `seconds` from now, at most max_lease after it began (`vpn on`).

    A claim that ends later already keeps its end. The first claim starts the run; `place` follows it. Raises
    Contended, ClientError.
    """
    claimed = again(lambda: _claim(desk, endpoint, person, seconds, place))
    made, renewed = claimed.claim, not (claimed.started or claimed.joined)
    times = {"since": made.since, "until": made.until}
    _tell(desk, claimed.run, "VpnClaimed", person=person, **times, renewed=renewed, shortened=claimed.shortened)
    return claimed


def extend(desk: Desk, endpoint: VpnEndpoint, person: str, seconds: int) -> Claim | None:
    """Move the end of a person's claim by `seconds`, never past max_lease after it began; None without a live claim.

    Raises Contended, ClientError.
    """
    extended = again(lambda: _extend(desk, endpoint, person, seconds))
    if extended is None:
        return None
    run, longer = extended
    _tell(desk, run, "VpnClaimExtended", person=person, until=longer.until)
    return longer


def end(desk: Desk, endpoint: VpnEndpoint, person: str) -> Ended | None:
    """End a person's claim (`vpn off`); None without a live one. Raises Contended, ClientError."""
    ended = again(lambda: _end(desk, endpoint, person))
    if ended is not None:
        _tell(desk, ended.run, "VpnClaimEnded", person=person, until=clock.epoch(), early=True)
    return ended


def cancel(desk: Desk, run: str, by: str) -> bool:
    """Wish that every claim made so far in a run be over and the network cut (`off --all`).

    The workflow does it, at its next look. False when there is no such run, or it is over. Raises Contended,
    ClientError.
    """
    meta = desk.table.get(*run_key(run))
    if meta is None or meta["kind"] != "vpn" or meta["phase"] in OVER:
        return False
    before = again(lambda: _overrule(desk, meta["endpoint"], run, by))
    if before is None:
        return False
    now = _now(desk, run, before)
    _tell(desk, run, usual_fact(now["phase"]), **usual_extra(now))
    return True


def _claim(desk: Desk, endpoint: VpnEndpoint, person: str, seconds: int, place: str) -> Claimed:
    standing = standing_of(desk, endpoint.name)
    if standing is None:
        return _start(desk, endpoint, person, seconds, place)
    mine = standing.of(person)
    now = clock.epoch()
    made = _new_claim(endpoint, person, seconds, since=mine.since if mine else now, wish=standing.next_wish)
    if mine is not None:
        made = replace(made, until=max(made.until, mine.until))
    writes = [standing.counting_the_wish(), *_claim_writes(standing.run, made, place)]
    if not standing.meta["claimed"]:
        writes.append(Update(*run_key(standing.run), set={"claimed": True}, when=Attr("phase").exists()))
    if not desk.table.transact(*writes):
        raise Outrun
    if "ticked" not in standing.meta:
        _start_or_leave_it_to_the_sweep(desk, standing.meta)
    # Read again: a cut that had not seen this claim cannot have begun before it was written.
    meta = _now(desk, standing.run, standing.meta)
    return Claimed(standing.run, made, False, mine is None, meta["phase"], made.until < now + seconds)


def _start(desk: Desk, endpoint: VpnEndpoint, person: str, seconds: int, place: str) -> Claimed:
    meta = new_run(endpoint, "person", person)
    now = clock.epoch()
    made = _new_claim(endpoint, person, seconds, since=now, wish=1)
    if not desk.table.transact(*beginning(meta, wishes=1), *_claim_writes(meta["run"], made, place)):
        raise Outrun
    _start_or_leave_it_to_the_sweep(desk, meta)
    return Claimed(meta["run"], made, True, False, "associating", made.until < now + seconds)


def _start_or_leave_it_to_the_sweep(desk: Desk, meta: Item) -> None:
    # The wish is written, and the sweep starts every run that has none working at it: to fail here would be untrue.
    try:
        start(desk, meta)
    except (ClientError, BotoCoreError) as error:
        log.warning("run %s is not started yet, the sweep will: %s", meta["run"], errors.say(error))


def _extend(desk: Desk, endpoint: VpnEndpoint, person: str, seconds: int) -> tuple[str, Claim] | None:
    standing = standing_of(desk, endpoint.name)
    mine = standing.of(person) if standing else None
    if standing is None or mine is None:
        return None
    until = min(mine.until + seconds, mine.since + endpoint.max_lease_s)
    longer = replace(mine, until=until, wished=clock.epoch(), wish=standing.next_wish, warned=())
    if not desk.table.transact(standing.counting_the_wish(), _put(standing.run, longer)):
        raise Outrun
    return standing.run, longer


def _end(desk: Desk, endpoint: VpnEndpoint, person: str) -> Ended | None:
    standing = standing_of(desk, endpoint.name)
    mine = standing.of(person) if standing else None
    if standing is None or mine is None:
        return None
    ended = desk.table.transact(
        Delete(*claim_key(endpoint.name, person), when=same_claim(mine, standing.run)),
        Update(*run_key(standing.run), set={"ended_by": person}, when=Attr("phase").exists()),
    )
    if not ended:
        raise Outrun
    return Ended(standing.run, len(standing.claims) - 1, standing.meta.get("connections", 0))


def _overrule(desk: Desk, endpoint: str, run: str, by: str) -> Item | None:
    """The run as it was before; None when it is over."""
    standing = standing_of(desk, endpoint)
    if standing is None or standing.run != run:
        return None
    # Counted as a wish, so that it has its place in the order of claims: those before it are over, later ones are not.
    off = {"over": standing.next_wish, "off": {"by": by, "at": clock.epoch()}}
    overruled = Update(*run_key(run), set=off, when=Attr("phase").exists())
    if not desk.table.transact(standing.counting_the_wish(), overruled):
        raise Outrun
    return standing.meta


def _now(desk: Desk, run: str, before: Item) -> Item:
    # The wish is written: to fail here would be untrue.
    try:
        return desk.table.get(*run_key(run)) or before
    except (ClientError, BotoCoreError) as error:
        log.warning("run %s cannot be read after a wish: %s", run, errors.say(error))
        return before


def _tell(desk: Desk, run: str, fact: VpnFact, **extra: Any) -> None:
    # The wish is written, and the workflow shows it at its next look if this does not: to fail here would be untrue.
    try:
        tell(desk, run, fact, **extra)
    except (ClientError, BotoCoreError) as error:
        log.warning("run %s could not say %s: %s", run, fact, errors.say(error))


def _new_claim(endpoint: VpnEndpoint, person: str, seconds: int, *, since: int, wish: int) -> Claim:
    now = clock.epoch()
    return Claim(endpoint.name, person, since, min(now + seconds, since + endpoint.max_lease_s), now, wish)


def _claim_writes(run: str, made: Claim, place: str) -> list[Write]:
    claimed = keyed((run_key(run)[0], f"CLAIMED#{made.person}"), since=made.wished)
    return [_put(run, made), Put(claimed), Put(_follower(run, place))]


def _put(run: str, made: Claim) -> Put:
    times = {"since": made.since, "until": made.until, "wished": made.wished}
    key = claim_key(made.endpoint, made.person)
    return Put(keyed(key, run=run, wish=made.wish, warned=made.warned, expires=made.until + 7 * 86_400, **times))


def _follower(run: str, place: str) -> Item:
    return keyed((run_key(run)[0], f"PLACE#{place}"), place=place, since=clock.epoch())
