"""From what somebody asked of WorkSpaces to an order: who is asked, who approves, who looks on, and who is busy."""

import logging
from collections.abc import Mapping
from typing import Any

from aws_ops import workspace_look, workspace_runs
from aws_ops.approvals import Terms
from aws_ops.workspace_look import Looked
from aws_ops.workspace_ops import OPS
from aws_ops.workspace_runs import Follower, Order, Standing, Target
from aws_ops.workspaces import NewWorkSpace
from commands.command import Context, Refusal
from commands.targets import OnTarget, Owned
from commands.workspace_words import done
from notifiers.delivery import TryLater
from notifiers.message import Button, Message, line
from notifiers.place import Place

log = logging.getLogger(__name__)

_MOST_APPROVERS = 20


async def order_of(
    ctx: Context,
    op: str,
    found: tuple[Owned, ...],
    *,
    looked: Looked | None = None,
    reason: str | None = None,
    upgrade: bool = False,
) -> Order:
    """What is to be done to these. `looked` is what was seen of the only one.

    `upgrade`: its bundle is in one, so that it has to be approved whoever asks. Raises Refusal.
    """
    refuse_protected(ctx, found, looked)
    owner = found[0].owner if len(found) == 1 else None
    mine = all(one.mine for one in found)
    return _order(
        ctx,
        op,
        targets=tuple(Target(one.workspace.id, one.workspace.user, one.workspace.computer) for one in found),
        owner=owner,
        mine=mine,
        reason=reason,
        ask_s=await ask_s(ctx, op, owner),
        approval=await (demanded(ctx) if upgrade else terms(ctx, op, mine=mine)),
        digest=workspace_look.digest(op, looked) if looked is not None else None,
        owned_by=_owned_by(ctx, found, looked),
        plan=plan_of(op, looked),
    )


async def look_at(ctx: Context, args: OnTarget) -> tuple[Owned, Looked]:
    """The one WorkSpace, everything about it. Raises Refusal where it is gone, or has become somebody else's."""
    target, rate = args.target or "", ctx.config.workspaces.rate
    looked = await ctx.aws(workspace_look.look, ctx.desk, target, rate=rate, people=True)
    if looked is None:
        raise Refusal(f"AWS has no WorkSpace {target} any more, so nothing was done.")
    owner = ctx.config.owner_key(looked.workspace.user, looked.tags)
    if looked.tags is not None and (owner or "") != args.owner:
        raise Refusal("Whose desktop this is has just changed, so nothing was done: ask again in a minute.")
    return Owned(looked.workspace, looked.tags or {}, args.owner or None, mine=args.mine), looked


async def order_to_create(ctx: Context, new: NewWorkSpace, owner: str | None) -> Order:
    """A new one, for whoever `owner` is. Raises Refusal."""
    approval = await terms(ctx, "create", mine=owner == ctx.key)
    return _order(ctx, "create", owner=owner, mine=owner == ctx.key, approval=approval, new=new, plan=plan_of("create"))


async def begin(ctx: Context, order: Order, sentence: str) -> Message:
    """Begin it; the answer is `sentence`, and where it can be followed. Raises Refusal where another run has it."""
    looking_on = await followers(ctx, order.approval)
    begun = await ctx.aws(workspace_runs.begin, ctx.desk, order, looking_on)
    if begun.run is None:
        raise busy(begun.busy)
    waits = order.approval is not None or order.ask_s is not None
    cancel = Button(label="Cancel", command=f"workspace cancel {begun.run}")
    return line(f"{sentence} {where(ctx, looking_on)}", "progress", (cancel,) if waits else ())


def where(ctx: Context, looking_on: tuple[Follower, ...]) -> str:
    """Where the card can be followed: a sentence."""
    here = str(ctx.request.place) in {follower.place for follower in looking_on}
    own = "here" if ctx.request.place.direct else "in your own chat with me"
    return f"The live card is {f'here, and {own}' if here else own}."


async def ask_s(ctx: Context, op: str, owner: str | None) -> int | None:
    """How long the person is asked before; None where nobody is, or can be. Raises Refusal where nobody can tell."""
    if not OPS[op].asks or owner is None or owner == ctx.key:
        return None
    try:
        return ctx.config.workspaces.ask if await ctx.directory.known(owner) is not None else None
    except TryLater:
        # Unknown is not unreachable: nobody's desktop is changed unasked because their chat did not answer.
        raise Refusal(
            f"I can't look up {owner} right now, so I can't tell whether they can be asked, and nothing was done: try "
            "again in a minute."
        ) from None


async def terms(ctx: Context, op: str, *, mine: bool) -> Terms | None:
    """Who has to approve it; None where nobody has to. Raises Refusal where there are too few who could."""
    return None if mine or op not in ctx.config.workspaces.approval else await demanded(ctx)


async def demanded(ctx: Context) -> Terms:
    """Who has to approve what the person asks for. Raises Refusal where there are too few who could."""
    approvals = ctx.config.approvals
    members = await ctx.directory.members(ctx.config.roles.approver)
    approvers = tuple(person.key for person in members if person.key is not None and person.key != ctx.key)
    if len(approvers) < approvals.quorum:
        raise Refusal(
            f"This needs {_count(approvals.quorum, 'approver')} beside you, and I know of {len(approvers) or 'none'}: "
            "ask an admin to add somebody under roles.approver."
        )
    return Terms(approvals.quorum, approvals.deadline, approvals.remind, approvers)


