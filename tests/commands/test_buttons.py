"""Every button that any golden file shows is a command of the registry."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commands import COMMANDS
from commands.parser import parse

GOLDEN = Path(__file__).parents[1] / "golden"


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


def test_every_button_in_a_golden_is_a_command() -> None:
    rendered = [value for path in GOLDEN.rglob("*.json") for value in _values(json.loads(path.read_text("utf-8")))]
    told = [
        found
        for path in GOLDEN.rglob("*.txt")
        for found in re.findall(r"^\[[^]]+] (.+)$", path.read_text("utf-8"), re.M)
    ]

    assert rendered
    assert told
    for command in {*rendered, *told}:
        assert parse(command, None, COMMANDS, None).command in COMMANDS
