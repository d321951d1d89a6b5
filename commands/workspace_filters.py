"""What `/workspace list` is to show: `state=STOPPED bundle=Office tag:Env=Prod connected aiko page=2`. Pure."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from aws_ops.workspace_ops import STATES
from commands import tokens
from commands.command import Unclear
from commands.targets import TAG, Owned
from commands.tokens import Token, echo

EXAMPLE = "/workspace list state=STOPPED"
_LIST = "/workspace list"
_CONNECTED = {"connected": True, "disconnected": False}
_NAMES = ("state", "bundle", "mode", "connected", "page")


@dataclass(frozen=True)
class Filters:
    """All have to hold: the state (AWS's word), part of a bundle's name or its id, the running mode, the tags.

    A tag's value None: any. `connected`: None does not matter. `words`: each is part of a user's, owner's or computer's
    name, or of an id.
    """

    state: str | None = None
    bundle: str | None = None
    mode: str | None = None
    connected: bool | None = None
    tags: tuple[tuple[str, str | None], ...] = ()
    words: tuple[str, ...] = ()
    page: int = 1

    def fits(self, one: Owned, bundles: dict[str, str]) -> bool:
        """Whether a WorkSpace is to be shown, who is connected aside. `bundles`: their names by id."""
        workspace = one.workspace
        bundle = (workspace.bundle.lower(), bundles.get(workspace.bundle, "").lower())
        named = " ".join(filter(None, (workspace.user, workspace.computer, workspace.id, one.owner))).lower()
        return (
            self.state in {None, workspace.state}
            and self.mode in {None, workspace.running_mode}
            and (self.bundle is None or self.bundle == bundle[0] or self.bundle in bundle[1])
            and all(key in one.tags and value in {None, one.tags[key]} for key, value in self.tags)
            and all(word in named for word in self.words)
        )

    def text(self, page: int) -> str:
        """What asks for another page of the same."""
        return " ".join(("workspace list", *self._written(), f"page={page}"))

    def _written(self) -> Iterator[str]:
        for name in ("state", "bundle", "mode"):
            if (value := getattr(self, name)) is not None:
                yield f'{name}="{value}"'
        if self.connected is not None:
            yield "connected" if self.connected else "disconnected"
        for key, value in self.tags:
            yield f'"{TAG}{key}"' if value is None else f'"{TAG}{key}={value}"'
        yield from (f'"{word}"' for word in self.words)


def read_filters(text: str) -> Filters:
    """The filters that somebody wrote. Raises Unclear."""
    try:
        found = list(tokens.tokens(text))
    except ValueError as error:
        raise Unclear(f"In {echo(text)} {error}.", EXAMPLE) from None
    filters = Filters()
    negated = False
    for token in found:
        if token.word == "not":
            negated = True
            continue
        filters = _named(filters, token) if token.name is not None else _word(filters, token, negated=negated)
        negated = False
    return filters


def _word(filters: Filters, token: Token, *, negated: bool) -> Filters:
    word = (token.value or "").strip()
    if word.lower() in _CONNECTED and not token.quoted:
        return replace(filters, connected=_CONNECTED[word.lower()] is not negated)
    if word.startswith(TAG):
        key, valued, value = word.removeprefix(TAG).partition("=")
        return replace(filters, tags=(*filters.tags, (key, value if valued else None)))
    if word.upper() in STATES and not token.quoted:
        return replace(filters, state=word.upper())
    return replace(filters, words=(*filters.words, word.lower())) if word else filters


def _named(filters: Filters, token: Token) -> Filters:
    name, value = (token.name or "").lower(), (token.value or "").strip()
    if name not in _NAMES or not value:
        near = difflib.get_close_matches(name, _NAMES, n=1)
        if not value or near:
            raise Unclear(f"There is no filter {echo(token.name or '')} without a value.", EXAMPLE)
        raise Unclear(f"There is no filter {echo(name)}: tags are written tag:{token.name}={value}.", EXAMPLE)
    match name:
        case "state":
            return replace(filters, state=_state(value))
        case "bundle":
            return replace(filters, bundle=value.lower())
        case "mode":
            return replace(filters, mode=value.upper().replace("-", "_"))
        case "connected":
            return replace(filters, connected=value.lower() in {"yes", "true", "on", "1"})
        case _:
            return replace(filters, page=_page(value))


def _state(value: str) -> str:
    state = value.upper()
    if state not in STATES:
        near = difflib.get_close_matches(state[:40], sorted(STATES), n=1, cutoff=0.5)
        raise Unclear(f"There is no state {echo(value)}.", f"{_LIST} state={(near or ['STOPPED'])[0]}")
    return state


def _page(value: str) -> int:
    if not value.isdecimal() or not 1 <= len(value) <= 4 or int(value) < 1:
        raise Unclear(f"{echo(value)} is no page.", f"{_LIST} page=2")
    return int(value)
