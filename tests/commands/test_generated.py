"""What is written from the registry has not drifted from it: the manifest and the README's table."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from commands import COMMANDS
from commands.manifest import manifest, manifest_yaml
from commands.words import BEGIN, END, table, with_table

ROOT = Path(__file__).parents[2]


def test_the_manifest_is_the_registrys() -> None:
    written = (ROOT / "manifest.yml").read_text(encoding="utf-8")

    assert written == manifest_yaml(COMMANDS), "run make manifest"


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


@pytest.mark.parametrize("url", ["https://desk.example.org/", None])
def test_the_manifest_keeps_slacks_limits(url: str | None) -> None:
    made: dict[str, Any] = yaml.safe_load(manifest_yaml(COMMANDS, url))

    assert made == manifest(COMMANDS, url)
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    assert 174 <= len(made["display_information"]["long_description"]) <= 4000
    words = made["features"]["slash_commands"]
    assert [word["command"] for word in words] == ["/vpn", "/deskside", "/audit"]
    assert len(words) <= 50
    for word in words:
        assert len(word["command"]) <= 32
        assert len(word["description"]) <= 2000
        assert len(word["usage_hint"]) <= 1000
        assert word["should_escape"] is True
        assert word.get("url") == (url and "https://desk.example.org/slack/events")
    assert made["settings"]["socket_mode_enabled"] is (url is None)
    assert made["settings"]["interactivity"]["is_enabled"] is True
    assert ("request_url" in made["settings"]["interactivity"]) is (url is not None)
