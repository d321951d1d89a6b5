"""The app's manifest for Slack, from the registry. Pure; nothing of it is known anywhere else.

https://docs.slack.dev/reference/app-manifest
"""

from typing import Any

import yaml

from bot.manifests import EXAMPLE_URL, LONG, NAME, SHORT
from commands.access import Role
from commands.command import Registry

# Each scope with what would fail without it.
_SCOPES = (
    "commands",  # /vpn …
    "chat:write",  # cards and direct messages
    "im:write",  # conversations.open
    "im:read",  # conversations.info: is this our own conversation
    "channels:read",  # the same: are we a member
    "groups:read",
    "mpim:read",
    "files:write",  # .ovpn files, long lists
    "users:read",  # who asks
    "users:read.email",  # their key
    "usergroups:read",  # roles by user group
)
_EVENTS = ("app_home_opened",)  # draw the Home; it needs no scope
_HEADER = """\
# Written by `python -m bot manifest` (make manifest) from the registry in commands/: change it there.
# Over HTTP put your own host for deskside.example.com; with Socket Mode set socket_mode_enabled to true.
"""
_PROSE = {
    "vpn": "The Client VPN, on for as long as you need it",
    "workspace": "WorkSpaces: how they are, and changing them",
    "rebuild": "Make a desktop anew from its image",
    "upgrade": "Give a fleet of desktops a new image, in waves, over nights",
    "approvals": "What waits for an approval",
    "approve": "Agree to what somebody else asked for",
    "refuse": "Say no to what somebody else asked for",
    "alerts": "What happens in AWS: subscribe, look, acknowledge, mute",
    "deskside": "Help, who you are, what is running, and the brake",
    "audit": "Who asked for what, and what came of it",
}
_HINT_MOST = 1_000


def manifest(registry: Registry, url: str | None = EXAMPLE_URL) -> dict[str, Any]:
    """The manifest; `url` (https://host) is where Slack reaches the bot, None: Socket Mode, which needs none."""
    interactivity: dict[str, Any] = {"is_enabled": True}
    events: dict[str, Any] = {"bot_events": list(_EVENTS)}
    if url is not None:
        interactivity["request_url"] = events["request_url"] = _events(url)
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": NAME, "description": SHORT, "long_description": LONG},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "slash_commands": [_slash_command(registry, family, url) for family in _families(registry)],
        },
        "oauth_config": {"scopes": {"bot": list(_SCOPES)}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def manifest_yaml(registry: Registry, url: str | None = EXAMPLE_URL) -> str:
    """The manifest as it is written to manifest.yml."""
    dumped: str = yaml.safe_dump(manifest(registry, url), sort_keys=False, allow_unicode=True, width=110)
    return _HEADER + dumped


def _families(registry: Registry) -> list[str]:
    return list(dict.fromkeys(command.words.split(" ")[0] for command in registry))


def _slash_command(registry: Registry, family: str, url: str | None) -> dict[str, Any]:
    usages = [
        command.usage(frozenset(Role)).removeprefix(f"/{family}").strip()
        for command in registry
        if command.words.split(" ")[0] == family
    ]
    described: dict[str, Any] = {
        "command": f"/{family}",
        "description": _PROSE[family],
        "usage_hint": " | ".join(usage for usage in usages if usage)[:_HINT_MOST],
        # Mentions and channels come as ids: display names never resolve anybody.
        "should_escape": True,
    }
    return {**described, "url": _events(url)} if url is not None else described


def _events(url: str) -> str:
    return f"{url.rstrip('/')}/slack/events"
