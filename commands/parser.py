"""From what was typed, pressed or submitted to a command and its arguments. Pure.

Whatever is wrong is raised as Unclear: one sentence, and what to type instead.
"""

import difflib
import re
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec

from commands import tokens
from commands.access import Role
from commands.command import Argument, Arguments, Command, Registry, Unclear
from commands.config import Config
from commands.durations import write_duration
from commands.tokens import Token, echo
from commands.values import Value, good_example, read_value

P = ParamSpec("P")

LONGEST = 4_000
HELP = "/deskside help"

_WORDS_OF_A_DURATION = 4  # "1 hour 30 minutes"
_PLAIN = re.compile(r"[A-Za-z@][\w@.+/:-]*", re.ASCII)  # cannot be taken for a duration, a flag or a quotation


@dataclass(frozen=True)
class Parsed:
    """A command and its arguments."""

    command: Command[Any]
    arguments: Arguments

    def text(self) -> str:
        """What `parse` reads as this again: what the audit keeps, and what forms and confirmations complete."""
        return " ".join((self.command.words, *_written(self)))


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
    reader = _Reader(command, config)
    reader.read(" ".join(words[used:]))
    reader.submit(fields or {})
    if reader.fault is not None:
        raise Unclear(reader.fault.sentence, reader.instead(reader.fault))
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
            family = count == 1 and any(len(phrase) > 1 and phrase[0] == said[0] for phrase in phrases)
            if family and len(said) > 1:
                break
            return phrases[said[:count]], count
    allowed = {" ".join(phrase): command for phrase, command in phrases.items() if command.role in roles}
    raise _unknown(words, allowed, registry, config)


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
    alone = {phrase.partition(" ")[2]: phrase for phrase in phrases if " " in phrase}
    known = said[0] in families or said[0] in alone
    first = said[0] if known else _nearest(said[0], families | alone.keys()) or ""
    if first not in families:
        return alone.get(first, ""), 1
    among = {phrase.partition(" ")[2] for phrase in phrases if phrase.split(" ")[0] == first}
    second = _nearest(said[1], among) if len(said) > 1 else None
    return (f"{first} {second}", 2) if second else (first, 1)


def _nearest(word: str, among: Collection[str]) -> str | None:
    return next(iter(difflib.get_close_matches(word[:60], sorted(among), n=1)), None)


