"""Which addresses the app's token, and people's files, may be sent to."""

import ipaddress
import re
from urllib.parse import urlsplit

# Where Teams is reached in the public and the GCC cloud; the other clouds have another login.
# Whole names, for everybody can have a name under trafficmanager.net.
_SERVICES = frozenset(
    {"smba.trafficmanager.net", "smba.onyx.prod.teams.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"}
)
# Only what can be a name: a lookup of any other raises errors of its own.
_FILES = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+sharepoint\.com")


def is_service(url: str) -> bool:
    """Whether the Bot Connector of Teams is there. An incoming token proves its url, but a stored one outlives it."""
    return (_https_host(url) or "") in _SERVICES


def is_file_store(url: str) -> bool:
    """Whether a person's OneDrive is there."""
    return _FILES.fullmatch(_https_host(url) or "") is not None


def is_loopback(url: str | None) -> bool:
    """Whether it is this machine."""
    try:
        host = urlsplit(url or "").hostname
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _https_host(url: str) -> str | None:
    """The host of a plain https url; None for any other."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "https" and "@" not in parts.netloc and parts.port in (None, 443)
        return parts.hostname if plain else None
    except ValueError:
        return None
