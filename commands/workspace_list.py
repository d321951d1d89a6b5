"""`/workspace list`: the WorkSpaces that one may see, some or all."""

from collections import Counter
from collections.abc import Mapping

from aws_ops import bundles, workspaces
from aws_ops.csv_files import csv_text
from aws_ops.workspaces import Connection
from aws_ops.workspaces_api import Api
from commands import targets
from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Registry, Reply
from commands.targets import Owned
from commands.workspace_filters import EXAMPLE, Filters, read_filters
from notifiers.message import Block, Button, File, Message, Table, Text, code, line

GROUP = "WorkSpaces"
PAGE = 20
FILE_PAST = 50
_CONNECTED = {"CONNECTED": "yes", "DISCONNECTED": "no"}
_COLUMNS = ("user", "person", "id", "computer", "state", "bundle", "bundle id", "running mode", "directory", "tags")


class Listed(Arguments):
    """Which are shown, as they are typed."""

    filters: str | None = None


async def complete(ctx: Context, args: Listed) -> Listed:
    """Whether the filters are understood. Raises Unclear."""
    read_filters(args.filters or "")
    return args


async def show(ctx: Context, args: Listed) -> Reply:
    """A page of them: all there are for operators, one's own for anybody else."""
    filters = read_filters(args.filters or "")
    seen = await targets.everything(ctx) if ctx.may(Role.OPERATOR) else await targets.mine(ctx)
    api = Api.of(ctx.desk, rate=ctx.config.workspaces.rate, people=True)
    used = sorted({one.workspace.bundle for one in seen if one.workspace.bundle})
    names = {one.id: one.name for one in await ctx.aws(bundles.bundles, api, used)} if used else {}
    found = [one for one in seen if filters.fits(one, names)]
    connections: Mapping[str, Connection] = {}
    if filters.connected is not None:
        connections = await _connections(ctx, api, found)
        wanted = "CONNECTED" if filters.connected else "DISCONNECTED"
        found = [one for one in found if _state(connections, one) == wanted]
    found.sort(key=lambda one: (one.workspace.user.lower(), one.workspace.id))
    if not found:
        return line(_nothing(seen, operator=ctx.may(Role.OPERATOR)))
    first = min(filters.page - 1, (len(found) - 1) // PAGE) * PAGE
    page = found[first : first + PAGE]
    shown = connections if filters.connected is not None else await _connections(ctx, api, page)
    return _page(found, first, filters, names, shown)


async def _connections(ctx: Context, api: Api, among: list[Owned]) -> Mapping[str, Connection]:
    return await ctx.aws(workspaces.connections, api, [one.workspace.id for one in among]) if among else {}


def _nothing(seen: tuple[Owned, ...], *, operator: bool) -> str:
    if operator:
        return f"None of the {len(seen)} WorkSpaces is like that." if seen else "There is no WorkSpace here."
    return "None of yours is like that." if seen else "No WorkSpace here is yours, as far as I know."


def _page(
    found: list[Owned], first: int, filters: Filters, names: Mapping[str, str], connections: Mapping[str, Connection]
) -> Message:
    page = found[first : first + PAGE]
    rows = tuple(_row(one, names, connections) for one in page)
    counts = Counter(one.workspace.state for one in found)
    states = ", ".join(f"{count} {state}" for state, count in counts.most_common())
    summary = f"{len(found)} {'WorkSpace' if len(found) == 1 else 'WorkSpaces'}: {states}."
    blocks: list[Block] = [
        Text.of(summary),
        Table(columns=("User", "State", "Bundle", "Connected", "WorkSpace"), rows=rows),
    ]
    if len(found) > PAGE:
        blocks.append(Text.of(f"These are {first + 1} to {first + len(page)}.", quiet=True))
    blocks.append(Text.of("States may be a minute old. Only some: ", code(EXAMPLE), quiet=True))
    whole = len(found) > FILE_PAST and first == 0
    files = (File(name="workspaces.csv", content=_csv(found, names)),) if whole else ()
    return Message(
        title="WorkSpaces",
        summary=summary,
        blocks=tuple(blocks),
        buttons=_buttons(len(found), first, filters),
        files=files,
    )


def _buttons(count: int, first: int, filters: Filters) -> tuple[Button, ...]:
    page = first // PAGE + 1
    before = (Button(label="Previous", command=filters.text(page - 1)),) if page > 1 else ()
    after = (Button(label="Next", command=filters.text(page + 1)),) if first + PAGE < count else ()
    return (*before, *after)


def _row(one: Owned, names: Mapping[str, str], connections: Mapping[str, Connection]) -> tuple[str, ...]:
    workspace = one.workspace
    connected = "no" if workspace.state == "STOPPED" else _CONNECTED.get(_state(connections, one), "not known")
    return workspace.user, workspace.state, names.get(workspace.bundle, workspace.bundle), connected, workspace.id


def _state(connections: Mapping[str, Connection], one: Owned) -> str:
    if one.workspace.state == "STOPPED":
        return "DISCONNECTED"
    found = connections.get(one.workspace.id)
    return found.state if found is not None else "UNKNOWN"


def _csv(found: list[Owned], names: Mapping[str, str]) -> str:
    return csv_text(_COLUMNS, (_line(one, names) for one in found))


def _line(one: Owned, names: Mapping[str, str]) -> tuple[object, ...]:
    workspace = one.workspace
    tags = " ".join(f"{key}={value}" for key, value in sorted(one.tags.items()))
    bundle = (names.get(workspace.bundle, ""), workspace.bundle)
    return (
        *(workspace.user, one.owner or "", workspace.id, workspace.computer or "", workspace.state),
        *(*bundle, workspace.running_mode, workspace.directory, tags),
    )


COMMANDS: Registry = (
    Command(
        words="workspace list",
        summary="The WorkSpaces there are; yours, where you are no operator",
        group=GROUP,
        role=Role.STAFF,
        into=Listed,
        run=show,
        arguments=(Argument("filters", "rest", "[state=… bundle=… tag:Env=Prod connected name]", "state=STOPPED"),),
        examples=("/workspace list", EXAMPLE),
        complete=complete,
    ),
)
