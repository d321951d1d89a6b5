"""Slack's manifest is the registry's, and keeps Slack's limits."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.manifests.slack import manifest, manifest_yaml
from commands import COMMANDS

ROOT = Path(__file__).parents[3]


def test_the_manifest_is_the_registrys() -> None:
    written = (ROOT / "manifest.yml").read_text(encoding="utf-8")

    assert written == manifest_yaml(COMMANDS), "run make manifest"


@pytest.mark.parametrize("url", ["https://desk.example.org/", None])
def test_the_manifest_keeps_slacks_limits(url: str | None) -> None:
    made: dict[str, Any] = yaml.safe_load(manifest_yaml(COMMANDS, url))

    assert made == manifest(COMMANDS, url)
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    assert 174 <= len(made["display_information"]["long_description"]) <= 4000
    words = made["features"]["slash_commands"]
    families = [
        "vpn",
        "workspace",
        "rebuild",
        "upgrade",
        "approvals",
        "approve",
        "refuse",
        "alerts",
        "deskside",
        "audit",
    ]
    assert [word["command"] for word in words] == [f"/{family}" for family in families]
    assert len(words) <= 50
    assert len({word["description"] for word in words}) == len(words)
    for word in words:
        assert len(word["command"]) <= 32
        assert len(word["description"]) <= 2000
        assert len(word["usage_hint"]) <= 1000
        assert word["should_escape"] is True
        assert word.get("url") == (url and "https://desk.example.org/slack/events")
    assert made["settings"]["socket_mode_enabled"] is (url is None)
    assert made["settings"]["interactivity"]["is_enabled"] is True
    assert ("request_url" in made["settings"]["interactivity"]) is (url is not None)
    events = made["settings"]["event_subscriptions"]
    assert events["bot_events"] == ["app_home_opened"]
    assert events.get("request_url") == (url and "https://desk.example.org/slack/events")
    assert made["features"]["app_home"]["home_tab_enabled"] is True
