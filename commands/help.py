"""Help: what somebody may type, from the registry."""

from commands.access import Role
from commands.command import Registry
from notifiers.message import Block, Message, Text, bold, code


def help_for(
    registry: Registry, roles: frozenset[Role], family: str | None = None, how_to_type: str | None = None
) -> Message:
    """Every command that these roles may run, by group; only those of `/<family>` where one is named."""
    groups = {command.group: None for command in registry if family in {None, command.words.split(" ")[0]}}
    blocks = [block for group in groups for block in words_of(registry, roles, group)]
    blocks += typed(how_to_type)
    return Message(title="What you can type", summary="What you can type here.", blocks=tuple(blocks))


def typed(how: str | None) -> tuple[Block, ...]:
    """How words are typed in this chat, where it is not as help writes them."""
    return (Text.of(how),) if how else ()


def words_of(registry: Registry, roles: frozenset[Role], group: str, *, heading: bool = True) -> tuple[Block, ...]:
    """The commands of a group that these roles may run: how each is typed, what it does, and examples."""
    mine = [command for command in registry if command.group == group and command.role in roles]
    if not mine:
        return ()
    lines = [Text.of(code(command.usage(roles)), f"  {command.summary}") for command in mine]
    examples = [example for command in mine for example in command.examples]
    spans = [span for example in examples[:4] for span in (code(example), "  ")]
    return (*((Text.of(bold(group)),) if heading else ()), *lines, Text.of("For example:  ", *spans, quiet=True))
