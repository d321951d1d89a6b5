"""Help: what somebody may type, from the registry."""

from collections.abc import Iterator
from typing import Any

from commands.access import Role
from commands.command import Command, Registry
from notifiers.message import Block, Button, Message, Span, Text, bold, code


def help_for(
    registry: Registry, roles: frozenset[Role], family: str | None = None, how_to_type: str | None = None
) -> Message:
    """What these roles may type: a line for each group, or all about the group of `/<family>` where one is named."""
    if family is None:
        return _overview(registry, roles, how_to_type)
    groups = {command.group: None for command in registry if command.words.split(" ")[0] == family}
    blocks = [block for group in groups for block in words_of(registry, roles, group)]
    blocks += typed(how_to_type)
    return Message(title="What you can type", summary="What you can type here.", blocks=tuple(blocks))


def _overview(registry: Registry, roles: frozenset[Role], how_to_type: str | None) -> Message:
    """Few enough words for a phone."""
    groups: dict[str, list[Command[Any]]] = {}
    for command in registry:
        if command.role in roles:
            groups.setdefault(command.group, []).append(command)
    lines = [Text.of(bold(f"{group}: "), *_words(commands, roles)) for group, commands in groups.items()]
    more = Text.of("What each does, with examples: a button below, or for instance ", code("/deskside help vpn"))
    buttons = [
        Button(label=group, command=f"deskside help {commands[0].words.split(' ')[0]}")
        for group, commands in groups.items()
    ]
    return Message(
        title="What you can type",
        summary="What you can type here.",
        blocks=(*lines, more, *typed(how_to_type)),
        buttons=tuple(buttons),
    )


def _words(commands: list[Command[Any]], roles: frozenset[Role]) -> Iterator[Span | str]:
    for command in commands:
        yield code(command.usage(roles).split(" [")[0])
        yield "  "


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
