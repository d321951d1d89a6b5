"""`/upgrade status`, `list` and `report`: how an upgrade is, which there are, and what became of every desktop."""

from collections import Counter

from aws_ops import upgrade_report, upgrade_runs
from aws_ops.upgrade_items import Machine
from commands import upgrade_meant, upgrade_messages
from commands.access import Role
from commands.command import Command, Context, Nothing, Registry, Reply
from commands.upgrade_meant import RUN, OnRun, resource
from notifiers.message import Block, File, Form, Message, Table, Text
from notifiers.stories import upgrade
from notifiers.stories.upgrade_words import results

GROUP = "Upgrades"
_ROWS = 20
_WHY = {
    "connected": "somebody is connected",
    "snapshot": "a new snapshot is waited for",
    "unknown": "AWS does not say whether somebody is connected",
    "owner": "its owner chooses the time",
    "state": "AWS rebuilds none in its state",
    "busy": "another change of it is in work",
}
_FIRST = ("failed", "timed out", "rebuilding", "asked")


async def complete(ctx: Context, args: OnRun) -> OnRun | Form:
    """The one that is meant: the only open one, else any of the last week."""
    none = "No upgrade is open, and none ended in the last 7 days: /upgrade start begins one."
    rows = await ctx.aws(upgrade_runs.listed, ctx.desk) if args.run is None else []
    open_ = sum(not row.over for row in rows) == 1
    return await upgrade_meant.complete(ctx, args, lambda row: not (open_ and row.over), "Which upgrade?", none)


async def status(ctx: Context, args: OnRun) -> Reply:
    """Its card as it is now, with its waves and the desktops that need somebody's eyes."""
    found = await upgrade_meant.seen(ctx, args)
    data = await ctx.aws(upgrade_runs.snapshot_of, ctx.desk, found.run)
    machines = await ctx.aws(upgrade_runs.machines, ctx.desk, found.run)
    card = upgrade.card("", data, ctx.person.timezone)
    return card.model_copy(update={"blocks": (*card.blocks, *_details(machines))})


async def show(ctx: Context, _: Nothing) -> Reply:
    """The upgrades there are."""
    return upgrade_messages.listed(await ctx.aws(upgrade_runs.listed, ctx.desk), ctx.person.timezone)


async def report(ctx: Context, args: OnRun) -> Reply:
    """What became of every desktop, as files."""
    found = await upgrade_meant.seen(ctx, args)
    data = await ctx.aws(upgrade_runs.snapshot_of, ctx.desk, found.run)
    files = await ctx.aws(upgrade_report.told, ctx.desk, found.run)
    so_far = "" if found.over else ", so far"
    sentence = f"The report of the run {found.run}{so_far}: {results(data)} of {found.order.total:,}."
    return Message(
        title="",
        summary=sentence,
        blocks=(Text.of(sentence),),
        files=tuple(File(name=name, content=content) for name, content in files.items()),
    )


def _details(machines: list[Machine]) -> tuple[Block, ...]:
    if not machines:
        return ()
    waves = sorted({machine.wave for machine in machines})
    rows = tuple(_wave(wave, [machine for machine in machines if machine.wave == wave]) for wave in waves[:_ROWS])
    blocks: list[Block] = [Table(columns=("Wave", "Desktops", "Done", "Failed", "At it", "Wait"), rows=rows)]
    eyes = sorted((one for one in machines if one.phase != "done"), key=_turn)[:_ROWS]
    if eyes:
        blocks.append(Table(columns=("User", "WorkSpace", "State", "Why"), rows=tuple(map(_row, eyes))))
    left = sum(one.phase != "done" for one in machines) - len(eyes)
    if left:
        blocks.append(Text.of(f"And {left:,} more: /upgrade report has all.", quiet=True))
    return tuple(blocks)


def _wave(wave: int, machines: list[Machine]) -> tuple[str, ...]:
    counts = Counter(machine.phase for machine in machines)
    failed, at_it = counts["failed"] + counts["timed out"], counts["rebuilding"] + counts["asked"]
    name = "canary" if wave == 0 else str(wave + 1)
    return name, *(f"{n:,}" for n in (len(machines), counts["done"], failed, at_it, counts["waiting"]))


def _turn(one: Machine) -> tuple[int, int]:
    return _FIRST.index(one.phase) if one.phase in _FIRST else len(_FIRST), one.n


def _row(one: Machine) -> tuple[str, str, str, str]:
    why = one.error or (_WHY.get(one.why or "", "") if one.phase == "waiting" else "")
    return one.user, one.id, one.phase, why


COMMANDS: Registry = (
    Command(
        words="upgrade status",
        summary="How an upgrade is: its waves, and what needs somebody's eyes",
        group=GROUP,
        role=Role.OPERATOR,
        into=OnRun,
        run=status,
        arguments=(RUN,),
        complete=complete,
        resource=resource,
    ),
    Command(
        words="upgrade list",
        summary="The upgrades that are open, and those of the last 7 days",
        group=GROUP,
        role=Role.OPERATOR,
        into=Nothing,
        run=show,
    ),
    Command(
        words="upgrade report",
        summary="What became of every desktop, as files",
        group=GROUP,
        role=Role.OPERATOR,
        into=OnRun,
        run=report,
        arguments=(RUN,),
        complete=complete,
        resource=resource,
    ),
)