def refuse_protected(ctx: Context, found: tuple[Owned, ...], looked: Looked | None = None) -> None:
    """Raise Refusal where one of these is protected, or it cannot be told whether it is."""
    tag = ctx.config.workspaces.protect
    if looked is not None and looked.tags is None:
        raise Refusal(
            f"The tags of {looked.workspace.id} cannot be read, so I can't tell whether it is protected, and nothing "
            "was done: try again in a minute."
        )
    tags: list[tuple[str, Mapping[str, str]]] = [(one.workspace.id, one.tags) for one in found]
    if looked is not None:
        tags = [(looked.workspace.id, looked.tags or {})]
    protected = [workspace for workspace, of_it in tags if ctx.config.workspaces.protects(of_it)]
    if protected:
        few = ", ".join(protected[:5]) + (" …" if len(protected) > 5 else "")
        verb = "is" if len(protected) == 1 else "are"
        raise Refusal(
            f"{few} {verb} protected by the tag {tag}, so nobody changes it from here and nothing was done: whoever "
            "keeps the account takes the tag away first, if it has to be."
        )


def busy(standing: tuple[Standing, ...]) -> Refusal:
    """Who is at it already."""
    first = standing[0]
    which = first.workspace or "This"
    more = f" (and {len(standing) - 1} more are busy too)" if len(standing) > 1 else ""
    return Refusal(
        f"{which} is busy: {first.by} asked that it be {done(first.op)}, which is not over yet{more}, so nothing was "
        f"done. Wait for that, or cancel it with /workspace cancel {first.run}."
    )


async def followers(ctx: Context, approval: Terms | None) -> tuple[Follower, ...]:
    """Who looks on: the asker's own chat, where they asked, and whoever approves and where that is done."""
    found = [Follower(str(Place.person(ctx.key)), discreet=False)]
    place = ctx.request.place
    # By its other name a card may follow in their own chat already: one conversation has one card of a run.
    if not place.direct and await is_here(ctx):
        decides = approval is not None and place in ctx.config.approvals.places
        found.append(Follower(str(place), discreet=not (decides or _may_see(ctx, place)), decides=decides))
    if approval is not None:
        found += (Follower(str(there), discreet=False, decides=True) for there in ctx.config.approvals.places)
        approvers = approval.approvers[:_MOST_APPROVERS]
        found += (Follower(str(Place.person(key)), discreet=False, decides=True) for key in approvers)
    return tuple({one.place: one for one in reversed(found)}.values())


async def is_here(ctx: Context) -> bool:
    """Whether a card would be seen where it was asked for."""
    try:
        return await ctx.voice.can_post(ctx.request.place)
    except Exception:
        log.exception("nobody can tell who sees this place", extra={"correlation": ctx.request.correlation})
        return False


def plan_of(op: str, looked: Looked | None = None) -> dict[str, Any]:
    """What the card shows of what was seen before."""
    plan: dict[str, Any] = {"expected_min": OPS[op].expected_min}
    if looked is None:
        return plan
    connected = workspace_look.not_connected(looked)
    taken = looked.snapshots and (looked.snapshots.restore if op == "restore" else looked.snapshots.rebuild)
    return plan | {
        "bundle": looked.bundle.name if looked.bundle else looked.workspace.bundle,
        "image": looked.image.name if looked.image else None,
        "snapshot": taken,
        "connected": None if connected is None else not connected,
    }


def _order(ctx: Context, op: str, **of_it: Any) -> Order:
    workspaces = ctx.config.workspaces
    rest: dict[str, Any] = {"targets": (), "reason": None, "ask_s": None, "digest": None, "new": None}
    mine = of_it.pop("mine")
    if of_it.get("ask_s") is not None:
        # What the question to the person says of their answer.
        evening = f"{workspaces.evening:%H:%M}"
        asking = {"silence": workspaces.silence, "evening": evening, "ask_s": of_it["ask_s"]}
        of_it["plan"] = {**of_it["plan"], **asking}
    return Order(
        op=op,
        requester=ctx.key,
        owner_consents=mine,
        silence=workspaces.silence,
        patience_s=workspaces.patience,
        rate=workspaces.rate,
        protect=workspaces.protect,
        role=ctx.config.aws.role,
        tick_s=ctx.tick_s,
        **{**rest, **of_it},
    )


def _owned_by(ctx: Context, found: tuple[Owned, ...], looked: Looked | None) -> tuple[str, str | None] | None:
    """The tag that says whose the only one is, as it is now; None where no tag does."""
    rule, _, key = ctx.config.identity.directory_user.partition(":")
    if rule != "tag" or len(found) != 1:
        return None
    tags = (looked.tags if looked is not None else None) or found[0].tags
    return key, tags.get(key)


def _may_see(ctx: Context, place: Place) -> bool:
    return place == ctx.config.admin_place or place in ctx.config.workspaces.places


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
