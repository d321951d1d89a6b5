"""`/deskside resend`: trying again what could not be understood or written, once the reason is gone."""

from aws_ops import dead_letter_items
from commands.access import Role
from commands.command import Argument, Arguments, Command, Context, Refusal, Registry, Reply
from commands.tokens import echo
from notifiers.message import line
from notifiers.times import say_time

GROUP = "Deskside"


class Letter(Arguments):
    """A dead letter by its id."""

    letter: str | None = None


async def resend(ctx: Context, args: Letter) -> Reply:
    """Put it into the queue once more."""
    if args.letter is None:
        raise Refusal("The message in the admin place that tells of a dead letter has its id, and a button to send it.")
    sent = await ctx.aws(dead_letter_items.resend, ctx.desk, args.letter, ctx.key)
    if sent.letter is None:
        raise Refusal(f"There is no dead letter {echo(args.letter)}, so nothing was sent.")
    if sent.outcome == "twice":
        at = say_time(sent.letter.sent_at or sent.letter.at, ctx.person.timezone)
        raise Refusal(f"{sent.letter.sent_by} sent it again {at}, so it was not sent once more.")
    return line("It is sent again. If it cannot be handled now either, the admin place hears of it anew.", "ok")


def _resource(args: Letter) -> str | None:
    return f"letter:{args.letter}" if args.letter else None


COMMANDS: Registry = (
    Command(
        words="deskside resend",
        summary="Try again what Deskside could not understand or write",
        group=GROUP,
        role=Role.ADMIN,
        into=Letter,
        run=resend,
        arguments=(Argument("letter", "text", "[id]", "0a1b2c3d-0001-4000-8000-00000000a001"),),
        changes=True,
        braked=False,
        resource=_resource,
    ),
)
