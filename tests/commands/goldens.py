"""The buttons that golden files show."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parents[1] / "golden"
_TOLD = re.compile(r"^\[[^]]+] (.+)$", re.MULTILINE)


def commands_of_buttons() -> frozenset[str]:
    """The commands of all buttons in any golden, rendered or told."""
    rendered = {value for path in GOLDEN.rglob("*.json") for value in _values(json.loads(path.read_text("utf-8")))}
    told = {found for path in GOLDEN.rglob("*.txt") for found in _TOLD.findall(path.read_text("utf-8"))}
    assert rendered
    assert told
    return frozenset(rendered | told)


def _values(block: Any) -> Iterator[str]:
    """The values of all buttons in a payload."""
    if isinstance(block, dict):
        if block.get("type") == "button" and "value" in block:
            yield block["value"]
        if str(block.get("type")).startswith("Action.") and "command" in (block.get("data") or {}):
            yield block["data"]["command"]
        block = list(block.values())
    if isinstance(block, list):
        for part in block:
            yield from _values(part)
