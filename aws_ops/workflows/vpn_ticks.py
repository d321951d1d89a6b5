"""The three waits of a VPN run, as one look of each: until it is associated, until nobody needs it, until it is cut.

Each looks, does what is due, says what has changed and gives a verdict, or None: look again at the next tick. A verdict
is a phase to go on with, or one of the words below.
"""

from collections.abc import Callable

from boto3.dynamodb.conditions import Attr

from aws_ops import vpn_subnets
from aws_ops.runs import run_key
from aws_ops.table import Check, Item, Update, Write
from aws_ops.vpn_items import Claim, claims_of, live, lock_key, same_lock
from aws_ops.vpn_snapshot import idle_since
from aws_ops.workflows import vpn_changes
from aws_ops.workflows.facts import Reason, VpnFact
from aws_ops.workflows.vpn_look import TRIES, Look, Run, Superseded, look_at
from aws_ops.workflows.vpn_sayings import say

ASSOCIATED, UNNEEDED, DISASSOCIATED, SUPERSEDED = "associated", "unneeded", "disassociated", "superseded"
_RETRY_TICKS = 10
_OF_A_ROUND = (
    "cut",
    "cutting_since",
    "ended_by",
    "associated",
    "idle_since",
    "refused",
    "refusal",
    "gone_since",
)


def tick(run: Run, act: Callable[[Look], str | None]) -> str | None:
    """Look once. Raises ClientError for the table only."""
    try:
        look = look_at(run)
        verdict = act(look)
        look.settle()
        say(look)
    except Superseded:
        return SUPERSEDED
    return verdict


def associate_what_is_not(look: Look) -> str | None:
    """Associate our subnets as long as somebody wants them; `associated` when all are that can be."""
    if reason_to_cut(look, look.claims):
        return UNNEEDED
    if look.associations is None:
        return None
    if look.live and not look.paused:
        vpn_changes.associate(look)
    states = look.subnets
    wanted = states if look.meta["claimed"] else [s for s, state in states.items() if vpn_subnets.alive(state)]
    waiting = [s for s in wanted if states[s] != "associated" and s not in look.given_up]
    if waiting or "associated" not in states.values():
        return None
    if not _restored(look):
        return None
    if "refusal" in look.meta and not look.given_up:
        look.write({}, ("refusal",))
    return ASSOCIATED


def watch(look: Look) -> str | None:
    """`unneeded` when there is a reason to cut it."""
    if reason_to_cut(look, look.claims):
        return UNNEEDED
    _associate_the_rest(look)
    tried = look.meta.get("restore_tried")
    if tried is not None and not look.paused and look.now - tried >= _RETRY_TICKS * look.run.endpoint.tick_s:
        _restored(look)
    return None


def _associate_the_rest(look: Look) -> None:
    """Whoever claims wants all of our subnets, also those that the console left out or took away."""
    states = look.subnets
    # With none left somebody has taken the network away: that ends the run.
    if not look.live or look.paused or not any(vpn_subnets.alive(state) for state in states.values()):
        return
    if look.associations is None:
        return
    vpn_changes.associate(look)
    if look.subnets != states:
        # What was saved for them is put back as soon as they are there.
        look.write({"restore_due": True})
    elif "restore_due" in look.meta and "associating" not in states.values():
        look.write({"restore_tried": 0}, ("restore_due", "refusal") if not look.given_up else ("restore_due",))


def disassociate_what_is_ours(look: Look) -> str | None:
    """Look again and cut: `disassociated` when all is gone, or the phase to go back to when somebody needs it.

    It goes back as long as nothing was cut: for a wish, for somebody who connected since it was found idle, for AWS not
    telling. Once something was, only a claim stops it; what is left waits while AWS does not tell who is connected.
    """
    if "cut" not in look.meta:
        back = _begin(look)
        if "cut" not in look.meta:
            return back
    elif look.live and (look.meta["cut"]["asked"] or _all_gone(look)):
        return _again(look)
    elif look.live or (not look.meta["cut"]["asked"] and _in_use(look)):
        return _undo(look)
    if not _all_gone(look) and (look.paused or "associating" in look.subnets.values()):
        # Nobody is to be alarmed for what cannot be cut yet, unless that will never end.
        look.write({"cutting_since": (not look.paused and look.stuck_since) or look.now})
    if look.readable:
        vpn_changes.disassociate(look)
    _complain_when_late(look)
    return DISASSOCIATED if _all_gone(look) and vpn_changes.note_what_is_gone(look) else None


def reason_to_cut(look: Look, claims: tuple[Claim, ...]) -> Reason | None:
    """Why the network should go off now; None while somebody needs it, or nobody can tell."""
    meta, endpoint = look.meta, look.run.endpoint
    wanted = live(claims, look.now)
    if look.associations is not None and (hopeless := _hopeless(look)):
        return hopeless
    if not (look.readable or look.untouched):
        return None  # an operator's order waits too: unknown never destroys, and the alarm tells why it is still on
    if not wanted and meta.get("off"):
        return "off all"
    if not wanted and meta["claimed"]:
        return "no claims"
    since = idle_since(meta, wanted)
    return "idle" if since is not None and look.now - since >= endpoint.idle_s else None


def associate_again(run: Run, meta: Item, saying: VpnFact) -> Item:
    """Begin another round of the run, for those who claimed while it was cut: its new state.

    Raises Superseded, ClientError.
    """
    marked = meta["cut"]["marked"]
    change = {"phase": "associating", "round": meta["round"] + 1, "over_before": marked, "owed": saying}
    # For good now, unless an operator has overruled more since: then that order stays too.
    unless_more = Attr("over").not_exists() | Attr("over").lte(marked)
    done = run.desk.table.update(
        *run_key(run.id), set={**change, "over": marked}, remove=("off", *_OF_A_ROUND), when=unless_more & run.mine
    )
    return done or run.write(change, _OF_A_ROUND)


