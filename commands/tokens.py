"""What people type, cut into words: the way phones and input methods write it, read as it was meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_ECHO = 40

# Spaces of every width, and control characters, are a space; marks without width are nothing (but the joiner of emoji).
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u3164]+")
_WIDTHLESS = re.compile("[\u00ad\u034f\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# iOS makes one long dash of two hyphens, and curls quotes; Japanese input methods type letters at full width.
_DASHES = re.compile(r"(?<![^ ])[-‐‑‒–—―−]+(?=[A-Za-z])")
_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»〝〞", '"'),
        **dict.fromkeys("‘’‚‛", "'"),
        **{chr(0xFF01 + offset): chr(0x21 + offset) for offset in range(94)},
    }
)
_NAME = r"[A-Za-z][\w-]*"
_TOKEN = re.compile(
    rf"""(?P<dashes>--(?={_NAME}))?
         (?:(?P<name>{_NAME})=)?
         (?:"(?P<double>[^"]*)"(?![^ ]) | '(?P<single>[^']*)'(?![^ ]) | (?P<plain>[^ ]*))""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True)
class Token:
    """A word, a quoted phrase, `name=value`, `--name` (no value) or `--name=value`, from `start` up to `end`."""

    start: int
    end: int
    name: str | None
    value: str | None
    quoted: bool

    @property
    def word(self) -> str:
        """What may be a command's word or a keyword, in lower case; "" when quoted or named."""
        return "" if self.quoted or self.name is not None or self.value is None else self.value.lower()


def clean(text: str) -> str:
    """`text` on one line, with plain spaces, quotes, hyphens and letters."""
    plain = _WIDTHLESS.sub("", text.translate(_LOOKALIKES))
    return _DASHES.sub("--", _SPACES.sub(" ", plain).strip())


def tokens(cleaned: str) -> Iterator[Token]:
    """The tokens of a cleaned text, one at a time. Raises ValueError at a quotation mark without its other half."""
    start = 0
    while start < len(cleaned):
        match = _TOKEN.match(cleaned, start)
        if match is None or match.end() == start:
            start += 1
            continue
        yield _token(match)
        start = match.end()


def first(cleaned: str) -> tuple[Token, str]:
    """The first token of a cleaned text that has one, and what comes after it. Raises ValueError as `tokens` does."""
    token = next(tokens(cleaned))
    return token, cleaned[token.end :].lstrip(" ")


def _token(match: re.Match[str]) -> Token:
    name, plain = match["name"], match["plain"]
    if plain is None:
        value = match["double"] if match["double"] is not None else match["single"]
        return Token(*match.span(), name, value, quoted=True)
    if plain.startswith('"'):
        raise ValueError("a quotation mark is not closed")
    if match["dashes"] and name is None:
        return Token(*match.span(), plain, None, quoted=False)
    return Token(*match.span(), name, plain, quoted=False)


def echo(text: str) -> str:
    """What somebody typed, short enough to say back, in quotation marks."""
    shown = " ".join(text.split())
    return f"“{shown if len(shown) <= LONGEST_ECHO else shown[: LONGEST_ECHO - 1] + '…'}”"
