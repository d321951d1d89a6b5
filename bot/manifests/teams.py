"""The app package for Teams, from the registry: manifest and icons in a zip. Pure; the same every time.

https://learn.microsoft.com/en-us/microsoft-365/extensibility/schema/
"""

import io
import json
import zipfile
from typing import Any

from bot.manifests import EXAMPLE_URL, LONG, NAME, SHORT
from bot.manifests.icons import ACCENT, color_icon, outline_icon
from commands.access import Role
from commands.command import Registry

SCHEMA = "1.30"
# To be raised with every change of what is in the package: Teams takes no update that has the version it knows.
VERSION = "1.3.0"
PLACEHOLDER_ID = "00000000-0000-0000-0000-000000000000"
FILE = "deskside-teams.zip"

_MOST_COMMANDS = 10
_COLOR, _OUTLINE = "color.png", "outline.png"
_ZIP_BEGAN = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip knows


def manifest(registry: Registry, app_id: str = PLACEHOLDER_ID, url: str = EXAMPLE_URL) -> dict[str, Any]:
    """The manifest for the bot `app_id`; `url` (https://host) is where people of the organisation read about it."""
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": VERSION,
        "id": app_id,
        "developer": {"name": NAME, "websiteUrl": url, "privacyUrl": url, "termsOfUseUrl": url},
        "name": {"short": NAME, "full": f"{NAME}: desk-side support in chat"},
        "description": {"short": SHORT, "full": LONG},
        "icons": {"color": _COLOR, "outline": _OUTLINE},
        "accentColor": ACCENT,
        "defaultInstallScope": "personal",
        "bots": [_bot(registry, app_id)],
        # Who asks, and direct messages to those who have the app only through a team of theirs.
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [],
    }


def package(registry: Registry, app_id: str = PLACEHOLDER_ID, url: str = EXAMPLE_URL) -> bytes:
    """The zip that is uploaded to Teams."""
    text = json.dumps(manifest(registry, app_id, url), ensure_ascii=False, indent=2) + "\n"
    files = {"manifest.json": text.encode(), _COLOR: color_icon(), _OUTLINE: outline_icon()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            about = zipfile.ZipInfo(name, _ZIP_BEGAN)
            about.create_system = 3  # wherever it is made
            about.external_attr = 0o644 << 16
            archive.writestr(about, content)
    return packed.getvalue()


def _bot(registry: Registry, app_id: str) -> dict[str, Any]:
    commands = [
        {"title": command.words, "description": command.summary} for command in registry if command in _shown(registry)
    ]
    return {
        "botId": app_id,
        "scopes": ["personal", "team", "groupChat"],
        "isNotificationOnly": False,
        "supportsFiles": True,
        # What is chosen there is put into the message box: the words, without a slash.
        "commandLists": [
            {"scopes": ["personal"], "commands": commands},
            {"scopes": ["team", "groupChat"], "commands": commands},
        ],
    }


def _shown(registry: Registry) -> Registry:
    """As many as a list takes: the first of every family, then what everybody may run, then the rest."""
    families: set[str] = set()
    firsts = []
    for command in registry:
        family = command.words.split(" ")[0]
        if family not in families:
            families.add(family)
            firsts.append(command)
    wanted = sorted(registry, key=lambda command: (command not in firsts, command.role is not Role.STAFF))
    return tuple(wanted[:_MOST_COMMANDS])
