"""Which addresses an incoming webhook may have, and which of this world's machines may be behind them.

Whoever may write the secret names the address, so what is reached by it is not left to them: https, hosts of a list,
and public addresses only, looked at when the connection is made (a name may stand for another one a moment later).
"""

import ipaddress
import re
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# As resolvers take them, with nothing in them that is read one way here and another there.
_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)
# Addresses of IPv6 that lead to one of IPv4: RFC 6052, RFC 2765, and RFC 4291 for the oldest.
_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96")))
# Those that lead to one as each network likes: RFC 8215. Not every Python knows them.
_LOCALLY = ipaddress.IPv6Network("64:ff9b:1::/48")


class NotPublic(OSError):
    """A name stands for an address that is not everybody's."""


def fault(address: str, takes_host: Callable[[str], bool], *, local: bool) -> str | None:
    """What is wrong with the address of a webhook, without quoting it; None where nothing is.

    `local`: one on loopback is taken too, in the clear as well.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "what is kept there is no address"
    if parts.scheme in {"http", "https"} and local and is_loopback(host):
        return None
    if parts.scheme != "https" or not host:
        return "what is kept there is no https address"
    if parts.username is not None or parts.password is not None or port not in {None, 443}:
        return "its address has a user or a port of its own"
    if not (_NAME.fullmatch(host) and takes_host(host)):
        return "its host is none of alerts.webhook_hosts"
    return None


def is_slack(address: str) -> bool:
    """Whether Slack's messages go there; else it is Teams'. Both are told by their paths, as hosts may be anybody's."""
    return urlsplit(address).path.startswith("/services/")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether an IP address is everybody's, also what it leads to where it is one of IPv6 that stands for another."""
    try:
        ip: IpAddress = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and any(ip in network for network in _TRANSLATED):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local or ip in _LOCALLY:
            return False
    return ip.is_global and not ip.is_multicast


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses, and with `local` also `localhost`; anything else raises NotPublic.

    `inner` is who looks them up. A name of which one address is not public is refused as a whole.
    """

    def __init__(self, *, local: bool, inner: AbstractResolver | None = None) -> None:
        self._local = local
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """As aiohttp asks."""
        found = await self._inner.resolve(host, port, family)
        if not (self._local and host == "localhost") and not all(is_public(one["host"]) for one in found):
            raise NotPublic(f"{host} stands for an address that is not public")
        return found

    async def close(self) -> None:
        """Let go of whoever looks names up."""
        await self._inner.close()
