"""`/audit`: who asked for what, and what came of it."""

from collections.abc import Sequence

from aws_ops import audit as records
from aws_ops.audit import Audited
from aws_ops.csv_files import csv_text
from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Refusal, Registry, Reply
from commands.request import Person
from commands.tokens import echo
from commands.values import since_epoch
from notifiers.message import File, Message, Table, Text, line
from notifiers.place import PLATFORMS
from notifiers.times import say_time

GROUP = "Audit"
_SINCE = "7d"
_IDS = tuple(f"{platform}:" for platform in PLATFORMS)  # how the id of somebody without a key begins
_ROWS = 20
_MOST = 1_000
_CELL, _LINE = 40, 84  # characters that a table shows without a break, of a cell and of a row


class Look(Arguments):
    """`who`: a person (e-mail, or @ and the platform's id) or a resource; None: oneself. `since`: text."""

    who: str | None = None
    since: str | None = None


async def look(ctx: Context, args: Look) -> Reply:
    """The newest first; all of it as a file where it is long."""
    since, table = since_epoch(args.since or _SINCE), ctx.desk.table
    person = await _person(ctx, args)
    if person is not None:
        found = await ctx.aws(records.by_person, table, person, since, _MOST)
    else:
        found = await ctx.aws(records.by_resource, table, _resource(ctx, args.who or ""), since, _MOST)
    about = person or args.who or ""
    entries = _one_each(found)
    tz = ctx.person.timezone
    if not entries:
        return line(f"Nothing was asked {_of(about, person)} since {say_time(since, tz)}.")
    return _shown(entries, f"{_of(about, person)} since {say_time(since, tz)}", tz, whole=len(found) < _MOST)


def _shown(entries: Sequence[Audited], about: str, tz: str, *, whole: bool) -> Message:
    """`whole`: there are no more than these."""
    every = len(entries) > _ROWS
    count = f"{len(entries)} {'request' if len(entries) == 1 else 'requests'}"
    summary = f"{count if whole else f'At least {count}'} {about}."
    by_message = "The whole list comes" if whole else f"The newest {_MOST:,} entries come"
    rows = [(say_time(one.at, tz), one.entry.person, one.entry.command, _came_of(one)) for one in entries[:_ROWS]]
    # The file has every word: a table that fits needs no second file for the rest.
    shown = tuple(_narrow(rows)) if every else tuple(rows)
    return Message(
        title="Audit",
        summary=summary,
        blocks=(
            Text.of(summary + (f" The newest {_ROWS} are here. {by_message} by direct message." if every else "")),
            Table(columns=("When", "Who", "What", "Outcome"), rows=shown),
        ),
        files=(File(name="audit.csv", content=_csv(entries)),) if every else (),
    )


def _narrow(rows: Sequence[tuple[str, str, str, str]]) -> list[tuple[str, ...]]:
    """The rows with their words cut so that a row is one line."""
    widest = [min(max(len(row[column]) for row in rows), _CELL) for column in range(4)]
    left = _LINE - widest[0] - min(widest[1], _LINE // 3)
    command = min(widest[2], left // 2)
    most = (_CELL, _LINE // 3, command, min(left - command, _CELL))
    return [tuple(_cut(cell, length) for cell, length in zip(row, most, strict=True)) for row in rows]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _csv(entries: Sequence[Audited]) -> str:
    columns = ("at (epoch seconds)", "person", "command", "outcome", "detail", "place", "resources", "request")
    return csv_text(columns, map(_whole, entries))


def _whole(one: Audited) -> tuple[object, ...]:
    entry, about = one.entry, " ".join(one.entry.resources)
    return one.at, entry.person, entry.command, entry.outcome, entry.detail, entry.place, about, entry.request


def _came_of(one: Audited) -> str:
    return f"{one.entry.outcome}: {one.entry.detail}" if one.entry.detail else one.entry.outcome


def _one_each(found: Sequence[Audited]) -> list[Audited]:
    """One entry a request, newest first: what came of it rather than that it was accepted."""
    by_request: dict[str, Audited] = {}
    for one in found:
        known = by_request.get(one.entry.request)
        if known is None or (known.entry.outcome == "accepted" and one.entry.outcome != "accepted"):
            by_request[one.entry.request] = one
    return list(by_request.values())


async def _person(ctx: Context, args: Look) -> str | None:
    """Whose requests are meant: a key (or platform:id of somebody without); None: a resource's are."""
    who = args.who
    if who is None or who.lower() == "me" or _is_own(who, ctx.person):
        return ctx.key
    if who.startswith("@"):
        person = await ctx.directory.person(ctx.request.platform, who[1:])
        if person.key is None:
            # A colleague has none either while the chat does not answer, and asked nothing under the bare id.
            by_id = f"{person.platform}:{person.user}"[:_LINE]  # no id is as long
            raise Refusal(f"I can't tell whose that is: type the e-mail, or {by_id} for an account without one.")
        return person.key
    if "@" in who or who.startswith(_IDS):
        return who.lower() if "@" in who else who
    return None


def _is_own(who: str, person: Person) -> bool:
    return who == f"@{person.user}" or who.lower() == person.key


def _resource(ctx: Context, who: str) -> str:
    if who.lower() in ctx.config.vpn.endpoints:
        return f"vpn:{who.lower()}"
    if who.isalpha():
        # A name, most likely: names find nobody, and "nothing was asked" would be false.
        raise Refusal(f"I don't know {echo(who)}: write a person's e-mail address, or a resource like vpn:tokyo.")
    return who


def _of(about: str, person: str | None) -> str:
    return f"by {about}" if person else f"about {echo(about)}"


def _needs(args: Look, person: Person) -> Role:
    own = args.who is None or args.who.lower() == "me" or _is_own(args.who, person)
    return Role.STAFF if own else Role.ADMIN


COMMANDS: Registry = (
    Command(
        words="audit",
        summary="What was asked for, and what came of it",
        group=GROUP,
        role=Role.STAFF,
        into=Look,
        run=look,
        arguments=(
            Argument("who", "text", "[me|person|resource]", "me", role=Role.ADMIN, shown_to_others="[me]"),
            Argument("since", "since", "[since 7d]", "7d", keyword="since"),
        ),
        examples=("/audit me", "/audit me since 2d"),
        needs=_needs,
    ),
)