def _restored(look: Look) -> bool:
    """Whether to go on: everything is back, or it must not hold up those who wait."""
    if vpn_changes.restore(look):
        if "restore_tried" in look.meta:
            look.write({}, ("restore_tried", "restore_tries"))
        return True
    tries = look.meta.get("restore_tries", 0) + 1
    look.write({"restore_tries": tries, "restore_tried": look.now})
    return bool(tries >= TRIES or look.paused)


def _hopeless(look: Look) -> Reason | None:
    """Why there is nothing to wait for, whoever wants it."""
    meta = look.meta
    if meta["phase"] == "associating" and meta["claimed"]:
        given_up = len(look.given_up) == len(look.run.endpoint.subnets)
        return "failed" if given_up or look.no_endpoint else None
    # Somebody else has taken the network away; at two looks, because AWS's lists lag behind.
    since = meta.get("gone_since")
    return "gone" if since is not None and look.now - since >= look.run.endpoint.tick_s else None


def _begin(look: Look) -> str | None:
    """Begin the cut on a last look at the wishes; else the phase to go back to, or None: hold."""
    run, back = look.run, str(look.meta["phase"])
    lock = run.desk.table.get(*lock_key(run.endpoint.name))
    claims = claims_of(run.desk, look.meta)
    reason = reason_to_cut(look, claims)
    if reason is None:
        look.write({}, ("cutting_since",))
        return back
    if not _all_gone(look):
        if look.braked():
            return None
        look.write({"cutting_since": look.meta.get("cutting_since") or look.now})
        if not vpn_changes.save(look):
            _complain_when_late(look)
            return None
        if reason == "idle" and not look.still_unused():
            return None
    _mark(look, reason, lock, claims)
    return back


def _mark(look: Look, reason: Reason, lock: Item | None, claims: tuple[Claim, ...]) -> None:
    """Write that it is being cut, on the condition that nobody has wished since the lock was read."""
    run, meta = look.run, look.meta
    by = _by(look, reason, claims)
    ended = _whose_time_ends(look, reason, claims)
    marked = lock["wishes"] if lock else max((claim.wish for claim in claims), default=0)
    cut = {"reason": reason, "by": by, "marked": marked, "ended": ended, "asked": [], "phase": meta["phase"]}
    since = meta.get("cutting_since") or look.now
    cuts = meta.get("cuts", 0) + 1
    change = {"phase": "cutting", "cut": cut, "cuts": cuts, "cutting_since": since, "owed": "VpnCutting"}
    writes: list[Write] = [Update(*run_key(run.id), set=change, when=run.mine)]
    if lock and lock["run"] == run.id:
        writes.append(Check(*lock_key(run.endpoint.name), when=same_lock(lock)))
    if run.desk.table.transact(*writes):
        look.meta = run.read()
        look.claims = claims_of(run.desk, look.meta)


def _whose_time_ends(look: Look, reason: Reason, claims: tuple[Claim, ...]) -> list[str]:
    if reason != "off all":
        return [claim.person for claim in live(claims, look.now)]
    before = {**look.meta, "over": look.meta.get("over_before", 0)}
    return [claim.person for claim in live(claims_of(look.run.desk, before), look.meta["off"]["at"])]


def _by(look: Look, reason: Reason, claims: tuple[Claim, ...]) -> str | None:
    """Who had it cut; None: a timer, which is also what ended the last claim when its time is up."""
    if reason == "off all":
        return str(look.meta["off"]["by"])
    by: str | None = look.meta.get("ended_by")
    return by if reason == "no claims" and not claims else None


def _in_use(look: Look) -> bool:
    """Whether somebody may be connected whom the decision has not seen."""
    reason, connections = look.meta["cut"]["reason"], look.meta["connections"]
    if reason in {"failed", "gone"}:
        return any(vpn_subnets.alive(state) for state in look.subnets.values())
    return bool(reason == "idle" and connections) or connections is None


def _undo(look: Look) -> str:
    """Nothing is cut yet, and somebody needs it: as it was before, with the claims that there were."""
    meta = {key: value for key, value in look.meta.items() if key != "cut"}
    claims, anew = claims_of(look.run.desk, meta), {claim.person for claim in look.live}
    returned = [claim.person for claim in live(claims, look.now) if claim.person not in anew]
    before: Item = {"phase": look.meta["cut"]["phase"], "owed": "VpnCutUndone", "returned": returned}
    before["over_before"] = meta.get("over", 0)
    look.write(before, ("cut", "cutting_since"))
    look.claims = claims
    return str(look.meta["phase"])


def _again(look: Look) -> str:
    look.meta = associate_again(look.run, look.meta, "VpnAssociating")
    return str(look.meta["phase"])


def _all_gone(look: Look) -> bool:
    """Whether none of our subnets has an association, nor will have one that AWS promised and does not list yet."""
    if look.no_endpoint or (look.associations is None and not look.meta["associations"]):
        return True
    if look.associations is None or any(record["until"] is None for record in look.meta["associations"].values()):
        return False
    return not any(vpn_subnets.alive(state) or state == "disassociating" for state in look.subnets.values())


def _complain_when_late(look: Look) -> None:
    late = look.now - look.meta["cutting_since"] >= look.run.endpoint.alert_after_s
    if late and not look.troubles and not _all_gone(look):
        standing = [f"{subnet} is still {state}" for subnet, state in look.subnets.items() if state != vpn_subnets.NONE]
        look.troubles.append(", ".join(standing))
