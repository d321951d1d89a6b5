"""Microsoft's own parser and renderer of cards, from npm: what a person sees of a card, and what their clicks send."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import playwright
import pytest

from notifiers.adaptive_card_limits import Json

NPM = Path(__file__).parents[1] / "npm"
# The one that the browser's tests bring along is recent, and the same for everybody.
NODE = Path(playwright.__file__).parent / "driver" / "node"
NO_RENDERER = "Microsoft's renderer of cards is not here: install npm, then run make npm"


@dataclass(frozen=True)
class Look:
    """A card as it is drawn."""

    problems: list[str]  # what the parser warns of
    text: str  # a line for each block, button, option and input
    links: list[str]  # where the links in the text lead
    inputs: list[dict[str, Any]]  # id, type, label, required, value
    actions: list[dict[str, Any]]  # type, title, data, url, verb; sent, errors; menu; behind, question
    markdown: list[str]  # the texts that were read as markdown


def look(cards: Sequence[Json], fill: Mapping[str, str] | None = None) -> list[Look]:
    """Draw `cards`, type `fill` by input id, and press everything.

    Without the renderer the test is skipped, and fails where CI=true.
    """
    if not NODE.exists() or not (NPM / "node_modules" / "adaptivecards").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(NO_RENDERER)
        pytest.skip(NO_RENDERER)
    asked = json.dumps([{"card": card, "fill": dict(fill or {})} for card in cards])
    ran = subprocess.run(
        [str(NODE), str(NPM / "render.mjs")], input=asked, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return [Look(**seen) for seen in json.loads(ran.stdout)]
