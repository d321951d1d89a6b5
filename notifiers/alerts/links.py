"""Links into AWS's console, in whichever partition a region is, and to what a description names."""

import re
from urllib.parse import quote

from notifiers.characters import is_address
from notifiers.message import Button

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_HOSTS = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}
_LONGEST = 2_000  # characters of a link: what browsers and both chats take
_CONSOLE = re.compile(r"https://([a-z0-9-]+\.)*console\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/")
_ADDRESS = re.compile(r"https://[^\s<>\"'|\\`]+")


def console(label: str, region: str, page: str) -> tuple[Button, ...]:
    """A button to `page` ("cloudwatch/home#alarmsV2:", "s3/object/b?prefix=k") of a region's console.

    None where it is no region. What `page` has of AWS's or people's names is quoted already (`part`).
    """
    if not _REGION.fullmatch(region):
        return ()
    host = next((host for begin, host in _HOSTS.items() if region.startswith(begin)), "console.aws.amazon.com")
    path, mark, fragment = page.partition("#")
    joined = "&" if "?" in path else "?"
    return link(label, f"https://{region}.{host}/{path}{joined}region={region}{mark}{fragment}")


def own(label: str, url: str | None) -> tuple[Button, ...]:
    """A button to an address that AWS sent, if it leads to AWS's console; none where it leads anywhere else."""
    return link(label, url) if url and _CONSOLE.match(url) else ()


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
