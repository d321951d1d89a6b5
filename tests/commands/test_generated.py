"""What is written from the registry has not drifted from it: the README's table."""

from pathlib import Path

import pytest

from commands import COMMANDS
from commands.words import BEGIN, END, table, with_table

ROOT = Path(__file__).parents[2]


def test_the_readmes_table_is_the_registrys() -> None:
    written = (ROOT / "README.md").read_text(encoding="utf-8")

    assert written == with_table(written, COMMANDS), "run make manifest"


def test_a_text_without_the_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="commands:begin"):
        with_table(f"{END} {BEGIN}", COMMANDS)


def test_the_table_has_every_command_and_its_role() -> None:
    lines = table(COMMANDS).splitlines()

    assert len(lines) == len(COMMANDS) + 2
    assert (
        "| `/vpn off [endpoint] [--all]` | End your claim; the VPN goes off when nobody has one | staff; " in lines[4]
    )
    assert all(line.replace(r"\|", "").count("|") == 4 for line in lines)
