"""What a VPN run changes in AWS. Each may be done twice; what AWS refuses becomes a trouble of the look.

What a cut would lose is kept in `SAVED#<endpoint id>`/`ROUTES`, beyond the run: {routes: [{destination, subnet,
description}], groups, vpc, whole: [association ids]}. An association is whole when what was saved for its subnet has
been compared with it: only then may its routes be taken for the truth, and what is missing for removed on purpose.
"""

import uuid
from collections.abc import Iterable
from functools import partial

from botocore.exceptions import ClientError

from aws_ops import client_vpn, errors, vpn_subnets
from aws_ops.client_vpn import Route, SecurityGroups
from aws_ops.runs import keyed
from aws_ops.table import Item
from aws_ops.workflows.vpn_look import TIMER, TRIES, Look
from aws_ops.workflows.vpn_seen import record_of

_NOT_THERE = (vpn_subnets.NONE, "association-failed")


def save(look: Look) -> bool:
    """Keep the added routes and the security groups of what is associated; False when AWS would not tell.

    Raises Superseded, and ClientError for the table.
    """
    told = _routes_and_groups(look)
    if told is None:
        return False
    routes, applied = told
    known = _saved(look)
    standing = _standing(look)
    whole = set(known["whole"]) if known else set(standing)
    true = {subnet for id_, subnet in standing.items() if id_ in whole}
    now = [_row(route) for route in routes if _ours(look, route)]
    before = known["routes"] if known else []
    kept = [row for row in before if row["subnet"] not in true and _name(row) not in {_name(new) for new in now}]
    groups = {"groups": list(applied.groups), "vpc": applied.vpc}
    if known and not true:
        groups = {"groups": known["groups"], "vpc": known["vpc"]}
    look.run.desk.table.put(keyed(_key(look), routes=now + kept, whole=sorted(whole), saved=look.now, **groups))
    return True


def restore(look: Look) -> bool:
    """Put back what was saved and is missing now; False when that must wait, or AWS refused.

    Raises Superseded, and ClientError for the table.
    """
    saved = _saved(look)
    standing = _standing(look)
    if saved is None or standing.keys() <= set(saved["whole"]):
        return True
    told = _routes_and_groups(look)
    if told is None:
        return False
    routes, applied = told
    rerouted = _rerouted(look, _missing(look, saved, routes), set(standing.values()))
    regrouped = _regrouped(look, saved, applied)
    if not (rerouted and regrouped):
        return False
    look.run.desk.table.update(*_key(look), set={"whole": sorted(standing)})
    return True


def _routes_and_groups(look: Look) -> tuple[tuple[Route, ...], SecurityGroups] | None:
    """What the endpoint has now; None when AWS would not tell all of it."""
    own, endpoint = look.run.ec2(), look.run.endpoint
    routes = look.asked(lambda: client_vpn.routes(own, endpoint.id))
    applied = look.asked(lambda: client_vpn.security_groups(own, endpoint.id))
    return None if routes is None or applied is None else (routes, applied)


def _standing(look: Look) -> dict[str, str]:
    """Our subnets that are associated, by the association's id."""
    return {found.id: found.subnet for found in look.ours if found.status == "associated"}


def _missing(look: Look, saved: Item | None, routes: Iterable[Route]) -> list[Item]:
    """Saved routes of our subnets that are not there."""
    there = {_name(_row(route)) for route in routes}
    ours = [row for row in (saved["routes"] if saved else ()) if row["subnet"] in look.run.endpoint.subnets]
    return [row for row in ours if _name(row) not in there]


def _rerouted(look: Look, missing: list[Item], standing: set[str]) -> bool:
    """Put back what can be; whether that was all. A route that AWS refuses holds up no other."""
    possible = [row for row in missing if row["subnet"] in standing]
    back = [row for row in possible if not look.braked() and look.asked(partial(_put_route_back, look, row))]
    gone = sorted(_name(row) for row in missing if row not in back)
    if gone != look.meta.get("gone", []):
        look.write({"gone": gone})
    return len(back) == len(possible)


def _put_route_back(look: Look, row: Item) -> bool:
    route = Route(row["destination"], row["subnet"], client_vpn.ADDED_ROUTE, row["description"])
    client_vpn.put_back_route(look.run.ec2(TIMER), look.run.endpoint.id, route)
    return True


def _regrouped(look: Look, saved: Item, applied: SecurityGroups) -> bool:
    vpc, groups = applied.vpc or saved["vpc"], saved["groups"]
    if not groups or vpc is None or sorted(groups) == list(applied.groups):
        return True
    if look.braked():
        return False

    def regroup() -> bool:
        client_vpn.put_back_groups(look.run.ec2(TIMER), look.run.endpoint.id, vpc, groups)
        return True

    return look.asked(regroup) is True


