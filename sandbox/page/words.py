"""The slash commands that the message box completes, from the app's manifest."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

_OPENS, _CLOSES = "[<(", "])>"


@dataclass(frozen=True)
class Words:
    """One thing to type: its fixed words ("/vpn on"), what may follow ("[endpoint] [for 2h]"), what it is about."""

    words: str
    hint: str
    about: str

    def told(self) -> dict[str, Any]:
        return asdict(self)


def alternatives(hint: str) -> list[str]:
    """A usage hint cut at the bars that stand outside brackets."""
    parts, depth, begin = [], 0, 0
    for index, character in enumerate(hint):
        depth += (character in _OPENS) - (character in _CLOSES)
        if character == "|" and depth == 0:
            parts.append(hint[begin:index].strip())
            begin = index + 1
    return [part for part in (*parts, hint[begin:].strip()) if part]


def fixed(words: list[str]) -> int:
    """How many of the words, from the left, are typed as they stand."""
    for index, word in enumerate(words):
        if not word.replace("-", "").isalnum() or not word.islower() or any(sign.isdigit() for sign in word):
            return index
    return len(words)


def of_manifest(manifest: dict[str, Any]) -> list[Words]:
    """Everything that the manifest's slash commands take, in its order."""
    found: list[Words] = []
    for command in manifest.get("features", {}).get("slash_commands", []):
        about = str(command.get("description", ""))
        usages = alternatives(str(command.get("usage_hint", "")))
        bare = Words(str(command["command"]), "", about)
        listed = [bare]
        for usage in usages:
            words = usage.split()
            known = fixed(words)
            listed.append(Words(" ".join([bare.words, *words[:known]]), " ".join(words[known:]), about))
        found += list({one.words: one for one in listed}.values())
    return found


def read_words(path: Path) -> list[Words]:
    """The words of the manifest at `path`; none while there is no such file."""
    if not path.exists():
        return []
    manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
    return of_manifest(manifest) if isinstance(manifest, dict) else []
