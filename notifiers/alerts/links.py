"""Links into AWS's console, in whichever partition a region is, and to what a description names."""

import re
from urllib.parse import quote

from notifiers.characters import is_address
from notifiers.message import Button

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_HOSTS = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}
_LONGEST = 2_000  # characters of a link: what browsers and both chats take
_ADDRESS = re.compile(r"https://[^\s<>\"'|\\`]+")


def console(label: str, region: str, page: str) -> tuple[Button, ...]:
    """A button to `page` ("cloudwatch/home#alarmsV2:") of a region's console; none where that is no region.

    What `page` has of AWS's or people's names is quoted already (`part`).
    """
    if not _REGION.fullmatch(region):
        return ()
    host = next((host for begin, host in _HOSTS.items() if region.startswith(begin)), "console.aws.amazon.com")
    path, mark, fragment = page.partition("#")
    return link(label, f"https://{region}.{host}/{path}?region={region}{mark}{fragment}")


def link(label: str, url: str | None) -> tuple[Button, ...]:
    """A button to an https address; none where it is no address of one."""
    return (Button(label=label, link=url),) if url and url.startswith("https://") and is_address(url, _LONGEST) else ()


def runbook(described: str) -> tuple[Button, ...]:
    """A button to the first https address in a description; none where it has none."""
    found = _ADDRESS.search(described)
    return link("Runbook", found[0].rstrip(".,;:!?)]}") if found else None)


def part(name: str) -> str:
    """A name as a part of a link."""
    return quote(name, safe="")