def note_what_is_gone(look: Look) -> bool:
    """Remember which saved routes the cut took; after some tries, that nobody can tell. Raises as `save` does."""
    own, endpoint = look.run.ec2(), look.run.endpoint
    routes = look.asked(lambda: client_vpn.routes(own, endpoint.id))
    if routes is None:
        tries = look.meta.get("compare_tries", 0) + 1
        look.write({"compare_tries": tries})
        return bool(tries >= TRIES or look.no_endpoint)
    gone = sorted(_name(row) for row in _missing(look, _saved(look), routes))
    look.write({"gone": gone}, ("compare_tries",))
    return True


def associate(look: Look) -> None:
    """Associate each of our subnets that is not, in the name of a claimant. Raises as `save` does."""
    wanted = [s for s, state in look.subnets.items() if state in _NOT_THERE and look.failures(s) < TRIES]
    if not wanted or (look.meta.get("saved_round") != look.meta["round"] and not save(look)):
        return
    change: Item = {"saved_round": look.meta["round"], **_failure(look)}
    refused = dict(look.meta.get("refused", {}))
    records, states = dict(look.meta["associations"]), look.subnets
    for subnet in wanted:
        if look.braked():
            break
        try:
            made = _associate(look, subnet)
            records[made] = records.get(made) or record_of(subnet, look.meta["round"], look.now)
            states[subnet] = "associating"
        except Exception as error:  # noqa: BLE001 - as where AWS is asked
            look.note(error)
            if _refusal(error):
                refused[subnet] = refused.get(subnet, 0) + 1
                change["refusal"] = f"{subnet}: {errors.say_answer(error)}"
    seen = {"associations": records, "subnets": vpn_subnets.rows(states.items())}
    look.write({**change, **seen, "refused": refused})


def _associate(look: Look, subnet: str) -> str:
    ec2, endpoint_id = look.run.ec2(_claimant(look)), look.run.endpoint.id
    # One token for each time that it has to be done: the same until the association that it made is over.
    over = sum(r["subnet"] == subnet and r["until"] is not None for r in look.meta["associations"].values())
    token = uuid.uuid5(uuid.NAMESPACE_URL, f"{look.run.id}/{subnet}/{over}")
    try:
        return client_vpn.associate(ec2, endpoint_id, subnet, str(token))
    except ClientError:
        # Nobody documents whether a failed association stands in the way: if it does, it goes.
        for failed in look.ours:
            if failed.subnet == subnet and failed.status == "association-failed" and not look.braked():
                client_vpn.disassociate(ec2, endpoint_id, failed.id)
        raise


def _failure(look: Look) -> Item:
    """What AWS says about an association that failed."""
    failed = [found for found in look.ours if found.status == "association-failed" and look.failures(found.subnet)]
    return {"refusal": f"{failed[0].subnet}: {failed[0].problem or failed[0].status}"} if failed else {}


def _claimant(look: Look) -> str:
    people = [claim.person for claim in look.live]
    if not people or look.run.requester in people:
        return look.run.requester or TIMER
    return people[0]


def _refusal(error: Exception) -> bool:
    """Whether AWS said no, and not just not now."""
    if not isinstance(error, ClientError) or errors.is_throttled(error):
        return False
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400) < 500


def disassociate(look: Look) -> None:
    """Ask AWS to take our associations away, in the name of whoever had them cut. Raises as `save` does."""
    cut, actor = look.meta["cut"], look.meta["cut"]["by"] or TIMER
    # One that is still associating would be refused; it is cut as soon as it is there.
    asked = {
        id_: subnet
        for id_, subnet in _standing(look).items()
        if not look.braked() and look.asked(partial(_disassociate, look, actor, id_))
    }
    if not asked:
        return
    records = {id_: dict(record) for id_, record in look.meta["associations"].items()}
    for id_ in asked:
        records[id_]["until"] = look.now
    states = {**look.subnets, **dict.fromkeys(asked.values(), "disassociating")}
    cut = {**cut, "asked": sorted({*cut["asked"], *asked})}
    look.write({"cut": cut, "associations": records, "subnets": vpn_subnets.rows(states.items())})


def _disassociate(look: Look, actor: str, association_id: str) -> bool:
    client_vpn.disassociate(look.run.ec2(actor), look.run.endpoint.id, association_id)
    return True


def _key(look: Look) -> tuple[str, str]:
    return f"SAVED#{look.run.endpoint.id}", "ROUTES"


def _saved(look: Look) -> Item | None:
    return look.run.desk.table.get(*_key(look))


def _ours(look: Look, route: Route) -> bool:
    return route.added and route.subnet in look.run.endpoint.subnets and route.status not in {"deleting", "failed"}


def _row(route: Route) -> Item:
    return {"destination": route.destination, "subnet": route.subnet, "description": route.description}


def _name(row: Item) -> str:
    return f"{row['destination']} via {row['subnet']}"
