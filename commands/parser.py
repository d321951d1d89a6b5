"""From what was typed, pressed or submitted to a command and its arguments. Pure.

Whatever is wrong is raised as Unclear: one sentence, and what to type instead.
"""

import difflib
from collections.abc import Collection, Mapping
from typing import Any

from commands import tokens
from commands.access import Role
from commands.command import Command, Registry, Unclear
from commands.config import Config
from commands.parsed import Parsed
from commands.reader import Reader
from commands.tokens import echo
from commands.values import read_value

LONGEST = 4_000
HELP = "/deskside help"


def parse(
    text: str,
    fields: Mapping[str, str] | None,
    registry: Registry,
    config: Config | None,
    roles: frozenset[Role] = frozenset(Role),
) -> Parsed:
    """What `text`, and a form's `fields` where one was submitted, ask for. Raises Unclear.

    Without `config` any choice is taken for one that exists. For a word that nobody knows only what these `roles` may
    run is suggested.
    """
    if len(text) > LONGEST:
        raise Unclear(f"That is {len(text):,} characters long, and a command has at most {LONGEST:,}.", HELP)
    words = tokens.clean(text).removeprefix("/").strip().split(" ")
    command, used = _find(words, registry, config, roles)
    reader = Reader(command, config, _subcommands(command, registry))
    reader.read(" ".join(words[used:]))
    reader.submit(fields or {})
    if reader.fault is not None:
        instead = reader.instead(reader.fault)
        raise Unclear(reader.fault.sentence, instead, meant=reader.meant)
    return reader.parsed()


def faults(text: str, fields: Mapping[str, str], registry: Registry, config: Config) -> dict[str, str]:
    """What is wrong with a form's fields, by field: a sentence each. `text` is the form's command."""
    command = parse(text, None, registry, config).command
    found = {}
    for argument in command.arguments:
        value = fields.get(argument.name, "").strip()
        try:
            if value:
                read_value(argument, tokens.clean(value), config)
        except ValueError as error:
            found[argument.name] = str(error)
    return found


def _find(
    words: list[str], registry: Registry, config: Config | None, roles: frozenset[Role]
) -> tuple[Command[Any], int]:
    """The command that the words begin with, and how many of them name it."""
    phrases = {tuple(p.split(" ")): command for command in registry for p in (command.words, *command.aliases)}
    said = tuple(word.lower() for word in words if word)
    if not said:
        raise Unclear("There is no command in that.", HELP)
    for count in range(min(len(said), 3), 0, -1):
        if said[:count] in phrases:
            command = phrases[said[:count]]
            family = count == 1 and any(len(phrase) > 1 and phrase[0] == said[0] for phrase in phrases)
            # "vpn x" is no command of that family; "rebuild x" is, for rebuild itself is one and takes something.
            if family and len(said) > 1 and not (command.words == said[0] and command.arguments):
                break
            return command, count
    allowed = {" ".join(phrase): command for phrase, command in phrases.items() if command.role in roles}
    raise _unknown(words, allowed, registry, config)


def _subcommands(command: Command[Any], registry: Registry) -> frozenset[str]:
    """The second words of a command's family, where the command is the first word alone."""
    begin = f"{command.words} "
    phrases = (phrase for other in registry for phrase in (other.words, *other.aliases))
    return frozenset(phrase.split(" ")[1] for phrase in phrases if phrase.startswith(begin))


def _unknown(
    words: list[str], phrases: Mapping[str, Command[Any]], registry: Registry, config: Config | None
) -> Unclear:
    said = [word.lower() for word in words]
    sentence = f"There is no command {echo(' '.join(said[:2]))}."
    meant, used = _meant(said, phrases)
    if meant in phrases and meant != said[0]:
        command = phrases[meant].words
        try:
            whole = parse(" ".join((command, *words[used:])), None, registry, config).text()
        except Unclear as unclear:
            return Unclear(sentence, unclear.instead, meant=True)
        return Unclear(sentence, f"/{whole}", meant=True)
    return Unclear(sentence, f"/{meant} help" if f"{meant} help" in phrases else HELP)


def _meant(said: list[str], phrases: Collection[str]) -> tuple[str, int]:
    """The phrase (or only the family, or nothing) that is nearest to what was said, and how many words of it were."""
    families = {phrase.split(" ")[0] for phrase in phrases}
    # Of two families with the same word the first one is meant.
    alone = {phrase.partition(" ")[2]: phrase for phrase in reversed(list(phrases)) if " " in phrase}
    known = said[0] in families or said[0] in alone
    first = said[0] if known else _nearest(said[0], families | alone.keys()) or ""
    if first not in families:
        return alone.get(first, ""), 1
    among = {phrase.partition(" ")[2] for phrase in phrases if phrase.split(" ")[0] == first}
    second = _nearest(said[1], among) if len(said) > 1 else None
    return (f"{first} {second}", 2) if second else (first, 1)


def _nearest(word: str, among: Collection[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word[:60], sorted(among), n=1)), None)