class _Fault(Exception):
    """One thing that is wrong with the words after a command's name: `text`, which is not what `argument` takes."""

    def __init__(self, sentence: str, argument: Argument | None = None, text: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.argument = argument
        self.text = text


class _Reader:
    """Gives the words after a command's name to its arguments.

    After the first `fault` it reads on, so that what to type instead has everything that was understood.
    """

    def __init__(self, command: Command[Any], config: Config | None) -> None:
        self.command = command
        self.config = config
        self.values: dict[str, Value] = {}
        self.fault: _Fault | None = None

    def read(self, tail: str) -> None:
        rest = next((argument for argument in self.command.arguments if argument.kind == "rest"), None)
        if rest is not None:
            if tail:
                self._try(self._set, rest, tail)
            return
        try:
            left = deque(tokens.tokens(tail))
        except ValueError as error:
            self.fault = _Fault(f"In {echo(tail)} {error}.")
            return
        while left:
            self._try(self._next, left)

    def submit(self, fields: Mapping[str, str]) -> None:
        """Take a form's fields; one left empty is not there, one that was also typed replaces that."""
        for name, value in fields.items():
            self._try(self._field, name, value)

    def parsed(self) -> Parsed:
        """What was understood."""
        return Parsed(self.command, self.command.into(**self.values))

    def instead(self, fault: _Fault) -> str:
        """What was understood, with a good value for a bad one, or with the flag that was meant by it."""
        flags = {f"--{a.name}": a for a in self.command.arguments if a.kind == "flag"}
        near = difflib.get_close_matches(f"--{fault.text.lower()[:60]}", flags, n=1, cutoff=0.8) if fault.text else []
        argument = flags[near[0]] if near else fault.argument
        if argument is not None and argument.name not in self.values:
            example = good_example(argument, fault.text, self.config)
            if argument.kind == "flag":
                self.values[argument.name] = True
            elif self._fits(argument, example):
                self.values[argument.name] = read_value(argument, example, self.config)
        return f"/{self.parsed().text()}" if self.values else (*self.command.examples, f"/{self.command.words}")[0]

    def _try(self, step: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            step(*args, **kwargs)
        except _Fault as fault:
            self.fault = self.fault or fault

    def _next(self, left: deque[Token]) -> None:
        token = left.popleft()
        if token.name is not None:
            self._named(token, token.name, left)
        elif (argument := self._by_keyword(token.word)) is not None:
            self._set(argument, self._following(argument, left))
        else:
            self._in_turn(token, left)

    def _field(self, name: str, value: str) -> None:
        argument = self._by_name(name)
        if value.strip():
            self.values.pop(argument.name, None)
            self._set(argument, tokens.clean(value))

    def _named(self, token: Token, name: str, left: deque[Token]) -> None:
        argument = self._by_name(name, name if token.value else f"--{name}")
        if token.value is None and argument.kind == "flag":
            self.values[argument.name] = True
        else:
            self._set(argument, token.value if token.value is not None else self._following(argument, left))

    def _in_turn(self, token: Token, left: deque[Token]) -> None:
        text = token.value or ""
        free = [a for a in self.command.arguments if a.kind != "flag" and a.name not in self.values]
        timed = [a for a in free if a.kind in {"duration", "since"}]
        # A name never begins with a digit, a duration and a date always do, so that their order does not matter.
        named = [a for a in free if not a.follows_keyword]
        chosen = timed + [a for a in named if a not in timed] if text[:1].isdecimal() else named
        fitting = next((a for a in chosen if self._fits(a, text)), None)
        wordless = bool(text) and not any(letter.isalnum() for letter in text)
        if fitting is None and (wordless or not chosen):
            raise self._too_much(text)
        argument = fitting or chosen[0]
        self._set(argument, self._joined(argument, text, left))

    def _too_much(self, text: str) -> _Fault:
        given = (a for a in self.command.arguments if a.kind != "flag" and a.name in self.values)
        twice = next((a for a in given if self._fits(a, text)), None)
        if twice is not None:
            return _Fault(f"The {twice.name} is there twice: {echo(text)} is too much.", text=text)
        return _Fault(f"/{self.command.words} takes no {echo(text)}: that is too much.", text=text)

    def _fits(self, argument: Argument, text: str) -> bool:
        try:
            read_value(argument, text, self.config)
        except ValueError:
            return False
        return True

    def _following(self, argument: Argument, left: deque[Token]) -> str:
        if not left or left[0].name is not None:
            before = argument.keyword or f"--{argument.name}"
            raise _Fault(f"There is nothing after {echo(before)}.", argument)
        return self._joined(argument, left.popleft().value or "", left)

    def _joined(self, argument: Argument, first: str, left: deque[Token]) -> str:
        """`first` and as many of the next words as make one duration with it ("1 hour 30 minutes")."""
        if argument.kind not in {"duration", "since"}:
            return first
        for count in range(min(len(left), _WORDS_OF_A_DURATION - 1), 0, -1):
            text = " ".join((first, *(left[index].word or "?" for index in range(count))))
            if self._fits(argument, text):
                for _ in range(count):
                    left.popleft()
                return text
        return first

    def _by_keyword(self, word: str) -> Argument | None:
        return next((a for a in self.command.arguments if word and a.keyword == word), None)

    def _by_name(self, name: str, said: str = "") -> Argument:
        for argument in self.command.arguments:
            if name.lower() in {argument.name, argument.keyword}:
                return argument
        raise _Fault(f"/{self.command.words} takes no {echo(said or name)}.")

    def _set(self, argument: Argument, text: str) -> None:
        if argument.name in self.values:
            raise _Fault(f"The {argument.name} is there twice: {echo(text)} is too much.")
        try:
            self.values[argument.name] = read_value(argument, text, self.config)
        except ValueError as error:
            raise _Fault(str(error), argument, text) from None


def _written(parsed: Parsed) -> list[str]:
    words: list[str] = []
    keywords = {argument.keyword for argument in parsed.command.arguments}
    for argument in parsed.command.arguments:
        value = getattr(parsed.arguments, argument.name)
        if value is None or value is False:
            continue
        match argument.kind:
            case "flag":
                words.append(f"--{argument.name}")
            case "choice" | "rest":
                words.append(value)
            case "duration" | "since":
                words.append(argument.written(write_duration(value) if argument.kind == "duration" else value))
            case "text":
                plain = _PLAIN.fullmatch(value) and value.lower() not in keywords
                words.append(value if plain else f'{argument.name}="{value}"')
    return words
