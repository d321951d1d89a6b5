"""A command with its arguments, and how it is written. Pure."""

import re
from dataclasses import dataclass, field
from typing import Any

from commands.command import Argument, Arguments, Command
from commands.durations import write_duration

# Cannot be taken for a duration, a flag, a quotation or `name=value`.
_PLAIN = re.compile(r"[A-Za-z@][\w@.+/-]*(?::[\w@.+/:=-]*)?", re.ASCII)


@dataclass(frozen=True)
class Parsed:
    """A command and its arguments. `taken`: the words that would make another command of it, as the next one."""

    command: Command[Any]
    arguments: Arguments
    taken: frozenset[str] = field(default=frozenset(), compare=False)

    def text(self) -> str:
        """What `parse` reads as this again: what the audit keeps, and what forms and confirmations complete."""
        return " ".join((self.command.words, *_written(self)))


def begins_named(argument: Argument, text: str) -> re.Match[str] | None:
    """The `reason=` or `--reason` that `text` begins with, where it names the argument."""
    return re.match(rf"{argument.name}=|--{argument.name}[= ]", text, re.IGNORECASE)


def _written(parsed: Parsed) -> list[str]:
    words: list[str] = []
    missing = False  # an argument before this one, which would be taken for that one without its name
    keywords = {argument.keyword for argument in parsed.command.arguments}
    for argument in parsed.command.arguments:
        value = getattr(parsed.arguments, argument.name)
        if value is None or value == ():
            missing = missing or (argument.kind in {"text", "choice"} and not argument.follows_keyword)
            continue
        match "named" if argument.named else argument.kind:
            case "flag":
                words += _flag(parsed, argument, said=value)
            case "rest":
                named = len(parsed.command.arguments) > 1 and (missing or begins_named(argument, value))
                words.append(f"{argument.name}={value}" if named else value)
            case "choice":
                words.append(f'{argument.name}="{value}"' if missing or value in parsed.taken else value)
            case "duration" | "since":
                words.append(argument.written(write_duration(value) if argument.kind == "duration" else value))
            case "list":
                words += _words(argument, value, parsed.taken)
            case "text":
                plain = _PLAIN.fullmatch(value) and value.lower() not in keywords | parsed.taken and not missing
                words.append(value if plain else f'{argument.name}="{value}"')
            case _:  # a tag, hours and a place are always said by their name
                words += _by_name(argument, value)
    return words


def _flag(parsed: Parsed, argument: Argument, *, said: bool) -> tuple[str, ...]:
    """A flag that is as it is without a word goes without one; `--gate=no` is for one that may be either by itself."""
    if said == parsed.command.into.model_fields[argument.name].default:
        return ()
    return (f"--{argument.name}" if said else f"--{argument.name}=no",)


def _by_name(argument: Argument, value: Any) -> tuple[str, str]:
    text = write_duration(value) if argument.kind == "duration" else value
    text = " ".join(text) if argument.kind == "list" else text
    return f"--{argument.name}", text if _PLAIN.fullmatch(text) else f'"{text}"'


def _words(argument: Argument, values: tuple[str, ...], taken: frozenset[str]) -> tuple[str, ...]:
    """The words of a list, and by its name where one of them could be taken for something else."""
    plain = all(_PLAIN.fullmatch(value) and value not in taken for value in values)
    return values if plain else (f'{argument.name}="{" ".join(values)}"',)
