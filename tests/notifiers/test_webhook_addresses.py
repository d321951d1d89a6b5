"""Which addresses a webhook may have: none that leads to what is not everybody's."""

import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from commands.config_alerts import Alerts
from notifiers import webhook_addresses
from notifiers.webhook_addresses import NotPublic, PublicResolver

TAKES = Alerts().takes_host
TEAMS = "prod-12.westeurope.logic.azure.com:443/workflows/0a1b/triggers/manual/paths/invoke?api-version=1&sig=s3cret"


def fault(address: str, *, local: bool = False) -> str | None:
    return webhook_addresses.fault(address, TAKES, local=local)


def test_the_addresses_of_both_chats_are_taken_and_told_apart() -> None:
    assert fault("https://hooks.slack.com/services/T0/B0/s3cret") is None
    assert webhook_addresses.is_slack("https://hooks.slack.com/services/T0/B0/s3cret")
    assert fault(f"https://{TEAMS}") is None
    assert not webhook_addresses.is_slack(f"https://{TEAMS}")
    assert fault("HTTPS://Hooks.Slack.com/services/T0/B0/s3cret") is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "s3cret",
        "//hooks.slack.com/services/s3cret",
        "http://hooks.slack.com/services/s3cret",
        "ftp://hooks.slack.com/s3cret",
        "https:///services/s3cret",
        "https://hooks.slack.com:8443/services/s3cret",
        "https://hooks.slack.com:s3cret/services",
        "https://user@hooks.slack.com/services/s3cret",
        "https://hooks.slack.com@evil.example/services/s3cret",
        "https://:s3cret@hooks.slack.com/",
        "https://hooks.slack.com.evil.example/services/s3cret",
        "https://evilhooks.slack.com/services/s3cret",
        "https://logic.azure.com/workflows/s3cret",
        "https://evillogic.azure.com/workflows/s3cret",
        "https://127.0.0.1/services/s3cret",
        "https://localhost/services/s3cret",
        "https://169.254.169.254/latest/s3cret",
        "https://[::1]/services/s3cret",
        "https://[::1/services/s3cret",
        "https://2130706433/services/s3cret",
        "https://[::ffff:127.0.0.1%.logic.azure.com]/s3cret",
        "https://[fe80::1%25a.logic.azure.com]/s3cret",
        "https://evil.example%2f.logic.azure.com/s3cret",
        "https://evil.example\u3002logic.azure.com/s3cret",
        "https://prod\x00.logic.azure.com/s3cret",
        "https://.logic.azure.com/s3cret",
    ],
)
def test_any_other_address_is_refused_without_being_quoted(address: str) -> None:
    said = fault(address)
    assert said
    assert "s3cret" not in said


def test_loopback_is_taken_only_where_everything_is_on_loopback() -> None:
    for address in ("http://127.0.0.1:8080/services/T0/B0/x", "http://localhost/x", "https://[::1]:9/x"):
        assert fault(address)
        assert fault(address, local=True) is None
    assert fault("http://10.0.0.1/services/T0/B0/x", local=True)
    assert fault("http://169.254.169.254/latest/meta-data", local=True)


@pytest.mark.parametrize("ip", ["52.29.0.1", "2600:1f18::1", "::ffff:52.29.0.1", "64:ff9b::341d:1", "2002:341d:1::"])
def test_public_addresses(ip: str) -> None:
    assert webhook_addresses.is_public(ip)


@pytest.mark.parametrize(
    "ip",
    [
        *("0.0.0.0", "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254"),  # noqa: S104
        *("224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "240.0.0.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "no address", ""),
        *("::ffff:0:10.0.0.1", "64:ff9b:1::a00:1", "64:ff9b:1:fffe::a00:1"),
    ],
)
def test_addresses_that_are_not_everybodys(ip: str) -> None:
    assert not webhook_addresses.is_public(ip)


class Names(AbstractResolver):
    """Names that stand for what a test says."""

    def __init__(self, *ips: str) -> None:
        self._ips = ips

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host=ip, port=port, family=family, proto=0, flags=0) for ip in self._ips]

    async def close(self) -> None:
        """Nothing to let go of."""


async def test_a_name_is_resolved_only_where_all_its_addresses_are_public() -> None:
    public = PublicResolver(local=True, inner=Names("52.29.0.1", "52.29.0.2"))
    assert [one["host"] for one in await public.resolve("hooks.slack.com", 443)] == ["52.29.0.1", "52.29.0.2"]
    with pytest.raises(NotPublic, match=r"hooks\.slack\.com"):
        await PublicResolver(local=True, inner=Names("52.29.0.1", "10.0.0.1")).resolve("hooks.slack.com", 443)
    with pytest.raises(NotPublic):
        await PublicResolver(local=False, inner=Names("127.0.0.1")).resolve("localhost")
    assert await PublicResolver(local=True, inner=Names("127.0.0.1")).resolve("localhost")
    await public.close()
