"""The sweep: every minute or so it finds what has nobody working at it.

Runs that were never started (a bot died in between) or have fallen silent are started again, approvals are expired,
reminded of and, once granted, seen to, managed subnets that somebody associated in the console get a run that cuts them
when they are idle, claims of runs that are over go, and what a run still owes in words is said.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr

from aws_ops import approvals, client_vpn, clock, errors, ids, published, run_kinds, runs, vpn_subnets
from aws_ops.desk import Desk
from aws_ops.lambdas import env
from aws_ops.runs import CLOSED, OPEN, run_key
from aws_ops.table import Item
from aws_ops.vpn_items import VpnEndpoint, claim_key, endpoint_of_run, lock_key
from aws_ops.vpn_wishes import beginning, new_run

log = logging.getLogger(__name__)

SILENT_TICKS = 5
"""After how many ticks without a look a run's execution is started again."""
LOST_TICKS = 10
"""After how many a new one takes over, because the old one will not: it has failed, or was stopped."""
_PAID_WITHIN_S = 3600


class SweepFailed(Exception):
    """Some of it could not be done; the rest was. Lambda counts this, and an alarm can stand on that."""


def handler(_event: Any, _context: Any) -> Mapping[str, list[str]]:
    """Sweep once: {"restarted": [ids of runs that were started], "found": [those of console runs]}.

    Raises SweepFailed at the end.
    """
    desk = env.desk()
    done: dict[str, list[str]] = {"restarted": [], "found": []}
    failures: list[str] = []
    for run in _each(approvals.due(desk), failures, lambda run: approvals.sweep(desk, run)):
        done["restarted"].append(run)
    for run in _each(desk.table.query_index(OPEN), failures, lambda row: restarted(desk, row["run"])):
        if run not in done["restarted"]:
            done["restarted"].append(run)
    for _ in _each(_lately_closed(desk), failures, lambda row: _paid(desk, row)):
        pass
    for run in _each(published.endpoints(desk.table), failures, lambda endpoint: found(desk, endpoint)):
        done["found"].append(run)
    if failures:
        raise SweepFailed("; ".join(failures))
    return done


def restarted(desk: Desk, run: str) -> str | None:
    """The run's id if it was silent and has been started again. Raises ClientError."""
    meta = desk.table.get(*run_key(run))
    if meta is None or runs.is_over(meta):
        return None
    if meta["phase"] == "approval" and "granted" not in meta:
        _paid(desk, meta)
        return None  # it has no execution yet, the grant starts it
    tick_s = meta["tick_s"] if "tick_s" in meta else endpoint_of_run(meta).tick_s
    silent = clock.epoch() - max(meta["started"], meta.get("granted", 0), meta.get("ticked", 0))
    if "ticked" in meta and silent <= SILENT_TICKS * tick_s:
        return None
    if silent > LOST_TICKS * tick_s:
        # The same name would return the old execution for ever. Should that one wake up, it sees that it is superseded.
        newer = {"generation": meta["generation"] + 1, "ticked": clock.epoch()}
        replaced = desk.table.update(*run_key(run), set=newer, when=Attr("generation").eq(meta["generation"]))
        meta = replaced or meta
    runs.start(desk, meta)
    log.warning("run %s was silent for %s s and was started again, generation %s", run, silent, meta["generation"])
    return run


def found(desk: Desk, endpoint: VpnEndpoint) -> str | None:
    """The id of a run that was begun for subnets that somebody else associated. Raises ClientError."""
    if _forgotten_claims(desk, endpoint) is not None:
        return None
    associations = client_vpn.associations(desk.sessions.client("ec2"), endpoint.id)
    if not any(vpn_subnets.alive(state) for _, state in vpn_subnets.managed(endpoint.subnets, associations)):
        return None
    meta = new_run(endpoint, "console", None)
    if not desk.table.transact(*beginning(meta, wishes=0)):
        return None  # somebody claimed meanwhile
    runs.start(desk, meta)
    return str(meta["run"])


def _forgotten_claims(desk: Desk, endpoint: VpnEndpoint) -> Item | None:
    """The endpoint's lock, after claims of runs that are over have gone."""
    # The claims first: a run that begins in between has none among them.
    claims = desk.table.query(claim_key(endpoint.name, "")[0])
    lock = desk.table.get(*lock_key(endpoint.name))
    for item in claims:
        if lock is None or item["run"] != lock["run"]:
            desk.table.delete(item["pk"], item["sk"], when=Attr("run").eq(item["run"]))
    return lock


def _lately_closed(desk: Desk) -> list[Item]:
    """Runs that ended since a while before the last sweep."""
    return desk.table.query_index(CLOSED, since=ids.at(clock.epoch() - _PAID_WITHIN_S))


def _paid(desk: Desk, meta: Item) -> None:
    """Say what somebody wrote and did not live to say. Raises ClientError."""
    run_kinds.pay(desk, meta)


def _each(things: Iterable[Any], failures: list[str], act: Callable[[Any], str | None]) -> Iterable[str]:
    for thing in things:
        try:
            done = act(thing)
        except Exception as error:
            # One thing that cannot be swept holds up no other.
            log.exception("the sweep goes on without this one")
            failures.append(errors.say(error))
            continue
        if done is not None:
            yield done
