"""From the words after a command's name to its arguments. Pure."""

import difflib
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

from commands import tokens
from commands.command import Argument, Command
from commands.config import Config
from commands.parsed import Parsed, begins_named
from commands.tokens import Token, echo
from commands.values import Value, good_example, read_value

P = ParamSpec("P")

# "1 hour 30 minutes", "8 - 18 mon-fri Europe/Berlin"
_MOST_WORDS = {"duration": 4, "since": 4, "hours": 5}


class Fault(Exception):
    """One thing that is wrong with the words after a command's name: `text`, which is not what `argument` takes."""

    def __init__(self, sentence: str, argument: Argument | None = None, text: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.argument = argument
        self.text = text


class Reader:
    """Gives the words after a command's name to its arguments.

    After the first `fault` it reads on, so that what to type instead has everything that was understood.
    """

    def __init__(self, command: Command[Any], config: Config | None, taken: frozenset[str] = frozenset()) -> None:
        self.command = command
        self.taken = taken
        self.config = config
        self.values: dict[str, Value] = {}
        self.fault: Fault | None = None
        self.meant = False  # whether what to type instead is most likely what was meant

    def read(self, tail: str) -> None:
        """Take the words; where the last argument is `rest`, that is whatever the others leave, as it stands."""
        rest = next((argument for argument in self.command.arguments if argument.kind == "rest"), None)
        try:
            if rest is not None:
                self._rest(rest, tail)
                return
            left = deque(tokens.tokens(tail))
        except ValueError as error:
            self.fault = Fault(f"In {echo(tail)} {error}.")
            return
        while left:
            self._try(self._next, left)

    def _rest(self, rest: Argument, tail: str) -> None:
        """One token for each argument before `rest`, unless `rest` is named. Raises ValueError for half a quotation."""
        leading = self.command.arguments[:-1]
        for _ in leading:
            if not tail or begins_named(rest, tail):
                break
            token, tail = tokens.first(tail)
            if token.name is not None and token.value is None and tail:
                following, tail = tokens.first(tail)
                token = Token(token.start, following.end, token.name, following.value, quoted=True)
            self._try(self._lead, token)
        named = begins_named(rest, tail) if leading else None
        text = tail[named.end() :] if named else tail
        if text or named:
            self._try(self._set, rest, text)

    def _lead(self, token: Token) -> None:
        if token.name is not None:
            argument = self._by_name(token.name, token.name if token.value else f"--{token.name}")
            if token.value is None:
                raise Fault(f"There is nothing after {echo(f'--{argument.name}')}.", argument)
        else:
            argument = next(each for each in self.command.arguments if each.name not in self.values)
        self._set(argument, token.value or "")

    def submit(self, fields: Mapping[str, str]) -> None:
        """Take a form's fields; one left empty is not there, one that was also typed replaces that."""
        for name, value in fields.items():
            self._try(self._field, name, value)

    def parsed(self) -> Parsed:
        """What was understood."""
        return Parsed(self.command, self.command.into(**self.values), self.taken)

    def instead(self, fault: Fault) -> str:
        """What was understood, with a good value for a bad one, or with the flag that was meant by it."""
        flags = {f"--{a.name}": a for a in self.command.arguments if a.kind == "flag"}
        near = difflib.get_close_matches(f"--{fault.text.lower()[:60]}", flags, n=1, cutoff=0.8) if fault.text else []
        argument = flags[near[0]] if near else fault.argument
        if argument is not None and (argument.name not in self.values or argument.kind == "list"):
            example = good_example(argument, fault.text, self.config)
            if argument.kind == "list":
                self.meant = bool(difflib.get_close_matches(fault.text.lower()[:60], [example], cutoff=0.5))
                self._add(argument, (example,))
            elif argument.kind == "flag":
                self.values[argument.name] = True
            elif self._fits(argument, example):
                self.values[argument.name] = read_value(argument, example, self.config)
        return f"/{self.parsed().text()}" if self.values else (*self.command.examples, f"/{self.command.words}")[0]

    def _try(self, step: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            step(*args, **kwargs)
        except Fault as fault:
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
        turns = [a for a in self.command.arguments if a.has_turn]
        free = [a for a in turns if a.kind == "list" or a.name not in self.values]
        timed = [a for a in free if a.kind in {"duration", "since"}]
        # A name never begins with a digit, a duration and a date always do, so that their order does not matter.
        named = [a for a in free if not a.follows_keyword]
        chosen = timed + [a for a in named if a not in timed] if text[:1].isdecimal() else named
        fitting = next((a for a in chosen if self._fits(a, text)), None)
        wordless = bool(text) and not any(letter.isalnum() for letter in text)
        if fitting is None and (wordless or not chosen or self._is_chosen(text)):
            raise self._too_much(text)
        argument = fitting or chosen[0]
        self._set(argument, self._joined(argument, text, left))

    def _is_chosen(self, text: str) -> bool:
        """Whether it is another choice where one was made."""
        return any(a.kind == "choice" and a.name in self.values and self._fits(a, text) for a in self.command.arguments)

    def _too_much(self, text: str) -> Fault:
        given = (a for a in self.command.arguments if a.has_turn and a.kind != "list" and a.name in self.values)
        twice = next((a for a in given if self._fits(a, text)), None)
        if twice is not None:
            return Fault(f"The {twice.name} is there twice: {echo(text)} is too much.", text=text)
        return Fault(f"/{self.command.words} takes no {echo(text)}: that is too much.", text=text)

    def _fits(self, argument: Argument, text: str) -> bool:
        try:
            read_value(argument, text, self.config)
        except ValueError:
            return False
        return True

    def _following(self, argument: Argument, left: deque[Token]) -> str:
        if not left or (left[0].name is not None and not self._is_tag(argument, left[0])):
            before = argument.keyword or f"--{argument.name}"
            raise Fault(f"There is nothing after {echo(before)}.", argument)
        token = left.popleft()
        text = token.value or ""
        return self._joined(argument, text if token.name is None else f"{token.name}={text}", left)

    def _is_tag(self, argument: Argument, token: Token) -> bool:
        """Whether `Env=Prod` is a tag, and not the value of an argument with that name."""
        others = {name for a in self.command.arguments for name in (a.name, a.keyword)}
        return argument.kind == "tag" and token.value is not None and (token.name or "").lower() not in others

    def _joined(self, argument: Argument, first: str, left: deque[Token]) -> str:
        """`first` and as many of the next words as make one value with it."""
        for count in range(min(len(left), _MOST_WORDS.get(argument.kind, 1) - 1), 0, -1):
            text = " ".join((first, *(left[index].word or "?" for index in range(count))))
            if self._fits(argument, text):
                for _ in range(count):
                    left.popleft()
                return text
        if argument.kind == "hours" and left and "/" in left[0].word:
            # A zone, if one that nobody knows: that is what is to be said of it.
            return f"{first} {left.popleft().value}"
        return first

    def _by_keyword(self, word: str) -> Argument | None:
        return next((a for a in self.command.arguments if word and a.keyword == word), None)

    def _by_name(self, name: str, said: str = "") -> Argument:
        for argument in self.command.arguments:
            if name.lower() in {argument.name, argument.keyword}:
                return argument
        raise Fault(f"/{self.command.words} takes no {echo(said or name)}.")

    def _set(self, argument: Argument, text: str) -> None:
        if argument.name in self.values and argument.kind != "list":
            raise Fault(f"The {argument.name} is there twice: {echo(text)} is too much.")
        try:
            value = read_value(argument, text, self.config)
        except ValueError as error:
            raise Fault(str(error), argument, text) from None
        if isinstance(value, tuple):
            self._add(argument, value)
        else:
            self.values[argument.name] = value

    def _add(self, argument: Argument, words: tuple[str, ...]) -> None:
        """Words of a list, after those that were said before; each once."""
        before = self.values.get(argument.name, ())
        self.values[argument.name] = tuple(dict.fromkeys((*before, *words) if isinstance(before, tuple) else words))
